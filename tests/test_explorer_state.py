"""The explorer's state: one line of text there and back, changed by hand, and whatever anybody types into it."""

from __future__ import annotations

import ast
import doctest
import json
import pkgutil
import re
import subprocess
import sys
from importlib import import_module

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

import refconv
from tests.exploring import CONTROLS, HOME, KINDS, PRESETS, answer, drawn_stacks, explorer, parse, query_of

MODULES = sorted(module.name for module in pkgutil.walk_packages([str(HOME)]))


@given(drawn_stacks())
def test_there_and_back(state):
    assert parse(query_of(state)) == (state, [])
    assert answer(state)["query"] == query_of(state)


def test_an_address_may_be_quoted_or_carry_its_mark():
    plain = "n=9&c=1&L=conv,k3,d2;max_pool,k2&at=1"
    for other in (f"#{plain}", f"?{plain}", plain.replace(",", "%2C").replace(";", "%3b")):
        assert parse(other) == parse(plain)
    assert parse("")[0].selected.kind == "conv"
    assert parse("L=pool,k2")[0].selected == parse("L=max_pool,k2,s2")[0].selected


TYPED = [
    ("", 3),
    ("abc", 3),
    ("2.4", 2),
    ("1e99999", 3),
    ("nan", 3),
    ("-7", 1),
    ("0", 1),
    ("12", 11),
    ("9" * 300, 11),
    ("three; 4, 5 & 6=7 # 8", 3),
]


@pytest.mark.parametrize(("text", "taken"), TYPED, ids=[text[:12] for text, _ in TYPED])
def test_what_is_typed_badly_is_named_and_the_nearest_is_answered(text, taken):
    query = explorer.edit("n=20&c=2&L=conv,k5,o4;conv,k3&at=1", "k", text)
    found = answer(query)
    assert [(error["control"], error["layer"]) for error in found["errors"]] == [("k", 1)]
    assert found["errors"][0]["message"].startswith("layer 2, conv: kernel_size ")
    assert found["state"]["layers"][1]["k"] == taken
    assert found["state"]["layers"][0] == {"kind": "conv", "k": 5, "s": 1, "d": 1, "lo": 0, "hi": 0, "g": 1, "o": 4}
    assert answer(found["query"])["errors"] == []


@given(drawn_stacks(), st.data())
def test_every_control_takes_every_value_of_its_slider(state, data):
    found = answer(state)
    control = data.draw(st.sampled_from(found["controls"]))
    value = data.draw(st.integers(control["min"], control["max"]))
    after = answer(explorer.edit(found["query"], control["id"], f" {value} "))
    if control["id"] in KINDS[state.selected.kind].letters:
        assert after["state"]["layers"][state.at][control["id"]] == value
    else:
        assert after["state"][control["id"]] == value
    for error in after["errors"]:  # sizes need not go together; the numbers are all taken
        assert "the explorer draws" not in error["message"]


def test_each_kind_has_its_controls_with_usual_values_inside():
    for kind in KINDS.values():
        for letter in kind.letters:
            control = kind.control(letter)
            assert control.low <= control.usual <= control.high, letter
    assert all(control.label and control.help for control in CONTROLS.values())


def test_layers_are_added_selected_changed_and_removed():
    query = explorer.edit("n=20&c=2&L=conv,k5,o4", "add", "")
    assert answer(query)["state"]["at"] == 1
    assert [layer["k"] for layer in answer(query)["state"]["layers"]] == [5, 5]
    query = explorer.edit(query, "kind", "max_pool")
    assert [layer["kind"] for layer in answer(query)["state"]["layers"]] == ["conv", "max_pool"]
    query = explorer.edit(explorer.edit(query, "at", "0"), "add", "depthwise")
    assert [layer["kind"] for layer in answer(query)["state"]["layers"]] == ["conv", "depthwise", "max_pool"]
    assert explorer.edit(explorer.edit(query, "move", "1"), "move", "-1") == query
    moved = answer(explorer.edit(query, "move", "-1"))["state"]
    assert ([layer["kind"] for layer in moved["layers"]], moved["at"]) == (["depthwise", "conv", "max_pool"], 0)
    first = explorer.edit(query, "move", "-1")
    assert explorer.edit(first, "move", "-1") == first
    assert explorer.edit(query, "move", "up") == query
    query = explorer.edit(query, "remove", "")
    assert [layer["kind"] for layer in answer(query)["state"]["layers"]] == ["conv", "max_pool"]
    for _ in range(3):
        query = explorer.edit(query, "remove", "")
    assert len(answer(query)["state"]["layers"]) == 1
    for _ in range(30):
        query = explorer.edit(query, "add", "")
    assert len(answer(query)["state"]["layers"]) == answer(query)["limits"]["layers"]
    assert answer(explorer.edit(query, "kind", "attention"))["errors"][0]["control"] == "kind"
    assert answer(explorer.edit(query, "at", "99"))["errors"]
    assert explorer.edit(query, "colour", "red") == query


def changed(query, *turns):
    return json.loads(explorer.change(query, json.dumps(turns)))


def test_several_changes_are_answered_at_once():
    query = "n=20&c=2&L=conv,k5,o4"
    assert changed(query) == answer(query)
    assert changed(query, ("add", ""), ("add", ""))["state"]["at"] == 2
    turns = (("k", "3"), ("n", "30"), ("k", "4"))
    stepwise = query
    for control, text in turns:
        stepwise = explorer.edit(stepwise, control, text)
    assert changed(query, *turns) == answer(stepwise)


