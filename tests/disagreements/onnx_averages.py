"""onnx.reference: AveragePool, LpPool and DeformConv."""

from __future__ import annotations

import numpy as np

from tests.disagreements.model import Disagreement
from tests.disagreements.nodes import by_reference

__all__ = ["CASES"]


def ceil_mode():
    x = np.array([[[1.0, 2.0, 3.0, 4.0]]])
    return by_reference("AveragePool", x, kernel_shape=[3], strides=[3], ceil_mode=1)


def ceil_mode_right():
    import refconv

    return refconv.avg_pool1d(np.array([[[1.0, 2.0, 3.0, 4.0]]]), 3, ceil_mode=True)


def valid_dilated():
    x = np.array([[[1.0, 2.0, 3.0]]])
    return by_reference("AveragePool", x, kernel_shape=[2], dilations=[2], auto_pad="VALID")


def valid_dilated_right():
    import refconv

    return refconv.avg_pool1d(np.array([[[1.0, 2.0, 3.0]]]), 2, 1, dilation=2)


def same_dilated():
    x = np.array([[[1.0, 2.0, 3.0]]])
    return by_reference("AveragePool", x, kernel_shape=[2], dilations=[2], auto_pad="SAME_UPPER")


def same_dilated_right():
    import refconv

    return refconv.avg_pool1d(np.array([[[1.0, 2.0, 3.0]]]), 2, 1, "same_upper", 2, count_include_pad=False)


def valid_ceil_mode():
    x = np.array([[[1.0, 2.0, 3.0, 4.0]]])
    return by_reference("AveragePool", x, kernel_shape=[2], strides=[2], auto_pad="VALID", ceil_mode=1)


def valid_ceil_mode_right():
    import refconv

    return refconv.avg_pool1d(np.array([[[1.0, 2.0, 3.0, 4.0]]]), 2)


def norm_ceil_mode():
    x = np.array([[[1.0, 2.0, 3.0]]])
    return by_reference("LpPool", x, kernel_shape=[2], strides=[2], ceil_mode=1, p=1)


def norm_ceil_mode_right():
    import refconv

    # the sum of absolute values: an average that counts two taps, times two
    return 2 * refconv.avg_pool1d(np.array([[[1.0, 2.0, 3.0]]]), 2, padding=[(0, 1)])


def deform_one_row():
    x, w = np.array([[[[1.0, 2.0]]]]), np.ones((1, 1, 1, 1))
    return by_reference("DeformConv", x, w, np.zeros((1, 2, 1, 2)))  # no offsets


def deform_one_row_right():
    import refconv

    return refconv.conv2d(np.array([[[[1.0, 2.0]]]]), np.ones((1, 1, 1, 1)))


def deform_1d():
    x, w = np.array([[[1.0, 2.0]]]), np.ones((1, 1, 1))
    return by_reference("DeformConv", x, w, np.zeros((1, 1, 2)))


def deform_1d_right():
    import refconv

    return refconv.conv1d(np.array([[[1.0, 2.0]]]), np.ones((1, 1, 1)))


CASES = (
    Disagreement(
        "onnx_averagepool_ceil_mode",
        "onnx",
        "AveragePool: ceil_mode moves all windows",
        ceil_mode,
        ceil_mode_right,
        "ceil_mode keeps a last window that hangs over the end; no window moves. The reference splits what hangs over "
        "between both ends, so from two samples on every window reads further left.",
    ),
    Disagreement(
        "onnx_averagepool_valid_dilated",
        "onnx",
        "AveragePool: VALID with dilation",
        valid_dilated,
        valid_dilated_right,
        "VALID gives floor((n - ((k - 1) d + 1)) / s) + 1. The reference leaves out d, and fills up with zeros.",
    ),
    Disagreement(
        "onnx_averagepool_same_dilated",
        "onnx",
        "AveragePool: SAME with dilation",
        same_dilated,
        same_dilated_right,
        "The padding of SAME follows from (k - 1) d + 1. The reference computes it for the undilated kernel; the "
        "windows that then do not fit are zeros.",
    ),
    Disagreement(
        "onnx_averagepool_valid_ceil_mode",
        "onnx",
        "AveragePool: VALID with ceil_mode crashes",
        valid_ceil_mode,
        valid_ceil_mode_right,
        "There is a formula for it, deprecated as auto_pad is; here all readings of it agree.",
    ),
    Disagreement(
        "onnx_lppool_ceil_mode",
        "onnx",
        "LpPool: ceil_mode scales the last window",
        norm_ceil_mode,
        norm_ceil_mode_right,
        "The norm of what is in the window. The reference takes the average of what there is, times all taps.",
    ),
    Disagreement(
        "onnx_deformconv_one_row",
        "onnx",
        "DeformConv: an axis of one sample crashes",
        deform_one_row,
        deform_one_row_right,
        "Without offsets it is a convolution, of any size. The reference divides positions by n - 1 to use GridSample.",
    ),
    Disagreement(
        "onnx_deformconv_1d",
        "onnx",
        "DeformConv: two axes only",
        deform_1d,
        deform_1d_right,
        "The operator is specified for any number of axes. The reference has two.",
    ),
)
