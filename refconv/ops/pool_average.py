"""The sum of each window, what it is divided by, and the way back, along one axis after the other."""

from __future__ import annotations

from typing import Any

import numpy as np

from refconv.ops.calls import Windows
from refconv.ops.elements import Array
from refconv.ops.pool_axis import fold, pooled_shape, spread, upright
from refconv.ops.pool_pieces import Piece, spatial_positions
from refconv.ops.tiles import Box

__all__ = ["counts", "spread_evenly", "sums"]


def sums(x: Array, piece: Piece, dtype: Any) -> Array:
    """Return the sum of each window in `dtype`, `x` being the pixels of the piece."""
    total = x.astype(dtype, copy=False)  # at once: NumPy would add int8 to int8 as int8
    for position, axis in piece.steps:
        out = np.empty(pooled_shape(total.shape, axis, position), dtype)
        total = fold(total, axis, position, np.add, 0, out)
    return total


def spread_evenly(terms: Array, piece: Piece, out: Array) -> None:
    """Write to `out` the sum of the terms of all windows that read a pixel."""
    for number, (position, axis) in reversed(list(enumerate(piece.steps))):
        straight = number == 0 and out.dtype == terms.dtype  # no copy at the end
        shape = (*terms.shape[:position], axis.n, *terms.shape[position + 1 :])
        terms = spread(terms, axis, position, out if straight else np.empty(shape, terms.dtype))
    if terms is not out:
        out[...] = terms


def counts(call: Windows, windows: Box, dtype: Any, *, include_padding: bool) -> Array:
    """Return what each window's sum is divided by: all taps, but at the rim only those that count.

    One number where it is the same for all of them.
    """
    count = np.ones((1,) * len(windows), dtype)
    for position, axis, asked in zip(spatial_positions(call.x_layout), call.plan.axes, call.asked, strict=True):
        part = windows[position]
        inside = (0, asked.padded) if include_padding else (axis.lo, axis.lo + axis.n)
        divisor = np.full(part.stop - part.start, axis.k).astype(dtype)
        for i in axis.rim:
            if part.start <= i < part.stop:
                divisor[i - part.start] = axis.taps_inside(i, *inside)
        if (divisor == divisor[0]).all():
            divisor = divisor[:1]
        count = count * upright(divisor, position, len(windows))
    return count
