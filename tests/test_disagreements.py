"""The page of disagreements: every case is as the page tells it, where its framework is installed, and can fail."""

from __future__ import annotations

import re
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from tests.disagreements.index import CASES
from tests.disagreements.model import FRAMEWORKS, Disagreement, code_of, outcome_of, same, words

sys.path.insert(0, str(Path(__file__).parent.parent / "docs"))

import build_disagreements as build

TIERS = {"onnxruntime": "onnx", "keras": "tensorflow"}


def in_its_tier(name):
    framework = CASES[name].framework
    return pytest.param(name, marks=getattr(pytest.mark, TIERS.get(framework, framework)))


@pytest.mark.parametrize("name", [in_its_tier(name) for name in CASES])
def test_a_case_is_still_as_the_page_tells_it(name):
    case = CASES[name]
    if case.missing:
        pytest.skip(f"not installed: {', '.join(case.missing)}")
    if case.local and not case.holds():
        pytest.skip("not on this machine")
    assert not build.complaint(case, build.stored()[name], case.seen())


@pytest.mark.parametrize("name", CASES)
def test_what_is_right_is_what_the_page_says(name):
    """And differs from what the framework was seen to say, unless that is settled."""
    case, seen = CASES[name], build.stored()[name]
    right = outcome_of(case.right)
    assert not isinstance(right, Exception), right
    unpadded, said = (re.sub(r"\.(?=\D)|\s", "", text) for text in (words(right), seen["says"]))
    assert (unpadded == said) == case.settled
    assert f"`{build.escaped(seen['says'])}`" in build.page([case], {name: seen}) or case.settled


def test_the_page_is_what_the_program_writes():
    assert build.page(CASES.values(), build.stored()) == build.PAGE.read_text(encoding="utf-8")
    assert set(build.stored()) == set(CASES)


def test_links_are_links_and_names_are_the_cases_own():
    for name, case in CASES.items():
        assert name == case.name
        assert {case.framework, *case.also} <= set(FRAMEWORKS)
        assert not case.link or re.fullmatch(
            r"https://github\.com/[\w.-]+/[\w.-]+/(issues|pull|blob)/[\w./-]+", case.link
        )
        assert case.title
        assert case.why or case.settled


def test_every_case_has_a_test_of_its_own_code():
    """No two cases share a call, and what the page shows is what is run."""
    codes = [case.code for case in CASES.values()]
    assert len(set(codes)) == len(codes)
    for case in CASES.values():
        assert case.shown or case.code == code_of(case.says)


def agreeing():
    return np.ones((1, 2))


def refusing():
    raise ValueError("no")


def case_of(says, right=agreeing, **how):
    return Disagreement("made", "onnx", "made up", says, right, "why", **how)


def test_a_case_that_was_mended_is_noticed():
    now = {"version": "1.23.2", "says": words(agreeing())}
    assert "no longer disagrees" in build.complaint(case_of(agreeing), now, now)
    assert "is wrong again" in build.complaint(case_of(refusing, settled=True), now, now)
    assert not build.complaint(case_of(agreeing, settled=True), now, now)


def test_a_case_that_says_something_else_is_noticed():
    before, now = ({"version": "1", "says": said} for said in ("shape (): 1", words(outcome_of(refusing))))
    assert "but the page has shape (): 1" in build.complaint(case_of(refusing), before, now)
    assert not build.complaint(case_of(refusing), {**before, "version": "2"}, now)  # another version, other words
    assert "has not got it" in build.complaint(case_of(refusing), None, now)
    assert not build.complaint(case_of(agreeing, local=True), now, now)  # not on every machine


def test_outcomes_are_told_apart():
    assert same(np.ones((1, 2)), np.ones((1, 2), np.uint8))
    assert not same(np.ones((1, 2)), np.ones((2, 1)))
    assert not same(np.ones((1, 2)), np.ones(2))
    assert not same(np.array([1.0, 2.0]), np.array([1.0, 2.5]))
    assert not same(ValueError("x"), np.ones(1))
    assert not same(np.ones(1), ValueError("x"))
    assert same(ValueError("x"), TypeError("y"))
    assert same((1, 4), (1, 4))
    assert not same((1, 4), (1, 5))
    assert not same({"right": 1}, {"right": 2})


def test_outcomes_in_words():
    assert words(np.array([[1.0, -0.0]])) == "shape (1, 2): [[1., 0.]]"
    assert words({"right": 1, "crash": 2}) == "right: 1, crash: 2"
    assert words((1, 4)) == "(1, 4)"
    assert words(ValueError("in /usr/lib/some/where.cc:12 it\nbroke")) == "ValueError: in ... it broke"
    assert words(ValueError("word " * 100)).endswith("word ...")


def test_code_is_shown_without_what_is_not_the_call():
    assert code_of(agreeing) == "np.ones((1, 2))"
    assert replace(case_of(agreeing), shown="f(x)").code == "f(x)"
