"""Result types, accumulators, and what each number type promises."""

from __future__ import annotations

from fractions import Fraction

import ml_dtypes
import numpy as np
import pytest
import sympy
from hypothesis import given
from hypothesis import strategies as st

import refconv
from refconv.ops.dtypes import arithmetic_for
from refconv.ops.elements import conjugate
from tests import bounds, definition
from tests.draw import cases, draw_convolution, draw_transposed

BFLOAT16 = ml_dtypes.bfloat16
FLOATS = [np.float16, BFLOAT16, np.float32, np.float64, np.longdouble, np.complex64, np.complex128]


def names(dtype):
    return np.dtype(dtype).name


@pytest.mark.parametrize("dtype", FLOATS, ids=names)
@given(case=cases(draw_convolution, 2))
def test_floats_stay_within_the_bound_of_their_accumulator(dtype, case):
    x, w, b = (a.astype(dtype) for a in case.normals(case.x_shape, case.w_shape, case.w_shape[:1]))
    if np.dtype(dtype).kind == "c":
        x, w = x + dtype(1j) * x[..., ::-1], w - dtype(1j) * w[::-1]
    y = refconv.conv2d(x, w, b, **case.options)
    assert y.dtype == np.dtype(dtype)
    wide = np.clongdouble if np.dtype(dtype).kind == "c" else np.longdouble
    exact = definition.conv(x.astype(wide), w.astype(wide), b.astype(wide), **case.options).astype(wide)
    absolute = [np.abs(a.astype(wide)) for a in (x, w, b)]
    magnitude = definition.conv(*absolute, **case.options).astype(np.longdouble)
    half = np.dtype(dtype).itemsize == 2
    accumulator = np.float32 if half else dtype
    terms = w[0].size + 1
    bound = bounds.gamma(terms, accumulator) * magnitude
    if half:
        bound = bound + bounds.unit_roundoff(dtype) * (np.abs(exact) + bound)
    if dtype is np.longdouble:
        bound = 2 * bound  # the reference rounds in the same type
    assert (np.abs(y.astype(wide) - exact) <= bound).all()


@pytest.mark.parametrize("dtype", [np.float16, BFLOAT16], ids=names)
def test_half_precision_is_rounded_once(dtype):
    """2048 + 1 + ... + 1 is lost one by one in float16; summed in float32 it is exact."""
    x = np.ones((1, 1, 1024), dtype)
    x[..., 0] = 2048
    y = refconv.conv1d(x, np.ones((1, 1, 1024), dtype), np.ones(1, dtype))
    assert y.item() == np.float32(2048 + 1023 + 1).astype(dtype)
    dx, dw, db = refconv.conv1d_backward(x, np.ones_like(x), np.ones((1, 1, 1), dtype))
    assert {dx.dtype, dw.dtype, db.dtype} == {np.dtype(dtype)}
    assert dw.item() == db.item() == np.float32(2048 + 1023).astype(dtype)
    wide = refconv.conv_transpose1d(np.ones((1, 1025, 1), dtype), np.ones((1025, 1, 1), dtype), np.array([2048], dtype))
    assert wide.item() == np.float32(2048 + 1025).astype(dtype)
    average = refconv.avg_pool1d(x, 1024)
    assert average.item() == np.float32((2048 + 1023) / 1024).astype(dtype)


def test_half_precision_folds_its_gradient_before_rounding():
    dy = np.ones((1, 1, 3001), np.float16)
    w = np.ones((1, 1, 1), np.float16)
    x = np.ones((1, 1, 1), np.float16)
    dx = refconv.conv1d_backward(dy, x, w, padding=1500, padding_mode="replicate").dx
    assert dx.item() == np.float16(3001)


MIXED = [
    (np.float32, np.float64, np.float64),
    (np.float16, np.float32, np.float32),
    (BFLOAT16, np.float32, np.float32),
    (np.int64, np.float32, np.float64),
    (np.int8, np.float32, np.float32),
    (np.float32, np.complex64, np.complex64),
    (np.uint8, np.int8, np.int64),
    (np.uint64, np.int64, np.int64),
    (bool, bool, np.int64),
    (object, np.float64, object),
    (BFLOAT16, object, object),
    (">f8", ">f8", np.float64),
    (">f4", "<f4", np.float32),
    (">i4", ">i4", np.int64),
]


