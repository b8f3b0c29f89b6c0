"""The gradient for w of a grouped convolution meets the wrong channels.

torch.nn.grad.conv2d_weight laid the filters of all groups side by side, repeated them, and cut the result up in the
wrong order: channel i of group g is taken at i * G + g, as if the groups were interleaved, instead of g * C/G + i.
Without groups, and for depthwise convolutions, the two are the same. Autograd's own gradient was right.

https://github.com/pytorch/pytorch/issues/51430
"""

from __future__ import annotations

import numpy as np

try:
    from examples.bug_museum import right
except ModuleNotFoundError:  # run as a script: this folder is on the path
    import right  # type: ignore[import-not-found, no-redef]

LINK = "https://github.com/pytorch/pytorch/issues/51430"
OP = "conv2d"
CAUSES = ("groups_interleaved",)
PRECISION = "float32"
SHOWS = dict(x=(1, 4, 5, 5), w=(2, 2, 3, 3), groups=2)
HIDES = dict(x=(1, 4, 5, 5), w=(4, 1, 3, 3), groups=4)


def interleaved(filters, per_group, groups):
    group = np.arange(filters) // (filters // groups)
    return np.arange(per_group) * groups + group[:, None]


def kernel(x, w, b=None, *, stride=1, padding=0, dilation=1, groups=1):
    return right.conv(x, w, b, stride, padding, dilation, groups)


def gradients(dy, x, w, *, stride=1, padding=0, dilation=1, groups=1):
    return right.gradients(dy, x, w, stride, padding, dilation, groups, dw=right.Steps(channels=interleaved))
