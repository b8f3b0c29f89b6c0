r"""Expressions as LaTeX the way people write them: ``n + lo + hi - d(k - 1) - 1``, ceilings for floors of the negative.

Only macros that every renderer of Markdown knows: no ``\operatorname``, no ``\{``, no ``\\``.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from typing import Any

import sympy
from sympy.printing.latex import LatexPrinter

__all__ = ["cases", "matrix", "name", "place", "tex", "with_maxima"]

FIRST = "y x n N O OH OW C M KH KW lo hi q i j m d k s t"
"""In this order terms and factors are written, those of other names after them."""
_RANK = {word: place for place, word in enumerate(FIRST.split())}

_ROW = r" \cr "

WRITTEN = {"macs": r"\mathrm{MACs}"}


def name(word: str) -> str:
    r"""Return a name as LaTeX: letters upright where there are several, digits at the end as an index.

    Examples
    --------
    >>> print(name("k1"), name("lo"), name("n"), name("d_2"))
    k_{1} \mathrm{lo} n d_{2}
    """
    stem, index = re.fullmatch(r"(.*?)_?(\d*)", word).groups()  # type: ignore[union-attr]  # it always matches
    parts = [WRITTEN.get(part) or (part if len(part) == 1 else rf"\mathrm{{{part}}}") for part in stem.split("_")]
    return r"\ ".join(parts) + (f"_{{{index}}}" if index else "")


class _Printer(LatexPrinter):  # type: ignore[misc]  # sympy has no types
    def _print_Symbol(self, expr: Any, style: str = "plain") -> str:  # noqa: N802 - sympy looks for this name
        return name(expr.name)

    def _as_ordered_terms(self, expr: Any, order: Any = None) -> list[Any]:
        return sorted(expr.args, key=place)

    def _print_Add(self, expr: Any, order: Any = None) -> str:  # noqa: N802 - sympy looks for this name
        denominators = {term.as_coeff_Mul()[0].q for term in expr.args if term.as_coeff_Mul()[0].is_Rational}
        if len(denominators) == 1 and (shared := denominators.pop()) > 1:
            return rf"\frac{{{self._print(sympy.Add(*(shared * term for term in expr.args)))}}}{{{shared}}}"
        return str(super()._print_Add(expr, order))

    def _print_Mul(self, expr: Any) -> str:  # noqa: N802 - likewise
        if expr.is_Pow:  # sympy sends 1/x this way: its base and exponent are no factors
            return str(super()._print_Mul(expr))
        factors = sorted(expr.args, key=_factor_place)
        names = [symbol.name.rstrip("0123456789") for factor in factors for symbol in _named(factor)]
        before = self._settings["mul_symbol_latex"]
        self._settings["mul_symbol_latex"] = r" \cdot " if any(len(each) > 1 for each in names) else " "
        text = str(super()._print_Mul(sympy.Mul(*factors, evaluate=False)))
        self._settings["mul_symbol_latex"] = before
        return text

    def _print_floor(self, expr: Any, exp: Any = None) -> str:
        return self._bracketed("floor", expr, exp)

    def _print_ceiling(self, expr: Any, exp: Any = None) -> str:
        return self._bracketed("ceil", expr, exp)

    def _print_Mod(self, expr: Any, exp: Any = None) -> str:  # noqa: N802 - sympy looks for this name
        sides = (self._print(a) if _is_bare(a) else rf"\left({self._print(a)}\right)" for a in expr.args)
        text = r" \bmod ".join(sides)
        return rf"\left({text}\right)^{{{exp}}}" if exp is not None else text

    def _bracketed(self, kind: str, expr: Any, exp: Any) -> str:
        text = rf"\left\l{kind} {self._print(sympy.together(expr.args[0]))} \right\r{kind}"
        return f"{text}^{{{exp}}}" if exp is not None else text

    def _print_And(self, expr: Any) -> str:  # noqa: N802 - sympy looks for this name
        return r" \quad\text{and}\quad ".join(self._print(part) for part in sorted(expr.args, key=str))

    def _print_Or(self, expr: Any) -> str:  # noqa: N802 - sympy looks for this name
        return r" \quad\text{or}\quad ".join(self._print(part) for part in expr.args)

    def _print_Relational(self, expr: Any) -> str:  # noqa: N802 - sympy looks for this name
        sign = {"==": "=", "!=": r"\neq", "<": r"\lt", ">": r"\gt", "<=": r"\le", ">=": r"\ge"}[expr.rel_op]
        return f"{self._print(expr.lhs)} {sign} {self._print(expr.rhs)}"


def place(term: Any) -> tuple[Any, ...]:
    """Return what to sort the terms of a sum by: what is taken away comes last, sizes before paddings and taps.

    Examples
    --------
    >>> sorted(sympy.symbols("k lo n"), key=place)
    [n, lo, k]
    """
    coefficient, rest = term.as_coeff_Mul()
    names = sorted(str(symbol) for symbol in rest.free_symbols)
    ranks = [(_RANK.get(word.rstrip("0123456789"), 99), word) for word in names]
    return bool(coefficient < 0), rest.is_number, min(ranks, default=(99, "")), str(rest)


def _is_bare(side: Any) -> bool:
    """Return whether a side of a remainder needs no parentheses: nobody should have to know how tightly mod binds."""
    bracketed = isinstance(side, sympy.floor | sympy.ceiling | sympy.Max | sympy.Min)
    return bool(side.is_Symbol or (side.is_Integer and side >= 0) or bracketed)


def _named(factor: Any) -> list[Any]:
    """Return the symbol that a factor is, or is a power of."""
    base = factor.as_base_exp()[0]
    return [base] if base.is_Symbol else []


def _factor_place(factor: Any) -> tuple[Any, ...]:
    known = [(_RANK.get(symbol.name.rstrip("0123456789"), 99), symbol.name) for symbol in _named(factor)]
    return (0, "") if factor.is_number else (1, known[0]) if known else (2, str(factor))


def tex(expression: Any) -> str:
    r"""Return the LaTeX of a sympy expression, a relation, a number or a tuple of them.

    Examples
    --------
    >>> from refconv.arithmetic import output_size
    >>> from refconv.symbolic.symbols import symbol
    >>> print(tex(output_size(*map(symbol, ["n", "k", "s", "d"]))))
    \left\lfloor \frac{n - d \left(k - 1\right) - 1}{s} \right\rfloor + 1
    """
    if isinstance(expression, tuple):
        return rf"\left({', '.join(tex(part) for part in expression)}\right)"
    return str(_Printer({"order": "none"}).doprint(_with_ceilings(sympy.sympify(expression))))


def _with_ceilings(expression: Any) -> Any:
    """Write ``-floor(-x)`` as ``ceil(x)``, for reading."""
    return _replaced(
        with_maxima(expression),
        lambda part: isinstance(part, sympy.floor) and _turned(part.args[0]) is not None,
        lambda part: -sympy.ceiling(_turned(part.args[0]), evaluate=False),
    )


def _replaced(expression: Any, where: Callable[[Any], bool], by: Callable[[Any], Any]) -> Any:
    """Replace from the inside out; sympy (1.14) may not take Max(2*n, 4)/6 for an integer and drop its floor."""
    if not expression.args:
        return expression
    parts = [_replaced(part, where, by) for part in expression.args]
    if parts != list(expression.args):
        kept = isinstance(expression, sympy.floor | sympy.ceiling | sympy.Mod)
        expression = expression.func(*parts, evaluate=False) if kept else expression.func(*parts)
    return by(expression) if where(expression) else expression


def with_maxima(expression: Any) -> Any:
    """Return the expression with ``max(a, b)`` for ``-min(-a, -b)``, and the other way round.

    Examples
    --------
    >>> a, b = sympy.symbols("a b")
    >>> with_maxima(-sympy.Min(-a, -b))
    Max(a, b)
    """
    opposite = {sympy.Min: sympy.Max, sympy.Max: sympy.Min}
    return _replaced(
        expression,
        lambda part: part.func in opposite and all(arg.as_coeff_Mul()[0] < 0 for arg in part.args),
        lambda part: -opposite[part.func](*(-arg for arg in part.args)),
    )


def _turned(argument: Any) -> Any:
    """Return minus the argument where what would be written first is taken away in it, else None."""
    numerator, denominator = sympy.fraction(sympy.together(argument))
    terms = sympy.Add.make_args(numerator)
    leading = min(terms, key=lambda term: place(term)[1:])
    return sympy.Add(*(-term for term in terms)) / denominator if place(leading)[0] else None


def matrix(rows: Iterable[Sequence[Any]]) -> str:
    r"""Return a matrix.

    Examples
    --------
    >>> print(matrix([[1, 0], [0, 1]]))
    \begin{pmatrix} 1 & 0 \cr 0 & 1 \end{pmatrix}
    """
    lines = (" & ".join(tex(sympy.Rational(entry)) for entry in row) for row in rows)
    return rf"\begin{{pmatrix}} {_ROW.join(lines)} \end{{pmatrix}}"


def cases(branches: Iterable[tuple[str, str]]) -> str:
    r"""Return a distinction of cases, each a value and when it holds.

    Examples
    --------
    >>> print(cases([("1", "n = 0"), ("2", "n = 1")]))
    \begin{cases} 1 & \text{if } n = 0 \cr 2 & \text{if } n = 1 \end{cases}
    """
    lines = (rf"{value} & \text{{if }} {when}" for value, when in branches)
    return rf"\begin{{cases}} {_ROW.join(lines)} \end{{cases}}"
