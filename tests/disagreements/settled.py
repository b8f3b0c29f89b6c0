"""What was wrong in an earlier version, and is right in the one that is installed."""

from __future__ import annotations

from itertools import product

import numpy as np

from tests.disagreements.model import Disagreement, outcome_of, same
from tests.disagreements.nodes import by_reference, by_runtime, inferred_shape

__all__ = ["CASES"]


def conv_auto_pad():
    """Return how 144 calls of Conv with auto_pad come out: sizes, kernels, strides, dilations."""
    import refconv

    counts = {"right": 0, "not right": 0}
    words = {"VALID": "valid", "SAME_UPPER": "same_upper", "SAME_LOWER": "same_lower"}
    for word, k, s, d, n in product(words, (1, 2, 3), (1, 2), (1, 2), (5, 6, 7, 8)):
        x, w = np.arange(4.0 * n).reshape(2, 2, n), np.arange(6.0 * k).reshape(3, 2, k)
        call = {"auto_pad": word, "strides": [s], "dilations": [d]}
        theirs = outcome_of(lambda x=x, w=w, call=call: by_reference("Conv", x, w, **call))
        right = refconv.conv1d(x, w, stride=s, padding=words[word], dilation=d)
        counts["right" if same(theirs, right) else "not right"] += 1
    return counts


def conv_auto_pad_right():
    return {"right": 144, "not right": 0}


def inferred_same_dilated():
    return inferred_shape("Conv", np.ones((1, 1, 5)), np.ones((1, 1, 3)), dilations=[2], auto_pad="SAME_UPPER")


def inferred_same_dilated_right():
    return (1, 1, 5)


def row(n):
    return np.arange(1, n + 1, dtype=np.float32).reshape(1, 1, n)


def transposed_dilated():
    return by_runtime("ConvTranspose", row(3), row(2), strides=[2], dilations=[3])


def transposed_dilated_right():
    import refconv

    return refconv.conv_transpose1d(row(3), row(2), stride=2, dilation=3)


def transposed_same():
    call = {"strides": [2], "auto_pad": "SAME_UPPER", "output_padding": [1]}
    return by_runtime("ConvTranspose", row(3), row(3), **call)


def transposed_same_right():
    import refconv

    return refconv.conv_transpose1d(row(3), row(3), stride=2, padding=[(1, 1)], output_padding=1)


def transposed_odd():
    return by_runtime("ConvTranspose", row(3), row(3), strides=[2], auto_pad="SAME_UPPER")


def transposed_odd_right():
    import refconv

    return refconv.conv_transpose1d(row(3), row(3), stride=2, padding=[(0, 1)])


def average_end_padding():
    call = {"kernel_shape": [5], "auto_pad": "SAME_LOWER", "count_include_pad": 1}
    return by_runtime("AveragePool", row(6) * 5, **call)


def average_end_padding_right():
    import refconv

    return refconv.avg_pool1d(row(6) * 5, 5, 1, 2)


def average_over_the_end():
    call = {"kernel_shape": [3], "strides": [2], "pads": [1, 1], "ceil_mode": 1, "count_include_pad": 1}
    return by_runtime("AveragePool", row(4) * 6, opset=18, **call)


def average_over_the_end_right():
    import refconv

    return refconv.avg_pool1d(row(4) * 6, 3, 2, 1, ceil_mode=True)


def window_in_the_end():
    call = {"kernel_shape": [2], "strides": [3], "pads": [0, 1], "ceil_mode": 1}
    return by_runtime("AveragePool", row(3), **call)


def window_in_the_end_right():
    import refconv

    return refconv.avg_pool1d(row(3), 2, 3, [(0, 1)], ceil_mode=True, count_include_pad=False)


def torch_window_beyond():
    import torch

    return torch.nn.functional.max_pool1d(torch.from_numpy(row(2)), 1, 2, ceil_mode=True)


def torch_window_beyond_right():
    import refconv

    return refconv.max_pool1d(row(2), 1, 2, ceil_mode=True)


def torch_circular():
    import torch

    layer = torch.nn.Conv1d(1, 1, 3, padding=2, padding_mode="circular", bias=False)
    layer.weight.data = torch.from_numpy(row(3))
    return layer(torch.from_numpy(row(4))).detach()


def torch_circular_right():
    import refconv

    return refconv.conv1d(row(4), row(3), padding=2, padding_mode="circular")


RUNTIME = ("onnx",)

CASES = tuple(
    Disagreement(*case, settled=True)
    for case in (
        (
            "onnx_conv_auto_pad",
            "onnx",
            "Conv of onnx.reference: VALID and SAME",
            conv_auto_pad,
            conv_auto_pad_right,
            "1.17 to 1.22 took VALID for SAME, and the sizes of batch and channels for those of the axes.",
            "https://github.com/onnx/onnx/blob/0edb5c555a7982452030f88daa03cc030951a0a7/onnx/reference/ops/op_conv.py",
        ),
        (
            "onnx_inferred_same_dilated",
            "onnx",
            "Shape inference of Conv: SAME ignored dilation",
            inferred_same_dilated,
            inferred_same_dilated_right,
            "",
            "https://github.com/onnx/onnx/pull/2043",
        ),
        (
            "onnxruntime_2518",
            "onnxruntime",
            "ConvTranspose: the size with stride and dilation",
            transposed_dilated,
            transposed_dilated_right,
            "",
            "https://github.com/microsoft/onnxruntime/issues/2518",
            RUNTIME,
        ),
        (
            "onnxruntime_11927",
            "onnxruntime",
            "ConvTranspose: SAME with output padding",
            transposed_same,
            transposed_same_right,
            "The issue is still open.",
            "https://github.com/microsoft/onnxruntime/issues/11927",
            RUNTIME,
        ),
        (
            "onnxruntime_9370",
            "onnxruntime",
            "ConvTranspose: the side of an odd SAME_UPPER",
            transposed_odd,
            transposed_odd_right,
            "",
            "https://github.com/microsoft/onnxruntime/issues/9370",
            RUNTIME,
        ),
        (
            "onnxruntime_24681",
            "onnxruntime",
            "AveragePool: padding at the end did not count",
            average_end_padding,
            average_end_padding_right,
            "The issue is still open.",
            "https://github.com/microsoft/onnxruntime/issues/24681",
            RUNTIME,
        ),
        (
            "onnxruntime_16203",
            "onnxruntime",
            "AveragePool: what hangs over the padding counted",
            average_over_the_end,
            average_over_the_end_right,
            "",
            "https://github.com/microsoft/onnxruntime/issues/16203",
            RUNTIME,
        ),
        (
            "onnxruntime_16351",
            "onnxruntime",
            "AveragePool: a window that starts in the end padding was NaN",
            window_in_the_end,
            window_in_the_end_right,
            "The issue is still open.",
            "https://github.com/microsoft/onnxruntime/issues/16351",
            RUNTIME,
        ),
        (
            "pytorch_45357",
            "torch",
            "max_pool: a window beyond the end was -inf",
            torch_window_beyond,
            torch_window_beyond_right,
            "",
            "https://github.com/pytorch/pytorch/issues/45357",
        ),
        (
            "pytorch_20981",
            "torch",
            "Circular padding was split in half",
            torch_circular,
            torch_circular_right,
            "",
            "https://github.com/pytorch/pytorch/issues/20981",
        ),
    )
)
