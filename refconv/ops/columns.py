"""The road "columns": im2col, tile by tile, and one matrix product for each tile, by BLAS.

With `K` the taps of a window and `P` the windows of a tile, per group:

=========  ===========================================  ==============================
correlate  ``y (O/G, P)  =  w (O/G, K)  @  columns``    columns (K, P), gathered from x
weights    ``dw (O/G, K) =  dy (O/G, P) @  columns^T``  summed over the tiles
=========  ===========================================  ==============================

A tile is a box of windows and a box of taps. Large tiles are best for BLAS, which shares out each product among its
own threads; products too small for that are shared out here, tile by tile.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache, reduce
from operator import iadd
from typing import NamedTuple

import numpy as np

from refconv.arithmetic.geometry import Geometry
from refconv.arithmetic.integers import product
from refconv.ops.dtypes import Arithmetic, operand
from refconv.ops.elements import Array
from refconv.ops.patches import columns
from refconv.ops.sums import matrix, settle, view_as
from refconv.ops.threads import in_parallel, pieces
from refconv.ops.tiles import Box, boxes, lengths, whole

__all__ = ["Sizes", "correlate", "correlate_sizes", "weights", "weights_sizes"]

TILE_BYTES = 16 * 2**20
"""What the columns of a tile may take, and its sums; a few of that size are alive at once."""

CACHED_BYTES = 4 * 2**20
"""What they should take, to be still at hand when BLAS reads them, unless a product would be a narrow one."""

COLUMNS_ENOUGH = 1024
"""Columns of a product that is no longer a narrow one."""

SHARED_BYTES = 24 * 2**20
"""What the columns of all tiles may take that are alive at once, on different threads."""

TAPS_AT_ONCE = 16384
"""Longer sums are cut here, so that a tile keeps enough columns for its product to be a fast one."""

COLUMNS_AT_LEAST = 512
"""Samples with fewer windows share a tile."""

WINDOWS_AT_LEAST = 2048
"""Of the windows summed into a weight; sooner than fewer of them, a tile takes fewer of the weights."""

BLAS_SHARES = 2**19
"""A product of fewer MACs is left to one thread by OpenBLAS and its like, so that tiles may be shared out here."""


class Sizes(NamedTuple):
    """How an operation is cut: samples that share a tile, taps of a tile, elements of its columns; and the threads."""

    samples: int
    taps: int
    elements: int
    threads: int


def correlate(
    x: Array, kernels: Array, offset: Array | None, plan: Geometry, arithmetic: Arithmetic, y: Array, sizes: Sizes
) -> None:
    """Write the sums of x (N, G, C/G, ...) with kernels (G, O/G, C/G, ...), plus an offset, into y (N, G, O/G, ...)."""

    def work(tile: Box) -> None:
        samples, groups, *windows = tile
        target = y[samples, groups, :, *windows]
        out = _product_of(target) if arithmetic.plain == target.dtype else None
        total = reduce(
            iadd, _products(x[samples, groups], kernels[groups], tuple(windows), plan, arithmetic, sizes, out)
        )
        if total is not out or offset is not None or arithmetic.result != target.dtype:
            by_sample = np.moveaxis(total.reshape(*total.shape[:2], -1, *lengths(tuple(windows))), 2, 0)
            settle(target, by_sample, None if offset is None else offset[groups], arithmetic)

    in_parallel(work, _correlate_tiles(plan, sizes), sizes.threads)


def _products(
    x: Array, kernels: Array, windows: Box, plan: Geometry, arithmetic: Arithmetic, sizes: Sizes, out: Array | None
) -> Iterator[Array]:
    """Yield the products of a tile's taps with its columns, the first into `out`: their sum is (G, O/G, P)."""
    for channels, *taps in boxes(whole(*kernels.shape[2:]), sizes.taps):
        gathered = columns(x[:, :, channels], plan, windows, tuple(taps), arithmetic.plain or x.dtype)
        rows = matrix(operand(kernels[:, :, channels, *taps], arithmetic), 2)
        yield arithmetic.multiply(rows, matrix(gathered, 2 + plan.rank), out)
        out = None


