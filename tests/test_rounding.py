"""Measured precision: kernels that round in a known way are told apart."""

from __future__ import annotations

import numpy as np
import pytest

import refconv
from refconv.oracle.calling import attempt
from refconv.oracle.formats import FORMATS, round_to
from refconv.oracle.rounding import Rounding, measure_rounding


def kernel(op, *, inputs=None, accumulator=None, output=None, toward=None):
    """Return a kernel that rounds its inputs, its sums or its result to a format, or its result in a direction."""
    forward = getattr(refconv, op)

    def rounded(x, w):
        wide = [a.astype(np.float64) for a in (x, w)]
        if inputs:
            wide = [round_to(a, FORMATS[inputs]) for a in wide]
        if accumulator:
            y = np.zeros(forward(x, w).shape)
            for c in range(x.shape[1]):
                term = forward(wide[0][:, c : c + 1], wide[1][:, c : c + 1])
                y = round_to(y + round_to(term, FORMATS[accumulator]), FORMATS[accumulator])
        else:
            y = forward(*wide)
        if toward is not None:
            nearest = y.astype(np.float32)
            away = toward(nearest.astype(np.float64), y)
            y = np.where(away, np.nextafter(nearest, np.float32(0) * nearest), nearest)
        if output:
            y = round_to(y, FORMATS[output])
        return y.astype(x.dtype)

    return rounded


def measured(fn, op="conv2d", precision="float32"):
    def call(case, arrays):
        return attempt(lambda: fn(arrays.x, arrays.w), ("y",), arrays)

    return measure_rounding(call, op, precision)


@pytest.mark.parametrize(
    "op", ["conv1d", "conv2d", "conv3d", "conv_transpose2d", "depthwise_conv2d", "pointwise_conv1d"]
)
@pytest.mark.parametrize(
    ("precision", "bits"), [("float64", (53,) * 4), ("float32", (24,) * 4), ("float16", (11, 11, 24, 11))]
)
def test_refconv_keeps_all_that_its_types_hold(op, precision, bits):
    assert measured(getattr(refconv, op), op, precision) == Rounding(*bits)


@pytest.mark.parametrize(
    ("how", "expected"),
    [
        (dict(inputs="tf32"), Rounding(11, 11, 24, 24)),
        (dict(inputs="bfloat16"), Rounding(8, 8, 24, 24)),
        (dict(inputs="float16"), Rounding(11, 11, 24, 24, narrow_range=True)),
        (dict(output="bfloat16"), Rounding(24, 24, 24, 8)),
        (dict(accumulator="float32"), Rounding(24, 24, 24, 24)),
        (dict(toward=lambda r, y: np.abs(r) > np.abs(y)), Rounding(24, 24, 24, 24, "toward zero")),
    ],
)
def test_each_way_of_rounding_is_told_from_the_others(how, expected):
    assert measured(kernel("conv2d", **how)) == expected


def test_a_short_accumulator_hides_what_else_is_rounded():
    found = measured(kernel("conv2d", accumulator="float16"))
    assert found.accumulator == 11
    assert measured(kernel("conv2d", accumulator="float16"), precision="float16").accumulator == 11


def test_what_cannot_be_measured_is_not_guessed():
    assert measured(lambda x, w: x * np.nan) is None
    assert measured(lambda x, w: 1 / 0) is None
    assert measured(lambda x, w: x, precision="int8") is None
