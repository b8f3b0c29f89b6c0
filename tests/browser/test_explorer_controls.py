"""Every control of every kind of layer, over its whole range: by keys, by mouse, and typed, well and badly."""

from __future__ import annotations

import random

import pytest

pytestmark = pytest.mark.browser

KINDS = {
    "conv": "n=40&c=8&L=conv,k3,s1,d2,lo2,hi2,g2,o8&at=0&i=3",
    "depthwise": "n=40&c=4&L=depthwise,k3,s1,d1,lo1,hi1,m2&at=0&i=3",
    "separable": "n=40&c=4&L=separable,k3,s1,d1,lo1,hi1,m1,o8&at=0&i=3",
    "max_pool": "n=40&c=4&L=max_pool,k3,s2,lo1,hi1&at=0&i=3",
    "transposed": "n=20&c=4&L=transposed,k3,s3,lo1,hi1,a1,o8&at=0&i=3",
}


def controls(brain, kind):
    return brain.answer(KINDS[kind])["controls"]


@pytest.mark.parametrize("kind", KINDS)
def test_every_control_over_its_range_by_number(kind, explorer_page, brain):
    """The ends of the range, and numbers drawn between them."""
    draw = random.Random(kind)  # noqa: S311 - no secrets
    for control in controls(brain, kind):
        low, high = control["min"], control["max"]
        explorer_page.go(KINDS[kind])
        for value in (high, low, *(draw.randint(low, high) for _ in range(2))):
            query = brain.edit(explorer_page.shown()["query"], control["id"], str(value))
            explorer_page.fill(control["id"], value)
            assert explorer_page.same_as(brain.answer(query)) == [], (control["id"], value)


@pytest.mark.parametrize("kind", KINDS)
def test_every_slider_by_keys(kind, explorer_page, brain):
    for control in controls(brain, kind):
        explorer_page.go(KINDS[kind])
        name, value = control["id"], control["value"]
        low, high = control["min"], control["max"]
        for key, expected in (
            ("ArrowRight", min(value + 1, high)),
            ("ArrowLeft", max(min(value + 1, high) - 1, low)),
            ("End", high),
            ("Home", low),
        ):
            query = brain.edit(explorer_page.shown()["query"], name, str(expected))
            explorer_page.press(name, key)
            assert int(explorer_page.slider(name).input_value()) == expected, (name, key)
            assert explorer_page.same_as(brain.answer(query)) == [], (name, key)


def test_every_slider_by_mouse(explorer_page, brain):
    """A drag over the whole track: what counts is where it ends."""
    mouse = explorer_page.page.mouse
    for control in controls(brain, "conv"):
        explorer_page.go(KINDS["conv"])
        slider = explorer_page.slider(control["id"])
        slider.scroll_into_view_if_needed()
        box = slider.bounding_box()
        middle = box["y"] + box["height"] / 2
        mouse.move(box["x"] + box["width"] * 0.1, middle)
        mouse.down()
        mouse.move(box["x"] + box["width"] * 0.9, middle, steps=8)
        mouse.move(box["x"] + box["width"] * 0.3, middle, steps=5)
        mouse.up()
        value = slider.input_value()
        low, high = control["min"], control["max"]
        assert abs(int(value) - low - 0.3 * (high - low)) <= 0.1 * (high - low) + 1, (control["id"], value)
        query = brain.edit(KINDS["conv"], control["id"], value)
        explorer_page.wait_for(brain.answer(query)["query"])
        assert explorer_page.same_as(brain.answer(query)) == [], control["id"]


BAD = ["-1", "0", "2.5", "1e9", "99999999999999999999", "--", "-", "e", "", "1e400", "+", "007"]


@pytest.mark.parametrize("text", BAD)
def test_bad_numbers_typed_by_hand(text, explorer_page, brain):
    """Each is answered by refconv's own message beside the control, or taken where it is a number after all."""
    page = explorer_page.page
    for control in random.Random(text).sample(("k", "n", "s", "g"), 2):  # noqa: S311 - no secrets
        before = explorer_page.go(KINDS["conv"])
        box = explorer_page.number(control)
        box.click()
        page.keyboard.press("Control+a")
        page.keyboard.press("Delete")
        page.keyboard.type(text)
        page.keyboard.press("Tab")
        read = box.input_value()
        answer = brain.answer(brain.edit(KINDS["conv"], control, read))
        if not answer["errors"]:  # 007 is a number after all
            explorer_page.wait_for(answer["query"])
            assert explorer_page.same_as(answer) == []
            continue
        page.wait_for_selector(f"#messages [data-error='{control}'], #messages [data-error='']")
        message = page.inner_text("#messages")
        assert message.split() == " ".join(one["message"] for one in answer["errors"]).split(), (control, text)
        assert explorer_page.number(control).get_attribute("aria-invalid") == "true"
        after = explorer_page.shown()
        assert after["figures"] == before["figures"], "what is shown is still the last setting that holds"
        explorer_page.settle(lambda box=box: box.fill("3"))  # mended, and all is well again
        mended = brain.edit(KINDS["conv"], control, "3")
        assert explorer_page.same_as(brain.answer(mended)) == []


IN_THE_ADDRESS = [
    "nonsense",
    "n=-5&L=conv,k0,s0,d0",
    "n=33&L=flatten,k3",
    "n=33&L=conv,kx,s1.5",
    "n=1e3&c=&L=",
    "L=" + ";".join(["conv,k3"] * 40),
    "n=%zz&L=%3Cimg src=x onerror=alert(1)%3E",
    "n=33&L=conv,k3&at=99&i=-4",
    "n=\u0663\u0663&L=conv,k\uff13",  # digits of other scripts
    "n=5&c=8&L=conv,k3,d3,g3,o8&at=0",
]


@pytest.mark.parametrize("query", IN_THE_ADDRESS)
def test_bad_addresses_are_answered(query, explorer_page, brain):
    """Whatever stands in a link, the page says what is wrong and shows what can be shown."""
    page = explorer_page.page
    page.evaluate("() => { window.alert = (words) => console.error(`the page ran the address: ${words}`); }")
    explorer_page.go(query)
    asked = page.evaluate("query => new URL('#' + query, location.href).hash.slice(1)", query)
    assert explorer_page.same_as(brain.answer(asked)) == []
    assert page.locator("#explorer img").count() == 0
