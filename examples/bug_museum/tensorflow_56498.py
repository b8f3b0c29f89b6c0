"""Depthwise convolution ignores dilation.

TensorFlow's DepthwiseConv2dNative takes dilations, and computes with 1, whatever they are: the output has the size of
the undilated convolution.

https://github.com/tensorflow/tensorflow/issues/56498
"""

from __future__ import annotations

from dataclasses import replace

try:
    from examples.bug_museum.right import Steps, depthwise
except ModuleNotFoundError:  # run as a script: this folder is on the path
    from right import Steps, depthwise  # type: ignore[import-not-found, no-redef]

LINK = "https://github.com/tensorflow/tensorflow/issues/56498"
OP = "depthwise_conv2d"
CAUSES = ("dilation_ignored",)
PRECISION = "float32"
SHOWS = dict(x=(1, 3, 7, 7), w=(3, 1, 2, 2), dilation=2)
HIDES = dict(x=(1, 3, 7, 7), w=(3, 1, 2, 2), stride=2)


def undilated(call):
    return replace(call, dilation=(1,) * len(call.dilation))


def kernel(x, w, b=None, *, stride=1, padding=0, dilation=1):
    return depthwise(x, w, b, stride, padding, dilation, steps=Steps(numbers=undilated))
