"""The size of a transposed convolution, with the dilation added to the kernel instead of multiplied.

ONNX Runtime computed (n - 1) s + k + d - 1 - pads; right is (n - 1) s + d (k - 1) + 1 - pads. The thread's example,
n 50, s 2, k 3, d 3, pads 4 + 4, gave 95 instead of 97. For k = 2 or d = 1 the two agree, and its tests had no other.
Rebuilt here: what falls behind the end of the smaller result is lost.

https://github.com/microsoft/onnxruntime/issues/2518
"""

from __future__ import annotations

try:
    from examples.bug_museum.right import Steps, conv_transpose
except ModuleNotFoundError:  # run as a script: this folder is on the path
    from right import Steps, conv_transpose  # type: ignore[import-not-found, no-redef]

LINK = "https://github.com/microsoft/onnxruntime/issues/2518"
OP = "conv_transpose2d"
CAUSES = ("transposed_size_adds_dilation",)
PRECISION = "float32"
SHOWS = dict(x=(1, 1, 5, 5), w=(1, 1, 3, 5), stride=(2, 1), padding=(4, 2), dilation=(3, 1))
HIDES = dict(x=(1, 1, 5, 5), w=(1, 1, 2, 2), stride=2, dilation=3)


def size_too_small(axis):
    return (axis.n - 1) * axis.s + axis.k + axis.d - 1 - axis.lo - axis.hi + axis.a


def kernel(x, w, b=None, *, stride=1, padding=0, dilation=1, groups=1, output_padding=0):
    return conv_transpose(
        x, w, b, stride, padding, dilation, groups, output_padding, steps=Steps(size_transposed=size_too_small)
    )
