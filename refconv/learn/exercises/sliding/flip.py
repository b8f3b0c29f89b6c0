"""Convolution as mathematics defines it, beside what neural networks call by that name."""

from __future__ import annotations

import numpy as np

from refconv.learn.exercise import Exercise, Misconception, call
from refconv.learn.outcomes import Call
from refconv.ops.elements import Array

__all__ = ["EXERCISE", "true_convolution"]


def true_convolution(x: Array, w: Array) -> Array:
    """Turn the kernel half a turn, then slide it as cross-correlation does."""
    turned = w[::-1, ::-1]
    (h, v), (kh, kv) = x.shape, w.shape
    y = np.zeros((h - kh + 1, v - kv + 1), x.dtype)
    for i, j in np.ndindex(*y.shape):
        y[i, j] = (x[i : i + kh, j : j + kv] * turned).sum()
    return y


def _correlation(x: Array, w: Array) -> Array:
    return true_convolution(x, w[::-1, ::-1])


def _full(x: Array, w: Array) -> Array:
    rows, columns = w.shape[0] - 1, w.shape[1] - 1
    return true_convolution(np.pad(x, ((rows, rows), (columns, columns))), w)


def _cases() -> list[Call]:
    rng = np.random.default_rng(2)
    shapes = [
        ((2, 2), (1, 2)),
        ((2, 2), (2, 1)),
        ((3, 3), (2, 2)),
        ((4, 4), (3, 3)),
        ((5, 4), (2, 3)),
        ((4, 6), (3, 2)),
    ]
    return [call(rng.integers(1, 10, size), rng.integers(1, 10, kernel)) for size, kernel in shapes]


EXERCISE = Exercise(
    name="true-convolution",
    chapter=1,
    title="Convolution as mathematics has it",
    task="Write `true_convolution(x, w)` for two-dimensional arrays: "
    r"$y_{ij} = \sum_{m,\,n} x_{i + KH - 1 - m,\; j + KW - 1 - n}\; w_{mn}$, where `w` has the shape (KH, KW), for "
    "every window that lies wholly inside of `x`.",
    right=true_convolution,
    cases=_cases,
    ask=call(np.array([[1, 0, 0], [0, 0, 0], [0, 0, 2]]), np.array([[1, 2], [3, 4]])),
    misconceptions=(
        Misconception(
            "does not flip",
            "This is cross-correlation: tap (0, 0) meets the window's first sample. Here it has to meet the last one.",
            _correlation,
        ),
        Misconception(
            "flips up and down only",
            "You reversed the rows of the kernel. Both indices run backwards in the sum: the columns turn round too.",
            lambda x, w: true_convolution(x, w[:, ::-1]),
        ),
        Misconception(
            "flips left and right only",
            "You reversed the columns of the kernel. Both indices run backwards in the sum: the rows turn round too.",
            lambda x, w: true_convolution(x, w[::-1]),
        ),
        Misconception(
            "transposes the kernel",
            "You exchanged the kernel's rows and columns. A flip reverses each axis and leaves it in its place.",
            lambda x, w: _correlation(x, w.T),
        ),
        Misconception(
            "flips the input instead",
            "You turned `x` in place of `w`. The sums are the right ones, but they come out in reversed places: the "
            "output is turned too.",
            lambda x, w: _correlation(x[::-1, ::-1], w),
        ),
        Misconception(
            "flips input and kernel",
            "You turned both. Two turns cancel inside of each sum, which leaves cross-correlation, and only the order "
            "of the outputs is reversed.",
            lambda x, w: _correlation(x[::-1, ::-1], w[::-1, ::-1]),
        ),
        Misconception(
            "keeps windows that stick out",
            "This is the full convolution, as `numpy.convolve` gives it unless told otherwise: it pads with zeros all "
            "round. The task asks for windows that lie inside of `x`.",
            _full,
        ),
    ),
    hints=(
        "Which sample does tap (0, 0) of the first window meet? Put i = j = m = n = 0 into the formula.",
        "Only the kernel's indices run backwards. What would you do to `w` so that they run forwards?",
        "`w[::-1, ::-1]` is the kernel turned by half a turn. The rest is the sum over windows that you know.",
    ),
)
