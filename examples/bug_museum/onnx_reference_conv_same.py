"""SAME padding computed from the batch and channel sizes.

ONNX's own reference, 1.17 to 1.22, asks x.shape[i] for the size of axis i: N for H and C for W. Its suite's one case
with stride, 5x5, k 3, s 2, one sample and one channel, needs 1 + 1 either way and cannot see it.
Where the wrong sizes ask for a negative padding the reference crashes; rebuilt here: no padding.
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
CAUSES = ("same_from_wrong_sizes",)
PRECISION = "float32"
SHOWS = dict(x=(1, 2, 6, 6), w=(1, 2, 3, 3), stride=2, padding="same_upper")
HIDES = dict(x=(1, 1, 5, 5), w=(1, 1, 3, 3), stride=2, padding="same_lower")


def of_wrong_axes(said, index, call):
    if said == "valid":
        return 0, 0
    axis = call.axis(index)._replace(n=call.x_shape[index])  # the spatial axes begin at 2
    return same(call, index, axis, lower=said == "same_lower")


def kernel(x, w, b=None, *, stride=1, padding=0, dilation=1, groups=1):
    return conv(x, w, b, stride, padding, dilation, groups, steps=Steps(word=of_wrong_axes))
