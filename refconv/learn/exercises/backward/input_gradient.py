"""The gradient for the input, along one axis: what each sample gets back from its readers."""

from __future__ import annotations

import numpy as np

from refconv.learn.exercise import Exercise, Misconception, call
from refconv.learn.outcomes import Call
from refconv.ops.elements import Array

__all__ = ["EXERCISE", "input_gradient"]


def input_gradient(dy: Array, w: Array, n: int, s: int, lo: int) -> Array:
    """Send each output's gradient back to the samples that it read, weighted as they were."""
    dx = np.zeros(n, w.dtype)
    for i in range(len(dy)):
        for m in range(len(w)):
            q = i * s + m - lo
            if 0 <= q < n:
                dx[q] += dy[i] * w[m]
    return dx


def _last_window_wins(dy: Array, w: Array, n: int, s: int, lo: int) -> Array:
    dx = np.zeros(n, w.dtype)
    for i, m in np.ndindex(len(dy), len(w)):
        if 0 <= i * s + m - lo < n:
            dx[i * s + m - lo] = dy[i] * w[m]
    return dx


def _wraps(dy: Array, w: Array, n: int, s: int, lo: int) -> Array:
    dx = np.zeros(n, w.dtype)
    for i, m in np.ndindex(len(dy), len(w)):
        dx[(i * s + m - lo) % n] += dy[i] * w[m]
    return dx


def _what_was_read(dy: Array, w: Array, n: int, s: int, lo: int) -> Array:
    """Return no place for samples after the last window."""
    return input_gradient(dy, w, min((len(dy) - 1) * s + len(w) - lo, n), s, lo)


def _readers(dy: Array, w: Array, n: int, s: int, lo: int) -> Array:
    return np.maximum(input_gradient(np.ones_like(dy), np.ones_like(w), n, s, lo), 1)


def _cases() -> list[Call]:
    rng = np.random.default_rng(10)
    cases = []
    for n, k, s, lo, hi in [
        (2, 1, 1, 0, 0),
        (3, 2, 1, 0, 0),
        (4, 2, 2, 0, 0),
        (3, 2, 1, 1, 0),
        (4, 3, 1, 0, 2),
        (5, 2, 2, 0, 0),
        (5, 3, 2, 1, 1),
        (7, 2, 3, 0, 0),
        (7, 3, 2, 2, 1),
        (8, 4, 3, 1, 0),
    ]:
        outputs = (n + lo + hi - k) // s + 1
        cases.append(call(rng.integers(1, 10, outputs), rng.integers(1, 10, k), n, s, lo))
    return cases


EXERCISE = Exercise(
    name="input-gradient",
    chapter=3,
    title="The gradient for the input",
    task=r"The forward pass is $y_i = \sum_m x_{i s + m - lo}\; w_m$, in which samples outside of `x` count as 0. "
    "Write `input_gradient(dy, w, n, s, lo)`: given `dy`, the gradient of the loss for `y`, return the gradient for "
    "the `n` samples of `x`.",
    right=input_gradient,
    cases=_cases,
    ask=call(np.array([1, 10]), np.array([1, 2, 3]), 5, 2, 0),
    misconceptions=(
        Misconception(
            "does not turn the kernel round",
            "You slid the kernel over `dy` as the forward pass slides it over `x`. Going back, sample q hears of tap m "
            "from the output m steps before it: the kernel runs backwards.",
            lambda dy, w, n, s, lo: input_gradient(dy, w[::-1], n, s, lo),
        ),
        Misconception(
            "the last window wins",
            "You assigned where you should have added. A sample that several windows read gets a share from each.",
            _last_window_wins,
        ),
        Misconception(
            "ignores the stride",
            "You put output `i` back at sample `i`. Its window starts at `i * s`; between the outputs there are zeros.",
            lambda dy, w, n, s, lo: input_gradient(dy, w, n, 1, lo),
        ),
        Misconception(
            "forgets the samples that nobody read",
            "Your result ends with the last window. Samples after it have the gradient 0, and `dx` has the shape of "
            "`x` all the same.",
            _what_was_read,
        ),
        Misconception(
            "ignores the padding",
            "You left out `lo`: these are the gradients of the padded input, from its first zero on.",
            lambda dy, w, n, s, lo: input_gradient(dy, w, n, s, 0),
        ),
        Misconception(
            "padding comes in at the other end",
            "What belongs to the padding came in at the other end of `dx`: in Python dx[-1] is the last sample. "
            "Padding gets a gradient too, but nobody asks for it.",
            _wraps,
        ),
        Misconception(
            "averages over the readers",
            "You divided by the number of windows that read the sample. The gradient adds up all that it goes into.",
            lambda dy, w, n, s, lo: input_gradient(dy, w, n, s, lo) / _readers(dy, w, n, s, lo),
        ),
    ),
    hints=(
        "Go through the forward pass once more: `y[i]` got `w[m]` times which sample? Send `dy[i] * w[m]` back to it.",
        "Two loops, over i and m, and the same index as forward. What falls outside of 0 ... n - 1 is dropped.",
        "`q = i*s + m - lo`; where 0 <= q < n, `dx[q] += dy[i] * w[m]`.",
    ),
)
