"""Which dilations leave no hole: rules of thumb against the truth."""

from __future__ import annotations

from functools import reduce
from itertools import product
from math import gcd

from refconv.learn.exercise import Exercise, Misconception, call
from refconv.learn.outcomes import Call

__all__ = ["EXERCISE", "reads_all"]


def reads_all(rates: list[int], k: int = 3) -> bool:
    """Sort the rates; none may be larger than the field of the layers before it."""
    size = 1
    for d in sorted(rates):
        if d > size:
            return False
        size += d * (k - 1)
    return True


def _cases() -> list[Call]:
    rates = [*product(range(1, 6), repeat=2), *product(range(1, 6), repeat=3), (1, 1, 5, 9)]
    rates += [(1, 3, 9, 27), (1, 2, 4, 8), (2, 3, 1, 7), (1, 2, 9), (1, 1, 1, 9), (1, 2, 12), (3, 4, 5), (1, 4, 13)]
    return [call([*each], k) for each in rates for k in (2, 3, 4)]


def _hdc(rates: list[int], k: int = 3) -> bool:
    """Compute M_2 <= k of hybrid dilated convolution."""
    distance = rates[-1]
    for rate in rates[-2:0:-1]:
        distance = max(distance - 2 * rate, 2 * rate - distance, rate)
    return distance <= k


def _unsorted(rates: list[int], k: int = 3) -> bool:
    size = 1
    for d in rates:
        if d > size:
            return False
        size += d * (k - 1)
    return True


def _by_the_one_before(rates: list[int], k: int = 3) -> bool:
    before = 1
    for d in sorted(rates):
        if d > before * k:
            return False
        before = d
    return min(rates) == 1


EXERCISE = Exercise(
    name="stack-without-holes",
    chapter=6,
    title="Does this stack read everything?",
    task="Write `reads_all(rates, k=3)`: whether an output of a stack of layers of `k` taps (`k` at least 2), stride "
    "1 and the dilations `rates`, in this order, reads every pixel of its receptive field, from the first to the "
    "last. The answer must be true, not a rule of thumb: rates may come in any order.",
    right=reads_all,
    cases=_cases,
    ask=call([1, 3, 1], 3),
    misconceptions=(
        Misconception(
            "trusts the hybrid criterion",
            "You computed M_2 and compared it with k, as the paper on hybrid dilated convolution does. It lets 2, 2, "
            "2 pass, which reads every other pixel, and refuses 1, 3, 1, which reads all.",
            _hdc,
        ),
        Misconception(
            "asks for no common divisor",
            "You asked whether the rates have a common divisor. One makes holes for certain, but none does not mean "
            "that there are none: 1, 9 has gaps too.",
            lambda rates, k=3: reduce(gcd, rates) == 1,
        ),
        Misconception(
            "asks for a layer with rate 1",
            "A layer of rate 1 is needed, for without it pixel 1 is a hole. It is not enough: after 1 with three "
            "taps a rate of 4 jumps too far.",
            lambda rates, k=3: 1 in rates,
        ),
        Misconception(
            "takes the rates in their order",
            "You built the field up in the order of the layers. What is read is a sum of taps, so the order does not "
            "matter: 3, 1 reads as much as 1, 3. Sort first.",
            _unsorted,
        ),
        Misconception(
            "compares with the rate before",
            "You allowed k times the rate before. What counts is the whole field of the smaller rates together: 1, "
            "1, 5 is full with three taps.",
            _by_the_one_before,
        ),
        Misconception(
            "allows no rate above k",
            "You compared each rate with k. Layers help each other: 1, 3, 9 is full with three taps, since the first "
            "two read nine pixels without a gap.",
            lambda rates, k=3: max(rates) <= k and 1 in rates,
        ),
        Misconception(
            "trusts powers of two",
            "You asked for rates that at most double. That is enough if they begin with 1, but with three taps a "
            "rate may be three times the one before.",
            lambda rates, k=3: (
                min(rates) == 1 and all(b <= 2 * a for a, b in zip(sorted(rates), sorted(rates)[1:], strict=False))
            ),
        ),
    ),
    hints=(
        "Does the order of the layers matter for what is read?",
        (
            "Sort the rates. Suppose those before read a run of `size` pixels without a hole: which rates carry the "
            "run on?"
        ),
        "A rate d up to size does: the shifted runs touch. With d = size + 1 one pixel is missing between them.",
    ),
)
