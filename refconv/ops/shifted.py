r"""The road "shifted": for each tap, x shifted by it and times its weight, added up; no column is ever written.

Split into the phases of the strides, a channel's plane lies flat in memory, and what one tap reads for all windows is
one run of it, shifted by the tap (`refconv.arithmetic.phases`). Per group:

=========  =============================================  =======================================
correlate  ``y[o] = sum_{c, m} w[o, c, m] (x[c] >> m)``   one multiplication and addition in a pass
weights    ``dw[o, c, m] = <dy[o], x[c] >> m>``           dy spread out likewise, zeros in between
=========  =============================================  =======================================

Best where few filters share a channel, as in depthwise convolution: a matrix product would be no more than that. A
row's run goes on through the padding to the next row's; the sums there belong to no window and are left behind.

Along the last axis, picking every second sample can cost more than computing every second sum for nothing: there a
stride may be left in place, and only every s-th window of an unstrided plan be used (`Sizes.every`). The adjoint of
that reads an x with zeros between its samples (`Sizes.stuffed`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import lru_cache
from typing import Any, NamedTuple

import numpy as np

from refconv.arithmetic.geometry import Axis, Geometry
from refconv.arithmetic.integers import ceil_div, product
from refconv.arithmetic.phases import phase_count, unstrided
from refconv.ops.dtypes import Arithmetic, operand
from refconv.ops.elements import Array
from refconv.ops.patches import Planes, phases_of, planes, reach_of, run_length, run_of
from refconv.ops.sums import settle
from refconv.ops.threads import in_parallel, pieces
from refconv.ops.tiles import Box, boxes, lengths, whole

__all__ = ["Sizes", "correlate", "sizes_of", "weights"]

TILE_BYTES = 4 * 2**20
"""What a tile's planes and sums may take: little enough that all taps find them in a cache."""

SHARED_BYTES = 24 * 2**20
"""What all tiles may take that are alive at once, on different threads."""

PHASES = 64
"""Of the strides; with more of them, each holds little."""

REACH = 4
"""Rows that a tile may have to hold for each row of windows; where taps reach further, columns hold less."""

RUN = 8192
"""Places; samples are joined while their run is no longer, for it takes some time to begin one."""

DOT = 8192
"""Places of a scalar product; OpenBLAS shares out longer ones among threads of its own, which do not mix with ours."""

DOTS = 512
"""Scalar products in one call: NumPy lets go of the GIL for more than 500 of them, however long they are."""


class Sizes(NamedTuple):
    """How an operation is cut: windows of a tile along the first axis, samples and groups of a tile; the threads.

    `every` is a stride of the last axis that is left in place, `stuffed` that of a convolution whose adjoint this is.
    """

    rows: int
    samples: int
    groups: int
    threads: int
    every: int = 1
    stuffed: int = 1


