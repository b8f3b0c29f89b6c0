"""The few operations that ints and sympy expressions do not share: one small helper, lazy about sympy.

`+`, `-` and `*` mean the same for both, so the rest of this package just uses them; and so does `//`, the floor, where
nothing but sums and products of symbols is divided.
"""

from __future__ import annotations

from fractions import Fraction
from numbers import Integral, Rational
from typing import Any, TypeAlias

__all__ = ["Integer", "ceil_div", "floor_div", "half", "maximum", "minimum", "product", "ratio"]

Integer: TypeAlias = Any
"""An int, or a sympy expression that stands for one."""

INTEGRAL, RATIONAL = (int, Integral), (int, Rational)  # int first: the abstract classes are slow to ask


def ceil_div(a: Integer, b: Integer) -> Integer:
    """Return ``ceil(a / b)``, exactly, by way of the floor.

    Examples
    --------
    >>> ceil_div(7, 2), ceil_div(-7, 2)
    (4, -3)
    """
    return -floor_div(-a, b)


def floor_div(a: Integer, b: Integer) -> Integer:
    """Return ``floor(a / b)``, and keep the floor of an expression with a maximum or minimum in it.

    sympy 1.14 takes an even expression such as ``Max(2*n, 4)``, divided by 6, for an integer, and drops its floor.

    Examples
    --------
    >>> floor_div(7, 2), floor_div(-7, 2)
    (3, -4)
    """
    if _are_rational(a, b):
        return a // b
    sympy = _sympy()
    quotient = sympy.sympify(a) / b
    return sympy.floor(quotient, evaluate=not quotient.has(sympy.Max, sympy.Min))


def half(a: Integer) -> Integer:
    """Return ``a / 2`` exactly: a Fraction, or an expression.

    Examples
    --------
    >>> half(3)
    Fraction(3, 2)
    """
    return Fraction(a, 2) if isinstance(a, Integral) else a / 2


def product(values: Any) -> Integer:
    """Return the product of the values; 1 for none of them.

    Examples
    --------
    >>> product((2, 3, 4))
    24
    """
    # not math.prod: it is typed for numbers, and this is called with symbols too
    result: Integer = 1
    for value in values:
        result = result * value
    return result


def ratio(a: Integer, b: Integer) -> Integer:
    """Return ``a / b`` exactly: a Fraction, or an expression.

    Examples
    --------
    >>> ratio(6, 4)
    Fraction(3, 2)
    """
    return Fraction(a, b) if _are_rational(a, b) else a / b


def maximum(a: Integer, b: Integer) -> Integer:
    """Return the larger of two, as ``sympy.Max`` where one of them is an expression.

    Examples
    --------
    >>> maximum(2, 5)
    5
    """
    if _are_numbers(a, b):
        return max(a, b)
    apart = _apart(a, b)
    return _sympy().Max(a, b) if apart is None else a if apart >= 0 else b


def minimum(a: Integer, b: Integer) -> Integer:
    """Return the smaller of two, as ``sympy.Min`` where one of them is an expression.

    Examples
    --------
    >>> minimum(2, 5)
    2
    """
    if _are_numbers(a, b):
        return min(a, b)
    apart = _apart(a, b)
    return _sympy().Min(a, b) if apart is None else a if apart <= 0 else b


def _apart(a: Integer, b: Integer) -> Integer | None:
    """Return how much larger `a` is where that is a number: sympy would ask itself much more first."""
    difference = _sympy().sympify(a - b)
    return difference if difference.is_Integer else None


def _are_numbers(a: Integer, b: Integer) -> bool:
    return isinstance(a, INTEGRAL) and isinstance(b, INTEGRAL)


def _are_rational(a: Integer, b: Integer) -> bool:
    return isinstance(a, RATIONAL) and isinstance(b, RATIONAL)


def _sympy() -> Any:
    import sympy  # only ever reached with a symbol in hand

    return sympy
