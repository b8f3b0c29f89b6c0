"""Every public name has a docstring of the house's kind, and its example runs."""

from __future__ import annotations

import doctest
import inspect

import pytest

import refconv

FUNCTIONS = sorted(name for name in refconv.__all__ if inspect.isfunction(getattr(refconv, name)))
SECTIONS = ("Parameters", "Returns", "Raises", "Examples")


def run_examples(function, name):
    runner = doctest.DocTestRunner(optionflags=doctest.NORMALIZE_WHITESPACE)
    for example in doctest.DocTestFinder().find(function, name, module=False, globs={}):
        runner.run(example)
    return runner.summarize(verbose=False)


@pytest.mark.parametrize("name", FUNCTIONS)
def test_every_public_example_runs(name):
    failed, attempted = run_examples(getattr(refconv, name), name)
    assert attempted > 0
    assert failed == 0


@pytest.mark.parametrize("name", FUNCTIONS)
def test_every_public_docstring_has_its_sections(name):
    text = inspect.getdoc(getattr(refconv, name))
    for section in SECTIONS:
        assert f"{section}\n{'-' * len(section)}" in text, section
    for placeholder in ("{op}", "{forward}", "{axes}", "{kernel}", "{out}", "{ones}", "{threes}", "{sizes}"):
        assert placeholder not in text, placeholder


@pytest.mark.parametrize("name", FUNCTIONS)
def test_every_parameter_is_described(name):
    function = getattr(refconv, name)
    section = inspect.getdoc(function).split("Parameters\n----------\n")[1].split("\n\nReturns\n")[0]
    heads = [line.split(" : ")[0] for line in section.splitlines() if line and not line.startswith(" ")]
    described = {name.strip() for head in heads for name in head.split(",")}
    assert set(inspect.signature(function).parameters) == described


def test_the_roads_examples_run():
    for name in ("conv", "conv1d", "conv2d", "conv3d", "conv_backward", "conv2d_backward"):
        failed, attempted = run_examples(getattr(refconv.algorithms, name), name)
        assert attempted > 0
        assert failed == 0
