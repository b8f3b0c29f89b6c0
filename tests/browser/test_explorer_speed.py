"""From the slider to the picture: the median of many moves is under 50 ms, by the page's measure and by ours."""

from __future__ import annotations

import statistics

import pytest

pytestmark = pytest.mark.browser

ALLOWED = 50
"""Milliseconds, for the median."""

LISTEN = """() => {
    const root = document.getElementById("explorer");
    window.moves = [];
    let since = null;
    root.addEventListener("input", (event) => { since = event.timeStamp; }, { capture: true });
    new MutationObserver(() => {
        const began = since;
        requestAnimationFrame(() => setTimeout(() => window.moves.push(performance.now() - began)));
    }).observe(root, { attributes: true, attributeFilter: ["data-drawn"] });
}"""


def moves(explorer, control, count):
    """Press a slider to and fro, each time when the last one is on the screen."""
    page = explorer.page
    for number in range(count):
        done = len(explorer.durations("refconv:slider"))
        explorer.slider(control).press("ArrowRight" if number % 2 == 0 else "ArrowLeft")
        page.wait_for_function(
            "done => performance.getEntriesByName('refconv:slider').length > done && moves.length > done",
            arg=done,
        )


def percentile(values, share):
    return sorted(values)[min(int(share * len(values)), len(values) - 1)]


def test_from_slider_to_picture(explorer_page, brain, figures):
    """Every control of the first setting, then one of each preset, whose stacks are longer."""
    page = explorer_page.page
    page.evaluate("performance.clearMeasures()")
    page.evaluate(LISTEN)
    for control in brain.answer("")["controls"]:
        moves(explorer_page, control["id"], 8)
    measured, ours = explorer_page.durations("refconv:slider"), page.evaluate("window.moves")
    figures["slider to picture, first setting, ms"] = said(measured)
    figures["the same by the test's own clock, ms"] = said(ours)
    assert len(measured) >= 50
    assert statistics.median(measured) < ALLOWED
    assert statistics.median(ours) < ALLOWED


def test_from_slider_to_picture_at_every_preset(explorer_page, brain, figures):
    page, all_moves, slowest = explorer_page.page, [], {}
    for preset in brain.presets:
        explorer_page.go(preset["query"])
        page.evaluate("performance.clearMeasures()")
        page.evaluate(LISTEN)
        moves(explorer_page, "n", 4)
        moves(explorer_page, "k", 4)
        measured = explorer_page.durations("refconv:slider")
        slowest[preset["id"]] = round(statistics.median(measured), 1)
        all_moves += measured
    figures["slider to picture, all presets, ms"] = said(all_moves)
    figures["slider to picture, median of each preset, ms"] = slowest
    assert len(all_moves) >= 50
    assert statistics.median(all_moves) < ALLOWED


def test_a_dragged_slider_ends_where_the_hand_does(explorer_page, brain):
    """More moves than can be answered, at once: the last one counts."""
    explorer_page.go("n=66&c=21&L=conv,k3,s1,d1,lo1,hi1,g1,o21;conv,k3,s1,d2,lo2,hi2,g1,o21&at=0")
    query = explorer_page.shown()["query"]
    explorer_page.page.evaluate("""() => {
        const slider = document.getElementById("control-n");
        window.places = [];
        for (let n = 20; n <= 120; n++) {
            slider.value = n;
            slider.dispatchEvent(new Event("input", { bubbles: true }));
        }
        new MutationObserver(() => window.places.push(slider.value))
            .observe(document.getElementById("explorer"), { attributes: true, attributeFilter: ["data-drawn"] });
    }""")
    wanted = brain.answer(brain.edit(query, "n", "120"))
    explorer_page.wait_for(wanted["query"])
    assert explorer_page.same_as(wanted) == []
    places = explorer_page.page.evaluate("window.places")
    assert len(places) > 1, "an answer on the way was shown, too"
    assert set(places) == {"120"}, "no answer moves the slider from under the hand"


def said(values):
    return {
        "moves": len(values),
        "median": round(statistics.median(values), 1),
        "95%": round(percentile(values, 0.95), 1),
        "most": round(max(values), 1),
    }
