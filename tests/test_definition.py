"""Every operation equals the loops of the definition, exactly, on integers."""

from __future__ import annotations

from fractions import Fraction
from itertools import product

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import refconv
from tests import definition
from tests.draw import Case, cases, draw_convolution, draw_pooling, draw_transposed

ROADS = sorted(refconv.algorithms.ALGORITHMS)


def check_convolution(case: Case) -> None:
    x, w, b, dy = case.integers(case.x_shape, case.w_shape, case.w_shape[:1], case.y_shape)
    y = refconv.conv(x, w, b, **case.options)
    assert y.dtype == np.int64
    assert y.shape == case.y_shape
    assert (y == definition.conv(x, w, b, **case.options)).all()
    expected = definition.conv_backward(dy, x, w, **case.options)
    for name, got, want in zip(
        ("dx", "dw", "db"), refconv.conv_backward(dy, x, w, **case.options), expected, strict=True
    ):
        assert got.shape == want.shape, name
        assert (got == want).all(), name


def check_transposed(case: Case) -> None:
    x, w, b, dy = case.integers(case.x_shape, case.w_shape, case.y_shape[1:2], case.y_shape)
    y = refconv.conv_transpose(x, w, b, **case.options)
    assert y.shape == case.y_shape
    assert (y == definition.conv_transpose(x, w, b, **case.options)).all()
    expected = definition.conv_transpose_backward(dy, x, w, **case.options)
    for name, got, want in zip(
        ("dx", "dw", "db"), refconv.conv_transpose_backward(dy, x, w, **case.options), expected, strict=True
    ):
        assert got.shape == want.shape, name
        assert (got == want).all(), name


def check_depthwise(case: Case, multiplier: int = 2) -> None:
    options = {key: value for key, value in case.options.items() if key != "groups"}
    channels = case.x_shape[1]
    w_shape = (channels, multiplier, *case.w_shape[2:])
    y_shape = (case.x_shape[0], channels * multiplier, *case.y_shape[2:])
    x, w, b, dy = case.integers(case.x_shape, w_shape, y_shape[1:2], y_shape)
    grouped, groups = definition.depthwise(w)
    y = refconv.depthwise_conv(x, w, b, **options)
    assert (y == definition.conv(x, grouped, b, groups=groups, **options)).all()
    dx, dw, db = refconv.depthwise_conv_backward(dy, x, w, **options)
    want = definition.conv_backward(dy, x, grouped, groups=groups, **options)
    assert (dx == want[0]).all()
    assert dw.shape == w.shape
    assert (dw == want[1].reshape(w.shape)).all()
    assert (db == want[2]).all()


