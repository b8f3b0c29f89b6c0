"""What the exercises of chapter 1 take for right is what refconv computes."""

from __future__ import annotations

import refconv
from refconv.arithmetic import Axis, same_padding
from refconv.learn import exercise


def calls(name):
    return [(given.args, exercise(name).right(*given.args)) for given in exercise(name).cases()]


def test_weighted_sums():
    for (x, w, s), y in calls("weighted-sums"):
        assert (refconv.conv1d(x[None, None], w[None, None], stride=s)[0, 0] == y).all()


def test_true_convolution():
    for (x, w), y in calls("true-convolution"):
        assert (refconv.conv2d(x[None, None], w[None, None, ::-1, ::-1])[0, 0] == y).all()


def test_output_size():
    for (n, k, s, lo, hi), out in calls("output-size"):
        assert Axis(n, k, s=s, lo=lo, hi=hi).out == out


def test_same_padding():
    assert sum(same_padding(30, 8, s=4)) == exercise("same-padding").right()


def test_slide_in_two_dimensions():
    for (x, w, stride, padding), y in calls("slide-in-two-dimensions"):
        assert (refconv.conv2d(x[None, None], w[None, None], stride=stride, padding=padding)[0, 0] == y).all()


def test_channels_and_bias():
    for (x, w, b), y in calls("channels-and-bias"):
        assert (refconv.conv2d(x[None], w, b)[0] == y).all()
