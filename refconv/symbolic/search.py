"""The search for a proof: which cases to enter, and which facts contradict each other in each.

What it finds is a list of checks, for `refconv.symbolic.checking` to accept or not; it need not be trusted.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from fractions import Fraction
from itertools import combinations_with_replacement
from math import prod
from typing import Any

import sympy

from refconv.symbolic.certificates import Point, Work, contradiction
from refconv.symbolic.checking import Goal, opposite
from refconv.symbolic.lowering import Lowering, NeedsCase, Setting
from refconv.symbolic.polynomials import Polynomial
from refconv.symbolic.residues import needed_moduli, quotient
from refconv.symbolic.steps import Apart, Both, Check, Choose, Identity, Refutation, Remainders, Rewrite, SplitAt

__all__ = ["Budget", "Refuted", "find"]

_READABLE = 64
"""Up to so many remainder cases, they are shown one by one before anything less elementary is tried."""

_MOST_CASES = 1024
_MOST_COLUMNS = 1500


class Refuted(Exception):  # noqa: N818
    """The search met a point where the claim may fail: ``args[0]``, symbol to int."""


@dataclass(slots=True)
class Budget:
    """How many more leaves may be tried, and what may be computed in all of them."""

    leaves: int = 4000
    work: Work = field(default_factory=Work)
    tried: list[str] = field(default_factory=list)


def find(goal: Goal, setting: Setting, budget: Budget, splits: int = 8) -> list[Check] | None:  # noqa: PLR0911
    """Return checks that prove the goal, or None.

    Raises
    ------
    Refuted
        Where all facts hold at a point and the claim's opposite too.

    Examples
    --------
    >>> n = sympy.Symbol("n", integer=True)
    >>> find(Goal("==", n - 2 * sympy.floor(n / 2), sympy.Mod(n, 2)), Setting(), Budget())
    [Identity()]
    """
    low = Lowering(setting)
    try:
        difference = low.difference(goal)
    except NeedsCase as need:
        return _chosen(need.args[0], goal, setting, budget, splits)
    if goal.rel in ("==", "<=", ">=") and not difference:
        notes: list[Check] = [] if setting.splits or setting.choices else [Rewrite(i) for i in range(len(low.rules))]
        return [*notes, Identity()]
    if low.apart and len(setting.extra) < len(low.apart):
        return _all([Apart(len(setting.extra))], *(_apart(goal, setting, low, budget, splits)))
    moduli = needed_moduli([goal.lhs, goal.rhs], setting)
    cases = prod(moduli.values())
    if 1 < cases <= _READABLE and (found := _by_remainders(moduli, goal, setting, budget, splits, len(moduli) == 1)):
        return found
    found = _refuted(goal, setting, low, budget, splits, level=0)
    if found is None and low.extrema:
        return _chosen(low.extrema[0], goal, setting, budget, splits)
    for level in (1, 2):
        found = found or _refuted(goal, setting, low, budget, splits, level)
    if found is None and splits and any(not v.is_constant for _, _, v in low.floors):
        found = _at_least_floors(goal, setting, low, budget)
    if found is None and _READABLE < cases <= _MOST_CASES:
        return _by_remainders(moduli, goal, setting, budget, splits, len(moduli) == 1)
    return found


def _all(first: list[Check], *parts: list[Check] | None) -> list[Check] | None:
    result = list(first)
    for part in parts:
        if part is None:
            return None
        result += part
    return result


def _chosen(e: sympy.Expr, goal: Goal, setting: Setting, budget: Budget, splits: int) -> list[Check] | None:
    result: list[Check] = [Choose(e)]
    for which in range(2 if isinstance(e, sympy.Abs) else len(e.args)):
        found = find(goal, setting.choosing(e, which), budget, splits)
        if found is None:
            return None
        result += found
    return result


def _at_least_floors(goal: Goal, setting: Setting, low: Lowering, budget: Budget) -> list[Check] | None:
    """Try two cases for one floor: as small as it can be, or more."""
    for index, _, _ in low.floors[:4]:
        if index not in low.lower_bounds:
            continue
        expression = low.names[index] - low.lower_bounds[index] - 1
        result: list[Check] | None = [SplitAt(expression)]
        for side in (expression, -expression - 1):
            result = result and _all(result, find(goal, setting.knowing(side), budget, splits=0))
        if result:
            return result
    return None


def _apart(goal: Goal, setting: Setting, low: Lowering, budget: Budget, splits: int) -> Iterator[list[Check] | None]:
    difference = low.expression(low.apart[len(setting.extra)][1])
    for sign in (1, -1):
        yield find(goal, setting.knowing(sign * difference - 1), budget, splits)


def _by_remainders(
    moduli: dict[sympy.Symbol, int], goal: Goal, setting: Setting, budget: Budget, splits: int, alone: bool
) -> list[Check] | None:
    if not moduli:
        return find(goal, setting, budget, splits)
    (x, m), *rest = moduli.items()
    taken = {s.name for e in (goal.lhs, goal.rhs, *setting.assumptions) for s in e.free_symbols}
    q = quotient(x, taken | {other.name for *_, other in setting.splits}, alone)
    result: list[Check] = [Remainders(x, m, q)]
    for r in range(m):
        found = _by_remainders(dict(rest), goal, setting.remainder(x, m, r, q), budget, splits, alone)
        if found is None:
            return None
        result += found
    return result


def _refuted(
    goal: Goal, setting: Setting, low: Lowering, budget: Budget, splits: int, level: int
) -> list[Check] | None:
    if goal.rel == "==":
        halves = [_refuted(Goal(rel, goal.lhs, goal.rhs), setting, low, budget, splits, level) for rel in ("<=", ">=")]
        return _all([Both()], *halves)
    if budget.leaves <= 0 or budget.work.entries <= 0:
        return None
    budget.leaves -= 1
    facts = [*(fact.polynomial for fact in low.facts), *opposite(goal, low)]
    if level and max(f.degree for f in facts) < 2 and not any(not v.is_constant for _, _, v in low.floors):
        return None
    columns = _columns(facts, low, level)
    multipliers, point = contradiction([p for _, p in columns], budget.work)
    if multipliers is not None:
        terms = tuple((c, columns[j][0]) for j, c in sorted(multipliers.items()))
        return [Refutation(terms)]
    if point is None or level or low.extrema or max(f.degree for f in facts) > 1:
        return None  # a point then says nothing: not all that holds was used
    return _branched(point, goal, setting, low, budget, splits)


def _columns(facts: list[Polynomial], low: Lowering, level: int) -> list[tuple[tuple[int, ...], Polynomial]]:
    """Return the facts, and at higher levels products of them, that might take part in a contradiction."""
    columns: list[tuple[tuple[int, ...], Polynomial]] = [((i,), p) for i, p in enumerate(facts)]
    if not level:
        return columns
    atoms = {i for i, _, _ in low.floors} | {i for i, name in enumerate(low.names) if not name.is_Symbol}
    plain = [i for i, p in enumerate(facts) if not p.variables() & atoms and p.degree <= 2 and not p.is_constant]
    for size in range(1, level + 1):
        for factors in combinations_with_replacement(plain, size):
            factor = prod((facts[f] for f in factors), start=Polynomial.constant(1))
            for i, p in enumerate(facts):
                if len(columns) < _MOST_COLUMNS and p.degree + factor.degree <= 5:
                    columns.append(((i, *factors), p * factor))
    return _useful(columns)


def _useful(columns: list[tuple[tuple[int, ...], Polynomial]]) -> list[tuple[tuple[int, ...], Polynomial]]:
    """Drop what cannot cancel: a monomial that all columns have with one sign, again and again."""
    unique = {p: indices for indices, p in reversed(columns)}
    left = [(indices, p) for p, indices in unique.items()]
    while True:
        signs: dict[tuple[int, ...], set[bool]] = {}
        for _, p in left:
            for m, c in p.terms.items():
                signs.setdefault(m, set()).add(c > 0)
        kept = [(i, p) for i, p in left if all(len(signs[m]) == 2 for m in p.terms if m)]
        if len(kept) == len(left):
            return kept
        left = kept


def _branched(
    point: Point, goal: Goal, setting: Setting, low: Lowering, budget: Budget, splits: int
) -> list[Check] | None:
    """Go on from a point where all facts hold: refuted if it is a point of integers, else split where it is not."""
    values = [point.get((i,), Fraction(low.lower_bounds.get(i, 0))) for i in range(len(low.names))]
    broken = [i for i, value in enumerate(values) if value.denominator != 1]
    if not broken:
        _raise_refuted(values, setting, low)
        return None
    if splits <= 0:
        return None
    i = broken[0]
    expression = low.names[i] - int(values[i] // 1) - 1
    result: list[Check] = [SplitAt(expression)]
    for side in (expression, -expression - 1):
        inner = setting.knowing(side)
        again = Lowering(inner)
        again.difference(goal)
        found = _refuted(goal, inner, again, budget, splits - 1, level=0)
        if found is None:
            return None
        result += found
    return result


def _raise_refuted(values: list[Fraction], setting: Setting, low: Lowering) -> None:
    at: dict[Any, int] = {name: int(v) for name, v in zip(low.names, values, strict=True) if name.is_Symbol}
    for x, m, r, q in reversed(setting.splits):
        at[x] = m * at.pop(q, 0) + r
    raise Refuted(at)
