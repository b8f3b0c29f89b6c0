"""Any order of axes gives the same numbers in that order, contiguous in the caller's memory."""

from __future__ import annotations

import inspect
from itertools import permutations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import refconv
from refconv.arithmetic import Axis, Cost, Geometry, Layer, ReceptiveField
from refconv.arithmetic.per_axis import letters
from refconv.ops.layouts import Layout, parse
from refconv.ops.ranks import Ranked
from tests.draw import cases, draw_convolution, draw_transposed


def to(a, canonical, layout):
    return a.transpose([canonical.index(letter) for letter in layout])


def back(a, canonical, layout):
    return a.transpose([layout.index(letter) for letter in canonical])


orders = st.randoms(use_true_random=False)


def shuffled(random, text):
    return "".join(random.sample(text, len(text)))


@given(cases(draw_convolution), orders)
def test_convolution_in_any_layout(case, random):
    axes = letters(case.rank)
    layout, kernel_layout = shuffled(random, "NC" + axes), shuffled(random, "OI" + axes)
    x, w, b, dy = case.integers(case.x_shape, case.w_shape, case.w_shape[:1], case.y_shape)
    kw = {**case.options, "layout": layout, "kernel_layout": kernel_layout}
    xs, ws, dys = to(x, "NC" + axes, layout), to(w, "OI" + axes, kernel_layout), to(dy, "NC" + axes, layout)
    y = refconv.conv(xs, ws, b, **kw)
    assert (back(y, "NC" + axes, layout) == refconv.conv(x, w, b, **case.options)).all()
    dx, dw, db = refconv.conv_backward(dys, xs, ws, **kw)
    want = refconv.conv_backward(dy, x, w, **case.options)
    assert (back(dx, "NC" + axes, layout) == want.dx).all()
    assert (back(dw, "OI" + axes, kernel_layout) == want.dw).all()
    assert (db == want.db).all()
    for result in (y, dx, dw, db):
        assert result.flags.c_contiguous
        assert result.flags.writeable


@given(cases(draw_transposed), orders)
def test_transposed_convolution_in_any_layout(case, random):
    axes = letters(case.rank)
    layout, kernel_layout = shuffled(random, "NC" + axes), shuffled(random, "IO" + axes)
    x, w, dy = case.integers(case.x_shape, case.w_shape, case.y_shape)
    kw = {**case.options, "layout": layout, "kernel_layout": kernel_layout}
    xs, ws, dys = to(x, "NC" + axes, layout), to(w, "IO" + axes, kernel_layout), to(dy, "NC" + axes, layout)
    y = refconv.conv_transpose(xs, ws, **kw)
    assert (back(y, "NC" + axes, layout) == refconv.conv_transpose(x, w, **case.options)).all()
    got, want = (
        refconv.conv_transpose_backward(dys, xs, ws, **kw),
        refconv.conv_transpose_backward(dy, x, w, **case.options),
    )
    assert (back(got.dx, "NC" + axes, layout) == want.dx).all()
    assert (back(got.dw, "IO" + axes, kernel_layout) == want.dw).all()


@pytest.mark.parametrize("kernel_layout", ["".join(p) for p in permutations("CMHW")])
def test_separable_in_tensorflows_words(kernel_layout):
    rng = np.random.default_rng(0)
    x, w, p = rng.integers(-9, 10, (2, 3, 5, 6)), rng.integers(-9, 10, (3, 2, 2, 3)), rng.integers(-9, 10, (4, 6, 1, 1))
    plain = refconv.separable_conv2d(x, w, p, padding="same", dilation=2)
    xs, ws, ps = to(x, "NCHW", "NHWC"), to(w, "CMHW", kernel_layout), to(p, "OIHW", "HWIO")
    kw = {"padding": "same", "dilation": 2, "layout": "NHWC", "kernel_layout": kernel_layout}
    y = refconv.separable_conv2d(xs, ws, ps, pointwise_layout="HWIO", **kw)
    assert (y == to(plain, "NCHW", "NHWC")).all()
    got = refconv.separable_conv2d_backward(y, xs, ws, ps, pointwise_layout="HWIO", **kw)
    want = refconv.separable_conv2d_backward(plain, x, w, p, padding="same", dilation=2)
    assert (got.dx == to(want.dx, "NCHW", "NHWC")).all()
    assert (got.dw_depthwise == to(want.dw_depthwise, "CMHW", kernel_layout)).all()
    assert (got.dw_pointwise == to(want.dw_pointwise, "OIHW", "HWIO")).all()
    z = refconv.depthwise_conv2d(xs, ws, **kw)
    assert (z == to(refconv.depthwise_conv2d(x, w, padding="same", dilation=2), "NCHW", "NHWC")).all()
    for result in (y, z, *got):
        assert result.flags.c_contiguous


