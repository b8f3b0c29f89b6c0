"""Circular padding is split between the two sides instead of added to both.

nn.Conv2d with padding p and padding_mode="circular" padded by (p + 1) // 2 before and p // 2 behind. For p = 1 not
even that: with nothing behind, the slice -(1 + 0):-0 of what goes before is empty, and padding 1 was padding 0.

https://github.com/pytorch/pytorch/issues/20981
"""

from __future__ import annotations

try:
    from examples.bug_museum.right import Steps, conv
except ModuleNotFoundError:  # run as a script: this folder is on the path
    from right import Steps, conv  # type: ignore[import-not-found, no-redef]

LINK = "https://github.com/pytorch/pytorch/issues/20981"
OP = "conv2d"
CAUSES = ("circular_split_wrongly",)
PRECISION = "float32"
SHOWS = dict(x=(1, 1, 5, 5), w=(1, 1, 3, 3), padding=2, padding_mode="circular")
HIDES = dict(x=(1, 1, 5, 5), w=(1, 1, 3, 3), padding=2, padding_mode="replicate")


def split_pads(given, call):
    if call.mode != "circular":
        return given
    halves = [((lo + 1) // 2, hi // 2) for lo, hi in given]
    return [(lo if hi else 0, hi) for lo, hi in halves]


def kernel(x, w, b=None, *, stride=1, padding=0, dilation=1, groups=1, padding_mode="zeros"):
    return conv(x, w, b, stride, padding, dilation, groups, padding_mode, steps=Steps(pads=split_pads))
