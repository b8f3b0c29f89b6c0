"""onnxruntime on the CPU, and its symbolic shapes."""

from __future__ import annotations

import numpy as np

from tests.disagreements.model import Disagreement
from tests.disagreements.nodes import by_runtime, model_of

__all__ = ["CASES"]


def row(n):
    return np.arange(1, n + 1, dtype=np.float32).reshape(1, 1, n)


def conv_same_dilated():
    x, w = np.float32([[[1, 2, 3]]]), np.ones((1, 1, 2), np.float32)
    return by_runtime("Conv", x, w, dilations=[2], auto_pad="SAME_UPPER")


def conv_same_dilated_right():
    import refconv

    return refconv.conv1d(row(3), np.ones((1, 1, 2)), padding="same_upper", dilation=2)


def maxpool_same_dilated():
    x = np.float32([[[1, 2, 3, 4]]])
    return by_runtime("MaxPool", x, kernel_shape=[2], dilations=[2], auto_pad="SAME_UPPER")


def maxpool_same_dilated_right():
    import refconv

    return refconv.max_pool1d(row(4), 2, 1, "same_upper", 2)


def averagepool_same_dilated():
    x = np.float32([[[1, 2, 3]]])
    return by_runtime("AveragePool", x, kernel_shape=[2], strides=[3], dilations=[2], auto_pad="SAME_UPPER")


def averagepool_same_dilated_right():
    import refconv

    return refconv.avg_pool1d(row(3), 2, 3, "same_upper", 2, count_include_pad=False)


def lppool_same_dilated():
    x = np.float32([[[1, 2, 3, 4]]])
    return by_runtime("LpPool", x, kernel_shape=[2], dilations=[2], auto_pad="SAME_UPPER", p=1)


def lppool_same_dilated_right():
    import refconv

    return 2 * refconv.avg_pool1d(row(4), 2, 1, "same_upper", 2)  # the sum of two taps, zeros of the padding included


def zero_points():
    x, w = np.array([[[1, 2]]], np.uint8), np.full((2, 1, 1), 5, np.uint8)
    return by_runtime("ConvInteger", x, w, np.uint8(0), np.uint8([1, 2]))  # a zero point for each filter


def zero_points_right():
    import refconv

    return refconv.conv1d(np.array([[[1, 2]]]), np.full((2, 1, 1), 5) - np.array([1, 2]).reshape(2, 1, 1))


def output_padding():
    x, w = np.float32([[[1, 2]]]), np.ones((1, 1, 1), np.float32)
    return by_runtime("ConvTranspose", x, w, dilations=[2], output_padding=[1])


def output_padding_right():
    import refconv

    return refconv.conv_transpose1d(row(2), np.ones((1, 1, 1)), dilation=2, output_padding=1)


def transposed_stride():
    x, w = np.float32([[[1, 2]]]), np.ones((1, 1, 1), np.float32)
    return by_runtime("ConvTranspose", x, w, strides=[3], auto_pad="SAME_UPPER")


def transposed_stride_right():
    import refconv

    # total padding -2, one of it on each side
    return refconv.conv_transpose1d(row(2), np.ones((1, 1, 1)), stride=3, padding=[(-1, -1)])


def output_shape():
    x, w = np.float32([[[1, 2]]]), np.ones((1, 1, 1), np.float32)
    return by_runtime("ConvTranspose", x, w, strides=[2], output_shape=[5])


def output_shape_right():
    import refconv

    # total padding -2, one of it on each side
    return refconv.conv_transpose1d(row(2), np.ones((1, 1, 1)), stride=2, padding=[(-1, -1)])


def deform_1d():
    x, w = np.float32([[[1, 2]]]), np.ones((1, 1, 1), np.float32)
    return by_runtime("DeformConv", x, w, np.zeros((1, 1, 2), np.float32))


def deform_1d_right():
    import refconv

    return refconv.conv1d(row(2), np.ones((1, 1, 1)))


def symbolic_same():
    from onnxruntime.tools.symbolic_shape_infer import SymbolicShapeInference

    x, w = np.float32([[[1, 2, 3, 4, 5, 6, 7]]]), np.ones((1, 1, 3), np.float32)
    model = model_of("Conv", (x, w), 1, 13, {"strides": [2], "auto_pad": "SAME_UPPER"})
    model.graph.input[0].type.tensor_type.shape.dim[2].dim_param = "h"  # 7 samples, but let it be h
    dims = SymbolicShapeInference.infer_shapes(model).graph.output[0].type.tensor_type.shape.dim
    return eval(dims[2].dim_param, {"floor": np.floor}, {"h": 7})  # noqa: S307 - its formula, for h = 7


