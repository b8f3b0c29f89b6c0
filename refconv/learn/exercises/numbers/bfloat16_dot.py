"""Accumulate in a wider type, and round once."""

from __future__ import annotations

from typing import Any

import numpy as np

from refconv.learn.exercise import Exercise, Misconception, call
from refconv.learn.outcomes import Call
from refconv.oracle.formats import FORMATS, Format, round_to

__all__ = ["EXERCISE", "bfloat16_dot"]

DOUBLE, SINGLE, BRAIN = FORMATS["float64"], FORMATS["float32"], FORMATS["bfloat16"]


def bfloat16_dot(x: Any, w: Any) -> float:
    """Round the inputs, keep the sum in float32, and round the result once."""
    bfloat16, float32 = FORMATS["bfloat16"], FORMATS["float32"]
    x, w = round_to(x, bfloat16), round_to(w, bfloat16)
    total = 0.0
    for a, b in zip(x, w, strict=True):
        total = float(round_to(total + a * b, float32))
    return float(round_to(total, bfloat16))


def _dot(
    x: Any, w: Any, inputs: Format = BRAIN, product: Format = DOUBLE, total: Format = SINGLE, result: Format = BRAIN
) -> float:
    added = 0.0
    for a, b in zip(round_to(x, inputs), round_to(w, inputs), strict=True):
        added = float(round_to(added + float(round_to(a * b, product)), total))
    return float(round_to(added, result))


def _cut(x: Any, w: Any) -> float:
    bits = np.float32(_dot(x, w, result=SINGLE)).view(np.uint32) & np.uint32(0xFFFF0000)
    return float(bits.view(np.float32))


def _cases() -> list[Call]:
    given = (
        ([1.0], [1 + 2**-9]),
        ([1 + 2**-9, -1.0], [1.0, 1.0]),
        ([1 + 2**-7, -1.0], [1 + 2**-7, 1 + 2**-6]),
        ([1.0, 1.0], [1.0, 2**-7]),
        ([1 + 2**-7], [1 + 2**-7]),
        ([1.0, 1.0, 1.0], [1.0, 2**-8, 2**-8]),
        ([1.0, 1.0, 1.0], [256.0, 1.0, 1.0]),
        ([1 + 2**-7, 1.0], [1 + 2**-7, -1.0]),
        ([0.1, 0.2, 0.3], [1.0, 1.0, 1.0]),
        ([4096.0, 1.0, -4096.0], [4096.0, 1.0, 4096.0]),
        ([8192.0, 1.0, -8192.0, 1.0], [4096.0, 1.0, 4096.0, 1.0]),  # each order loses another part
        ([1.0] * 5, [3 * 2**-7, 1.0, 3 * 2**-9, 1.0, 2**-9]),
        ([0.3, -0.7, 0.11, 0.9, 1.3], [1.7, 0.9, -0.21, 0.33, 0.77]),
    )
    return [call(*each) for each in given]


EXERCISE = Exercise(
    name="bfloat16-dot",
    chapter=10,
    title="Inputs in bfloat16, the sum in float32",
    task="Write `bfloat16_dot(x, w)`: what a bfloat16 kernel gives for the sum of products of two lists of float64 "
    "numbers. It rounds the inputs to bfloat16. Then, in order, each product, exactly as it is, is added to a sum kept "
    'in float32: that addition is rounded. The result is rounded to bfloat16. Take `round_to(a, FORMATS["float32"])` '
    'and `FORMATS["bfloat16"]` of `refconv.oracle.formats`, and compute in float64 (Python\'s floats) otherwise.',
    right=bfloat16_dot,
    cases=_cases,
    ask=call([1.0, 1.0, 1.0], [256.0, 1.0, 1.0]),
    misconceptions=(
        Misconception(
            "keeps the sum in bfloat16",
            "You rounded the sum to bfloat16 after every addition. Then small terms are lost one by one, where "
            "together they would have counted. Sums are kept in float32 for that reason.",
            lambda x, w: _dot(x, w, total=BRAIN),
        ),
        Misconception(
            "rounds the products to bfloat16",
            "You rounded each product to bfloat16. A product of two 8-bit numbers has 16 bits at most, and float32 "
            "holds it exactly: nothing need be rounded.",
            lambda x, w: _dot(x, w, product=BRAIN),
        ),
        Misconception(
            "leaves the inputs as they are",
            "You multiplied the float64 numbers. The kernel is given bfloat16 arrays: what the inputs had beyond 8 "
            "bits is gone before the first product.",
            lambda x, w: _dot(x, w, inputs=DOUBLE),
        ),
        Misconception(
            "returns the float32 sum",
            "You left out the last rounding: the result is a bfloat16 number.",
            lambda x, w: _dot(x, w, result=SINGLE),
        ),
        Misconception(
            "never rounds the sum",
            "You added in float64. The kernel's sum is kept in float32, and rounded to it at every addition.",
            lambda x, w: _dot(x, w, total=DOUBLE),
        ),
        Misconception(
            "cuts off the lower half of float32",
            "You took the upper 16 bits of float32's 32. That gives a bfloat16 number, but the one nearer to zero, not "
            "the nearest.",
            _cut,
        ),
    ),
    hints=(
        "Three kinds of rounding: of the inputs, of every addition, and of the result.",
        'In the loop: `total = round_to(total + a * b, FORMATS["float32"])`.',
    ),
)
