"""Output padding that only the dilation allows is not added.

Output padding must be less than the stride or the dilation. The thread's layer, k 2, s 1, d 2, output padding 1, is one
that PyTorch takes and ONNX Runtime answers differently. The thread shows the difference in pictures only, and no
cause was found; rebuilt here: output padding is held below the stride.

https://github.com/microsoft/onnxruntime/issues/14208
"""

from __future__ import annotations

try:
    from examples.bug_museum.right import Steps, conv_transpose
except ModuleNotFoundError:  # run as a script: this folder is on the path
    from right import Steps, conv_transpose  # type: ignore[import-not-found, no-redef]

LINK = "https://github.com/microsoft/onnxruntime/issues/14208"
OP = "conv_transpose2d"
CAUSES = ("output_padding_limited_to_stride",)
PRECISION = "float32"
SHOWS = dict(x=(1, 1, 7, 7), w=(1, 3, 2, 2), padding=3, dilation=2, output_padding=1)
HIDES = dict(x=(1, 1, 3, 3), w=(1, 3, 2, 2), stride=2, dilation=2, output_padding=1)


def limited(axis):
    a = min(axis.a, axis.s - 1)
    return (axis.n - 1) * axis.s + axis.span - axis.lo - axis.hi + a


def kernel(x, w, b=None, *, stride=1, padding=0, dilation=1, groups=1, output_padding=0):
    return conv_transpose(
        x, w, b, stride, padding, dilation, groups, output_padding, steps=Steps(size_transposed=limited)
    )
