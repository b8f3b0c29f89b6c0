"""SAME_UPPER and SAME_LOWER exchanged.

ROOT's SOFIE adds the odd sample of the padding at the beginning for SAME_UPPER and at the end for SAME_LOWER;
ONNX says the opposite. It shows where the padding is odd, and the shape is right.
Beside it stood two more slips, not rebuilt here: k // 2 on both sides whatever the input, and the odd sample for odd
kernels rather than even ones.

https://github.com/root-project/root/issues/21737
"""

from __future__ import annotations

try:
    from examples.bug_museum.right import Steps, conv, same
except ModuleNotFoundError:  # run as a script: this folder is on the path
    from right import Steps, conv, same  # type: ignore[import-not-found, no-redef]

LINK = "https://github.com/root-project/root/issues/21737"
OP = "conv2d"
CAUSES = ("same_sides_swapped",)
PRECISION = "float32"
SHOWS = dict(x=(1, 1, 5, 5), w=(1, 1, 2, 2), padding="same_upper")
HIDES = dict(x=(1, 1, 5, 5), w=(1, 1, 3, 3), padding="same_upper")


def swapped(said, index, call):
    if said == "valid":
        return 0, 0
    return same(call, index, call.axis(index), lower=said != "same_lower")


def kernel(x, w, b=None, *, stride=1, padding=0, dilation=1, groups=1):
    return conv(x, w, b, stride, padding, dilation, groups, steps=Steps(word=swapped))
