"""From the first tap to the last: the effective size of a dilated kernel."""

from __future__ import annotations

from itertools import product

from refconv.learn.exercise import Exercise, Misconception, call
from refconv.learn.outcomes import Call

__all__ = ["EXERCISE", "effective_kernel_size"]


def effective_kernel_size(k: int, d: int = 1) -> int:
    """Walk from the first tap to the last, k - 1 steps of d, and count the sample you started on."""
    return d * (k - 1) + 1


def _cases() -> list[Call]:
    return [call(k, d) for k, d in sorted(product(range(1, 7), range(1, 7)), key=sum)]


EXERCISE = Exercise(
    name="effective-kernel-size",
    chapter=4,
    title="How far does a dilated kernel reach?",
    task="Write `effective_kernel_size(k, d=1)`: how many samples lie between the first and the last of `k` taps, both "
    "counted, if neighbouring taps are `d` samples apart. An ordinary kernel has `d = 1`.",
    right=effective_kernel_size,
    cases=_cases,
    ask=call(3, 4),
    misconceptions=(
        Misconception(
            "counts d samples for each tap",
            "You gave each of the k taps d samples. The last tap has no gap behind it: only k - 1 steps lie between "
            "k taps.",
            lambda k, d=1: k * d,
        ),
        Misconception(
            "puts d zeros into each gap",
            "You put d zeros between two taps. Taps that are d apart have d - 1 samples between them, "
            "and d = 1 is the kernel without gaps.",
            lambda k, d=1: k + (k - 1) * d,
        ),
        Misconception(
            "measures the distance",
            "You measured how far the last tap is from the first. Both ends count: a distance of 4 spans 5 samples.",
            lambda k, d=1: d * (k - 1),
        ),
        Misconception(
            "widens one gap only",
            "You added d - 1 samples once. There are k - 1 gaps between k taps, and each of them is d - 1 samples "
            "wide.",
            lambda k, d=1: k + d - 1,
        ),
        Misconception(
            "ignores the dilation",
            "You counted the taps. Their number stays k whatever the dilation; it is the span that grows.",
            lambda k, d=1: k,
        ),
        Misconception(
            "dilates by a power of two",
            "You doubled the gap with every step of d. Networks often double d from layer to layer; within one kernel "
            "neighbouring taps are just d apart.",
            lambda k, d=1: 2 ** (d - 1) * (k - 1) + 1,
        ),
    ),
    hints=(
        "Mark the taps of k = 3, d = 2 on squared paper: which squares do they stand on, if the first is 0?",
        "The last tap stands d*(k - 1) samples after the first. How many squares are that, with both ends?",
    ),
)