def sizes_of(
    plan: Geometry, width: int, threads: int, *, in_place: bool = False, stuffed: int = 1, dot: bool = False
) -> Sizes | None:
    """Return how the road cuts a plan whose operands take `width` bytes an element; None if it does not lead there.

    It does not where a tile of a few rows would have to hold many more rows that its taps reach to.
    """
    every = int(plan.axes[-1].s) if in_place else 1
    walked = _walked(plan, every)
    if product(map(phase_count, walked.axes)) > PHASES:
        return None
    most = min(TILE_BYTES, SHARED_BYTES // threads) // width
    first, *rest = plan.output_size
    rows = first
    longest = DOT if dot and threads > 1 else _elements(walked, walked.output_size)
    while rows > 1 and (
        _elements(walked, _wide((rows, *rest), every)) > most or rows * product(rest) * every > longest
    ):
        rows = ceil_div(rows, 2)
    cost = _elements(walked, _wide((rows, *rest), every)) + (2 * plan.group_filters * plan.taps if dot else 0)
    if cost > most or (rows < first and reach_of(walked.axes)[0] > REACH * rows):
        return None
    threads, share = pieces(plan.batch * plan.groups * cost * ceil_div(first, rows), most, threads)
    together = ceil_div(DOTS, plan.group_filters * plan.taps) if dot else 1
    samples = max(min(plan.batch, share // (cost * together), RUN // (rows * product(rest))), 1)
    return Sizes(rows, samples, max(share // (cost * samples), 1), threads, every, stuffed)


def correlate(
    x: Array, kernels: Array, offset: Array | None, plan: Geometry, arithmetic: Arithmetic, y: Array, sizes: Sizes
) -> None:
    """Write the sums of x (N, G, C/G, ...) with kernels (G, O/G, C/G, ...), plus an offset, into y (N, G, O/G, ...)."""
    walked = _walked(plan, sizes.every)

    def work(tile: tuple[slice, tuple[slice, Box, Box]]) -> None:
        groups, (samples, used, windows) = tile
        grid = planes(x[samples, groups], walked, windows, _plain(arithmetic), sizes.stuffed)
        total = _sums(grid, operand(kernels[groups], arithmetic), walked.axes, lengths(windows))[..., :: sizes.every]
        settle(y[samples, groups, :, *used], total, None if offset is None else offset[groups], arithmetic)

    every = ((groups, box) for (groups,) in boxes(whole(plan.groups), sizes.groups) for box in _windows(plan, sizes))
    in_parallel(work, every, sizes.threads)


def _sums(grid: Planes, kernels: Array, axes: tuple[Axis, ...], windows: tuple[int, ...]) -> Array:
    """Return the sums (N, G, O/G, *windows) of all taps' runs, each times its weight."""
    g, o, c, run, *taps = range(4 + len(windows))
    total, sums = _spread_out(kernels.shape[:2], grid, windows, np.empty)
    out = total
    for number, phase in enumerate(phases_of(axes)):
        some = kernels[:, :, :, *(along.taps for along in phase)]
        view = run_of(grid, number, phase, windows)
        # the order "F", and labels to match, make the run the innermost loop: one long pass for each tap
        np.einsum(some, [g, o, c, *taps], view, [g, c, *taps, run], [run, o, g], out=out.T, order="F")
        if number == 0:
            out = np.empty_like(total) if grid.array.shape[2] > 1 else out
        else:
            total += out
    return np.moveaxis(sums, 2, 0)


def weights(dy: Array, x: Array, plan: Geometry, arithmetic: Arithmetic, dw: Array, sizes: Sizes) -> None:
    """Write the sums of conj(dy) (N, G, O/G, ...) with x (N, G, C/G, ...) into dw (G, O/G, C/G, ...)."""
    between = tuple(range(-2 - plan.rank, -1))  # dy's run meets those of all channels and taps
    walked = _walked(plan, sizes.every)

    def work(groups: slice) -> None:
        total: Any = np.zeros(dw[groups].shape, _plain(arithmetic))
        for samples, used, windows in _windows(plan, sizes):
            grid = planes(x[samples, groups], walked, windows, total.dtype)
            spread, gaps = _spread_out(total.shape[:2], grid, lengths(windows), np.zeros)
            gaps[..., :: sizes.every] = dy[samples, groups, :, *used].transpose(1, 2, 0, *range(3, dy.ndim))
            for number, phase in enumerate(phases_of(walked.axes)):
                view = run_of(grid, number, phase, lengths(windows))[:, np.newaxis]
                total[:, :, :, *(along.taps for along in phase)] += np.vecdot(np.expand_dims(spread, between), view)
        settle(dw[groups], total, None, arithmetic)

    in_parallel(work, (groups for (groups,) in boxes(whole(plan.groups), sizes.groups)), sizes.threads)


def _spread_out(
    filters: tuple[int, ...], grid: Planes, windows: tuple[int, ...], new: Callable[..., Array]
) -> tuple[Array, Any]:
    """Return new memory for results (G, O/G) that lie as the runs do: (G, O/G, run), and (G, O/G, N, *windows)."""
    samples = grid.array.shape[3]
    flat: Any = new((*filters, samples, *grid.size), grid.array.dtype)
    run = flat.reshape(*filters, -1)[..., : run_length((samples, *grid.size), (samples, *windows))]
    return run, flat[..., *(slice(count) for count in windows)]


def _windows(plan: Geometry, sizes: Sizes) -> Iterator[tuple[slice, Box, Box]]:
    """Yield boxes of samples, of windows, and of the windows that are walked to compute these."""
    *leading, last = whole(*plan.output_size)
    for (samples,) in boxes(whole(plan.batch), sizes.samples):
        for (rows,) in boxes((leading[0] if leading else last,), sizes.rows):
            used = (rows, *leading[1:], last) if leading else (rows,)
            stop = (used[-1].stop - 1) * sizes.every + 1
            yield samples, used, (*used[:-1], slice(used[-1].start * sizes.every, stop))


def _wide(windows: tuple[int, ...], every: int) -> tuple[int, ...]:
    """Return how many windows are walked to compute so many."""
    return (*windows[:-1], (windows[-1] - 1) * every + 1)


@lru_cache(maxsize=256)
def _walked(plan: Geometry, every: int) -> Geometry:
    """Return the plan whose windows are computed."""
    return plan if every == 1 else replace(plan, axes=(*plan.axes[:-1], unstrided(plan.axes[-1])))


def _plain(arithmetic: Arithmetic) -> np.dtype[Any]:
    assert arithmetic.plain is not None  # noqa: S101 - `roads` sends nobody else here
    return arithmetic.plain


def _elements(plan: Geometry, windows: tuple[int, ...]) -> int:
    """Return how many elements the planes and sums of one group take."""
    size = (count + reach for count, reach in zip(windows, reach_of(plan.axes), strict=True))
    phases = len(phases_of(plan.axes))
    return int(product(size) * (phases * plan.group_channels + min(phases, 2) * plan.group_filters))
