"""What notebook 08b says of Keras, in Keras: the layer refuses stride with dilation; below it the backend decides."""

from __future__ import annotations

import os
import warnings

import numpy as np
import pytest

from refconv.dialects import keras as dialect

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
os.environ.setdefault("KERAS_BACKEND", "tensorflow")
with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    pytest.importorskip("tensorflow", reason="TensorFlow is not installed")
    keras = pytest.importorskip("keras", reason="Keras is not installed")

pytestmark = pytest.mark.tensorflow


def test_the_layer_and_its_defaults():
    layer = keras.layers.Conv2D(16, 3, dilation_rate=2)
    x = np.ones((1, 32, 32, 3), np.float32)
    y = np.asarray(layer(x))
    assert y.shape == (1, 28, 28, 16)
    assert layer.count_params() == 448
    assert layer.padding == "valid"
    assert tuple(layer.kernel.shape) == (3, 3, 3, 16)
    assert np.allclose(y, dialect.conv(x, np.asarray(layer.kernel), dilation_rate=2), atol=1e-4)


def test_the_layer_refuses_stride_with_dilation():
    with pytest.raises(ValueError, match="not supported in conjunction"):
        keras.layers.Conv2D(16, 3, strides=2, dilation_rate=2)


def test_the_operation_does_what_its_backend_does():
    """TensorFlow refuses in words of its own; with PyTorch or JAX in its place, `keras.ops.conv` computes both."""
    x, kernel = np.ones((1, 32, 32, 3), np.float32), np.ones((3, 3, 3, 16), np.float32)
    assert dialect.conv(x, kernel, strides=2, dilation_rate=2).shape == (1, 14, 14, 16)
    if keras.backend.backend() == "tensorflow":
        with pytest.raises(ValueError, match="not supported in conjunction"):
            keras.ops.conv(x, kernel, strides=2, dilation_rate=2)
    else:
        assert tuple(keras.ops.conv(x, kernel, strides=2, dilation_rate=2).shape) == (1, 14, 14, 16)
