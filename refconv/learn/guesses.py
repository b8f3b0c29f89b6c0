"""Predict first: the guess that was kept, beside what is true."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from refconv.learn.outcomes import Outcome, outcome_of, same, shown

if TYPE_CHECKING:
    from refconv.learn.exercise import Exercise

__all__ = ["compared", "is_left_out", "meant"]

DIGITS = 3
"""To so many significant digits, or more, a number may be rounded."""


def is_left_out(value: Any) -> bool:
    """Return whether the dots, or nothing, stand where an answer should be.

    Examples
    --------
    >>> is_left_out(...), is_left_out(None), is_left_out(0)
    (True, True, False)
    """
    return value is ... or value is None


def meant(guess: Any, numbers: Iterable[Any]) -> Any:
    """Return which number a guess was rounded from, the first of them; or the guess, if it was from none.

    Examples
    --------
    >>> meant(0.333, [1 / 3]), meant(0.33, [1 / 3]), meant(7, [7.0001])
    (0.3333333333333333, 0.33, 7)
    """
    if not isinstance(guess, float):
        return guess
    for number in numbers:
        if isinstance(number, float) and any(float(f"{number:.{digits}g}") == guess for digits in range(DIGITS, 17)):
            return number
    return guess


def compared(about: Exercise) -> str:
    """Return a sentence on the guess that was kept, or nothing if there is none.

    A guess that is wrong is named too, where just one misconception leads to it.
    """
    guess = about._guess
    if is_left_out(guess):
        return ""
    true = outcome_of(about.right, about.ask)
    asked, meant_by_it = about.called(about.ask) or "The answer", Outcome(about._meant(guess))
    if same(meant_by_it, true):
        return f"Your guess was right: {asked} is {true}."
    said = f"You guessed {shown(guess)}; {asked} is {true}."
    wrong = [idea for idea in about.misconceptions if same(meant_by_it, outcome_of(idea.function, about.ask))]
    return f"{said} {wrong[0].sentence}" if len(wrong) == 1 else said