def _product_of(target: Array) -> Array | None:
    """Return the target (1, G, O/G, ...) as a product writes it, (G, O/G, P), where that is a view."""
    return view_as(target, (*target.shape[1:3], product(target.shape[3:]))) if len(target) == 1 else None


def weights(dy: Array, x: Array, plan: Geometry, arithmetic: Arithmetic, dw: Array, sizes: Sizes) -> None:
    """Write the sums of conj(dy) (N, G, O/G, ...) with x (N, G, C/G, ...) into dw (G, O/G, C/G, ...)."""

    def work(tile: Box) -> None:
        groups, channels, *taps = tile

        def products() -> Iterator[Array]:
            larger = max(product(lengths(tile)), product(lengths((groups,))) * plan.group_filters)
            for samples in boxes(whole(plan.batch), sizes.samples):
                for n, *windows in boxes((*samples, *whole(*plan.output_size)), sizes.elements // larger):
                    upstream = operand(np.moveaxis(dy[n, groups, :, *windows], 0, 2), arithmetic, conjugated=True)
                    gathered = columns(
                        x[n, groups, channels], plan, tuple(windows), tuple(taps), arithmetic.plain or x.dtype
                    )
                    yield arithmetic.multiply(matrix(upstream, 2), matrix(gathered, 2 + plan.rank).swapaxes(1, 2))

        settle(dw[groups, :, channels, *taps], reduce(iadd, products()), None, arithmetic)

    in_parallel(work, boxes(whole(plan.groups, plan.group_channels, *plan.kernel_size), sizes.taps), sizes.threads)


def correlate_sizes(plan: Geometry, width: int, threads: int) -> Sizes:
    """Return how `correlate` cuts a plan whose operands take `width` bytes an element, for at most so many threads."""
    most = TILE_BYTES // width
    taps = max(min(plan.taps, TAPS_AT_ONCE, most // plan.group_filters), 1)
    outputs = product(plan.output_size)
    most = min(most, max(CACHED_BYTES // width, taps * COLUMNS_ENOUGH))
    if plan.group_filters * taps * min(outputs, most // taps) < BLAS_SHARES:
        most = min(most, SHARED_BYTES // width // threads)
        threads, most = pieces(plan.batch * plan.groups * taps * outputs, most, threads)
    else:
        threads = 1
    return Sizes(max(COLUMNS_AT_LEAST // outputs, 1), taps, most, threads)


@lru_cache(maxsize=64)
def _correlate_tiles(plan: Geometry, sizes: Sizes) -> tuple[Box, ...]:
    """Return boxes of samples, groups and windows whose columns, sums and kernels stay within the limit."""
    windows = whole(*plan.output_size)
    return tuple(
        tile
        for (samples,) in boxes(whole(plan.batch), sizes.samples)
        for (groups,) in boxes(whole(plan.groups), sizes.elements // (plan.group_filters * sizes.taps))
        for tile in boxes((samples, groups, *windows), sizes.elements // max(sizes.taps, plan.group_filters))
    )


def weights_sizes(plan: Geometry, width: int, threads: int) -> Sizes:
    """Return how `weights` cuts such a plan; its taps are those of all groups."""
    most = min(TILE_BYTES // width, max(CACHED_BYTES // width, plan.taps * COLUMNS_ENOUGH))
    outputs = product(plan.output_size)
    samples = max(COLUMNS_AT_LEAST // outputs, 1)
    columns_of_tile = min(outputs * max(min(samples, plan.batch), 1), max(most // plan.taps, WINDOWS_AT_LEAST))
    taps = max(most // max(columns_of_tile, 2 * plan.group_filters), 1)
    if plan.group_filters * min(taps, plan.taps) * columns_of_tile < BLAS_SHARES:
        most = min(most, SHARED_BYTES // width // threads)
        threads, share = pieces(plan.groups * plan.taps * columns_of_tile, most, threads)
        taps = max(min(taps, share // columns_of_tile), 1)
    else:
        threads = 1
    return Sizes(samples, taps, most, threads)
