"""What the right kernels share: the numbers of the axes, padding, and looking at windows."""

from __future__ import annotations

from itertools import product

import numpy as np

try:
    from examples.bug_museum.right import RIGHT_STEPS, call_of
except ModuleNotFoundError:  # run as a script: this folder is on the path
    from right import RIGHT_STEPS, call_of  # type: ignore[import-not-found, no-redef]


def summed(a, type_=None):
    """An operand in the type of the sums: integers exact, float16 and bfloat16 in float32."""
    if a.dtype.kind in "iu":
        return a.astype(np.int64)
    return a.astype(type_ or (a.dtype if a.dtype in (np.float32, np.float64) else np.float32))


def axes_of(x, w, stride, padding, dilation):
    return RIGHT_STEPS.understood(call_of(x, w, stride, padding, dilation))[1]


def shown(axis, mode):
    """The sample of x that stands at each place of the padded axis; -1 for a zero."""
    return np.array([RIGHT_STEPS.source(q, axis.n, mode) for q in range(-axis.lo, axis.n + axis.hi)], dtype=int)


def padded(x, axes, mode):
    x = np.pad(x, [(0, 0), (0, 0)] + [(0, 1)] * len(axes))
    for index, axis in enumerate(axes):
        x = np.take(x, shown(axis, mode), axis=2 + index)
    return x


def unpadded(dp, axes, mode):
    """The adjoint of `padded`: every place gives its gradient back to the sample it shows."""
    for index, axis in enumerate(axes):
        last = np.moveaxis(dp, 2 + index, 0)
        dx = np.zeros((axis.n + 1, *last.shape[1:]), dp.dtype)
        np.add.at(dx, shown(axis, mode), last)
        dp = np.moveaxis(dx[:-1], 0, 2 + index)
    return dp


def finished(y, x, b):
    if b is not None:
        y = y + b.astype(y.dtype).reshape(-1, *(1,) * (y.ndim - 2))
    return RIGHT_STEPS.result(y, x)


def taps(axes):
    return product(*(range(axis.k) for axis in axes))


def seen(p, axes, at):
    """What one tap reads, for all windows: a strided slice of the padded x."""
    outs = [RIGHT_STEPS.size(axis) for axis in axes]
    starts = [m * axis.d for axis, m in zip(axes, at, strict=True)]
    cuts = [slice(q, q + (n - 1) * a.s + 1, a.s) for q, n, a in zip(starts, outs, axes, strict=True)]
    return (slice(None), slice(None), *cuts)


def last(cuts):
    """An index for the last axes."""
    return (..., *cuts)


def in_groups(groups, *arrays):
    """Cut arrays, each along the axis beside it, into their groups."""
    return zip(*(np.split(a, groups, axis=axis) for a, axis in arrays), strict=True)


def windows_of(p, axes):
    """A view of all windows: (N, C, outputs, taps)."""
    rank = len(axes)
    views = np.lib.stride_tricks.sliding_window_view(p, [axis.span for axis in axes], axis=tuple(range(2, 2 + rank)))
    steps = [slice(None, None, axis.s) for axis in axes] + [slice(None, None, axis.d) for axis in axes]
    return views[(slice(None), slice(None), *steps)]


def columns_of(p, axes):
    windows = windows_of(p, axes)
    rank = len(axes)
    outs = windows.shape[2 : 2 + rank]
    columns = np.moveaxis(windows, range(2, 2 + rank), range(-rank, 0))
    rows = int(np.prod(columns.shape[1:-rank]))  # not -1: there may be no samples
    return columns.reshape(len(p), rows, int(np.prod(outs))), outs
