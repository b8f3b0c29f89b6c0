"""Piecewise by residue: put ``n = M*q + r``, and in each of the M cases no floor is left.

M is what the divisors need: their least common multiple where they stand side by side, their product where one
floor stands inside another. Maxima and minima become conditions on q.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice, product
from math import gcd, lcm, prod
from typing import Any

import sympy

from refconv.errors import ArgumentError
from refconv.symbolic.certificates import contradiction
from refconv.symbolic.evaluation import compiled, is_allowed, points, symbols_of
from refconv.symbolic.lowering import Lowering, NeedsCase, NotUnderstood, Setting

__all__ = ["Branch", "Piece", "ResidueForm", "needed_moduli", "quotient", "residue_form"]

_MOST_BRANCHES = 4096


@dataclass(frozen=True, slots=True)
class Piece:
    """A polynomial in the quotients, and the conditions, each of the form ``... >= 0``, under which it is the value."""

    value: sympy.Expr
    conditions: tuple[sympy.Expr, ...] = ()


@dataclass(frozen=True, slots=True)
class Branch:
    """One remainder for each variable, and the value there: one piece, or several by conditions on the quotients."""

    remainders: tuple[int, ...]
    pieces: tuple[Piece, ...]


@dataclass(frozen=True, slots=True)
class ResidueForm:
    """An expression written case by case for the remainders of its variables.

    Attributes
    ----------
    expression : sympy expression
        What it is the form of.
    variables, moduli, quotients : tuples
        ``variables[i] = moduli[i]*quotients[i] + remainder``.
    branches : tuple of Branch
        One for each combination of remainders, in order. Where the conditions of two pieces hold, their values agree.

    Examples
    --------
    >>> n = sympy.Symbol("n", integer=True)
    >>> print(residue_form((n - 1) // 2 + 1))
    floor(n/2 - 1/2) + 1
      = q      for n = 2*q
      = q + 1  for n = 2*q + 1
    """

    expression: sympy.Expr
    variables: tuple[sympy.Symbol, ...]
    moduli: tuple[int, ...]
    quotients: tuple[sympy.Symbol, ...]
    branches: tuple[Branch, ...]

    @property
    def modulus(self) -> int:
        """The modulus; of several variables, the least common multiple of theirs."""
        return lcm(*self.moduli)

    def value(self, values: Mapping[sympy.Symbol, int]) -> Any:
        """Return the value at some integers, from the branch they fall into."""
        if any(not is_allowed(x, values[x]) for x in self.variables):
            raise ArgumentError("residue_form", f"{values} is not what the symbols may be.", fix="Mind their signs.")
        parts = [divmod(values[x], m) for x, m in zip(self.variables, self.moduli, strict=True)]
        place = 0
        for (_, r), m in zip(parts, self.moduli, strict=True):
            place = place * m + r
        at = {q: sympy.Integer(whole) for q, (whole, _) in zip(self.quotients, parts, strict=True)}
        for piece in self.branches[place].pieces:
            if all(condition.xreplace(at) >= 0 for condition in piece.conditions):
                return piece.value.xreplace(at)
        raise ArgumentError("residue_form", f"no piece covers {values}.")  # not met: the pieces cover what is allowed

    def check(self, most: int = 500) -> bool:
        """Compare with the expression itself at a box of points about the smallest values, and some far from it."""
        plain = compiled(self.expression, self.variables)
        return all(
            plain(at) == self.value(dict(zip(self.variables, at, strict=True)))
            for at in islice(points(self.variables, most), most)
        )

    def to_piecewise(self) -> sympy.Expr:
        """Return it as a `sympy.Piecewise` of the variables themselves."""
        cases = []
        for branch, piece in self._cases():
            triples = list(zip(self.variables, self.moduli, branch.remainders, self.quotients, strict=True))
            back = {q: (x - r) / m for x, m, r, q in triples}
            where = [sympy.Eq(sympy.Mod(x, m), r) for x, m, r, _ in triples if m > 1]
            where += [sympy.Ge(condition.xreplace(back), 0) for condition in piece.conditions]
            cases.append((sympy.expand(piece.value.xreplace(back)), sympy.And(*where)))
        return sympy.Piecewise(*cases)

    def to_latex(self) -> str:
        """Return it as a LaTeX ``cases`` environment."""
        rows = []
        for branch, piece in self._cases():
            where = [f"{sympy.latex(x)} = {sympy.latex(value)}" for x, value in self._said(branch)]
            where += [rf"{sympy.latex(condition)} \ge 0" for condition in piece.conditions]
            rows.append(rf"{sympy.latex(piece.value)} & {', '.join(where)}")
        body = " \\\\\n".join(rows)
        return f"{sympy.latex(self.expression)} = \\begin{{cases}}\n{body}\n\\end{{cases}}"

    def __str__(self) -> str:
        rows = []
        for branch, piece in self._cases():
            where = [f"{x} = {value}" for x, value in self._said(branch)]
            where += [f"{condition} >= 0" for condition in piece.conditions]
            rows.append((str(piece.value), ", ".join(where)))
        width = max(len(value) for value, _ in rows)
        return "\n".join([str(self.expression), *(f"  = {value:<{width}}  for {where}" for value, where in rows)])

    def _cases(self) -> Iterator[tuple[Branch, Piece]]:
        return ((branch, piece) for branch in self.branches for piece in branch.pieces)

    def _said(self, branch: Branch) -> list[tuple[sympy.Symbol, sympy.Expr]]:
        parts = zip(self.variables, self.moduli, self.quotients, branch.remainders, strict=True)
        return [(x, m * q + r) for x, m, q, r in parts]


def residue_form(expression: Any, variables: Sequence[sympy.Symbol] | None = None) -> ResidueForm:
    """Return the piecewise-by-residue normal form of an expression.

    Parameters
    ----------
    expression : sympy expression or str
        Of integer symbols, with floor, ceiling and mod by numbers, max, min, abs.
    variables : sequence of symbols, optional
        In which order the variables are taken; by default, by name.

    Returns
    -------
    ResidueForm
        In each branch a polynomial in the quotients (affine, where the expression has no products of variables).

    Raises
    ------
    ArgumentError
        Where a divisor is a symbol, or there would be more than 4096 branches.

    Examples
    --------
    >>> form = residue_form("floor(floor(n/2)/3)")
    >>> form.modulus, form.branches[5].pieces[0].value
    (6, q)
    >>> print(residue_form("max(floor(n/2), 3)"))
    Max(3, floor(n/2))
      = 3  for n = 2*q, 3 - q >= 0
      = q  for n = 2*q, q - 3 >= 0
      = 3  for n = 2*q + 1, 3 - q >= 0
      = q  for n = 2*q + 1, q - 3 >= 0
    """
    if isinstance(expression, str):
        from refconv.symbolic.grammar import parse

        expression = parse(expression)
    e = sympy.sympify(expression)
    order = tuple(variables) if variables is not None else symbols_of(e)
    if missing := [str(x) for x in symbols_of(e) if x not in order]:
        raise ArgumentError("residue_form", f"{', '.join(missing)} are not among the variables.", fix="Name them too.")
    try:
        needed = needed_moduli([e], Setting())
        moduli = tuple(needed.get(x, 1) for x in order)
        if prod(moduli) > _MOST_BRANCHES:
            problem = f"there would be {prod(moduli)} branches."
            raise ArgumentError("residue_form", problem, fix=f"At most {_MOST_BRANCHES} are written out.")
        names = [quotient(x, {x.name for x in order}, len(order) == 1) for x in order]
        quotients = tuple(q if m > 1 else x for x, m, q in zip(order, moduli, names, strict=True))
        branches = []
        for remainders in product(*map(range, moduli)):
            setting = Setting()
            for x, m, r, q in zip(order, moduli, remainders, quotients, strict=True):
                setting = setting.remainder(x, m, r, q) if m > 1 else setting
            branches.append(Branch(remainders, tuple(_pieces(e, setting))))
    except NotUnderstood as error:
        raise ArgumentError("residue_form", f"{error}.", fix="Divide by numbers; put one in for each symbol.") from None
    return ResidueForm(e, order, moduli, quotients, tuple(branches))


def quotient(x: sympy.Symbol, taken: set[str], alone: bool) -> sympy.Symbol:
    """Return a new symbol for the quotient of a variable: ``q``, or ``q_n`` where there are several.

    Examples
    --------
    >>> quotient(sympy.Symbol("n"), {"n", "q"}, alone=True)
    q'
    """
    name = "q" if alone else f"q_{x.name}"
    while name in taken:
        name += "'"
    return sympy.Symbol(name, integer=True)


def needed_moduli(expressions: Sequence[Any], setting: Setting) -> dict[sympy.Symbol, int]:
    """Return, for each symbol under a numeric divisor, remainders modulo what leave no floor of it.

    Examples
    --------
    >>> n = sympy.Symbol("n", integer=True)
    >>> needed_moduli([(n // 2 + 1) // 3, (2 * n + 1) // 4], Setting())
    {n: 6}
    """
    moduli: dict[sympy.Symbol, int] = {}
    before: dict[sympy.Symbol, int] | None = None
    while moduli != before and prod(moduli.values()) <= _MOST_BRANCHES:
        before = dict(moduli)
        trial = setting
        taken = {s.name for e in expressions for s in e.free_symbols} | {q.name for *_, q in setting.splits}
        for x, m in moduli.items():
            trial = trial.remainder(x, m, 0, quotient(x, taken, alone=False))
        _grow(moduli, expressions, trial, {x for x, *_ in setting.splits})
    return moduli


def _grow(
    moduli: dict[sympy.Symbol, int], expressions: Sequence[Any], trial: Setting, closed: set[sympy.Symbol]
) -> None:
    """Raise the moduli by what one floor that is left needs, in the first case where one is left."""
    low = Lowering(trial)
    cases: list[Any] = []
    try:
        for e in expressions:
            low.ratio(e)
    except NeedsCase as need:
        cases.append(need.args[0])
    if any(v.is_constant for _, _, v in low.floors):
        cases += low.extrema
    home = {q: x for x, _, _, q in trial.splits if x in moduli}
    for _, u, v in low.floors:
        names = {i: home.get(low.names[i], low.names[i]) for i in u.variables()}
        if not v.is_constant or any(not x.is_Symbol or x in closed for x in names.values()):
            continue
        divisor = int(v.constant_term)
        for i, x in names.items():
            c = int(u.terms.get((i,), 1)) if u.degree == 1 else 1
            moduli[x] = moduli.get(x, 1) * (divisor // gcd(c, divisor))
        return
    for e in cases[:1]:
        before = dict(moduli)
        for which in range(2 if isinstance(e, sympy.Abs) else len(e.args)):
            _grow(moduli, expressions, trial.choosing(e, which), closed)
            if moduli != before:
                return


def _pieces(e: sympy.Expr, setting: Setting) -> Iterator[Piece]:
    low = Lowering(setting)
    try:
        ratio = low.ratio(e)
        open_extrema = low.extrema
    except NeedsCase as need:
        ratio, open_extrema = None, [need.args[0]]
    known = [fact.polynomial for fact in low.facts]
    if contradiction(known)[0] is not None:
        return  # a case that cannot be
    if ratio is None or open_extrema:
        extremum = open_extrema[0]
        pieces: list[Piece] = []
        for which in range(2 if isinstance(extremum, sympy.Abs) else len(extremum.args)):
            pieces += _pieces(e, setting.choosing(extremum, which))
        always = [piece for piece in pieces if not piece.conditions]
        yield from always[:1] or dict.fromkeys(pieces)
        return
    if low.floors:
        raise NotUnderstood(f"{low.names[low.floors[0][0]]} is not divided by a number")
    value = sympy.expand(low.expression(ratio.top) / low.expression(ratio.bottom))
    chosen = {extremum for extremum, _ in setting.choices}
    conditions = [f.polynomial for f in low.facts if f.about in chosen]
    for condition in list(conditions):
        others = [f.polynomial for f in low.facts if f.about not in chosen] + [c for c in conditions if c != condition]
        if contradiction([*others, (-condition).plus(-1)])[0] is not None:
            conditions.remove(condition)
    yield Piece(value, tuple(map(low.expression, conditions)))
