"""The same by reading: zeros between the samples, then an ordinary convolution with the flipped kernel."""

from __future__ import annotations

from itertools import product
from typing import Any

import numpy as np

from refconv.learn.exercise import Exercise, Misconception, call
from refconv.learn.outcomes import Call

__all__ = ["EXERCISE", "spread"]


def spread(x: Any, k: int, s: int = 1, d: int = 1, lo: int = 0, hi: int = 0, a: int = 0) -> Any:
    """Put zeros between the samples, and so many around them that every kernel that is not cropped is read."""
    between = np.zeros((len(x) - 1) * s + 1, int)
    between[::s] = x
    reach = d * (k - 1)
    return np.pad(between, (reach - lo, reach - hi + a))


def _made(x: Any, s: int, before: int, after: int, trailing: bool = False) -> Any:
    between = np.zeros(len(x) * s if trailing else (len(x) - 1) * s + 1, int)
    between[::s] = x
    return np.pad(between, (before, after))


def _cases() -> list[Call]:
    drawn = product((1, 2, 3), (1, 2, 3), (1, 2, 3), (1, 2), (0, 1), (0, 1, 2), (0, 1))
    calls = [
        call(list(range(1, n + 1)), k, s, d, lo, hi, a)
        for n, k, s, d, lo, hi, a in drawn
        if max(lo, hi) <= d * (k - 1) and a < max(s, d) and (n - 1) * s + d * (k - 1) + 1 > lo + hi - a
    ]
    return sorted(calls, key=lambda each: len(each.args[0]) + sum(each.args[1:]))


EXERCISE = Exercise(
    name="zeros-between",
    chapter=9,
    title="The same by reading",
    task="A transposed convolution is also an ordinary one: stride 1, dilation `d`, no padding, the kernel flipped, "
    "over an x that was spread out with zeros. Write `spread(x, k, s=1, d=1, lo=0, hi=0, a=0)`, which returns that "
    "array, as short as it can be. `s`, `lo`, `hi` and the output padding `a` are those of the transposed convolution; "
    "`lo` and `hi` are at most $d (k - 1)$.",
    right=spread,
    cases=_cases,
    ask=call([1, 2], 3, 3, 1, 1, 2),
    misconceptions=(
        Misconception(
            "puts s zeros between",
            "You put s zeros between neighbours, which makes them s + 1 apart. They are s apart with s - 1 zeros.",
            lambda x, k, s=1, d=1, lo=0, hi=0, a=0: _made(x, s + 1, d * (k - 1) - lo, d * (k - 1) - hi + a),
        ),
        Misconception(
            "puts zeros after the last sample too",
            "You spread the last sample as well. The zeros stand between samples, so none of them belong behind the "
            "last.",
            lambda x, k, s=1, d=1, lo=0, hi=0, a=0: _made(x, s, d * (k - 1) - lo, d * (k - 1) - hi + a, trailing=True),
        ),
        Misconception(
            "pads by lo and hi",
            "You padded by lo and hi themselves. With none cropped, the kernel must be read wherever it touches a "
            "sample: d * (k - 1) zeros on each side. Cropping takes away from these.",
            lambda x, k, s=1, d=1, lo=0, hi=0, a=0: _made(x, s, lo, hi + a),
        ),
        Misconception(
            "pads for the kernel without dilation",
            "You padded by k - 1. A dilated kernel reaches d * (k - 1) beyond its first tap.",
            lambda x, k, s=1, d=1, lo=0, hi=0, a=0: _made(x, s, max(k - 1 - lo, 0), max(k - 1 - hi, 0) + a),
        ),
        Misconception(
            "exchanges the two ends",
            "You took `hi` off at the beginning and `lo` at the end. The flipped kernel does not turn the array "
            "around: output 0 is still at the beginning.",
            lambda x, k, s=1, d=1, lo=0, hi=0, a=0: _made(x, s, d * (k - 1) - hi, d * (k - 1) - lo + a),
        ),
        Misconception(
            "puts the output padding first",
            "You added `a` before the samples. Output padding adds outputs at the end.",
            lambda x, k, s=1, d=1, lo=0, hi=0, a=0: _made(x, s, d * (k - 1) - lo + a, d * (k - 1) - hi),
        ),
        Misconception(
            "leaves output padding out",
            "You left out `a`. Each output more needs a window more, and so a sample more at the end.",
            lambda x, k, s=1, d=1, lo=0, hi=0, a=0: _made(x, s, d * (k - 1) - lo, d * (k - 1) - hi),
        ),
    ),
    hints=(
        "First the zeros between the samples; then the ends.",
        "Without cropping, output 0 is x[0] * w[0], by the flipped kernel's last tap. What do the other taps read?",
    ),
)
