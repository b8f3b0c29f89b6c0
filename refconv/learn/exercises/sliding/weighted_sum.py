"""The definition along one axis: a weighted sum for each window."""

from __future__ import annotations

import numpy as np

from refconv.learn.exercise import Exercise, Misconception, call
from refconv.learn.outcomes import Call
from refconv.ops.elements import Array

__all__ = ["EXERCISE", "weighted_sums"]


def weighted_sums(x: Array, w: Array, s: int = 1) -> Array:
    """Return one sum for each window that fits: tap m of window i reads x[i*s + m]."""
    n, k = len(x), len(w)
    starts = range(0, n - k + 1, s)
    return np.array([sum(x[start + m] * w[m] for m in range(k)) for start in starts])


def _one_per_start(x: Array, w: Array, s: int = 1) -> Array:
    return weighted_sums(np.append(x, np.zeros(len(w) - 1, x.dtype)), w, s)


def _stride_on_taps(x: Array, w: Array, s: int = 1) -> Array:
    starts = range(len(x) - s * (len(w) - 1))
    return np.array([sum(x[i + m * s] * w[m] for m in range(len(w))) for i in starts])


def _cases() -> list[Call]:
    rng = np.random.default_rng(1)
    sizes = [(n, k, s) for n in range(1, 8) for k in range(1, min(n, 4) + 1) for s in (1, 2, 3)]
    return [call(rng.integers(-9, 10, n), rng.integers(1, 10, k), s) for n, k, s in sizes]


EXERCISE = Exercise(
    name="weighted-sums",
    chapter=1,
    title="A sum for each window",
    task="Write `weighted_sums(x, w, s=1)` for two one-dimensional arrays, as an array or a list: "
    r"$y_i = \sum_m x_{i s + m}\, w_m$, for every window that lies wholly inside of `x`. The kernel is not flipped. "
    "`x` is at least as long as `w`.",
    right=weighted_sums,
    cases=_cases,
    ask=call(np.array([1, 2, 3, 4, 5]), np.array([1, 0, 2]), 2),
    misconceptions=(
        Misconception(
            "flips the kernel",
            "You met `w` back to front. That is convolution as mathematics defines it; in neural networks tap `m` "
            "meets the sample that lies `m` steps after the window's start.",
            lambda x, w, s=1: weighted_sums(x, w[::-1], s),
        ),
        Misconception(
            "moves by the kernel's size",
            "Your windows stand side by side. Where the next one starts is the stride's business: `s` samples on, "
            "whatever the kernel's size, so that windows may overlap or leave gaps.",
            lambda x, w, s=1: weighted_sums(x, w, len(w)),
        ),
        Misconception(
            "moves by one",
            "You took every window. With stride `s` window `i` starts at sample `i * s`.",
            lambda x, w, s=1: weighted_sums(x, w, 1),
        ),
        Misconception(
            "forgets the last window",
            "You stopped one start too early. The last window may start at sample n - k, and `range` leaves out its "
            "end: it has to be `range(n - k + 1)`.",
            lambda x, w, s=1: weighted_sums(x[:-1], w, s),
        ),
        Misconception(
            "counts windows that stick out",
            "You let a window start at every sample, and summed what was left of the last ones. Without padding, a "
            "window that sticks out is not computed.",
            _one_per_start,
        ),
        Misconception(
            "puts the stride between the taps",
            "You spread the taps of one window `s` apart. That is dilation. The stride is the way from one window to "
            "the next.",
            _stride_on_taps,
        ),
        Misconception(
            "thins out the input first",
            "You took every s-th sample of `x` and slid over those. A stride skips windows, not samples: inside of a "
            "window the taps read neighbours.",
            lambda x, w, s=1: weighted_sums(x[::s], w),
        ),
    ),
    hints=(
        "Two loops: one over the places where a window may start, one over the taps.",
        "The starts are 0, s, 2s, ... up to and including n - k.",
        "`range(0, n - k + 1, s)` counts the starts; tap m of the window at `start` reads `x[start + m]`.",
    ),
)
