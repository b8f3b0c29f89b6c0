"""Three ways to check a step: multiply it out, prove it, count through every case of a stated range."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from itertools import product
from typing import Any, Protocol

import sympy

__all__ = ["Algebra", "Check", "Counted", "Outcome", "Proved"]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a check found.

    Attributes
    ----------
    how : str
        "algebra", "proof" or "count".
    holds : bool
        Whether the step holds.
    said : str
        What was done, or where it fails: a phrase for people.
    cases : int
        How many cases were tried one by one; 0 for the other two kinds.
    detail : str
        The lines of the proof, if there is one.
    """

    how: str
    holds: bool
    said: str
    cases: int = 0
    detail: str = ""


class Check(Protocol):
    """Something that can be run, again and again, with the same outcome."""

    def run(self) -> Outcome:
        """Check, and say what was found."""


class Algebra:
    """Both sides of each equation are the same polynomial, or the same quotient of polynomials.

    Parameters
    ----------
    *equations : pair of expressions
        Left and right side.

    Examples
    --------
    >>> x = sympy.Symbol("x")
    >>> Algebra(((x + 1) ** 2, x**2 + 2 * x + 1)).run().holds
    True
    """

    def __init__(self, *equations: tuple[Any, Any]) -> None:
        """Keep the equations."""
        self.equations = equations

    def run(self) -> Outcome:
        """Multiply out the difference of the sides."""
        for left, right in self.equations:
            if sympy.cancel(sympy.together(sympy.expand(sympy.sympify(left) - right))) != 0:
                return Outcome("algebra", False, f"{left} is not {right}")
        many = len(self.equations)
        sides = "both sides" if many == 1 else f"the sides of {'both' if many == 2 else f'all {many}'} equations"
        return Outcome("algebra", True, f"multiplied out, {sides} are the same")


class Proved:
    """Every claim is proved by `refconv.symbolic.prove`, and the proof is checked.

    Parameters
    ----------
    *claims : relation
        What is claimed for all values of its symbols.
    given : sequence of relations
        The assumptions, besides those of the symbols themselves.

    Examples
    --------
    >>> n = sympy.Symbol("n", integer=True)
    >>> Proved(sympy.Le(2 * sympy.floor(n / 2), n)).run().holds
    True
    """

    def __init__(self, *claims: Any, given: Collection[Any] = ()) -> None:
        """Keep the claims."""
        self.claims = claims
        self.given = tuple(given)

    def run(self) -> Outcome:
        """Prove each claim, and check the proof."""
        from refconv.symbolic.proving import prove

        details = []
        for claim in self.claims:
            answer = prove(claim, *self.given)
            if not answer or not answer.check():
                return Outcome("proof", False, str(answer))
            details.append(str(answer))
        said = f"proved for all whole {_domain(self.claims, self.given)}"
        return Outcome("proof", True, said, detail="\n\n".join(details))


def _domain(claims: Collection[Any], given: Collection[Any]) -> str:
    symbols = sorted(set().union(*(getattr(claim, "free_symbols", set()) for claim in (*claims, *given))), key=str)
    positive = [f"{s}" for s in symbols if s.is_positive]
    others = [f"{s}" for s in symbols if s.is_nonnegative and not s.is_positive]
    free = [f"{s}" for s in symbols if not s.is_nonnegative]
    bounded = ((free, ""), (positive, " ≥ 1"), (others, " ≥ 0"))
    parts = [", ".join(names) + bound for names, bound in bounded if names] + [_plain(relation) for relation in given]
    return ", and ".join([", ".join(parts[:-1]), parts[-1]] if len(parts) > 1 else parts or ["numbers"])


def _plain(relation: Any) -> str:
    if isinstance(relation, str):
        return relation
    sign = {"==": "=", "!=": "≠", "<=": "≤", ">=": "≥"}.get(relation.rel_op, relation.rel_op)
    return f"{relation.lhs} {sign} {relation.rhs}"


class Counted:
    """A plain question is answered yes in every case of a range.

    Parameters
    ----------
    question : function
        Called with one value for each name; returns True or False, or None where the step claims nothing.
    where : str
        Which cases the step is about, in words, where that is not all of them.
    **ranges : collection
        The values of each name: a `range`, or a tuple of values.

    Examples
    --------
    >>> Counted(lambda n: (n * n) % 4 in (0, 1), n=range(-9, 10)).run().said
    'counted: 19 cases, n = −9…9'
    """

    def __init__(self, question: Callable[..., bool | None], where: str = "", **ranges: Collection[Any]) -> None:
        """Keep the question."""
        self.question = question
        self.where = where
        self.ranges: Mapping[str, Collection[Any]] = ranges

    def run(self) -> Outcome:
        """Ask in every case."""
        cases = 0
        for values in product(*self.ranges.values()):
            case = dict(zip(self.ranges, values, strict=True))
            answer = self.question(**case)
            if answer is None:
                continue
            if not answer:
                at = ", ".join(f"{name} = {value}" for name, value in case.items())
                return Outcome("count", False, f"it fails at {at}", cases)
            cases += 1
        if not cases:
            return Outcome("count", False, "no case of the range is one that the step is about")
        said = ", ".join(f"{name} = {_extent(values)}" for name, values in self.ranges.items())
        where = f" ({self.where})" if self.where else ""
        return Outcome("count", True, f"counted: {cases:,} cases, {said}{where}", cases)


def _extent(values: Collection[Any]) -> str:
    if isinstance(values, range) and values.step == 1 and len(values) > 2:
        return f"{values[0]}…{values[-1]}".replace("-", "−")
    return " or ".join(map(str, values)).replace("-", "−")
