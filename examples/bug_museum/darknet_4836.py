"""Padding half the kernel, not adjusted for dilation.

Darknet's `pad=1` stands for k // 2 on both sides. Its cuDNN path multiplied that by the dilation, its own im2col did
not, so that CPU and GPU gave other results for dilation 2.
Rebuilt here: the words give k // 2 on both sides. Nor does that depend on the input's size, as SAME should.

https://github.com/AlexeyAB/darknet/issues/4836
"""

from __future__ import annotations

try:
    from examples.bug_museum.right import Steps, conv
except ModuleNotFoundError:  # run as a script: this folder is on the path
    from right import Steps, conv  # type: ignore[import-not-found, no-redef]

LINK = "https://github.com/AlexeyAB/darknet/issues/4836"
OP = "conv2d"
CAUSES = ("same_ignores_dilation",)
PRECISION = "float32"
SHOWS = dict(x=(1, 1, 7, 7), w=(1, 1, 3, 3), dilation=2, padding="same_upper")
HIDES = dict(x=(1, 1, 7, 7), w=(1, 1, 3, 3), padding="same_upper")


def half_the_kernel(said, index, call):
    if said == "valid":
        return 0, 0
    half = call.axis(index).k // 2
    return half, half


def kernel(x, w, b=None, *, stride=1, padding=0, dilation=1, groups=1):
    return conv(x, w, b, stride, padding, dilation, groups, steps=Steps(word=half_the_kernel))
