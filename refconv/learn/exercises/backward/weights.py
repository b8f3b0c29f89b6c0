"""The gradient for the weights, along one axis, with stride and padding, over a batch."""

from __future__ import annotations

import numpy as np

from refconv.learn.exercise import Exercise, Misconception, call
from refconv.learn.outcomes import Call
from refconv.ops.elements import Array

__all__ = ["EXERCISE", "weight_gradient"]


def weight_gradient(dy: Array, x: Array, k: int, s: int, lo: int) -> Array:
    """Add up, for each tap, what it read times the gradient of the output that it read it for."""
    dw = np.zeros(k, x.dtype)
    for sample in range(len(x)):
        for i in range(dy.shape[1]):
            for m in range(k):
                q = i * s + m - lo
                if 0 <= q < x.shape[1]:
                    dw[m] += dy[sample, i] * x[sample, q]
    return dw


def _stride_on_taps(dy: Array, x: Array, k: int, s: int, lo: int) -> Array:
    padded = np.pad(x, ((0, 0), (lo, k * s + dy.shape[1])))
    return np.array([(dy * padded[:, m * s : m * s + dy.shape[1]]).sum() for m in range(k)])


def _wraps(dy: Array, x: Array, k: int, s: int, lo: int) -> Array:
    at = np.arange(dy.shape[1]) * s - lo
    return np.array([(dy * x[:, (at + m) % x.shape[1]]).sum() for m in range(k)])


def _as_many_as_fit(dy: Array, x: Array, k: int, s: int, lo: int) -> Array:
    """Slide dy, spread out by the stride, over all of x: too many taps where the stride left samples unread."""
    reach = (dy.shape[1] - 1) * s + 1
    return weight_gradient(dy, x, max(x.shape[1] + lo - reach + 1, k), s, lo)


def _cases() -> list[Call]:
    rng = np.random.default_rng(9)
    cases = []
    for batch, n, k, s, lo, hi in [
        (1, 2, 1, 1, 0, 0),
        (1, 3, 2, 1, 0, 0),
        (1, 4, 2, 2, 0, 0),
        (1, 3, 2, 1, 1, 0),
        (2, 3, 2, 1, 0, 1),
        (1, 5, 2, 2, 0, 0),
        (2, 5, 3, 2, 1, 1),
        (2, 6, 2, 3, 0, 0),
        (3, 7, 3, 3, 2, 0),
    ]:
        outputs = (n + lo + hi - k) // s + 1
        cases.append(call(rng.integers(1, 10, (batch, outputs)), rng.integers(1, 10, (batch, n)), k, s, lo))
    return cases


EXERCISE = Exercise(
    name="weight-gradient",
    chapter=3,
    title="The gradient for the weights",
    task=r"The forward pass is $y_{j,\,i} = \sum_m x_{j,\, i s + m - lo}\; w_m$, for `x` of the shape (N, n), in which "
    "samples outside of `x` count as 0. Write `weight_gradient(dy, x, k, s, lo)`: given `dy`, the gradient of the loss "
    "for `y`, of the shape (N, outputs), return the gradient for the `k` weights.",
    right=weight_gradient,
    cases=_cases,
    ask=call(np.array([[1, 10]]), np.array([[1, 2, 3, 4]]), 2, 2, 0),
    misconceptions=(
        Misconception(
            "puts the stride between the taps",
            "You multiplied the tap by the stride, and not the window. In the weights' gradient the outputs lie `s` "
            "apart: stride and dilation change places, so that `dy` is the kernel, dilated by `s`.",
            _stride_on_taps,
        ),
        Misconception(
            "ignores the stride",
            "You let window `i` start at sample `i`. It started at `i * s` in the forward pass, so it does here.",
            lambda dy, x, k, s, lo: weight_gradient(dy, x, k, 1, lo),
        ),
        Misconception(
            "ignores the padding",
            "You left out `lo`: your windows start too late. Tap m of window i read sample i*s + m - lo.",
            lambda dy, x, k, s, lo: weight_gradient(dy, x, k, s, 0),
        ),
        Misconception(
            "reads the padding at the other end",
            "Where a window reached out of `x` you multiplied by the sample at the other end. x[-1] is no error in "
            "Python; padding reads 0.",
            _wraps,
        ),
        Misconception(
            "averages over the batch",
            "You divided by the number of samples. They share the weights, so their gradients are added up; a mean, "
            "if the loss has one, is in `dy` already.",
            lambda dy, x, k, s, lo: weight_gradient(dy, x, k, s, lo) / len(x),
        ),
        Misconception(
            "the last sample only",
            "The gradient of the last sample overwrote the others. All samples share the weights: add up.",
            lambda dy, x, k, s, lo: weight_gradient(dy[-1:], x[-1:], k, s, lo),
        ),
        Misconception(
            "flips the result",
            "Your gradient is reversed: tap m has what belongs to tap k - 1 - m. Only the gradient for the input turns "
            "the kernel round.",
            lambda dy, x, k, s, lo: weight_gradient(dy, x, k, s, lo)[::-1],
        ),
        Misconception(
            "one weight for each place that fits",
            "You slid `dy` over all of `x`, and got more weights than there are. Where the stride leaves samples at "
            "the end unread, the result has to be cut to `k`.",
            _as_many_as_fit,
        ),
    ),
    hints=(
        "Which products in the sum contain `w[m]`? Each gives its other factor, times `dy` of its output.",
        "`dw[m]` is the sum over samples and outputs of `dy[j, i] * x[j, i*s + m - lo]`.",
        "Pad `x` with zeros; then `padded[:, m : m + (outputs - 1) * s + 1 : s]` is what tap m read.",
    ),
)
