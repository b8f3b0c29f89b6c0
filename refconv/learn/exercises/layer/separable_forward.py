"""The separable dilated layer: a depthwise step with everything, then a pointwise one with nothing but weights."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from refconv.learn.exercise import Exercise, Misconception, call
from refconv.learn.outcomes import Call

__all__ = ["EXERCISE", "separable"]

Array = NDArray[Any]
Pair = tuple[int, int]


def separable(x: Array, w_d: Array, b_d: Array, w_p: Array, b_p: Array, s: Pair, d: Pair, lo: Pair, hi: Pair) -> Array:
    """Add up the depthwise taps, each a strided view of the padded input; then mix the channels at each position."""
    N, C, _, _ = x.shape
    _, KH, KW = w_d.shape
    padded = np.pad(x, ((0, 0), (0, 0), (lo[0], hi[0]), (lo[1], hi[1])))
    OH = (padded.shape[2] - d[0] * (KH - 1) - 1) // s[0] + 1
    OW = (padded.shape[3] - d[1] * (KW - 1) - 1) // s[1] + 1
    z = np.zeros((N, C, OH, OW), x.dtype) + b_d[:, None, None]
    for i in range(KH):
        for j in range(KW):
            top, left = d[0] * i, d[1] * j
            read = padded[:, :, top : top + s[0] * OH : s[0], left : left + s[1] * OW : s[1]]
            z += read * w_d[:, i, j, None, None]
    y = np.einsum("oc,nchw->nohw", w_p, z) + b_p[:, None, None]
    return np.asarray(y)


def _cases() -> list[Call]:
    rng = np.random.default_rng(10)

    def drawn(N: int, C: int, O: int, size: Pair, kernel: Pair, s: Pair, d: Pair, lo: Pair, hi: Pair) -> Call:
        x, w_d = rng.integers(-4, 5, (N, C, *size)), rng.integers(1, 5, (C, *kernel))
        return call(x, w_d, rng.integers(1, 5, C), rng.integers(-3, 4, (O, C)), rng.integers(1, 5, O), s, d, lo, hi)

    one, none = (1, 1), (0, 0)
    return [
        drawn(1, 1, 1, (1, 2), (1, 1), one, one, none, none),
        drawn(1, 2, 1, (1, 2), (1, 2), one, one, none, none),
        drawn(1, 2, 2, (1, 3), (1, 2), one, (1, 2), none, none),
        drawn(1, 2, 2, (1, 3), (1, 2), one, one, (0, 1), none),
        drawn(1, 2, 3, (2, 3), (2, 2), one, one, (1, 0), (0, 2)),
        drawn(1, 2, 3, (3, 5), (2, 2), (2, 1), (1, 3), none, none),
        drawn(2, 3, 4, (6, 7), (3, 2), (1, 2), (2, 3), (2, 1), (1, 0)),
        drawn(2, 4, 2, (8, 6), (3, 3), (3, 2), (2, 1), (0, 3), (2, 1)),
    ]


def _mixed(z: Array, w_p: Array, b_p: Array) -> Array:
    y = np.einsum("oc,nchw->nohw", w_p, z) + b_p[:, None, None]
    return np.asarray(y)


def _depthwise(x: Array, w_d: Array, b_d: Array, s: Pair, d: Pair, lo: Pair, hi: Pair) -> Array:
    unmixed, no_bias = np.eye(len(w_d), dtype=x.dtype), np.zeros(len(w_d), x.dtype)
    return separable(x, w_d, b_d, unmixed, no_bias, s, d, lo, hi)


def _padded_twice(
    x: Array, w_d: Array, b_d: Array, w_p: Array, b_p: Array, s: Pair, d: Pair, lo: Pair, hi: Pair
) -> Array:
    z = _depthwise(x, w_d, b_d, s, d, lo, hi)
    return _mixed(np.pad(z, ((0, 0), (0, 0), (lo[0], hi[0]), (lo[1], hi[1]))), w_p, b_p)


def _strided_twice(
    x: Array, w_d: Array, b_d: Array, w_p: Array, b_p: Array, s: Pair, d: Pair, lo: Pair, hi: Pair
) -> Array:
    return separable(x, w_d, b_d, w_p, b_p, s, d, lo, hi)[:, :, :: s[0], :: s[1]]


def _channels_added(
    x: Array, w_d: Array, b_d: Array, w_p: Array, b_p: Array, s: Pair, d: Pair, lo: Pair, hi: Pair
) -> Array:
    z = _depthwise(x, w_d, b_d, s, d, lo, hi)
    return _mixed(np.broadcast_to(z.sum(1, keepdims=True), z.shape), w_p, b_p)


def _rectified(x: Array, w_d: Array, b_d: Array, w_p: Array, b_p: Array, s: Pair, d: Pair, lo: Pair, hi: Pair) -> Array:
    return _mixed(np.maximum(_depthwise(x, w_d, b_d, s, d, lo, hi), 0), w_p, b_p)


EXERCISE = Exercise(
    name="separable-forward",
    chapter=8,
    title="The separable dilated layer",
    task="Write `separable(x, w_d, b_d, w_p, b_p, s, d, lo, hi)`: depthwise, then pointwise, and nothing between. `x` "
    "is `(N, C, H, W)`, `w_d` `(C, KH, KW)`, `b_d` `(C,)`, `w_p` `(O, C)`, `b_p` `(O,)`. Stride `s`, dilation `d` and "
    "the zeros before (`lo`) and after (`hi`) are pairs, for H and for W, and belong to the depthwise step. Return "
    "`(N, O, OH, OW)`.",
    right=separable,
    cases=_cases,
    ask=call(
        np.array([[[[1, 2, 3]], [[4, 5, 6]]]]),
        np.array([[[1, 1]], [[1, -1]]]),
        np.array([0, 1]),
        np.array([[1, 10]]),
        np.array([100]),
        (1, 1),
        (1, 2),
        (0, 0),
        (0, 0),
    ),
    misconceptions=(
        Misconception(
            "pads the pointwise step too",
            "You padded again before the 1x1 step: a rim of bare biases comes out around the result. Padding belongs "
            "to the depthwise step.",
            _padded_twice,
        ),
        Misconception(
            "strides the pointwise step too",
            "You stepped s in both steps, so the output is s times smaller than it should be. The pointwise step "
            "visits every position.",
            _strided_twice,
        ),
        Misconception(
            "ignores dilation",
            "Your taps are neighbours. In the depthwise step they stand d apart, along each axis by its own d.",
            lambda x, w_d, b_d, w_p, b_p, s, d, lo, hi: separable(x, w_d, b_d, w_p, b_p, s, (1, 1), lo, hi),
        ),
        Misconception(
            "forgets the depthwise bias",
            "You left out `b_d`. It is added before mixing, so it reaches every output channel through `w_p`.",
            lambda x, w_d, b_d, w_p, b_p, s, d, lo, hi: separable(x, w_d, 0 * b_d, w_p, b_p, s, d, lo, hi),
        ),
        Misconception(
            "adds up the channels in the depthwise step",
            "You summed over the input channels before mixing, as a formula in print has it. Then all columns of `w_p` "
            "meet the same number. The depthwise step keeps the channels apart.",
            _channels_added,
        ),
        Misconception(
            "puts a ReLU between the steps",
            "You cut off what is negative between the steps, as MobileNet does. This layer has nothing between them; "
            "only so is it one linear map, of low rank.",
            _rectified,
        ),
        Misconception(
            "swaps the padding of the axes",
            "You used the padding of H for W, and that of W for H. Here the pairs are for H, then W; "
            "`torch.nn.functional.pad` begins with the last axis.",
            lambda x, w_d, b_d, w_p, b_p, s, d, lo, hi: separable(x, w_d, b_d, w_p, b_p, s, d, lo[::-1], hi[::-1]),
        ),
        Misconception(
            "pads both sides alike",
            "You padded by `lo` on both sides. After the input stand `hi` zeros.",
            lambda x, w_d, b_d, w_p, b_p, s, d, lo, hi: separable(x, w_d, b_d, w_p, b_p, s, d, lo, lo),
        ),
    ),
    hints=(
        "Write the depthwise step alone first. What is its shape?",
        "For tap (i, j), take the padded input from (d[0]*i, d[1]*j) on, every s-th sample, times `w_d[:, i, j]`.",
        "At the end, at each position, `w_p` times the C numbers of z, plus `b_p`.",
    ),
)
