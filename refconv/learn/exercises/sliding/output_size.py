"""How many windows fit: the output size, without dilation yet."""

from __future__ import annotations

from itertools import product
from math import ceil

from refconv.learn.exercise import Exercise, Misconception, call
from refconv.learn.outcomes import Call

__all__ = ["EXERCISE", "output_size"]


def output_size(n: int, k: int, s: int = 1, lo: int = 0, hi: int = 0) -> int:
    """Count the windows: the first one, and one for each step that still fits."""
    last_start = n + lo + hi - k
    return last_start // s + 1


def _cases() -> list[Call]:
    drawn = product(range(1, 9), range(1, 5), range(1, 4), range(3), range(3))
    calls = [call(n, k, s, lo, hi) for n, k, s, lo, hi in drawn if n + lo + hi >= k]
    return sorted(calls, key=lambda each: sum(each.args))


EXERCISE = Exercise(
    name="output-size",
    chapter=1,
    title="How many windows fit?",
    task="Write `output_size(n, k, s=1, lo=0, hi=0)`: how many windows of `k` samples, `s` apart, fit into `n` samples "
    "with `lo` zeros put before them and `hi` after.",
    right=output_size,
    cases=_cases,
    ask=call(7, 3, 2, 1, 0),
    misconceptions=(
        Misconception(
            "forgets the first window",
            "You counted the steps between windows. There is one window more than there are steps: add 1.",
            lambda n, k, s=1, lo=0, hi=0: (n + lo + hi - k) // s,
        ),
        Misconception(
            "counts windows that stick out",
            "You rounded up. A window that sticks out over the end is not computed: the division rounds down.",
            lambda n, k, s=1, lo=0, hi=0: ceil((n + lo + hi - k) / s) + 1,
        ),
        Misconception(
            "adds 1 before dividing",
            "The 1 is the first window, so it is added after the steps were counted, not before the division by s.",
            lambda n, k, s=1, lo=0, hi=0: (n + lo + hi - k + 1) // s,
        ),
        Misconception(
            "pads one side only",
            "You counted `lo` and left out `hi`. Both sides make room for windows.",
            lambda n, k, s=1, lo=0, hi=0: (n + lo - k) // s + 1,
        ),
        Misconception(
            "pads both sides alike",
            "You took 2 * lo. That is right only where both sides are padded alike; here they may differ.",
            lambda n, k, s=1, lo=0, hi=0: (n + 2 * lo - k) // s + 1,
        ),
        Misconception(
            "divides the padded size by the stride",
            "You divided the whole padded size by s. Only where windows start counts: the last one needs k samples.",
            lambda n, k, s=1, lo=0, hi=0: (n + lo + hi) // s,
        ),
    ),
    hints=(
        "Where does the last window start, at the latest?",
        "Starts are 0, s, 2s, ... up to n + lo + hi - k. How many multiples of s is that?",
    ),
)
