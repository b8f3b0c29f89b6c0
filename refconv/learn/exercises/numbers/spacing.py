"""The distance to the next number: the unit in the last place."""

from __future__ import annotations

from math import ceil, frexp, log2

from refconv.learn.exercise import Exercise, Misconception, call
from refconv.learn.outcomes import Call

__all__ = ["EXERCISE", "spacing"]


def spacing(a: float, p: int) -> float:
    """Find the power of two at or below a, and step p - 1 bits down from it."""
    _, exponent = frexp(a)  # 2**(exponent - 1) <= a < 2**exponent
    leading = 2.0 ** (exponent - 1)
    return leading / 2.0 ** (p - 1)


def _cases() -> list[Call]:
    numbers = (1.0, 1.5, 2.0, 3.0, 4.0, 5.0, 0.75, 0.5, 0.3, 0.25, 10.0, 1000.0, 1024.0, 0.001)
    return [call(a, p) for p in (2, 3, 8, 11, 24) for a in numbers]


EXERCISE = Exercise(
    name="spacing",
    chapter=10,
    title="How far the next number is",
    task="Write `spacing(a, p)`: how far it is from `a`, a positive number of at most `p` significant bits, to the "
    "next larger one. (If `a` has more bits, take the spacing of the numbers around it.) Another name for it is *unit "
    "in the last place*.",
    right=spacing,
    cases=_cases,
    ask=call(6.0, 8),
    misconceptions=(
        Misconception(
            "takes half of it",
            "You gave half of it, which is the largest rounding error. The leading bit is one of the p bits, so the "
            "last is p - 1 places lower.",
            lambda a, p: 2.0 ** (frexp(a)[1] - 1 - p),
        ),
        Misconception(
            "scales it with a",
            "You gave a times the relative spacing. Between two powers of two the numbers stand evenly spaced: 1.25 is "
            "as far from its neighbour as 1.75.",
            lambda a, p: a * 2.0 ** (1 - p),
        ),
        Misconception(
            "the spacing at 1 for all",
            "You gave the distance from 1 to the next number, whatever a is. It doubles with each power of two.",
            lambda a, p: 2.0 ** (1 - p),
        ),
        Misconception(
            "starts at the power above",
            "You stepped down from the power of two above a. frexp's fraction is below 1, so its exponent is one more "
            "than that of the leading bit.",
            lambda a, p: 2.0 ** (frexp(a)[1] + 1 - p),
        ),
        Misconception(
            "looks down at powers of two",
            "That is right between powers of two. At a power of two the numbers below stand twice as close as those "
            "above, and asked is the next larger one.",
            lambda a, p: 2.0 ** (ceil(log2(a)) - p),
        ),
    ),
    hints=(
        "What is the value of the leading bit of a? And of the p-th bit?",
        "The leading bit is worth 2**(frexp(a)[1] - 1); the last is p - 1 places lower.",
    ),
)
