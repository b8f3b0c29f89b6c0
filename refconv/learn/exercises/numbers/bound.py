"""The bound on the rounding error of a sum of products."""

from __future__ import annotations

from itertools import product
from typing import Any

import numpy as np

from refconv.learn.exercise import Exercise, Misconception, call
from refconv.learn.outcomes import Call

__all__ = ["EXERCISE", "error_bound"]


def error_bound(x: Any, w: Any, b: float | None, p: int) -> float:
    """Count the terms, add up their sizes, and multiply by the unit roundoff."""
    sizes = [abs(xi * wi) for xi, wi in zip(x, w, strict=True)]
    if b is not None:
        sizes.append(abs(b))
    return float(len(sizes) * 2.0**-p * sum(sizes))


def _terms(x: Any, w: Any, b: float | None) -> Any:
    products = np.multiply(x, w)
    return products if b is None else np.append(products, b)


def _without_bias(x: Any, w: Any, b: float | None, p: int) -> float:
    return error_bound(x, w, None, p)


def _bias_not_counted(x: Any, w: Any, b: float | None, p: int) -> float:
    return float(len(x) * 2.0**-p * np.abs(_terms(x, w, b)).sum())


def _cases() -> list[Call]:
    pairs = (
        ([1.0], [1.0]),
        ([1.0, 2.0], [3.0, -1.0]),
        ([5.0, -4.0, 3.0], [1.0, 2.0, 1.0]),
        ([2.0] * 6, [-1.0, 1.0] * 3),
    )
    return [call(x, w, b, p) for (x, w), b, p in product(pairs, (None, 2.0, -8.0), (3, 24))]


EXERCISE = Exercise(
    name="error-bound",
    chapter=10,
    title="How far off an honest kernel may be",
    task="Write `error_bound(x, w, b, p)` for one output of a convolution: $n u S$, with $n$ the number of terms that "
    "are added (the products, and the bias `b` unless it is `None`), $u$ the unit roundoff $2^{-p}$ of numbers of `p` "
    "significant bits, and $S$ the sum of the terms' sizes.",
    right=error_bound,
    cases=_cases,
    ask=call([5.0, -4.0], [1.0, 1.0], None, 24),
    misconceptions=(
        Misconception(
            "takes the size of the sum",
            "You took the size of the result for S. Terms that cancel in the result do not cancel in the roundings: "
            "add up the sizes, not the terms.",
            lambda x, w, b, p: float(len(_terms(x, w, b)) * 2.0**-p * abs(_terms(x, w, b).sum())),
        ),
        Misconception(
            "forgets the number of terms",
            "You granted one rounding. Every addition rounds, and a sum of n terms has n of them.",
            lambda x, w, b, p: float(2.0**-p * np.abs(_terms(x, w, b)).sum()),
        ),
        Misconception(
            "takes the root of the number of terms",
            "You took the square root of n. That is how errors grow on average, if they are independent. It is no "
            "bound: some data exceed it.",
            lambda x, w, b, p: float(len(_terms(x, w, b)) ** 0.5 * 2.0**-p * np.abs(_terms(x, w, b)).sum()),
        ),
        Misconception(
            "leaves the bias out",
            "You left out the bias. It is a term like the products: it adds its size to S, and an addition to n.",
            _without_bias,
        ),
        Misconception(
            "does not count the bias's addition",
            "You added the size of the bias, but not the addition that it takes: n is one more.",
            _bias_not_counted,
        ),
        Misconception(
            "takes the spacing for the roundoff",
            "You took 2 ** (1 - p), the spacing at 1 (NumPy calls it eps). Rounding to nearest errs by half of that at "
            "most.",
            lambda x, w, b, p: 2 * error_bound(x, w, b, p),
        ),
        Misconception(
            "multiplies the sums of sizes",
            "You multiplied the sum of |x| by the sum of |w|. Each product has one x and one w: multiply first, then "
            "add up.",
            lambda x, w, b, p: float(
                len(_terms(x, w, b)) * 2.0**-p * (np.abs(x).sum() * np.abs(w).sum() + abs(0 if b is None else b))
            ),
        ),
    ),
    hints=(
        "Make a list of the terms first: the products, and the bias if there is one.",
        "Then: its length, times 2**-p, times the sum of the sizes.",
    ),
)
