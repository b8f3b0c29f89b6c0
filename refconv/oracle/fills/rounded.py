"""Fills whose sums are rounded: random numbers, and data on which rounding shows most."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from refconv.oracle.fills.room import Arrays, Numbers, Rng, distinct, formats, magnitudes, signs

if TYPE_CHECKING:
    from refconv.oracle.cases import Case

__all__ = ["cancellation", "half_normal", "normal", "small_onto_large", "uniform", "wide", "zeros"]


def _shapes(case: Case) -> tuple[tuple[int, ...], ...]:
    return case.x_shape, case.w_shape, case.y_shape[1:2], case.y_shape


def normal(case: Case, rng: Rng) -> Arrays:
    """Return standard normal numbers."""
    return Arrays(*(rng.standard_normal(shape) for shape in _shapes(case)))


def half_normal(case: Case, rng: Rng) -> Arrays:
    """Return the absolute values of normal numbers: nothing cancels, sums grow with their length."""
    return Arrays(*(np.abs(rng.standard_normal(shape)) for shape in _shapes(case)))


def uniform(case: Case, rng: Rng) -> Arrays:
    """Return numbers from -1 to 1."""
    return Arrays(*(rng.uniform(-1, 1, shape) for shape in _shapes(case)))


def cancellation(case: Case, rng: Rng) -> Arrays:
    """Return x close to 1, and weights (and dy) in pairs of opposite sign: what remains of a sum is small.

    "Close" is half the bits of an input, so that half of them remain.
    """
    inputs, _, _ = formats(case)
    near = 2.0 ** -(inputs.p // 2)
    x = 1 + near * rng.uniform(-1, 1, case.x_shape)
    w = _opposed(rng, case.w_shape, case.w_shape[0])
    dy = _opposed(rng, case.y_shape, case.y_shape[0] * case.y_shape[1])
    return Arrays(x, w, near * distinct(case.y_shape[1], 31, rng) / 32, dy)


def _opposed(rng: Rng, shape: tuple[int, ...], rows: int) -> Numbers:
    """Return rows of numbers around 1 in which each second one is minus the one before it."""
    values = rng.uniform(0.5, 1.5, shape).reshape(rows, -1 if rows else 0)
    pairs = values.shape[1] // 2
    values[:, 1 : 2 * pairs : 2] = -values[:, 0 : 2 * pairs : 2]
    return values.reshape(shape)


def wide(case: Case, rng: Rng) -> Arrays:
    """Return exponents from one end of the range to the other, as far as sums of products stay normal and finite."""
    reach = _reach(case)

    def spread(shape: tuple[int, ...]) -> Numbers:
        return signs(rng, shape) * np.ldexp(rng.uniform(1, 2, shape), rng.integers(-reach, reach + 1, shape))

    return Arrays(*(spread(shape) for shape in _shapes(case)))


def _reach(case: Case) -> int:
    """Return the largest exponent for which all sums of products of such numbers are below the overflow."""
    _, sums, result = formats(case)
    terms = max(magnitudes(case, Arrays(*(np.ones(shape) for shape in _shapes(case)))).values())
    # a product is below 4 * 2**(2 * reach), and at least 2**(-2 * reach)
    above = min(sums.emax, result.emax) - 2 - int(terms).bit_length()
    below = -max(sums.emin, result.emin)
    return max(min(above, below, 200) // 2, 0)


def small_onto_large(case: Case, rng: Rng) -> Arrays:
    """Return one large weight for each row of w (and one large dy a channel), all others small, nothing negative.

    The small ones have half the bits of a sum: sums in a type with fewer bits lose them all.
    """
    _, sums, _ = formats(case)
    small = 2.0 ** -(sums.p // 2)

    def one_large(shape: tuple[int, ...], leading: int) -> Numbers:
        values = small * rng.uniform(0.5, 1, shape)
        rows = values.reshape(int(np.prod(shape[:leading])), int(np.prod(shape[leading:])))
        rows[:, :1] = 1.0
        return rows.reshape(shape)

    x = rng.uniform(0.5, 1, case.x_shape)
    b = small * rng.uniform(0.5, 1, case.y_shape[1])
    return Arrays(x, one_large(case.w_shape, 1), b, one_large(case.y_shape, 2))


def zeros(case: Case, rng: Rng) -> Arrays:
    """Return normal numbers with every other channel zero, half of x and of dy, and b but for one channel in four.

    Results that only zeros go into must be zero, whatever the tolerance.
    """
    x, w, b, dy = (rng.standard_normal(shape) for shape in _shapes(case))
    for array in (x, dy):
        array[:, 1::2] = 0
        array[..., array.shape[-1] // 2 :] = 0
    kernels = w.reshape(case.y_shape[1], -1) if case.operation.role("x") == "x" else w.swapaxes(0, 1)
    kernels[1::2] = 0
    b[(np.arange(len(b)) % 4 != 0) | (len(b) == 1)] = 0
    return Arrays(x, w, b, dy)
