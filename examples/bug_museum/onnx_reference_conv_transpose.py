"""Every group of a transposed convolution takes the first group's bias.

ONNX's own reference calls itself for each group with that group's x and w, but with the whole b, so that each group
adds its first entries. (For other shapes than one filter a group it crashes: onnx pull 8446.)
Found by running it; no report of the bias is known. The link is the file as it was read.

https://github.com/onnx/onnx/blob/1801d2c71c1e4bde348523eb47821f83f9839f1c/onnx/reference/ops/op_conv_transpose.py
"""

from __future__ import annotations

import numpy as np

try:
    from examples.bug_museum.right import Steps, conv_transpose
except ModuleNotFoundError:  # run as a script: this folder is on the path
    from right import Steps, conv_transpose  # type: ignore[import-not-found, no-redef]

LINK = (
    "https://github.com/onnx/onnx/blob/1801d2c71c1e4bde348523eb47821f83f9839f1c/onnx/reference/ops/op_conv_transpose.py"
)
OP = "conv_transpose2d"
CAUSES = ("groups_use_first_bias",)
PRECISION = "float32"
SHOWS = dict(x=(1, 4, 3, 3), w=(4, 1, 2, 2), groups=4)
HIDES = dict(x=(1, 4, 3, 3), w=(4, 1, 2, 2), groups=4, b=False)


def of_first_group(b, groups):
    return np.tile(b[: len(b) // groups], groups)


def kernel(x, w, b=None, *, stride=1, padding=0, dilation=1, groups=1, output_padding=0):
    return conv_transpose(x, w, b, stride, padding, dilation, groups, output_padding, steps=Steps(bias=of_first_group))
