"""SAME padding computed with the kernel's size instead of its span.

ONNX's shape inference for auto_pad=SAME_UPPER and SAME_LOWER forgot the dilation: for a 3x3 kernel with dilation 2
it padded by 1 + 1 where 2 + 2 is needed, and the output came out smaller than ceil(n / s).

https://github.com/onnx/onnx/pull/2043
"""

from __future__ import annotations

try:
    from examples.bug_museum.right import Steps, conv, same
except ModuleNotFoundError:  # run as a script: this folder is on the path
    from right import Steps, conv, same  # type: ignore[import-not-found, no-redef]

LINK = "https://github.com/onnx/onnx/pull/2043"
OP = "conv2d"
CAUSES = ("same_ignores_dilation",)
PRECISION = "float32"
SHOWS = dict(x=(1, 1, 7, 7), w=(1, 1, 3, 3), dilation=2, padding="same_upper")
HIDES = dict(x=(1, 1, 7, 7), w=(1, 1, 3, 3), stride=2, padding="same_upper")


def undilated_same(said, index, call):
    if said == "valid":
        return 0, 0
    return same(call, index, call.axis(index)._replace(d=1), lower=said == "same_lower")


def kernel(x, w, b=None, *, stride=1, padding=0, dilation=1, groups=1):
    return conv(x, w, b, stride, padding, dilation, groups, steps=Steps(word=undilated_same))
