"""What a derivation is: numbered steps, each with its reason in words, its LaTeX and a check that can be run again."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from refconv.errors import RefconvError
from refconv.symbolic.derivations.checks import Check, Outcome

__all__ = ["Derivation", "DerivationError", "Step", "numbered", "step"]


class DerivationError(RefconvError, AssertionError):
    """A step that does not hold."""


@dataclass(frozen=True, slots=True)
class Step:
    """One step of a derivation.

    Attributes
    ----------
    number : int
        Counted from 1.
    reason : str
        Why it holds, in words; Markdown with ``$...$``.
    latex : str
        What holds, without dollars.
    check : Check
        What shows it.
    """

    number: int
    reason: str
    latex: str
    check: Check


def step(reason: str, latex: str, check: Check) -> tuple[str, str, Check]:
    """Return what makes a step, still without its number."""
    return reason, latex, check


def numbered(steps: Iterable[tuple[str, str, Check]]) -> tuple[Step, ...]:
    """Return steps numbered from 1, from their reasons, their LaTeX and their checks."""
    return tuple(Step(number, *each) for number, each in enumerate(steps, 1))


@dataclass(frozen=True, slots=True)
class Derivation:
    """A result, and the steps that lead to it.

    Attributes
    ----------
    name : str
        What `derive` knows it by.
    title, statement : str
        What is derived: a heading, and a sentence or two in words.
    steps : tuple of Step
        How.
    result : mapping
        Name to sympy expression, relation or matrix of fractions; its expressions come from calling refconv's functions
        with symbols.
    arguments : tuple of Symbol
        What the result is a function of, in order.
    where : mapping
        Names that the result uses, to what they stand for, in order.
    function : str or None
        The dotted name of the function that returned the result.
    given : str
        What is assumed throughout, in words.
    references : tuple of str
        Who derived it before, in Markdown.
    see_also : tuple of str
        Names of other derivations.

    Examples
    --------
    >>> from refconv.symbolic.derivations import derive
    >>> derivation = derive("output_size")
    >>> [outcome.how for outcome in derivation.check()]
    ['algebra', 'algebra', 'proof', 'count', 'proof']
    """

    name: str
    title: str
    statement: str
    steps: tuple[Step, ...]
    result: Mapping[str, Any]
    arguments: tuple[Any, ...]
    where: Mapping[str, Any] = field(default_factory=dict)
    function: str | None = None
    given: str = ""
    references: tuple[str, ...] = ()
    see_also: tuple[str, ...] = field(default=())

    def check(self) -> list[Outcome]:
        """Check every step again and say what was done.

        Returns
        -------
        list of Outcome
            One for every step.

        Raises
        ------
        DerivationError
            For the first step that does not hold.
        """
        return [self.check_step(each) for each in self.steps]

    def check_step(self, one: Step) -> Outcome:
        """Check one step; as `check`, for those who show progress."""
        outcome = one.check.run()
        if not outcome.holds:
            raise DerivationError(
                f"derive({self.name!r})", f"step {one.number} does not hold.", one.reason, one.latex, outcome.said
            )
        return outcome
