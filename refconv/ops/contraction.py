r"""The one engine under every operation: im2col in tiles, and a matrix product for each.

With `K` the taps of a window and `P` output positions, per sample and group:

==========  ==================================================  =======================================
forward     ``y (O/G, P)   =  w (O/G, K)  @  columns (K, P)``   columns gathered from x
weights     ``dw (O/G, K)  =  dy (O/G, P) @  columns^T``        summed over samples and tiles
input       ``columns (K, P) = w^T (K, O/G) @ dy (O/G, P)``     each added to the pixel it was read from
==========  ==================================================  =======================================

Never the whole matrix: a tile is a box of outputs (or pixels) and a box of taps, with every operand of at most
`TILE_BYTES`, so that the workspace stays under 64 MiB at any size. All arrays are in canonical order, the plan
has been checked, and where an operand is wanted conjugated the arithmetic does so, tile by tile.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import reduce
from operator import iadd
from typing import Any

import numpy as np

from refconv.arithmetic.geometry import Geometry
from refconv.arithmetic.integers import product
from refconv.ops.dtypes import Arithmetic
from refconv.ops.elements import Array
from refconv.ops.padding import pad
from refconv.ops.tiles import Box, boxes, lengths, whole
from refconv.ops.unfold import windows

__all__ = ["forward", "input_gradient", "weight_gradient"]

TILE_BYTES = 4 * 2**20
"""What one operand of a tile's product may take; half a dozen of that size are alive at once."""

TAPS_AT_ONCE = 16384
"""Longer sums are cut here, so that a tile keeps enough columns for its product to be a fast one."""

MANY_TAPS = 64
"""Kernels with more taps are scattered some taps at a time, rather than from ever smaller boxes of pixels."""


@np.errstate(all="ignore")  # infinities and NaN are results here, not accidents
def forward(x: Array, w: Array, b: Array | None, plan: Geometry, arithmetic: Arithmetic, y: Array) -> None:
    """Write the convolution of x with w, plus b, into y."""
    view = _by_group(windows(pad(x, plan), plan), plan, axis=1)
    kernels, out = _by_group(w, plan), _by_group(y, plan, axis=1)
    offset = None if b is None else _by_group(b.astype(arithmetic.accumulator), plan)
    limit = TILE_BYTES // arithmetic.width
    taps_limit = min(_taps_limit(plan, limit), plan.taps)
    for n in range(plan.batch):
        for group, *box in _output_boxes(plan, limit, taps_limit):
            products = (
                arithmetic.multiply(
                    _matrix(kernels[group, :, *taps], 2), _matrix(view[n, group, *taps, *box], 2 + plan.rank)
                )
                for taps in boxes(whole(plan.group_channels, *plan.kernel_size), taps_limit)
            )
            total = reduce(iadd, products)
            if offset is not None:
                total += offset[group, :, np.newaxis]
            target = out[n, group, :, *box]
            target[...] = arithmetic.finish(total).reshape(target.shape)


