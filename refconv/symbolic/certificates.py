"""Why inequalities contradict each other: multipliers, found by an exact simplex; or a point where all of them hold.

Only ever used to search. Whether the multipliers add up to a contradiction is checked elsewhere, by adding.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import TypeAlias

from refconv.symbolic.polynomials import Monomial, Polynomial

__all__ = ["Point", "Work", "contradiction"]

Point: TypeAlias = dict[Monomial, Fraction]

_MOST_PIVOTS = 600


@dataclass(slots=True)
class Work:
    """How many more entries of a table may be computed: a few seconds' worth, the same on every machine."""

    entries: int = 16_000_000


def contradiction(
    facts: Sequence[Polynomial], work: Work | None = None
) -> tuple[dict[int, Fraction] | None, Point | None]:
    """Return multipliers, at least 0, with which the facts (each at least 0) add up to -1; or a point; or neither.

    Parameters
    ----------
    facts : sequence of Polynomial
        Each at least 0, with ints as coefficients. Every monomial counts as a variable of its own.
    work : Work, optional
        What may be done before it gives up; it is used up.

    Returns
    -------
    multipliers : dict or None
        Number of the fact to multiplier.
    point : dict or None
        Where there are no multipliers: a value for each monomial at which every fact is at least 0.

    Examples
    --------
    >>> x = Polynomial.variable(0)
    >>> contradiction([x.plus(-3), (-x).plus(2)])
    ({0: Fraction(1, 1), 1: Fraction(1, 1)}, None)
    >>> contradiction([x.plus(-3), (-x).plus(4)])
    (None, {(0,): Fraction(3, 1)})
    """
    rows = sorted({m for fact in facts for m in fact.terms if m}, key=lambda m: (len(m), m))
    # sum of multiplier*coefficient is 0 for each monomial and -1 for the constant; all signs turned in that last row
    table = [[int(fact.terms.get(m, 0)) for fact in facts] for m in rows]
    table.append([-int(fact.constant_term) for fact in facts])
    size = len(table)
    table = [[*row, *(int(i == j) for j in range(size)), int(i == size - 1)] for i, row in enumerate(table)]
    objective = [-sum(column) for column in zip(*table, strict=True)]
    objective[len(facts) : len(facts) + size] = [0] * size
    basis = [len(facts) + i for i in range(size)]
    scale = _minimised(table, objective, basis, len(facts), work or Work())
    if scale is None:
        return None, None
    if objective[-1] == 0:
        return {j: Fraction(row[-1], scale) for j, row in zip(basis, table, strict=True) if row[-1]}, None
    dual = [scale - objective[len(facts) + i] for i in range(size)]
    return None, {m: Fraction(-y, dual[-1]) for m, y in zip(rows, dual, strict=False)}


def _minimised(table: list[list[int]], objective: list[int], basis: list[int], columns: int, work: Work) -> int | None:
    """Pivot in place until nothing gets better; entries are ints over one common denominator, which is returned."""
    scale = 1
    for pivots in range(_MOST_PIVOTS):
        wanted = [j for j in range(columns) if objective[j] < 0]
        if not wanted:
            return scale
        work.entries -= len(table) * len(objective)
        if work.entries < 0:
            return None
        # the steepest column at first, then the first one, which cannot go round in circles
        enter = min(wanted, key=lambda j: objective[j]) if pivots < _MOST_PIVOTS // 4 else wanted[0]
        rows = [i for i, row in enumerate(table) if row[enter] > 0]
        if not rows:  # not possible: the sum of the artificial variables is bounded below
            return None
        leave = min(rows, key=lambda i: (Fraction(table[i][-1], table[i][enter]), basis[i]))
        pivot, line = table[leave][enter], table[leave]
        for other in (*table[:leave], *table[leave + 1 :], objective):
            if factor := other[enter]:
                other[:] = [(x * pivot - factor * y) // scale for x, y in zip(other, line, strict=True)]
            elif pivot != scale:
                other[:] = [x * pivot // scale for x in other]
        scale = pivot
        basis[leave] = enter
    return None
