"""The window's way: it plays and pauses, says what it reads, and moves by itself for nobody who asked for rest."""

from __future__ import annotations

import pytest

pytestmark = pytest.mark.browser

SMALL = "n=9&c=1&L=conv,k3,s1,d2,lo1,hi1,g1,o1&at=0"
PIXELS = "id => document.getElementById(`picture-${id}`).toDataURL()"


def told(page):
    return page.inner_text("#reads")


def test_it_plays_and_pauses(explorer_page):
    page = explorer_page.page
    explorer_page.go(SMALL)
    page.locator("#picture-windows").scroll_into_view_if_needed()
    assert not playing(page)
    still = page.evaluate(PIXELS, "windows")
    page.click("#play")
    assert playing(page)
    seen = {told(page)}
    for _ in range(2):
        page.wait_for_function(
            "before => document.getElementById('reads').textContent !== before", arg=told(page), timeout=4000
        )
        seen.add(told(page))
    assert len(seen) >= 3
    assert page.evaluate(PIXELS, "windows") != still
    page.click("#play")
    assert not playing(page)
    paused = page.evaluate(PIXELS, "windows")
    page.wait_for_timeout(1200)
    assert page.evaluate(PIXELS, "windows") == paused


def playing(page):
    return page.inner_text("#play") == "Pause"


def test_a_key_that_is_held_plays_once(explorer_page):
    explorer_page.go(SMALL)
    page = explorer_page.page
    page.focus("#picture-windows")
    for _ in range(2):  # the second is the repetition of the first
        page.keyboard.down(" ")
    assert playing(page)
    page.keyboard.up(" ")
    page.keyboard.press(" ")
    assert not playing(page)


def test_a_hand_on_its_slider_stops_it(explorer_page):
    """Else the thumb would run on under the hand that took it and has not led it anywhere yet."""
    explorer_page.go(SMALL)
    explorer_page.page.click("#play")
    explorer_page.page.dispatch_event("#place", "pointerdown")
    assert not playing(explorer_page.page)


STALL = """async () => {
    const before = Number(document.getElementById("place").value);
    const until = performance.now() + 5000;
    while (performance.now() < until);
    for (let i = 0; i < 2; i++) await new Promise(requestAnimationFrame);
    return Number(document.getElementById("place").value) - before;
}"""


def test_a_page_that_stood_still_goes_on_from_there(explorer_page):
    """As after a look at another tab: five seconds are seventeen of these outputs, which nobody saw."""
    explorer_page.go(SMALL)
    page = explorer_page.page
    page.focus("#picture-windows")
    page.keyboard.press("Home")
    page.click("#play")
    page.wait_for_function("before => document.getElementById('reads').textContent !== before", arg=told(page))
    assert page.evaluate(STALL) < 8
    assert playing(page)
    page.click("#play")


def test_what_it_says_is_what_is_read(explorer_page, brain):
    """Each step's sentence holds the input positions that output i reads: i*s - lo + m*d."""
    page = explorer_page.page
    explorer_page.go(SMALL)
    outputs = brain.answer(SMALL)["layers"][0]["shape"][1]
    page.focus("#picture-windows")
    page.keyboard.press("Home")
    for i in range(outputs):
        columns = ", ".join(str(i - 1 + m * 2) for m in range(3))
        assert told(page) == f"Output (0, {i}) reads rows -1, 1, 3 and columns {columns}."
        page.click("#step")


@pytest.mark.parametrize("motion", ["reduce", "no-preference"])
def test_nothing_moves_unasked(motion, explorer_page):
    page = explorer_page.page
    page.emulate_media(reduced_motion=motion)
    explorer_page.go(SMALL)
    page.wait_for_timeout(400)
    before = [page.evaluate(PIXELS, each) for each in ("windows", "toeplitz", "taps")]
    page.wait_for_timeout(1200)
    assert [page.evaluate(PIXELS, each) for each in ("windows", "toeplitz", "taps")] == before
    if motion == "reduce":
        explorer_page.press("k", "ArrowRight")
        running = "document.getElementById('explorer').getAnimations({ subtree: true }).length"
        assert page.evaluate(running) == 0


def test_pictures_follow_the_settings(explorer_page):
    """No picture is blank, and each changes when what it shows is changed."""
    page = explorer_page.page
    page.set_viewport_size({"width": 1280, "height": 6000})  # all of them in sight, so that all are drawn
    explorer_page.go("n=17&c=2&L=conv,k3,s1,d1,lo1,hi1,g1,o2;conv,k3,s1,d2,lo2,hi2,g1,o4&at=1")
    page.wait_for_timeout(300)
    names = list(explorer_page.shown()["pictures"])
    assert set(names) >= {"taps", "windows", "toeplitz", "im2col", "field", "coverage", "costs"}
    before = {name: page.evaluate(PIXELS, name) for name in names}
    colours = """id => {
        const one = document.getElementById(`picture-${id}`);
        const data = one.getContext("2d").getImageData(0, 0, one.width, one.height).data;
        return new Set(new Uint32Array(data.buffer)).size;
    }"""
    assert all(page.evaluate(colours, name) > 4 for name in names)
    explorer_page.press("k", "ArrowRight")
    page.wait_for_timeout(300)
    same = [name for name in names if page.evaluate(PIXELS, name) == before[name]]
    assert same == []
