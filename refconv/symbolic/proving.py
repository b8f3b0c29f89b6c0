"""Prove or refute what is said about integers: equations and inequalities with floors, remainders, maxima and minima.

Three roads, in this order:

1. *Normal forms.* Both sides are brought to one form by the identities of floors (`refconv.symbolic.lowering.RULES`).
2. *Remainders.* For numeric divisors, put ``n = M*q + r`` with M what the divisors need: in each of the M cases no
   floor is left, and linear inequalities are decided exactly.
3. *Bounds.* ``v*Q <= u <= v*Q + v - 1`` is all there is to know of ``Q = floor(u / v)``. The opposite of the claim
   is added to such facts, multiplied by each other where divisors are symbols, until they contradict each other.

Every proof is checked, by a checker that knows nothing of the search, before it is returned.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import sympy

from refconv.errors import ArgumentError, ArgumentTypeError
from refconv.symbolic.checking import Goal, ProofError, replay
from refconv.symbolic.evaluation import Undefined, compiled, points, symbols_of
from refconv.symbolic.lowering import NeedsCase, NotUnderstood, Setting
from refconv.symbolic.proof import Counterexample, Proof, Undecided, substituted
from refconv.symbolic.search import Budget, Refuted, find
from refconv.symbolic.steps import Folded

__all__ = ["prove"]

_FIRST_POINTS, _MORE_POINTS, _MOST_FAILURES = 1500, 20000, 5
_ENOUGH_POINTS = 100
"""Where the assumptions leave fewer of the first points, more are tried before a proof is searched for."""


def prove(claim: Any, *assumptions: Any) -> Proof | Counterexample | Undecided:
    """Prove or refute a claim about integers.

    Parameters
    ----------
    claim : sympy relation, bool or str
        An equation or inequality between expressions of integer symbols with ``+ - * / // %``, floor, ceiling, mod,
        max, min and abs; text is read by `refconv.symbolic.parse`.
    *assumptions : sympy relation or str
        What may be used, beside what is assumed of the symbols themselves (integer, positive, nonnegative).

    Returns
    -------
    Proof, Counterexample or Undecided
        The first is true as a bool, the other two are not. Each has `check()`, `str()`, `to_latex()`, `to_dict()`.

    Examples
    --------
    >>> print(prove("floor(n/2) + floor((n + 1)/2) == n"))
    floor(n/2) + floor(n/2 + 1/2) = n, proved:
      1. Every integer n is 2*q + r with r from 0 to 1.
      2. For n = 2*q: both sides are 2*q.
      3. For n = 2*q + 1: both sides are 2*q + 1.
    >>> print(prove("ceil(n/s) == floor(n/s) + 1", "s >= 2"))
    ceiling(n/s) = floor(n/s) + 1, refuted: at n = 2, s = 2 the left side is 1, the right side 2
    """
    said, divisors = _read(claim)
    given = tuple(part for a in assumptions for part in _conjuncts(_read(a)[0]))
    answer = _answered(said, given)
    if isinstance(answer, Proof):
        for divisor in divisors:
            if not _answered(sympy.Ne(divisor, 0), given):
                return Undecided(said, f"it divides by {divisor}, which may be 0; assume that it is not", ())
    return answer


def _answered(said: Any, given: tuple[Any, ...]) -> Proof | Counterexample | Undecided:
    if said == sympy.true:
        return Proof(said, given, replay(said, given, [Folded()]))
    if said == sympy.false:
        return Counterexample(said, {}, said, sympy.true)
    if isinstance(said, sympy.And):
        return _together(said, given)
    found = _searched(said, given, _FIRST_POINTS)
    return found if found is not None else _decided(said, given)


def _together(claim: Any, given: tuple[Any, ...]) -> Proof | Counterexample | Undecided:
    answers = [_answered(part, given) for part in claim.args]
    for kind in (Counterexample, Undecided):
        for answer in answers:
            if isinstance(answer, kind):
                return answer
    checks = [step.check for answer in answers if isinstance(answer, Proof) for step in answer.steps]
    return Proof(claim, given, replay(claim, given, checks))


def _read(claim: Any) -> tuple[Any, tuple[Any, ...]]:
    """Return the claim, and the divisors in its text that may be 0."""
    divisors: tuple[Any, ...] = ()
    if isinstance(claim, str):
        from refconv.symbolic.grammar import parse_with_divisors

        claim, divisors = parse_with_divisors(claim)
    if isinstance(claim, bool):
        return (sympy.true if claim else sympy.false), divisors
    if isinstance(claim, sympy.core.relational.Relational | sympy.And) or claim in (sympy.true, sympy.false):
        return claim, divisors
    problem = f"{claim!r} is not a claim: an equation or inequality is needed."
    raise ArgumentTypeError("prove", problem, fix="Write Eq(a, b), a <= b, or text such as 'floor(n/2) <= n'.")


def _conjuncts(assumption: Any) -> Sequence[Any]:
    if isinstance(assumption, sympy.And):
        return [part for a in assumption.args for part in _conjuncts(a)]
    if isinstance(assumption, sympy.core.relational.Relational) or assumption in (sympy.true, sympy.false):
        return [assumption]
    raise ArgumentError("prove", f"{assumption} is no equation or inequality.", fix="Assume its parts one by one.")


def _decided(claim: Any, given: tuple[Any, ...]) -> Proof | Counterexample | Undecided:
    budget = Budget()
    goal = Goal(claim.rel_op, claim.lhs, claim.rhs)
    try:
        checks = find(goal, Setting(given), budget)
        if checks is not None:
            return Proof(claim, given, replay(claim, given, checks))
        reason = "no contradiction was found between its opposite and what is known"
    except Refuted as refuted:
        reason = "its opposite agrees with all that is known, but no integers that show it were found"
        found = _confirmed(claim, given, refuted.args[0])
        if found is not None:
            return found
    except NotUnderstood as error:
        reason = str(error)
    except NeedsCase as error:
        reason = f"{error.args[0]} is not an integer in every case"
    except ProofError as error:
        reason = f"a proof was found, but the checker does not accept it: {error}"
    tried = (f"{_MORE_POINTS} points", "normal forms", "remainders", "bounds and their products")
    found = _searched(claim, given, _MORE_POINTS)
    return found if found is not None else Undecided(claim, reason, tried)


def _searched(claim: Any, given: tuple[Any, ...], most: int) -> Counterexample | None:
    symbols = symbols_of(claim, *given)
    try:
        holds = compiled(claim, symbols)
        allowed = [compiled(a, symbols) for a in given]
    except Undefined:
        return None
    failures = left = 0
    for values in points(symbols, most):
        try:
            if not all(a(values) for a in allowed):
                continue
            left += 1
            if not holds(values):
                found = _confirmed(claim, given, dict(zip(symbols, values, strict=True)))
                failures += 1
                if found is not None or failures == _MOST_FAILURES:  # as a bool it is False
                    return found
        except Undefined:
            continue
    narrow = given and left < _ENOUGH_POINTS and most < _MORE_POINTS
    return _searched(claim, given, _MORE_POINTS) if narrow else None


def _confirmed(claim: Any, given: tuple[Any, ...], at: dict[sympy.Symbol, int]) -> Counterexample | None:
    """Return the counterexample, if sympy finds the same when it substitutes."""
    for x in symbols_of(claim, *given):
        at.setdefault(x, 1)
    values = {x: sympy.Integer(v) for x, v in at.items()}
    lhs, rhs = (substituted(side, values) for side in (claim.lhs, claim.rhs))
    found = Counterexample(claim, {x: at[x] for x in symbols_of(claim, *given)}, lhs, rhs, given)
    return found if found.check() else None
