"""A slice of channels-last channels is read as if it were packed.

On Apple's GPUs conv2d looked at the strides of x, saw that channels lie side by side, and read the buffer as packed
N, H, W, C. A channel slice of a channels-last array has the same order but gaps between its pixels: other samples are
read. A contiguous copy is convolved rightly.

https://github.com/pytorch/pytorch/issues/180984
"""

from __future__ import annotations

import numpy as np

try:
    from examples.bug_museum.right import Steps, conv
except ModuleNotFoundError:  # run as a script: this folder is on the path
    from right import Steps, conv  # type: ignore[import-not-found, no-redef]

LINK = "https://github.com/pytorch/pytorch/issues/180984"
OP = "conv2d"
CAUSES = ("contiguous_only",)
PRECISION = "float32"
SHOWS = dict(x=(2, 3, 4, 5), w=(2, 3, 2, 2), memory="channel_slice")
HIDES = dict(x=(2, 3, 4, 5), w=(2, 3, 2, 2), memory="channels_last")


def as_packed(x, w):
    _, C, H, W = x.shape
    n, c, h, w_step = (step // x.itemsize for step in x.strides)
    channels_last = c == 1 and w_step >= C and h >= W * w_step and n >= H * h
    if channels_last:
        packed = np.array([H * W * C, 1, W * C, C]) * x.itemsize  # never beyond x's own memory: its steps are wider
        x = np.lib.stride_tricks.as_strided(x, x.shape, packed)
    return x, w


def kernel(x, w, b=None, *, stride=1, padding=0, dilation=1, groups=1):
    return conv(x, w, b, stride, padding, dilation, groups, steps=Steps(operands=as_packed))
