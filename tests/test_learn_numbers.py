"""The exercises of chapter 10: what they hold to be right is what the oracle computes with."""

from __future__ import annotations

import ml_dtypes
import numpy as np
import pytest

from refconv.learn import exercise
from refconv.oracle.formats import Format, round_to
from refconv.oracle.precision import precision
from refconv.oracle.tolerance import worst_case_bound
from refconv.oracle.truth import truth


def cases(name):
    about = exercise(name)
    return [(about.right(*each.args), each.args) for each in about.cases()]


def test_rounding():
    for rounded, (a, p) in cases("round-to-bits"):
        assert rounded == round_to(a, Format("any", p, -1000, 1000))


def test_spacing():
    for spacing, (a, p) in cases("spacing"):
        if p == 24:
            assert spacing == np.spacing(np.float32(a))
        if p == 11 and a >= 2**-14:
            assert spacing == np.spacing(np.float16(a))


def test_stuck_sum():
    total = ml_dtypes.bfloat16(0)
    for _ in range(1000):
        total = ml_dtypes.bfloat16(total + ml_dtypes.bfloat16(1))
    assert exercise("stuck-sum").right() == float(total)


def test_bfloat16_dot():
    for y, (x, w) in cases("bfloat16-dot"):
        total = np.float32(0)
        for a, b in zip(
            *(np.array(each).astype(ml_dtypes.bfloat16).astype(np.float32) for each in (x, w)), strict=True
        ):
            total = total + a * b
        assert y == float(total.astype(ml_dtypes.bfloat16))


def test_bound():
    for bound, (x, w, b, p) in cases("error-bound"):
        if p == 24:
            factors = [np.array(each, np.float32).reshape(1, -1, 1) for each in (x, w)]
            true = truth("conv1d", *factors, None if b is None else np.float32([b]))
            assert bound == pytest.approx(worst_case_bound(true, precision("float32")).total.item())


def test_cancelled_grants_what_the_bound_grants():
    assert exercise("cancelled").right() * 0.001 == pytest.approx(9 * 2**-24 * 1000)


def test_exact_length():
    longest = exercise("exact-length").right()
    for length, exact in ((longest, True), (longest + 1, False)):
        total = length * 127 * 127
        assert (total <= 2**24) is exact
    assert np.float32(2**24) + np.float32(1) == 2**24
