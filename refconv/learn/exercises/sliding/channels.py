"""Several channels in, several out, and a bias: the layer as networks have it, at stride 1."""

from __future__ import annotations

import numpy as np

from refconv.learn.exercise import Exercise, Misconception, call
from refconv.learn.outcomes import Call
from refconv.ops.elements import Array

__all__ = ["EXERCISE", "layer"]


def layer(x: Array, w: Array, b: Array) -> Array:
    """Sum over channels and taps for each filter, and add that filter's bias once."""
    filters, channels, kh, kw = w.shape
    _, h, v = x.shape
    y = np.zeros((filters, h - kh + 1, v - kw + 1), x.dtype)
    for o, i, j in np.ndindex(*y.shape):
        total = b[o]
        for c in range(channels):
            total += (x[c, i : i + kh, j : j + kw] * w[o, c]).sum()
        y[o, i, j] = total
    return y


def _no_bias(x: Array, w: Array) -> Array:
    return layer(x, w, np.zeros(len(w), x.dtype))


def _first_slice(x: Array, w: Array, b: Array) -> Array:
    return layer(x.sum(axis=0, keepdims=True), w[:, :1], b)


def _paired(x: Array, w: Array, b: Array) -> Array:
    """Let filter o read channel o alone, starting over where there are no more channels."""
    return np.concatenate([layer(x[[o % len(x)]], w[[o]][:, [o % len(x)]], b[[o]]) for o in range(len(w))])


def _cases() -> list[Call]:
    rng = np.random.default_rng(4)
    shapes = [(1, 1, 2, 1), (1, 2, 2, 2), (2, 1, 2, 1), (2, 2, 3, 2), (3, 2, 3, 2), (2, 3, 4, 2), (3, 4, 5, 3)]
    return [
        call(rng.integers(1, 10, (c, n, n + 1)), rng.integers(1, 10, (o, c, k, 2)), rng.integers(10, 99, o))
        for c, o, n, k in shapes
    ]


EXERCISE = Exercise(
    name="channels-and-bias",
    chapter=1,
    title="Channels, filters, bias",
    task="Write `layer(x, w, b)` for `x` of the shape (C, H, W), `w` of the shape (O, C, KH, KW) and `b` of the shape "
    r"(O,): $y_{oij} = b_o + \sum_{c,\,m,\,n} x_{c,\,i + m,\,j + n}\; w_{ocmn}$, for every window inside of `x`. "
    "The result has the shape (O, OH, OW).",
    right=layer,
    cases=_cases,
    ask=call(np.array([[[1, 2]], [[3, 4]]]), np.array([[[[1]], [[2]]]]), np.array([10])),
    misconceptions=(
        Misconception(
            "leaves out the bias",
            "The sums are right, but each filter adds its own bias to all of its outputs.",
            lambda x, w, b: _no_bias(x, w),
        ),
        Misconception(
            "adds the bias for each channel",
            "You added the bias inside of the loop over channels, C times in all. It is added once for each output.",
            lambda x, w, b: layer(x, w, b * len(x)),
        ),
        Misconception(
            "adds the bias along W",
            "`y + b` lines `b` up with the last axis, the columns: an error where their number differs, and silently "
            "wrong where it does not. `b[:, None, None]` lines it up with the filters.",
            lambda x, w, b: _no_bias(x, w) + b,
        ),
        Misconception(
            "one bias for all filters",
            "You added the first bias everywhere. There is one for each filter.",
            lambda x, w, b: layer(x, w, np.full_like(b, b[0])),
        ),
        Misconception(
            "one slice of weights for all channels",
            "You added the channels up first and slid one slice of the filter over the sum. Each filter has weights of "
            "its own for each channel.",
            _first_slice,
        ),
        Misconception(
            "keeps the channels apart",
            "You let each filter read one channel only. That is a depthwise convolution; here every filter reads all "
            "channels and adds up what it finds.",
            _paired,
        ),
        Misconception(
            "averages over the channels",
            "You divided by the number of channels. They are added up; the weights decide how much each one counts.",
            lambda x, w, b: _no_bias(x, w) / len(x) + b[:, None, None],
        ),
    ),
    hints=(
        "How many numbers go into one output, and how many biases?",
        "For each filter o and place (i, j): start from `b[o]`, then go through all channels and taps.",
        "`(x[:, i : i + kh, j : j + kw] * w[o]).sum() + b[o]` is one output.",
    ),
)
