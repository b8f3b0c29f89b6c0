"""Clicks and choices that come while an answer is on its way, or faster than answers do."""

from __future__ import annotations

import pytest

pytestmark = pytest.mark.browser

STACK = "n=33&c=8&L=conv,k3,s1,d2,lo2,hi2,g1,o8;conv,k3,s1,d1,lo1,hi1,g1,o8;max_pool,k2,s2,lo0,hi0&at=0"

TURN = """() => {
    const slider = document.getElementById("control-k");
    slider.value = 5;
    slider.dispatchEvent(new Event("input", { bubbles: true }));
}"""


def test_a_click_that_an_answer_comes_in_the_midst_of_counts(explorer_page, brain):
    """As after a typed number: it is answered while the mouse is down on the layer."""
    explorer_page.go(STACK)
    page, layer = explorer_page.page, explorer_page.page.locator("[data-layer='2']")
    layer.hover()
    page.mouse.down()
    explorer_page.settle(lambda: page.evaluate(TURN))
    page.mouse.up()
    answer = brain.answer(brain.edit(brain.edit(STACK, "k", "5"), "at", "2"))
    explorer_page.wait_for(answer["query"])
    assert explorer_page.same_as(answer) == []


@pytest.mark.parametrize("width", [1280, 390])
def test_add_and_remove_stay_under_the_mouse(width, explorer_page, brain):
    page = explorer_page.page
    page.set_viewport_size({"width": width, "height": 844})
    most = brain.answer("")["limits"]["layers"]
    for button, layers in (("#layer-add", most), ("#layer-remove", 1)):
        page.locator(button).hover()
        for _ in range(most - 1):
            explorer_page.settle(lambda: (page.mouse.down(), page.mouse.up()))
        assert len(explorer_page.shown()["layers"]) == layers


CHOOSE = """([id, first, last]) => {
    const select = document.getElementById(id);
    window.chosen = [];
    window.choosing?.disconnect();
    window.choosing = new MutationObserver(() => window.chosen.push(select.selectedIndex));
    window.choosing.observe(document.getElementById("explorer"), { attributes: true, attributeFilter: ["data-drawn"] });
    for (const index of [first, last]) {
        select.selectedIndex = index;
        select.dispatchEvent(new Event("change", { bubbles: true }));
    }
}"""


@pytest.mark.parametrize("select", ["preset", "kind"])
def test_a_choice_by_keys_is_not_set_back(select, explorer_page, brain):
    """Arrows choose faster than Python answers: the answer for the one before must not be written over the next."""
    page = explorer_page.page
    explorer_page.go(STACK)
    explorer_page.wait_for(STACK)
    page.evaluate(CHOOSE, [select, 2, 4])
    last = brain.presets[3]["query"] if select == "preset" else brain.edit(STACK, "kind", "transposed")
    explorer_page.wait_for(brain.answer(last)["query"])
    assert set(page.evaluate("window.chosen")) == {4}


def test_own_settings_are_those_that_stand_there(explorer_page, brain):
    page, preset = explorer_page.page, brain.presets[1]
    explorer_page.settle(lambda: page.select_option("#preset", preset["id"]))
    page.select_option("#preset", "")
    assert page.input_value("#preset") == preset["id"]
    assert page.inner_text("#preset-says") == preset["says"]
