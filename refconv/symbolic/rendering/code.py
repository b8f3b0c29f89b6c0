"""Expressions over whole numbers as source code; what a language does differently is overridden in its file."""

from __future__ import annotations

from collections.abc import Sequence
from functools import reduce
from typing import Any

import sympy

from refconv.errors import ArgumentError
from refconv.symbolic.rendering.tex import place, with_maxima

__all__ = ["Writer", "bare", "is_truth"]

_ATOM, _PRODUCT, _SUM, _COMPARISON, _LOGIC = range(5)


def bare(argument: str) -> str:
    """Return an argument without the parentheses around all of it.

    Examples
    --------
    >>> bare("(a + b)"), bare("(a) + (b)")
    ('a + b', '(a) + (b)')
    """
    if not argument.startswith("("):
        return argument
    depth = 0
    for at, character in enumerate(argument):
        depth += (character == "(") - (character == ")")
        if depth == 0:
            return argument[1:-1] if at == len(argument) - 1 else argument
    return argument


def is_truth(expression: Any) -> bool:
    """Return whether an expression is true or false, rather than a number."""
    return bool(getattr(expression, "is_Boolean", False) or getattr(expression, "is_Relational", False))


class Writer:
    """Writes one expression; the base class writes what Python and C share.

    Examples
    --------
    >>> n = sympy.Symbol("n", integer=True)
    >>> Writer().write(2 * (n + 1) - n**2)
    '2 * n + 2 - n * n'
    """

    conjunction, disjunction, negation = "and", "or", "not "
    quotient_level = _PRODUCT
    """How tightly a quotient holds together: as a product, or as a call."""

    def write(self, expression: Any) -> str:
        """Return the code of an expression that is a whole number, or true or false."""
        return self._coded(with_maxima(sympy.sympify(expression)))[0]

    def whole(self, number: int) -> str:
        """Return a number."""
        return str(number)

    def floored(self, numerator: str, denominator: str) -> str:
        """Return the floor of a quotient."""
        raise NotImplementedError

    def remainder(self, numerator: str, denominator: str) -> str:
        """Return what a floored quotient leaves over."""
        raise NotImplementedError

    def extreme(self, which: str, one: str, other: str) -> str:
        """Return the "max" or "min" of two."""
        return f"{which}({one}, {other})"

    def compared(self, sign: str, left: str, right: str) -> str:
        """Return a comparison."""
        return f"{left} {sign} {right}"

    def _coded(self, e: Any) -> tuple[str, int]:  # noqa: PLR0911 - a table of kinds
        if e.is_Integer:
            return self.whole(int(e)), _ATOM if e >= 0 else _SUM
        if e.is_Symbol:
            return e.name, _ATOM
        if isinstance(e, sympy.floor | sympy.ceiling):
            return self._quotient(e)
        if isinstance(e, sympy.Mod):
            return self.remainder(*(self._inside(arg, _ATOM) for arg in e.args)), self.quotient_level
        if isinstance(e, sympy.Max | sympy.Min):
            which = "max" if isinstance(e, sympy.Max) else "min"
            arguments = [self.write(arg) for arg in sorted(e.args, key=str)]
            return reduce(lambda one, other: self.extreme(which, one, other), arguments), _ATOM
        if is_truth(e):
            return self._decided(e)
        return self._polynomial(e)

    def _inside(self, e: Any, loosest: int) -> str:
        text, level = self._coded(e)
        return text if level <= loosest else f"({text})"

    def _quotient(self, e: Any) -> tuple[str, int]:
        numerator, denominator = sympy.fraction(sympy.together(e.args[0]))
        if isinstance(e, sympy.floor):
            return self.floored(self._inside(numerator, _ATOM), self._inside(denominator, _ATOM)), self.quotient_level
        turned = self.floored(self._inside(sympy.Mul(-1, numerator), _ATOM), self._inside(denominator, _ATOM))
        return f"-{turned}" if self.quotient_level == _ATOM else f"-({turned})", _SUM

    def _decided(self, e: Any) -> tuple[str, int]:
        if e.is_Relational:
            sides = (self._inside(side, _SUM) for side in (e.lhs, e.rhs))
            return self.compared({"==": "==", "!=": "!="}.get(e.rel_op, e.rel_op), *sides), _COMPARISON
        if isinstance(e, sympy.And | sympy.Or):
            word = self.conjunction if isinstance(e, sympy.And) else self.disjunction
            return f" {word} ".join(self._inside(part, _COMPARISON) for part in sorted(e.args, key=str)), _LOGIC
        if isinstance(e, sympy.Not):
            return f"{self.negation}{self._inside(e.args[0], _ATOM)}", _LOGIC
        raise _no_whole(e)

    def _polynomial(self, e: Any) -> tuple[str, int]:
        if isinstance(e, sympy.Mul | sympy.Pow):
            return self._product(e)
        if isinstance(e, sympy.Add):
            return self._sum(e.args), _SUM
        raise _no_whole(e)

    def _product(self, e: Any) -> tuple[str, int]:
        coefficient, factors = e.as_coeff_mul()
        if not coefficient.is_Integer or not all(_is_power(factor) for factor in factors):
            raise _no_whole(e)
        single = [base for factor in factors for base in [factor.as_base_exp()[0]] * int(factor.as_base_exp()[1])]
        parts = [self._inside(factor, _ATOM) for factor in sorted(single, key=_plain_first)]
        if abs(coefficient) != 1:
            parts.insert(0, self.whole(abs(int(coefficient))))
        text = " * ".join(parts)
        return (f"-{text}", _SUM) if coefficient < 0 else (text, _PRODUCT)

    def _sum(self, terms: Sequence[Any]) -> str:
        text = ""
        for term in sorted(terms, key=place):
            if text:
                text += (
                    f" - {self._inside(-term, _PRODUCT)}"
                    if _is_negative(term)
                    else f" + {self._inside(term, _PRODUCT)}"
                )
            else:
                text = self._inside(term, _SUM)
        return text


def _is_power(factor: Any) -> bool:
    """Return whether a factor is one taken a whole number of times."""
    return bool(factor.as_base_exp()[1].is_Integer and factor.as_base_exp()[1] > 0)


def _plain_first(factor: Any) -> tuple[bool, str]:
    return not factor.is_Symbol, str(factor)


def _is_negative(term: Any) -> bool:
    return bool(term.as_coeff_Mul()[0] < 0)


def _no_whole(e: Any) -> ArgumentError:
    return ArgumentError(
        "render", f"{e} is no expression over whole numbers.", fix="Take a target for reading, such as 'markdown'."
    )
