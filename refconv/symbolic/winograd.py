"""The matrices of Winograd's convolution, made by Cook and Toom's method: exact fractions, any F(m, r).

F(m, r) computes m outputs of a correlation with r taps, ``y[i] = sum_j g[j] d[i + j]``, from m + r - 1 inputs with
m + r - 1 multiplications instead of m r::

    y = AT [(G g) * (BT d)]          * is the product entry by entry

Why it works is derived in `refconv.symbolic.derivations.cook_toom`. Plain Python: nothing here needs sympy.
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from itertools import islice
from math import inf
from typing import Any, NamedTuple, TypeAlias

from refconv.errors import ArgumentError, ArgumentTypeError

__all__ = ["CookToom", "Matrix", "cook_toom", "default_points", "growth", "is_exact", "multiplications"]

Matrix: TypeAlias = tuple[tuple[Fraction, ...], ...]
"""Rows of exact fractions."""

MOST_POINTS = 64


class CookToom(NamedTuple):
    """The three matrices of one F(m, r); they unpack as ``AT, G, BT``.

    Attributes
    ----------
    AT : tuple of tuple of Fraction
        m rows: from products to outputs.
    G : tuple of tuple of Fraction
        m + r - 1 rows of r: what becomes of the taps.
    BT : tuple of tuple of Fraction
        m + r - 1 rows of as many: what becomes of the inputs.

    Examples
    --------
    >>> AT, G, BT = cook_toom(2, 3)
    >>> len(AT), len(G), len(BT)
    (2, 4, 4)
    """

    AT: Matrix
    G: Matrix
    BT: Matrix

    def __call__(self, g: Any, d: Any) -> list[Any]:
        """Return the outputs for taps `g` and inputs `d`: lists, nested once for every axis.

        More axes are one axis inside another, so that F(m, r) of two axes takes ``(m + r - 1)**2`` multiplications.

        Examples
        --------
        >>> [int(y) for y in cook_toom(2, 3)(g=[1, 10, 100], d=[1, 2, 3, 4])]
        [321, 432]
        """
        inner = self if isinstance(g[0], Sequence) else None
        taps, inputs = _apply(self.G, g), _apply(self.BT, d)
        products = [inner(u, v) if inner else u * v for u, v in zip(taps, inputs, strict=True)]
        return _apply(self.AT, products)


def _apply(matrix: Matrix, vector: Any) -> list[Any]:
    return [_combine(row, vector) for row in matrix]


def _combine(row: Sequence[Fraction], vector: Any) -> Any:
    if isinstance(vector[0], Sequence):
        return [_combine(row, column) for column in zip(*vector, strict=True)]
    return sum(a * v for a, v in zip(row, vector, strict=True) if a)


def default_points(count: int) -> tuple[Fraction, ...]:
    """Return the first of 0, 1, -1, 2, -2, 1/2, -1/2, 3, -3, 1/3, -1/3, ...: small numbers, small errors.

    Examples
    --------
    >>> print(*default_points(7))
    0 1 -1 2 -2 1/2 -1/2
    """
    return tuple(islice(_points(), count))


def _points() -> Any:
    yield Fraction(0)
    size = 0
    while True:
        size += 1
        for value in dict.fromkeys((Fraction(size), Fraction(1, size))):
            yield value
            yield -value


def cook_toom(m: int, r: int, points: Sequence[Any] | None = None) -> CookToom:
    """Return the matrices AT, G and BT of F(m, r), exactly.

    Parameters
    ----------
    m, r : int
        Outputs of one tile, and taps; each at least 1.
    points : sequence of numbers, optional
        The m + r - 1 different points at which the polynomials are compared: ints, Fractions, anything that
        `fractions.Fraction` takes, and ``math.inf`` for the leading coefficient. By default 0, 1, -1, 2, -2, 1/2, ...
        and infinity last.

    Returns
    -------
    CookToom
        ``AT`` of m rows, ``G`` of r columns and the square ``BT``; all denominators that the points bring about are
        in G, so that BT and AT are whole wherever the points are.

    Raises
    ------
    ArgumentError, ArgumentTypeError
        For impossible m or r, for too many, too few or repeated points.

    Notes
    -----
    The matrices of A. Lavin and S. Gray, "Fast algorithms for convolutional neural networks", arXiv:1509.09308, with
    the same points; rows of BT may differ from theirs in sign, together with those of G or with columns of AT.

    Examples
    --------
    >>> AT, G, BT = cook_toom(2, 3)
    >>> for row in G:
    ...     print(*row)
    1 0 0
    1/2 1/2 1/2
    1/2 -1/2 1/2
    0 0 1
    >>> is_exact(cook_toom(6, 3))
    True
    """
    _check_sizes(m, r)
    finite = _finite(m + r - 1, points)
    AT, G, BT = [], [], []
    for point in finite:
        others = [other for other in finite if other != point]
        scale = _value(_expand(others), point)
        sign = -1 if scale < 0 else 1
        AT.append([point**i for i in range(m)])
        G.append([point**j / abs(scale) for j in range(r)])
        BT.append([sign * c for c in _expand(others)])
    if len(finite) < m + r - 1:  # infinity: where only the leading coefficients count
        AT.append([Fraction(i == m - 1) for i in range(m)])
        G.append([Fraction(j == r - 1) for j in range(r)])
        BT.append(_expand(finite))
    size = m + r - 1
    padded = [row + [Fraction(0)] * (size - len(row)) for row in BT]
    return CookToom(tuple(zip(*AT, strict=True)), _frozen(G), _frozen(padded))


def _frozen(rows: Sequence[Sequence[Fraction]]) -> Matrix:
    return tuple(tuple(row) for row in rows)


def _expand(roots: Sequence[Fraction]) -> list[Fraction]:
    """Return the coefficients of ``prod (x - root)``, the constant one first."""
    coefficients = [Fraction(1)]
    for root in roots:
        shifted = [Fraction(0), *coefficients]
        coefficients = [a - root * b for a, b in zip(shifted, [*coefficients, Fraction(0)], strict=True)]
    return coefficients


def _value(coefficients: Sequence[Fraction], x: Fraction) -> Fraction:
    return sum((c * x**power for power, c in enumerate(coefficients)), Fraction(0))


def is_exact(matrices: CookToom) -> bool:
    """Return whether ``AT[(G g) * (BT d)]`` is the correlation for every g and d: coefficient by coefficient.

    Examples
    --------
    >>> is_exact(cook_toom(4, 3)), is_exact(cook_toom(4, 3)._replace(BT=cook_toom(4, 3, [0, 1, -1, 3, -3, 2]).BT))
    (True, False)
    """
    AT, G, BT = matrices
    return all(
        sum(a * g[j] * b[t] for a, g, b in zip(row, G, BT, strict=True)) == (t == i + j)
        for i, row in enumerate(AT)
        for j in range(len(G[0]))
        for t in range(len(BT))
    )


def multiplications(m: int, r: int, rank: int = 1) -> tuple[int, int]:
    """Return the multiplications of one tile of F(m, r) along `rank` axes, and those of the definition.

    Examples
    --------
    >>> multiplications(2, 3), multiplications(2, 3, rank=2)
    ((4, 6), (16, 36))
    """
    _check_sizes(m, r)
    return (m + r - 1) ** rank, (m * r) ** rank


def growth(matrices: CookToom) -> Fraction:
    """Return how much larger the numbers added up can be than the definition's, for taps and inputs of size 1.

    It bounds by how much rounding errors grow: ``max_i sum_a |AT[i, a]| sum_j |G[a, j]| sum_t |BT[a, t]| / r``.

    Examples
    --------
    >>> [str(growth(cook_toom(m, 3))) for m in (1, 2, 4, 6)]
    ['7/3', '8/3', '16', '203/9']
    """
    sizes = [_size(g) * _size(b) for g, b in zip(matrices.G, matrices.BT, strict=True)]
    largest = max(sum(abs(a) * size for a, size in zip(row, sizes, strict=True)) for row in matrices.AT)
    return Fraction(largest) / len(matrices.G[0])


def _size(row: Sequence[Fraction]) -> Fraction:
    return sum((abs(entry) for entry in row), Fraction(0))


def _check_sizes(m: int, r: int) -> None:
    for name, value in (("m", m), ("r", r)):
        if isinstance(value, bool) or not isinstance(value, int):
            raise ArgumentTypeError("cook_toom", f"{name} must be an int, but it is {value!r}.")
        if value < 1:
            raise ArgumentError("cook_toom", f"{name} must be at least 1, but it is {value}.", fixes=[{name: 1}])
    if m + r - 1 > MOST_POINTS:
        raise ArgumentError(
            "cook_toom",
            f"F({m}, {r}) needs {m + r - 1} points, more than {MOST_POINTS}.",
            fix="Take smaller tiles: rounding errors make long ones useless anyway.",
        )


def _finite(needed: int, points: Sequence[Any] | None) -> tuple[Fraction, ...]:
    if points is None:
        return default_points(needed - 1)
    try:
        finite = tuple(Fraction(point) for point in points if point != inf)
    except (TypeError, ValueError, OverflowError) as error:
        raise ArgumentTypeError("cook_toom", f"points must be numbers: {error}.") from error
    if len(points) != needed or len(set(finite)) != len(finite) or len(finite) < needed - 1:
        raise ArgumentError(
            "cook_toom",
            "points must be m + r - 1 different numbers, infinity among them at most once.",
            f"m + r - 1 = {needed}, but there are {len(points)}: {', '.join(map(str, points))}",
            fix=f"For example points={[*map(str, default_points(needed - 1)), inf]}.",
            fixes=[{"points": None}],
        )
    return finite
