"""float32 inputs are rounded to TF32, by default.

On Ampere and later GPUs cuDNN convolutions in PyTorch read only 10 bits of the fraction of x and w, unless
torch.backends.cudnn.allow_tf32 is False. Sums are kept in float32. The thread's author met results that came and went
with the layer and the card.

https://github.com/pytorch/pytorch/issues/107514
"""

from __future__ import annotations

import numpy as np

try:
    from examples.bug_museum.right import Steps, conv
except ModuleNotFoundError:  # run as a script: this folder is on the path
    from right import Steps, conv  # type: ignore[import-not-found, no-redef]

LINK = "https://github.com/pytorch/pytorch/issues/107514"
OP = "conv2d"
CAUSES = ("inputs_rounded",)
PRECISION = "float32"
SHOWS = dict(x=(1, 2, 5, 5), w=(2, 2, 3, 3), fill="odd")
HIDES = dict(x=(1, 2, 5, 5), w=(2, 2, 3, 3))


def rounded(x, w):
    return tf32(x), tf32(w)


def tf32(a):
    """Round to 10 bits of fraction, ties to even; other types are left alone."""
    if a.dtype != np.float32:
        return a
    bits = a.view(np.uint32)
    half = np.uint32(0xFFF) + (bits >> np.uint32(13) & np.uint32(1))
    nearest = (bits + half & np.uint32(0xFFFFE000)).view(np.float32)
    return np.where(np.isfinite(a), nearest, a)


def kernel(x, w, b=None, *, stride=1, padding=0, dilation=1, groups=1):
    return conv(x, w, b, stride, padding, dilation, groups, steps=Steps(operands=rounded))
