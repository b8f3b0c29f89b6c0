"""The truth: what a convolution or a gradient is, with a proven bound on the error of saying so.

Two roads lead there. "exact" finds each sum exactly and rounds it once (`refconv.oracle.exact`). "fast" computes in
float64 where the products of the inputs are exact (`refconv.ops`), and in about twice that where they are not
(`refconv.oracle.compensated`), and bounds the error. Integers are exact on either.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from refconv.arithmetic.per_axis import choice
from refconv.ops.elements import Array
from refconv.oracle.compensated import compensated_sums
from refconv.oracle.exact import ROUNDOFF, Sums, exact_sums
from refconv.oracle.formats import format_of, round_to
from refconv.oracle.operations import Operation
from refconv.oracle.products import Block, Doubles
from refconv.oracle.requests import Request, request

__all__ = ["EXACT_LIMIT", "METHODS", "Truth", "truth"]

METHODS = ("auto", "exact", "fast")

EXACT_LIMIT = 2**21
"""Products up to which "auto" takes the exact road: some seconds."""

GRID = 2.0**52


@dataclass(frozen=True)
class Truth:
    """One result as it should be; arrays in the caller's layout.

    Parameters
    ----------
    value : ndarray of float64, or int64 for integers
        The exact result, rounded; infinities and NaN where IEEE arithmetic has them, and infinite too where the exact
        result lies beyond float64.
    error_bound : ndarray
        At least ``|value - exact|``, where the value is finite.
    magnitude : ndarray
        At least the sum of the absolute values of all terms, and larger by rounding only. 0 where all terms are 0.
    spread : ndarray
        At least the root of the sum of the squares of all terms, and larger by rounding only.
    terms : int
        The most terms in one element: products, and one for a bias.
    residual : ndarray, optional
        ``exact - value``, rounded to float64; None on the fast road.
    request : Request, optional
        What was asked for: some policies want more of it.
    """

    value: Array
    error_bound: Doubles
    magnitude: Doubles
    spread: Doubles
    terms: int
    residual: Doubles | None = None
    request: Request | None = field(default=None, repr=False, compare=False)

    def rounded(self, dtype: Any) -> Array:
        """Return the result in a narrower type: the exact one rounded to it once, to nearest even.

        Rounding `value` would round twice, and go wrong where it lies halfway between two numbers of the narrower
        type and the exact result does not; `residual` says to which side. On the fast road, without a residual, the
        result is only that of the value.

        Examples
        --------
        >>> halfway = truth("conv1d", [[[1.0, 2.0**-24, 2.0**-60]]], [[[1.0, 1.0, 1.0]]])
        >>> bool(np.float32(halfway.value.item()) == 1), bool(halfway.rounded(np.float32).item() > 1)
        (True, True)
        """
        if self.value.dtype.kind == "i":
            return self.value.astype(dtype)
        return round_to(self.value, format_of(dtype), self.residual).astype(dtype)


def truth(
    op: str | Operation,
    x: ArrayLike,
    w: ArrayLike,
    b: ArrayLike | None = None,
    *,
    dy: ArrayLike | None = None,
    of: str = "y",
    method: str = "auto",
    **options: Any,
) -> Truth:
    """Return what an operation's result or gradient should be.

    Parameters
    ----------
    op : str or Operation
        Such as ``"conv2d"``; see `refconv.oracle.operations`.
    x, w, b : array_like
        As for the operation: float64, float32, float16, bfloat16, integers or bool. The bias is no part of gradients.
    dy : array_like
        The gradient for the result, for `of` other than "y".
    of : {"y", "dx", "dw", "db"}
        Which result.
    method : {"auto", "exact", "fast"}
        The road. "auto" is exact up to `EXACT_LIMIT` products.
    **options
        As for the operation: stride, padding, layout, ...

    Returns
    -------
    Truth
        The value, bounds and sizes, in the caller's layout (dw in that of the kernel).

    Raises
    ------
    ArgumentError
        For an unknown operation, result, option or method, and for a gradient without dy.
    DTypeError
        For complex numbers, longdouble and objects.
    ShapeError, ArgumentTypeError, IntegerOverflowError
        As the operation itself.

    Notes
    -----
    Both roads that go row by row keep a few MiB beside the factors in float64, the triples of one plane and the result.
    For narrow inputs the fast one is three float64 convolutions. `docs/tolerance.md` has the costs.

    Examples
    --------
    >>> true = truth("conv1d", [[[0.1, 0.2, 0.3]]], [[[1.0, 1.0, -1.0]]])
    >>> true.value.item(), true.terms
    (2.7755575615628914e-17, 3)
    """
    asked = request(op, x, w, b, dy=dy, of=of, **options)
    choice(asked.op.name, "method", method, METHODS)
    if asked.integer:
        sums = _integers(asked)
    elif method == "exact" or (method == "auto" and asked.products_in_all <= EXACT_LIMIT):
        sums = _by_rows(asked, exact=True)
    else:
        sums = _fast(asked)
    value, bound, magnitude, spread = (asked.leave(part) for part in sums[:4])
    residual = None if sums.residual is None else asked.leave(sums.residual)
    return Truth(value, bound, magnitude, spread, asked.terms, residual, asked)


def _by_rows(asked: Request, *, exact: bool) -> Sums:
    """Return the sums row by row."""
    products, narrow = asked.products(), asked.narrow
    value, bound, magnitude, spread, residual = (np.zeros(products.shape) for _ in range(5))
    if products.offset is not None:  # elements that no product reaches
        value[...] = magnitude[...] = spread[...] = products.offset[:, np.newaxis, :, np.newaxis]
        magnitude, spread = np.abs(magnitude), np.abs(spread)
        magnitude[~np.isfinite(value)] = spread[~np.isfinite(value)] = np.inf
    for block in products.blocks():
        sums = _sums(block, narrow=narrow, exact=exact)
        for whole, part in zip((value, bound, magnitude, spread, residual), sums, strict=True):
            if part is not None:
                g, i, j, places = block.at
                whole[g, i][j, places] = part
    parts = [asked.from_rows(part) for part in (value, bound, magnitude, spread, residual)]
    return Sums(parts[0], parts[1], parts[2], parts[3], parts[4] if exact else None)


def _sums(block: Block, *, narrow: bool, exact: bool) -> Sums:
    if exact:
        return exact_sums(block.a, block.b, block.offset, narrow=narrow)
    return compensated_sums(block.a, block.b, block.offset)


@np.errstate(all="ignore")
def _fast(asked: Request) -> Sums:
    """Return float64 convolutions with their bound, K u S for exact products; 0 where nothing can have rounded."""
    factors, bias = asked.doubles()
    magnitude, spread = _sizes(asked)
    exact = _on_grid(factors, bias, magnitude)
    if not (asked.narrow or exact):
        return _by_rows(asked, exact=False)
    value = asked.by_ops(factors, bias)
    unknown = ~np.isfinite(value)
    magnitude, spread = (np.where(unknown, np.inf, part) for part in (magnitude, spread))
    bound = np.zeros_like(value) if exact else np.where(unknown, 0.0, magnitude * (asked.terms * ROUNDOFF))
    return Sums(value, bound * (1 + 4 * ROUNDOFF), magnitude, spread, np.zeros_like(value) if exact else None)


def _integers(asked: Request) -> Sums:
    """Return the exact integer sums."""
    value = asked.by_ops(asked.factors, asked.bias)
    magnitude, spread = _sizes(asked)
    zeros = np.zeros(value.shape)
    return Sums(value, zeros, magnitude, spread, zeros)


def _sizes(asked: Request) -> tuple[Doubles, Doubles]:
    """Return magnitude and spread, by float64 convolutions of absolute values and of squares, raised by their error."""
    factors, bias = asked.doubles()
    raised = 1 + (asked.terms + 4) * 1.01 * ROUNDOFF
    with np.errstate(all="ignore"):
        sizes = tuple(np.abs(factor) for factor in factors)
        magnitude = asked.by_ops(sizes, None if bias is None else np.abs(bias)) * raised
        squares = asked.by_ops(tuple(size * size for size in sizes), None if bias is None else bias * bias)
        # squares may under- or overflow where float64 inputs are extreme; the magnitude is never less than the spread
        spread = np.where(squares > 1e-280, np.sqrt(squares) * raised, magnitude)
        return magnitude, np.where(spread < magnitude, spread, magnitude)


def _on_grid(factors: tuple[Doubles, ...], bias: Doubles | None, magnitude: Doubles) -> bool:
    """Return whether all terms are multiples of a power of two so large that no partial sum can need rounding."""
    grid = sum(_lowest_bit(factor) for factor in factors)
    if bias is not None:
        grid = min(grid, _lowest_bit(bias))
    largest = float(magnitude.max(initial=0.0))
    return grid >= -1074 and largest <= float(np.ldexp(GRID, max(min(grid, 900), -1074)))


def _lowest_bit(a: Doubles) -> int:
    """Return the largest e so that all elements are multiples of 2**e; infinity and NaN make it useless, and low."""
    if not np.isfinite(a).all():
        return -10000
    fraction, exponent = np.frexp(a[a != 0])
    if not fraction.size:
        return 1000
    mantissa = (fraction * 2.0**53).astype(np.int64)
    _, place = np.frexp((mantissa & -mantissa).astype(np.float64))
    return int((exponent + place).min()) - 54
