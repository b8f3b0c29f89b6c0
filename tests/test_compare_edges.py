"""Verdicts at the edges of float64: where errors, bounds and magnitudes leave its range, and on careless arguments."""

from __future__ import annotations

import numpy as np
import pytest

from refconv.errors import ArgumentError, ArgumentTypeError, ShapeError
from refconv.oracle.compare import assert_conv, compare
from refconv.oracle.suites import suite
from refconv.oracle.truth import truth

ONE = np.ones((1, 1, 1))


@pytest.mark.parametrize("policy", ["worst_case", "probabilistic", "statistical", "exact"])
@pytest.mark.parametrize("y", [-1e308, 0.0, 1e200])
def test_an_error_that_no_float_holds_is_an_error(policy, y):
    true = truth("conv1d", 1e308 * ONE, ONE)
    assert not compare(y * ONE, true, precision="float64", policy=policy).passed
    assert compare(1e308 * ONE, true, precision="float64", policy=policy).passed


@pytest.mark.parametrize("wrong", [-np.inf, np.nan, 0.0])
def test_infinity_in_the_bias_excuses_nothing(wrong):
    true = truth("conv1d", np.ones((1, 1, 3), np.float32), np.float32(ONE), np.array([np.inf], np.float32))
    assert not compare(np.full((1, 1, 3), wrong, np.float32), true).passed
    assert compare(np.full((1, 1, 3), np.inf, np.float32), true).passed


def test_products_that_underflow_in_float64_are_granted_what_they_lose():
    true = truth("conv1d", 5e-324 * ONE, 1e-200 * ONE)
    assert compare(0 * ONE, true, precision="float64").passed
    rng = np.random.default_rng(0)
    x, w = rng.standard_normal((1, 50, 40)) * 1e-160, rng.standard_normal((1, 50, 1)) * 1e-160
    y = np.zeros((1, 1, 40))
    for k in range(50):
        y = y + x[:, k : k + 1] * w[0, k]
    assert compare(y, truth("conv1d", x, w), precision="float64").passed
    assert not compare(y + 1e-300, truth("conv1d", x, w), precision="float64").passed


def test_a_magnitude_beyond_float64_is_no_licence():
    true = truth("conv1d", [[[1e308, 1e308, -1e308]]], [[[1.0, 1.0, 1.0]]])
    assert true.value.item() == 1e308
    assert np.isinf(true.magnitude).all()
    assert not compare(0 * ONE, true, precision="float64").passed
    assert compare(1e308 * ONE, true, precision="float64").passed
    assert compare(np.inf * ONE, true, precision="float64").passed  # the first two terms may be added first


def test_the_same_for_a_sum_without_products():
    dy = np.full((1, 1, 3), 1e308)
    dy[0, 0, 2] = -1e308
    true = truth("conv1d", np.ones((1, 1, 3)), ONE, dy=dy, of="db")
    assert compare(np.array([1e308]), true, precision="float64").passed
    assert not compare(np.array([0.0]), true, precision="float64").passed


def test_integers_times_floats_are_judged_as_floats():
    image, w = np.ones((1, 1, 4), np.uint8), np.full((1, 1, 2), 0.5, np.float32)
    assert_conv(np.ones((1, 1, 3), np.float32), image, w)
    with pytest.raises(AssertionError, match="narrower than float64"):
        assert_conv(np.ones((1, 1, 3), np.float32), image, w.astype(np.float64))


@pytest.mark.parametrize("op", ["conv1d", "conv2d", "conv_transpose2d"])
@pytest.mark.parametrize("precision", ["int16", "int32"])
def test_one_sample_seen_by_all_of_the_batch_stays_in_its_room(op, precision):
    cases = [case for case in suite("default", op, precision=precision) if case.memory == "broadcast"]
    assert cases
    for case in cases:
        for of in ("y", "dx", "dw", "db"):
            assert np.abs(case.truth(of).value).max() < 2**31


def test_careless_arguments():
    true = truth("conv1d", ONE, ONE)
    with pytest.raises(ArgumentTypeError, match="must be a name"):
        compare(ONE, true, precision=np.float32)
    with pytest.raises(ArgumentTypeError, match="must be a Truth"):
        compare(ONE, ONE)
    with pytest.raises(ArgumentError, match="algorithm"):
        compare(ONE, true, policy="exact", algorithm="gauss")
    with pytest.raises(ShapeError, match="one to three axes"):
        assert_conv(1.0, 1.0, 1.0)
