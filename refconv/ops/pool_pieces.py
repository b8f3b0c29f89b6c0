"""A pooling cut into pieces that are worked on side by side, each a small pooling of its own.

A piece is a box of the result, in the caller's order of axes, because that is how it lies in memory. What its windows
read is a box of x, and the pooling from the one to the other differs from the whole only in sizes and padding.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from math import prod
from typing import Any

import numpy as np

from refconv.arithmetic.geometry import Axis, Geometry
from refconv.arithmetic.phases import read_span
from refconv.ops.elements import Array
from refconv.ops.layouts import Layout
from refconv.ops.threads import in_parallel
from refconv.ops.tiles import Box, boxes, lengths, whole

__all__ = ["Piece", "each_piece", "each_piece_back", "readers", "spatial_positions"]

PIXELS_AT_ONCE = 2**18
"""Samples of x in a piece, of 8 bytes: NumPy calls long enough for threads, temporaries that a cache still holds."""
LANES = 8
"""Threads at work, at most: more would wait for Python's lock."""
WORKSPACE = 48 * 2**20
"""Bytes that all of them may need together."""


class Piece:
    """The pooling of one box of windows: where they lie in y, where in x what they read, and how, axis by axis.

    Examples
    --------
    >>> plan = Geometry(1, 1, 1, (Axis(9, 3, s=2, lo=1, hi=1),))
    >>> piece = Piece(plan, Layout("NCW", "NCW"), (slice(0, 1), slice(0, 1), slice(3, 5)))
    >>> piece.pixels[-1], piece.steps
    (slice(5, 9, None), [(2, Axis(n=4, k=3, s=2, d=1, lo=0, hi=1))])
    """

    def __init__(self, plan: Geometry, layout: Layout, windows: Box) -> None:
        """Cut the axes; those along which each window is its sample need no step."""
        self.windows = windows
        pixels = list(windows)
        self.steps: list[tuple[int, Axis]] = []
        for position, axis in zip(spatial_positions(layout), plan.axes, strict=True):
            cut, pixels[position] = _part(axis, windows[position])
            if cut != Axis(cut.n, 1, cut.s) or cut.out != cut.n:
                self.steps.append((position, cut))
        self.pixels: Box = tuple(pixels)


def each_piece(
    work: Callable[[Box], None], shape: tuple[int, ...], plan: Geometry, types: Sequence[np.dtype[Any]], arrays: int
) -> None:
    """Call `work` on boxes that make up a result, in parallel, with NumPy's warnings off.

    It needs room for so many `arrays` of these types, each as large as the part of x that a piece reads. Objects of
    whatever kind, which threads might not agree with, are worked on by one.
    """
    if 0 in shape:
        return
    width = max(4, *(dtype.itemsize for dtype in types))  # half precision is worked on in float32
    limit = PIXELS_AT_ONCE * 8 // width
    reads = max(plan.batch * plan.channels * prod(plan.size) // prod(shape), 1)
    pieces = list(boxes(whole(*shape), limit // reads))
    window = prod(min(axis.span, axis.n) for axis in plan.axes)
    most = 1 if np.dtype(object) in types else LANES
    lanes = max(min(most, WORKSPACE // (arrays * width * max(limit, window)), len(pieces)), 1)
    with np.errstate(all="ignore"):
        in_parallel(partial(_one_by_one, work), [pieces[lane::lanes] for lane in range(lanes)])


def _one_by_one(work: Callable[[Box], None], pieces: list[Box]) -> None:
    for piece in pieces:
        work(piece)


def each_piece_back(
    work: Callable[[Piece, Array], None],
    dx: Array,
    plan: Geometry,
    layout: Layout,
    arithmetic: tuple[np.dtype[Any], Callable[[Array], Array]],
    types: Sequence[np.dtype[Any]],
    arrays: int,
) -> None:
    """Fill dx, box by box: `work` writes what the windows that may read a box send to all pixels of their piece.

    `arithmetic` is the type of the sums, and what makes results of them.
    """
    dtype, finish = arithmetic

    def fill(box: Box) -> None:
        windows = readers(plan, layout, box)
        piece = Piece(plan, layout, windows) if min(lengths(windows)) > 0 else None
        common = _common(box, piece.pixels) if piece else ()
        if common != box:
            dx[box] = 0
        if piece is None or min(lengths(common)) <= 0:
            return
        if common == piece.pixels and dtype != object:
            work(piece, dx[common])
            return
        part = np.empty(lengths(piece.pixels), dtype)
        work(piece, part)
        within = [slice(c.start - p.start, c.stop - p.start) for c, p in zip(common, piece.pixels, strict=True)]
        dx[common] = finish(part[*within])

    each_piece(fill, dx.shape, plan, types, arrays)


def _common(a: Box, b: Box) -> Box:
    return tuple(slice(max(p.start, q.start), min(p.stop, q.stop)) for p, q in zip(a, b, strict=True))


def readers(plan: Geometry, layout: Layout, pixels: Box) -> Box:
    """Return the windows that may read any of a box of x; along some axis none, perhaps."""
    windows = list(pixels)
    for position, axis in zip(spatial_positions(layout), plan.axes, strict=True):
        part = pixels[position]
        windows[position] = axis.readers(slice(0, axis.k), axis.lo + part.start, axis.lo + part.stop)
    return tuple(windows)


def _part(axis: Axis, windows: slice) -> tuple[Axis, slice]:
    """Return the axis of some of the windows alone, and what they read: padded as far as they do, and no further."""
    read = read_span(axis, windows, slice(0, axis.k))
    first, stop = read.start - axis.lo, read.stop - axis.lo
    pixels = slice(max(first, 0), min(stop, axis.n))
    return replace(axis, n=pixels.stop - pixels.start, lo=pixels.start - first, hi=stop - pixels.stop), pixels


def spatial_positions(layout: Layout) -> list[int]:
    """Return which of the caller's axes are the spatial ones."""
    return [layout.letters.index(letter) for letter in layout.canonical[2:]]
