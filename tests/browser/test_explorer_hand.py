"""A hand on a slider: nothing moves it, a drag is one turn, a finger that scrolls turns nothing."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from tests.browser.chromium import find, launch
from tests.browser.explorer_page import ExplorerPage

pytestmark = pytest.mark.browser

CONV = "n=40&c=8&L=conv,k3,s1,d2,lo2,hi2,g2,o8&at=0"
POOL = "n=40&c=4&L=max_pool,k3,s2,lo1,hi1&at=0"

WATCH = """id => {
    const slider = document.getElementById(id);
    window.places = [];
    const look = () => {
        const { x, y, width } = slider.getBoundingClientRect();
        window.places.push([x, y, width].map(Math.round).join());
    };
    look();
    window.watching?.disconnect();
    window.watching = new MutationObserver(look);
    window.watching.observe(document.getElementById("explorer"), { attributes: true, attributeFilter: ["data-drawn"] });
}"""
"""Keeps where a slider stands at each answer that is shown."""


class Drag:
    """A slider taken by the mouse; each place it is led to is waited for."""

    def __init__(self, explorer, brain, query, control):
        self.explorer, self.brain, self.query, self.control = explorer, brain, query, control
        self.mouse, self.down = explorer.page.mouse, False
        explorer.go(brain.answer(query)["query"])
        self.slider = explorer.slider(control)
        self.slider.scroll_into_view_if_needed()
        self.box = self.slider.bounding_box()

    def to(self, share):
        """Lead the slider there; what is shown then is one change to what it began with."""
        box = self.box
        self.mouse.move(box["x"] + box["width"] * share, box["y"] + box["height"] / 2)
        if not self.down:
            self.mouse.down()
        self.down = True
        answer = self.brain.answer(self.brain.edit(self.query, self.control, self.slider.input_value()))
        self.explorer.wait_for(answer["query"])
        return answer


@pytest.fixture(scope="module")
def small_desk(chromium, site):
    """A window too low for the panel, with scroll bars that take room, as most desks have them."""
    engine = SimpleNamespace(chromium=chromium.browser_type)
    browser = launch(engine, find(engine), ignore_default_args=["--hide-scrollbars"])
    page = browser.new_page(viewport={"width": 1280, "height": 700})
    yield ExplorerPage(page, site).open()
    browser.close()


@pytest.mark.parametrize(
    ("start", "control"), [("conv", "n"), ("conv", "d"), ("conv", "o"), ("pool", "hi"), ("vgg", "n"), ("vgg", "d")]
)
def test_a_slider_in_hand_is_neither_pushed_nor_squeezed(start, control, small_desk, brain):
    """Errors with their notes, lists that wrap anew, a scroll bar that comes: all of that waits, or has its room."""
    chosen = {"conv": CONV, "pool": POOL} | {one["id"]: one["query"] for one in brain.presets}
    drag, page = Drag(small_desk, brain, chosen[start], control), small_desk.page
    page.evaluate(WATCH, f"control-{control}")
    errors = {bool(drag.to(share)["errors"]) for share in (0.9, 0.97, 0.5, 0.02, 0.3, 0.8)}
    places = page.evaluate("window.places")
    page.mouse.up()
    assert len(places) > 5, "each answer was shown"
    assert len(set(places)) == 1, places
    if (start, control) in (("conv", "o"), ("pool", "hi")):
        assert errors == {True, False}, "or notes have not been tried"


def test_a_note_is_there_when_the_hand_lets_go(explorer_page, brain):
    drag = Drag(explorer_page, brain, CONV, "d")
    assert drag.to(0.9)["errors"][0]["control"] == "k"
    note = explorer_page.page.locator("#note-k")
    assert explorer_page.number("k").get_attribute("aria-invalid") == "true", "at once"
    assert not note.inner_text()
    explorer_page.page.mouse.up()
    assert "fit" in note.inner_text()


def test_a_drag_is_one_turn(explorer_page, brain):
    """An input of one sample has one output; dragged back, the page looks at the fourth as before."""
    query = f"{CONV}&i=3"
    drag = Drag(explorer_page, brain, query, "n")
    assert drag.to(0)["state"]["i"] == 0
    answer = drag.to(0.5)
    explorer_page.page.mouse.up()
    assert answer["state"]["i"] == 3
    assert explorer_page.same_as(answer) == []


def test_arrows_of_a_number_are_answered_while_they_are_held(explorer_page):
    explorer_page.go(CONV)
    page, box = explorer_page.page, explorer_page.number("n").bounding_box()
    page.mouse.move(box["x"] + box["width"] - 10, box["y"] + box["height"] / 4)
    drawn = explorer_page.shown()["drawn"]
    page.mouse.down()
    page.wait_for_function("drawn => document.getElementById('explorer').dataset.drawn > drawn + 4", arg=drawn)
    page.mouse.up()
    assert int(explorer_page.number("n").input_value()) > 42


def test_the_number_follows_its_slider_even_where_it_has_the_focus(explorer_page, brain):
    """On touch a slider does not take the focus from the number beside it."""
    explorer_page.go(CONV)
    explorer_page.number("n").focus()
    explorer_page.settle(
        lambda: explorer_page.page.evaluate("""() => {
        const slider = document.getElementById("control-n");
        slider.value = 57;
        slider.dispatchEvent(new Event("input", { bubbles: true }));
    }""")
    )
    assert explorer_page.same_as(brain.answer(brain.edit(CONV, "n", "57"))) == []


def test_a_finger_that_scrolls_turns_nothing(site, open_context, brain):
    context, _ = open_context(viewport={"width": 390, "height": 844}, is_mobile=True, has_touch=True)
    explorer = ExplorerPage(context.new_page(), site).open(CONV)
    page, fingers = explorer.page, context.new_cdp_session(explorer.page)
    explorer.slider("n").scroll_into_view_if_needed()
    box = explorer.slider("n").bounding_box()
    x, y = box["x"] + box["width"] * 0.8, box["y"] + box["height"] / 2

    def touch(kind, *points):
        fingers.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": list(points)})
        page.evaluate("new Promise(requestAnimationFrame)")

    touch("touchStart", {"x": x, "y": y})
    for by in range(10, 200, 10):
        touch("touchMove", {"x": x, "y": y - by})
    touch("touchEnd")
    page.wait_for_function("document.getElementById('panel').scrollTop > 20")
    assert explorer.slider("n").input_value() == "40"
    explorer.wait_for(brain.answer(CONV)["query"])
