"""Depthwise convolution with a depth multiplier: the outputs of a channel stand together."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from refconv.learn.exercise import Exercise, Misconception, call
from refconv.learn.outcomes import Call

__all__ = ["EXERCISE", "depthwise"]

Array = NDArray[Any]
Pair = tuple[int, int]


def depthwise(x: Array, w: Array, s: Pair = (1, 1), d: Pair = (1, 1), lo: Pair = (0, 0), hi: Pair = (0, 0)) -> Array:
    """Let filter m of channel c read channel c only, and write channel c * M + m."""
    C, M, KH, KW = w.shape
    padded = np.pad(x, ((0, 0), (lo[0], hi[0]), (lo[1], hi[1])))
    OH = (padded.shape[1] - d[0] * (KH - 1) - 1) // s[0] + 1
    OW = (padded.shape[2] - d[1] * (KW - 1) - 1) // s[1] + 1
    y = np.zeros((C * M, OH, OW), dtype=x.dtype)
    for c in range(C):
        for m in range(M):
            for i in range(OH):
                for j in range(OW):
                    top, left = s[0] * i, s[1] * j
                    window = padded[c, top : top + d[0] * KH : d[0], left : left + d[1] * KW : d[1]]
                    y[c * M + m, i, j] = (window * w[c, m]).sum()
    return y


def _cases() -> list[Call]:
    rng = np.random.default_rng(7)
    shapes = [
        ((1, 1, 3), (1, 2, 1, 2), {}),
        ((2, 1, 3), (2, 1, 1, 2), {}),
        ((2, 1, 3), (2, 2, 1, 2), {}),
        ((2, 1, 4), (2, 2, 1, 2), {"d": (1, 2)}),
        ((2, 2, 4), (2, 2, 2, 2), {"s": (1, 2)}),
        ((2, 2, 3), (2, 2, 2, 2), {"lo": (1, 0)}),
        ((2, 3, 3), (2, 2, 2, 2), {"hi": (0, 2)}),
        ((3, 5, 6), (3, 2, 2, 3), {"s": (2, 1), "d": (1, 2), "lo": (1, 2), "hi": (0, 1)}),
        ((2, 6, 5), (2, 3, 3, 2), {"s": (1, 2), "d": (2, 1), "lo": (0, 1), "hi": (2, 0)}),
    ]
    return [call(rng.integers(-4, 5, x), rng.integers(1, 5, w), **options) for x, w, options in shapes]


def _by_filter(x: Array, w: Array, *args: Any, **kwargs: Any) -> Array:
    y = depthwise(x, w, *args, **kwargs)
    return y.reshape(*w.shape[:2], *y.shape[1:]).swapaxes(0, 1).reshape(y.shape)


def _over_channels(x: Array, w: Array, *args: Any, **kwargs: Any) -> Array:
    y = depthwise(x, w, *args, **kwargs)
    return np.asarray(y.reshape(*w.shape[:2], *y.shape[1:]).sum(0))


def _over_filters(x: Array, w: Array, *args: Any, **kwargs: Any) -> Array:
    return depthwise(x, w.sum(1, keepdims=True), *args, **kwargs)


def _first_filter(x: Array, w: Array, *args: Any, **kwargs: Any) -> Array:
    return depthwise(x, w[:, :1], *args, **kwargs)


def _no_dilation(x: Array, w: Array, s: Pair = (1, 1), d: Pair = (1, 1), **padding: Pair) -> Array:
    return depthwise(x, w, s, (1, 1), **padding)


def _one_stride(x: Array, w: Array, s: Pair = (1, 1), d: Pair = (1, 1), **padding: Pair) -> Array:
    return depthwise(x, w, (s[0], s[0]), d, **padding)


def _flipped(x: Array, w: Array, *args: Any, **kwargs: Any) -> Array:
    return depthwise(x, w[:, :, ::-1, ::-1], *args, **kwargs)


EXERCISE = Exercise(
    name="depthwise-channels",
    chapter=7,
    title="Whose output channel is it?",
    task="Write `depthwise(x, w, s, d, lo, hi)`. `x` is one sample, `(C, H, W)`; `w` is `(C, M, KH, KW)`: M filters "
    "for each channel (M is the depth multiplier). `s`, `d`, `lo`, `hi` are pairs, for H and for W: stride, dilation, "
    "zeros before and after. As in refconv and PyTorch, the M outputs of channel 0 come first, then those of "
    "channel 1, and nothing is flipped. Return `(C*M, OH, OW)`.",
    right=depthwise,
    cases=_cases,
    ask=call(np.array([[[1, 2]], [[3, 4]]]), np.array([[[[1]], [[10]]], [[[100]], [[1000]]]])),
    misconceptions=(
        Misconception(
            "puts the filters first",
            "You wrote filter m of channel c to output m*C + c. All M outputs of one input channel stand together: the "
            "output is c*M + m, and only then do grouped frameworks read the same weights.",
            _by_filter,
        ),
        Misconception(
            "sums over the input channels",
            "You added up what the input channels gave, as a dense convolution does. Depthwise, every output channel "
            "reads one input channel; mixing is left to the pointwise step.",
            _over_channels,
        ),
        Misconception(
            "adds up the filters of a channel",
            "You added the M filters' outputs, so M filters do no more than their sum. Each has an output channel.",
            _over_filters,
        ),
        Misconception(
            "ignores the multiplier",
            "You used only the first filter of each channel and returned C channels. With a depth multiplier M there "
            "are C*M of them.",
            _first_filter,
        ),
        Misconception(
            "ignores dilation",
            "Your taps are neighbours. Tap m reads m*d samples after the window's start; dilation belongs to the "
            "depthwise step.",
            _no_dilation,
        ),
        Misconception(
            "takes one stride for both axes",
            "You used the stride along H for W too. The two may differ.",
            _one_stride,
        ),
        Misconception(
            "flips the kernel",
            "You read the kernel back to front, as signal processing does. Networks use cross-correlation: tap 0 meets "
            "the window's first sample.",
            _flipped,
        ),
    ),
    hints=(
        "Each input channel makes M output channels. Which c and m belong to output channel 5 if M is 2?",
        "Output = c*M + m. Its window at (i, j) starts at (s[0]*i, s[1]*j) of padded channel c, every d-th sample.",
    ),
)
