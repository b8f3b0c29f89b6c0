"""onnx.reference: ConvTranspose, whose groups, output shapes and output padding go wrong."""

from __future__ import annotations

from itertools import product

import numpy as np

from tests.disagreements.model import Disagreement, outcome_of, same
from tests.disagreements.nodes import by_reference, inferred_shape

__all__ = ["CASES"]


def bias():
    x, w, b = np.ones((1, 2, 1)), np.ones((2, 1, 1)), np.array([10.0, 20.0])
    return by_reference("ConvTranspose", x, w, b, group=2)


def bias_right():
    import refconv

    x, w, b = np.ones((1, 2, 1)), np.ones((2, 1, 1)), np.array([10.0, 20.0])
    return refconv.conv_transpose1d(x, w, b, groups=2)


def two_filters():
    x, w = np.ones((1, 4, 1)), np.ones((4, 2, 1))  # two filters a group, and two channels
    return by_reference("ConvTranspose", x, w, group=2)


def two_filters_right():
    import refconv

    return refconv.conv_transpose1d(np.ones((1, 4, 1)), np.ones((4, 2, 1)), groups=2)


def two_channels():
    x, w = np.ones((1, 4, 1)), np.ones((4, 1, 1))  # two channels a group
    return by_reference("ConvTranspose", x, w, group=2)


def two_channels_right():
    import refconv

    return refconv.conv_transpose1d(np.ones((1, 4, 1)), np.ones((4, 1, 1)), groups=2)


LAYOUTS = ((1, 1, 1), (2, 1, 1), (2, 1, 2), (2, 2, 1), (2, 2, 2))
"""Rank, channels a group and filters a group."""


def counted():
    """Return how 90 grouped calls come out: groups, strides, with and without a bias, in five layouts."""
    import refconv

    counts = {"right": 0, "wrong in silence": 0, "crash": 0}
    for (rank, inside, outside), groups, stride, biased in product(LAYOUTS, (2, 3, 4), (1, 2, 3), (False, True)):
        x = np.arange(groups * inside * 3**rank).reshape(1, -1, *(3,) * rank) + 1.0
        w = np.arange(groups * inside * outside * 2**rank).reshape(-1, outside, *(2,) * rank) + 1.0
        b = np.arange(groups * outside) + 1.0 if biased else None
        arrays = (x, w) if b is None else (x, w, b)
        call = {"group": groups, "strides": [stride] * rank}
        theirs = outcome_of(lambda arrays=arrays, call=call: by_reference("ConvTranspose", *arrays, **call))
        if isinstance(theirs, Exception):
            counts["crash"] += 1
        else:
            right = same(theirs, refconv.conv_transpose(x, w, b, stride, groups=groups))
            counts["right" if right else "wrong in silence"] += 1
    return counts


def all_right():
    return {"right": 90, "wrong in silence": 0, "crash": 0}


def output_shape():
    x, w = np.ones((1, 1, 2)), np.ones((1, 1, 2))
    return by_reference("ConvTranspose", x, w, output_shape=[2])


def output_shape_right():
    import refconv

    # total padding 1; without SAME_UPPER the larger half is at the beginning
    return refconv.conv_transpose1d(np.ones((1, 1, 2)), np.ones((1, 1, 2)), padding=[(1, 0)])


def output_padding():
    x, w = np.ones((1, 1, 2)), np.ones((1, 1, 2))
    return by_reference("ConvTranspose", x, w, dilations=[2], output_padding=[1])


def output_padding_right():
    import refconv

    return refconv.conv_transpose1d(np.ones((1, 1, 2)), np.ones((1, 1, 2)), dilation=2, output_padding=1)


def inferred():
    x, w = np.ones((1, 1, 3)), np.ones((1, 1, 3))
    return inferred_shape("ConvTranspose", x, w, auto_pad="SAME_UPPER", strides=[2], output_padding=[1])


def inferred_right():
    return (1, 1, 6)  # input_shape[i] * strides[i]


