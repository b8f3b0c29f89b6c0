"""A pooling of several axes is one pooling after the other: here, along one axis, and back.

The largest of a window is the largest of its rows' largest, its sum the sum of its rows' sums: ``k + k`` steps in place
of ``k * k``. A step takes one tap of all windows at once, as a strided view of the input. Windows whose tap falls on
padding are left out of it (`Axis.landing`), so padding is never read and needs no stand-in.

The first axis comes first: its steps run over whole rows, and the last axis, where a stride costs most, finds fewer
of them left. The gradient goes the other way round. Long operations and few of them are also what threads need:
between two of them a thread waits for Python's lock, which the other may hold.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from typing import Any, NamedTuple

from refconv.arithmetic.geometry import Axis
from refconv.ops.elements import Array
from refconv.ops.tiles import Box

__all__ = ["Tap", "along", "fold", "pooled_shape", "spread", "taps", "upright"]


class Tap(NamedTuple):
    """Tap m: the windows of which it lies on the input, and where it lies there."""

    m: int
    windows: slice
    pixels: slice


@lru_cache(maxsize=512)
def taps(axis: Axis) -> tuple[Tap, ...]:
    """Return the taps that lie on the input for any window, in order.

    Examples
    --------
    >>> for tap in taps(Axis(4, 2, s=2, lo=1)):
    ...     print(tap)
    Tap(m=0, windows=slice(1, 2, None), pixels=slice(1, 2, 2))
    Tap(m=1, windows=slice(0, 2, None), pixels=slice(0, 3, 2))
    """
    landings = (Tap(m, *axis.landing(m, axis.lo, axis.lo + axis.n)) for m in range(axis.k))
    return tuple(tap for tap in landings if tap.windows.stop)


def along(position: int, part: slice) -> Box:
    """Return the index of a part of axis number `position`, and of all of the others."""
    return (*(slice(None),) * position, part)


def upright(vector: Array, position: int, rank: int) -> Array:
    """Return a vector as an array of so many axes, along axis number `position`."""
    return vector.reshape([-1 if number == position else 1 for number in range(rank)])


def pooled_shape(shape: tuple[int, ...], axis: Axis, position: int) -> tuple[int, ...]:
    """Return the shape of what comes out for an input of this shape."""
    return (*shape[:position], axis.out, *shape[position + 1 :])


def fold(a: Array, axis: Axis, position: int, combine: Callable[..., Any], fill: Any, out: Array) -> Array:
    """Combine, two and two, what the taps of each window read, and return it, in `out`.

    It begins with the middle tap, which seldom falls on padding (where it does, with `fill`), goes on to the last, and
    then back to the first, so that rounding is the same wherever a piece is cut. `combine`, a ufunc or its like, is
    told first what comes first in the window.
    """
    reads = {tap.m: (out[along(position, tap.windows)], a[along(position, tap.pixels)]) for tap in taps(axis)}
    middle = (axis.k - 1) // 2
    nowhere = (out[:0], out[:0])
    (begun, begins), (joined, joins) = (reads.get(m, nowhere) for m in (middle, middle + 1))
    if begun.shape == out.shape == joined.shape:
        combine(begins, joins, out=out)
        later = range(middle + 2, axis.k)
    else:
        if begun.shape != out.shape:
            out[...] = fill
        begun[...] = begins
        later = range(middle + 1, axis.k)
    for windows, pixels in (reads[m] for m in later if m in reads):
        combine(windows, pixels, out=windows)
    for windows, pixels in (reads[m] for m in reversed(range(middle)) if m in reads):
        combine(pixels, windows, out=windows)
    return out


def spread(terms: Array, axis: Axis, position: int, out: Array) -> Array:
    """Add each window's term to all that its taps read: the adjoint of folding by addition."""
    out[...] = 0
    for tap in taps(axis):
        out[along(position, tap.pixels)] += terms[along(position, tap.windows)]
    return out
