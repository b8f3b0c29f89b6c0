"""Our tf.nn against TensorFlow itself: the same words and arrays to both, thousands of times, with gradients.

What its CPU kernels lack (channels first, gradients of dilated and of grouped convolutions, three dilated axes) its
compiler has: some calls of every kind go through that.
"""

from __future__ import annotations

import os
import warnings

import numpy as np
import pytest

from refconv.dialects import tensorflow as dialect
from refconv.errors import ArgumentError, RefconvError
from tests.against_tensorflow import check
from tests.draw import from_rng
from tests.drawn_tensorflow import KINDS, POOLS, draw

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # what it says about itself when it is loaded is not ours to mend
    tf = pytest.importorskip("tensorflow", reason="TensorFlow is not installed")

pytestmark = pytest.mark.tensorflow

PLAIN, COMPILED = 170, 8  # calls of each of the 16 kinds


def dtype_of(kind, number):
    """Of the pools only the two-dimensional know float64; conv3d in float32 is disputed, see below."""
    if kind in POOLS and "2d" not in kind:
        return np.float32
    return np.float64 if kind.startswith("conv3d") else (np.float64, np.float32)[number % 2]


@pytest.mark.parametrize("kind", KINDS)
def test_drawn_calls(kind):
    rng = np.random.default_rng([7, KINDS.index(kind)])
    done = with_gradients = 0
    while done < PLAIN:
        drawn = draw(kind, from_rng(rng))
        if not drawn.plain:
            continue
        with_gradients += check(tf, dialect, tf.nn, drawn, dtype_of(kind, done))
        done += 1
    assert with_gradients >= PLAIN // 8, with_gradients


@pytest.mark.parametrize("kind", KINDS)
def test_drawn_calls_through_its_compiler(kind):
    rng = np.random.default_rng([8, KINDS.index(kind)])
    for number in range(COMPILED):
        assert check(tf, dialect, tf.nn, draw(kind, from_rng(rng), compiled=True), dtype_of(kind, number), jit=True)


def test_conv3d_starts_late_in_float64():
    """A disagreement with its own rule that SAME never pads less than nothing: its conv2d and its compiler keep it."""
    x, w = np.arange(1.0, 4.0).reshape(1, 3, 1, 1, 1), np.ones((1, 1, 1, 1, 1))
    how = {"strides": [1, 3, 1, 1, 1], "padding": "SAME"}
    assert dialect.conv3d(x, w, **how).ravel() == [1]
    assert tf.nn.conv2d(x[..., 0], w[..., 0], [1, 3, 1, 1], "SAME").numpy().ravel() == [1]
    whole = tf.function(lambda x, w: tf.nn.conv3d(x, w, **how), jit_compile=True)
    assert whole(tf.constant(x), tf.constant(w)).numpy().ravel() == [1]
    assert tf.nn.conv3d(x, w, **how).numpy().ravel() == [2], "mended: draw these calls too, see off_centre"


def test_depthwise_with_stride_and_dilation_has_the_wrong_shape():
    """It is documented to want strides of 1 there, only warns of others, and returns something of another size."""
    x, w = np.ones((1, 6, 7, 1)), np.ones((3, 3, 1, 1))
    how = {"strides": [1, 2, 2, 1], "padding": "SAME", "dilations": [2, 2]}
    with pytest.raises(ArgumentError, match="cannot both exceed 1"):
        dialect.depthwise_conv2d(x, w, **how)
    with pytest.warns(UserWarning, match="then all values of strides must be 1"):
        y = tf.nn.depthwise_conv2d(x, w, **how)
    assert y.shape == (1, 4, 3, 1), "not ceil(6/2), ceil(7/2)"


REFUSED = {
    "lower case": ("conv2d", [(1, 5, 5, 1), (3, 3, 1, 1)], {"strides": 1, "padding": "same"}),
    "three strides": ("conv2d", [(1, 5, 5, 1), (3, 3, 1, 1)], {"strides": [1, 1, 1], "padding": "SAME"}),
    "stride along the batch": ("conv2d", [(1, 5, 5, 1), (3, 3, 1, 1)], {"strides": [2, 1, 1, 1], "padding": "SAME"}),
    "zero stride": ("conv2d", [(1, 5, 5, 1), (3, 3, 1, 1)], {"strides": 0, "padding": "SAME"}),
    "negative padding": (
        "conv2d",
        [(1, 5, 5, 1), (3, 3, 1, 1)],
        {"strides": 1, "padding": [[0, 0], [-1, 0], [0, 0], [0, 0]]},
    ),
    "padded channels": (
        "conv2d",
        [(1, 5, 5, 1), (3, 3, 1, 1)],
        {"strides": 1, "padding": [[0, 0], [0, 0], [0, 0], [0, 1]]},
    ),
    "channels": ("conv2d", [(1, 5, 5, 3), (3, 3, 2, 1)], {"strides": 1, "padding": "SAME"}),
    "kernel too large": ("conv2d", [(1, 1, 1, 1), (3, 3, 1, 1)], {"strides": 1, "padding": "VALID"}),
    "output shape": (
        "conv2d_transpose",
        [(1, 3, 3, 1), (3, 3, 1, 1)],
        {"output_shape": [1, 7, 6, 1], "strides": 2, "padding": "SAME"},
    ),
    "output channels": (
        "conv2d_transpose",
        [(1, 3, 3, 1), (3, 3, 1, 1)],
        {"output_shape": [1, 6, 6, 2], "strides": 2, "padding": "SAME"},
    ),
    "data format": ("conv1d", [(1, 5, 1), (3, 1, 1)], {"stride": 1, "padding": "SAME", "data_format": "CWN"}),
    "padded average": (
        "avg_pool2d",
        [(1, 5, 5, 1)],
        {"ksize": 2, "strides": 1, "padding": [[0, 0], [1, 0], [0, 0], [0, 0]]},
    ),
}


@pytest.mark.parametrize("case", REFUSED)
def test_both_refuse(case):
    kind, shapes, words = REFUSED[case]
    arrays = [np.ones(shape) for shape in shapes]  # not float32: oneDNN checks less
    with pytest.raises(RefconvError, match=rf"^tensorflow\.nn\.{kind}: "):
        getattr(dialect, kind)(*arrays, **words)
    with pytest.raises((ValueError, TypeError, tf.errors.InvalidArgumentError, tf.errors.UnimplementedError)):
        getattr(tf.nn, kind)(*arrays, **words)


def test_several_batch_axes():
    rng = np.random.default_rng(3)
    x, w = rng.integers(-9, 9, (2, 3, 5, 4, 2)).astype(float), rng.integers(-9, 9, (3, 2, 2, 3)).astype(float)
    assert (dialect.conv2d(x, w, 2, "SAME") == tf.nn.conv2d(x, w, 2, "SAME").numpy()).all()