def inferred_stride():
    x, w = np.ones((1, 1, 2)), np.ones((1, 1, 1))
    return inferred_shape("ConvTranspose", x, w, auto_pad="SAME_UPPER", strides=[2])


def inferred_stride_right():
    return (1, 1, 4)  # input_shape[i] * strides[i]


def inferred_output_shape():
    x, w = np.ones((1, 1, 2)), np.ones((1, 1, 1))
    return inferred_shape("ConvTranspose", x, w, output_shape=[1])


def inferred_output_shape_right():
    return (1, 1, 1)


CASES = (
    Disagreement(
        "onnx_conv_transpose_bias",
        "onnx",
        "ConvTranspose: every group takes the first group's bias",
        bias,
        bias_right,
        "The bias has one entry for each of the M output channels. The reference calls itself once a group, with that "
        "group's x and w but with the whole bias, so each group adds the first entries.",
    ),
    Disagreement(
        "onnx_conv_transpose_filters",
        "onnx",
        "ConvTranspose: several filters a group crash",
        two_filters,
        two_filters_right,
        "W has M/group filters for each channel. The groups' results are gathered as if M/group were 1.",
        "https://github.com/onnx/onnx/pull/8446",
    ),
    Disagreement(
        "onnx_conv_transpose_channels",
        "onnx",
        "ConvTranspose: several channels a group crash",
        two_channels,
        two_channels_right,
        "The rows of W are the C input channels; the reference cuts them into groups by the number of output channels.",
    ),
    Disagreement(
        "onnx_conv_transpose_counted",
        "onnx",
        "ConvTranspose with groups: 90 calls counted",
        counted,
        all_right,
        "Two to four groups, strides 1 to 3, with and without a bias, one or two channels and filters a group, on one "
        "and two axes. Right are the depthwise ones without a bias, wrong in silence the depthwise ones with one.",
        "https://github.com/onnx/onnx/pull/8446",
    ),
    Disagreement(
        "onnx_conv_transpose_output_shape",
        "onnx",
        "ConvTranspose: output_shape without auto_pad crashes",
        output_shape,
        output_shape_right,
        "Where output_shape is given, the padding is generated from it, for any auto_pad; other than SAME_UPPER the "
        "larger half goes to the beginning. The reference does so for SAME_UPPER and SAME_LOWER only.",
    ),
    Disagreement(
        "onnx_conv_transpose_output_padding",
        "onnx",
        "ConvTranspose: an output padding below the dilation crashes",
        output_padding,
        output_padding_right,
        "The output padding must be less than the stride or the dilation, as PyTorch reads the same sentence. The "
        "reference takes the larger output for one more window and finds that the columns do not match.",
        "https://github.com/onnx/onnx/issues/3187",
    ),
    Disagreement(
        "onnx_inferred_conv_transpose_same",
        "onnx",
        "Shape inference of ConvTranspose: SAME_UPPER with output padding",
        inferred,
        inferred_right,
        "SAME_UPPER and SAME_LOWER mean that the output size is the input size times the stride; output_padding takes "
        "part in the total padding, and so does not change the size. Shape inference adds it on top.",
        "https://github.com/onnx/onnx/issues/4299",
    ),
    Disagreement(
        "onnx_inferred_conv_transpose_stride",
        "onnx",
        "Shape inference of ConvTranspose: SAME_UPPER with a stride beyond the kernel",
        inferred_stride,
        inferred_stride_right,
        "The same rule: input size times stride. Where the stride exceeds the kernel that takes a negative padding, "
        "which shape inference leaves out.",
    ),
    Disagreement(
        "onnx_inferred_conv_transpose_output_shape",
        "onnx",
        "Shape inference of ConvTranspose: an output_shape below the input's",
        inferred_output_shape,
        inferred_output_shape_right,
        "output_shape is the shape of the result, whatever the input's. Shape inference drops such an axis.",
    ),
)
