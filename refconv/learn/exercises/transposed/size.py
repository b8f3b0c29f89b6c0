"""How many samples a transposed convolution writes."""

from __future__ import annotations

from itertools import product

from refconv.learn.exercise import Exercise, Misconception, call
from refconv.learn.outcomes import Call

__all__ = ["EXERCISE", "transposed_size"]


def transposed_size(n: int, k: int, s: int = 1, d: int = 1, lo: int = 0, hi: int = 0, a: int = 0) -> int:
    """Find where the last sample writes its last tap, then crop both ends and add the output padding."""
    last_start = (n - 1) * s
    last_tap = last_start + d * (k - 1)
    return last_tap + 1 - lo - hi + a


def _cases() -> list[Call]:
    drawn = product(range(1, 4), range(1, 4), range(1, 4), range(1, 4), range(3), range(2), range(3))
    calls = [
        call(n, k, s, d, lo, hi, a)
        for n, k, s, d, lo, hi, a in drawn
        if a < max(s, d) and (n - 1) * s + d * (k - 1) + 1 > lo + hi
    ]
    return sorted(calls, key=lambda each: sum(each.args))


EXERCISE = Exercise(
    name="transposed-size",
    chapter=9,
    title="The size of the output",
    task="Write `transposed_size(n, k, s=1, d=1, lo=0, hi=0, a=0)`: how many outputs a transposed convolution has. "
    "Each of `n` samples writes `k` taps, `d` apart; the next sample starts `s` later. Then `lo` outputs are cropped "
    "at the beginning and `hi` at the end, and the output padding adds `a` outputs at the end.",
    right=transposed_size,
    cases=_cases,
    ask=call(4, 3, 2, 2, 1, 0, 1),
    misconceptions=(
        Misconception(
            "takes a step after the last sample",
            "You let n samples take n steps. There are n - 1 steps between them: the last one only adds its kernel.",
            lambda n, k, s=1, d=1, lo=0, hi=0, a=0: n * s + d * (k - 1) + 1 - lo - hi + a,
        ),
        Misconception(
            "ignores dilation",
            "You took k for the span of the kernel. Its taps are d apart, so it spans d * (k - 1) + 1.",
            lambda n, k, s=1, d=1, lo=0, hi=0, a=0: (n - 1) * s + k - lo - hi + a,
        ),
        Misconception(
            "adds the dilation",
            "You took k + d - 1 for the span. That is right for k = 2 only; it is d * (k - 1) + 1 (this bug shipped: "
            "onnxruntime#2518).",
            lambda n, k, s=1, d=1, lo=0, hi=0, a=0: (n - 1) * s + k + d - 1 - lo - hi + a,
        ),
        Misconception(
            "adds the padding",
            "You let padding enlarge the output. It is the padding of the convolution that runs the other way, so here "
            "it crops.",
            lambda n, k, s=1, d=1, lo=0, hi=0, a=0: (n - 1) * s + d * (k - 1) + 1 + lo + hi + a,
        ),
        Misconception(
            "crops both sides alike",
            "You took 2 * lo. The two sides may be cropped by different amounts.",
            lambda n, k, s=1, d=1, lo=0, hi=0, a=0: (n - 1) * s + d * (k - 1) + 1 - 2 * lo + a,
        ),
        Misconception(
            "adds output padding at both ends",
            "You counted `a` twice. Output padding is added at the end only.",
            lambda n, k, s=1, d=1, lo=0, hi=0, a=0: (n - 1) * s + d * (k - 1) + 1 - lo - hi + 2 * a,
        ),
        Misconception(
            "takes the formula of the convolution",
            "You counted the windows that fit. It runs the other way: n is the number of windows.",
            lambda n, k, s=1, d=1, lo=0, hi=0, a=0: (n + lo + hi - d * (k - 1) - 1) // s + 1 + a,
        ),
    ),
    hints=(
        "Where does the last sample write its first tap? And its last?",
        "The last write goes to (n - 1) * s + d * (k - 1), counted from 0.",
    ),
)
