"""Chapter 7's exercises: what they call right is what refconv computes, on every case."""

from __future__ import annotations

import numpy as np

import refconv
from refconv.arithmetic import Axis, Geometry, convolution_cost, separable_cost
from refconv.learn import exercise


def cases(name):
    about = exercise(name)
    return [(about.right(*given.args, **given.kwargs), given) for given in about.cases()]


def test_depthwise_channels():
    for y, given in cases("depthwise-channels"):
        x, w = given.args
        options = {"s": (1, 1), "d": (1, 1), "lo": (0, 0), "hi": (0, 0)} | dict(given.kwargs)
        padding = list(zip(options["lo"], options["hi"], strict=True))
        true = refconv.depthwise_conv2d(x[None], w, stride=options["s"], dilation=options["d"], padding=padding)
        assert np.array_equal(y, true[0])


def test_pointwise_product():
    for y, given in cases("pointwise-product"):
        x, w, b = given.args
        assert np.array_equal(y, refconv.pointwise_conv2d(x, w[:, :, None, None], b))


def test_cost_and_ratio():
    for counted, given in cases("separable-cost"):
        C, O, kernel, out, M = given.args
        dense = Geometry(1, C, O, tuple(Axis(n + k - 1, k) for n, k in zip(out, kernel, strict=True)))
        true = separable_cost(dense, M, bias=False)
        assert counted == (true.parameters, true.macs)
    for ratio, given in cases("separable-ratio"):
        C, O, kernel, M = given.args
        dense = Geometry(1, C, O, tuple(Axis(9, k) for k in kernel))
        separable, full = separable_cost(dense, M, bias=False), convolution_cost(dense, bias=False)
        assert ratio * full.macs == separable.macs
        assert ratio * full.parameters == separable.parameters


def test_the_nearest_separable_bank_is_separable_and_nearest():
    """A bank made of a depthwise and a pointwise step is its own nearest; for another, none tried is nearer."""
    best = exercise("best-separable").right
    rng = np.random.default_rng(0)
    w_d, w_p = rng.integers(-3, 4, (2, 2, 3, 2)), rng.integers(-3, 4, (5, 4))
    made = np.einsum("ocm,cmij->ocij", w_p.reshape(5, 2, 2), w_d)
    assert np.allclose(best(made, 2), made)
    x = rng.integers(-3, 4, (1, 2, 6, 6))
    assert np.array_equal(refconv.conv2d(x, made), refconv.separable_conv2d(x, w_d, w_p[:, :, None, None]))
    for nearest, given in cases("best-separable"):
        w, M = given.args
        O, C, KH, KW = w.shape
        for _ in range(20):
            other = np.einsum("ocm,cmij->ocij", rng.normal(size=(O, C, M)), rng.normal(size=(C, M, KH, KW)))
            step = nearest + 0.01 * other  # of rank M + M at most, so not itself a candidate
            candidate = best(step, M)
            assert np.sum((w - nearest) ** 2) <= np.sum((w - candidate) ** 2) + 1e-9
