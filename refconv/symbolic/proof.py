"""What `prove` answers: a proof that can be checked again, a counterexample, or an honest "undecided"."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import islice
from typing import Any

import sympy

from refconv.symbolic.checking import ProofError, replay
from refconv.symbolic.evaluation import Undefined, compiled, is_allowed, points, symbols_of
from refconv.symbolic.steps import ProofStep

__all__ = ["Counterexample", "Proof", "ProofStep", "Undecided", "substituted"]

_SAMPLES = 300


@dataclass(frozen=True, slots=True)
class Proof:
    """The claim holds for all integers that the assumptions allow.

    Attributes
    ----------
    claim : sympy relation
        What is proved.
    assumptions : tuple of sympy relations
        From what, beside what the symbols' own assumptions say.
    steps : tuple of ProofStep
        Why.

    Examples
    --------
    >>> from refconv.symbolic.proving import prove
    >>> proof = prove("n - 2*floor(n/2) == n mod 2")
    >>> bool(proof), proof.check()
    (True, True)
    >>> print(proof)
    n - 2*floor(n/2) = Mod(n, 2), proved:
      1. Both sides are n - 2*floor(n/2).
    """

    claim: Any
    assumptions: tuple[Any, ...]
    steps: tuple[ProofStep, ...]

    def __bool__(self) -> bool:
        return True

    def check(self) -> bool:
        """Check every step again, by algebra and by arithmetic on samples; False where anything is amiss."""
        try:
            again = replay(self.claim, self.assumptions, [step.check for step in self.steps])
        except ProofError:
            return False
        same = [(a.reason, a.expression) for a in again] == [(s.reason, s.expression) for s in self.steps]
        return same and _holds_on_samples(self.claim, self.assumptions)

    @property
    def is_empty(self) -> bool:
        """Whether what is assumed contradicts itself, or what the symbols may be, so that anything follows from it.

        Examples
        --------
        >>> from refconv.symbolic.proving import prove
        >>> prove("n == 5", "n < 3", "n > 7").is_empty, prove("n < 5", "n < 3").is_empty
        (True, False)
        """
        from refconv.symbolic.proving import prove  # which imports this module

        return bool(self.assumptions) and bool(prove(sympy.Eq(0, 1, evaluate=False), *self.assumptions))

    def __str__(self) -> str:
        given = f" (where {', '.join(_said(a) for a in self.assumptions)})" if self.assumptions else ""
        but = ", but of nothing: what is assumed contradicts itself" if self.is_empty else ""
        lines = [f"{i}. {step.reason}" for i, step in enumerate(self.steps, 1)]
        return "\n  ".join([f"{_said(self.claim)}{given}, proved{but}:", *lines])

    def to_latex(self) -> str:
        """Return the proof as a LaTeX list: each step's words, and what it says as a formula."""
        items = []
        for step in self.steps:
            said = _escaped(step.reason)
            items.append(f"  \\item {said}\n    \\[ {sympy.latex(step.expression)} \\]")
        return "\n".join([rf"\[ {sympy.latex(self.claim)} \]", r"\begin{enumerate}", *items, r"\end{enumerate}"])

    def to_dict(self) -> dict[str, Any]:
        """Return the proof as plain data: strings and lists."""
        return {
            "verdict": "proved",
            "claim": _said(self.claim),
            "assumptions": [_said(a) for a in self.assumptions],
            "steps": [{"reason": s.reason, "expression": str(s.expression)} for s in self.steps],
            **({"is_empty": True} if self.is_empty else {}),
        }


