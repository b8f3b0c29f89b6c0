"""A pointwise convolution is one matrix product at every position."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from refconv.learn.exercise import Exercise, Misconception, call
from refconv.learn.outcomes import Call

__all__ = ["EXERCISE", "pointwise"]

Array = NDArray[Any]


def pointwise(x: Array, w: Array, b: Array) -> Array:
    """Multiply the column of channels at each position by the same (O, C) matrix."""
    N, C, H, W = x.shape
    O = len(w)
    columns = x.reshape(N, C, H * W)  # one column of C numbers for each position
    return (w @ columns).reshape(N, O, H, W) + b[:, None, None]


def _cases() -> list[Call]:
    rng = np.random.default_rng(8)
    small = [(1, 1, 1, 1, 2), (1, 2, 1, 1, 1), (1, 2, 2, 1, 2), (1, 2, 2, 2, 2)]
    shapes = [*small, (2, 2, 1, 2, 3), (2, 3, 2, 2, 3), (3, 4, 2, 3, 2)]
    return [
        call(rng.integers(-4, 5, (N, C, H, W)), rng.integers(1, 6, (O, C)), rng.integers(1, 6, O))
        for N, C, H, W, O in shapes
    ]


def _mixed_samples(x: Array, w: Array, b: Array) -> Array:
    N, C, H, W = x.shape
    y = w @ x.reshape(C, N * H * W)
    return y.reshape(N, len(w), H, W) + b[:, None, None]


def _summed(x: Array, w: Array, b: Array) -> Array:
    return np.asarray(pointwise(x, w, b).sum(1, keepdims=True))


def _last_axis(x: Array, w: Array, b: Array) -> Array:
    return pointwise(x, w, np.zeros_like(b)) + b


EXERCISE = Exercise(
    name="pointwise-product",
    chapter=7,
    title="Mix the channels",
    task="Write `pointwise(x, w, b)`: a convolution with a 1x1 kernel, as a matrix product. `x` is `(N, C, H, W)`, `w` "
    "is `(O, C)` (the two axes of size 1 are left out), `b` is `(O,)`. Return `(N, O, H, W)`.",
    right=pointwise,
    cases=_cases,
    ask=call(np.array([[[[1, 2]], [[3, 4]]]]), np.array([[1, 10], [100, 1000]]), np.array([5, 7])),
    misconceptions=(
        Misconception(
            "reshapes the batch into the channels",
            "`x.reshape(C, N*H*W)` does not bring the channels to the front: with more than one sample it cuts the "
            "numbers up at other places. Move the axis first, or multiply sample by sample.",
            _mixed_samples,
        ),
        Misconception(
            "reads the weights as (C, O)",
            "You read row c of `w` as what input channel c gives to each output. Row o holds the weights of output o, "
            "one for each input channel; TensorFlow's kernels have it the other way.",
            lambda x, w, b: pointwise(x, w.reshape(w.shape[::-1]).T, b),
        ),
        Misconception(
            "sums over the output channels",
            "You added up all O outputs and were left with one channel. The sum runs over the input channels only; "
            "each output channel has weights of its own.",
            _summed,
        ),
        Misconception(
            "puts the bias along the width",
            "`y + b` lines `b` up with the last axis, the width. It has one number for each output channel: "
            "`b[:, None, None]`.",
            _last_axis,
        ),
        Misconception(
            "adds the bias for every input channel",
            "You added the bias inside the sum over the input channels, so it counts C times. It is added once.",
            lambda x, w, b: pointwise(x, w, b * x.shape[1]),
        ),
        Misconception(
            "forgets the bias",
            "The products are right; the bias of each output channel is missing.",
            lambda x, w, b: pointwise(x, w, np.zeros_like(b)),
        ),
    ),
    hints=(
        "At one position there are C numbers. What matrix makes O numbers of them?",
        "Let each sample be a matrix of C rows and H*W columns. `w @ columns` works on a batch of matrices.",
    ),
)
