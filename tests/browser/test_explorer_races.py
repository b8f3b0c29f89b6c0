"""What comes before an answer does: keys, addresses, and other outputs while the window plays."""

from __future__ import annotations

import pytest

from tests.browser.explorer_page import ExplorerPage

pytestmark = pytest.mark.browser

CONV = "n=40&c=8&L=conv,k3,s1,d2,lo2,hi2,g2,o8&at=0&i=3"
LARGE = "n=40&c=8&L=conv,k3,s1,d1,lo1,hi1,g1,o8&at=0"

SEND = """const send = Worker.prototype.postMessage;
let first = true;
Worker.prototype.postMessage = function (message) {
    send.call(this, message);
    if (message.call !== "change" || !first) return;
    first = false;
    location.hash = "%s";
};"""

TYPE = """() => {
    const slider = document.getElementById("control-n");
    slider.value = 20;
    slider.dispatchEvent(new Event("input", { bubbles: true }));
    const number = document.getElementById("number-c");
    number.focus();
    number.select();
    document.execCommand("insertText", false, "16");
}"""

BACK = """async query => {
    const before = location.hash;
    for (const hash of [query, before]) {
        const changed = new Promise((done) => addEventListener("hashchange", done, { once: true }));
        location.hash = hash;
        await changed;
    }
}"""

LATE = """query => {
    const newURL = `${location.href.split("#")[0]}#${query}`;
    dispatchEvent(new HashChangeEvent("hashchange", { newURL }));
}"""

LEAP = """async () => {
    const [root, place] = ["explorer", "place"].map((id) => document.getElementById(id));
    const drawn = new Promise((done) => {
        const told = () => done(Number(place.value));
        new MutationObserver(told).observe(root, { attributes: true, attributeFilter: ["data-drawn"] });
    });
    const slider = document.getElementById("control-n");
    slider.value = 12;
    slider.dispatchEvent(new Event("input", { bubbles: true }));
    const before = await drawn;
    const began = performance.now();
    for (let i = 0; i < 3; i++) await new Promise(requestAnimationFrame);
    return [Number(place.value) - before, performance.now() - began];
}"""
EACH = 14000 / 12**2
"""Milliseconds for one of the outputs there are then."""


def test_an_address_before_the_first_answer_is_followed(site, open_context):
    page = open_context()[0].new_page()
    page.add_init_script(SEND % CONV)
    ExplorerPage(page, site).open(LARGE).wait_for(CONV)


def test_an_answer_leaves_alone_what_is_being_typed(explorer_page):
    """Tab leads on to the next number, and its first digit comes before the answer for the one before."""
    explorer_page.go(CONV)
    explorer_page.page.evaluate(TYPE)
    explorer_page.wait_for(CONV.replace("n=40&c=8", "n=20&c=16"))


def test_there_and_back_before_an_answer_is_back(explorer_page):
    explorer_page.go(CONV)
    explorer_page.wait_for(CONV)
    page, drawn = explorer_page.page, explorer_page.shown()["drawn"]
    page.evaluate(BACK, CONV.replace("n=40", "n=20"))
    page.wait_for_function("drawn => document.getElementById('explorer').dataset.drawn > drawn + 1", arg=drawn)
    assert explorer_page.shown()["query"] == explorer_page.shown()["hash"] == CONV


def test_an_address_is_followed_though_an_answer_wrote_its_own_there(explorer_page):
    """The event comes later than the address; in between there may be an answer."""
    explorer_page.go(CONV)
    query = CONV.replace("n=40", "n=20")
    explorer_page.page.evaluate(LATE, query)
    explorer_page.wait_for(query)
    assert explorer_page.shown()["hash"] == query


def test_the_way_over_other_outputs_does_not_leap(explorer_page):
    explorer_page.go(LARGE)
    page = explorer_page.page
    page.focus("#picture-windows")
    page.keyboard.press("Home")
    page.click("#play")
    page.wait_for_function("document.getElementById('place').value > 5")
    leapt, milliseconds = page.evaluate(LEAP)
    page.click("#play")
    assert 0 <= leapt <= milliseconds / EACH + 2
