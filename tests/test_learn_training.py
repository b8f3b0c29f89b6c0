"""Chapter 12's exercises: what they call right is what refconv's layers do, on every case; and its data."""

from __future__ import annotations

import sys

import numpy as np
import pytest

from refconv.errors import ArgumentError, RefconvError
from refconv.layers import SGD, BatchNorm2d, Conv1d, CrossEntropy, DepthwiseSeparableConv1d, Linear, Sequential
from refconv.learn import exercise


def cases(name):
    about = exercise(name)
    return [(about.right(*given.args, **given.kwargs), given) for given in about.cases()]


def test_cross_entropy_gradient():
    for gradient, given in cases("cross-entropy-gradient"):
        loss = CrossEntropy(given.kwargs.get("ignore", -1))
        loss(*given.args)
        assert np.allclose(gradient, loss.backward(), rtol=1e-13, atol=1e-15)


def test_momentum_steps():
    for places, given in cases("momentum-steps"):
        w, gradients, lr, momentum, *decay = given.args
        model = Linear(1, 1, bias=False)
        model.weight[...] = float(w)
        optimiser = SGD(model, float(lr), float(momentum), *map(float, decay))
        for place, gradient in zip(places, gradients, strict=True):
            model.zero_gradients()
            model.accumulate(weight=np.array([[float(gradient)]]))
            optimiser.step()
            assert model.weight.item() == place


def test_running_statistics():
    for (mean, var), given in cases("running-statistics"):
        batches, *momentum = given.args
        norm = BatchNorm2d(batches[0].shape[1], 1e-5, *(momentum or [0.1]))
        for x in batches:
            norm(x)
        assert np.allclose(norm.running_mean, mean, rtol=1e-13)
        assert np.allclose(norm.running_var, var, rtol=1e-13)


def weights(model):
    return sum(array.size for array in model.parameters().values())


def test_separable_width():
    for width, given in cases("separable-width"):
        channels, taps, *rest = given.args
        (groups,) = rest or (1,)
        budget = weights(Conv1d(channels, channels, taps, bias=False))

        def separable(width, taps=taps, groups=groups):
            return weights(DepthwiseSeparableConv1d(width, width, taps, pointwise_groups=groups, bias=False))

        assert width % groups == 0
        assert separable(width + groups) > budget
        assert not width or separable(width) <= budget


def test_looks_ahead():
    """Where the gradient of one output is not 0."""
    for ahead, given in cases("looks-ahead"):
        layers = given.args[0]
        model = Sequential(*(Conv1d(1, 1, k, padding=[(lo, 20)], dilation=d, bias=False) for k, d, lo in layers))
        for array in model.parameters().values():
            array[...] = 1
        dy = np.zeros_like(model(np.zeros((1, 1, 61))))
        dy[..., 30] = 1
        assert np.flatnonzero(model.backward(dy))[-1] - 30 == ahead


def test_scenes_are_whole_digits_and_halves():
    pytest.importorskip("sklearn", reason="the notebooks' data: pip install refconv[notebooks]")
    from sklearn.datasets import load_digits

    from refconv.learn.data import BLANK, digits_scenes

    x, labels = digits_scenes(5, seed=3, digits=1, pieces=1)
    assert np.array_equal(x[:, 0] > 0, labels != BLANK)
    known = load_digits()
    for scene, marks in zip(x[:, 0], labels, strict=True):
        assert 10 in marks
        (digit,) = {*np.unique(marks)} - {10, BLANK}
        ink = scene[marks == digit] * 16
        assert any(np.array_equal(image[image > 0], ink) for image in known.images[known.target == digit][:1437])
    again, _ = digits_scenes(5, seed=3, digits=1, pieces=1)
    test, _ = digits_scenes(5, seed=3, digits=1, pieces=1, split="test")
    assert np.array_equal(x, again)
    assert not np.array_equal(x, test)
    full, marks = digits_scenes(1, digits=30, size=16)
    assert full.shape == (1, 1, 16, 16)
    assert (marks != BLANK).sum() < 256
    assert set(np.unique(digits_scenes(40, classes=2)[1])) == {BLANK, 0, 1, 2}
    with pytest.raises(ArgumentError, match="split is 'all'"):
        digits_scenes(1, split="all")


def test_missing_data_are_named(monkeypatch):
    from refconv.learn.data import digits_scenes

    monkeypatch.setitem(sys.modules, "sklearn", None)
    with pytest.raises(RefconvError, match="scikit-learn"):
        digits_scenes(1)
