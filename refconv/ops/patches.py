"""What a tile of windows reads, cut out of x: the columns of im2col, or the planes that taps walk over.

Padding with zeros happens here, tile by tile, so that no padded copy of x ever exists; an x of another padding mode
comes padded, with `Geometry.unpadded`. Whatever type the sums are kept in, x takes it on here, once for all the taps
that will read it.
"""

from __future__ import annotations

from functools import lru_cache
from itertools import product
from math import prod
from typing import Any, NamedTuple

import numpy as np
from numpy.lib.stride_tricks import as_strided

from refconv.arithmetic.geometry import Axis, Geometry
from refconv.arithmetic.phases import TapRun, places_inside, read_span, stuffed_inside, tap_runs
from refconv.arithmetic.sizes import read_position
from refconv.ops.elements import Array
from refconv.ops.tiles import Box, lengths

__all__ = ["Planes", "columns", "phases_of", "planes", "reach_of", "run_length", "run_of"]

LEADING = 3  # samples, groups, channels of a group

TAPS_PER_PHASE = 3
"""Along an axis, for a strided patch to be split into its phases before it is copied tap by tap."""

SPARSE = 2
"""Where a patch would hold more than so many times what the columns need of it, they are picked one by one."""


def columns(x: Array, plan: Geometry, windows: Box, taps: Box, dtype: np.dtype[Any]) -> Array:
    """Return what these windows read with these taps, as a view (G, C/G, *taps, N, *windows) of x or of a patch of it.

    x is some of the samples, groups and channels, (N, G, C/G, *sizes).
    """
    if _has_long_phases(plan) and lengths(taps) == plan.kernel_size:
        return _columns_of_planes(planes(x, plan, windows, dtype), plan, lengths(windows))
    cuts = [
        _cut(axis, window.start, window.stop, tap.start, tap.stop)
        for axis, window, tap in zip(plan.axes, windows, taps, strict=True)
    ]
    patch = x[:, :, :, *[cut.there for cut in cuts]]
    sizes = tuple([cut.size for cut in cuts])
    if patch.shape[LEADING:] != sizes:
        if prod(sizes) > SPARSE * prod(lengths(windows)) * prod(lengths(taps)):
            return _picked(x, plan, windows, taps, dtype)
        padded = np.zeros((*x.shape[:LEADING], *sizes), dtype)
        padded[:, :, :, *[cut.here for cut in cuts]] = patch
        patch = padded
    return _columns_of(patch.astype(dtype, copy=False), plan, lengths(windows), lengths(taps))


class _Cut(NamedTuple):
    """Along one axis: how many positions windows read, which of them lie on the input, and where there."""

    size: int
    here: slice
    there: slice


@lru_cache(maxsize=4096)
def _cut(axis: Axis, first: int, last: int, first_tap: int, last_tap: int) -> _Cut:
    span = read_span(axis, slice(first, last), slice(first_tap, last_tap))
    return _Cut(span.stop - span.start, *places_inside(axis, span))


def _columns_of(patch: Array, plan: Geometry, windows: tuple[int, ...], taps: tuple[int, ...]) -> Array:
    """Return the windows of a patch: element ``[g, c, m, n, i]`` is ``patch[n, g, c, i*s + m*d]``."""
    samples, *channels = patch.strides[:LEADING]
    places = patch.strides[LEADING:]
    shape = (*patch.shape[1:LEADING], *taps, patch.shape[0], *windows)
    # where there is one tap, or one window, nobody steps: a huge stride or dilation must not overflow
    by_tap = [axis.d * step if k > 1 else 0 for axis, step, k in zip(plan.axes, places, taps, strict=True)]
    by_window = [axis.s * step if n > 1 else 0 for axis, step, n in zip(plan.axes, places, windows, strict=True)]
    strides = (*channels, *by_tap, samples, *by_window)
    if patch.flags.c_contiguous:  # the same in a tenth of the time, which is some of a small call's
        return np.ndarray(shape, patch.dtype, patch, 0, strides)
    return as_strided(patch, shape, strides, writeable=False)


def _has_long_phases(plan: Geometry) -> bool:
    """Return whether each phase of the strides is read by so many taps that it is worth being laid out for them."""
    strided = [axis for axis in plan.axes if axis.s > 1]
    return bool(strided) and all(axis.d == 1 and axis.k >= TAPS_PER_PHASE * axis.s for axis in strided)


