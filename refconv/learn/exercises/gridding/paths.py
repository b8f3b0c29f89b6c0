"""In how many ways each pixel of a field is read."""

from __future__ import annotations

from itertools import product

from refconv.learn.exercise import Exercise, Misconception, call
from refconv.learn.outcomes import Call

__all__ = ["EXERCISE", "path_counts"]


def path_counts(rates: list[int], k: int = 3) -> list[int]:
    """Convolve the counts with a kernel of ones for each layer: every path goes on by each tap."""
    counts = [1]
    for d in rates:
        wider = [0] * (len(counts) + d * (k - 1))
        for position, paths in enumerate(counts):
            for m in range(k):
                wider[position + m * d] += paths
        counts = wider
    return counts


def _cases() -> list[Call]:
    stacks = [[d] for d in (1, 2, 3)] + [[*each] for each in product((1, 2, 3), repeat=2)]
    stacks += [[1, 2, 4], [2, 2, 2], [1, 2, 5], [1, 3, 9]]
    return [call(rates, k) for rates in stacks for k in (2, 3, 4)]


def _side_by_side(rates: list[int], k: int = 3) -> list[int]:
    counts = [0] * len(path_counts(rates, k))
    for d in rates:
        for m in range(k):
            counts[m * d] += 1
    return counts


def _last_step(rates: list[int], k: int = 3) -> list[int]:
    before = [min(count, 1) for count in path_counts(rates[:-1], k)]
    counts = [0] * (len(before) + rates[-1] * (k - 1))
    for position, reached in enumerate(before):
        for m in range(k):
            counts[position + m * rates[-1]] += reached
    return counts


EXERCISE = Exercise(
    name="path-counts",
    chapter=6,
    title="In how many ways is each pixel read?",
    task="Write `path_counts(rates, k=3)` for a stack of layers of `k` taps, stride 1 and the dilations `rates`: a "
    "list, over the pixels of the receptive field of one output from the first to the last, of the number of paths "
    "to that pixel. A path takes one tap in each layer. A hole has the number 0.",
    right=path_counts,
    cases=_cases,
    ask=call([1, 2], 3),
    misconceptions=(
        Misconception(
            "lays the layers side by side",
            "You counted each layer's taps on the input and added. A path takes a tap in every layer: counts "
            "multiply, as in a convolution of the layers' combs.",
            _side_by_side,
        ),
        Misconception(
            "asks only whether",
            "You noted whether there is a path. Their number was asked: it is how much the pixel weighs if all "
            "weights are alike.",
            lambda rates, k=3: [min(count, 1) for count in path_counts(rates, k)],
        ),
        Misconception(
            "ignores the dilations",
            "Your taps are neighbours, so that the field is that of ordinary kernels. A tap m leads m*d further on.",
            lambda rates, k=3: path_counts([1] * len(rates), k),
        ),
        Misconception(
            "counts layers, not paths",
            "You added 1 for each way to reach a pixel from the layer before, whatever led there. Pass the counts on: "
            "a pixel gets as many paths as all that lead to it have together.",
            _last_step,
        ),
        Misconception(
            "puts d zeros into each gap",
            "Your taps are d + 1 apart. Taps that are d apart have d - 1 samples between them.",
            lambda rates, k=3: path_counts([d + 1 for d in rates], k),
        ),
        Misconception(
            "keeps the gap of the widest layer",
            "You gave every layer the largest of the rates. Each layer has its own.",
            lambda rates, k=3: path_counts([max(rates)] * len(rates), k),
        ),
    ),
    hints=(
        (
            "One layer: a 1 for each tap and d - 1 zeros between them. What does a second layer do with each of these "
            "paths?"
        ),
        "Each path goes on by every tap: wider[position + m*d] += counts[position]. That is a convolution.",
    ),
)
