"""SAME padding as a constant, whatever the size of the input.

TensorFlow's SAME depends on the input's size: with stride 2 an input of 6 is padded by (0, 1), one of 5 by (1, 1).
PyTorch's layers take a constant, and the one that gives the right size is that of stride 1.
With a stride the shapes agree and the values come from windows that stand one sample too early.

https://github.com/pytorch/pytorch/issues/3867
"""

from __future__ import annotations

try:
    from examples.bug_museum.right import Steps, conv, split
except ModuleNotFoundError:  # run as a script: this folder is on the path
    from right import Steps, conv, split  # type: ignore[import-not-found, no-redef]

LINK = "https://github.com/pytorch/pytorch/issues/3867"
OP = "conv2d"
CAUSES = ("same_ignores_input_size",)
PRECISION = "float32"
SHOWS = dict(x=(1, 1, 6, 6), w=(1, 1, 3, 3), stride=2, padding="same_upper")
HIDES = dict(x=(1, 1, 5, 5), w=(1, 1, 3, 3), stride=2, padding="same_upper")


def constant_same(said, index, call):
    if said == "valid":
        return 0, 0
    axis = call.axis(index)
    return split(axis.span - 1, lower=said == "same_lower")  # what stride 1 needs; n and s are not asked


def kernel(x, w, b=None, *, stride=1, padding=0, dilation=1, groups=1):
    return conv(x, w, b, stride, padding, dilation, groups, steps=Steps(word=constant_same))