@pytest.mark.parametrize(("control", "text"), [("k", "two"), ("k", "99"), ("n", "0")])
def test_changes_wait_behind_one_that_is_typed_badly(control, text):
    """The reader sees it named; the next change would have put it right in silence."""
    found = changed("n=20&c=2&L=conv,k5,o4", ("o", "6"), (control, text), ("c", "4"))
    assert control in [error["control"] for error in found["errors"]]
    assert (found["state"]["layers"][0]["o"], found["state"]["c"]) == (6, 2)


@pytest.mark.parametrize(("control", "text"), [("k", "9"), ("g", "3")])
def test_what_does_not_fit_is_taken_and_the_next_change_too(control, text):
    query = "n=5&c=2&L=conv,k5,o4"
    assert control in [error["control"] for error in changed(query, (control, text))["errors"]]
    found = changed(query, (control, text), ("n", "40"), ("c", "3"), ("o", "6"))
    assert (found["state"]["n"], found["errors"]) == (40, [])


@given(st.text(max_size=60))
@example("&&==;;,,##")
@example("9" * 4000)
@example("L=;;;,,,")
@example("n=%FF%00&L=%%%,k%3")
def test_no_text_raises(text):
    for query in (
        text,
        f"n={text}",
        f"L={text}",
        f"L=conv,{text};max_pool,{text}",
        f"L=conv,k{text}&at={text}&i={text}",
    ):
        found = answer(query)
        assert answer(found["query"])["query"] == found["query"]
        for control in ("n", "k", "kind", "at", "i", text):
            answer(explorer.edit(query, control, text))
        for dialect in ("refconv", "torch", "keras", text):
            assert isinstance(explorer.snippet(query, dialect), str)


def test_refconvs_own_message_where_a_kernel_does_not_fit():
    message = answer("n=5&c=1&L=conv,k3,d3,o1")["errors"][0]["message"]
    with pytest.raises(refconv.ShapeError) as raised:
        refconv.conv2d(np.ones((1, 1, 5, 5)), np.ones((1, 1, 3, 3)), dilation=3)
    assert message.split(":", 1) == ["layer 1, conv", str(raised.value).split(":", 1)[1]]


FITTING = [
    ("n=5&L=conv,k3,d3", "k"),
    ("n=5&c=6&L=conv,g4,o8", "g"),
    ("n=5&c=6&L=conv,g3,o8", "g"),
    ("n=5&L=max_pool,k2,lo-1", "lo"),
    ("n=5&L=max_pool,k2,s2,lo4", "lo"),
    ("n=5&L=transposed,s2,a2", "a"),
    ("n=1&L=transposed,k2,lo1,hi1", "lo"),
]


@pytest.mark.parametrize(("query", "control"), FITTING)
def test_what_does_not_go_together_names_its_control_and_the_rest_is_answered(query, control):
    found = answer(query)
    assert [(error["control"], error["layer"]) for error in found["errors"]] == [(control, 0)]
    assert found["pictures"]["taps"] is not None
    assert found["figures"][0]["id"] == "effective_kernel"
    assert found["layers"][0]["error"]
    behind = answer(query.replace("L=", "c=6&L=conv,k1,o6;" if control == "g" else "L=conv,k1,o8;") + "&at=0")
    assert [error["layer"] for error in behind["errors"]] == [1]
    assert behind["pictures"]["windows"] is not None  # the first layer is all right
    assert behind["layers"][0]["error"] is False
    assert behind["layers"][1] == {"label": found["layers"][0]["label"], "shape": None, "error": True}


def test_an_answer_stays_small_and_whole_at_the_bounds():
    largest = ",".join(f"{letter}{CONTROLS[letter].high}" for letter in ("k", "d", "lo", "hi"))
    for layer in (f"conv,{largest}", f"conv,s8,{largest}", f"separable,m8,s8,{largest}", "max_pool,k11,s8,lo5,hi5"):
        query = "n=256&c=1024&L=" + ";".join([layer] * 20)
        text = explorer.answer(query)
        assert len(text) < 250_000
        assert {error["control"] for error in json.loads(text)["errors"]} <= {"k", "s"}
    up = answer("n=256&L=transposed,k11,s8;transposed,k11,s8")
    assert "2048" in up["errors"][0]["message"]
    assert up["figures"]


def test_presets_are_answered_without_an_error():
    listed = json.loads(explorer.presets())
    assert [preset["id"] for preset in listed] == [preset.id for preset in PRESETS]
    assert len({preset["id"] for preset in listed}) == len(listed) >= 12
    for preset in listed:
        found = answer(preset["query"])
        assert found["errors"] == []
        assert found["query"] == preset["query"]
        assert preset["label"]
        assert preset["says"]
        assert all(found["pictures"].values())


def test_the_standard_library_is_enough():
    code = f"""
import sys
sys.path.insert(0, {str(HOME)!r})
before = set(sys.modules)
import json, explorer
for preset in json.loads(explorer.presets()):
    explorer.answer(explorer.edit(preset["query"], "k", "two"))
    for dialect in ("refconv", "torch", "keras"):
        explorer.snippet(preset["query"], dialect)
print(*sorted({{name.split(".")[0] for name in set(sys.modules) - before}}))
"""
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert set(run.stdout.split()) - sys.stdlib_module_names == {"explorer", "refconv"}


def test_no_index_arithmetic_of_its_own():
    """``d * (k - 1) + 1`` and its like are called, as everywhere in the house; learners' words may say them."""
    span = re.compile(r"\*\s*\(\s*(\w+\.)?(k|kernel\w*)\s*-\s*1\s*\)")
    for path in sorted(HOME.rglob("*.py")):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        for node in ast.walk(tree):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                node.value = ""
        assert not span.search(ast.unparse(tree)), path


@pytest.mark.parametrize("name", MODULES)
def test_examples_in_docstrings(name):
    assert doctest.testmod(import_module(name), optionflags=doctest.NORMALIZE_WHITESPACE).failed == 0
