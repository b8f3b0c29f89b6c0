"""Rounding to p significant bits by hand: float32 has 24, TF32 has 11, bfloat16 has 8."""

from __future__ import annotations

from math import copysign, floor, frexp, ldexp, trunc

from refconv.learn.exercise import Exercise, Misconception, call
from refconv.learn.outcomes import Call

__all__ = ["EXERCISE", "round_to_bits"]


def round_to_bits(a: float, p: int) -> float:
    """Write a as a whole number of p bits times a power of two, and round that number, ties to even."""
    if a == 0:
        return 0.0
    _, exponent = frexp(a)  # a = fraction * 2**exponent, the fraction between 1/2 and 1
    units = ldexp(a, p - exponent)  # between 2**(p - 1) and 2**p
    return ldexp(round(units), exponent - p)  # Python's round takes ties to even


def _units(a: float, p: int) -> tuple[float, int]:
    exponent = frexp(a)[1] - p
    return ldexp(a, -exponent), exponent


def _truncates(a: float, p: int) -> float:
    units, exponent = _units(a, p)
    return ldexp(trunc(units), exponent)


def _ties_away(a: float, p: int) -> float:
    units, exponent = _units(a, p)
    return ldexp(copysign(floor(abs(units) + 0.5), a), exponent)


def _ties_up(a: float, p: int) -> float:
    units, exponent = _units(a, p)
    return ldexp(floor(units + 0.5), exponent)


def _cases() -> list[Call]:
    small = [call(float(a), p) for p in (1, 2, 3, 4) for a in range(-20, 21)]
    near_one = (
        1 + 2**-8,
        1 + 3 * 2**-8,
        -1 - 3 * 2**-8,
        1 + 2**-8 + 2**-30,
        1 + 2**-11 + 2**-31,
        0.1,
        1 / 3,
        -0.7,
        0.003,
    )
    finer = [call(a, p) for p in (8, 11) for a in near_one]
    return sorted(small, key=lambda each: (abs(each.args[0]) + each.args[1], -each.args[0])) + finer


EXERCISE = Exercise(
    name="round-to-bits",
    chapter=10,
    title="Round to p bits",
    task="Write `round_to_bits(a, p)`: the number nearest to `a` that has at most `p` significant bits, where halfway "
    "between two of them the even one is taken (the one whose last of the p bits is 0). Exponents have no limits here. "
    "`math.frexp(a)` gives `fraction, exponent` with `a = fraction * 2**exponent` and `fraction` from 1/2 up to 1.",
    right=round_to_bits,
    cases=_cases,
    ask=call(11.0, 3),
    misconceptions=(
        Misconception(
            "cuts the bits off",
            "You cut off the bits after the p-th. That is truncation, which is off by up to a whole step and always "
            "toward zero, so its errors add up. Asked is the nearest.",
            _truncates,
        ),
        Misconception(
            "takes ties away from zero",
            "You rounded halfway cases to the larger size. They go to the even neighbour, so that they go up and down "
            "equally often.",
            _ties_away,
        ),
        Misconception(
            "takes ties up",
            "You added a half and rounded down, which takes every halfway case up. They go to the even neighbour.",
            _ties_up,
        ),
        Misconception(
            "counts the bits behind the point",
            "You kept p bits behind the binary point. Significant bits count from the leading 1, wherever it stands: "
            "large numbers lose bits before the point, small ones keep more behind it.",
            lambda a, p: round(a * 2.0**p) / 2.0**p,
        ),
        Misconception(
            "does not count the leading bit",
            "You kept p bits after the leading 1. It counts too, although formats do not store it.",
            lambda a, p: round_to_bits(a, p + 1),
        ),
        Misconception(
            "rounds twice",
            "You rounded to float32 first, and then again. A number just beyond halfway becomes halfway in the first "
            "step, and is then rounded to the wrong side.",
            lambda a, p: round_to_bits(round_to_bits(a, 24), p),
        ),
    ),
    hints=(
        "Multiply `a` by the power of two that makes it a number with p bits before the point, round, and go back.",
        "With `_, e = frexp(a)`, the number `a * 2**(p - e)` lies between 2**(p - 1) and 2**p.",
        "Python's `round` already takes halfway cases to the even neighbour.",
    ),
)
