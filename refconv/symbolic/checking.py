"""The checker: does this list of steps prove that claim? All that a proof rests on is here and in `lowering`.

It searches for nothing: it lowers the claim again, enters each case that a step opens, and adds up what a step says
adds up. How the steps were found plays no part.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import reduce
from typing import Any

import sympy

from refconv.symbolic.lowering import RULES, Lowering, NeedsCase, NotUnderstood, Setting, rounded
from refconv.symbolic.polynomials import Polynomial, total
from refconv.symbolic.steps import (
    Apart,
    Both,
    Check,
    Choose,
    Folded,
    Identity,
    ProofStep,
    Refutation,
    Remainders,
    Rewrite,
    SplitAt,
)

__all__ = ["Goal", "ProofError", "opposite", "replay"]


class ProofError(Exception):
    """A step does not hold, or the steps do not make a proof."""


@dataclass(frozen=True, slots=True)
class Goal:
    """What is to be shown: a relation (``==``, ``!=``, ``<=``, ``>=``, ``<``, ``>``) between two expressions."""

    rel: str
    lhs: sympy.Expr
    rhs: sympy.Expr

    def __str__(self) -> str:
        return f"{self.lhs} {self.rel} {self.rhs}"


def opposite(goal: Goal, low: Lowering) -> list[Polynomial]:
    """Return what would be at least 0 if the goal were false; an equality is shown in halves and has no one opposite.

    Examples
    --------
    >>> n = sympy.Symbol("n", integer=True)
    >>> low = Lowering(Setting())
    >>> [low.expression(p) for p in opposite(Goal("<=", n, sympy.Integer(3)), low)]
    [n - 4]
    """
    difference = low.difference(goal)
    more, less = difference, -difference
    kinds = {"<=": [more.plus(-1)], ">=": [less.plus(-1)], "<": [more], ">": [less], "!=": [more, less]}
    if goal.rel not in kinds:
        raise ProofError("an equality is shown in halves")
    return [rounded(p) for p in kinds[goal.rel]]


def replay(claim: Any, assumptions: Sequence[Any], checks: Sequence[Check]) -> tuple[ProofStep, ...]:
    """Check that the checks, one after the other, prove the claim; return them with their words.

    Raises
    ------
    ProofError
        Where one of them does not hold, or some are missing or left over.

    Examples
    --------
    >>> n = sympy.Symbol("n", integer=True)
    >>> (step,) = replay(sympy.Eq(n - 2 * sympy.floor(n / 2), sympy.Mod(n, 2)), (), [Identity()])
    >>> step.reason
    'Both sides are n - 2*floor(n/2).'
    >>> replay(sympy.Eq(2 * sympy.floor(n / 2), n), (), [Identity()])
    Traceback (most recent call last):
        ...
    refconv.symbolic.checking.ProofError: 2*floor(n/2) == n is no identity there
    """
    queue = iter(checks)
    steps: list[ProofStep] = []
    if claim == sympy.true:
        _folded(next(queue, None), steps)
    for part in claim.args if isinstance(claim, sympy.And) else () if claim == sympy.true else [claim]:
        if not isinstance(part, sympy.core.relational.Relational):
            raise ProofError(f"{part} is not a relation")
        known = set(part.free_symbols).union(*(a.free_symbols for a in assumptions))
        _Replay(queue, steps, known).follow(Goal(part.rel_op, part.lhs, part.rhs), Setting(tuple(assumptions)))
    if next(queue, None) is not None:
        raise ProofError("steps are left over")
    return tuple(steps)


def _folded(check: Check | None, steps: list[ProofStep]) -> None:
    if not isinstance(check, Folded):
        raise ProofError("the claim is True, and the step is another")
    steps.append(ProofStep("sympy decided this when it was written down.", sympy.true, check))


@dataclass(slots=True)
class _Replay:
    queue: Iterator[Check]
    steps: list[ProofStep]
    known: set[sympy.Symbol]

    def follow(self, goal: Goal, setting: Setting) -> None:  # noqa: PLR0911 - one for each kind of step
        """Take the next step, and the steps of every case that it opens."""
        check = next(self.queue, None)
        if check is None:
            raise ProofError("steps are missing")
        try:
            if isinstance(check, Remainders):
                return self._remainders(check, goal, setting)
            if isinstance(check, Choose):
                return self._choose(check, goal, setting)
            low = Lowering(setting)
            if isinstance(check, Both):
                return self._both(check, goal, setting)
            if isinstance(check, SplitAt):
                return self._split(check, goal, setting, low)
            if isinstance(check, Apart):
                return self._apart(check, goal, setting, low)
            difference = low.difference(goal)
            if isinstance(check, Rewrite):
                return self._rewrite(check, goal, setting, low)
            if isinstance(check, Identity):
                return self._identity(check, goal, setting, low, difference)
            if isinstance(check, Refutation):
                return self._refutation(check, goal, setting, low)
        except (NotUnderstood, NeedsCase) as error:
            raise ProofError(f"a step cannot be read: {error}") from error
        raise ProofError(f"{check} does not show {goal}")

    def say(self, setting: Setting, reason: str, expression: Any, check: Check) -> None:
        """Write a step down."""
        where = ", ".join(_cases(setting))
        self.steps.append(ProofStep(f"For {where}: {reason}" if where else _capital(reason), expression, check))

    def _remainders(self, check: Remainders, goal: Goal, setting: Setting) -> None:
        x, m, q = check.symbol, check.modulus, check.quotient
        if not (type(m) is int and m >= 1 and x in self.known and x.is_integer):  # True is an int too
            raise ProofError(f"{x} has no remainders modulo {m}")
        if q in self.known or q != sympy.Symbol(str(q), integer=True) or any(x == y for y, *_ in setting.splits):
            raise ProofError(f"{q} is not a new integer")
        self.known = self.known | {q}
        r = sympy.Symbol("r", integer=True)
        self.say(setting, f"every integer {x} is {m}*{q} + r with r from 0 to {m - 1}.", sympy.Eq(x, m * q + r), check)
        for remainder in range(m):
            self.follow(goal, setting.remainder(x, m, remainder, q))
        self.known = self.known - {q}

    def _choose(self, check: Choose, goal: Goal, setting: Setting) -> None:
        e = check.extremum
        if not isinstance(e, sympy.Max | sympy.Min | sympy.Abs) or any(e == chosen for chosen, _ in setting.choices):
            raise ProofError(f"{e} offers no choice")
        args = _arguments(e)
        self.say(setting, f"{e} is one of {', '.join(map(str, args))}.", e, check)
        for which in range(len(args)):
            self.follow(goal, setting.choosing(e, which))

    def _both(self, check: Both, goal: Goal, setting: Setting) -> None:
        if goal.rel != "==":
            raise ProofError("only an equality has two halves")
        equation = sympy.Eq(goal.lhs, goal.rhs, evaluate=False)
        self.say(setting, "shown in two halves: at most, then at least.", equation, check)
        self.follow(Goal("<=", goal.lhs, goal.rhs), setting)
        self.follow(Goal(">=", goal.lhs, goal.rhs), setting)

    def _split(self, check: SplitAt, goal: Goal, setting: Setting, low: Lowering) -> None:
        low.integer(check.expression)
        reason = f"the integer {check.expression} is at least 0 or at most -1."
        self.say(setting, reason, sympy.Ge(check.expression, 0, evaluate=False), check)
        self.follow(goal, setting.knowing(check.expression))
        self.follow(goal, setting.knowing(-check.expression - 1))

    def _apart(self, check: Apart, goal: Goal, setting: Setting, low: Lowering) -> None:
        if not 0 <= check.index < len(low.apart):
            raise ProofError("no such assumption")
        said, difference = low.apart[check.index]
        expression = low.expression(difference)
        self.say(setting, f"{said} is not 0, so it is positive or negative.", sympy.Ne(said, 0, evaluate=False), check)
        self.follow(goal, setting.knowing(expression - 1))
        self.follow(goal, setting.knowing(-expression - 1))

    def _rewrite(self, check: Rewrite, goal: Goal, setting: Setting, low: Lowering) -> None:
        if not 0 <= check.index < len(low.rules):
            raise ProofError("no such rewriting")
        rule, (u, v), after = low.rules[check.index]
        before = sympy.floor(low.expression(u) / low.expression(v), evaluate=False)
        self.say(setting, RULES[rule] + ".", sympy.Eq(before, low.expression(after), evaluate=False), check)
        self.follow(goal, setting)

    def _identity(self, check: Identity, goal: Goal, setting: Setting, low: Lowering, difference: Polynomial) -> None:
        if goal.rel not in ("==", "<=", ">=") or difference:
            raise ProofError(f"{goal} is no identity there")
        left = low.ratio(goal.lhs)
        value = low.expression(left.top) / low.expression(left.bottom)
        self.say(setting, f"both sides are {value}.", value, check)

    def _refutation(self, check: Refutation, goal: Goal, setting: Setting, low: Lowering) -> None:
        against = opposite(goal, low)
        facts = [*(fact.polynomial for fact in low.facts), *against]
        used = [index for _, indices in check.terms for index in indices]
        if any(not 0 <= index < len(facts) for index in used) or any(not c > 0 or not i for c, i in check.terms):
            raise ProofError("a multiplier is not positive, or of no fact")
        added = total(reduce(Polynomial.__mul__, (facts[i] for i in indices)).scaled(c) for c, indices in check.terms)
        if added != Polynomial.constant(-1):
            raise ProofError("the facts do not add up to -1")
        shown = sympy.Add(
            *(
                sympy.Mul(
                    sympy.Rational(c.numerator, c.denominator),
                    *(low.expression(facts[i]) for i in indices),
                    evaluate=False,
                )
                for c, indices in check.terms
            ),
            evaluate=False,
        )
        known = [
            f"{low.expression(low.facts[i].polynomial)} >= 0 ({low.facts[i]})"
            for i in sorted(set(used))
            if i < len(low.facts)
        ]
        otherwise = " and ".join(f"{low.expression(p)} >= 0" for p in against)
        ahead = f"otherwise {otherwise}; " if any(i >= len(low.facts) for i in used) else ""
        reason = f"{ahead}{'with ' + '; '.join(known) if known else 'which'} adds up to -1 >= 0, which is false."
        self.say(setting, reason, sympy.Eq(shown, -1, evaluate=False), check)


def _arguments(e: sympy.Expr) -> list[sympy.Expr]:
    return [e.args[0], -e.args[0]] if isinstance(e, sympy.Abs) else list(e.args)


def _cases(setting: Setting) -> list[str]:
    return [
        *(f"{x} = {m * q + r}" for x, m, r, q in setting.splits),
        *(f"{e} = {_arguments(e)[i]}" for e, i in setting.choices),
        *(f"{e} >= 0" for e in setting.extra),
    ]


def _capital(text: str) -> str:
    return text if text[:1].islower() and text[1:2] in " ()*+-" else text[:1].upper() + text[1:]