@pytest.mark.parametrize(("one", "other", "result"), MIXED, ids=lambda d: np.dtype(d).str)
def test_result_types(one, other, result):
    x, w = np.ones((1, 1, 4)).astype(one), np.ones((1, 1, 2)).astype(other)
    y = refconv.conv1d(x, w)
    assert y.dtype == np.dtype(result)
    assert y.dtype.isnative
    assert (y == 2).all()
    assert refconv.conv_transpose1d(x, w).dtype == np.dtype(result)
    gradients = refconv.conv1d_backward(y, x, w)
    assert [gradient.shape for gradient in gradients] == [x.shape, w.shape, (1,)]


def test_a_bias_takes_part_in_the_accumulator():
    x, w = np.ones((1, 1, 1), np.float32), np.ones((1, 1, 1), np.float32)
    assert refconv.conv1d(x, w, np.array([0.5])).dtype == np.float32
    assert refconv.conv1d(x, w, np.array([3])).item() == 4
    assert refconv.conv1d(x, w, [True]).item() == 2
    assert refconv.conv1d(np.ones((1, 1, 1), int), [[[1]]], np.array([2**62], np.uint64)).item() == 2**62 + 1


@given(case=cases(draw_convolution))
def test_complex_gradients_are_conjugated(case):
    """d<dy, y> for the real inner product: dx = conv^T(dy, conj w), dw = correlation with conj x."""
    parts = case.integers(*[case.x_shape] * 2, *[case.w_shape] * 2, *[case.y_shape] * 2)
    x, w, dy = (real + 1j * imaginary for real, imaginary in zip(parts[::2], parts[1::2], strict=True))
    got = refconv.conv_backward(dy, x, w, **case.options)
    want = definition.conv_backward(dy, np.conj(x), np.conj(w), **case.options)
    for one, other in zip(got, want, strict=True):
        assert one.dtype == np.complex128
        assert (one == other).all()
    # a real operand gets the real part
    real = refconv.conv_backward(dy, x.real, w, **case.options)
    assert real.dx.dtype == np.float64
    assert (real.dx == got.dx.real).all()
    real = refconv.conv_backward(dy, x, w.real, **case.options)
    assert real.dw.dtype == np.float64
    assert (real.dw == got.dw.real).all()


@given(case=cases(draw_transposed))
def test_complex_transposed(case):
    parts = case.integers(*[case.x_shape] * 2, *[case.w_shape] * 2, *[case.y_shape] * 2)
    x, w, dy = (real + 1j * imaginary for real, imaginary in zip(parts[::2], parts[1::2], strict=True))
    assert (refconv.conv_transpose(x, w, **case.options) == definition.conv_transpose(x, w, **case.options)).all()
    got = refconv.conv_transpose_backward(dy, x, w, **case.options)
    want = definition.conv_transpose_backward(dy, np.conj(x), np.conj(w), **case.options)
    for one, other in zip(got, want, strict=True):
        assert (one == other).all()
    real = refconv.conv_transpose_backward(dy, x.real, w.real, **case.options)
    assert real.dx.dtype == real.dw.dtype == np.float64


def test_longdouble_keeps_its_precision():
    tiny = np.longdouble(2) ** -60
    x = np.array([1, tiny], np.longdouble).reshape(1, 1, 2)
    y = refconv.conv1d(x, np.ones((1, 1, 2), np.longdouble))
    assert y.dtype == np.longdouble
    assert y.item() - 1 == tiny


@given(case=cases(draw_convolution, 2))
def test_fractions_are_exact(case):
    numerators = case.integers(case.x_shape, case.w_shape, case.y_shape)
    x, w, dy = (
        np.array([Fraction(int(n), 7 + i) for i, n in enumerate(a.ravel())], object).reshape(a.shape)
        for a in numerators
    )
    y = refconv.conv2d(x, w, **case.options)
    assert y.dtype == object
    assert (y == definition.conv(x, w, **case.options)).all()
    for got, want in zip(
        refconv.conv2d_backward(dy, x, w, **case.options),
        definition.conv_backward(dy, x, w, **case.options),
        strict=True,
    ):
        assert (got == want).all()