@np.errstate(all="ignore")  # infinities and NaN are results here, not accidents
def weight_gradient(dy: Array, x: Array, plan: Geometry, arithmetic: Arithmetic, dw: Array) -> None:
    """Write the gradient for w into dw: every product ``dy * x``, added up at the tap that read x."""
    view = _by_group(windows(pad(x, plan), plan), plan, axis=1)
    upstream, out = _by_group(dy, plan, axis=1), _by_group(dw, plan)
    limit = TILE_BYTES // arithmetic.width
    every_tap = whole(plan.groups, plan.group_channels, *plan.kernel_size)
    for group, *taps in boxes(every_tap, _taps_limit(plan, limit)):
        target = out[group, :, *taps]
        sides = (plan.group_filters, product(lengths(tuple(taps))))
        total = np.zeros((target.shape[0], *sides), arithmetic.accumulator)
        for n in range(plan.batch):
            for box in boxes(whole(*plan.output_size), limit // (target.shape[0] * max(sides))):
                rows = _matrix(upstream[n, group, :, *box], 2)
                columns = _matrix(view[n, group, *taps, *box], 2 + plan.rank)
                total += arithmetic.multiply(rows, columns.swapaxes(1, 2))
        target[...] = arithmetic.finish(total).reshape(target.shape)


@np.errstate(all="ignore")  # infinities and NaN are results here, not accidents
def input_gradient(dy: Array, w: Array, b: Array | None, plan: Geometry, arithmetic: Arithmetic, dx: Array) -> None:
    """Write the gradient for x into dx, plus b: the adjoint of `forward`, and so a transposed convolution.

    Where the plan pads with zeros the padding's gradient is never computed; plans of other modes come here with
    `Geometry.unpadded`, and their dx in the accumulator's type, still to be folded. A tile is a box of pixels,
    finished before the next by all the windows that read any of it.
    """
    kernels, upstream, out = _by_group(w, plan), _by_group(dy, plan, axis=1), _by_group(dx, plan, axis=1)
    offset = None if b is None else _by_group(b.astype(arithmetic.accumulator), plan)
    limit = TILE_BYTES // arithmetic.width
    taps, outputs = product(plan.kernel_size), product(plan.output_size)
    # a tile's products number about taps / strides for each of its pixels; of many taps _scatter takes some at a time
    strides = product(axis.s for axis in plan.axes)
    pixels_limit = min(limit * strides // taps, limit) if taps <= min(outputs, MANY_TAPS) else limit
    for n in range(plan.batch):
        for group, channels, *box in boxes(whole(*out.shape[1:]), pixels_limit):
            target = out[n, group, channels, *box]
            part = np.zeros(target.shape, arithmetic.accumulator)
            _scatter(
                part, plan.in_padded(tuple(box)), upstream[n, group], kernels[group, :, channels], plan, arithmetic
            )
            if offset is not None:
                part += offset[group, channels].reshape(part.shape[:2] + (1,) * plan.rank)
            # a dx in the accumulator's type is still to be folded, and is finished after that
            target[...] = arithmetic.finish(part) if dx.dtype == arithmetic.result else part


def _scatter(part: Array, area: Box, dy: Any, kernels: Any, plan: Geometry, arithmetic: Arithmetic) -> None:
    """Add to `part`, the pixels in `area` of the padded input, what all windows that read them give them.

    One step of the loop adds what one tap gives, over all its windows; or, where these are fewer, what one window
    gives, over all its taps.
    """
    limit = TILE_BYTES // arithmetic.width // (part.shape[0] * part.shape[1])
    every_tap = whole(*plan.kernel_size)
    count = product(lengths(plan.readers(every_tap, area)))
    by_tap = product(plan.kernel_size) <= count
    for taps in boxes(every_tap, limit // count if by_tap else limit):
        for readers in boxes(plan.readers(taps, area), limit // product(lengths(taps))):
            columns = _columns(dy[:, :, *readers], kernels[:, :, :, *taps], arithmetic)
            columns = columns.reshape(*part.shape[:2], *lengths(taps), *lengths(readers))
            for step in np.ndindex(*lengths(taps if by_tap else readers)):
                hits = _hits(step, by_tap, (taps, readers), area, plan)
                entries = (*step, *(hit for hit, _ in hits)) if by_tap else (*(hit for hit, _ in hits), *step)
                part[:, :, *(pixels for _, pixels in hits)] += columns[:, :, *entries]


def _hits(
    step: tuple[int, ...], by_tap: bool, cuts: tuple[Box, Box], area: Box, plan: Geometry
) -> list[tuple[slice, slice]]:
    """Return, per axis, which of the windows (or taps) that go with this tap (or window) read in the area, and where.

    The first of a pair counts from the first window (or tap) at hand, the second from the area's first pixel.
    """
    hits = []
    for axis, number, taps, readers, span in zip(plan.axes, step, *cuts, area, strict=True):
        if by_tap:
            hit, pixels = axis.landing(taps.start + number, span.start, span.stop, readers)
        else:
            hit, pixels = axis.reach(readers.start + number, span.start, span.stop, taps)
        first = min((readers if by_tap else taps).start, hit.start)  # an empty hit stays empty
        hits.append((slice(hit.start - first, hit.stop - first), pixels))
    return hits


def _columns(dy: Any, kernels: Any, arithmetic: Arithmetic) -> Array:
    """Return ``w^T @ dy`` of shape (G, C/G * taps, outputs), some filters at a time."""
    groups, filters = dy.shape[:2]
    larger = max(product(dy.shape[2:]), product(kernels.shape[2:]))
    return reduce(
        iadd,
        (
            arithmetic.multiply(_matrix(kernels[:, some], 2).swapaxes(1, 2), _matrix(dy[:, some], 2))
            for (some,) in boxes(whole(filters), TILE_BYTES // arithmetic.width // (groups * larger))
        ),
    )


def _output_boxes(plan: Geometry, limit: int, taps: int) -> Iterator[Box]:
    """Yield boxes of groups and outputs whose columns, sums and kernels stay within the limit."""
    for (some,) in boxes(whole(plan.groups), limit // (plan.group_filters * taps)):
        yield from boxes((some, *whole(*plan.output_size)), limit // max(taps, plan.group_filters))


def _taps_limit(plan: Geometry, limit: int) -> int:
    per_filter: int = limit // plan.group_filters
    return max(min(TAPS_AT_ONCE, per_filter), 1)


def _by_group(a: Array, plan: Geometry, axis: int = 0) -> Any:  # an Array; NumPy's types know no starred index
    """Return a view in which the channel axis is two: groups, and channels (or filters) of a group."""
    split = (plan.groups, a.shape[axis] // plan.groups)
    return a.reshape(*a.shape[:axis], *split, *a.shape[axis + 1 :])


def _matrix(a: Array, rows: int) -> Array:
    """Return a stack of matrices (a.shape[0], R, P): `rows` axes end the row index, the rest are columns."""
    return a.reshape(a.shape[0], product(a.shape[1:rows]), product(a.shape[rows:]))
