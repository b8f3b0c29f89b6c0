"""The verdict on an answer: whether it is right, and if it is not, which idea leads to it.

An idea is named only where it gives exactly what the answer gave, on every case: right and wrong ones alike.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from refconv.learn.outcomes import Call, Outcome, outcome_of, same
from refconv.learn.verdict import Verdict

if TYPE_CHECKING:
    from refconv.learn.exercise import Exercise, Misconception

__all__ = ["ALWAYS", "judge"]

ALWAYS: dict[str, str] = {
    "not written yet": "Nothing came back. Write your answer in place of the dots; a function has to return it.",
    "writes to its input": "The results are right, but your function changes the arrays it was given: "
    "whoever calls it loses them. Write to a new array, such as a copy.",
    "a whole number as a float": "The values are right, but they count something: let whole numbers stay whole, with "
    "`//` in place of `/` or `round`.",
    "cannot be called like that": "The function could not be called as the exercise calls it: give it the arguments "
    "that the task names, in that order.",
}
"""What can go wrong in any exercise, by name."""


def judge(about: Exercise, answer: Callable[..., Any]) -> Verdict:
    """Return the verdict on an answer, a function."""
    cases = list(about.cases())
    got = [outcome_of(answer, given) for given in cases]
    true = [outcome_of(about.right, given) for given in cases]
    wrong = [number for number, (a, b) in enumerate(zip(got, true, strict=True)) if not same(a, b)]
    first = wrong[0] if wrong else 0
    name, sentence = _always(got, true, wrong)
    if not name and not wrong:
        return Verdict(about.name, True, right=len(cases), cases=len(cases))
    if not name:
        name, sentence = _named(about.misconceptions, cases, got)
    if not sentence:
        sentence = "It is wrong here, and no misconception known to us gives these results. Work this case out by hand."
    shown = about.called(cases[first]), str(true[first]), str(got[first])
    return Verdict(about.name, False, name, sentence, *shown, len(cases) - len(wrong), len(cases))


def _named(known: Sequence[Misconception], cases: list[Call], got: list[Outcome]) -> tuple[str, str]:
    for idea in known:
        if all(same(outcome_of(idea.function, given), each) for given, each in zip(cases, got, strict=True)):
            return idea.name, idea.sentence
    return "", ""


def _always(got: list[Outcome], true: list[Outcome], wrong: list[int]) -> tuple[str, str]:
    name = ""
    if all(_unwritten(each) for each in got):
        name = "not written yet"
    elif wrong and all(_refused(each) for each in got):
        name = "cannot be called like that"
    elif not wrong and any(each.wrote for each in got):
        name = "writes to its input"
    elif not wrong and any(_is_float(a.value) and _is_whole(b.value) for a, b in zip(got, true, strict=True)):
        name = "a whole number as a float"
    return (name, ALWAYS[name]) if name else ("", "")


def _unwritten(each: Outcome) -> bool:
    if each.error is not None:
        return isinstance(each.error, NotImplementedError)
    return each.value is None or each.value is ...


def _refused(each: Outcome) -> bool:
    """Return whether the call itself failed: Python's words, from outside of the function."""
    if not isinstance(each.error, TypeError):
        return False
    inside = each.error.__traceback__ is not None and each.error.__traceback__.tb_next is not None
    return not inside


def _is_whole(value: Any) -> bool:
    return isinstance(value, int | np.integer) and not isinstance(value, bool)


def _is_float(value: Any) -> bool:
    return isinstance(value, float | np.floating) or (isinstance(value, np.ndarray) and value.dtype.kind == "f")
