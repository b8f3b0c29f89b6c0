"""The index of an output wraps round.

MLX's conv_general computed the place of an output in 32 bits. Past 2^31 of them it turns negative: those writes are
lost, and the results stay zero; past 2^32 they overwrite the first ones. No error is raised.
Rebuilt small: the index has 16 bits and wraps past 2^15 outputs, counted as MLX lays them out, channels last.

https://github.com/ml-explore/mlx/issues/3248
"""

from __future__ import annotations

import numpy as np

try:
    from examples.bug_museum.right import Steps, conv
except ModuleNotFoundError:  # run as a script: this folder is on the path
    from right import Steps, conv  # type: ignore[import-not-found, no-redef]

LINK = "https://github.com/ml-explore/mlx/issues/3248"
OP = "conv2d"
CAUSES = ("index_wraps",)
PRECISION = "float32"
SHOWS = dict(x=(1, 1, 96, 96), w=(4, 1, 3, 3))
HIDES = dict(x=(1, 1, 32, 32), w=(4, 1, 3, 3))


def wrapped(y, x):
    values = np.moveaxis(y, 1, -1)
    written = np.zeros(values.size, x.dtype)
    place = np.arange(values.size).astype(np.int16)  # wraps
    inside = place >= 0
    written[place[inside]] = values.reshape(-1)[inside]
    return np.moveaxis(written.reshape(values.shape), -1, 1)


def kernel(x, w, b=None, *, stride=1, padding=0, dilation=1, groups=1):
    return conv(x, w, b, stride, padding, dilation, groups, steps=Steps(result=wrapped))
