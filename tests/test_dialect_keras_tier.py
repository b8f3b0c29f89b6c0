"""Our keras.ops against Keras on TensorFlow: the same words and arrays to both, thousands of times, with gradients."""

from __future__ import annotations

import os
import warnings

import numpy as np
import pytest

from refconv.dialects import keras as dialect
from refconv.errors import ArgumentError, RefconvError
from tests.against_tensorflow import check
from tests.draw import from_rng
from tests.drawn_keras import KINDS, draw

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
os.environ.setdefault("KERAS_BACKEND", "tensorflow")
with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # what they say about themselves when they are loaded is not ours to mend
    tf = pytest.importorskip("tensorflow", reason="TensorFlow is not installed")
    keras = pytest.importorskip("keras", reason="Keras is not installed")

pytestmark = pytest.mark.tensorflow

CALLS = 340  # of each of the 6 kinds


def dtype_of(drawn, number):
    """Pools of one and three axes know no float64; three-dimensional convolutions in float32 are disputed."""
    rank = len(drawn.shapes[0]) - 2
    if len(drawn.shapes) == 1 and rank != 2:
        return np.float32
    return np.float64 if rank == 3 else (np.float64, np.float32)[number % 2]


@pytest.mark.parametrize("kind", KINDS)
def test_drawn_calls(kind):
    rng = np.random.default_rng([9, KINDS.index(kind)])
    done = with_gradients = 0
    while done < CALLS:
        drawn = draw(kind, from_rng(rng))
        if not drawn.plain:
            continue
        with_gradients += check(tf, dialect, keras.ops, drawn, dtype_of(drawn, done))
        done += 1
    assert with_gradients >= CALLS * 3 // 4, with_gradients


@pytest.mark.parametrize("stride", [1, 2, 3])
@pytest.mark.parametrize("dilation", [1, 2, 3])
def test_causal_as_the_layer_has_it(stride, dilation):
    if stride > 1 and dilation > 1:
        return  # the layer has one of them
    rng = np.random.default_rng([stride, dilation])
    x, w = rng.integers(-9, 10, (2, 8, 4)).astype(np.float32), rng.integers(-9, 10, (3, 2, 6)).astype(np.float32)
    layer = keras.layers.Conv1D(
        6, 3, stride, "causal", dilation_rate=dilation, groups=2, use_bias=False, dtype="float32"
    )
    layer.build(x.shape)
    layer.set_weights([w])
    y = dialect.conv(x, w, stride, "causal", dilation_rate=dilation)
    assert (y == layer(x).numpy()).all()


@pytest.mark.parametrize("dilation", [(2, 1), (2, 3)])
def test_dilated_transposed_through_the_compiler(dilation):
    rng = np.random.default_rng(5)
    x, w = rng.integers(-9, 10, (2, 4, 3, 2)).astype(float), rng.integers(-9, 10, (3, 2, 3, 2)).astype(float)
    for padding in ("valid", "same"):
        words = {"strides": (1, 2), "padding": padding, "dilation_rate": dilation}
        theirs = tf.function(lambda x, w, words=words: keras.ops.conv_transpose(x, w, **words), jit_compile=True)
        assert (dialect.conv_transpose(x, w, **words) == theirs(tf.constant(x), tf.constant(w)).numpy()).all()


REFUSED = {
    "padding": ("conv", [(1, 5, 1), (3, 1, 1)], {"padding": "full"}),
    "data format": ("conv", [(1, 5, 1), (3, 1, 1)], {"data_format": "NHWC"}),
    "channels": ("conv", [(1, 5, 3), (3, 2, 1)], {}),
    "depthwise in three": ("depthwise_conv", [(1, 5, 5, 5, 1), (3, 3, 3, 1, 1)], {}),
    "depthwise channels": ("depthwise_conv", [(1, 5, 2), (3, 3, 1)], {}),
    "transposed channels": ("conv_transpose", [(1, 5, 2), (3, 1, 3)], {}),
    "kernel too large": ("conv", [(1, 2, 1), (3, 1, 1)], {}),
}


@pytest.mark.parametrize("case", REFUSED)
def test_both_refuse(case):
    kind, shapes, words = REFUSED[case]
    arrays = [np.ones(shape) for shape in shapes]
    with pytest.raises(RefconvError, match=rf"^keras\.ops\.{kind}: "):
        getattr(dialect, kind)(*arrays, **words)
    with pytest.raises((ValueError, TypeError, tf.errors.InvalidArgumentError, tf.errors.UnimplementedError)):
        getattr(keras.ops, kind)(*map(tf.constant, arrays), **words)


def test_output_padding_as_large_as_the_stride():
    """Documented to be lower than the stride; with "valid" it is not refused there."""
    x, w = np.ones((1, 3, 1)), np.ones((3, 1, 1))
    with pytest.raises(ArgumentError, match="output_padding must be less than the stride"):
        dialect.conv_transpose(x, w, 2, "same", output_padding=2)
    with pytest.raises((ValueError, tf.errors.InvalidArgumentError)):
        keras.ops.conv_transpose(x, w, 2, "same", output_padding=2)
