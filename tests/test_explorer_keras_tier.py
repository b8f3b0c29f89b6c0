"""The explorer's Keras snippet on TensorFlow: it runs, and computes what refconv's snippet does."""

from __future__ import annotations

import os
import warnings

import numpy as np
import pytest
from hypothesis import given, settings

from tests.exploring import PRESETS, Layer, State, answer, drawn_stacks, explorer, query_of
from tests.test_explorer_snippets import query_for, run, weights_of

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
os.environ.setdefault("KERAS_BACKEND", "tensorflow")
with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # what they say about themselves when they are loaded is not ours to mend
    pytest.importorskip("tensorflow", reason="TensorFlow is not installed")
    keras = pytest.importorskip("keras", reason="Keras is not installed")

pytestmark = pytest.mark.tensorflow


def in_keras_order(array, state_kinds):
    """Return a kernel of refconv's in Keras' order of axes."""
    if array.ndim == 1:
        return array
    kind = state_kinds.pop(0)
    return np.transpose(array, {"depthwise": (2, 3, 0, 1), "transposed": (2, 3, 1, 0)}.get(kind, (2, 3, 1, 0)))


def check_values(query):
    arrays, x, y = weights_of(explorer.snippet(query, "refconv"))
    kinds = []
    for layer in answer(query)["state"]["layers"]:
        kinds += {"max_pool": [], "separable": ["depthwise", "conv"]}.get(layer["kind"], [layer["kind"]])
    model = run(explorer.snippet(query, "keras"))["model"]
    model.set_weights([in_keras_order(array, kinds) for array in arrays])
    theirs = keras.ops.convert_to_numpy(model(np.moveaxis(x, 1, -1).astype("float32")))
    np.testing.assert_array_equal(np.moveaxis(theirs, -1, 1), y)


@settings(max_examples=40)
@given(drawn_stacks(layers=3))
def test_drawn_stacks_compute_the_same(state):
    check_values(query_of(state))


def test_stride_with_dilation():
    for kind in ("conv", "depthwise", "separable"):
        query = query_of(State(20, 4, (Layer(kind, s=2, d=3, lo=1, hi=2),)))
        assert "strides" in explorer.snippet(query, "keras")
        check_values(query)


@pytest.mark.parametrize("preset", PRESETS, ids=lambda preset: preset.id)
def test_presets_make_the_shapes_of_the_page(preset):
    query = query_for(preset)
    names = run(explorer.snippet(query, "keras"))
    channels, *size = answer(query)["layers"][-1]["shape"]
    assert list(names["y"].shape) == [1, *size, channels]
    assert names["model"].count_params() == answer(query)["pictures"]["costs"]["total"]["parameters"]
