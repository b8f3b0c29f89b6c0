"""Integers are exact at any size, and what does not fit in int64 raises."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import refconv
from refconv.ops.integers import ExactIntegers, exact_sum, fit, largest
from tests import definition
from tests.draw import cases, draw_convolution

INT64 = np.iinfo(np.int64)
wide = st.integers(-(2**63), 2**63 - 1) | st.integers(-(2**31), 2**31) | st.integers(-9, 9)


def fits(value):
    return INT64.min <= value <= INT64.max


@given(st.lists(wide, min_size=1, max_size=12), st.lists(wide, min_size=1, max_size=12))
def test_dot_products_of_any_size_are_exact_or_raise(x, w):
    taps = min(len(x), len(w))
    xs, ws = (np.array(v[:taps], np.int64).reshape(1, 1, taps) for v in (x, w))
    exact = sum(p * q for p, q in zip(x[:taps], w[:taps], strict=True))
    if fits(exact):
        assert refconv.conv1d(xs, ws).item() == exact
    else:
        with pytest.raises(refconv.IntegerOverflowError, match="int64"):
            refconv.conv1d(xs, ws)


@pytest.mark.parametrize("bits", [20, 26, 31, 40, 50, 62])
@given(case=cases(draw_convolution, 1))
def test_convolutions_of_wide_integers_are_exact_or_raise(bits, case):
    rng = np.random.default_rng(case.seed)
    x = rng.integers(-(2**bits), 2**bits, case.x_shape)
    w, dy = rng.integers(-(2 ** (62 - bits)), 2 ** (62 - bits) + 1, case.w_shape), rng.integers(-9, 10, case.y_shape)
    want = definition.conv(x, w, **case.options)
    gradients = definition.conv_backward(dy, x, w, **case.options)
    if all(map(fits, want.ravel())):
        assert (refconv.conv(x, w, **case.options) == want).all()
    else:
        with pytest.raises(refconv.IntegerOverflowError):
            refconv.conv(x, w, **case.options)
    if all(fits(value) for gradient in gradients for value in gradient.ravel()):
        for got, exact in zip(refconv.conv_backward(dy, x, w, **case.options), gradients, strict=True):
            assert (got == exact).all()
    else:
        with pytest.raises(refconv.IntegerOverflowError):
            refconv.conv_backward(dy, x, w, **case.options)


@pytest.mark.parametrize("dtype", [np.int8, np.uint8, np.int16, np.uint16, np.int32, np.uint32, np.int64, np.uint64])
def test_every_integer_type_at_its_ends(dtype):
    ends = np.array([np.iinfo(dtype).min, np.iinfo(dtype).max], dtype)
    for end in ends:
        x = np.array([end, end]).astype(dtype).reshape(1, 1, 2)
        for weight in (1, -1):
            exact = 2 * int(end) * weight
            w = np.full((1, 1, 2), weight)
            if fits(exact):
                assert refconv.conv1d(x, w).item() == exact
            else:
                with pytest.raises(refconv.IntegerOverflowError):
                    refconv.conv1d(x, w)


def test_wide_gradients_are_exact():
    """Odd numbers of 31 bits: their products end in bits that one float64 product would lose."""
    rng = np.random.default_rng(0)
    odd = lambda *shape: rng.integers(2**29, 2**30, shape) * 2 + 1  # noqa: E731
    x, w, dy = odd(1, 2, 4), odd(1, 2, 3), odd(1, 1, 2)
    for got, want in zip(refconv.conv1d_backward(dy, x, w), definition.conv_backward(dy, x, w), strict=True):
        assert (got == want).all()
    x, w = odd(1, 2, 1), odd(2, 1, 3)
    assert (refconv.conv_transpose1d(x, w) == definition.conv_transpose(x, w)).all()
    dy = odd(1, 1, 3)
    want = definition.conv_transpose_backward(dy, x, w)
    for got, exact in zip(refconv.conv_transpose1d_backward(dy, x, w), want, strict=True):
        assert (got == exact).all()
    assert refconv.col2im(odd(1, 2, 3) * 2**20, 4, 2).dtype == np.int64


def test_results_at_the_very_edge():
    x = np.array([[[2**62, 2**62 - 1]]])
    assert refconv.conv1d(x, [[[1, 1]]]).item() == 2**63 - 1
    assert refconv.conv1d(x, [[[1, 1]]], [-(2**63)]).item() == -1
    assert refconv.conv1d(-x, [[[1, 1]]], [-1]).item() == -(2**63)
    with pytest.raises(refconv.IntegerOverflowError, match=r"result = 9223372036854775808, but int64 ends at 9223372"):
        refconv.conv1d(x, [[[1, 1]]], [1])
    with pytest.raises(refconv.IntegerOverflowError, match=r"int64 ends at -9223372036854775808"):
        refconv.conv1d(-x, [[[1, 1]]], [-2])


def test_overflow_names_the_operation_and_its_fixes_work():
    x, w = np.full((1, 1, 2), 2**62), np.full((1, 1, 2), 4)
    with pytest.raises(refconv.IntegerOverflowError, match=r"conv1d: .*\n.*\n.*astype\(object\)"):
        refconv.conv1d(x, w)
    assert refconv.conv1d(x.astype(object), w).item() == 2**65
    assert refconv.conv1d(x.astype(float), w).item() == 2.0**65


def test_gradients_overflow_too():
    big = np.full((1, 1, 3), 2**62)
    with pytest.raises(refconv.IntegerOverflowError, match="conv1d_backward"):
        refconv.conv1d_backward(big, np.ones((1, 1, 3), int), np.full((1, 1, 1), 2))
    with pytest.raises(refconv.IntegerOverflowError):
        refconv.conv1d_backward(big, np.ones((1, 1, 3), int), np.ones((1, 1, 1), int))  # dw and db are sums of three
    with pytest.raises(refconv.IntegerOverflowError, match="max_pool1d_backward"):
        refconv.max_pool1d_backward(np.full((1, 1, 3), 2**62), np.array([[[0, 0, 9, 0, 0]]]), 3, stride=1)


def test_folded_gradients_are_bounded_before_they_can_wrap():
    """Replicate padding shows one sample five times: each product fits, their sum does not."""
    dy, x, w = np.full((1, 1, 5), 2**61), np.ones((1, 1, 1), int), np.ones((1, 1, 1), int)
    with pytest.raises(refconv.IntegerOverflowError):
        refconv.conv1d_backward(dy, x, w, padding=2, padding_mode="replicate")
    dy[..., :2] *= -1
    assert refconv.conv1d_backward(dy, x, w, padding=2, padding_mode="replicate").dx.item() == 2**61


def test_bounds_choose_the_road():
    one, two = np.array([2**26]), np.array([2**27])
    exact = ExactIntegers("op", 1, one, two)
    assert (exact.bits, exact.accumulator) == (64, np.int64)  # 2^53 exactly: one float64 product
    assert ExactIntegers("op", 2, one, two).bits == 25
    assert ExactIntegers("op", 1, np.array([2**62]), np.array([1])).accumulator == np.int64
    assert ExactIntegers("op", 2, np.array([2**62]), np.array([1])).accumulator == object
    assert ExactIntegers("op", 1, np.array([2**62]), np.array([1]), np.array([2**62 - 1])).accumulator == np.int64
    assert ExactIntegers("op", 1, np.array([2**62]), np.array([1]), np.array([2**62])).accumulator == object
    assert exact.width == 8
    assert ExactIntegers("op", 1, np.array([3]), np.array([4])).bits == 64
    assert ExactIntegers("op", 2, np.array([1]), np.array([2**60])).width == 8 * (1 + 3)


def test_largest_and_sums():
    assert largest(np.array([INT64.min, 5])) == 2**63
    assert largest(np.array([2**64 - 1], np.uint64)) == 2**64 - 1
    assert largest(np.zeros((0, 2), int)) == 0
    assert largest(np.array([-7, 3], np.int8)) == 7
    assert list(exact_sum("op", np.arange(6).reshape(3, 2), (0,))) == [6, 9]
    assert exact_sum("op", np.array([[2**62, 2**62, -1]]), (1,)).item() == 2**63 - 1
    assert exact_sum("op", np.array([[True, True]]), (1,)).item() == 2
    with pytest.raises(refconv.IntegerOverflowError, match=r"^op:"):
        exact_sum("op", np.array([[2**62, 2**62]]), (1,))
    assert fit("op", np.array([1, 2], object)).dtype == np.int64


def test_lists_of_ints_that_no_type_holds_stay_exact():
    """NumPy makes floats of 2**63 and a negative number side by side; refconv keeps Python's ints."""
    y = refconv.conv1d([[[2**63 + 1, -(2**62) - 1]]], [[[1]]])
    assert y.ravel().tolist() == [2**63 + 1, -(2**62) - 1]
    assert refconv.conv1d([[[0.5, 2**63]]], [[[1]]]).dtype == np.float64
    y = refconv.conv1d([[[np.uint64(2**63 - 1), np.int64(-1)]]], [[[1, 0]]])
    assert y.item() == 2**63 - 1


def test_sums_in_boxes_are_exact(monkeypatch):
    rng = np.random.default_rng(0)
    a = rng.integers(-(2**62), 2**62, (3, 4, 5))
    a[..., 1::2] = -a[..., :4:2] + rng.integers(-9, 10, (3, 4, 2))  # large, and they nearly cancel
    want = a.astype(object).sum(axis=(0, 2))
    assert all(map(fits, want))
    for most in (1, 7, 2**20):
        monkeypatch.setattr("refconv.ops.integers.SUMMED_AT_ONCE", most)
        assert (exact_sum("op", a, (0, 2)) == want).all()
        assert (exact_sum("op", a // 16, (0, 2)) == (a // 16).astype(object).sum(axis=(0, 2))).all()
        unsigned = np.array([[2**63, 2**62]], np.uint64)
        with pytest.raises(refconv.IntegerOverflowError):
            exact_sum("op", unsigned, (1,))
        assert exact_sum("op", np.array([[2**62, -(2**62)], [2**62, 2**62 - 1]]), (1,)).tolist() == [0, 2**63 - 1]
