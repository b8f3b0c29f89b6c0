"""The road "scattered", for the gradient for x alone: every product added to the pixel that its tap had read.

``columns (K, P) = w^T (K, O/G) @ dy (O/G, P)``, and each entry goes home: col2im, some pixels at a time. Best where x
has fewer channels than y; and the only road that never multiplies a weight with padding, which an infinite weight
would turn into NaN.
"""

from __future__ import annotations

from functools import reduce
from itertools import product as combinations
from operator import iadd
from typing import Any

import numpy as np

from refconv.arithmetic.geometry import Geometry
from refconv.arithmetic.integers import ceil_div, product
from refconv.ops.dtypes import Arithmetic, is_finite, operand
from refconv.ops.elements import Array
from refconv.ops.scattered_runs import by_runs, elements_of
from refconv.ops.sums import matrix, settle
from refconv.ops.tiles import Box, boxes, lengths, whole

__all__ = ["scatter"]

TILE_BYTES = 4 * 2**20
"""What one operand of a tile's product may take; half a dozen of that size are alive at once."""

RUNS_BYTES = 16 * 2**20
"""What the columns of a tile may take that is scattered in long runs, each addition a large one; twice that in all."""

MANY_TAPS = 64
"""Kernels with more taps are scattered some taps at a time, rather than from ever smaller boxes of pixels."""


def scatter(dy: Any, kernels: Any, offset: Any, plan: Geometry, arithmetic: Arithmetic, dx: Any) -> None:
    """Write what dy (N, G, O/G, ...) gives by kernels (G, O/G, C/G, ...), plus an offset, into dx (N, G, C/G, ...).

    A tile is a box of pixels, finished before the next by all the windows that read any of it.
    """
    finite = arithmetic.plain is not None and is_finite(kernels, arithmetic)
    limit = (RUNS_BYTES if finite else TILE_BYTES) // arithmetic.width
    taps, outputs = product(plan.kernel_size), product(plan.output_size)
    # a tile's products number about taps / strides for each of its pixels; of many taps _add takes some at a time
    strides = product(axis.s for axis in plan.axes)
    pixels_limit = min(limit * strides // taps, limit) if taps <= min(outputs, MANY_TAPS) else limit
    for n in range(plan.batch):
        for group, channels, *box in boxes(whole(*dx.shape[1:]), pixels_limit):
            target = dx[n, group, channels, *box]
            operands = dy[n, group], kernels[group, :, channels]
            area = plan.in_padded(tuple(box))
            windows = plan.readers(whole(*plan.kernel_size), area)
            by_tap = product(plan.kernel_size) <= product(lengths(windows))
            if finite and by_tap and elements_of(plan, windows, operands[1]) <= 2 * limit:
                pixels = by_runs(*operands, plan, area, windows, arithmetic)
            else:
                part = _Part(target.shape, plan, area, arithmetic)
                _add(part, area, *operands, plan, arithmetic)
                pixels = part.pixels()
            settle(target, pixels, None if offset is None else offset[group, channels], arithmetic)


class _Part:
    """The sums of a tile's pixels (G, C/G, ...), kept by the strides' phases where taps are added one by one.

    A tap's pixels lie a stride apart; within their phase they are neighbours, and quickly added to.
    """

    def __init__(self, shape: tuple[int, ...], plan: Geometry, area: Box, arithmetic: Arithmetic) -> None:
        """Begin with zeros."""
        windows = product(lengths(plan.readers(whole(*plan.kernel_size), area)))
        self.shape, self.by_tap = shape, product(plan.kernel_size) <= windows
        # no more phases than pixels: a stride may be huge
        self.strides = tuple(min(axis.s, n) if self.by_tap else 1 for axis, n in zip(plan.axes, shape[2:], strict=True))
        places = (ceil_div(n, s) for n, s in zip(shape[2:], self.strides, strict=True))
        self.array: Any = np.zeros((*shape[:2], *self.strides, *places), arithmetic.accumulator)

    def place(self, axis: int, pixels: slice) -> tuple[int, slice]:
        """Return the phase of these pixels of an axis, a stride apart, and their places in it."""
        s = self.strides[axis]
        return (pixels.start % s, slice(pixels.start // s, ceil_div(pixels.stop, s))) if self.by_tap else (0, pixels)

    def pixels(self) -> Any:
        """Return the sums, the phases interleaved again."""
        rank = len(self.strides)
        if product(self.strides) == 1:
            return self.array.reshape(self.shape)
        mixed = [axis for number in range(rank) for axis in (2 + rank + number, 2 + number)]
        padded = self.array.transpose(0, 1, *mixed)
        sizes = (n * s for n, s in zip(self.array.shape[2 + rank :], self.strides, strict=True))
        return padded.reshape(*self.shape[:2], *sizes)[:, :, *(slice(n) for n in self.shape[2:])]


def _add(part: _Part, area: Box, dy: Array, kernels: Array, plan: Geometry, arithmetic: Arithmetic) -> None:
    """Add to `part`, the pixels in `area` of the padded input, what all windows that read them give them.

    One step of the loop adds what one tap gives, over all its windows; or, where these are fewer, what one window
    gives, over all its taps.
    """
    limit = TILE_BYTES // arithmetic.width // (part.shape[0] * part.shape[1])
    every_tap = whole(*plan.kernel_size)
    count = product(lengths(plan.readers(every_tap, area)))
    for taps in boxes(every_tap, limit // count if part.by_tap else limit):
        for readers in boxes(plan.readers(taps, area), limit // product(lengths(taps))):
            columns: Any = _columns(dy[:, :, *readers], kernels[:, :, :, *taps], arithmetic)
            columns = columns.reshape(*part.shape[:2], *lengths(taps), *lengths(readers))
            hits = [
                _hits(part, number, taps[number], readers[number], area[number], plan) for number in range(plan.rank)
            ]
            for some in combinations(*hits):
                steps, entries, phases, places = zip(*some, strict=True)
                ordered = (*steps, *entries) if part.by_tap else (*entries, *steps)
                part.array[:, :, *phases, *places] += columns[:, :, *ordered]


def _hits(
    part: _Part, number: int, taps: slice, readers: slice, area: slice, plan: Geometry
) -> list[tuple[int, slice, int, slice]]:
    """Return, for each tap (or window) of an axis, which windows (or taps) go with it to the area, and where to.

    Where to is a phase and the places in it; the first two count from the first tap and window at hand.
    """
    axis = plan.axes[number]
    hits = []
    for step in range(taps.stop - taps.start if part.by_tap else readers.stop - readers.start):
        if part.by_tap:
            hit, pixels = axis.landing(taps.start + step, area.start, area.stop, readers)
        else:
            hit, pixels = axis.reach(readers.start + step, area.start, area.stop, taps)
        first = min((readers if part.by_tap else taps).start, hit.start)  # an empty hit stays empty
        hits.append((step, slice(hit.start - first, hit.stop - first), *part.place(number, pixels)))
    return hits


def _columns(dy: Array, kernels: Array, arithmetic: Arithmetic) -> Array:
    """Return ``w^T @ dy`` of shape (G, C/G * taps, outputs), some filters at a time."""
    groups, filters = dy.shape[:2]
    larger = max(product(dy.shape[2:]), product(kernels.shape[2:]))
    products = (
        arithmetic.multiply(
            matrix(operand(kernels[:, some], arithmetic), 2).swapaxes(1, 2),
            matrix(operand(dy[:, some], arithmetic), 2),
        )
        for (some,) in boxes(whole(filters), TILE_BYTES // arithmetic.width // (groups * larger))
    )
    return arithmetic.summed(reduce(iadd, products))
