"""The running statistics of a batch normalisation: what they are of, and how far they move."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from refconv.learn.exercise import Exercise, Misconception, call
from refconv.learn.outcomes import Call

__all__ = ["EXERCISE", "running_statistics"]

Array = NDArray[Any]


def running_statistics(batches: list[Array], momentum: float = 0.1) -> tuple[Array, Array]:
    """Move a mean and a variance of each channel a part of the way to those of each batch."""
    channels = batches[0].shape[1]
    mean, var = np.zeros(channels), np.ones(channels)
    for x in batches:
        mean = (1 - momentum) * mean + momentum * x.mean(axis=(0, 2, 3))
        var = (1 - momentum) * var + momentum * x.var(axis=(0, 2, 3), ddof=1)
    return mean, var


def _with(
    batches: list[Array],
    momentum: float,
    *,
    ddof: int = 1,
    start: float = 1,
    root: bool = False,
    apart: bool = False,
) -> tuple[Array, Array]:
    """Return the statistics with something else in one place."""
    channels = batches[0].shape[1]
    mean, var = np.zeros(channels), np.full(channels, start)
    for x in batches:
        means = x.mean(axis=(0, 2, 3)) if not apart else x.mean() + np.zeros(channels)
        new = x.var(axis=(0, 2, 3), ddof=ddof) if not apart else x.var(ddof=ddof) + np.zeros(channels)
        mean = (1 - momentum) * mean + momentum * means
        var = (1 - momentum) * var + momentum * (np.sqrt(new) if root else new)
    return mean, var


def _cases() -> list[Call]:
    rng = np.random.default_rng(2)

    def batch(*shape: int) -> Array:
        return rng.integers(-3, 4, shape).astype(float)

    small = np.array([[[[0.0, 2.0]], [[1.0, 5.0]]]])
    shapes = (((2, 1, 2, 2), (2, 1, 2, 2)), ((3, 2, 1, 2), (2, 2, 3, 1), (1, 2, 2, 2)))
    return [
        call([small], 0.5),
        call([small, batch(1, 2, 1, 2)], 0.25),
        *(call([batch(*shape) for shape in several], 0.125) for several in shapes),
        call([batch(4, 3, 2, 2) for _ in range(3)]),
    ]


EXERCISE = Exercise(
    name="running-statistics",
    chapter=12,
    title="What batch normalisation remembers",
    task="Write `running_statistics(batches, momentum=0.1)`: the pair (mean, variance), arrays of one number per "
    "channel, that a batch normalisation has kept after training on each x of `batches` in turn, as PyTorch keeps "
    "them. Each x has shape (N, C, H, W). The mean begins at 0, the variance at 1. With each batch both move by "
    "`momentum` of the way to the mean and the variance of the N * H * W values that the batch has in the channel; "
    "that variance is divided by the number of these values less one.",
    right=running_statistics,
    cases=_cases,
    ask=call([np.array([[[[0.0, 2.0]]]])], 0.5),
    misconceptions=(
        Misconception(
            "takes momentum the other way round",
            "You kept `momentum` of the old value. Here it is the part of the new one, 0.1 in PyTorch; Keras's "
            "momentum, 0.99, is the part of the old one.",
            lambda batches, momentum=0.1: running_statistics(batches, 1 - momentum),
        ),
        Misconception(
            "divides by all values",
            "Your variance is divided by the number of values. That one normalises the batch; what is remembered is "
            "an estimate for all data, divided by one less.",
            lambda batches, momentum=0.1: _with(batches, momentum, ddof=0),
        ),
        Misconception(
            "starts the variance at 0",
            "You began with a variance of 0. It begins at 1, so that an untrained layer changes nothing.",
            lambda batches, momentum=0.1: _with(batches, momentum, start=0),
        ),
        Misconception(
            "keeps the standard deviation",
            "You took the root before averaging. Variances are averaged, and the root is taken when they are used.",
            lambda batches, momentum=0.1: _with(batches, momentum, root=True),
        ),
        Misconception(
            "mixes the channels",
            "You took one mean over everything. Each channel has its own statistics, over the batch and all positions.",
            lambda batches, momentum=0.1: _with(batches, momentum, apart=True),
        ),
        Misconception(
            "remembers the last batch only",
            "You returned the last batch's own statistics. Those of earlier batches count too, each a little less.",
            lambda batches, momentum=0.1: (batches[-1].mean(axis=(0, 2, 3)), batches[-1].var(axis=(0, 2, 3), ddof=1)),
        ),
    ),
    hints=(
        "Which axes are gone when one number per channel is left?",
        "new = (1 - momentum) * old + momentum * of_this_batch, for both; ddof=1 for the variance.",
    ),
)
