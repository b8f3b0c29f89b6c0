"""Dilation 0 is accepted, and silently computes something.

With dilation 0 all taps of a window read the same sample. tinygrad refused a stride and groups of 0, but not that.
For arguments that mean something this kernel is right.

https://github.com/tinygrad/tinygrad/pull/14115
"""

from __future__ import annotations

try:
    from examples.bug_museum.right import Steps, conv
except ModuleNotFoundError:  # run as a script: this folder is on the path
    from right import Steps, conv  # type: ignore[import-not-found, no-redef]

LINK = "https://github.com/tinygrad/tinygrad/pull/14115"
OP = "conv2d"
CAUSES = ("invalid_argument_accepted",)
PRECISION = "float32"
STRICT = True
SHOWS = dict(x=(1, 1, 5, 5), w=(1, 1, 3, 3), dilation=0)
HIDES = dict(x=(1, 1, 5, 5), w=(1, 1, 3, 3), dilation=2)


def not_dilation(call):
    if min(*call.stride, call.groups) < 1:
        raise ValueError("stride and groups must be at least 1")


def kernel(x, w, b=None, *, stride=1, padding=0, dilation=1, groups=1):
    return conv(x, w, b, stride, padding, dilation, groups, steps=Steps(check=not_dilation))
