"""Without a mouse: every control is reached by Tab in the order in which it stands, is seen to be, and works."""

from __future__ import annotations

import pytest

pytestmark = pytest.mark.browser

FOCUS = """() => {
    const one = document.activeElement;
    const inside = document.getElementById("explorer").contains(one);
    const style = getComputedStyle(one);
    const box = one.getBoundingClientRect();
    const middle = (Math.max(box.top, 0) + Math.min(box.bottom, innerHeight)) / 2;
    const top = document.elementFromPoint(box.x + box.width / 2, middle);
    return inside ? {
        name: one.id || (one.dataset.layer === undefined ? one.tagName : `layer ${one.dataset.layer}`),
        label: one.getAttribute("aria-label") || one.labels?.[0]?.textContent.trim() || one.textContent.trim(),
        ring: (style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2) || style.boxShadow !== "none",
        visible: box.width > 0 && box.height > 0 && box.bottom > 0 && box.top < innerHeight,
        covered: !(top === one || one.contains(top) || top?.contains(one)),
    } : null;
}"""

REACHABLE = """() => [...document.querySelectorAll(
    "#explorer :is(a[href], button, input, select, textarea, [tabindex='0'])")]
    .filter((one) => !one.disabled && one.checkVisibility({ visibilityProperty: true }))
    .map((one) => one.id || (one.dataset.layer === undefined ? one.tagName : `layer ${one.dataset.layer}`))"""


def walk(page):
    """What Tab comes by inside the explorer, from the select of presets to the end."""
    page.evaluate("document.documentElement.style.scrollBehavior = 'auto'")  # furo scrolls softly: too slow to judge
    page.focus("#preset")
    stops = []
    while (stop := page.evaluate(FOCUS)) and len(stops) < 200:
        stops.append(stop)
        page.keyboard.press("Tab")
    return stops


@pytest.mark.parametrize("width", [1280, 360])
def test_tab_comes_by_everything_in_order(width, explorer_page):
    page = explorer_page.page
    page.set_viewport_size({"width": width, "height": 800})
    stops = walk(page)
    assert [stop["name"] for stop in stops] == page.evaluate(REACHABLE)
    assert len(stops) > 25
    faults = {
        "the focus is not seen": [stop["name"] for stop in stops if not stop["ring"]],
        "the focus is out of sight": [stop["name"] for stop in stops if not stop["visible"]],
        "the focus is under something else": [stop["name"] for stop in stops if stop["covered"]],
        "without a name": [stop["name"] for stop in stops if not stop["label"]],
    }
    assert not any(faults.values()), faults


def test_a_stack_is_built_by_keys_alone(explorer_page, brain):
    page, keys = explorer_page.page, explorer_page.page.keyboard
    query = explorer_page.shown()["query"]

    def then(control, text, *pressed):
        nonlocal query
        query = brain.edit(query, control, text)
        explorer_page.settle(lambda: [keys.press(key) for key in pressed])
        assert explorer_page.same_as(brain.answer(query)) == [], (control, text)

    def tab_to(name):
        for _ in range(200):
            keys.press("Tab")
            if (page.evaluate(FOCUS) or {}).get("name") == name:
                return
        raise AssertionError(f"Tab never came to {name}")

    page.focus("#preset")
    tab_to("layer-add")
    then("add", "", "Enter")
    tab_to("control-k")
    then("k", "4", "ArrowRight")
    then("k", "5", "ArrowUp")
    tab_to("number-d")
    keys.press("Control+a")
    then("d", "7", "7")
    keys.press("Shift+Tab")
    then("d", "6", "ArrowLeft")
    page.focus("#preset")
    tab_to("layer 0")
    then("at", "0", " ")
    assert page.evaluate(FOCUS)["name"] == "layer 0", "the focus stays on the layer that was chosen"


def test_a_slider_keeps_the_focus_while_it_moves(explorer_page):
    explorer_page.slider("k").focus()
    for _ in range(4):
        explorer_page.press("k", "ArrowRight")
        assert explorer_page.page.evaluate(FOCUS)["name"] == "control-k"


def test_the_window_is_moved_by_keys(explorer_page):
    page = explorer_page.page
    page.focus("#picture-windows")
    told = [page.inner_text("#reads")]
    for key in ("ArrowRight", "ArrowDown", "Home", "End", "ArrowLeft"):
        page.keyboard.press(key)
        told.append(page.inner_text("#reads"))
    assert len(set(told)) == len(told), told
    assert told[3].startswith("Output (0, 0)")