def check_separable(case: Case, multiplier: int = 2, filters: int = 2, *, biased: bool = True) -> None:
    options = {key: value for key, value in case.options.items() if key != "groups"}
    channels, ones = case.x_shape[1], (1,) * case.rank
    groups = case.options["groups"]  # of the pointwise step: super-separable
    middle = channels * multiplier
    x, w, p, b, c, dy = case.integers(
        case.x_shape,
        (channels, multiplier, *case.w_shape[2:]),
        (groups * filters, middle // groups, *ones),
        (middle,),
        (groups * filters,),
        (case.x_shape[0], groups * filters, *case.y_shape[2:]),
    )
    b, c = (b, c) if biased else (None, None)
    grouped, depth = definition.depthwise(w)
    z = definition.conv(x, grouped, b, groups=depth, **options)
    y = refconv.separable_conv(x, w, p, b, c, groups=groups, **options)
    assert (y == definition.conv(z, p, c, groups=groups)).all()
    got = refconv.separable_conv_backward(dy, x, w, p, b, groups=groups, **options)
    dz, dp, dc = definition.conv_backward(dy, z, p, groups=groups)
    dx, dw, db = definition.conv_backward(dz, x, grouped, groups=depth, **options)
    for name, one, other in zip(got._fields, got, (dx, dw.reshape(w.shape), dp, db, dc), strict=True):
        assert one.shape == other.shape, name
        assert (one == other).all(), name


def check_unfolding(case: Case) -> None:
    options = {key: value for key, value in case.options.items() if key != "groups"}
    x, w = case.integers(case.x_shape, (1, case.x_shape[1], *case.w_shape[2:]))
    columns = refconv.im2col(x, case.w_shape[2:], **options)
    y = (w.reshape(1, -1) @ columns).reshape(case.x_shape[0], 1, *case.y_shape[2:])
    assert (y == definition.conv(x, w, **options)).all()
    (u,) = case.integers(columns.shape)
    back = refconv.col2im(u, case.x_shape[2:], case.w_shape[2:], **options)
    assert back.shape == x.shape
    assert (u * columns).sum() == (back * x).sum()


def check_pooling(case: Case) -> None:
    (x,) = case.integers(case.x_shape, low=-3, high=3)  # few values: ties are common
    y = refconv.max_pool(x, **case.options)
    assert (y == definition.max_pool(x, **case.options)).all()
    (dy,) = case.integers(y.shape)
    dx = refconv.max_pool_backward(dy, x, **case.options)
    assert (dx == definition.max_pool_backward(dy, x, **case.options)).all()
    fractions, upstream = (np.vectorize(Fraction, otypes=[object])(a) for a in (x, dy))
    for include in (True, False):
        average = refconv.avg_pool(fractions, **case.options, count_include_pad=include)
        assert (average == definition.avg_pool(fractions, **case.options, count_include_pad=include)).all()
        spread = refconv.avg_pool_backward(upstream, fractions, **case.options, count_include_pad=include)
        want = definition.avg_pool_backward(upstream, fractions, **case.options, count_include_pad=include)
        assert (spread == want).all()


@given(cases(draw_convolution))
def test_convolution_and_gradients(case):
    check_convolution(case)


@given(cases(draw_transposed))
def test_transposed_and_gradients(case):
    check_transposed(case)


@given(cases(draw_pooling))
def test_pooling_and_gradients(case):
    check_pooling(case)


@given(cases(draw_convolution), st.integers(1, 3))
def test_depthwise_and_gradients(case, multiplier):
    check_depthwise(case, multiplier)


@given(cases(draw_convolution), st.integers(1, 2), st.integers(1, 2), st.booleans())
def test_separable_and_gradients(case, multiplier, filters, biased):
    check_separable(case, multiplier, filters, biased=biased)


@given(cases(draw_convolution), st.sampled_from(ROADS))
def test_every_road_equals_the_engine(case, algorithm):
    x, w, b, dy = case.integers(case.x_shape, case.w_shape, case.w_shape[:1], case.y_shape)
    y = refconv.algorithms.conv(x, w, b, algorithm=algorithm, **case.options)
    assert y.dtype == np.int64
    assert (y == refconv.conv(x, w, b, **case.options)).all()
    gradients = refconv.algorithms.conv_backward(dy, x, w, algorithm=algorithm, **case.options)
    for got, want in zip(gradients, refconv.conv_backward(dy, x, w, **case.options), strict=True):
        assert got.dtype == np.int64
        assert (got == want).all()


@given(cases(draw_convolution))
def test_im2col_holds_each_window_and_col2im_is_its_adjoint(case):
    check_unfolding(case)


@pytest.mark.parametrize("mode", ["zeros", "reflect", "replicate", "circular"])
def test_every_small_1d_convolution(mode):
    """The exhaustive twin: every n, k, s, d, lo, hi in small ranges that has an output."""
    rng = np.random.default_rng(20261121)
    seen = 0
    for n, k, s, d in product(range(1, 5), range(1, 4), range(1, 4), range(1, 4)):
        for lo, hi in product(range(-1, 4), repeat=2):
            if d * (k - 1) + 1 > n + lo + hi or (mode == "reflect" and max(lo, hi) >= n):
                continue
            out = (n + lo + hi - d * (k - 1) - 1) // s + 1
            options = {"stride": s, "padding": ((lo, hi),), "dilation": d, "padding_mode": mode}
            check_convolution(Case((1, 1, n), (1, 1, k), (1, 1, out), options, int(rng.integers(2**16))))
            seen += 1
    assert seen > 500


def test_every_small_1d_transposed_convolution():
    seen = 0
    for n, k, s, d in product(range(1, 4), range(1, 4), range(1, 4), range(1, 4)):
        for lo, hi, a in product(range(-1, 3), range(-1, 3), range(max(s, d))):
            out = (n - 1) * s + d * (k - 1) + 1 - lo - hi + a
            if out < 1:
                continue
            options = {"stride": s, "padding": ((lo, hi),), "dilation": d, "output_padding": a}
            check_transposed(Case((1, 1, n), (1, 1, k), (1, 1, out), options, seen))
            seen += 1
    assert seen > 2000


def small_1d():
    """Yield every n, k, s, d, lo, hi in small ranges that has an output, as a case of two channels."""
    for n, k, s, d in product(range(1, 5), range(1, 4), range(1, 3), range(1, 3)):
        for lo, hi in product(range(-1, 3), repeat=2):
            if d * (k - 1) + 1 <= n + lo + hi:
                out = (n + lo + hi - d * (k - 1) - 1) // s + 1
                options = {"stride": s, "padding": ((lo, hi),), "dilation": d, "groups": 2}
                yield Case((1, 2, n), (2, 1, k), (1, 2, out), options, n + 5 * k + 25 * (lo + 1))


def test_every_small_1d_depthwise_and_separable_convolution():
    for case in small_1d():
        check_depthwise(case)
        check_separable(case)


def test_every_small_1d_road_and_im2col():
    for case in small_1d():
        x, w = case.integers(case.x_shape, case.w_shape)
        want = refconv.conv(x, w, **case.options)
        for algorithm in ROADS:
            assert (refconv.algorithms.conv(x, w, algorithm=algorithm, **case.options) == want).all()
        check_unfolding(case)


def test_every_small_1d_pooling():
    seen = 0
    for n, k, s, d in product(range(1, 6), range(1, 4), range(1, 4), range(1, 3)):
        for lo, hi, ceil_mode in product(range(k // 2 + 1), range(k // 2 + 1), (False, True)):
            if d * (k - 1) + 1 > n + (0 if d > 1 else lo + hi):
                continue
            padding = (0, 0) if d > 1 else (lo, hi)
            options = {"kernel_size": k, "stride": s, "dilation": d, "padding": (padding,), "ceil_mode": ceil_mode}
            check_pooling(Case((1, 1, n), (), (), options, seen))
            seen += 1
    assert seen > 200
