"""Checkerboards: how often each output is written."""

from __future__ import annotations

from itertools import product

from refconv.learn.exercise import Exercise, Misconception, call
from refconv.learn.outcomes import Call

__all__ = ["EXERCISE", "write_counts"]


def write_counts(n: int, k: int, s: int, d: int = 1) -> list[int]:
    """Count the writes, tap by tap."""
    counts = [0] * ((n - 1) * s + d * (k - 1) + 1)
    for i in range(n):
        for m in range(k):
            counts[i * s + m * d] += 1
    return counts


def _within_span(n: int, k: int, s: int, d: int = 1) -> list[int]:
    span = d * (k - 1) + 1
    counts = [0] * ((n - 1) * s + span)
    for i, m in product(range(n), range(span)):
        counts[i * s + m] += 1
    return counts


def _as_in_the_middle(n: int, k: int, s: int, d: int = 1) -> list[int]:
    size = (n - 1) * s + d * (k - 1) + 1
    return [sum((q - m * d) % s == 0 for m in range(k)) for q in range(size)]


def _cases() -> list[Call]:
    drawn = product((1, 2, 3, 6), (1, 2, 3, 4, 5), (1, 2, 3, 4), (1, 2, 3))
    return sorted((call(*each) for each in drawn), key=lambda each: sum(each.args))


EXERCISE = Exercise(
    name="write-counts",
    chapter=9,
    title="How often each output is written",
    task="Write `write_counts(n, k, s, d=1)`: for each output of a transposed convolution in one dimension, in order, "
    "how many pairs of a sample and a tap write to it. Nothing is cropped.",
    right=write_counts,
    cases=_cases,
    ask=call(3, 3, 2),
    misconceptions=(
        Misconception(
            "the same count everywhere",
            "You took the same count, k / s rounded up, for all outputs. The counts repeat with the stride and are "
            "equal only where the stride divides the kernel; and they fall off at the ends.",
            lambda n, k, s, d=1: [-(-k // s)] * ((n - 1) * s + d * (k - 1) + 1),
        ),
        Misconception(
            "counts the ends like the middle",
            "Your counts are right in the middle of a long output. Near the ends some of the samples that would write "
            "do not exist.",
            _as_in_the_middle,
        ),
        Misconception(
            "counts what lies between the taps",
            "You counted everything that the kernel spans. A dilated kernel writes at its taps only, and leaves out "
            "d - 1 outputs between them.",
            _within_span,
        ),
        Misconception(
            "ignores dilation",
            "You put the taps side by side. They are d apart, and the output is longer for it.",
            lambda n, k, s, d=1: write_counts(n, k, s),
        ),
        Misconception(
            "only says whether it is written",
            "You gave 1 for each output that is written at all. How often is asked: where kernels overlap it is more.",
            lambda n, k, s, d=1: [min(each, 1) for each in write_counts(n, k, s, d)],
        ),
        Misconception(
            "counts per sample of the input",
            "You counted the writes that each input sample makes, which are always k. Asked is how many each output "
            "receives.",
            lambda n, k, s, d=1: [k] * n,
        ),
    ),
    hints=(
        "Transposed convolution of ones with a kernel of ones.",
        "For each sample i and tap m, add 1 at i * s + m * d.",
    ),
)
