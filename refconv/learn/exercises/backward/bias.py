"""The gradient for the bias: which axes are summed over."""

from __future__ import annotations

from typing import Any

import numpy as np

from refconv.learn.exercise import Exercise, Misconception, call
from refconv.learn.outcomes import Call
from refconv.ops.elements import Array

__all__ = ["EXERCISE", "bias_gradient"]


def bias_gradient(dy: Array) -> Any:
    """Sum over all outputs that the bias was added to: every sample, every place."""
    return dy.sum(axis=(0, 2, 3))


def _cases() -> list[Call]:
    rng = np.random.default_rng(8)
    shapes = [(1, 1, 1, 2), (1, 2, 1, 2), (2, 1, 2, 1), (2, 2, 2, 2), (2, 3, 2, 3), (3, 2, 3, 4)]
    return [call(rng.integers(1, 10, shape)) for shape in shapes]


EXERCISE = Exercise(
    name="bias-gradient",
    chapter=3,
    title="The gradient for the bias",
    task="A layer adds `b[o]` to each of its outputs `y[n, o, i, j]`. Write `bias_gradient(dy)`: given `dy` of the "
    "shape (N, O, OH, OW), the gradient of the loss for `y`, return the gradient for `b`.",
    right=bias_gradient,
    cases=_cases,
    ask=call(np.array([[[[1, 2]], [[3, 4]]], [[[5, 6]], [[7, 8]]]])),
    misconceptions=(
        Misconception(
            "averages over the batch",
            "You divided by the number of samples. If the loss is a mean over the batch, that division is in `dy` "
            "already; here everything that the bias went into is added up.",
            lambda dy: dy.sum(axis=(2, 3)).mean(axis=0),
        ),
        Misconception(
            "averages over everything",
            "You took the mean. The bias went into each of these outputs with the factor 1, so their gradients are "
            "added up.",
            lambda dy: dy.mean(axis=(0, 2, 3)),
        ),
        Misconception(
            "sums over the batch only",
            "Your result has a number for each place. There is one bias for the whole plane, so sum over H and W too.",
            lambda dy: dy.sum(axis=0),
        ),
        Misconception(
            "sums over the places only",
            "Your result has a row for each sample. All samples share the bias, so sum over N too.",
            lambda dy: dy.sum(axis=(2, 3)),
        ),
        Misconception(
            "one gradient for all filters",
            "You summed over the filters as well. Each filter has its own bias, and its own gradient.",
            lambda dy: dy.sum(),
        ),
        Misconception(
            "counts the outputs",
            "The derivative of each output for its bias is 1, but you left out the chain rule: each 1 is weighted by "
            "`dy` there.",
            lambda dy: np.full(dy.shape[1], dy[:, 0].size),
        ),
    ),
    hints=(
        "Which outputs change if `b[o]` grows a little, and by how much each?",
        "Which of the four axes of `dy` does `b` not have?",
    ),
)
