"""Fills whose sums need no rounding: integers, bits, impulses. A kernel that differs at all is wrong.

Each is made until it fits: the sum of the absolute products of every result stays below the last integer that the
types hold, so that every partial sum in every order is exact.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from refconv.arithmetic.integers import ceil_div
from refconv.oracle.fills.room import Arrays, Density, Numbers, Rng, distinct, formats, room, signs, until_it_fits
from refconv.oracle.precision import precision

if TYPE_CHECKING:
    from refconv.oracle.cases import Case

__all__ = ["impulse", "impulse_w", "integers", "odd12", "odd12_dy", "odd12_w"]

LARGEST = 31
"""Of the small integers: few bits, so that every format holds them and their products."""

WIDEST = {"int8": 2**7, "int16": 2**15, "int32": 2**15, "int64": 2**26}
"""Of the integers for integer types: x has the type's extremes where products with it still fit in the result."""


def integers(case: Case, rng: Rng) -> Arrays:
    """Return small integers other than 0, or for an integer type integers of its whole range.

    Where sums must stay below 2**8 and a result has hundreds of terms, some have to be 0 after all.
    """
    whole = precision(case.precision).is_integer
    largest = WIDEST[case.precision] if whole else LARGEST

    def make(most: int, density: Density) -> Arrays:
        x = _extremes(case.x_shape, rng, largest) if whole else _nonzero(case.x_shape, rng, most)
        w = _thinned(_nonzero(case.w_shape, rng, most), rng, density["w"])
        dy = _thinned(_nonzero(case.y_shape, rng, most), rng, density["dy"])
        b = distinct(case.y_shape[1], min(most, 127) if whole else int(room(case)) // 4, rng)
        return Arrays(x, w, b, dy)

    # one less than an extreme: w and dy then hold it with either sign
    return until_it_fits(case, room(case), make, most=largest - whole, least=1 if whole else 3, dense="x")


def _nonzero(shape: tuple[int, ...], rng: Rng, most: int) -> Numbers:
    return rng.integers(1, most + 1, shape) * signs(rng, shape)


def _extremes(shape: tuple[int, ...], rng: Rng, end: int) -> Numbers:
    """Return integers from -end to end - 1, both of them among the first few."""
    values = rng.integers(-end, end, shape)
    values.reshape(-1)[:2] = (-end, end - 1)[: values.size]
    return values


def _thinned(array: Numbers, rng: Rng, density: float) -> Numbers:
    """Return the array with zeros in place of some of its entries."""
    return array if density == 1 else array * (rng.random(array.shape) < density)


def odd12(case: Case, rng: Rng) -> Arrays:
    """Return odd integers of 12 bits in x; w and dy of -1, 0 and 1.

    The first and the last bit are set: an input that was rounded to fewer bits gives another number. In float32 that
    is TF32, bfloat16 and float16, and the sums, of up to 24 bits, show sums kept in float16. Other precisions have the
    bits that they can: half of those of their sums, and no more than their inputs hold.
    """
    return _odd(case, rng, "x")


def odd12_w(case: Case, rng: Rng) -> Arrays:
    """Return the same with the bits in w."""
    return _odd(case, rng, "w")


def odd12_dy(case: Case, rng: Rng) -> Arrays:
    """Return the same with the bits in dy."""
    return _odd(case, rng, "dy")


def _odd(case: Case, rng: Rng, where: str) -> Arrays:
    inputs, sums, _ = formats(case)
    bits = min(inputs.p, ceil_div(sums.p, 2))

    def make(_: int, density: Density) -> Arrays:
        arrays = {}
        for name, shape in (("x", case.x_shape), ("w", case.w_shape), ("dy", case.y_shape)):
            size: Numbers = 2 * rng.integers(2 ** (bits - 2), 2 ** (bits - 1), shape) + 1
            if name != where:
                size = (rng.random(shape) < 2 / 3).astype(np.int64)
            arrays[name] = _thinned(size * signs(rng, shape), rng, density[name])
        return Arrays(b=distinct(case.y_shape[1], LARGEST, rng), **arrays)

    return until_it_fits(case, room(case, rounded_once=True), make, most=1, least=1, dense=where)


def impulse(case: Case, rng: Rng) -> Arrays:
    """Return a single 1 in each channel of x and of dy, and a code, a number of its own, in each weight.

    y shows where every weight goes, dx likewise.
    """
    return _impulse(case, rng, "w")


def impulse_w(case: Case, rng: Rng) -> Arrays:
    """Return a single 1 for each row of w and each channel of dy, and a code in each sample of x.

    y and dw show which samples are read.
    """
    return _impulse(case, rng, "x")


def _impulse(case: Case, rng: Rng, coded: str) -> Arrays:
    limit = room(case)

    def make(most: int, density: Density) -> Arrays:
        x = _codes(case.x_shape, most) if coded == "x" else _ones(case.x_shape, rng, leading=2)
        w = _codes(case.w_shape, most) if coded == "w" else _ones(case.w_shape, rng, leading=1)
        dy = _ones(case.y_shape, rng, leading=2)
        b = distinct(case.y_shape[1], min(int(limit) // 4, 127), rng)
        return Arrays(_thinned(x, rng, density["x"]), w, b, _thinned(dy, rng, density["dy"]))

    whole = precision(case.precision).is_integer
    largest = WIDEST[case.precision] - 1 if whole else min(int(limit), 2 ** formats(case)[0].p)
    return until_it_fits(case, limit, make, most=largest, least=1, dense="w")


def _codes(shape: tuple[int, ...], most: int) -> Numbers:
    """Return 1, 2, 3, ... in order, beginning again after `most`."""
    return (np.arange(np.prod(shape, dtype=np.int64)) % most + 1).reshape(shape)


def _ones(shape: tuple[int, ...], rng: Rng, leading: int) -> Numbers:
    """Return zeros with a single 1 for each index of the leading axes."""
    flat = np.zeros((int(np.prod(shape[:leading])), int(np.prod(shape[leading:]))), dtype=np.int64)
    flat[np.arange(len(flat)), rng.integers(0, flat.shape[1], len(flat))] = 1
    return flat.reshape(shape)
