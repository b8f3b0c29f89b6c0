"""The definition: each sample writes the whole kernel."""

from __future__ import annotations

from itertools import product
from typing import Any

import numpy as np

from refconv.learn.exercise import Exercise, Misconception, call
from refconv.learn.outcomes import Call

__all__ = ["EXERCISE", "conv_transpose1d"]


def conv_transpose1d(x: Any, w: Any, s: int = 1, d: int = 1, lo: int = 0, hi: int = 0) -> Any:
    """Let each sample write its kernel, then crop both ends."""
    n, k = len(x), len(w)
    full = np.zeros((n - 1) * s + d * (k - 1) + 1)
    for i in range(n):
        for m in range(k):
            full[i * s + m * d] += x[i] * w[m]
    return full[lo : len(full) - hi]


def _overwrites(x: Any, w: Any, s: int = 1, d: int = 1, lo: int = 0, hi: int = 0) -> Any:
    full = np.zeros((len(x) - 1) * s + d * (len(w) - 1) + 1)
    for i, m in product(range(len(x)), range(len(w))):
        full[i * s + m * d] = x[i] * w[m]
    return full[lo : len(full) - hi]


def _wraps(x: Any, w: Any, s: int = 1, d: int = 1, lo: int = 0, hi: int = 0) -> Any:
    y = np.zeros((len(x) - 1) * s + d * (len(w) - 1) + 1 - lo - hi)
    for i, m in product(range(len(x)), range(len(w))):
        q = i * s + m * d - lo
        if q < len(y):
            y[q] += x[i] * w[m]
    return y


def _repeats(x: Any, w: Any, s: int = 1, d: int = 1, lo: int = 0, hi: int = 0) -> Any:
    repeated = np.repeat(x, s)[: (len(x) - 1) * s + 1]
    return conv_transpose1d(repeated, w, 1, d, lo, hi)


def _cases() -> list[Call]:
    drawn = product((1, 2, 4), (1, 2, 3), (1, 2, 3), (1, 2), (0, 1, 2), (0, 1))
    calls = [
        call(np.arange(1, n + 1), np.arange(2, k + 2), s, d, lo, hi)
        for n, k, s, d, lo, hi in drawn
        if (n - 1) * s + d * (k - 1) + 1 > lo + hi
    ]
    return sorted(calls, key=lambda each: len(each.args[0]) + len(each.args[1]) + sum(each.args[2:]))


EXERCISE = Exercise(
    name="transposed-scatter",
    chapter=9,
    title="Write instead of read",
    task="Write `conv_transpose1d(x, w, s=1, d=1, lo=0, hi=0)` for one channel. Sample `x[i]`, times tap `w[m]`, is "
    "written to output $i s + m d - lo$; where several writes meet, they add up. The output has "
    "$(n - 1) s + d (k - 1) + 1 - lo - hi$ samples: `lo` are cropped from its beginning and `hi` from its end.",
    right=conv_transpose1d,
    cases=_cases,
    ask=call(np.array([1, 2]), np.array([2, 3, 4]), 2),
    misconceptions=(
        Misconception(
            "overwrites what was written",
            "Where two kernels overlap you kept the last write only. The writes add up: use += .",
            _overwrites,
        ),
        Misconception(
            "flips the kernel",
            "You wrote the last tap first. Seen as writing, nothing is flipped: tap m goes m * d behind the first. The "
            "flip appears only when the same sum is written as a convolution that reads.",
            lambda x, w, s=1, d=1, lo=0, hi=0: conv_transpose1d(x, w[::-1], s, d, lo, hi),
        ),
        Misconception(
            "ignores dilation",
            "You wrote the taps side by side. They are d samples apart, and the output grows with d (this bug shipped: "
            "pytorch#1565).",
            lambda x, w, s=1, d=1, lo=0, hi=0: conv_transpose1d(x, w, s, 1, lo, hi),
        ),
        Misconception(
            "exchanges the two ends",
            "You cropped `hi` samples from the beginning and `lo` from the end. It is the other way round.",
            lambda x, w, s=1, d=1, lo=0, hi=0: conv_transpose1d(x, w, s, d, hi, lo),
        ),
        Misconception(
            "negative positions wrap",
            "A write before the beginning has a negative index, which Python takes for one counted from the end. "
            "It must be dropped, as those after the end are.",
            _wraps,
        ),
        Misconception(
            "repeats samples between the steps",
            "You filled the steps between samples with copies, as nearest neighbour upsampling does. Each sample "
            "writes once; between the steps there is nothing.",
            _repeats,
        ),
    ),
    hints=(
        "Two loops, over the samples and over the taps, and one += in the middle.",
        "Write into an array of the full size (n - 1) * s + d * (k - 1) + 1 first, and cut off its ends afterwards.",
    ),
)
