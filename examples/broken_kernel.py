"""A convolution as one might write it for speed, four channels at a time, with two mistakes in it.

`refconv check examples/broken_kernel.py:conv2d` finds them.
"""

import numpy as np

LANES = 4


def conv2d(x, w, b=None, *, stride=1, padding=0, dilation=1, groups=1):
    (sh, sw), (dh, dw) = pair(stride), pair(dilation)
    (top, bottom), (left, right) = (pair(p) for p in pair(padding))
    x = np.pad(x, ((0, 0), (0, 0), (top, bottom), (left, right)))
    N, _, H, W = x.shape
    O, per_group, KH, KW = w.shape
    OH, OW = (H - dh * (KH - 1) - 1) // sh + 1, (W - dw * (KW - 1) - 1) // sw + 1
    y = np.zeros((N, O, OH, OW), x.dtype)
    for o in range(O):
        first = o // (O // groups) * per_group
        for c in range(0, per_group - per_group % LANES, LANES):
            channels = slice(first + c, first + c + LANES)
            for kh in range(KH):
                for kw in range(KW):
                    rows = slice(kh * dh, kh * dh + (OH - 1) * sh + 1, sh)
                    columns = slice(kw * dh, kw * dh + (OW - 1) * sw + 1, sw)
                    seen = x[:, channels, rows, columns]
                    there = y[:, o, : seen.shape[2], : seen.shape[3]]
                    there += np.einsum("nchw,c->nhw", seen, w[o, c : c + LANES, kh, kw])
    return y if b is None else y + b[:, None, None]


def pair(value):
    return value if isinstance(value, tuple) else (value, value)