def test_a_convolution_of_symbols_prints_its_own_formula():
    x = np.array(sympy.symbols("x0:5")).reshape(1, 1, 5)
    w = np.array(sympy.symbols("w0:3")).reshape(1, 1, 3)
    y = refconv.conv1d(x, w, dilation=2)
    assert str(y.item()) == "w0*x0 + w1*x2 + w2*x4"
    padded = refconv.conv1d(x, w, padding="same")
    assert str(padded[0, 0, 0]) == "w1*x0 + w2*x1"
    dy = np.array([sympy.Symbol("g")], object).reshape(1, 1, 1)
    dx, dw, db = refconv.conv1d_backward(dy, x, w, dilation=2)
    assert [str(e) for e in dx.ravel()] == ["g*w0", "0", "g*w1", "0", "g*w2"]
    assert [str(e) for e in dw.ravel()] == ["g*x0", "g*x2", "g*x4"]
    assert str(db.item()) == "g"
    assert str(refconv.avg_pool1d(x, 5).item()) == "x0/5 + x1/5 + x2/5 + x3/5 + x4/5"


def test_object_arrays_of_complex_numbers_are_conjugated():
    a = np.array([1 + 2j, Fraction(1, 2), sympy.Symbol("z")], object)
    assert list(conjugate(a)) == [1 - 2j, Fraction(1, 2), sympy.Symbol("z")]
    x, w = np.array([[[2j]]], object), np.array([[[3 + 1j]]], object)
    dx, dw, _ = refconv.conv1d_backward(np.array([[[1]]], object), x, w)
    assert (dx.item(), dw.item()) == (3 - 1j, -2j)


@given(st.lists(st.integers(-3, 3), min_size=4, max_size=9))
def test_average_of_integers_is_float64_of_the_exact_sum(values):
    y = refconv.avg_pool1d(np.array(values).reshape(1, 1, -1), len(values))
    assert y.dtype == np.float64
    assert y.item() == sum(values) / len(values)
    back = refconv.avg_pool1d_backward(np.array([[[3]]]), np.array(values).reshape(1, 1, -1), len(values))
    assert (back == 3 / len(values)).all()


@pytest.mark.parametrize("dtype", [np.uint64, np.int8, np.uint8, bool])
def test_average_of_every_integer_type(dtype):
    x = np.array([1, 0, 1, 1]).astype(dtype).reshape(1, 1, 4)
    assert refconv.avg_pool1d(x, 2).tolist() == [[[0.5, 1.0]]]
    assert refconv.avg_pool1d_backward(x[..., :2], x, 2).tolist() == [[[0.5, 0.5, 0.0, 0.0]]]


def test_average_of_huge_integers_does_not_overflow():
    x = np.full((1, 1, 4), np.iinfo(np.uint64).max, np.uint64)
    assert refconv.avg_pool1d(x, 4).item() == 2.0**64


@pytest.mark.parametrize(
    "dtype", [np.float16, BFLOAT16, np.float32, np.uint8, np.int32, bool, np.longdouble], ids=names
)
def test_maximum_keeps_the_type(dtype):
    x = np.array([1, 0, 0, 1, 1, 0]).astype(dtype).reshape(1, 1, 6)
    y = refconv.max_pool1d(x, 2)
    assert y.dtype == np.dtype(dtype)
    assert list(y.ravel().astype(int)) == [1, 1, 1]
    dx = refconv.max_pool1d_backward(y, x, 2)
    assert dx.dtype == (np.int64 if np.dtype(dtype).kind in "biu" else np.dtype(dtype))
    assert list(dx.ravel().astype(int)) == [1, 0, 0, 1, 1, 0]


def test_average_in_float32_divides_in_float32():
    x = np.array([1, 0, 0], np.float32).reshape(1, 1, 3)
    assert refconv.avg_pool1d(x, 3).item() == np.float32(1) / np.float32(3)
    assert refconv.avg_pool1d_backward(np.ones((1, 1, 1), np.float32), x, 3).dtype == np.float32


