"""The code that the explorer writes: what it says in refconv's words runs, and makes the shapes of the page."""

from __future__ import annotations

import re

import numpy as np
import pytest
from hypothesis import given, settings

from tests.exploring import PRESETS, answer, drawn_stacks, explorer, query_of

SMALL = {"vgg": ("n=224", "n=32"), "mobilenet": ("n=224", "n=32"), "context": ("c=21", "c=3")}
"""Presets that would take long, and how they are made smaller; their layers stay."""


def run(code):
    """Run a snippet and return what it leaves behind."""
    names = {}
    exec(compile(code, "snippet", "exec"), names)  # noqa: S102 - the code is ours
    return names


def query_for(preset):
    """Return a preset's state, made small where it is one of the large ones."""
    return preset.query.replace(*SMALL.get(preset.id, ("", "")))


def weights_of(code):
    """Run refconv's snippet, and return its weights in order, its input and its result."""
    kept = []
    watched = re.sub(r"^(\w+, \w+) = (.*)$", r"\1 = \2\nkeep(\1)", code, flags=re.MULTILINE)
    names = {"keep": lambda *arrays: kept.extend(arrays)}
    exec(compile(watched, "snippet", "exec"), names)  # noqa: S102 - the code is ours
    return kept, names["x"], names["y"]


@settings(max_examples=60)
@given(drawn_stacks())
def test_refconvs_snippet_runs(state):
    query = query_of(state)
    y = run(explorer.snippet(query, "refconv"))["y"]
    assert list(y.shape) == [1, *answer(query)["layers"][-1]["shape"]]
    np.testing.assert_array_equal(y, np.rint(y))  # whole numbers: the sums are exact


@pytest.mark.parametrize("preset", PRESETS, ids=lambda preset: preset.id)
def test_presets_run(preset, capsys):
    query = query_for(preset)
    shape = (1, *answer(query)["layers"][-1]["shape"])
    assert run(explorer.snippet(query, "refconv"))["y"].shape == shape
    assert capsys.readouterr().out == f"{shape}\n"


@given(drawn_stacks())
def test_every_dialect_writes_code(state):
    for dialect in ("torch", "keras"):
        code = explorer.snippet(query_of(state), dialect)
        compile(code, dialect, "exec")
        assert max(map(len, code.splitlines())) <= 120


def test_what_does_not_fit_is_a_comment():
    code = explorer.snippet("n=5&c=1&L=conv,k3,o2;conv,k3,d3", "refconv")
    assert code.startswith("# Only the layers that fit:\n# layer 2, conv: the kernel does not fit")
    assert run(code)["y"].shape == (1, 2, 3, 3)
    assert set(explorer.snippet("n=2&L=conv,k3", "torch").splitlines()[0]) >= {"#"}
    run(explorer.snippet("n=2&L=conv,k3", "keras"))  # comments only
    assert explorer.snippet("n=5", "caffe").startswith("# There is no dialect 'caffe'.")
