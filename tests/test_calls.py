"""A call made before is not checked again; and nothing that is not such a call is ever taken for one."""

from __future__ import annotations

import gc
import weakref
from concurrent.futures import ThreadPoolExecutor
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given

import refconv
from refconv.ops import arguments, remembered
from refconv.ops.arguments import Options
from refconv.ops.remembered import KNOWN
from tests.draw import cases, draw_convolution

RNG = np.random.default_rng(0)
X, W, B = (RNG.integers(-9, 10, shape).astype(float) for shape in ((3, 3, 3, 3), (3, 3, 3, 3), (3,)))
ONES = (np.ones((1, 2, 5, 5)), np.ones((2, 2, 3, 3)))


@pytest.fixture(autouse=True)
def _nothing_known():
    KNOWN.clear()


def unremembered(check):
    return check.__wrapped__


def test_a_call_made_before_has_its_plan_and_its_own_arrays():
    first = arguments.convolution("conv2d", 2, X, W, B, Options(padding=1))
    again = arguments.convolution("conv2d", 2, X + 1, W + 1, B + 1, Options(padding=1))
    assert again.plan is first.plan
    assert len(KNOWN) == 1
    assert all((a == b).all() for a, b in zip((again.x, again.w, again.b), (X + 1, W + 1, B + 1), strict=True))


CALLS = {
    "conv2d": lambda x: refconv.conv2d(x, W, B, padding=1),
    "conv2d_backward": lambda x: refconv.conv2d_backward(x, x, W, padding=1).dw,
    "conv_transpose2d": lambda x: refconv.conv_transpose2d(x, W, B, stride=2, kernel_layout="HIWO"),
    "depthwise_conv2d": lambda x: refconv.depthwise_conv2d(x, W, np.arange(9), layout="CHNW", kernel_layout="HWCM"),
    "pointwise_conv2d": lambda x: refconv.pointwise_conv2d(x, W[:, :, :1, :1], B),
    "separable_conv2d": lambda x: refconv.separable_conv2d(x, W, np.ones((2, 9, 1, 1)), layout="NHWC"),
    "max_pool2d": lambda x: refconv.max_pool2d(x, 2, ceil_mode=True, layout="NHWC"),
    "avg_pool2d": lambda x: refconv.avg_pool2d(x, 2, ceil_mode=True, layout="HWNC"),
    "im2col": lambda x: refconv.im2col(x, 2, layout="HWNC"),
}


@pytest.mark.parametrize("name", CALLS)
def test_results_are_the_same_however_often_one_asks(name):
    call = CALLS[name]
    want = call(X + 1)
    KNOWN.clear()
    call(X)
    known = dict(KNOWN)
    assert known
    assert (call(X + 1) == want).all()
    assert known == KNOWN


@given(cases(draw_convolution))
def test_what_is_remembered_is_what_is_found(case):
    x, w, b = case.integers(case.x_shape, case.w_shape, case.w_shape[:1])
    asked = ("conv", None, x, w, b, Options(**case.options))
    found = unremembered(arguments.convolution)(*asked)
    for _ in range(2):
        call = arguments.convolution(*asked)
        assert (call.op, call.plan) == (found.op, found.plan)
        assert (call.x_layout, call.w_layout) == (found.x_layout, found.w_layout)
        for one, other in zip((call.x, call.w, call.b), (found.x, found.w, found.b), strict=True):
            assert (one == other).all()


def outcome(call):
    try:
        return call().tolist()
    except refconv.RefconvError as error:
        return type(error), str(error), error.fixes


LIKE_ONE = (1, True, 1.0, np.int64(1), np.float64(1), np.True_, Fraction(1), (1, 1), [1, 1], np.array([1, 1]))
LIKE_ONE += ((1, True), (1.0, 1), [np.int64(1), 1], ((1, 1), (1, 1)), ((1, True), 1), "1", "same", None, (1, None))


@pytest.mark.parametrize("name", ["stride", "padding", "dilation", "groups", "layout", "padding_mode"])
def test_what_equals_an_argument_is_not_taken_for_it(name):
    def asked(value):
        return outcome(lambda: refconv.conv2d(*ONES, **{name: value}))

    fresh = []
    for value in LIKE_ONE:
        KNOWN.clear()
        fresh.append(asked(value))
    KNOWN.clear()
    assert [asked(value) for value in LIKE_ONE] == fresh
    assert [asked(value) for value in reversed(LIKE_ONE)] == fresh[::-1]


@pytest.mark.parametrize("name", ["stride", "kernel_size", "padding", "ceil_mode"])
def test_nor_in_a_pooling(name):
    def asked(value):
        return outcome(lambda: refconv.avg_pool2d(ONES[0], **{"kernel_size": 2, "stride": 2, name: value}))

    values = (*LIKE_ONE, 0, False, 0.0)
    fresh = []
    for value in values:
        KNOWN.clear()
        fresh.append(asked(value))
    KNOWN.clear()
    assert [asked(value) for value in values] == fresh
    assert [asked(value) for value in reversed(values)] == fresh[::-1]


def test_an_array_that_says_how_is_read_each_time():
    size = np.array([1, 2])
    assert refconv.max_pool2d(X, size, stride=1).shape == (3, 3, 3, 2)
    size[:] = 3
    assert refconv.max_pool2d(X, size, stride=1).shape == (3, 3, 1, 1)
    stride = [1, 1]
    assert refconv.conv2d(*ONES, stride=stride).shape == (1, 2, 3, 3)
    stride[:] = 2, 2
    assert refconv.conv2d(*ONES, stride=stride).shape == (1, 2, 2, 2)


