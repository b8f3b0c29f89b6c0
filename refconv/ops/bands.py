"""The road "bands": im2col along all axes but the first; along that one, taps are views.

A band holds, for each row of x that a tile reads, what the other axes' taps read of it. The taps of the first axis see
the same band, each some rows further on, and no row is copied twice. With `K'` the taps of one row, per group:

=========  ==========================================================  =========================
correlate  ``y (O/G, P)      = sum_m  w[m] (O/G, K')  @  band[m:]``    summed over the first axis
weights    ``dw[m] (O/G, K') =        dy (O/G, P)     @  band[m:]^T``
=========  ==========================================================  =========================

Less is copied than for whole columns, by as much as the kernel has rows; but y is added up in as many steps. In one
dimension nothing is copied at all.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

import numpy as np

from refconv.arithmetic.geometry import Geometry
from refconv.arithmetic.integers import product
from refconv.ops.dtypes import Arithmetic, operand
from refconv.ops.elements import Array
from refconv.ops.patches import columns, reach_of
from refconv.ops.sums import laid, matrix, settle, view_as
from refconv.ops.tiles import Box, boxes, lengths, whole

__all__ = ["Sizes", "correlate", "sizes_of", "weights"]

TILE_BYTES = 16 * 2**20
"""What a band may take, and the sums of its tile."""

ROWS_PER_REACH = 2
"""Rows of windows, for each further row that their taps reach to, in a band that is cut."""


class Sizes(NamedTuple):
    """How an operation is cut: rows of a tile, windows of the other axes, and the channels of a tile of weights."""

    rows: int
    others: int
    channels: int


def sizes_of(plan: Geometry, width: int) -> Sizes | None:
    """Return how the road cuts a plan whose operands take `width` bytes an element; None if it does not lead there."""
    first, *others = plan.axes
    if first.s > 1 or first.k == 1:
        return None
    taps, filters = plan.taps // first.k, plan.group_filters
    most = TILE_BYTES // width
    rest, reach = product(axis.out for axis in others), reach_of(plan.axes[:1])[0]
    rows = min(first.out, max(most // (taps * rest) - reach, ROWS_PER_REACH * reach, 1))
    room = min(most // (taps * (rows + reach)), most // (filters * rows))
    channels = most // (plan.taps // plan.group_channels * 2 * filters)
    return Sizes(rows, min(rest, room), min(plan.group_channels, channels)) if room and channels else None


def correlate(
    x: Any, kernels: Array, offset: Array | None, plan: Geometry, arithmetic: Arithmetic, y: Any, sizes: Sizes
) -> None:
    """Write the sums of x (N, G, C/G, ...) with kernels (G, O/G, C/G, ...), plus an offset, into y (N, G, O/G, ...)."""
    by_row = laid(np.moveaxis(kernels, 3, 0), arithmetic)
    for n, group in np.ndindex(*y.shape[:2]):
        for windows in _windows(plan, sizes):
            target = y[n, group, :, *windows]
            flat = (1, len(target), product(lengths(windows)))
            out = view_as(target, flat) if arithmetic.plain == target.dtype else None
            views = _views(x[n : n + 1, group : group + 1], plan, windows, arithmetic)
            total = _summed(by_row[:, group], views, arithmetic, out)
            if total is not out or offset is not None or arithmetic.result != target.dtype:
                settle(target, total, None if offset is None else offset[group], arithmetic)


def _summed(by_row: Array, views: Iterator[Array], arithmetic: Arithmetic, out: Array | None) -> Array:
    """Return the sum of each row's kernels times its view, written into `out` where there is one."""
    total: Array | None = None
    scratch = None
    for kernels, view in zip(by_row, views, strict=True):
        rows = matrix(operand(kernels[np.newaxis], arithmetic), 2)
        if total is None:
            total = arithmetic.multiply(rows, view, out)
        else:
            scratch = arithmetic.multiply(rows, view, scratch if arithmetic.plain else None)
            total += scratch
    assert total is not None  # noqa: S101 - a kernel has rows
    return total


def weights(dy: Any, x: Any, plan: Geometry, arithmetic: Arithmetic, dw: Any, sizes: Sizes) -> None:
    """Write the sums of conj(dy) (N, G, O/G, ...) with x (N, G, C/G, ...) into dw (G, O/G, C/G, ...)."""
    for group, channels in boxes(whole(plan.groups, plan.group_channels), sizes.channels):
        for g in range(group.start, group.stop):
            target = np.moveaxis(dw[g, :, channels], 2, 0)
            sums: list[Any] = [None] * len(target)
            for n in range(plan.batch):
                for windows in _windows(plan, sizes):
                    upstream = operand(dy[n, g, :, *windows], arithmetic, conjugated=True)
                    views = _views(x[n : n + 1, g : g + 1, channels], plan, windows, arithmetic)
                    for m, view in enumerate(views):
                        part = arithmetic.multiply(matrix(upstream[np.newaxis], 2), view.swapaxes(1, 2))
                        if sums[m] is None:
                            sums[m] = part
                        else:
                            sums[m] += part
            for row, total in zip(target, sums, strict=True):
                settle(row, total, None, arithmetic)


def _views(x: Array, plan: Geometry, windows: Box, arithmetic: Arithmetic) -> Iterator[Array]:
    """Yield, for each tap of the first axis, what the taps beside it read for these windows: (1, K', P)."""
    first, (rows, *others) = plan.axes[0], windows
    reach = reach_of(plan.axes[:1])[0]
    # a row is what a window of one tap reads there
    gathered = columns(
        x,
        plan,
        (slice(rows.start, rows.stop + reach), *others),
        (slice(0, 1), *whole(*plan.kernel_size[1:])),
        arithmetic.plain or x.dtype,
    )
    rest = lengths(tuple(others))
    band = gathered.reshape(1, product(gathered.shape[1 : 2 + plan.rank]), -1, *rest)
    for m in range(first.k):
        yield matrix(band[:, :, m * first.d : m * first.d + rows.stop - rows.start], 2)


def _windows(plan: Geometry, sizes: Sizes) -> Iterator[Box]:
    first, *others = whole(*plan.output_size)
    for (rows,) in boxes((first,), sizes.rows):
        for rest in boxes(tuple(others), sizes.others):
            yield (rows, *rest)
