"""Presets, and the stack of layers: chosen, added, removed, moved, changed in kind."""

from __future__ import annotations

import pytest

from tests.browser.independent import FreeField

pytestmark = pytest.mark.browser

ASKED_FOR = ("ASPP", "WaveNet", "ontext module", "MobileNet", "ybrid")


def test_every_preset(explorer_page, brain):
    page = explorer_page.page
    labels = page.locator("#preset option").all_inner_texts()
    for words in ASKED_FOR:
        assert any(words in label for label in labels), words
    for preset in brain.presets[::-1]:  # the first one is what the page begins with
        answer = brain.answer(preset["query"])
        assert not answer["errors"], preset["id"]
        explorer_page.settle(lambda one=preset: page.select_option("#preset", one["id"]))
        assert explorer_page.same_as(answer) == [], preset["id"]
        assert page.inner_text("#preset-says") == preset["says"]
        assert page.input_value("#preset") == preset["id"]


def test_a_preset_is_left_when_something_moves(explorer_page, brain):
    page = explorer_page.page
    explorer_page.settle(lambda: page.select_option("#preset", brain.presets[1]["id"]))
    explorer_page.press("k", "ArrowRight")
    assert page.input_value("#preset") == ""
    assert page.inner_text("#preset-says") == ""


def test_published_fields(explorer_page, brain):
    """What papers say of these stacks, and what a run says: 67 and 128 samples, VGG's 212 (to the last pooling)."""
    published = {"context": 67, "wavenet": 128, "vgg": 212}
    for preset in brain.presets:
        if preset["id"] in published:
            shown = explorer_page.go(preset["query"])
            value = int(shown["figures"]["receptive_field"][1].replace(",", ""))
            layers = brain.answer(preset["query"])["state"]["layers"]
            assert value == published[preset["id"]] == FreeField(layers).size
            published.pop(preset["id"])
    assert not published


STACK = "n=33&c=4&L=conv,k3,s1,d1,lo1,hi1,g1,o6;max_pool,k2,s2,lo0,hi0;separable,k3,s1,d2,lo2,hi2,m2,o8&at=0"


def test_layers_are_chosen_added_removed_and_moved(explorer_page, brain):
    page = explorer_page.page
    query = brain.answer(STACK)["query"]
    explorer_page.go(STACK)

    def then(control, text, act):
        nonlocal query
        query = brain.edit(query, control, text)
        explorer_page.settle(act)
        assert explorer_page.same_as(brain.answer(query)) == [], (control, text)
        return len(explorer_page.shown()["layers"])

    assert then("at", "2", lambda: page.click("[data-layer='2']")) == 3
    assert then("add", "", lambda: page.click("#layer-add")) == 4
    assert then("at", "1", lambda: page.click("[data-layer='1']")) == 4
    assert then("move", "1", lambda: page.click("#layer-later")) == 4
    assert then("move", "-1", lambda: page.click("#layer-earlier")) == 4
    assert then("remove", "", lambda: page.click("#layer-remove")) == 3
    for kind in page.locator("#kind option").evaluate_all("all => all.map((one) => one.value)"):
        if kind != page.input_value("#kind"):
            assert then("kind", kind, lambda kind=kind: page.select_option("#kind", kind)) == 3


def test_from_one_layer_to_as_many_as_there_may_be(explorer_page, brain):
    page = explorer_page.page
    most = brain.answer("")["limits"]["layers"]
    assert page.is_disabled("#layer-remove")
    query = brain.answer("")["query"]
    for _ in range(most - 1):
        query = brain.edit(query, "add", "")
        explorer_page.settle(lambda: page.click("#layer-add"))
    assert page.is_disabled("#layer-add")
    assert explorer_page.same_as(brain.answer(query)) == []
    for _ in range(most - 1):
        query = brain.edit(query, "remove", "")
        explorer_page.settle(lambda: page.click("#layer-remove"))
    assert page.is_disabled("#layer-remove")
    assert explorer_page.same_as(brain.answer(query)) == []


def test_a_layer_that_does_not_fit_is_named_and_the_others_stay(explorer_page, brain):
    query = "n=9&c=4&L=conv,k3,s1,d1,lo0,hi0,g1,o6;conv,k5,s1,d4,lo0,hi0,g1,o6&at=1"
    shown = explorer_page.go(query)
    assert explorer_page.same_as(brain.answer(query)) == []
    assert "does not fit" in shown["errors"][0]
    assert "5 - 1" in shown["errors"][0]  # the arithmetic, with the reader's numbers
    assert "does not fit" in explorer_page.page.inner_text("[data-layer='1']")
