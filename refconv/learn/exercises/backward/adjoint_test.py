"""The test of a gradient without finite differences: two inner products."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from refconv.learn.exercise import Exercise, Misconception, call
from refconv.learn.outcomes import Call
from refconv.ops.elements import Array

__all__ = ["EXERCISE", "correlate", "halved", "inner_product_gap", "its_adjoint", "moved", "not_turned"]

W = np.array([1, 2, 4])


def inner_product_gap(forward: Callable[..., Any], backward: Callable[..., Any], x: Array, dy: Array) -> Any:
    """Hold <dy, forward(x)> against <backward(dy), x>."""
    return (dy * forward(x)).sum() - (backward(dy) * x).sum()


def correlate(x: Array) -> Array:
    """Slide the kernel 1, 2, 4 over x."""
    return np.correlate(x, W, "valid")


def its_adjoint(dy: Array) -> Array:
    """Send dy back the way it came."""
    return np.convolve(dy, W)


def not_turned(dy: Array) -> Array:
    """Forget to turn the kernel round: its sum is right, and its places are wrong."""
    return np.convolve(dy, W[::-1])


def halved(dy: Array) -> Array:
    """Send back half of it."""
    return its_adjoint(dy) // 2


def moved(dy: Array) -> Array:
    """Send everything back one sample further on."""
    return np.roll(its_adjoint(dy), 1)


def _cases() -> list[Call]:
    rng = np.random.default_rng(12)
    return [
        call(correlate, backward, rng.integers(-9, 10, n), rng.integers(-9, 10, n - len(W) + 1))
        for n in (3, 4, 6)
        for backward in (its_adjoint, not_turned, halved, moved)
    ]


EXERCISE = Exercise(
    name="inner-product-test",
    chapter=3,
    title="Two inner products",
    task="`backward` is the adjoint of `forward` if the inner product of `dy` with `forward(x)` equals that of "
    "`backward(dy)` with `x`, whatever `x` and `dy` are. Write `inner_product_gap(forward, backward, x, dy)`: the "
    "first of them less the second, without rounding or absolute values.",
    right=inner_product_gap,
    cases=_cases,
    ask=call(correlate, its_adjoint, np.array([3, -1, 2, 5]), np.array([7, -4])),
    misconceptions=(
        Misconception(
            "compares sums",
            "You compared the sums of `forward(x)` and `backward(dy)`. They are sums of different things: even the "
            "right adjoint has no such equality.",
            lambda forward, backward, x, dy: forward(x).sum() - backward(dy).sum(),
        ),
        Misconception(
            "takes the adjoint for an inverse",
            "You asked whether `backward(forward(x))` is `x` again. The adjoint is no inverse: it sends things back "
            "to where they came from, and adds them up there.",
            lambda forward, backward, x, dy: np.abs(backward(forward(x)) - x).sum(),
        ),
        Misconception(
            "sends the outputs back, not dy",
            "You put `forward(x)` into `backward` and left `dy` out of the second product. `dy` is free, and both "
            "products have to contain it.",
            lambda forward, backward, x, dy: (dy * forward(x)).sum() - (backward(forward(x)) * x).sum(),
        ),
        Misconception(
            "tests with ones",
            "You left out `dy`, as if it were 1 everywhere. Errors that only change places then cancel: a test "
            "needs numbers that are all different.",
            lambda forward, backward, x, dy: forward(x).sum() - (backward(np.ones_like(dy)) * x).sum(),
        ),
        Misconception(
            "says whether, not how much",
            "You returned whether they differ. The task asks for the difference itself; how large it is and how it "
            "changes is what leads to the mistake.",
            lambda forward, backward, x, dy: inner_product_gap(forward, backward, x, dy) != 0,
        ),
        Misconception(
            "the second less the first",
            "You subtracted the other way round. The task asks for the product with `forward(x)` less the other.",
            lambda forward, backward, x, dy: -inner_product_gap(forward, backward, x, dy),
        ),
    ),
    hints=(
        "An inner product multiplies element by element and adds everything up: `(a * b).sum()`.",
        "The first product lives among the outputs, the second among the inputs.",
    ),
)
