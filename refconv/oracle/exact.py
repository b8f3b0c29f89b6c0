r"""Sums of products, rounded once: the exact sum is found first, then rounded to nearest float64.

Products of float16, bfloat16 and float32 numbers have at most 48 significant bits and exponents from -298 to 255: they
are exact in float64, and `math.fsum` adds float64 numbers without error and rounds once. A product of float64 numbers
is split into two (`two_product`), ``a b = h + e`` exactly, and fsum adds twice as many. Where a product could overflow,
or its tail underflow, or fsum overflows on its way, the sum is done in Python's integers.
"""

from __future__ import annotations

import math
from fractions import Fraction
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from refconv.oracle.products import Doubles

__all__ = ["ROUNDOFF", "Sums", "exact_sums", "hazards", "sizes_of", "two_product"]

SPLITTER = 2.0**27 + 1
ROUNDOFF = 2.0**-53
SAFE_FACTOR, SAFE_LOW, SAFE_HIGH = 2.0**990, 2.0**-960, 2.0**1000


class Sums(NamedTuple):
    """Sums of rows of products, each array with one element a row; see `refconv.oracle.truth.Truth`."""

    value: Doubles
    error_bound: Doubles
    magnitude: Doubles
    spread: Doubles
    residual: Doubles | None


def two_product(a: Doubles, b: Doubles) -> tuple[Doubles, Doubles]:
    """Return ``h, e`` with ``h = fl(a b)`` and ``h + e = a b`` exactly, where nothing over- or underflows (Dekker).

    Examples
    --------
    >>> h, e = two_product(np.array([1 + 2.0**-40]), np.array([1 + 2.0**-40]))
    >>> float(e[0]) == 2.0**-80
    True
    """
    h = a * b
    (a_high, a_low), (b_high, b_low) = _split(a), _split(b)
    # each step is exact in this order
    e = a_low * b_low - (((h - a_high * b_high) - a_low * b_high) - a_high * b_low)
    return h, e


def _split(a: Doubles) -> tuple[Doubles, Doubles]:
    """Return two numbers of at most 26 bits that add up to `a` (Veltkamp)."""
    scaled = SPLITTER * a
    high = scaled - (scaled - a)
    return high, a - high


@np.errstate(all="ignore")
def hazards(a: Doubles, b: Doubles) -> NDArray[np.bool_]:
    """Return for which rows `two_product` may not hold: a product or a factor too large, or a product too small."""
    size = np.abs(a * b)
    small = (size < SAFE_LOW) & (a != 0) & (b != 0)
    large = np.maximum(np.abs(a), np.abs(b)) > SAFE_FACTOR
    hazard: NDArray[np.bool_] = (small | large | ~(size < SAFE_HIGH)).any(axis=-1)
    return hazard


@np.errstate(all="ignore")
def sizes_of(h: Doubles, offset: Doubles | None) -> tuple[Doubles, Doubles]:
    """Return upper bounds of the sum of the products' absolute values, and of the root of that of their squares.

    `h` are products rounded to float64 without underflow. Both sums have one rounding a term and few more: they are
    raised by that much.
    """
    terms = np.abs(h if offset is None else np.concatenate([h, offset[..., np.newaxis]], axis=-1))
    raised = 1 + (terms.shape[-1] + 4) * 1.01 * ROUNDOFF
    magnitude: Doubles = terms.sum(axis=-1) * raised
    largest = terms.max(axis=-1, initial=0.0)
    # powers of two: scaling does not round, squares neither overflow nor, where they count, underflow
    scale = np.ldexp(1.0, np.frexp(np.where(np.isfinite(largest), largest, 1.0))[1].clip(-1020, 1020))
    squares = ((terms / scale[..., np.newaxis]) ** 2).sum(axis=-1)
    spread = np.sqrt(squares) * raised * scale
    return magnitude, np.where(spread < magnitude, spread, magnitude)


