"""The exercises of chapter 13: what they hold to be right, the oracle does too."""

from __future__ import annotations

import numpy as np
import pytest

import refconv
from refconv.arithmetic.sizes import output_size, same_padding
from refconv.learn import exercise
from refconv.learn.exercises.oracle.kernels import KERNELS, RIGHT
from refconv.oracle import check, compare, truth


def named(kernel):
    return kernel.__name__


@pytest.mark.parametrize("kernel", KERNELS, ids=named)
def test_the_oracle_judges_the_kernels_alike(kernel):
    report = check(kernel, suite="quick", shrink=False)
    assert report.passed is (kernel in RIGHT) is exercise("is-right").right(kernel)


def test_tolerances_are_those_of_compare():
    about = exercise("accepts")
    verdicts = []
    for each in about.cases():
        y, x, w = (np.array(given, np.float32) for given in each.args)
        true = truth("conv1d", x.reshape(1, -1, 1), w.reshape(1, -1, 1))
        verdicts.append(compare(y.reshape(1, 1, 1), true).passed)
        assert about.right(*each.args) is verdicts[-1], each
    assert {*verdicts} == {True, False}


def test_no_verdict_on_a_tolerance_is_a_close_call():
    """So that other sound bounds, a few times as large, judge alike."""
    for each in exercise("accepts").cases():
        y, x, w = each.args
        products = np.multiply(x, w)
        error = abs(y - np.sum(products)) / (len(x) * 2**-24 * np.abs(products).sum())
        assert error < 0.5 or error > 10, each


def test_measured_kernels_are_what_they_say():
    for each in exercise("measure").cases():
        (kernel,) = each.args
        s, d, lo = map(int, kernel.__name__.split("_")[1:])
        x, w = np.arange(20.0), np.array([2.0, 3.0])
        true = refconv.conv1d(x[None, None], w[None, None], stride=s, dilation=d, padding=((lo, 0),))
        np.testing.assert_array_equal(kernel(x, w), true[0, 0])
        assert exercise("measure").right(kernel) == (s, d, lo)


def test_adjoints_are_transposed_matrices():
    for each in exercise("is-adjoint").cases():
        forward, backward, n, out = each.args
        A, B = (np.array([f(row) for row in np.eye(size)]).T for f, size in ((forward, n), (backward, out)))
        assert exercise("is-adjoint").right(*each.args) is np.array_equal(A.T, B)


def test_the_size_of_a_same_that_ignores_dilation():
    lo, hi = same_padding(20, 3)
    assert exercise("read-the-diagnosis").right() == output_size(20, 3, d=4, lo=lo, hi=hi)
