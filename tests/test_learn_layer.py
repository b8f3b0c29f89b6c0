"""Chapter 8's exercises: what they call right is what refconv computes, on every case."""

from __future__ import annotations

import numpy as np

import refconv
from refconv.arithmetic import Axis, Geometry, convolution_cost, same_padding, separable_plans
from refconv.learn import exercise


def cases(name):
    about = exercise(name)
    return [(about.right(*given.args, **given.kwargs), given) for given in about.cases()]


def test_keeping_padding():
    for (lo, hi), given in cases("keeping-padding"):
        k, d = given.args
        assert (lo, hi) == same_padding(20, k, 1, d)
        assert refconv.output_size(20, k, padding=[(lo, hi)], dilation=d) == 20


def test_module_shape():
    x, w_d, w_p = np.zeros((1, 3, 10, 10)), np.zeros((3, 1, 3, 3)), np.zeros((64, 3, 1, 1))
    assert exercise("module-shape").right() == refconv.separable_conv2d(x, w_d, w_p, dilation=2).shape


def options(s, d, lo, hi):
    return {"stride": s, "dilation": d, "padding": list(zip(lo, hi, strict=True))}


def test_separable_forward():
    for y, given in cases("separable-forward"):
        x, w_d, b_d, w_p, b_p, *numbers = given.args
        w = (w_d[:, None], w_p[:, :, None, None], b_d, b_p)
        assert np.array_equal(y, refconv.separable_conv2d(x, *w, **options(*numbers)))


def test_separable_backward():
    for (dx, dw_d, dw_p), given in cases("separable-backward"):
        dy, x, w_d, b_d, w_p, *numbers = given.args
        operands = (dy, x, w_d[:, None], w_p[:, :, None, None], b_d)
        true = refconv.separable_conv2d_backward(*operands, **options(*numbers))
        assert np.array_equal(dx, true.dx)
        assert np.array_equal(dw_d[:, None], true.dw_depthwise)
        assert np.array_equal(dw_p[:, :, None, None], true.dw_pointwise)


def test_separable_parameters():
    for counted, given in cases("separable-parameters"):
        C, O, k, d, M, bias = given.args
        plans = separable_plans(Geometry(1, C, O, (Axis(40, k, d=d),) * 2), M)
        assert counted == sum(convolution_cost(plan, bias=bias).parameters for plan in plans)


def test_super_separable():
    for y, given in cases("super-separable"):
        z, w, groups = given.args
        assert np.array_equal(y, refconv.pointwise_conv2d(z, w[:, :, None, None], groups=groups))
        one = np.ones((z.shape[1], 1, 1, 1), dtype=int)
        assert np.array_equal(y, refconv.separable_conv2d(z, one, w[:, :, None, None], groups=groups))