@np.errstate(all="ignore")
def exact_sums(a: Doubles, b: Doubles, offset: Doubles | None, *, narrow: bool) -> Sums:
    """Return the sums of ``a * b`` along the last axis (plus offset), correctly rounded.

    Parameters
    ----------
    a, b : ndarray, shape (..., K)
        The factors.
    offset : ndarray, shape (...), optional
        One more term of each sum.
    narrow : bool
        Whether every product is exact in float64.

    Examples
    --------
    >>> exact_sums(np.array([[1e16, 1.0, -1e16]]), np.ones((1, 3)), None, narrow=True).value
    array([1.])
    """
    h, tails = (a * b, None) if narrow else two_product(a, b)
    finite = (np.isfinite(a) & np.isfinite(b)).all(axis=-1)
    special = np.asarray(~finite if offset is None else ~(finite & np.isfinite(offset)))
    hard = np.zeros(h.shape[:-1], bool) if narrow else hazards(a, b)
    magnitude, spread = sizes_of(h, offset)
    value, residual = np.zeros(h.shape[:-1]), np.zeros(h.shape[:-1])
    for at in np.ndindex(h.shape[:-1]):
        extra = [] if offset is None else [float(offset[at])]
        if special[at]:
            value[at], magnitude[at], spread[at] = _nonfinite(a[at], b[at], extra), np.inf, np.inf
            continue
        terms = h[at].tolist() + extra + ([] if tails is None else tails[at].tolist())
        if not hard[at]:
            try:
                value[at] = math.fsum(terms)
                residual[at] = math.fsum([*terms, -float(value[at])])
                continue
            except OverflowError:  # on the way, or at the end
                pass
        value[at], residual[at], magnitude[at], spread[at] = _by_integers(a[at].tolist(), b[at].tolist(), extra)
    # the residual is itself rounded
    bound = np.where(residual == 0, 0.0, np.nextafter(np.abs(residual), np.inf))
    return Sums(value, bound, magnitude, spread, residual)


def _nonfinite(a: Doubles, b: Doubles, extra: list[float]) -> float:
    """Return the infinity or NaN that a sum with such a factor has; what finite factors give cannot change it."""
    there = ~(np.isfinite(a) & np.isfinite(b))
    return float((a[there] * b[there]).sum()) + sum(term for term in extra if not math.isfinite(term))


def _by_integers(a: list[float], b: list[float], extra: list[float]) -> tuple[float, float, float, float]:
    """Return value, residual, magnitude and spread from the exact sums."""
    factors = [*zip(a, b, strict=True), *((term, 1.0) for term in extra)]
    products = [_product(*pair) for pair in factors]
    lowest = min(exponent for _, exponent in products)
    integers = [mantissa << (exponent - lowest) for mantissa, exponent in products]
    unit = Fraction(2) ** lowest
    exact, size = sum(integers) * unit, sum(map(abs, integers)) * unit
    value, magnitude = _nearest(exact), _above(size)
    residual = _nearest(exact - Fraction(value)) if math.isfinite(value) else 0.0
    if residual == 0 and math.isfinite(value) and exact != Fraction(value):
        residual = math.copysign(5e-324, exact - Fraction(value))  # its sign must survive
    bits = max(max(map(abs, integers)).bit_length() - 60, 0)  # 60 bits each are enough, rounded up
    root = math.isqrt(sum(((abs(integer) >> bits) + 1) ** 2 for integer in integers if integer)) + 1
    spread = _above(root * Fraction(2) ** bits * unit) if size else 0.0
    return value, residual, magnitude, min(spread, magnitude)


def _product(a: float, b: float) -> tuple[int, int]:
    """Return an integer and an exponent of two whose product is ``a * b``."""
    (fraction_a, exponent_a), (fraction_b, exponent_b) = math.frexp(a), math.frexp(b)
    if not fraction_a or not fraction_b:
        return 0, 0
    return int(fraction_a * 2.0**53) * int(fraction_b * 2.0**53), exponent_a + exponent_b - 106


def _nearest(exact: Fraction) -> float:
    """Return the nearest float64; Python rounds a division of integers correctly, subnormals too."""
    try:
        return exact.numerator / exact.denominator
    except OverflowError:
        return math.inf if exact > 0 else -math.inf


def _above(exact: Fraction) -> float:
    """Return a float64 that is at least this, and at most the next above the nearest."""
    near = _nearest(exact)
    return math.nextafter(near, math.inf) if math.isfinite(near) and Fraction(near) < exact else near
