r"""The matrices of Winograd's convolution F(m, r), by Cook and Toom: m outputs of r taps for m + r - 1 products.

The *full* convolution of u (m numbers) with g (r numbers) is a product of polynomials, which is known from its values
at m + r - 1 points: with V the powers of the points (at infinity, the last coefficient alone),

.. math:: u * g = V^{-1} \big[ (V_m u) \odot (V_r g) \big]

The map from u is linear; transposed, it takes m + r - 1 numbers d to m, and is the correlation with g:

.. math:: y = V_m^T \big[ (V_r g) \odot (V^{-T} d) \big] = A^T \big[ (G g) \odot (B^T d) \big]

Row a of :math:`V^{-T}` has the coefficients of Lagrange's polynomial of point a; its denominator moves into G.
`refconv.symbolic` derives the same matrices step by step and proves them; a test holds the two equal.
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from functools import lru_cache
from itertools import count, islice
from math import lcm
from typing import NamedTuple, TypeAlias

from refconv.arithmetic.integers import product

__all__ = ["Matrix", "Transforms", "default_points", "transforms"]

Matrix: TypeAlias = tuple[tuple[Fraction, ...], ...]


class Transforms(NamedTuple):
    """The three matrices of one F(m, r): ``AT`` is m by n, ``G`` n by r and ``BT`` n by n, for n = m + r - 1."""

    AT: Matrix
    G: Matrix
    BT: Matrix

    def whole(self) -> tuple[Transforms, int]:
        """Return multiples of the matrices without fractions, and what their results are to be divided by.

        Examples
        --------
        >>> matrices, divisor = transforms(2, 3).whole()
        >>> [[int(entry) for entry in row] for row in matrices.G], divisor
        ([[2, 0, 0], [1, 1, 1], [1, -1, 1], [0, 0, 2]], 2)
        """
        scales = [lcm(*(entry.denominator for row in matrix for entry in row)) for matrix in self]
        scaled = (
            tuple(tuple(scale * entry for entry in row) for row in matrix)
            for matrix, scale in zip(self, scales, strict=True)
        )
        return Transforms(*scaled), product(scales)


def default_points(size: int) -> tuple[Fraction, ...]:
    """Return the first of 0, 1, -1, 2, -2, 1/2, -1/2, 3, -3, 1/3, ...: small numbers make small errors.

    Examples
    --------
    >>> print(*default_points(8))
    0 1 -1 2 -2 1/2 -1/2 3
    """
    sizes = (size for n in count(1) for size in dict.fromkeys((Fraction(n), Fraction(1, n))))
    signed = (sign * size for size in sizes for sign in (1, -1))
    return (Fraction(0), *islice(signed, max(size - 1, 0)))[:size]


@lru_cache(maxsize=256)
def transforms(m: int, r: int) -> Transforms:
    """Return the matrices of F(m, r), for m + r - 2 default points and infinity.

    Examples
    --------
    >>> for row in transforms(2, 3).BT:
    ...     print(*row)
    1 0 -1 0
    0 1 1 0
    0 -1 1 0
    0 -1 0 1
    """
    points = default_points(m + r - 2)
    lagrange = [_with_roots(*points[:a], *points[a + 1 :]) for a in range(len(points))]
    values = [_value(p, point) for p, point in zip(lagrange, points, strict=True)]
    lagrange = [tuple(c if value > 0 else -c for c in p) for p, value in zip(lagrange, values, strict=True)]
    AT = [[point**i for point in points] + [Fraction(i == m - 1)] for i in range(m)]
    G = [[point**j / abs(value) for j in range(r)] for point, value in zip(points, values, strict=True)]
    BT = [(*p, Fraction(0)) for p in lagrange] + [_with_roots(*points)]
    G.append([Fraction(j == r - 1) for j in range(r)])
    return Transforms(_rows(AT), _rows(G), _rows(BT))


def _rows(matrix: Sequence[Sequence[Fraction]]) -> Matrix:
    return tuple(tuple(row) for row in matrix)


def _value(coefficients: Sequence[Fraction], x: Fraction) -> Fraction:
    return sum((c * x**power for power, c in enumerate(coefficients)), Fraction(0))


def _with_roots(*roots: Fraction) -> tuple[Fraction, ...]:
    """Return the coefficients of ``prod (x - root)``, the constant one first."""
    coefficients = [Fraction(1)]
    for root in roots:
        shifted, same = [Fraction(0), *coefficients], [*coefficients, Fraction(0)]
        coefficients = [a - root * b for a, b in zip(shifted, same, strict=True)]
    return tuple(coefficients)
