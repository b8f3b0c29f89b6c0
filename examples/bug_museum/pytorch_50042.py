"""The gradient for w of a strided depthwise convolution leaves out the last row of taps of the last window.

The oneDNN kernel behind it, for channels in blocks of 8, took the bottom padding as used in full. Where the stride
leaves a remainder the last window does not reach it, and its lowest taps lie on real samples: the thread's 24
channels, 6x6, k 3, s 2, padding 1 gave the rows 4 6 6, 6 9 9, 4 6 6 instead of 4 6 6, 6 9 9, 6 9 9. 23 and 25 channels
are right. The cause is read off these numbers; W is not affected.

https://github.com/pytorch/pytorch/issues/50042
"""

from __future__ import annotations

import numpy as np

try:
    from examples.bug_museum import right
except ModuleNotFoundError:  # run as a script: this folder is on the path
    import right  # type: ignore[import-not-found, no-redef]

LINK = "https://github.com/pytorch/pytorch/issues/50042"
OP = "conv2d"
CAUSES = ("last_window_cut",)
PRECISION = "float32"
BLOCK = 8  # channels
SHOWS = dict(x=(1, 8, 6, 6), w=(8, 1, 3, 3), stride=2, padding=1, groups=8)
HIDES = dict(x=(1, 7, 6, 6), w=(7, 1, 3, 3), stride=2, padding=1, groups=7)


def kernel(x, w, b=None, *, stride=1, padding=0, dilation=1, groups=1):
    return right.conv(x, w, b, stride, padding, dilation, groups)


def gradients(dy, x, w, *, stride=1, padding=0, dilation=1, groups=1):
    dx, dw, db = right.gradients(dy, x, w, stride, padding, dilation, groups)
    if w.shape[1] == 1 and len(w) == groups and groups % BLOCK == 0:
        _, axes = right.RIGHT_STEPS.understood(right.call_of(x, w, stride, padding, dilation, groups))
        in_padding = np.arange(axes[0].k) * axes[0].d >= axes[0].span - axes[0].hi  # so the kernel thinks
        last = np.zeros_like(dy)
        last[:, :, -1] = dy[:, :, -1]
        of_last = right.gradients(last, x, w, stride, padding, dilation, groups)[1]
        dw[:, :, in_padding] -= of_last[:, :, in_padding]
    return dx, dw, db
