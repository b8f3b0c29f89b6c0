"""The explorer's PyTorch snippet: it runs, and computes what refconv's snippet does, weight for weight."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings

from tests.exploring import PRESETS, answer, drawn_stacks, explorer, query_of
from tests.test_explorer_snippets import query_for, run, weights_of

torch = pytest.importorskip("torch", reason="the optional tier: pip install refconv[torch]")

pytestmark = pytest.mark.torch


def check_values(query):
    """Hold the model of PyTorch's snippet to refconv's, with the same weights."""
    arrays, x, y = weights_of(explorer.snippet(query, "refconv"))
    model = run(explorer.snippet(query, "torch"))["model"].double()
    mine = list(model.parameters())
    assert len(mine) == len(arrays)
    with torch.no_grad():
        for parameter, array in zip(mine, arrays, strict=True):
            parameter.copy_(torch.from_numpy(array).reshape(parameter.shape))
        theirs = model(torch.from_numpy(x)).numpy()
    np.testing.assert_array_equal(theirs, y)


@settings(max_examples=150)
@given(drawn_stacks())
def test_drawn_stacks_compute_the_same(state):
    check_values(query_of(state))


@pytest.mark.parametrize("preset", PRESETS, ids=lambda preset: preset.id)
def test_presets_make_the_shapes_of_the_page(preset):
    query = query_for(preset)
    names = run(explorer.snippet(query, "torch"))
    assert list(names["y"].shape) == [1, *answer(query)["layers"][-1]["shape"]]
    parameters = sum(parameter.numel() for parameter in names["model"].parameters())
    assert parameters == answer(query)["pictures"]["costs"]["total"]["parameters"]