@dataclass(frozen=True, slots=True)
class Counterexample:
    """The claim fails at these integers, which the assumptions allow.

    Attributes
    ----------
    claim : sympy relation
        What is refuted.
    assignment : dict
        Symbol to int.
    lhs, rhs : sympy object
        The values of the two sides there.
    assumptions : tuple
        What was assumed; true at these integers.

    Examples
    --------
    >>> from refconv.symbolic.proving import prove
    >>> found = prove("2*floor(n/2) == n")
    >>> print(found)
    2*floor(n/2) = n, refuted: at n = 1 the left side is 0, the right side 1
    >>> bool(found), found.check()
    (False, True)
    """

    claim: Any
    assignment: dict[sympy.Symbol, int]
    lhs: Any
    rhs: Any
    assumptions: tuple[Any, ...] = ()

    def __bool__(self) -> bool:
        return False

    def check(self) -> bool:
        """Substitute again: whether the values are allowed and the claim fails at them."""
        if self.claim == sympy.false:
            return not self.assignment
        if not all(is_allowed(x, value) for x, value in self.assignment.items()):
            return False
        values = {x: sympy.Integer(v) for x, v in self.assignment.items()}
        if not all(substituted(a, values) == sympy.true for a in self.assumptions):
            return False
        sides = (substituted(self.claim.lhs, values), substituted(self.claim.rhs, values))
        return sides == (self.lhs, self.rhs) and substituted(self.claim, values) == sympy.false

    def __str__(self) -> str:
        if not self.assignment:
            return f"{_said(self.claim)}, refuted: the left side is {self.lhs}, the right side {self.rhs}"
        where = ", ".join(f"{x} = {value}" for x, value in self.assignment.items())
        return f"{_said(self.claim)}, refuted: at {where} the left side is {self.lhs}, the right side {self.rhs}"

    def to_latex(self) -> str:
        """Return the claim, crossed out by the values at which it fails."""
        where = ", ".join(f"{sympy.latex(x)} = {value}" for x, value in self.assignment.items())
        fails = rf"{sympy.latex(self.lhs)} \text{{ on the left, }} {sympy.latex(self.rhs)} \text{{ on the right}}"
        return rf"\[ {sympy.latex(self.claim)} \text{{ fails at }} {where}: {fails} \]"

    def to_dict(self) -> dict[str, Any]:
        """Return it as plain data."""
        return {
            "verdict": "refuted",
            "claim": _said(self.claim),
            "assumptions": [_said(a) for a in self.assumptions],
            "assignment": {str(x): value for x, value in self.assignment.items()},
            "lhs": str(self.lhs),
            "rhs": str(self.rhs),
        }


@dataclass(frozen=True, slots=True)
class Undecided:
    """Neither proved nor refuted.

    Attributes
    ----------
    claim : sympy relation
        What was asked.
    reason : str
        Why there is no answer.
    tried : tuple of str
        What was tried.

    Examples
    --------
    >>> from refconv.symbolic.proving import prove
    >>> answer = prove("2**n > n")
    >>> print(type(answer).__name__, bool(answer))
    Undecided False
    """

    claim: Any
    reason: str
    tried: tuple[str, ...]

    def __bool__(self) -> bool:
        return False

    def check(self) -> bool:
        """Nothing is claimed, so nothing can be wrong."""
        return True

    def __str__(self) -> str:
        return "\n  ".join(
            [f"{_said(self.claim)}, undecided: {self.reason}", *(f"tried: {what}" for what in self.tried)]
        )

    def to_latex(self) -> str:
        """Return the claim with a question mark."""
        return rf"\[ {sympy.latex(self.claim)} \quad (?) \]"

    def to_dict(self) -> dict[str, Any]:
        """Return it as plain data."""
        return {"verdict": "undecided", "claim": _said(self.claim), "reason": self.reason, "tried": list(self.tried)}


def _holds_on_samples(claim: Any, assumptions: tuple[Any, ...]) -> bool:
    symbols = symbols_of(claim, *assumptions)
    try:
        holds = compiled(claim, symbols)
        given = [compiled(a, symbols) for a in assumptions]
    except Undefined:
        return False
    for values in islice(points(symbols, _SAMPLES), _SAMPLES):
        try:
            if all(g(values) for g in given) and not holds(values):
                return False
        except Undefined:
            continue
    return True


def substituted(expression: Any, values: Mapping[sympy.Symbol, sympy.Integer]) -> Any:
    """Return the value of an expression, put together from the inside out, so that sympy only ever sees numbers.

    Examples
    --------
    >>> n = sympy.Symbol("n")
    >>> substituted(sympy.floor(n / 2, evaluate=False) + sympy.Mod(7, 4, evaluate=False), {n: sympy.Integer(5)})
    5
    """
    if not expression.args:
        return values.get(expression, expression)
    return expression.func(*(substituted(part, values) for part in expression.args))


_WORDS = {"==": "=", "!=": "!="}


def _said(claim: Any) -> str:
    if isinstance(claim, sympy.core.relational.Relational):
        return f"{claim.lhs} {_WORDS.get(claim.rel_op, claim.rel_op)} {claim.rhs}"
    return str(claim)


def _escaped(text: str) -> str:
    return text.replace("\\", r"\textbackslash ").replace("_", r"\_").replace("%", r"\%")
