"""Predict first: the guess that was kept, beside what is true."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from refconv.learn.outcomes import Outcome, outcome_of, same

if TYPE_CHECKING:
    from refconv.learn.exercise import Exercise

__all__ = ["compared", "is_left_out"]


def is_left_out(value: Any) -> bool:
    """Return whether the dots, or nothing, stand where an answer should be.

    Examples
    --------
    >>> is_left_out(...), is_left_out(None), is_left_out(0)
    (True, True, False)
    """
    return value is ... or value is None


def compared(about: Exercise) -> str:
    """Return a sentence on the guess that was kept, or nothing if there is none.

    A guess that is wrong is named too, where just one misconception leads to it.
    """
    guess = about._guess
    if is_left_out(guess):
        return ""
    true = outcome_of(about.right, about.ask)
    asked = f"{about.right.__name__}({about.ask})" if about.ask.args or about.ask.kwargs else "The answer"
    if same(Outcome(guess), true):
        return f"Your guess was right: {asked} is {true}."
    said = f"You guessed {guess!r}; {asked} is {true}."
    wrong = {m.name: m for m in about.misconceptions if same(Outcome(guess), _answered(m.answer, about))}
    if len(wrong) == 1:
        (only,) = wrong.values()
        return f"{said} {only.sentence}"
    return said


def _answered(answer: Any, about: Exercise) -> Outcome:
    return outcome_of(answer if callable(answer) else lambda: answer, about.ask)
