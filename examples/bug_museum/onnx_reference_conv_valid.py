"""VALID is handled as SAME.

ONNX's own reference, 1.17 to 1.22, computes the padding of SAME_LOWER, SAME_UPPER and VALID in one branch; VALID,
which means none, comes out as SAME_UPPER. (The same lines hold onnx_reference_conv_same; here the sizes are right.)
Found by running it; no report is known. The link is the file as it was read.

https://github.com/onnx/onnx/blob/0edb5c555a7982452030f88daa03cc030951a0a7/onnx/reference/ops/op_conv.py
"""

from __future__ import annotations

try:
    from examples.bug_museum.right import Steps, conv, same
except ModuleNotFoundError:  # run as a script: this folder is on the path
    from right import Steps, conv, same  # type: ignore[import-not-found, no-redef]

LINK = "https://github.com/onnx/onnx/blob/0edb5c555a7982452030f88daa03cc030951a0a7/onnx/reference/ops/op_conv.py"
OP = "conv2d"
CAUSES = ("valid_as_same",)
PRECISION = "float32"
SHOWS = dict(x=(1, 1, 5, 5), w=(1, 1, 3, 3), padding="valid")
HIDES = dict(x=(1, 1, 5, 5), w=(1, 1, 3, 3), padding="same_lower")


def always_same(said, index, call):
    return same(call, index, call.axis(index), lower=said == "same_lower")


def kernel(x, w, b=None, *, stride=1, padding=0, dilation=1, groups=1):
    return conv(x, w, b, stride, padding, dilation, groups, steps=Steps(word=always_same))