@pytest.mark.parametrize("name", ["max_pool2d", "avg_pool2d"])
def test_pooling_and_unfolding_in_any_layout(name):
    x = np.random.default_rng(0).integers(-9, 10, (2, 3, 5, 6)).astype(float)
    xs = to(x, "NCHW", "WNCH")
    pool, backward = getattr(refconv, name), getattr(refconv, name + "_backward")
    kw = {"kernel_size": (2, 3), "stride": (1, 2)}
    y = pool(xs, layout="WNCH", **kw)
    assert (y == to(pool(x, **kw), "NCHW", "WNCH")).all()
    assert (backward(y, xs, layout="WNCH", **kw) == to(backward(pool(x, **kw), x, **kw), "NCHW", "WNCH")).all()
    columns = refconv.im2col(xs, (2, 3), layout="WNCH")
    assert (columns == refconv.im2col(x, (2, 3))).all()
    folded = refconv.col2im(columns, (5, 6), (2, 3), layout="WNCH")
    assert (folded == to(refconv.col2im(columns, (5, 6), (2, 3)), "NCHW", "WNCH")).all()
    assert y.flags.c_contiguous
    assert folded.flags.c_contiguous


def test_many_axes_have_names_and_a_default_order():
    assert [letters(rank) for rank in range(1, 7)] == ["W", "HW", "DHW", "ADHW", "ABDHW", "ABEDHW"]
    assert len(set(letters(21))) == 21
    for rank in (0, 22):
        with pytest.raises(refconv.ShapeError, match=f"{rank} spatial axes are not 1 to 21"):
            letters(rank)
    x, w = np.ones((1, 2, 3, 3, 3, 3)), np.ones((1, 2, 2, 2, 2, 2))
    assert refconv.conv(x, w).shape == (1, 1, 2, 2, 2, 2)
    moved = refconv.conv(to(x, "NCADHW", "NADHWC"), w, layout="NADHWC")
    assert moved.shape == (1, 2, 2, 2, 2, 1)


def test_a_layout_knows_its_shapes():
    layout = parse("op", "layout", "HWCN", "NCHW")
    assert layout == Layout("HWCN", "NCHW")
    assert layout.shape((2, 3, 4, 5)) == (4, 5, 3, 2)
    assert layout.empty((2, 3, 4, 5), float).shape == (2, 3, 4, 5)
    assert layout.shown == "(H, W, C, N)"
    assert layout.own == parse("op", "layout", "NCHW", "NCHW")


def test_records_hold_nothing_but_their_fields():
    for record in (
        Layout("NCW", "NCW"),
        Axis(3, 3),
        Geometry(1, 1, 1, ()),
        Layer(3),
        ReceptiveField(),
        Cost(1, 1),
        Ranked("conv{}", 1),
    ):
        assert not hasattr(record, "__dict__")
        with pytest.raises(AttributeError):
            setattr(record, next(iter(record.__dataclass_fields__)), 0)


def test_a_star_stands_for_the_axes_in_any_rank():
    assert parse("op", "layout", "N*C", "NCDHW").letters == "NDHWC"
    assert parse("op", "layout", "*IO", "OIW").letters == "WIO"
    x, w = np.ones((1, 4, 5, 6, 2)), np.ones((2, 2, 2, 2, 3))
    assert refconv.conv(x, w, layout="N*C", kernel_layout="*IO").shape == (1, 3, 4, 5, 3)
    for wrong in ("N*", "NC**", "*", None, ""):
        with pytest.raises(refconv.ArgumentError, match="is not an order of the 4 letters N, C, H, W"):
            refconv.conv2d(np.ones((1, 1, 3, 3)), np.ones((1, 1, 2, 2)), layout=wrong)


def test_signatures_spell_the_default_layout_out():
    defaults = lambda f: {k: p.default for k, p in inspect.signature(f).parameters.items() if "layout" in k}  # noqa: E731
    assert defaults(refconv.conv2d) == {"layout": "NCHW", "kernel_layout": "OIHW"}
    assert defaults(refconv.conv1d_backward) == {"layout": "NCW", "kernel_layout": "OIW"}
    assert defaults(refconv.conv_transpose3d) == {"layout": "NCDHW", "kernel_layout": "IODHW"}
    assert defaults(refconv.conv) == {"layout": "NC*", "kernel_layout": "OI*"}
    assert defaults(refconv.separable_conv1d)["pointwise_layout"] == "OIW"
    first = list(inspect.signature(refconv.conv2d).parameters)
    assert first[:4] == ["x", "w", "b", "stride"]
