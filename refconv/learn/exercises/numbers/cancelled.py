"""Cancellation: the result is small, its error is not."""

from __future__ import annotations

from refconv.learn.exercise import Misconception, Question, call

__all__ = ["EXERCISE", "relative_error"]


def relative_error() -> float:
    """Take the bound n u S, and divide by the size of the result."""
    n, u, S, result = 9, 2.0**-24, 1000.0, 0.001
    return n * u * S / result


EXERCISE = Question(
    name="cancelled",
    chapter=10,
    title="A relative error after cancellation",
    task="An output is the sum of 9 products, kept in float32 ($u = 2^{-24}$). The sizes of the products add up to "
    "1000, but they cancel: the true result is 0.001. How large may the relative error of an honest kernel be, by the "
    "bound $n u S$? Three significant digits are enough.",
    right=relative_error,
    cases=lambda: [call()],
    misconceptions=(
        Misconception(
            "measures by the result",
            "You gave n u, as if the roundings were relative to the result. They are relative to the partial sums, "
            "which are a million times larger here.",
            9 * 2.0**-24,
        ),
        Misconception(
            "grants one rounding",
            "That is the relative error of a correctly rounded result. Honest kernels round at every addition.",
            2.0**-24,
        ),
        Misconception(
            "forgets the number of terms",
            "You took u S. There are nine additions, so nine times that.",
            2.0**-24 * 1000 / 0.001,
        ),
        Misconception(
            "gives the absolute error",
            "That is n u S, the error itself. The relative error is that divided by the size of the true result.",
            9 * 2.0**-24 * 1000,
        ),
        Misconception(
            "takes the spacing for the roundoff",
            "You took 2**-23, the spacing of float32 at 1. Rounding to nearest errs by half of it at most.",
            9 * 2.0**-23 * 1000 / 0.001,
        ),
    ),
    hints=(
        "How large may the error be, whatever the result?",
        "n u S, divided by 0.001. Let Python compute it: the answer may be a formula.",
    ),
)