def _columns_of_planes(grid: Planes, plan: Geometry, windows: tuple[int, ...]) -> Array:
    """Return the columns copied from planes, where neighbours lie side by side, whatever the stride."""
    array: Any = grid.array
    written: Any = np.empty((*array.shape[:2], *plan.kernel_size, array.shape[3], *windows), array.dtype)
    places = array.strides[4:]
    for number, phase in enumerate(phases_of(plan.axes)):
        view = np.ndarray(
            (*array.shape[:2], *(run.k for run in phase), array.shape[3], *windows),
            array.dtype,
            array,
            number * array.strides[2] + sum(run.shift * step for run, step in zip(phase, places, strict=True)),
            (
                *array.strides[:2],
                *(run.step * step for run, step in zip(phase, places, strict=True)),
                *array.strides[3:],
            ),
        )
        written[:, :, *(run.taps for run in phase)] = view
    filled: Array = written
    return filled


def _picked(x: Array, plan: Geometry, windows: Box, taps: Box, dtype: np.dtype[Any]) -> Array:
    """Return the same, picked by index, axis by axis: for windows whose taps lie far apart."""
    picked = x
    for number, (axis, window, tap) in enumerate(zip(plan.axes, windows, taps, strict=True)):
        m, i = np.ogrid[tap, window]
        positions = read_position(i, m, axis.s, axis.d, axis.lo)
        outside = (positions < 0) | (positions >= axis.n)
        at = LEADING + 2 * number
        picked = np.take(picked, np.where(outside, 0, positions), axis=at)
        np.moveaxis(picked, (at, at + 1), (0, 1))[outside] = 0
    taps_first = (*range(LEADING, picked.ndim, 2), 0, *range(LEADING + 1, picked.ndim, 2))
    return picked.astype(dtype, copy=False).transpose(1, 2, *taps_first)


class Planes(NamedTuple):
    """A patch of x, split into the strides' phases: `array` has axes (G, C/G, phases, N, *size), contiguous.

    Samples lie one behind another, so that one run goes through all of them.
    """

    array: Array
    size: tuple[int, ...]


@lru_cache(maxsize=256)
def phases_of(axes: tuple[Axis, ...]) -> tuple[tuple[TapRun, ...], ...]:
    """Return the phases that some tap reads, each as its taps along every axis."""
    return tuple(product(*(tap_runs(axis) for axis in axes)))


@lru_cache(maxsize=256)
def reach_of(axes: tuple[Axis, ...]) -> tuple[int, ...]:
    """Return how many places, along each axis, the taps reach beyond a window's own."""
    return tuple(max(run.shift + (run.k - 1) * run.step for run in tap_runs(axis)) for axis in axes)


def planes(x: Array, plan: Geometry, windows: Box, dtype: np.dtype[Any], stuffed: int = 1) -> Planes:
    """Return what the windows read of x (N, G, C/G, ...) with all taps (`refconv.arithmetic.phases`).

    A `stuffed` x stands for one with zeros after each sample of the last axis, which is of stride 1 then.
    """
    phases = phases_of(plan.axes)
    size = tuple(count + reach for count, reach in zip(lengths(windows), reach_of(plan.axes), strict=True))
    array: Any = np.zeros((*x.shape[1:LEADING], len(phases), len(x), *size), dtype)
    channels_first: Any = x.transpose(1, 2, 0, *range(LEADING, x.ndim))
    for number, phase in enumerate(phases):
        here, there = [], []
        for axis, part, run in zip(plan.axes, windows, phase, strict=True):
            span = read_span(axis, part, slice(0, axis.k))
            last = stuffed > 1 and axis is plan.axes[-1]
            places, pixels = (
                stuffed_inside(axis, span, stuffed) if last else places_inside(axis, span, run.phase, axis.s)
            )
            here.append(places)
            there.append(pixels)
        array[:, :, number, :, *here] = channels_first[:, :, :, *there]
    return Planes(array, size)


def run_of(grid: Planes, number: int, phase: tuple[TapRun, ...], windows: tuple[int, ...]) -> Array:
    """Return what the taps of one phase read, as a view (G, C/G, *taps, run): each a run over the flat planes.

    Between two rows of windows a run passes places that no window starts from; what is computed there is not used.
    """
    array = grid.array
    groups, channels, _, samples = array.shape[:4]
    *leading, of_phase, _ = array.strides[:4]
    places = array.strides[4:]
    return np.ndarray(
        (groups, channels, *(run.k for run in phase), run_length((samples, *grid.size), (samples, *windows))),
        array.dtype,
        array,
        number * of_phase + sum(run.shift * step for run, step in zip(phase, places, strict=True)),
        (*leading, *(run.step * step for run, step in zip(phase, places, strict=True)), array.itemsize),
    )


def run_length(size: tuple[int, ...], windows: tuple[int, ...]) -> int:
    """Return the places from the first window's to the last one's, in a flat box of this size.

    Examples
    --------
    >>> run_length((5, 7), (3, 4))
    18
    """
    return 1 + sum((count - 1) * prod(size[number + 1 :]) for number, count in enumerate(windows))
