"""Infinities and NaN go where the definition puts them, and nowhere else."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import refconv
from refconv.ops.engine import ROADS
from tests.draw import cases, draw_convolution, draw_transposed

SPECIAL = np.array([0.0, 1.0, -2.0, np.inf, -np.inf, np.nan])


def sprinkled(case, *shapes):
    """Small integers, and here and there a special value."""
    rng = np.random.default_rng(case.seed)
    for shape in shapes:
        a = rng.integers(-3, 4, shape).astype(float)
        where = rng.random(shape) < 0.1
        a[where] = rng.choice(SPECIAL, where.sum())
        yield a


@given(cases(draw_convolution, 2))
def test_convolution_and_gradients(case):
    x, w, dy = sprinkled(case, case.x_shape, case.w_shape, case.y_shape)
    y = refconv.conv2d(x, w, **case.options)
    assert np.array_equal(y, refconv.algorithms.conv2d(x, w, **case.options), equal_nan=True)
    want = refconv.algorithms.conv2d_backward(dy, x, w, **case.options)
    for got, exact in zip(refconv.conv2d_backward(dy, x, w, **case.options), want, strict=True):
        assert np.array_equal(got, exact, equal_nan=True)


@given(cases(draw_transposed, 1), st.integers(0, 9))
def test_an_infinite_input_reaches_only_the_outputs_of_its_taps(case, at):
    x, w = (np.ones(shape) for shape in (case.x_shape, case.w_shape))
    plain = refconv.conv_transpose1d(x, w, **case.options)
    x.flat[at % x.size] = np.inf
    y = refconv.conv_transpose1d(x, w, **case.options)
    assert not np.isnan(y).any()
    reached = refconv.conv_transpose1d((x == np.inf).astype(int), w.astype(int), **case.options) > 0
    assert (np.isinf(y) == reached).all()
    assert (y[~reached] == plain[~reached]).all()


def test_a_zero_of_the_padding_is_a_sample():
    x, w = np.ones((1, 1, 1)), np.array([[[np.inf, 1.0, 1.0]]])
    y = refconv.conv1d(x, w, padding=1)
    assert np.isnan(y).all()
    # but its gradient goes nowhere: dx has no product with the infinite tap
    dx = refconv.conv1d_backward(np.ones((1, 1, 1)), x, w, padding=1).dx
    assert dx.item() == 1


def test_half_precision_overflows_to_infinity_without_a_warning():
    x = np.full((1, 1, 2), 60000, np.float16)
    assert refconv.conv1d(x, np.ones((1, 1, 2), np.float16)).item() == np.inf
    assert refconv.conv1d_backward(x, x, np.ones((1, 1, 1), np.float16)).db.item() == np.inf
    assert refconv.algorithms.conv1d(x, np.ones((1, 1, 2), np.float16)).item() == np.inf


def test_folding_infinities_does_not_warn():
    dy = np.array([[[np.inf, -np.inf, 1.0]]])
    x, w = np.ones((1, 1, 1)), np.ones((1, 1, 1))
    gradients = refconv.conv1d_backward(dy, x, w, padding=1, padding_mode="replicate")
    assert all(np.isnan(g).all() for g in gradients)


def test_gradients_overflow_to_infinity_without_a_warning():
    big = np.full((1, 1, 3), 60000, np.float16)
    x, w = np.ones((1, 1, 1), np.float16), np.ones((1, 1, 1), np.float16)
    for mode in ("replicate", "circular"):
        assert refconv.conv1d_backward(big, x, w, padding=1, padding_mode=mode).dx.item() == np.inf
    peak = np.array([[[0, 0, 1, 0, 0]]], np.float16)
    assert refconv.max_pool1d_backward(big, peak, 3, stride=1).max() == np.inf
    assert np.isnan(refconv.max_pool1d_backward(np.array([[[np.inf, -np.inf, 0.0]]]), peak, 3, stride=1)[0, 0, 2])
    assert refconv.col2im(big, 1, 1, padding=1, padding_mode="replicate").item() == np.inf
    assert np.isnan(refconv.col2im(np.array([[[1.0, np.inf], [-np.inf, 1.0]]]), 3, 2)[0, 0, 1])


@pytest.mark.parametrize("special", [np.nan, np.inf, -np.inf])
def test_pooling(special):
    x = np.array([[[1.0, special, 3.0, 4.0, special, special]]])
    y = refconv.max_pool1d(x, 2)
    want = {np.inf: [np.inf, 4, np.inf], -np.inf: [1, 4, -np.inf]}.get(special, [np.nan, 4, np.nan])
    assert np.array_equal(y.ravel(), want, equal_nan=True)
    dx = refconv.max_pool1d_backward(np.array([[[1.0, 2.0, 3.0]]]), x, 2)
    first = 0.0 if special != -np.inf else 1.0
    assert dx.ravel().tolist() == [first, 1 - first, 0, 2, 3, 0]
    average = refconv.avg_pool1d(x, 2).ravel()
    assert average[1] == 3.5
    assert not np.isfinite(average[[0, 2]]).any()


def test_an_infinite_gradient_stays_in_its_window():
    dx = refconv.max_pool1d_backward(np.array([[[np.inf, 1.0]]]), np.array([[[2.0, 1.0, 5.0, 4.0]]]), 2)
    assert dx.ravel().tolist() == [np.inf, 0, 1, 0]
    dx = refconv.avg_pool1d_backward(np.array([[[np.inf, np.nan]]]), np.ones((1, 1, 5)), 2)
    assert np.array_equal(dx.ravel(), [np.inf, np.inf, np.nan, np.nan, 0], equal_nan=True)


@pytest.mark.parametrize("road", ROADS)
@pytest.mark.parametrize("name", ["float16", "bfloat16", "float32", "longdouble"])
def test_an_infinity_between_the_windows_does_not_reach_dw(road, name):
    dtype = pytest.importorskip("ml_dtypes").bfloat16 if name == "bfloat16" else np.dtype(name)
    x, w = np.ones((1, 2, 9, 9)), np.ones((2, 1, 3, 3))
    x[0, 0, 4, 5] = np.inf
    x, w, dy = x.astype(dtype), w.astype(dtype), np.ones((1, 2, 4, 4), dtype)
    with refconv.engine(road=road):
        dw = refconv.conv2d_backward(dy, x, w, groups=2, stride=2).dw.astype(float)
    assert np.array_equal(dw[0, 0], [[16, np.inf, 16], [16, 16, 16], [16, np.inf, 16]])
    assert (dw[1] == 16).all()


@pytest.mark.parametrize("road", ROADS)
def test_an_infinite_weight_meets_no_padding_in_dx_of_objects(road):
    dy, w = np.array([[[Fraction(1), Fraction(2)]]]), np.array([[[np.inf, 1.0]]])
    with refconv.engine(road=road):
        assert refconv.conv_transpose1d(dy, w).tolist() == [[[np.inf, np.inf, 2]]]
