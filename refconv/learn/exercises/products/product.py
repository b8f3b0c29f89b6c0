"""The convolution as a matrix product, with the reshapes on both sides of it."""

from __future__ import annotations

import numpy as np

from refconv.learn.exercise import Exercise, Misconception, call
from refconv.learn.outcomes import Call
from refconv.ops.elements import Array

__all__ = ["EXERCISE", "multiply"]


def multiply(columns: Array, w: Array, oh: int, ow: int) -> Array:
    """Let each filter be a row, multiply, and give the outputs their places back."""
    filters = w.reshape(len(w), -1)
    y = np.stack([filters @ each for each in columns])
    return y.reshape(len(columns), len(w), oh, ow)


def _channels_last(columns: Array, w: Array, oh: int, ow: int) -> Array:
    return multiply(columns, w.transpose(0, 2, 3, 1).reshape(w.shape), oh, ow)


def _reshaped_anew(columns: Array, w: Array, oh: int, ow: int) -> Array:
    scrambled = w.reshape(-1, len(w)).T
    return multiply(columns, scrambled, oh, ow)


def _filters_on_the_right(columns: Array, w: Array, oh: int, ow: int) -> Array:
    y = multiply(columns, w, oh, ow).reshape(len(columns), len(w), -1)
    return y.swapaxes(1, 2).reshape(len(columns), len(w), oh, ow)


def _cases() -> list[Call]:
    rng = np.random.default_rng(6)
    shapes = [(1, 1, 1, 1, 2, 1, 2), (1, 2, 1, 1, 2, 1, 2), (1, 2, 2, 2, 1, 2, 2), (2, 3, 1, 2, 2, 2, 3)]
    shapes += [(2, 2, 3, 2, 2, 3, 2), (3, 4, 2, 3, 2, 2, 3)]
    return [
        call(rng.integers(1, 10, (n, c * kh * kw, oh * ow)), rng.integers(1, 10, (o, c, kh, kw)), oh, ow)
        for n, o, c, kh, kw, oh, ow in shapes
    ]


EXERCISE = Exercise(
    name="multiply-the-columns",
    chapter=2,
    title="The product, and the reshapes around it",
    task="Write `multiply(columns, w, oh, ow)`: given `columns` of the shape (N, C * KH * KW, OH * OW), as "
    "`refconv.im2col` returns it, and filters `w` of the shape (O, C, KH, KW), return the output `y` of the shape "
    "(N, O, OH, OW).",
    right=multiply,
    cases=_cases,
    ask=call(np.array([[[1, 2], [3, 4]]]), np.array([[[[1, 10]]], [[[2, 0]]]]), 1, 2),
    misconceptions=(
        Misconception(
            "scrambles the filters",
            "`w.reshape(-1, O).T` has the right shape, but a reshape does not exchange axes: each of its rows takes "
            "weights from several filters. `w.reshape(O, -1)` keeps a filter together.",
            _reshaped_anew,
        ),
        Misconception(
            "orders the weights channels last",
            "You moved the channels behind the taps before flattening. The rows of `columns` are ordered channel "
            "first, as `w` is already.",
            _channels_last,
        ),
        Misconception(
            "reshapes where axes must be exchanged",
            "You multiplied with the filters on the right, which gives (outputs, O), and reshaped that to (O, OH, OW). "
            "A reshape moves no number: exchange the two axes first.",
            _filters_on_the_right,
        ),
        Misconception(
            "exchanges OH and OW",
            "You gave the outputs the shape (OW, OH). Columns of the matrix are counted along the rows of the image, "
            "so that OW changes fastest and comes last. On square images nothing shows it.",
            lambda columns, w, oh, ow: multiply(columns, w, ow, oh),
        ),
        Misconception(
            "flips the kernel",
            "You turned the kernel first. im2col writes down what tap (m, n) reads in row (m, n): nothing is flipped.",
            lambda columns, w, oh, ow: multiply(columns, w[:, :, ::-1, ::-1], oh, ow),
        ),
        Misconception(
            "puts the outputs last but one",
            "Your result has the filters as its last axis: (N, OH, OW, O), as channels-last frameworks have it. The "
            "task asks for (N, O, OH, OW).",
            lambda columns, w, oh, ow: np.moveaxis(multiply(columns, w, oh, ow), 1, -1),
        ),
    ),
    hints=(
        "Write the shapes down: (O, ?) times (?, OH * OW) gives (O, OH * OW). What is the question mark?",
        "`w.reshape(O, -1)` has one filter in each row, its weights in the order of the rows of `columns`.",
        "`w.reshape(O, -1) @ columns` works for the whole batch: `@` repeats the matrix for each sample.",
    ),
)
