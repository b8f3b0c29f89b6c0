"""Shorter words for the same integer: floors of floors are one floor, and what rounds up is a ceiling."""

from __future__ import annotations

from typing import Any

import sympy

__all__ = ["simplified"]


def simplified(expression: Any) -> Any:
    """Return an equal expression with fewer floors, by three identities, for x and y integers and m a positive one.

    ``floor((floor(x) + y)/m) = floor((x + y)/m)``, ``floor(-x) = -ceiling(x)``, and
    ``floor((x + m - 1)/m) = ceiling(x/m)``.

    Examples
    --------
    >>> from refconv.symbolic import symbol
    >>> n = symbol("n")
    >>> simplified(sympy.floor(sympy.floor(sympy.floor(n / 2) / 2) / 2))
    floor(n/8)
    >>> simplified(-sympy.floor(sympy.floor(-n / 2) / 2)), simplified(sympy.floor((n - 1) / 2) + 1)
    (ceiling(n/4), ceiling(n/2))
    """
    if not isinstance(expression, sympy.Basic) or not expression.args:
        return expression
    parts = [simplified(part) for part in expression.args]
    if isinstance(expression, sympy.floor):
        return _floor(parts[0])
    if isinstance(expression, sympy.ceiling):
        return -_floor(-parts[0])
    if parts == list(expression.args):
        return expression
    kept = {"evaluate": False} if isinstance(expression, sympy.Mod) else {}
    return expression.func(*parts, **kept)


def _floor(argument: Any) -> Any:
    argument = _unnested(sympy.expand(argument))
    turned = sympy.floor(argument, evaluate=not argument.has(sympy.Max, sympy.Min))
    whole = sympy.Add(*(part for part in sympy.Add.make_args(turned) if not isinstance(part, sympy.floor)))
    rest = turned - whole  # sympy takes whole terms out of a floor
    return whole + (_as_ceiling(rest.args[0]) if isinstance(rest, sympy.floor) else rest)


def _unnested(argument: Any) -> Any:
    """Replace ``floor(x)/m`` by ``x/m`` in what stands under a floor, where all the rest is a multiple of 1/m."""
    for term in sympy.Add.make_args(argument):
        coefficient, inner = term.as_coeff_Mul()
        if isinstance(inner, sympy.floor | sympy.ceiling) and coefficient.p == 1 and coefficient.q > 1:
            rounded_down = isinstance(inner, sympy.floor)
            rest = argument - term
            if rounded_down and sympy.expand(rest * coefficient.q).is_integer:
                return _unnested(sympy.expand(inner.args[0] * coefficient + rest))
    return argument


def _as_ceiling(argument: Any) -> Any:
    """Return a floor, or what it is as a ceiling: where most is negative, or where it was a ceiling before."""
    constant = argument.as_coeff_Add()[0]
    rest = argument - constant
    leading = sympy.Add.make_args(rest)[0].as_coeff_Mul()[0]
    plain = not argument.has(sympy.Max, sympy.Min)
    if plain and leading < 0:
        return -_above(-argument)
    up = constant.q > 1 and constant.p % constant.q == constant.q - 1
    if plain and up and sympy.expand(rest * constant.q).is_integer:
        return _above(rest) + sympy.floor(constant)
    return sympy.floor(argument, evaluate=plain)


def _above(argument: Any) -> Any:
    """Return a ceiling with a positive argument; of ceilings of ceilings one is left."""
    for term in sympy.Add.make_args(sympy.expand(argument)):
        coefficient, inner = term.as_coeff_Mul()
        if isinstance(inner, sympy.ceiling) and coefficient.p == 1 and coefficient.q > 1:
            rest = sympy.expand(argument) - term
            if sympy.expand(rest * coefficient.q).is_integer:
                return _above(inner.args[0] * coefficient + rest)
    return sympy.ceiling(argument)
