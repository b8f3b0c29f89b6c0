"""What the exercises of chapter 4 hold for right is what refconv computes."""

from __future__ import annotations

import numpy as np

import refconv
from refconv import arithmetic
from refconv.learn import exercise
from refconv.learn.outcomes import same


def held_equal(name, refconvs):
    """Try both on the exercise's cases."""
    about = exercise(name)
    for given in about.cases():
        assert same(about.right(*given.args), refconvs(*given.args)), given


def test_spans():
    held_equal("effective-kernel-size", arithmetic.effective_kernel_size)


def test_one_axis():
    held_equal(
        "dilated-convolution",
        lambda x, w, s, d, lo, hi: refconv.conv1d(x[None, None], w[None, None], None, s, [(lo, hi)], d)[0, 0],
    )


def test_inflated_kernels_do_the_same():
    inflate = exercise("inflated-kernel").right
    rng = np.random.default_rng(0)
    x = rng.integers(-9, 10, (1, 2, 9, 9))
    for given in exercise("inflated-kernel").cases():
        w, d = given.args
        assert np.array_equal(refconv.conv2d(x, inflate(w, d)), refconv.conv2d(x, w, dilation=d))


def test_phases():
    def depthwise(x, w, d):
        return refconv.depthwise_conv1d(x[None], w[:, None], dilation=d)[0]

    held_equal("dilation-by-phases", depthwise)


def test_same_padding():
    held_equal("same-padding-with-dilation", arithmetic.same_padding)


def test_two_axes_and_groups():
    def conv2d(x, w, stride, dilation, padding, groups):
        return refconv.conv2d(x[None], w, None, stride, padding, dilation, groups)[0]

    held_equal("dilated-grouped-conv2d", conv2d)
