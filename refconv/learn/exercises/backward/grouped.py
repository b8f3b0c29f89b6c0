"""The gradient for grouped weights: who has seen whom."""

from __future__ import annotations

import numpy as np

from refconv.learn.exercise import Exercise, Misconception, call
from refconv.learn.outcomes import Call
from refconv.ops.elements import Array

__all__ = ["EXERCISE", "grouped_weight_gradient"]


def grouped_weight_gradient(dy: Array, x: Array, k: int, groups: int) -> Array:
    """Let each filter meet the channels of its own group, and no others."""
    (filters, outputs), channels = dy.shape, len(x)
    own = channels // groups
    dw = np.zeros((filters, own, k), x.dtype)
    for o in range(filters):
        first = o // (filters // groups) * own
        for c in range(own):
            for m in range(k):
                dw[o, c, m] = (dy[o] * x[first + c, m : m + outputs]).sum()
    return dw


def _dense(dy: Array, x: Array, k: int) -> Array:
    return grouped_weight_gradient(dy, x, k, 1)


def _interleaved_filters(dy: Array, x: Array, k: int, groups: int) -> Array:
    """Let filter o belong to group o % groups."""
    own, all_channels = len(x) // groups, _dense(dy, x, k)
    return np.stack([each[o % groups * own :][:own] for o, each in enumerate(all_channels)])


def _interleaved_channels(dy: Array, x: Array, k: int, groups: int) -> Array:
    """Let channel c belong to group c % groups."""
    return np.stack([each[o * groups // len(dy) :: groups] for o, each in enumerate(_dense(dy, x, k))])


def _cases() -> list[Call]:
    rng = np.random.default_rng(11)
    shapes = [(1, 1, 2, 1, 1), (2, 2, 2, 1, 2), (2, 2, 3, 2, 1), (4, 2, 3, 2, 2), (4, 4, 3, 2, 2), (4, 8, 4, 2, 4)]
    shapes += [(6, 9, 4, 3, 3), (6, 4, 5, 2, 2)]
    return [
        call(rng.integers(1, 10, (filters, n - k + 1)), rng.integers(1, 10, (channels, n)), k, groups)
        for channels, filters, n, k, groups in shapes
    ]


EXERCISE = Exercise(
    name="grouped-weight-gradient",
    chapter=3,
    title="Weights in groups",
    task="A grouped convolution, along one axis, at stride 1, without padding: channels and filters are cut into "
    "`groups` equal blocks of neighbours, and filters of block g see channels of block g only. Write "
    "`grouped_weight_gradient(dy, x, k, groups)` for `dy` of the shape (O, outputs) and `x` of the shape (C, n). The "
    "result has the shape of the weights, (O, C / groups, k).",
    right=grouped_weight_gradient,
    cases=_cases,
    ask=call(np.array([[1], [10]]), np.array([[1], [2]]), 1, 2),
    misconceptions=(
        Misconception(
            "the dense gradient",
            "You let every filter meet all channels: the shape is (O, C, k). The weights that a group does not have "
            "get no gradient; they do not exist.",
            lambda dy, x, k, groups: _dense(dy, x, k),
        ),
        Misconception(
            "every group reads the first channels",
            "You cut the dense gradient down to its first C / groups channels. That is right for the first group; "
            "the others have channels of their own, further on.",
            lambda dy, x, k, groups: _dense(dy, x, k)[:, : len(x) // groups],
        ),
        Misconception(
            "interleaves the filters",
            "You dealt the filters out like cards, o % groups. Filters of one group are neighbours: filter o belongs "
            "to group o // (O / groups).",
            _interleaved_filters,
        ),
        Misconception(
            "interleaves the channels",
            "You gave group g the channels g, g + groups, and so on. Channels of one group are neighbours: group g "
            "begins at channel g * (C / groups).",
            _interleaved_channels,
        ),
        Misconception(
            "adds the groups up",
            "You added up over all groups of channels. Each filter has seen one group, and only that one counts.",
            lambda dy, x, k, groups: _dense(dy, x, k).reshape(len(dy), groups, -1, k).sum(axis=1),
        ),
        Misconception(
            "averages over the groups",
            "You divided by the number of groups. Fewer products go into the forward pass, but each counts in full.",
            lambda dy, x, k, groups: grouped_weight_gradient(dy, x, k, groups) / groups,
        ),
        Misconception(
            "the groups the wrong way round",
            "You paired the first group of filters with the last group of channels. Block g of filters reads block g "
            "of channels.",
            lambda dy, x, k, groups: grouped_weight_gradient(dy, np.concatenate(np.split(x, groups)[::-1]), k, groups),
        ),
    ),
    hints=(
        "How many filters does a group have, and how many channels? Which channel is the first one of filter o?",
        "Filter o is in group o // (O / groups); its channels begin at that number times C / groups.",
        "`dw[o, c, m]` is the sum of `dy[o] * x[first + c, m : m + outputs]`.",
    ),
)
