"""onnx.reference: MaxPool and GlobalMaxPool."""

from __future__ import annotations

import numpy as np

from tests.disagreements.model import Disagreement
from tests.disagreements.nodes import by_reference

__all__ = ["CASES"]


def padded_1d():
    x = np.array([[[1.0, 2.0, 3.0, 4.0, 5.0, 6.0]]])
    return by_reference("MaxPool", x, kernel_shape=[3], pads=[0, 2])


def padded_1d_right():
    import refconv

    return refconv.max_pool1d(np.array([[[1.0, 2.0, 3.0, 4.0, 5.0, 6.0]]]), 3, 1, [(0, 2)])


def padded_3d():
    x = np.arange(1.0, 9.0).reshape(1, 1, 2, 2, 2)
    return by_reference("MaxPool", x, kernel_shape=[2, 2, 2], pads=[1, 1, 1, 1, 1, 1])


def padded_3d_right():
    import refconv

    return refconv.max_pool3d(np.arange(1.0, 9.0).reshape(1, 1, 2, 2, 2), 2, 1, 1)


def padded_int8():
    x = np.array([[[[-2, -1]]]], np.int8)
    return by_reference("MaxPool", x, kernel_shape=[1, 2], pads=[0, 1, 0, 1])


def padded_int8_right():
    import refconv

    return refconv.max_pool2d(np.array([[[[-2, -1]]]], np.int8), (1, 2), 1, (0, 1))


def indices():
    x = np.arange(6.0).reshape(1, 1, 3, 2)
    return by_reference("MaxPool", x, kernel_shape=[2, 1], outputs=2)  # the second output


def indices_right():
    import refconv

    x = np.arange(6).reshape(1, 1, 3, 2)  # every sample is its own index
    return refconv.max_pool2d(x, (2, 1), 1)


def indices_of_channels():
    x = np.arange(2.0).reshape(1, 2, 1, 1)
    return by_reference("MaxPool", x, kernel_shape=[1, 1], outputs=2)


def indices_of_channels_right():
    import refconv

    return refconv.max_pool2d(np.arange(2).reshape(1, 2, 1, 1), 1, 1)


def column_major():
    x = np.arange(4.0).reshape(1, 1, 2, 2)
    return by_reference("MaxPool", x, kernel_shape=[1, 1], storage_order=1, outputs=2)


def column_major_right():
    import refconv

    x = np.array([[[[0, 2], [1, 3]]]])  # every sample is its own index, column after column
    return refconv.max_pool2d(x, 1, 1)


def same_lower_size():
    x = np.array([[[1.0, 2.0, 3.0]]])
    return by_reference("MaxPool", x, kernel_shape=[2], strides=[2], auto_pad="SAME_LOWER")


def same_lower_size_right():
    import refconv

    return refconv.max_pool1d(np.array([[[1.0, 2.0, 3.0]]]), 2, 2, "same_lower")


def same_lower_side():
    x = np.array([[[1.0, 2.0, 3.0, 4.0]]])
    return by_reference("MaxPool", x, kernel_shape=[3], strides=[2], auto_pad="SAME_LOWER")


def same_lower_side_right():
    import refconv

    return refconv.max_pool1d(np.array([[[1.0, 2.0, 3.0, 4.0]]]), 3, 2, "same_lower")


def same_1d():
    x = np.array([[[1.0, 2.0]]])
    return by_reference("MaxPool", x, kernel_shape=[2], auto_pad="SAME_UPPER")


def same_1d_right():
    import refconv

    return refconv.max_pool1d(np.array([[[1.0, 2.0]]]), 2, 1, "same_upper")


def global_1d():
    return by_reference("GlobalMaxPool", np.array([[[1.0, 2.0], [3.0, 4.0]]]))


def global_1d_right():
    import refconv

    return refconv.max_pool1d(np.array([[[1.0, 2.0], [3.0, 4.0]]]), 2)


def global_3d():
    return by_reference("GlobalMaxPool", np.arange(1.0, 9.0).reshape(1, 1, 2, 2, 2))


def global_3d_right():
    import refconv

    return refconv.max_pool3d(np.arange(1.0, 9.0).reshape(1, 1, 2, 2, 2), 2)


STRIDE_1 = "With stride 1 and no dilation the reference takes another road, which"

CASES = (
    Disagreement(
        "onnx_maxpool_padded_1d",
        "onnx",
        "MaxPool: padding on one axis, stride 1",
        padded_1d,
        padded_1d_right,
        f"The output size counts both pads. {STRIDE_1} pads two axes only; on one it drops windows, or crashes.",
    ),
    Disagreement(
        "onnx_maxpool_padded_3d",
        "onnx",
        "MaxPool: padding on three axes, stride 1",
        padded_3d,
        padded_3d_right,
        f"{STRIDE_1} knows padding of two axes only.",
    ),
    Disagreement(
        "onnx_maxpool_padded_int8",
        "onnx",
        "MaxPool: padding of int8, stride 1",
        padded_int8,
        padded_int8_right,
        f"int8 and uint8 are types of MaxPool, and padding is never the largest. {STRIDE_1} pads with NaN, which "
        "integers have not.",
    ),
    Disagreement(
        "onnx_maxpool_indices",
        "onnx",
        "MaxPool: Indices, stride 1",
        indices,
        indices_right,
        f"Indices are positions in x. {STRIDE_1} reads the position in the window as if the window had the shape of "
        "the result. The suite's cases have windows of just that shape, 5x5 in 5x5.",
    ),
    Disagreement(
        "onnx_maxpool_indices_channels",
        "onnx",
        "MaxPool: Indices of several channels, stride 1",
        indices_of_channels,
        indices_of_channels_right,
        f"Indices are positions in all of x, from 0 to N C D1 ... Dn. {STRIDE_1} begins anew for each channel.",
    ),
    Disagreement(
        "onnx_maxpool_storage_order",
        "onnx",
        "MaxPool: storage_order, stride 1",
        column_major,
        column_major_right,
        f"storage_order 1 means indices column after column. {STRIDE_1} ignores it.",
    ),
    Disagreement(
        "onnx_maxpool_same_lower_size",
        "onnx",
        "MaxPool: the size of SAME_LOWER with a stride",
        same_lower_size,
        same_lower_size_right,
        "SAME_UPPER and SAME_LOWER give ceil(n / s). The reference takes the floor for SAME_LOWER.",
    ),
    Disagreement(
        "onnx_maxpool_same_lower_side",
        "onnx",
        "MaxPool: the side of SAME_LOWER with a stride",
        same_lower_side,
        same_lower_side_right,
        "An odd padding has its larger half at the beginning for SAME_LOWER; the reference puts it at the end.",
    ),
    Disagreement(
        "onnx_maxpool_same_1d",
        "onnx",
        "MaxPool: SAME on one axis, stride 1",
        same_1d,
        same_1d_right,
        f"{STRIDE_1} pads two axes only, and crashes on one.",
    ),
    Disagreement(
        "onnx_globalmaxpool_1d",
        "onnx",
        "GlobalMaxPool on one axis",
        global_1d,
        global_1d_right,
        "The result has the rank of the input, N x C and then ones. The reference counts its axes from the number of "
        "spatial axes instead of from 2: on one it takes the largest of the channels too.",
        "https://github.com/onnx/onnx/issues/7682",
    ),
    Disagreement(
        "onnx_globalmaxpool_3d",
        "onnx",
        "GlobalMaxPool on three axes",
        global_3d,
        global_3d_right,
        "The same count of axes: on three it leaves the first one alone, and adds a rank.",
        "https://github.com/onnx/onnx/issues/7682",
    ),
)
