"""A hold on a slider: what ends it, what does not, and where the page is scrolled for it."""

from __future__ import annotations

import pytest

pytestmark = pytest.mark.browser

CONV = "n=40&c=8&L=conv,k3,s1,d2,lo2,hi2,g2,o8&at=0&i=3"

HELD = "document.querySelector('.ex-stack').style.height !== ''"
LIFT = "dispatchEvent(new PointerEvent('pointerup', { pointerId: 77, isPrimary: false }))"


def take(explorer, control):
    """Press the mouse on a slider; returns where to lead it, share by share."""
    slider, mouse = explorer.slider(control), explorer.page.mouse
    box = slider.bounding_box()

    def to(share):
        mouse.move(box["x"] + box["width"] * share, box["y"] + box["height"] / 2)

    to(0.2)
    mouse.down()
    return to


def test_a_second_finger_does_not_end_a_hold(explorer_page):
    explorer_page.go(CONV)
    page = explorer_page.page
    take(explorer_page, "d")
    page.evaluate(LIFT)
    assert page.evaluate(HELD)
    page.mouse.up()
    assert not page.evaluate(HELD)


def test_a_hold_whose_release_is_lost_ends(explorer_page):
    """A menu swallows it: the browser then ends the drag, but no pointerup comes."""
    explorer_page.go(CONV)
    page = explorer_page.page
    to = take(explorer_page, "d")
    to(0.5)
    page.mouse.down(button="right")
    page.mouse.up(button="right")
    to(0.6)
    held = page.evaluate(HELD)
    page.mouse.up()
    assert not held


def test_at_the_end_of_the_page_the_slider_stays(explorer_page):
    """There the panel hangs on the end of the pictures, and these are higher or lower with each setting."""
    page = explorer_page.page
    explorer_page.go(CONV)
    page.evaluate("scrollTo({ top: document.documentElement.scrollHeight, behavior: 'instant' })")
    page.wait_for_timeout(300)
    slider = explorer_page.slider("o")
    before = slider.bounding_box()["y"]
    assert page.locator("#panel").bounding_box()["y"] < 0, "it hangs"
    to = take(explorer_page, "o")
    moved = []
    for share in (0.5, 0.97, 0.6, 0.02, 0.8):
        explorer_page.settle(lambda share=share: to(share))
        moved.append(abs(slider.bounding_box()["y"] - before))
    page.mouse.up()
    assert max(moved) < 3, moved
