"""Is it causal? How far into the future a stack of padded, dilated layers looks."""

from __future__ import annotations

from itertools import product

from refconv.learn.exercise import Exercise, Misconception, call
from refconv.learn.outcomes import Call

__all__ = ["EXERCISE", "looks_ahead"]

Layers = list[tuple[int, int, int]]


def looks_ahead(layers: Layers) -> int:
    """Add up how far each layer's last tap lies ahead of its output."""
    return sum(d * (k - 1) - lo for k, d, lo in layers)


def _cases() -> list[Call]:
    triples = list(product((1, 2, 3), (1, 2, 4), (0, 1, 2, 4)))
    calls = [call([each]) for each in triples]
    pairs = list(product(triples[::3], triples[1::5]))
    calls += [call([one, other]) for one, other in pairs]
    calls += [call([triples[i % 36], triples[(5 * i + 7) % 36], triples[(11 * i + 3) % 36]]) for i in range(20)]
    return sorted(calls, key=lambda each: (len(each.args[0]), sum(map(sum, each.args[0]))))


EXERCISE = Exercise(
    name="looks-ahead",
    chapter=12,
    title="Reading the answer",
    task="A model predicts sample i of a sequence from the samples before it; its input must not give the answer away. "
    "Write `looks_ahead(layers)`: the newest input sample that output i of a stack reads is sample i + a; return a, "
    "which is below 0 if that sample lies before i. `layers` lists (k, d, lo) of each layer, first layer first: "
    "kernel size, dilation, and zeros put before the input; the stride is 1, and output i is far from both ends.",
    right=looks_ahead,
    cases=_cases,
    ask=call([(2, 1, 1), (2, 4, 4)]),
    misconceptions=(
        Misconception(
            "forgets the dilation",
            "You counted k - 1 samples from the first tap to the last. They are d apart: d * (k - 1).",
            lambda layers: sum(k - 1 - lo for k, _, lo in layers),
        ),
        Misconception(
            "counts the span",
            "You took the whole span, d * (k - 1) + 1. What counts is how far the last tap lies ahead of the "
            "first: one less.",
            lambda layers: sum(d * (k - 1) + 1 - lo for k, d, lo in layers),
        ),
        Misconception(
            "looks at the worst layer only",
            "You took the layer that looks furthest ahead. What one layer sees ahead, the next one sees further ahead: "
            "the layers add up.",
            lambda layers: max(d * (k - 1) - lo for k, d, lo in layers),
        ),
        Misconception(
            "does not let layers make up for each other",
            "You counted a layer that is padded by more than it needs as 0. It shifts everything towards the past, and "
            "another layer's look ahead with it.",
            lambda layers: sum(max(d * (k - 1) - lo, 0) for k, d, lo in layers),
        ),
        Misconception(
            "turns the padding round",
            "You added the padding. Zeros put before the input move it to later positions, so output i reads "
            "earlier samples: lo comes off.",
            lambda layers: sum(d * (k - 1) + lo for k, d, lo in layers),
        ),
        Misconception(
            "centres the kernel",
            "You took half of the kernel's reach. Where a window lies follows from the padding alone: tap m of "
            "output i reads sample i + m d - lo.",
            lambda layers: sum(d * (k - 1) // 2 - lo for k, d, lo in layers),
        ),
    ),
    hints=(
        "Tap m of output i reads sample i + m d - lo. Which m gives the newest one?",
        "The next layer's newest sample is this layer's output at that place: the distances add up.",
    ),
)
