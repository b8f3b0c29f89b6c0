"""Channels and groups: w is (C, O/G, k) here."""

from __future__ import annotations

from collections.abc import Callable
from itertools import product
from typing import Any

import numpy as np

from refconv.learn.exercise import Exercise, Misconception, call
from refconv.learn.outcomes import Call

__all__ = ["EXERCISE", "conv_transpose_channels"]


def conv_transpose_channels(x: Any, w: Any, b: Any, s: int = 1, groups: int = 1) -> Any:
    """Let each input channel write the filters of its group's outputs, and add the bias once."""
    C, n = np.shape(x)
    _, per_group, k = np.shape(w)
    y = np.zeros((groups * per_group, (n - 1) * s + k)) + np.reshape(b, (-1, 1))
    for c in range(C):
        group = c // (C // groups)
        for j in range(per_group):
            for i in range(n):
                y[group * per_group + j, i * s : i * s + k] += x[c, i] * w[c, j]
    return y


def _written(x: Any, w: Any, b: Any, s: int, channels: int, to: Callable[[int, int], int], source: Any = None) -> Any:
    (C, n), k = np.shape(x), np.shape(w)[-1]
    y = np.zeros((channels, (n - 1) * s + k)) + np.reshape(b, (-1, 1))
    for c, j, i in product(range(C), range(np.shape(w)[1]), range(n)):
        filters = w[c if source is None else source(c), j]
        y[to(c, j), i * s : i * s + k] += x[c, i] * filters
    return y


def _first_bias(x: Any, w: Any, b: Any, s: int = 1, groups: int = 1) -> Any:
    return conv_transpose_channels(x, w, np.tile(b[: np.shape(w)[1]], groups), s, groups)


def _interleaved(x: Any, w: Any, b: Any, s: int = 1, groups: int = 1) -> Any:
    per = np.shape(w)[1]
    return _written(x, w, b, s, groups * per, lambda c, j: c % groups * per + j)


def _outputs_interleaved(x: Any, w: Any, b: Any, s: int = 1, groups: int = 1) -> Any:
    each, per = len(x) // groups, np.shape(w)[1]
    return _written(x, w, b, s, groups * per, lambda c, j: j * groups + c // each)


def _first_filters(x: Any, w: Any, b: Any, s: int = 1, groups: int = 1) -> Any:
    each, per = len(x) // groups, np.shape(w)[1]
    return _written(x, w, b, s, groups * per, lambda c, j: c // each * per + j, lambda c: c % each)


def _outputs_first(x: Any, w: Any, b: Any, s: int = 1, groups: int = 1) -> Any:
    (C, n), (O, _, k) = np.shape(x), np.shape(w)
    y = np.zeros((O, (n - 1) * s + k)) + np.reshape(b, (-1, 1))
    for o, j, i in product(range(O), range(np.shape(w)[1]), range(n)):
        y[o, i * s : i * s + k] += x[o // (O // groups) * (C // groups) + j, i] * w[o, j]
    return y


def _bias_again(x: Any, w: Any, b: Any, s: int = 1, groups: int = 1) -> Any:
    return conv_transpose_channels(x, w, b * (len(x) // groups), s, groups)


def _all_to_all(x: Any, w: Any, b: Any, s: int = 1, groups: int = 1) -> Any:
    return _written(x, w, b[: np.shape(w)[1]], s, np.shape(w)[1], lambda _, j: j)


def _cases() -> list[Call]:
    def one(groups: int, each: int, per: int, n: int, k: int, s: int) -> Call:
        C = groups * each
        x = np.arange(1, C * n + 1).reshape(C, n)
        w = (np.arange(C * per * k) ** 2 % 11 + 1).reshape(C, per, k)
        return call(x, w, 100 * np.arange(1, groups * per + 1), s, groups)

    sizes = ((1, 1, 1), (1, 2, 1), (1, 1, 2), (2, 1, 1), (2, 1, 2), (2, 2, 1), (1, 2, 2), (2, 2, 2), (3, 2, 3))
    return [one(*each, n, 2, s) for n, s in ((1, 1), (2, 1), (2, 3)) for each in sizes]


EXERCISE = Exercise(
    name="transposed-channels",
    chapter=9,
    title="Channels, groups and the layout of w",
    task="Write `conv_transpose_channels(x, w, b, s=1, groups=1)`. x is `(C, n)`, b is `(O,)`, and w is `(C, O/groups, "
    "k)`: one bank of filters for each *input* channel. The first C/groups channels of x write to the first O/groups "
    "channels of y, the next to the next, and so on. Nothing is cropped. Start each channel of y at its bias.",
    right=conv_transpose_channels,
    cases=_cases,
    ask=call(np.array([[1], [2]]), np.array([[[1, 1]], [[1, 2]]]), np.array([10, 20]), 1, 2),
    misconceptions=(
        Misconception(
            "every group takes the first group's bias",
            "You counted output channels within the group when you took the bias. Each output channel has a bias of "
            "its own (this bug shipped, in ONNX's reference).",
            _first_bias,
        ),
        Misconception(
            "takes w for (O, C/groups, k)",
            "That is the layout of a convolution's weights. A transposed convolution has its input channels first: "
            "w is (C, O/groups, k), as in the convolution whose adjoint it is.",
            _outputs_first,
        ),
        Misconception(
            "deals input channels to the groups in turn",
            "You put channel c into group c % groups. Groups are runs of neighbouring channels: c // (C // groups).",
            _interleaved,
        ),
        Misconception(
            "deals output channels to the groups in turn",
            "You wrote to channel j * groups + group. A group's outputs are neighbours: group * (O // groups) + j.",
            _outputs_interleaved,
        ),
        Misconception(
            "all groups share the first group's filters",
            "You indexed w by the channel within the group. Its first axis counts all C input channels.",
            _first_filters,
        ),
        Misconception(
            "adds the bias for every input channel",
            "You added the bias once for each input channel that writes. It is added once to every output.",
            _bias_again,
        ),
        Misconception(
            "lets all groups write to the same outputs",
            "You made w.shape[1] output channels, that is O/groups. There are groups times as many, and a group writes "
            "to its own only.",
            _all_to_all,
        ),
    ),
    hints=(
        "How many output channels are there, as a number made of groups and w.shape?",
        "Input channel c belongs to group c // (C // groups), which owns the outputs from group * w.shape[1] on.",
    ),
)
