"""A test that no known bug slips through."""

from __future__ import annotations

from typing import Any

import numpy as np

import refconv
from refconv.learn.exercise import Exercise, Misconception, call
from refconv.learn.exercises.oracle.kernels import KERNELS
from refconv.learn.outcomes import Call

__all__ = ["EXERCISE", "is_right"]


def is_right(conv2d: Any) -> bool:
    """Make one call in which everything differs that could be taken for something else."""
    rng = np.random.default_rng(0)
    x = rng.integers(-9, 10, (2, 4, 9, 12)).astype(float)
    w = rng.integers(-9, 10, (6, 2, 3, 2)).astype(float)
    b = rng.integers(-9, 10, 6).astype(float)
    how = ((2, 1), ((1, 2), (3, 0)), (2, 3), 2)  # stride, padding, dilation, groups
    y = conv2d(x, w, b, *how)
    return bool(np.array_equal(y, refconv.conv2d(x, w, b, *how)))


def _judged(conv2d: Any, close: Any = np.array_equal, **changed: Any) -> bool:
    rng = np.random.default_rng(1)
    x_shape, w_shape = changed.pop("shapes", ((2, 4, 9, 12), (6, 2, 3, 2)))
    x = rng.integers(-9, 10, x_shape).astype(float)
    w = rng.integers(-9, 10, w_shape).astype(float)
    b = rng.integers(1, 10, w_shape[0]).astype(float)
    given = {"x": x, "w": w, "b": b, "stride": (2, 1), "padding": ((1, 2), (3, 0)), "dilation": (2, 3), "groups": 2}
    given |= {name: make(given[name]) if callable(make) else make for name, make in changed.items()}
    return bool(close(conv2d(*given.values()), refconv.conv2d(*given.values())))


def _sums(y: Any, true: Any) -> bool:
    return bool(np.shape(y) == np.shape(true) and y.sum() == true.sum())


def _roughly(y: Any, true: Any) -> bool:
    return bool(np.shape(y) == np.shape(true) and np.allclose(y, true, rtol=1e-3))


def _cases() -> list[Call]:
    return [call(kernel) for kernel in KERNELS]


DEFAULTS = {"shapes": ((2, 4, 9, 12), (6, 4, 3, 2)), "stride": 1, "padding": 0, "dilation": 1, "groups": 1}
ALIKE = {"shapes": ((2, 4, 9, 9), (6, 2, 3, 3)), "stride": 2, "padding": 1, "dilation": 2}

EXERCISE = Exercise(
    name="is-right",
    chapter=13,
    title="Write the test that finds the bug",
    task="Write `is_right(conv2d)`: whether a kernel, which takes its arguments in the order of `refconv.conv2d(x, w, "
    "b, stride, padding, dilation, groups)`, computes the same. Choose x, w, b and the options so that no bug stays "
    "hidden. Your test is tried on right kernels, and on kernels with one bug each.",
    right=is_right,
    cases=_cases,
    ask=call(refconv.conv2d),
    misconceptions=(
        Misconception(
            "a kernel of ones",
            "With all weights alike, a flipped kernel is the same kernel. Take weights that all differ, or random "
            "ones.",
            lambda conv2d: _judged(conv2d, w=np.ones_like),
        ),
        Misconception(
            "compares sums",
            "You compared one number, the sum of all outputs. Right numbers in wrong places have the right sum: "
            "compare element by element.",
            lambda conv2d: _judged(conv2d, _sums),
        ),
        Misconception(
            "the same along both axes",
            "Your sizes, stride, dilation and padding are the same along H and W, and on both sides. Then nothing "
            "shows whether they were exchanged: let each number be another.",
            lambda conv2d: _judged(conv2d, **ALIKE),
        ),
        Misconception(
            "one channel and one group",
            "With one channel and one filter, mistakes about channels, groups and the order of filters are invisible. "
            "Take several per group, and two groups.",
            lambda conv2d: _judged(conv2d, shapes=((2, 1, 9, 12), (1, 1, 3, 2)), groups=1),
        ),
        Misconception(
            "options left at their defaults",
            "Your call has stride 1, no padding, dilation 1 and one group. A kernel that ignores these, or mixes them "
            "up, passes.",
            lambda conv2d: _judged(conv2d, **DEFAULTS),
        ),
        Misconception(
            "only x and w",
            "You called it with x and w alone. Whatever else a kernel can get wrong (bias, stride, padding, dilation, "
            "groups) went untested.",
            lambda conv2d: _judged(conv2d, b=None, **DEFAULTS),
        ),
        Misconception(
            "one sample in the batch",
            "With N = 1 nothing shows whether the second sample is computed from the second sample.",
            lambda conv2d: _judged(conv2d, shapes=((1, 4, 9, 12), (6, 2, 3, 2))),
        ),
        Misconception(
            "no bias",
            "You tested without a bias, or with one of zeros. A kernel that ignores it passes.",
            lambda conv2d: _judged(conv2d, b=np.zeros_like),
        ),
        Misconception(
            "a tolerance where none is needed",
            "You allowed a relative error of 1e-3. With small integers in x, w and b all sums are exact in floating "
            "point: compare with == and let nothing through.",
            lambda conv2d: _judged(conv2d, _roughly),
        ),
    ),
    hints=(
        "Two of everything: samples, groups, channels and filters in a group, and other numbers along H than along W.",
        "Padding that differs on all four sides: padding=((1, 2), (3, 0)).",
        "Draw small integers for x, w and b, and compare with np.array_equal.",
    ),
)
