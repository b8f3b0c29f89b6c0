"""A gradient is checked by two inner products."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Any

import numpy as np

from refconv.learn.exercise import Exercise, Misconception, call
from refconv.learn.outcomes import Call

__all__ = ["EXERCISE", "is_adjoint"]


def is_adjoint(forward: Any, backward: Any, n: int, out: int) -> bool:
    """Weigh the outputs by dy, and the inputs by what comes back: both sums must agree."""
    rng = np.random.default_rng(0)
    x = rng.integers(-9, 10, n)
    dy = rng.integers(-9, 10, out)
    return bool(np.sum(dy * forward(x)) == np.sum(backward(dy) * x))


def _ones(forward: Any, backward: Any, n: int, out: int) -> bool:
    return bool(np.sum(forward(np.ones(n))) == np.sum(backward(np.ones(out))))


def _inverse(forward: Any, backward: Any, n: int, out: int) -> bool:
    x = np.arange(1.0, n + 1)
    return bool(np.array_equal(backward(forward(x)), x))


def _impulse(forward: Any, backward: Any, n: int, out: int) -> bool:
    return bool(forward(np.eye(n)[0])[0] == backward(np.eye(out)[0])[0])


def _forward_twice(forward: Any, backward: Any, n: int, out: int) -> bool:
    rng = np.random.default_rng(0)
    x, dy = rng.integers(-9, 10, n), rng.integers(-9, 10, out)
    return bool(np.sum(dy * forward(x)) == np.sum(forward(dy) * x))


def _shapes(forward: Any, backward: Any, n: int, out: int) -> bool:
    return bool(np.shape(backward(np.zeros(out))) == (n,))


def _matrix(n: int, w: list[float], s: int = 1, lo: int = 0) -> Any:
    k = len(w)
    out = (n + 2 * lo - k) // s + 1
    A = np.zeros((out, n))
    for i in range(out):
        for m in range(k):
            if 0 <= i * s + m - lo < n:
                A[i, i * s + m - lo] = w[m]
    return A


def _times(A: Any, name: str) -> Callable[[Any], Any]:
    def apply(x: Any) -> Any:
        return A @ np.asarray(x)

    apply.__name__ = name
    return apply


@cache
def _cases() -> list[Call]:
    def pair(A: Any, B: Any, forward: str, backward: str) -> Call:
        return call(_times(A, forward), _times(B, backward), A.shape[1], A.shape[0])

    plain, strided, same = _matrix(4, [1, 2, 4]), _matrix(7, [1, 2, 4], s=2, lo=1), _matrix(5, [1, 3, 1], lo=1)
    twice = np.eye(5)[::-1] * 2
    flipped = _matrix(4, [4, 2, 1])
    cut = strided.T.copy()
    cut[:, -1] = 0
    return [
        pair(twice, twice / 4, "doubles_and_reverses", "halves_and_reverses"),
        pair(plain, plain.T, "conv", "its_adjoint"),
        pair(plain, flipped.T, "conv", "with_the_kernel_flipped"),
        pair(plain, np.roll(plain.T, 1, axis=0), "conv", "shifted_by_one"),
        pair(plain, plain.T / 2, "conv", "divided_by_the_outputs"),
        pair(plain, -plain.T, "conv", "with_the_sign_turned"),
        pair(same, same.T, "symmetric_conv", "its_adjoint"),
        pair(same, np.roll(same.T, 1, axis=1), "symmetric_conv", "shifted_by_one"),
        pair(strided, strided.T, "conv_with_stride_2", "its_adjoint"),
        pair(strided, cut, "conv_with_stride_2", "without_the_last_window"),
        pair(strided, strided[:, ::-1].T, "conv_with_stride_2", "with_samples_reversed"),
    ]


EXERCISE = Exercise(
    name="is-adjoint",
    chapter=13,
    title="Check a gradient with two inner products",
    task="`forward(x)` is linear and makes `out` numbers of `n`; `backward(dy)` makes `n` of `out`. `backward` is the "
    "gradient of `forward`, its adjoint, exactly if $\\langle dy, forward(x) \\rangle = \\langle backward(dy), x "
    "\\rangle$ for all x and dy. Write `is_adjoint(forward, backward, n, out)`, which tries it. A single draw of x and "
    "dy is enough, if it is drawn well.",
    right=is_adjoint,
    cases=_cases,
    ask=call(np.negative, np.negative, 3, 3),
    misconceptions=(
        Misconception(
            "takes the adjoint for the inverse",
            "You asked whether backward undoes forward. The adjoint carries gradients back; it does not restore x, and "
            "where it does by chance, as for a shift, that is another matter.",
            _inverse,
        ),
        Misconception(
            "weighs everything by one",
            "You took ones for x and dy. Then both sides are the sum of all weights, and gradients that land in the "
            "wrong places pass.",
            _ones,
        ),
        Misconception(
            "looks at one entry",
            "You tried a single one in x and in dy, which compares one entry of the matrix. Random numbers in all "
            "places try all entries at once.",
            _impulse,
        ),
        Misconception(
            "calls forward on both sides",
            "You compared forward with itself, and so asked whether its matrix is symmetric. On the right side "
            "`backward` must stand.",
            _forward_twice,
        ),
        Misconception(
            "looks at the shape only",
            "You asked whether backward returns n numbers. Most wrong gradients have the right shape.",
            _shapes,
        ),
    ),
    hints=(
        "Draw x with n numbers and dy with out numbers. Integers keep both sides exact.",
        "np.sum(dy * forward(x)) == np.sum(backward(dy) * x).",
    ),
)
