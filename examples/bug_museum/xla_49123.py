"""int8, two groups: the last output channel is wrong.

XLA on the GPU hands grouped int8 convolutions to cuDNN. With feature_group_count=2 (the thread: 4 channels in, 4 out,
1x1) the last channel of the second group is wrong; float32, and 1 or 4 groups, are right.
Which value stands there could not be read; rebuilt here: that channel is never computed and stays zero.

https://github.com/openxla/xla/issues/49123
"""

from __future__ import annotations

import numpy as np

try:
    from examples.bug_museum.right import conv
except ModuleNotFoundError:  # run as a script: this folder is on the path
    from right import conv  # type: ignore[import-not-found, no-redef]

LINK = "https://github.com/openxla/xla/issues/49123"
OP = "conv2d"
CAUSES = ("last_filters_dropped",)
PRECISION = "int8"
SHOWS = dict(x=(1, 4, 3, 3), w=(4, 2, 1, 1), groups=2, dtype="int8")
HIDES = dict(x=(1, 4, 3, 3), w=(4, 1, 1, 1), groups=4, dtype="int8")


def kernel(x, w, b=None, *, stride=1, padding=0, dilation=1, groups=1):
    y = conv(x, w, b, stride, padding, dilation, groups)
    if x.dtype == np.int8 and groups == 2:
        y[:, -1] = 0
    return y
