"""``<u, A x> == <A^T u, x>``, exactly: gradients without finite differences, and gradients of gradients."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

import refconv
from refconv.arithmetic.padding import PADDING_MODES
from refconv.ops import arguments
from refconv.ops.arguments import Options
from refconv.ops.padding import pad, pad_adjoint
from tests.draw import cases, draw_convolution, draw_pooling, draw_transposed


def inner(a, b):
    assert a.shape == b.shape
    return int((a.astype(object) * b.astype(object)).sum())


@given(cases(draw_convolution))
def test_convolution_is_trilinear(case):
    """The form sum(dy * conv(x, w)) has each of the three gradients for its partial derivatives."""
    x, w, dy = case.integers(case.x_shape, case.w_shape, case.y_shape)
    form = inner(dy, refconv.conv(x, w, **case.options))
    gradients = refconv.conv_backward(dy, x, w, **case.options)
    assert inner(gradients.dx, x) == form
    assert inner(gradients.dw, w) == form
    bias = np.arange(case.w_shape[0]) + 1
    zero = np.zeros_like(x)
    assert inner(gradients.db, bias) == inner(dy, refconv.conv(zero, w, bias, **case.options))


@given(cases(draw_transposed))
def test_transposed_convolution_is_trilinear(case):
    x, w, dy = case.integers(case.x_shape, case.w_shape, case.y_shape)
    form = inner(dy, refconv.conv_transpose(x, w, **case.options))
    gradients = refconv.conv_transpose_backward(dy, x, w, **case.options)
    assert inner(gradients.dx, x) == form
    assert inner(gradients.dw, w) == form


@given(cases(draw_convolution))
def test_transposed_convolution_is_the_gradient_of_convolution(case):
    """With zeros around, dx is conv_transpose of dy; the stride's unread rest is its output padding."""
    options = {key: value for key, value in case.options.items() if key != "padding_mode"}
    x, w, dy = case.integers(case.x_shape, case.w_shape, case.y_shape)
    dx = refconv.conv_backward(dy, x, w, **options).dx
    axes = arguments.convolution("conv", None, x, w, None, Options(**options)).plan.axes
    rest = tuple((axis.padded - axis.span) % axis.s for axis in axes)
    y = refconv.conv_transpose(dy, w, output_padding=rest, **options)
    assert (y == dx).all()


@given(cases(draw_convolution), st.integers(1, 2))
def test_depthwise_and_pointwise_are_trilinear(case, multiplier):
    options = {key: value for key, value in case.options.items() if key != "groups"}
    channels = case.x_shape[1]
    x, w, dy, p = case.integers(
        case.x_shape,
        (channels, multiplier, *case.w_shape[2:]),
        (case.x_shape[0], channels * multiplier, *case.y_shape[2:]),
        (2, channels, *(1,) * case.rank),
    )
    form = inner(dy, refconv.depthwise_conv(x, w, **options))
    gradients = refconv.depthwise_conv_backward(dy, x, w, **options)
    assert inner(gradients.dx, x) == inner(gradients.dw, w) == form
    y = refconv.pointwise_conv(x, p, stride=case.options["stride"])
    (u,) = case.integers(y.shape)
    gradients = refconv.pointwise_conv_backward(u, x, p, stride=case.options["stride"])
    assert inner(gradients.dx, x) == inner(gradients.dw, p) == inner(u, y)


@given(cases(draw_convolution), st.sampled_from(PADDING_MODES))
def test_padding_and_its_adjoint(case, mode):
    if mode == "reflect" and any(
        max(pair) >= n for pair, n in zip(case.options["padding"], case.x_shape[2:], strict=True)
    ):
        mode = "replicate"
    options = Options(**{**case.options, "padding_mode": mode})
    x, w = case.integers(case.x_shape, case.w_shape)
    plan = arguments.convolution("conv", None, x, w, None, options).plan
    padded = pad(x, plan)
    (u,) = case.integers(padded.shape)
    assert inner(u, padded) == inner(pad_adjoint(u, plan), x)


@given(cases(draw_pooling))
def test_average_pooling_is_linear(case):
    """With one count for all windows the adjoint is exact: scale it away."""
    options = {**case.options, "ceil_mode": False}
    (x,) = case.integers(case.x_shape)
    scale = float(np.prod(options["kernel_size"]))
    y = refconv.avg_pool(x.astype(float), **options) * scale
    (u,) = case.integers(y.shape)
    dx = refconv.avg_pool_backward(u.astype(float), x, **options) * scale
    assert round((u * y).sum()) == round((dx * x).sum())


@given(cases(draw_convolution))
def test_second_derivatives_are_convolutions_again(case):
    """Backward of backward.

    With directions u for dx and v for dw, the gradients of ``<u, dx> + <v, dw>`` are, since each of dx and dw is linear
    in dy and in the other operand: ``conv(u, w) + conv(x, v)`` for dy, dx(dy, v) for x, and dw(dy, u) for w.
    """
    options = case.options
    x, w, dy = case.integers(case.x_shape, case.w_shape, case.y_shape)
    u, v, p, q, r = case.integers(x.shape, w.shape, dy.shape, x.shape, w.shape, low=-5, high=7)

    def value(dy, x, w):
        dx, dw, _ = refconv.conv_backward(dy, x, w, **options)
        return inner(u, dx) + inner(v, dw)

    for_dy = refconv.conv(u, w, **options) + refconv.conv(x, v, **options)
    for_x = refconv.conv_backward(dy, u, v, **options).dx
    for_w = refconv.conv_backward(dy, u, v, **options).dw
    # the form is linear in each argument: its difference along a direction is its derivative, exactly
    assert value(dy + p, x, w) - value(dy, x, w) == inner(for_dy, p)
    assert value(dy, x + q, w) - value(dy, x, w) == inner(for_x, q)
    assert value(dy, x, w + r) - value(dy, x, w) == inner(for_w, r)


@given(cases(draw_transposed))
def test_second_derivatives_of_transposed_convolution(case):
    options = case.options
    x, w, dy = case.integers(case.x_shape, case.w_shape, case.y_shape)
    u, v, p, q, r = case.integers(x.shape, w.shape, dy.shape, x.shape, w.shape, low=-5, high=7)

    def value(dy, x, w):
        dx, dw, _ = refconv.conv_transpose_backward(dy, x, w, **options)
        return inner(u, dx) + inner(v, dw)

    for_dy = refconv.conv_transpose(u, w, **options) + refconv.conv_transpose(x, v, **options)
    again = refconv.conv_transpose_backward(dy, u, v, **options)
    assert value(dy + p, x, w) - value(dy, x, w) == inner(for_dy, p)
    assert value(dy, x + q, w) - value(dy, x, w) == inner(again.dx, q)
    assert value(dy, x, w + r) - value(dy, x, w) == inner(again.dw, r)
