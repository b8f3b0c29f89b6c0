"""onnx.reference: QLinearConv and ConvInteger, which are right on two axes only; and what inflating kernels costs."""

from __future__ import annotations

import numpy as np

from tests.disagreements.elsewhere import printed
from tests.disagreements.model import Disagreement
from tests.disagreements.nodes import by_reference

__all__ = ["CASES"]


def quantized_1d():
    one, zero = np.float32(1), np.uint8(0)
    x, w = np.array([[[1, 2, 3]]], np.uint8), np.ones((2, 1, 1), np.uint8)
    w_scale, w_zero_point = np.float32([1, 2]), np.uint8([0, 0])  # one a filter
    return by_reference("QLinearConv", x, one, zero, w, w_scale, w_zero_point, one, zero)


def quantized_1d_right():
    import refconv

    y = refconv.conv1d(np.array([[[1, 2, 3]]]), np.ones((2, 1, 1), int))
    return y * np.array([1, 2]).reshape(-1, 1)


def quantized_3d():
    one, zero = np.float32(1), np.uint8(0)
    x, w = np.array([1, 2], np.uint8).reshape(1, 1, 2, 1, 1), np.ones((2, 1, 1, 1, 1), np.uint8)
    w_scale, w_zero_point = np.float32([1, 2]), np.uint8([0, 0])
    return by_reference("QLinearConv", x, one, zero, w, w_scale, w_zero_point, one, zero)


def quantized_3d_right():
    import refconv

    y = refconv.conv3d(np.array([1, 2]).reshape(1, 1, 2, 1, 1), np.ones((2, 1, 1, 1, 1), int))
    return y * np.array([1, 2]).reshape(-1, 1, 1, 1)


def halves():
    x, w = np.array([[[1, 3]]], np.uint8), np.ones((1, 1, 1), np.uint8)
    half, one, zero, zero_point = np.float32(0.5), np.float32(1), np.uint8(0), np.uint8(1)
    return by_reference("QLinearConv", x, half, zero, w, one, zero, one, zero_point)


def halves_right():
    import refconv

    y = refconv.conv1d(np.array([[[1, 3]]]), np.ones((1, 1, 1), int))
    return np.rint(y * 0.5) + 1  # 0.5 and 1.5 to even, then the zero point


def integers_1d():
    x, w = np.array([[[1, 2]]], np.uint8), np.full((2, 1, 1), 5, np.uint8)
    return by_reference("ConvInteger", x, w, np.uint8(0), np.uint8([1, 2]))  # a zero point for each filter


def integers_1d_right():
    import refconv

    w = np.full((2, 1, 1), 5) - np.array([1, 2]).reshape(2, 1, 1)
    return refconv.conv1d(np.array([[[1, 2]]]), w)


def integers_3d():
    x, w = np.array([1, 3], np.uint8).reshape(1, 2, 1, 1, 1), np.ones((2, 2, 1, 1, 1), np.uint8)
    return by_reference("ConvInteger", x, w, np.uint8(0), np.uint8([0, 1]))


def integers_3d_right():
    import refconv

    w = np.ones((2, 2, 1, 1, 1), int) - np.array([0, 1]).reshape(2, 1, 1, 1, 1)
    return refconv.conv3d(np.array([1, 3]).reshape(1, 2, 1, 1, 1), w)


PROGRAM = """
import resource
resource.setrlimit(resource.RLIMIT_AS, (8 << 30, 8 << 30))  # 8 GiB for the whole process
import numpy as np
from tests.disagreements.nodes import by_reference
x, w = np.ones((1, 320, 65, 65), np.float32), np.ones((1, 320, 3, 3), np.float32)
try:
    print(by_reference("Conv", x, w, dilations=[24, 24], pads=[24] * 4).shape)
except MemoryError as error:
    print(str(error).split(" and data type")[0])
"""


def memory():
    return printed(PROGRAM)


def memory_right():
    import refconv

    x, w = np.ones((1, 320, 65, 65), np.float32), np.ones((1, 320, 3, 3), np.float32)
    return str(refconv.conv2d(x, w, dilation=24, padding=24).shape)


CASES = (
    Disagreement(
        "onnx_qlinearconv_1d",
        "onnx",
        "QLinearConv: a scale for each filter, on one axis",
        quantized_1d,
        quantized_1d_right,
        "A 1-D w_scale has one scale for each output channel, whatever the number of axes. The reference gives it the "
        "shape (1, M, 1, 1), which is right for two; for one axis it broadcasts into another rank.",
        "https://github.com/onnx/onnx/pull/6460",
    ),
    Disagreement(
        "onnx_qlinearconv_3d",
        "onnx",
        "QLinearConv: a scale for each filter, on three axes",
        quantized_3d,
        quantized_3d_right,
        "The same shape (1, M, 1, 1) meets the depth of a 3-D result instead of its channels: where the depth happens "
        "to be M, in silence.",
        "https://github.com/onnx/onnx/pull/6460",
    ),
    Disagreement(
        "onnx_qlinearconv_halves",
        "onnx",
        "QLinearConv: halves are rounded after the zero point was added",
        halves,
        halves_right,
        "Quantizing is saturate(round(x / scale) + zero point), to nearest even. Rounding x / scale + zero point "
        "instead takes halves to the odd number whenever the zero point is odd; onnxruntime does not.",
    ),
    Disagreement(
        "onnx_convinteger_1d",
        "onnx",
        "ConvInteger: a zero point for each filter, on one axis",
        integers_1d,
        integers_1d_right,
        "A 1-D w_zero_point has one entry for each output channel. The reference gives it four axes, so that W must "
        "have four too.",
    ),
    Disagreement(
        "onnx_convinteger_3d",
        "onnx",
        "ConvInteger: a zero point for each filter, on three axes",
        integers_3d,
        integers_3d_right,
        "The same four axes meet the channels of W in place of its filters: in silence where there are as many.",
    ),
    Disagreement(
        "onnx_conv_memory",
        "onnx",
        "Conv: the memory of inflated kernels",
        memory,
        memory_right,
        "DeepLab's branch of rate 24. The reference fills the dilated kernel with zeros, 49 x 49 for 3 x 3, and makes "
        "an index array of all its taps and windows: 24 GiB.",
        shown=PROGRAM.strip(),
    ),
)
