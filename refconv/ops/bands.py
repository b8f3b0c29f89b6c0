"""The road "bands": im2col along all axes but the first; along that one, taps are views.

A band holds, for each row of x that a tile reads, what the other axes' taps read of it. The taps of the first axis see
the same band, each some rows further on, and no row is copied twice. With `K'` the taps of one row, per group:

=========  ==========================================================  =========================
correlate  ``y (O/G, P)      = sum_m  w[m] (O/G, K')  @  band[m:]``    summed over the first axis
weights    ``dw[m] (O/G, K') =        dy (O/G, P)     @  band[m:]^T``
=========  ==========================================================  =========================

Less is copied than for whole columns, by as much as the kernel has rows; but y is added up in as many steps. In one
dimension nothing is copied at all. Rows of windows for which a tap reads nothing but the padding's zeros are left out
with that tap: at high rates many. Only an infinity or NaN, which times zero is NaN, meets them all.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

import numpy as np

from refconv.arithmetic.geometry import Geometry
from refconv.arithmetic.integers import product
from refconv.ops.dtypes import Arithmetic, is_finite, operand
from refconv.ops.elements import Array
from refconv.ops.patches import columns, reach_of
from refconv.ops.sums import laid, matrix, settle, view_as
from refconv.ops.tiles import Box, boxes, lengths, whole

__all__ = ["Sizes", "correlate", "sizes_of", "weights"]

TILE_BYTES = 8 * 2**20
"""What a band may take, and the sums of its tile."""

ROWS_PER_REACH = 2
"""Rows of windows, for each further row that their taps reach to, in a band that is cut."""


class Sizes(NamedTuple):
    """How an operation is cut: rows of a tile, windows of the other axes, and the channels of a tile of weights."""

    rows: int
    others: int
    channels: int


class _Step(NamedTuple):
    """What one tap of the first axis does in a tile: for which of its windows, and what these read (1, K', P)."""

    tap: int
    windows: slice
    view: Array


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
    finite = is_finite(kernels, arithmetic)
    for n, group in np.ndindex(*y.shape[:2]):
        for windows in _windows(plan, sizes):
            target = y[n, group, :, *windows]
            shape = (1, len(target), product(lengths(windows)))
            out = view_as(target, shape) if arithmetic.plain == target.dtype else None
            steps = _steps(x[n : n + 1, group : group + 1], plan, windows, arithmetic, finite=finite)
            total = _summed(by_row[:, group], steps, shape, arithmetic, out)
            if total is not out or offset is not None or arithmetic.result != target.dtype:
                settle(target, total, None if offset is None else offset[group], arithmetic)


def _summed(
    by_row: Array, steps: list[_Step], shape: tuple[int, ...], arithmetic: Arithmetic, out: Array | None
) -> Array:
    """Return the sum of each row's kernels times its view, of this shape, written into `out` where there is one."""
    products = ((step, matrix(operand(by_row[step.tap][np.newaxis], arithmetic), 2)) for step in steps)
    if steps and steps[0].view.shape[2] == shape[2]:  # it reads something everywhere
        step, rows = next(products)
        total = arithmetic.multiply(rows, step.view, out)
    else:
        total = np.empty(shape, arithmetic.plain or arithmetic.accumulator) if out is None else out
        total[...] = 0
    scratch: Any = np.empty(shape[1] * shape[2], total.dtype) if arithmetic.plain else None
    for step, rows in products:
        part = total[:, :, step.windows]
        room = None if scratch is None else scratch[: part.size].reshape(part.shape)
        part += arithmetic.multiply(rows, step.view, room)
    return total


def weights(dy: Any, x: Any, plan: Geometry, arithmetic: Arithmetic, dw: Any, sizes: Sizes) -> None:
    """Write the sums of conj(dy) (N, G, O/G, ...) with x (N, G, C/G, ...) into dw (G, O/G, C/G, ...)."""
    finite = is_finite(dy, arithmetic)
    for g, channels in boxes(whole(plan.groups, plan.group_channels), sizes.channels):
        target = np.moveaxis(dw[g.start, :, channels], 2, 0)
        total: Any = np.zeros(target.shape, arithmetic.plain or arithmetic.accumulator)
        for n in range(plan.batch):
            for windows in _windows(plan, sizes):
                upstream = matrix(operand(dy[n, g, :, *windows], arithmetic, conjugated=True), 2)
                for step in _steps(x[n : n + 1, g, channels], plan, windows, arithmetic, finite=finite):
                    part = arithmetic.multiply(upstream[:, :, step.windows], step.view.swapaxes(1, 2))
                    total[step.tap] += part.reshape(target.shape[1:])
        settle(target, total, None, arithmetic)


def _steps(x: Array, plan: Geometry, windows: Box, arithmetic: Arithmetic, *, finite: bool) -> list[_Step]:
    """Return what each tap of the first axis does for these windows; first those that read the most rows."""
    first, (rows, *others) = plan.axes[0], windows
    read = slice(rows.start, rows.stop + reach_of(plan.axes[:1])[0])
    if finite:  # rows of the padding's zeros need not be read
        read = slice(max(read.start, first.lo), min(read.stop, first.lo + first.n))
    if read.start >= read.stop:
        return []
    # a row is what a window of one tap reads there
    taps = (slice(0, 1), *whole(*plan.kernel_size[1:]))
    gathered = columns(x, plan, (read, *others), taps, arithmetic.plain or x.dtype)
    depth, beside = product(gathered.shape[1 : 2 + plan.rank]), product(lengths(tuple(others)))
    band = gathered.reshape(1, depth, read.stop - read.start, beside)
    if others:  # it may still be a view of x, whose rows and what is beside them would be copied tap by tap
        band = np.ascontiguousarray(band)
    steps = []
    for m in range(first.k):
        start, stop = max(rows.start, read.start - m * first.d), min(rows.stop, read.stop - m * first.d)
        if start < stop:
            shift = m * first.d - read.start
            view = matrix(band[:, :, start + shift : stop + shift], 2)
            steps.append(_Step(m, slice((start - rows.start) * beside, (stop - rows.start) * beside), view))
    return sorted(steps, key=lambda step: -step.view.shape[2])


def _windows(plan: Geometry, sizes: Sizes) -> Iterator[Box]:
    first, *others = whole(*plan.output_size)
    for (rows,) in boxes((first,), sizes.rows):
        for rest in boxes(tuple(others), sizes.others):
            yield (rows, *rest)
