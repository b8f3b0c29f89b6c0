r"""The one engine under every operation: im2col in tiles, and a matrix product for each.

With `K` the taps of a window and `P` output positions, per sample and group:

==========  ==================================================  =======================================
forward     ``y (O/G, P)   =  w (O/G, K)  @  columns (K, P)``   columns gathered from x
weights     ``dw (O/G, K)  =  dy (O/G, P) @  columns^T``        summed over samples and tiles
input       ``columns (K, P) = w^T (K, O/G) @ dy (O/G, P)``     each added to the pixel it was read from
==========  ==================================================  =======================================

Never the whole matrix: a tile is a box of outputs (or pixels) and a box of taps, with every operand of at most
`TILE_BYTES`, so that the workspace stays under 64 MiB at any size. All arrays are in canonical order, the plan
has been checked, and gradients of complex numbers are conjugated by the callers.
"""

from __future__ import annotations

from functools import reduce
from operator import iadd
from typing import Any

import numpy as np

from refconv.arithmetic.geometry import Geometry
from refconv.arithmetic.integers import product
from refconv.ops.dtypes import Arithmetic, Array
from refconv.ops.padding import pad
from refconv.ops.tiles import boxes, lengths
from refconv.ops.unfold import windows

__all__ = ["forward", "input_gradient", "weight_gradient"]

TILE_BYTES = 4 * 2**20
"""What one operand of a tile's product may take; half a dozen of that size are alive at once."""

TAPS_AT_ONCE = 16384
"""Longer sums are cut here, so that a tile keeps enough columns for its product to be a fast one."""

MANY_TAPS = 64
"""Kernels with more taps are scattered some taps at a time, rather than from ever smaller boxes of pixels."""

Box = tuple[slice, ...]


@np.errstate(all="ignore")  # infinities and NaN are results here, not accidents
def forward(x: Array, w: Array, b: Array | None, plan: Geometry, arithmetic: Arithmetic, y: Array) -> None:
    """Write the convolution of x with w, plus b, into y."""
    view = _by_group(windows(pad(x, plan), plan), plan, axis=1)
    kernels, out = _by_group(w, plan), _by_group(y, plan, axis=1)
    offset = None if b is None else _by_group(b.astype(arithmetic.accumulator), plan)
    limit = TILE_BYTES // arithmetic.width
    taps_limit = min(_taps_limit(plan, limit), plan.taps)
    outputs_limit = limit // max(taps_limit, plan.group_filters)
    for n in range(plan.batch):
        for group, *box in boxes((plan.groups, *plan.output_size), outputs_limit):
            products = (
                arithmetic.multiply(
                    _matrix(kernels[group, :, *taps], 2), _matrix(view[n, group, *taps, *box], 2 + plan.rank)
                )
                for taps in boxes((plan.group_channels, *plan.kernel_size), taps_limit)
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
    for group, *taps in boxes((plan.groups, plan.group_channels, *plan.kernel_size), _taps_limit(plan, limit)):
        target = out[group, :, *taps]
        sides = (plan.group_filters, product(lengths(tuple(taps))))
        total = np.zeros((target.shape[0], *sides), arithmetic.accumulator)
        for n in range(plan.batch):
            for box in boxes(plan.output_size, limit // (target.shape[0] * max(sides))):
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
    spread = min(product(plan.kernel_size), MANY_TAPS) / product(axis.s for axis in plan.axes)
    pixels_limit = min(int(limit / spread), limit)
    for n in range(plan.batch):
        for group, channels, *box in boxes(out.shape[1:], pixels_limit):
            target = out[n, group, channels, *box]
            part = np.zeros(target.shape, arithmetic.accumulator)
            _scatter(part, _padded(box, plan), upstream[n, group], kernels[group, :, channels], plan, arithmetic)
            if offset is not None:
                part += offset[group, channels].reshape(part.shape[:2] + (1,) * plan.rank)
            # a dx in the accumulator's type is still to be folded, and is finished after that
            target[...] = arithmetic.finish(part) if dx.dtype == arithmetic.result else part


def _scatter(part: Array, area: Box, dy: Array, kernels: Array, plan: Geometry, arithmetic: Arithmetic) -> None:
    """Add to `part`, the pixels in `area` of the padded input, what all windows that read them give them."""
    limit = TILE_BYTES // arithmetic.width
    every_tap = tuple(slice(0, k) for k in plan.kernel_size)
    taps_limit = limit // (part.shape[0] * part.shape[1] * max(product(lengths(_readers(every_tap, area, plan))), 1))
    for taps in boxes(plan.kernel_size, taps_limit):
        readers = _readers(taps, area, plan)
        if product(lengths(readers)) == 0:
            continue
        columns = _columns(dy[:, :, *readers], kernels[:, :, :, *taps], arithmetic)
        columns = columns.reshape(*part.shape[:2], *lengths(taps), *lengths(readers))
        for tap in np.ndindex(*lengths(taps)):
            pixels, entries = _landing(tap, taps, readers, area, plan)
            part[:, :, *pixels] += columns[:, :, *tap, *entries]


def _columns(dy: Array, kernels: Array, arithmetic: Arithmetic) -> Array:
    """Return ``w^T @ dy`` of shape (G, C/G * taps, outputs), some filters at a time."""
    rows, weights = _matrix(dy, 2), _matrix(kernels, 2).swapaxes(1, 2)
    limit = TILE_BYTES // arithmetic.width // (rows.shape[0] * max(rows.shape[2], weights.shape[1]))
    return reduce(
        iadd,
        (arithmetic.multiply(weights[:, :, filters], rows[:, filters]) for (filters,) in boxes(rows.shape[1:2], limit)),
    )


def _readers(taps: Box, area: Box, plan: Geometry) -> Box:
    return tuple(
        axis.readers(cut, span.start, span.stop) for axis, cut, span in zip(plan.axes, taps, area, strict=True)
    )


def _landing(tap: tuple[int, ...], taps: Box, readers: Box, area: Box, plan: Geometry) -> tuple[Box, Box]:
    """Return where in the area a tap reads, and from which of the readers, counted from the first of them."""
    pixels, entries = [], []
    for axis, m, cut, reader, span in zip(plan.axes, tap, taps, readers, area, strict=True):
        windows_hit, positions = axis.landing(cut.start + m, span.start, span.stop)
        pixels.append(positions)
        first = min(reader.start, windows_hit.start)  # no window hit: an empty slice stays empty
        entries.append(slice(windows_hit.start - first, windows_hit.stop - first))
    return tuple(pixels), tuple(entries)


def _padded(box: list[slice], plan: Geometry) -> Box:
    return tuple(slice(axis.lo + cut.start, axis.lo + cut.stop) for axis, cut in zip(plan.axes, box, strict=True))


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
