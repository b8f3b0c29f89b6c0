"""The gradient that training begins with: that of the cross-entropy for the scores, with labels that do not count."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from refconv.learn.exercise import Exercise, Misconception, call
from refconv.learn.outcomes import Call

__all__ = ["EXERCISE", "score_gradient"]

Array = NDArray[Any]


def score_gradient(scores: Array, labels: Array, ignore: int = -1) -> Array:
    """Return the probabilities, less 1 at the label, over the number of labels that count."""
    powers = np.exp(scores)
    dscores = powers / powers.sum(axis=1, keepdims=True)
    counts = labels != ignore
    dscores[counts, labels[counts]] -= 1
    dscores[~counts] = 0
    gradient: Array = dscores / counts.sum()
    return gradient


def _with(
    scores: Array,
    labels: Array,
    ignore: int,
    *,
    onehot: float = 1,
    axis: int = 1,
    skip: bool = True,
    over: str = "counts",
) -> Array:
    """Return the gradient with something else in one place."""
    powers = np.exp(scores)
    gradient = powers / powers.sum(axis=axis, keepdims=True)
    counts = labels != ignore
    gradient[counts, labels[counts]] -= onehot
    if skip:
        gradient[~counts] = 0
    mean: Array = gradient / {"counts": counts.sum(), "all": len(labels), "none": 1}[over]
    return mean


def _cases() -> list[Call]:
    rng = np.random.default_rng(0)
    thirds = np.log(np.array([[1.0, 1.0, 2.0], [1.0, 2.0, 5.0]]))
    calls = [call(thirds, np.array([2, 0])), call(thirds, np.array([1, -1]))]
    for n, k in ((3, 2), (4, 5)):
        labels = np.append(rng.integers(-1, k, n - 1), 0)
        calls.append(call(rng.integers(-2, 3, (n, k)).astype(float), labels))
    scores = rng.integers(-2, 3, (4, 3)).astype(float)
    return [*calls, call(scores, np.array([0, 1, 2, 0]), ignore=0)]


EXERCISE = Exercise(
    name="cross-entropy-gradient",
    chapter=12,
    title="Where the gradient begins",
    task="Write `score_gradient(scores, labels, ignore=-1)`: the gradient, for `scores` of shape (N, K), of the mean "
    r"of $-\log p_{i, t_i}$, where $p_i$ is the softmax of row i and $t_i$ its label. Rows whose label is `ignore` do "
    "not count: the mean is over the others. There is always one that counts. Return an array of shape (N, K).",
    right=score_gradient,
    cases=_cases,
    ask=call(np.zeros((1, 2)), np.array([1])),
    misconceptions=(
        Misconception(
            "returns the probabilities",
            "You left out the label. The gradient is the probability less 1 where the label is: only that pulls the "
            "right score up.",
            lambda scores, labels, ignore=-1: _with(scores, labels, ignore, onehot=0),
        ),
        Misconception(
            "has the opposite sign",
            "You subtracted the probabilities from the label. That is the direction to move in; the gradient points "
            "uphill, and the step subtracts it.",
            lambda scores, labels, ignore=-1: -_with(scores, labels, ignore),
        ),
        Misconception(
            "sums instead of taking the mean",
            "You did not divide. The loss is a mean, so that its gradient is too: else the learning rate would "
            "have to shrink with the batch.",
            lambda scores, labels, ignore=-1: _with(scores, labels, ignore, over="none"),
        ),
        Misconception(
            "divides by all rows",
            "You divided by N. Rows that do not count are not in the mean either: divide by the number that count.",
            lambda scores, labels, ignore=-1: _with(scores, labels, ignore, over="all"),
        ),
        Misconception(
            "lets ignored rows push",
            "An ignored row got its probabilities as a gradient. It is not in the loss, so its gradient is 0.",
            lambda scores, labels, ignore=-1: _with(scores, labels, ignore, skip=False),
        ),
        Misconception(
            "takes the softmax over the batch",
            "You divided by sums over the rows. Probabilities add up to 1 over the classes of one row, axis 1.",
            lambda scores, labels, ignore=-1: _with(scores, labels, ignore, axis=0),
        ),
    ),
    hints=(
        "Write the loss of one row as the logarithm of a sum, less one score, and differentiate both.",
        "The logarithm of the sum of exponentials gives the softmax; the label's score gives the 1 that comes off.",
        "Set rows that do not count to 0, and divide by the number of those that do.",
    ),
)