def test_numpys_scalars_in_object_arrays_neither_wrap_nor_round():
    hundred = np.array([[[np.int8(100)] * 3]], dtype=object)
    assert refconv.conv1d(hundred, hundred).item() == 30000
    thirds = np.array([[[Fraction(1, 3)] * 3]], dtype=object)
    assert refconv.conv1d(hundred, thirds).item() == 100
    x = np.full((1, 1, 300), 1.01, BFLOAT16)
    assert refconv.conv1d(x, np.ones((1, 1, 300), object)).item() == pytest.approx(300 * float(x[0, 0, 0]), rel=1e-12)
    assert type(refconv.conv1d(np.array([[[np.bool_(True)]]], object), [[[1]]]).item()) is int


def test_col2im_adds_like_every_other_operation():
    assert refconv.col2im(np.full((1, 3, 3), 100, np.int8), 5, 3).tolist() == [[[100, 200, 300, 200, 100]]]
    assert refconv.col2im(np.ones((1, 3, 3), bool), 5, 3).tolist() == [[[1, 2, 3, 2, 1]]]
    with pytest.raises(refconv.IntegerOverflowError, match="col2im"):
        refconv.col2im(np.full((1, 3, 3), 2**62), 5, 3)
    with pytest.raises(refconv.IntegerOverflowError, match="col2im"):  # two windows, one sample shown three times over
        refconv.col2im(np.full((1, 1, 3), 2**62), 1, 1, padding=1, padding_mode="replicate")
    for dtype in (np.float16, BFLOAT16):
        columns = np.ones((1, 1, 3), dtype)
        columns[..., 1] = 2048
        x = refconv.col2im(columns, 1, 1, padding=1, padding_mode="replicate")
        assert x.dtype == np.dtype(dtype)
        assert x.item() == np.float32(2050).astype(dtype)


def test_a_complex_bias_is_never_cut():
    for dtype in (BFLOAT16, np.float16, np.float64):
        with pytest.raises(refconv.DTypeError, match="b is complex128"):
            refconv.conv1d(np.ones((1, 1, 2), dtype), np.ones((1, 1, 2), dtype), np.array([1 + 5j]))


def test_roads_keep_each_gradients_own_type():
    x, dy = np.array([[[2**60 + 1, 3]]]), np.array([[[5, 7]]])
    w = np.array([[[0.5]]])
    for algorithm in refconv.algorithms.ALGORITHMS:
        got = refconv.algorithms.conv1d_backward(dy, x, w, algorithm=algorithm)
        assert [g.dtype for g in got] == [np.float64, np.int64, np.int64]
        assert got.dw.item() == 5 * (2**60 + 1) + 21
        assert got.dx.tolist() == [[[2.5, 3.5]]]
        assert got.db.item() == 12


def test_average_of_large_integers_is_rounded_once():
    rng = np.random.default_rng(0)
    for _ in range(200):
        x = rng.integers(2**55, 2**60, (1, 1, 7))
        assert refconv.avg_pool1d(x, 7).item() == sum(x.ravel().tolist()) / 7


def test_the_bfloat16_maximum_knows_nan():
    x = np.array([1, np.nan, 3, 2], BFLOAT16).reshape(1, 1, 4)
    y = refconv.max_pool1d(x, 2).ravel().astype(float)
    assert np.isnan(y[0])
    assert y[1] == 3
    assert refconv.max_pool1d_backward(np.ones((1, 1, 2), BFLOAT16), x, 2).ravel().astype(int).tolist() == [0, 1, 1, 0]


def test_arithmetics_say_what_they_are():
    """The width bounds the tiles: what an element takes while it is multiplied."""
    widths = {np.float16: 4, BFLOAT16: 4, np.float32: 4, np.float64: 8, np.complex128: 16}
    for dtype, width in widths.items():
        arithmetic = arithmetic_for("op", 1, np.ones(1, dtype), np.ones(1, dtype))
        half = names(dtype) in ("float16", "bfloat16")
        assert (arithmetic.result, arithmetic.width) == (np.dtype(dtype), width)
        assert arithmetic.plain == arithmetic.accumulator == np.dtype(np.float32 if half else dtype)
    assert arithmetic_for("op", 1, np.ones(1, object), np.ones(1)).width == 8
