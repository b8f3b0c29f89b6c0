"""The exercises of chapter 9: what they hold to be right is what refconv computes."""

from __future__ import annotations

import numpy as np
import pytest

import refconv
from refconv.arithmetic.sizes import transposed_output_size
from refconv.learn import exercise


def cases(name):
    about = exercise(name)
    return [(about.right(*each.args), each.args) for each in about.cases()]


def test_sizes():
    for size, (n, k, s, d, lo, hi, a) in cases("transposed-size"):
        assert size == transposed_output_size(n, k, s, d, lo, hi, a)


def test_scatter():
    for y, (x, w, s, d, lo, hi) in cases("transposed-scatter"):
        true = refconv.conv_transpose1d(x[None, None], w[None, None], stride=s, dilation=d, padding=((lo, hi),))
        np.testing.assert_array_equal(y, true[0, 0])


def test_zeros_between_and_a_flipped_kernel():
    for spread, (x, k, s, d, lo, hi, a) in cases("zeros-between"):
        w = np.arange(2, k + 2)
        true = refconv.conv_transpose1d(
            [[x]], w[None, None], stride=s, dilation=d, padding=((lo, hi),), output_padding=a
        )
        np.testing.assert_array_equal(refconv.conv1d(spread[None, None], w[None, None, ::-1], dilation=d), true)


def test_channels():
    for y, (x, w, b, s, groups) in cases("transposed-channels"):
        np.testing.assert_array_equal(y, refconv.conv_transpose1d(x[None], w, b, stride=s, groups=groups)[0])


def test_write_counts():
    for counts, (n, k, s, d) in cases("write-counts"):
        ones = refconv.conv_transpose1d(np.ones((1, 1, n)), np.ones((1, 1, k)), stride=s, dilation=d)
        assert counts == ones.ravel().tolist()


def test_output_padding():
    y = refconv.conv_transpose1d([[[1, 2, 3, 4]]], [[[10, 20, 30]]], [5], stride=2, padding=1, output_padding=1)
    assert y.shape == (1, 1, 8)
    assert exercise("output-padding").right() == y[0, 0, -1]


@pytest.mark.parametrize(("padding", "written"), [(1, True), (0, False)])
def test_output_padding_shows_what_was_written_as_far_as_anything_was(padding, written):
    y = refconv.conv_transpose1d([[[1, 2]]], [[[1, 1, 1]]], stride=2, padding=padding, output_padding=1)
    assert bool(y[0, 0, -1]) is written
