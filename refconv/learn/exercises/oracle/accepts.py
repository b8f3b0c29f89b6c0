"""A tolerance that no honest float32 sum fails, and a TF32 one does."""

from __future__ import annotations

from math import fsum
from typing import Any

import numpy as np

from refconv.learn.exercise import Exercise, Misconception, call
from refconv.learn.outcomes import Call
from refconv.oracle.formats import FORMATS, round_to

__all__ = ["EXERCISE", "accepts"]


def accepts(y: float, x: Any, w: Any) -> bool:
    """Grant each of n roundings its share of the sum of sizes."""
    products = [a * b for a, b in zip(x, w, strict=True)]  # exact: 24 bits times 24 bits fit in float64
    allowed = len(products) * 2.0**-24 * sum(abs(each) for each in products)
    return bool(abs(y - fsum(products)) <= allowed)


def _error(y: float, x: Any, w: Any) -> tuple[float, float, float, int]:
    """Return the error, the size of the result, the sum of sizes and the number of terms."""
    products = [a * b for a, b in zip(x, w, strict=True)]
    true = fsum(products)
    return abs(y - true), abs(true), sum(map(abs, products)), len(products)


def _close(y: float, x: Any, w: Any, rtol: float, atol: float) -> bool:
    error, size, _, _ = _error(y, x, w)
    return error <= atol + rtol * size


def _bounded(y: float, x: Any, w: Any, factor: float, by_result: bool = False, terms: bool = True) -> bool:
    error, size, sizes, n = _error(y, x, w)
    return error <= factor * (n if terms else 1) * (size if by_result else sizes)


def _equal(y: float, x: Any, w: Any) -> bool:
    return bool(np.float32(y) == np.float32(fsum(a * b for a, b in zip(x, w, strict=True))))


def _summed(x: Any, w: Any) -> float:
    """Return what a float32 kernel gives that adds the products one by one, in order."""
    total = np.float32(0)
    for a, b in zip(x, w, strict=True):
        total = np.float32(float(total) + a * b)
    return float(total)


def _rough(x: Any, w: Any) -> float:
    """Return the same after the inputs were rounded to TF32."""
    return _summed(*(round_to(each, FORMATS["tf32"]).tolist() for each in (x, w)))


def _drawn(terms: int, scale: float, seed: int) -> tuple[list[float], list[float]]:
    rng = np.random.default_rng(seed)
    return list(rng.standard_normal(terms) * scale), list(rng.standard_normal(terms))


def _cases() -> list[Call]:
    data = (
        ([1 / 3], [1.0]),
        ([0.1, 1 / 3], [1 / 3, 1 / 3]),
        ([1000 / 3, 0.1, -1000 / 3], [1.0, 1.0, 1.0]),  # cancels
        ([1000 / 3, 0.1, -1000.0], [1.0, 1.0, 1 / 3]),
        ([1e-4 / 3, 1e-5], [1 / 3, 0.1]),  # tiny
        ([1e-7 / 3, 1e-8], [1 / 3, 0.1]),  # tinier
        ([1.0] + [2.0**-25] * 5, [1.0] * 6),  # each addition rounds to the same side
        ([1.0] + [2.0**-24] * 2 + [2.0**-30] * 6, [1.0] * 9),  # most of them by little
        _drawn(8, 1.0, 0),
        _drawn(8, 1e4, 1),
        _drawn(24, 1.0, 2),
    )
    calls = []
    for given in data:
        x, w = (np.array(each, np.float32).tolist() for each in given)
        results = [_summed(x, w), _summed(x[::-1], w[::-1])]
        if not accepts(_rough(x, w), x, w):  # sums that cancel may hide it
            results.append(_rough(x, w))
        calls += [call(y, x, w) for y in dict.fromkeys(results)]
    return calls


EXERCISE = Exercise(
    name="accepts",
    chapter=13,
    title="A tolerance that lets no honest kernel fail, and TF32 not pass",
    task="Write `accepts(y, x, w)`: whether `y` may be the sum of products of `x` and `w` as an honest float32 kernel "
    "computes it. x and w are lists of float32 numbers, and `y` is a number. An honest kernel keeps its sum in "
    "float32, in any order of summation. The other results that you are given come from a kernel that rounds its "
    "inputs to TF32 (11 significant bits) first: refuse them. Data come in all sizes, and they may cancel.",
    right=accepts,
    cases=_cases,
    ask=call(0.25, [0.5], [0.5]),
    misconceptions=(
        Misconception(
            "demands equality",
            "You asked for the correctly rounded result. An honest sum rounds at every addition, and what it rounds "
            "depends on the order.",
            _equal,
        ),
        Misconception(
            "repeats the sum",
            "You added up in float32 yourself, in order, and asked for the same. A kernel is free to add in another "
            "order, and then rounds something else.",
            lambda y, x, w: y == _summed(x, w),
        ),
        Misconception(
            "a relative tolerance of 1e-3",
            "You took rtol 1e-3 and atol 1e-7, as ONNX's node tests do. TF32 changes inputs by 1 part in 2048 at most: "
            "it passes.",
            lambda y, x, w: _close(y, x, w, 1e-3, 1e-7),
        ),
        Misconception(
            "takes torch.testing's numbers",
            "You took rtol 1.3e-6 and atol 1e-5. Small results pass whatever they are, and honest sums that cancel "
            "fail: neither number knows the data.",
            lambda y, x, w: _close(y, x, w, 1.3e-6, 1e-5),
        ),
        Misconception(
            "takes np.allclose as it is",
            "You took rtol 1e-5 and atol 1e-8, NumPy's defaults. Tiny results pass whatever they are, and honest sums "
            "that cancel fail.",
            lambda y, x, w: _close(y, x, w, 1e-5, 1e-8),
        ),
        Misconception(
            "measures by the result",
            "You allowed n roundings of the result. Where terms cancel, roundings are as large as the partial sums: "
            "take the sum of the products' sizes.",
            lambda y, x, w: _bounded(y, x, w, 2.0**-24, by_result=True),
        ),
        Misconception(
            "grants one rounding",
            "You allowed u times the sum of sizes, whatever the number of terms. Each addition rounds, and all may "
            "round to the same side.",
            lambda y, x, w: _bounded(y, x, w, 2.0**-24, terms=False),
        ),
        Misconception(
            "grants TF32's roundoff",
            "You took u = 2**-11, which is TF32's. The sums are kept in float32, whose u is 2**-24.",
            lambda y, x, w: _bounded(y, x, w, 2.0**-11),
        ),
    ),
    hints=(
        "What you allow must grow with the data, and must not shrink when they cancel.",
        "Chapter 10: n u S. Which u?",
        "`math.fsum` of the products in float64 is the truth: each is exact there.",
    ),
)
