"""The largest sample of each window, and the gradient's way back to it, along one axis after the other."""

from __future__ import annotations

from math import prod
from typing import Any

import numpy as np

from refconv.arithmetic.geometry import Axis
from refconv.ops.elements import Array, is_half
from refconv.ops.pool_axis import along, fold, pooled_shape, taps, upright
from refconv.ops.pool_pieces import Piece

__all__ = ["largest", "to_the_largest"]

ONE_BY_ONE = Axis(1, 1)
"""An axis along which nothing is pooled."""


def largest(x: Array, piece: Piece, y: Array) -> None:
    """Write to `y` the largest sample of each window, `x` being the pixels of the piece; a NaN is the largest.

    Of 0 and -0, which are equal, it is the first; NumPy's maximum promises neither.
    """
    x = _compared(x)
    if x.dtype != object:
        y[...] = _pool(x, piece.steps, np.maximum, y)  # nothing to copy, if it is y
    if x.dtype == object or (x.dtype.kind == "f" and not y.all() and _has_negative_zero(x)):
        y[...] = _pool(x, piece.steps[::-1], _first_larger, y)


def to_the_largest(dy: Array, x: Array, piece: Piece, dtype: Any, out: Array) -> None:
    """Write to `out` the sum, in `dtype`, of the gradients of the windows of which a pixel is the first largest."""
    if not piece.steps:
        out[...] = dy
        return
    total = out if out.flags.c_contiguous and out.dtype == dtype else np.empty(out.shape, dtype)
    total[...] = 0
    where = _where(_winners(_compared(x), piece.steps), out.shape, piece.steps)
    terms = dy.astype(dtype, copy=False)
    if all(axis.span <= axis.s for _, axis in piece.steps):  # no pixel has two windows
        total.reshape(-1)[where] = terms
    else:
        np.add.at(total.reshape(-1), where.ravel(), terms.ravel())
    if total is not out:
        out[...] = total


def _winners(x: Array, steps: list[tuple[int, Axis]]) -> Array:
    """Return, for each window, the number of the tap that reads its first largest, counted in C order.

    Along one axis a tap that equals what came out of all hands on the number found so far plus its own share. The
    smallest is the window's: of the first row that has the largest, and there of the first sample.
    """
    count = prod(axis.k for _, axis in steps)
    dtype = np.min_scalar_type(count)
    number: Any = None
    for position, axis in steps:
        count //= axis.k
        best = np.empty(pooled_shape(x.shape, axis, position), x.dtype)
        fold(x, axis, position, _first_larger if x.dtype == object else np.maximum, _smallest(x.dtype), best)
        nan = bool((best != best).any())  # in every number type, NaN is all that differs from itself
        found = np.full(best.shape, ~dtype.type(0))
        for tap in taps(axis):
            windows, pixels = along(position, tap.windows), along(position, tap.pixels)
            wins = x[pixels] == best[windows]
            if nan:
                wins |= x[pixels] != x[pixels]
            own = dtype.type(tap.m * count)
            handed_on = np.subtract(wins, dtype.type(1), dtype=dtype)  # 0, or else all ones
            handed_on |= own if number is None else number[pixels] + own
            np.minimum(found[windows], handed_on, out=found[windows])
        x, number = best, found
    winners: Array = number
    return winners


def _where(winners: Array, shape: tuple[int, ...], steps: list[tuple[int, Axis]]) -> Array:
    """Return where in a flattened array of this shape the winning taps read: the first tap's place, and how far on."""
    strides = [prod(shape[position + 1 :]) for position in range(len(shape))]
    pooled = dict(steps)
    first = np.zeros((1,) * len(shape), np.intp)
    for position, size in enumerate(winners.shape):
        reads = pooled.get(position, ONE_BY_ONE).read(np.arange(size), 0)
        first = first + upright(reads * strides[position], position, len(shape))
    beyond = np.zeros(1, np.intp)
    for position, axis in steps:
        reads = axis.read(0, np.arange(axis.k)) - axis.read(0, 0)
        beyond = np.add.outer(beyond, reads * strides[position]).ravel()
    where: Array = np.take(beyond, winners)
    where += first
    return where


def _pool(x: Array, steps: list[tuple[int, Axis]], larger: Any, y: Array) -> Array:
    for number, (position, axis) in enumerate(steps, 1):
        straight = number == len(steps) and y.dtype == x.dtype
        out = y if straight else np.empty(pooled_shape(x.shape, axis, position), x.dtype)
        x = fold(x, axis, position, larger, _smallest(x.dtype), out)
    return x


def _first_larger(first: Array, second: Array, out: Array) -> None:
    """Do what `np.maximum` does, but take the first of equals; for objects, by their own ``>``."""
    beats = (first == first) & ((second != second) | (second > first))
    out[...] = np.where(beats, second, first)


def _compared(x: Array) -> Array:
    return x.astype(np.float32) if is_half(x.dtype) else x  # which half precision survives unchanged


def _has_negative_zero(x: Array) -> bool:
    negative = np.signbit(x)
    return bool(negative.any() and (negative & (x == 0)).any())


def _smallest(dtype: Any) -> Any:
    if dtype.kind == "b":
        return False
    return np.iinfo(dtype).min if dtype.kind in "iu" else -np.inf