def test_lists_and_tuples_are_the_same_call():
    refconv.conv2d(*ONES, stride=(1, 1), padding=((1, 1), (0, 0)))
    refconv.conv2d(*ONES, stride=[1, 1], padding=[[1, 1], (0, 0)])
    assert len(KNOWN) == 1


def test_layouts_of_arrays_of_equal_shape_differ():
    wanted = refconv.conv2d(X, W, B, padding=1)
    assert (refconv.conv2d(X, W, B, padding=1, layout="NHWC") != wanted).any()
    assert (refconv.conv2d(X, W, B, padding=1, kernel_layout="HWIO") != wanted).any()
    assert (refconv.conv2d(X, W, B, padding=1) == wanted).all()
    moved = refconv.conv2d(X.transpose(0, 2, 3, 1), W, B, padding=1, layout="NHWC")
    assert (moved == wanted.transpose(0, 2, 3, 1)).all()


def test_checks_are_told_apart():
    asked = ("conv", 2, X, W, B, Options(kernel_layout="IO*"))
    for check in (arguments.convolution, arguments.transposed):
        assert check(*asked).plan == unremembered(check)(*asked).plan
    assert len(KNOWN) == 2


def test_operations_keep_their_names_and_demands():
    dy = np.ones((1, 1, 1, 1))
    for operation in (refconv.conv2d, refconv.conv2d_backward, refconv.conv, refconv.algorithms.conv2d_backward):
        op = operation.__name__
        backward = "backward" in op
        refconv.conv2d(*ONES)
        with pytest.raises(refconv.ShapeError, match=f"^{op}: "):
            operation(dy, *ONES) if backward else operation(ONES[0], dy)
    assert arguments.convolution("conv", None, *ONES, None, Options()).op == "conv"
    assert arguments.convolution("conv2d", 2, *ONES, None, Options()).op == "conv2d"
    with pytest.raises(refconv.ShapeError, match=r"^conv1d: x must have 3 axes"):
        refconv.conv1d(*ONES)
    for _ in range(2):
        with pytest.raises(refconv.ShapeError, match=r"^pointwise_conv2d: w must have kernel size 1"):
            refconv.pointwise_conv2d(*ONES)
    with pytest.raises(refconv.ShapeError, match=r"^conv2d: b must"):
        refconv.conv2d(X, W, B[:2])
    with pytest.raises(refconv.ShapeError, match=r"^separable_conv2d: b_depthwise must"):
        refconv.separable_conv2d(X, W[:, :1], W[:, :, :1, :1], B[:2])


def test_number_types_are_told_apart():
    refconv.conv2d(X, W, B)
    with pytest.raises(refconv.DTypeError, match="b is complex128"):
        refconv.conv2d(X, W, B * 1j)
    assert refconv.conv2d(X.astype(np.float32), W.astype(np.float32)).dtype == np.float32
    assert refconv.conv2d(X.astype(int), W.astype(int)).dtype == np.int64
    for _ in range(2):
        assert arguments.convolution("conv2d", 2, X.astype(">f8"), W, B, Options()).x.dtype.isnative
    with pytest.raises(refconv.DTypeError, match=r"^conv2d: x must be an array of numbers"):
        refconv.conv2d(X.astype(str), W)
    with pytest.raises(refconv.DTypeError, match=r"^conv2d: x is a masked array"):
        refconv.conv2d(np.ma.masked_less(X, 0), W)


def test_objects_are_looked_at_each_time():
    x, w = X.astype(int).astype(object), W.astype(int).astype(object)
    assert (refconv.conv2d(x, w) == refconv.conv2d(X, W)).all()
    x[0, 0, 0, 0] = None
    for _ in range(2):
        with pytest.raises(refconv.DTypeError, match=r"^conv2d: x must be an array of numbers, but an element is None"):
            refconv.conv2d(x, w)


def test_errors_are_not_remembered():
    asked = lambda: refconv.conv2d(*ONES, stride=0)  # noqa: E731
    assert outcome(asked) == outcome(asked)
    assert not KNOWN


def test_no_array_is_kept():
    x, w, b = X.copy(), W.copy(), B.copy()
    kept = [weakref.ref(array) for array in (x, w, b)]
    refconv.conv2d(x, w, b)
    refconv.max_pool2d(x, 2)
    del x, w, b
    gc.collect()
    assert KNOWN
    assert [ref() for ref in kept] == [None] * 3


def test_what_is_known_is_bounded(monkeypatch):
    monkeypatch.setattr(remembered, "MOST_KNOWN", 5)
    for size in range(3, 30):
        refconv.conv2d(np.ones((1, 1, size, size)), W[:1, :1])
        assert 1 <= len(KNOWN) <= 5


def test_threads_share_it(monkeypatch):
    monkeypatch.setattr(remembered, "MOST_KNOWN", 3)
    sizes = [3 + number % 7 for number in range(400)]
    with ThreadPoolExecutor(8) as pool:
        results = pool.map(lambda n: refconv.conv2d(np.ones((1, 1, n, n)), W[:1, :1], padding=1).shape, sizes)
        assert list(results) == [(1, 1, n, n) for n in sizes]
