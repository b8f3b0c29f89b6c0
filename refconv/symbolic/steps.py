"""The steps of a proof: what is shown to a reader, and beside it what a program needs to check it again."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import Any, TypeAlias

import sympy

__all__ = [
    "Apart",
    "Both",
    "Check",
    "Choose",
    "Folded",
    "Identity",
    "ProofStep",
    "Refutation",
    "Remainders",
    "Rewrite",
    "SplitAt",
]


@dataclass(frozen=True, slots=True)
class Folded:
    """The claim is the truth value True: sympy decided it when it was written down."""


@dataclass(frozen=True, slots=True)
class Rewrite:
    """A note: which floor was brought to which form, and by what rule (number `index` of those used)."""

    index: int


@dataclass(frozen=True, slots=True)
class Identity:
    """Both sides have the same normal form."""


@dataclass(frozen=True, slots=True)
class Both:
    """An equality is shown in two halves: at most, then at least."""


@dataclass(frozen=True, slots=True)
class Remainders:
    """Case by case for the remainders of a symbol: ``symbol = modulus*quotient + r`` for r from 0 to modulus - 1."""

    symbol: sympy.Symbol
    modulus: int
    quotient: sympy.Symbol


@dataclass(frozen=True, slots=True)
class Choose:
    """Case by case for a maximum or minimum (which of its arguments it is) or an absolute value (which sign)."""

    extremum: sympy.Expr


@dataclass(frozen=True, slots=True)
class SplitAt:
    """Two cases for an integer: at least 0, or at most -1."""

    expression: sympy.Expr


@dataclass(frozen=True, slots=True)
class Apart:
    """Two cases for an assumption that two things differ (number `index` of those): greater, or less."""

    index: int


@dataclass(frozen=True, slots=True)
class Refutation:
    """The facts and the opposite of the claim contradict each other.

    `terms` holds multipliers, each with the numbers of the facts (all of them at least 0) whose product it
    multiplies; the sum is -1, which is not at least 0.
    """

    terms: tuple[tuple[Fraction, tuple[int, ...]], ...]


Check: TypeAlias = Folded | Rewrite | Identity | Both | Remainders | Choose | SplitAt | Apart | Refutation


@dataclass(frozen=True, slots=True)
class ProofStep:
    """One step.

    Attributes
    ----------
    reason : str
        In words.
    expression : sympy object
        What the step says.
    check : Check
        What a program needs to check it again.

    Examples
    --------
    >>> n = sympy.Symbol("n")
    >>> ProofStep("Both sides are n.", n, Identity()).expression
    n
    """

    reason: str
    expression: Any
    check: Check
