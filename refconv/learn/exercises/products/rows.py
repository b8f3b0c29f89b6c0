"""Which row of the im2col matrix a tap has."""

from __future__ import annotations

from itertools import product

from refconv.learn.exercise import Exercise, Misconception, call
from refconv.learn.outcomes import Call

__all__ = ["EXERCISE", "row_of"]


def row_of(c: int, m: int, n: int, channels: int, kh: int, kw: int) -> int:
    """Read the three digits c, m, n: whole channels before it, whole lines before it, taps before it."""
    return c * (kh * kw) + m * kw + n


def _cases() -> list[Call]:
    kernels = [(1, 1, 1), (2, 1, 2), (1, 2, 3), (2, 2, 2), (2, 3, 2), (3, 2, 3)]
    return [
        call(c, m, n, channels, kh, kw)
        for channels, kh, kw in kernels
        for c, m, n in product(range(channels), range(kh), range(kw))
    ]


EXERCISE = Exercise(
    name="row-of-a-tap",
    chapter=2,
    title="The row of a tap",
    task="With several channels, the rows of the im2col matrix are ordered channel first, then tap: all taps of "
    "channel 0, read like a page, then all of channel 1, and so on. Write `row_of(c, m, n, channels, kh, kw)`: the "
    "row, counted from 0, of tap (m, n) in channel c, for a kernel of kh by kw taps.",
    right=row_of,
    cases=_cases,
    ask=call(1, 2, 1, 3, 3, 4),
    misconceptions=(
        Misconception(
            "channels last",
            "In your matrix the channels change fastest. So they do in channels-last layouts (NHWC with HWIO kernels); "
            "here a filter is laid out as (C, KH, KW), and the channel changes slowest.",
            lambda c, m, n, channels, kh, kw: (m * kw + n) * channels + c,
        ),
        Misconception(
            "down the kernel first",
            "You let m change faster than n. A page is read along its lines: n changes fastest.",
            lambda c, m, n, channels, kh, kw: c * kh * kw + n * kh + m,
        ),
        Misconception(
            "multiplies by the kernel's height",
            "Before line m there are m whole lines, each kw taps long. You took kh, which is right for square kernels "
            "only.",
            lambda c, m, n, channels, kh, kw: c * kh * kw + m * kh + n,
        ),
        Misconception(
            "skips channels instead of taps",
            "You multiplied c by the number of channels. Before channel c there are c whole channels, each of kh * kw "
            "taps.",
            lambda c, m, n, channels, kh, kw: c * channels + m * kw + n,
        ),
        Misconception(
            "counts from 1",
            "Your rows are one too high: the first tap of the first channel has row 0.",
            lambda c, m, n, channels, kh, kw: c * kh * kw + m * kw + n + 1,
        ),
        Misconception(
            "the same rows for every channel",
            "You left out the channel. Each channel has kh * kw rows of its own.",
            lambda c, m, n, channels, kh, kw: m * kw + n,
        ),
    ),
    hints=(
        "How many rows come before channel c begins?",
        "Inside of its channel, tap (m, n) has m whole lines of kw taps before it.",
        "It is the rule by which NumPy stores an array of the shape (C, KH, KW).",
    ),
)
