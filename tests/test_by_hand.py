"""The definition itself, held against sums written out by hand and against SciPy: strangers to refconv's arithmetic."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import signal

import refconv
from refconv.algorithms import direct
from refconv.arithmetic import Axis, Geometry


def test_a_window_at_a_time():
    """Groups, stride, dilation, asymmetric padding and bias at once, index by index, with no help from arithmetic/."""
    rng = np.random.default_rng(1)
    x, w, b = rng.integers(-9, 10, (2, 4, 5, 6)), rng.integers(-9, 10, (6, 2, 2, 3)), rng.integers(-9, 10, 6)
    y = refconv.conv2d(x, w, b, stride=(2, 1), padding=((1, 2), (0, 3)), dilation=(3, 2), groups=2)
    assert y.shape == (2, 6, 3, 5)
    for n in range(2):
        for o in range(6):
            for i in range(3):
                for j in range(5):
                    total = int(b[o])
                    for c in range(2):
                        for m in range(2):
                            for t in range(3):
                                row, column = 2 * i + 3 * m - 1, j + 2 * t
                                if 0 <= row < 5 and 0 <= column < 6:
                                    total += int(x[n, (o // 3) * 2 + c, row, column]) * int(w[o, c, m, t])
                    assert y[n, o, i, j] == total


def test_two_by_two_by_hand():
    x, w = [[[[1, 2], [3, 4]]]], [[[[10, 20], [30, 40]]]]
    assert refconv.conv2d(x, w).item() == 10 + 40 + 90 + 160
    assert refconv.conv_transpose2d(x, w).tolist() == [[[[10, 40, 40], [60, 200, 160], [90, 240, 160]]]]
    assert refconv.conv2d(x, w, padding=((1, 0), (0, 0)), padding_mode="replicate").tolist() == [[[[160], [300]]]]


@given(st.integers(1, 6), st.integers(1, 6), st.integers(1, 4), st.integers(1, 4), st.integers(0, 99))
def test_scipy_correlate(h, w, kh, kw, seed):
    rng = np.random.default_rng(seed)
    image, kernel = rng.integers(-9, 10, (h + kh - 1, w + kw - 1)), rng.integers(-9, 10, (kh, kw))
    for mode in ("valid", "full"):
        ours = refconv.conv2d(image[None, None], kernel[None, None], padding=mode)[0, 0]
        assert (ours == signal.correlate2d(image, kernel, mode)).all()
    # a transposed convolution at stride 1 is the true convolution: the kernel flipped
    ours = refconv.conv_transpose2d(image[None, None], kernel[None, None])[0, 0]
    assert (ours == signal.convolve2d(image, kernel, "full")).all()


@given(st.integers(1, 9), st.integers(1, 4), st.integers(1, 4), st.integers(0, 99))
def test_scipy_upfirdn_is_the_transposed_convolution(n, k, s, seed):
    rng = np.random.default_rng(seed)
    x, w = rng.integers(-9, 10, n), rng.integers(-9, 10, k)
    ours = refconv.conv_transpose1d(x[None, None], w[None, None], stride=s)[0, 0]
    assert (ours == signal.upfirdn(w, x, up=s)).all()
    # and downsampling after filtering is a strided convolution, its kernel flipped
    ours = refconv.conv1d(x[None, None], w[None, None, ::-1], stride=s, padding="full")[0, 0]
    assert (ours == signal.upfirdn(w, x, down=s)).all()


def test_the_list_of_terms_by_hand():
    plan = Geometry(1, 2, 2, (Axis(3, 2, s=2, d=2, lo=1),), groups=2, padding_mode="circular")
    assert list(direct.terms(plan)) == [
        ((0, 0, 0), (0, 0, 2), (0, 0, 0)),
        ((0, 0, 0), (0, 0, 1), (0, 0, 1)),
        ((0, 1, 0), (0, 1, 2), (1, 0, 0)),
        ((0, 1, 0), (0, 1, 1), (1, 0, 1)),
    ]


@pytest.mark.parametrize("kind", ["max", "avg"])
def test_pooling_by_hand(kind):
    x = np.array([3.0, 1.0, 4.0, 1.0, 5.0]).reshape(1, 1, 5)
    pool = getattr(refconv, f"{kind}_pool1d")
    expected = {
        "max": [[3, 4], [3, 4, 5], [3, 4, 5], [4, 5]],
        "avg": [[2, 2.5], [2, 2.5, 5], [1.5, 2.5, 3], [2.5, 3]],
    }[kind]
    got = [
        pool(x, 2),
        pool(x, 2, ceil_mode=True),
        pool(x, 2, padding=((1, 0),)),
        pool(x[..., 1:], 2, stride=2),
    ]
    assert [g.ravel().tolist() for g in got] == expected


def test_average_counts():
    """PyTorch's rule: padding counts, what hangs over the padding's end does not."""
    x = np.ones((1, 1, 4))
    count = lambda **kw: refconv.avg_pool1d(x, 3, **kw).ravel().tolist()  # noqa: E731
    assert count(stride=2, padding=1) == [2 / 3, 1]
    assert count(stride=2, padding=1, count_include_pad=False) == [1, 1]
    assert count(stride=3, padding=1, ceil_mode=True) == [2 / 3, 2 / 3]
    assert count(stride=3, padding=((0, 1),), ceil_mode=True) == [1, 1 / 2]
    assert count(stride=3, ceil_mode=True) == [1, 1]
