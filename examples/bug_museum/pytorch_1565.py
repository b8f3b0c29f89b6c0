"""Transposed convolution ignores dilation.

The dispatch of ConvTranspose had no dilated kernel and took the undilated one. The gradients were those of the wrong
forward pass, so that gradient checks passed: "grad checkers in tests don't catch this error because forward pass is
wrong".

https://github.com/pytorch/pytorch/issues/1565
"""

from __future__ import annotations

from dataclasses import replace

try:
    from examples.bug_museum.right import Steps, conv_transpose
except ModuleNotFoundError:  # run as a script: this folder is on the path
    from right import Steps, conv_transpose  # type: ignore[import-not-found, no-redef]

LINK = "https://github.com/pytorch/pytorch/issues/1565"
OP = "conv_transpose2d"
CAUSES = ("dilation_ignored",)
PRECISION = "float32"
SHOWS = dict(x=(1, 1, 6, 6), w=(1, 1, 3, 3), stride=2, padding=1, dilation=2, output_padding=1)
HIDES = dict(x=(1, 1, 6, 6), w=(1, 1, 3, 3), stride=2, padding=1, output_padding=1)


def undilated(call):
    return replace(call, dilation=(1,) * len(call.dilation))


def kernel(x, w, b=None, *, stride=1, padding=0, dilation=1, groups=1, output_padding=0):
    return conv_transpose(x, w, b, stride, padding, dilation, groups, output_padding, steps=Steps(numbers=undilated))
