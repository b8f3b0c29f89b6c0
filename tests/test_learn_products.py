"""What the exercises of chapter 2 take for right is what refconv computes."""

from __future__ import annotations

import numpy as np

import refconv
from refconv.learn import exercise
from refconv.learn.exercises.products import memory


def calls(name):
    return [(given.args, exercise(name).right(*given.args)) for given in exercise(name).cases()]


def test_columns_of_windows():
    for (x, kernel_size, stride), columns in calls("columns-of-windows"):
        assert np.array_equal(refconv.im2col(x[None, None], kernel_size, stride)[0], columns)


def test_row_of_a_tap():
    for (c, m, n, channels, kh, kw), row in calls("row-of-a-tap"):
        x = np.arange(channels * kh * kw).reshape(1, channels, kh, kw)
        assert refconv.im2col(x, (kh, kw))[0, row, 0] == x[0, c, m, n]


def test_multiply_the_columns():
    rng = np.random.default_rng(0)
    for (columns, w, oh, ow), y in calls("multiply-the-columns"):
        assert y.shape == (len(columns), len(w), oh, ow)
        x = rng.integers(-9, 10, (2, w.shape[1], oh + w.shape[2] - 1, ow + w.shape[3] - 1))
        product = exercise("multiply-the-columns").right(refconv.im2col(x, w.shape[2:]), w, oh, ow)
        assert np.array_equal(product, refconv.conv2d(x, w))


def test_bytes_of_columns():
    x = np.zeros((1, memory.C, memory.H, memory.W), np.float32)
    columns = refconv.im2col(x, (memory.KH, memory.KW), stride=(2, 1), padding=(1, 2))
    assert columns.nbytes == exercise("bytes-of-columns").right()


def test_add_back():
    for (columns, n, s, lo), x in calls("add-back"):
        k, outputs = columns.shape
        hi = (outputs - 1) * s + k - n - lo  # negative where the last window ends before the input does
        assert np.array_equal(refconv.col2im(columns[None], n, k, s, [(lo, hi)])[0, 0], x)
