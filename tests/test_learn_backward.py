"""What the exercises of chapter 3 take for right is what refconv computes."""

from __future__ import annotations

import numpy as np

import refconv
from refconv.learn import exercise


def calls(name):
    return [(given.args, exercise(name).right(*given.args)) for given in exercise(name).cases()]


def ending(n, k, s, lo, outputs):
    """The padding with which just these outputs fit; negative where samples at the end are not read."""
    return [(lo, (outputs - 1) * s + k - n - lo)]


def test_bias_gradient():
    for (dy,), db in calls("bias-gradient"):
        x, w = np.ones((len(dy), 1, *dy.shape[2:]), int), np.ones((dy.shape[1], 1, 1, 1), int)
        assert np.array_equal(refconv.conv2d_backward(dy, x, w).db, db)


def test_weight_gradient():
    for (dy, x, k, s, lo), dw in calls("weight-gradient"):
        padding = ending(x.shape[1], k, s, lo, dy.shape[1])
        found = refconv.conv1d_backward(dy[:, None], x[:, None], np.ones((1, 1, k), int), stride=s, padding=padding)
        assert np.array_equal(found.dw[0, 0], dw)


def test_input_gradient():
    for (dy, w, n, s, lo), dx in calls("input-gradient"):
        padding = ending(n, len(w), s, lo, len(dy))
        found = refconv.conv1d_backward(
            dy[None, None], np.ones((1, 1, n), int), w[None, None], stride=s, padding=padding
        )
        assert np.array_equal(found.dx[0, 0], dx)


def test_padding_of_the_way_back():
    rng = np.random.default_rng(0)
    for (n, k, s, lo, hi), padding in calls("padding-of-the-way-back"):
        x, w = rng.integers(-9, 10, (1, 1, n)), rng.integers(-9, 10, (1, 1, k))
        dy = refconv.conv1d(x, w, stride=s, padding=[(lo, hi)])
        spread = np.zeros((1, 1, (dy.shape[2] - 1) * s + 1), int)
        spread[..., ::s] = dy
        dx = refconv.conv1d_backward(dy, x, w, stride=s, padding=[(lo, hi)]).dx
        assert np.array_equal(refconv.conv1d(spread, w[..., ::-1], padding=[padding]), dx)


def test_grouped_weight_gradient():
    for (dy, x, k, groups), dw in calls("grouped-weight-gradient"):
        w = np.ones((len(dy), len(x) // groups, k), int)
        assert np.array_equal(refconv.conv1d_backward(dy[None], x[None], w, groups=groups).dw, dw)


def test_inner_product_test():
    for (forward, backward, x, dy), gap in calls("inner-product-test"):
        assert (gap == 0) == (backward.__name__ == "its_adjoint"), forward
        assert (refconv.conv1d(x[None, None], np.array([[[1, 2, 4]]]))[0, 0] == forward(x)).all()
        assert dy.shape == forward(x).shape
