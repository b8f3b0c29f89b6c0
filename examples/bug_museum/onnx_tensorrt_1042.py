"""With an output shape given, the crop of a transposed convolution is split the wrong way: shape right, values wrong.

Where output_shape is given and auto_pad is not SAME_UPPER, ONNX crops the larger half at the beginning. TensorRT
crops the larger half at the end, as ONNX Runtime did before 1.14. An output shape of n * s is here what the words
ask for: "same_lower" comes out as "same_upper", and "same_upper" is right.

https://github.com/onnx/onnx-tensorrt/issues/1042
"""

from __future__ import annotations

try:
    from examples.bug_museum.right import Steps, conv_transpose, same
except ModuleNotFoundError:  # run as a script: this folder is on the path
    from right import Steps, conv_transpose, same  # type: ignore[import-not-found, no-redef]

LINK = "https://github.com/onnx/onnx-tensorrt/issues/1042"
OP = "conv_transpose2d"
CAUSES = ("same_sides_swapped",)
PRECISION = "float32"
SHOWS = dict(x=(1, 2, 3, 3), w=(2, 1, 3, 3), stride=2, padding="same_lower")
HIDES = dict(x=(1, 2, 3, 3), w=(2, 1, 3, 3), stride=2, padding="same_upper")


def larger_half_last(said, index, call):
    if said == "valid":
        return 0, 0
    return same(call, index, call.axis(index), lower=False)


def kernel(x, w, b=None, *, stride=1, padding=0, dilation=1, groups=1, output_padding=0):
    return conv_transpose(
        x, w, b, stride, padding, dilation, groups, output_padding, steps=Steps(word=larger_half_last)
    )
