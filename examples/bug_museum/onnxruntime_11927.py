"""The auto_pad of a transposed convolution crops the wrong side.

ONNX Runtime before 1.14 gave the larger half of the padding to the beginning for SAME_UPPER and to the end for
SAME_LOWER; ONNX says the opposite. The shape is right, the values are shifted by one wherever the padding is odd.
(The thread's example has output_padding as well; what that adds is not part of the rebuilt bug.)

https://github.com/microsoft/onnxruntime/issues/11927
"""

from __future__ import annotations

try:
    from examples.bug_museum.right import Steps, conv_transpose, same
except ModuleNotFoundError:  # run as a script: this folder is on the path
    from right import Steps, conv_transpose, same  # type: ignore[import-not-found, no-redef]

LINK = "https://github.com/microsoft/onnxruntime/issues/11927"
OP = "conv_transpose2d"
CAUSES = ("same_sides_swapped",)
PRECISION = "float32"
SHOWS = dict(x=(1, 2, 3, 3), w=(2, 1, 3, 3), stride=2, padding="same_upper")
HIDES = dict(x=(1, 2, 3, 3), w=(2, 1, 4, 4), stride=2, padding="same_upper")


def swapped(said, index, call):
    if said == "valid":
        return 0, 0
    return same(call, index, call.axis(index), lower=said != "same_lower")


def kernel(x, w, b=None, *, stride=1, padding=0, dilation=1, groups=1, output_padding=0):
    return conv_transpose(x, w, b, stride, padding, dilation, groups, output_padding, steps=Steps(word=swapped))