def symbolic_same_right():
    from refconv.arithmetic.sizes import output_size, same_padding

    return output_size(7, 3, 2, 1, *same_padding(7, 3, 2))


CASES = (
    Disagreement(
        "onnxruntime_conv_same_dilated",
        "onnxruntime",
        "Conv: SAME with dilation is refused",
        conv_same_dilated,
        conv_same_dilated_right,
        "auto_pad is defined by the output size ceil(n / s), for any dilation. PyTorch's padding='same' with dilation "
        "is exported as such a node.",
        "https://github.com/microsoft/onnxruntime/issues/20582",
        also=("onnx",),
    ),
    Disagreement(
        "onnxruntime_maxpool_same_dilated",
        "onnxruntime",
        "MaxPool: SAME with dilation loses windows",
        maxpool_same_dilated,
        maxpool_same_dilated_right,
        "SAME gives ceil(n / s) windows, with padding for a window of (k - 1) d + 1. The runtime pads for k.",
        also=("onnx",),
    ),
    Disagreement(
        "onnxruntime_averagepool_same_dilated",
        "onnxruntime",
        "AveragePool: SAME with dilation reads beside",
        averagepool_same_dilated,
        averagepool_same_dilated_right,
        "As MaxPool; where the number of windows happens to be right, their place is wrong in silence.",
        also=("onnx",),
    ),
    Disagreement(
        "onnxruntime_lppool_same_dilated",
        "onnxruntime",
        "LpPool: SAME with dilation loses windows",
        lppool_same_dilated,
        lppool_same_dilated_right,
        "As MaxPool.",
        also=("onnx",),
    ),
    Disagreement(
        "onnxruntime_convinteger_zero_points",
        "onnxruntime",
        "ConvInteger: a zero point for each filter is refused",
        zero_points,
        zero_points_right,
        "w_zero_point may be a scalar or have one entry for each output channel. The runtime wants a scalar.",
        "https://github.com/microsoft/onnxruntime/issues/8890",
        also=("onnx",),
    ),
    Disagreement(
        "onnxruntime_conv_transpose_output_padding",
        "onnxruntime",
        "ConvTranspose: an output padding below the dilation, but not below the stride, is refused",
        output_padding,
        output_padding_right,
        "It must be less than the corresponding stride/dilation, says the specification, which can be read as both or "
        "as either; PyTorch, which the operator follows, takes either, and exports such nodes. Until 1.13 the runtime "
        "computed something else in silence.",
        "https://github.com/microsoft/onnxruntime/issues/14208",
        also=("onnx",),
    ),
    Disagreement(
        "onnxruntime_conv_transpose_stride",
        "onnxruntime",
        "ConvTranspose: SAME_UPPER with a stride beyond the kernel",
        transposed_stride,
        transposed_stride_right,
        "The result has the input's size times the stride; here the padding that takes is negative. The runtime takes "
        "none, and the result is smaller.",
        "https://github.com/microsoft/onnxruntime/issues/11927",
        also=("onnx",),
    ),
    Disagreement(
        "onnxruntime_conv_transpose_output_shape",
        "onnxruntime",
        "ConvTranspose: an output_shape much larger than the kernel's reach is refused",
        output_shape,
        output_shape_right,
        "The padding is generated from output_shape by an equation that has no limit.",
        also=("onnx",),
    ),
    Disagreement(
        "onnxruntime_deformconv_1d",
        "onnxruntime",
        "DeformConv: two axes only",
        deform_1d,
        deform_1d_right,
        "The operator is specified for any number of axes.",
        also=("onnx",),
    ),
    Disagreement(
        "onnxruntime_symbolic_same",
        "onnxruntime",
        "Symbolic shapes: SAME with stride 2 on an odd size",
        symbolic_same,
        symbolic_same_right,
        "ceil(7 / 2) is 4. The padding of SAME depends on the size; for a size that is a symbol the tool takes that of "
        "a size which the stride divides, and a floor.",
        also=("onnx",),
    ),
)
