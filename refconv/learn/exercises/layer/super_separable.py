"""Super-separable: the pointwise step in groups."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from refconv.learn.exercise import Exercise, Misconception, call
from refconv.learn.outcomes import Call

__all__ = ["EXERCISE", "grouped_pointwise"]

Array = NDArray[Any]


def grouped_pointwise(z: Array, w: Array, groups: int) -> Array:
    """Let each block of outputs mix its own block of channels."""
    N, C, H, W = z.shape
    O = len(w)
    y = np.zeros((N, O, H, W), dtype=z.dtype)
    for o in range(O):
        group = o // (O // groups)
        first = group * (C // groups)
        for c in range(C // groups):
            y[:, o] += w[o, c] * z[:, first + c]
    return y


def _cases() -> list[Call]:
    rng = np.random.default_rng(12)
    shapes = [(1, 1, 1, 1), (1, 2, 2, 1), (1, 2, 2, 2), (1, 4, 2, 2), (1, 4, 4, 2), (2, 6, 4, 2), (2, 6, 9, 3)]
    return [call(rng.integers(-5, 6, (N, C, 1, 2)), rng.integers(1, 9, (O, C // G)), G) for N, C, O, G in shapes]


def _interleaved(z: Array, w: Array, groups: int) -> Array:
    members = np.argsort(np.arange(len(w)) % groups, kind="stable")
    y = np.empty_like(grouped_pointwise(z, w, groups))
    y[:, members] = grouped_pointwise(z, w[members], groups)
    return y


def _first_channels(z: Array, w: Array, groups: int) -> Array:
    return grouped_pointwise(np.tile(z[:, : w.shape[1]], (1, groups, 1, 1)), w, groups)


def _dealt(z: Array, w: Array, groups: int) -> Array:
    return grouped_pointwise(z[:, np.argsort(np.arange(z.shape[1]) % groups, kind="stable")], w, groups)


def _shuffled(z: Array, w: Array, groups: int) -> Array:
    y = grouped_pointwise(z, w, groups)
    N, O, H, W = y.shape
    return y.reshape(N, groups, O // groups, H, W).swapaxes(1, 2).reshape(y.shape)


def _added(z: Array, w: Array, groups: int) -> Array:
    y = grouped_pointwise(z, w, groups)
    N, O, H, W = y.shape
    return np.asarray(y.reshape(N, groups, O // groups, H, W).sum(1))


def _same_weights(z: Array, w: Array, groups: int) -> Array:
    return grouped_pointwise(z, np.tile(w[: len(w) // groups], (groups, 1)), groups)


EXERCISE = Exercise(
    name="super-separable",
    chapter=8,
    title="A pointwise step in groups",
    task="Write `grouped_pointwise(z, w, groups)`: `z` is `(N, C, H, W)`, `w` is `(O, C/groups)`. The channels are "
    "cut into `groups` blocks of neighbours, and so are the outputs; each block of outputs reads the block of "
    "channels with the same number, as a grouped convolution in any framework does. Return `(N, O, H, W)`.",
    right=grouped_pointwise,
    cases=_cases,
    ask=call(np.array([1, 2, 3, 4]).reshape(1, 4, 1, 1), np.array([[1, 1], [1, 10]]), 2),
    misconceptions=(
        Misconception(
            "deals the outputs out in turn",
            "You let output o read group o % groups. Outputs of a group are neighbours: group o // (O // groups).",
            _interleaved,
        ),
        Misconception(
            "lets every group read the first channels",
            "All your groups read channels 0 to C/groups - 1. The weights count from 0 in each group; the channels "
            "begin at group * (C // groups).",
            _first_channels,
        ),
        Misconception(
            "deals the channels out in turn",
            "You gave channel c to group c % groups. A group's channels are neighbours: a block of C // groups.",
            _dealt,
        ),
        Misconception(
            "shuffles the channels afterwards",
            "You mixed up the order of the outputs, as ShuffleNet does in a layer of its own. A grouped convolution "
            "leaves the first group's outputs first.",
            _shuffled,
        ),
        Misconception(
            "adds up the groups",
            "You added the groups' results. They stand behind one another as O channels; adding them up makes "
            "a dense pointwise step with O/groups outputs.",
            _added,
        ),
        Misconception(
            "uses the first group's weights everywhere",
            "You used the first O/groups rows of `w` for all groups. Each output channel has its own row.",
            _same_weights,
        ),
    ),
    hints=(
        "With 4 channels, 2 outputs and 2 groups: which channels does output 1 read?",
        "Output o belongs to group g = o // (O // groups), which begins at channel g * (C // groups).",
    ),
)
