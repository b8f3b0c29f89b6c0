"""What is taken away: the link, the code, the picture."""

from __future__ import annotations

import io
import xml.etree.ElementTree as ET
from itertools import pairwise

import numpy as np
import pytest
from PIL import Image

from tests.browser.drawing import queries
from tests.browser.explorer_page import ExplorerPage

pytestmark = pytest.mark.browser

STACK = "n=20&c=4&L=separable,k3,s1,d2,lo2,hi2,m1,o6;max_pool,k2,s2,lo0,hi0;transposed,k3,s2,lo1,hi1,a1,o4&at=1&i=3"


def copied(explorer, button):
    explorer.page.evaluate("document.getElementById('done').textContent = ''")
    explorer.page.click(button)
    explorer.page.wait_for_function("document.getElementById('done').textContent.includes('copied')")
    return explorer.page.evaluate("navigator.clipboard.readText()")


def test_a_copied_link_shows_the_same_in_another_window(explorer_page, site, brain):
    explorer_page.go(STACK)
    explorer_page.press("n", "ArrowRight")
    link = copied(explorer_page, "#copy-link")
    assert link == explorer_page.page.url
    other = explorer_page.page.context.new_page()
    other.goto(link)
    other.wait_for_selector("#explorer[data-state=ready]")
    again = ExplorerPage(other, site)
    assert again.same_as(brain.answer(link.partition("#")[2])) == []
    assert again.shown()["figures"] == explorer_page.shown()["figures"]
    other.close()


def test_reload_and_back(explorer_page, brain):
    page = explorer_page.page
    first = explorer_page.shown()["query"]
    explorer_page.go(STACK)
    explorer_page.press("n", "ArrowRight")
    turned = explorer_page.shown()
    page.reload()
    page.wait_for_selector("#explorer[data-state=ready]")
    assert explorer_page.shown()["figures"] == turned["figures"]
    explorer_page.settle(page.go_back)
    assert explorer_page.same_as(brain.answer(first)) == []
    explorer_page.settle(page.go_forward)
    assert explorer_page.shown()["query"] == turned["query"]


def snippet(explorer, dialect):
    """The code shown, once it has changed to a dialect and to the settings shown."""
    page = explorer.page
    page.select_option("#snippet-dialect", dialect)
    wanted = explorer.brain.snippet(explorer.shown()["query"], dialect)
    page.wait_for_function("code => document.getElementById('snippet').textContent === code", arg=wanted)
    return page.text_content("#snippet")


def test_the_code_for_refconv_runs_and_gives_the_shape_shown(explorer_page, brain):
    explorer_page.brain = brain
    ran = 0
    for query in [STACK, *queries(seed=5, count=12)]:
        answer = brain.answer(query)
        if answer["errors"]:
            continue
        shown = explorer_page.go(query)
        names = {"print": lambda *_: None}
        exec(snippet(explorer_page, "refconv"), names)  # noqa: S102 - what the page hands out is to be run
        assert " x ".join(map(str, names["y"].shape[1:])) == shown["figures"]["shape"][1]
        assert isinstance(names["y"], np.ndarray)
        ran += 1
    assert ran >= 6


@pytest.mark.parametrize("dialect", ["torch", "keras"])
def test_the_code_for_others_is_what_python_writes(dialect, explorer_page, brain):
    """That it runs, and gives this shape, the tiers of PyTorch and Keras hold."""
    explorer_page.brain = brain
    for query in (STACK, brain.presets[0]["query"]):
        explorer_page.go(query)
        compile(snippet(explorer_page, dialect), dialect, "exec")


def test_copied_code_is_the_code_shown(explorer_page, brain):
    explorer_page.brain = brain
    shown = snippet(explorer_page, "refconv")
    assert copied(explorer_page, "#copy-snippet") == shown


def saved(page, which, form):
    page.wait_for_timeout(150)  # Chromium drops, without a word, what a page saves beyond ten files a second
    page.select_option("#save-which", which)
    page.select_option("#save-format", form)
    with page.expect_download() as download:
        page.click("#save-picture")
    assert download.value.suggested_filename.endswith(f".{form}")
    return download.value.path().read_bytes()


def test_pictures_are_saved_as_png_and_svg(explorer_page, kept):
    page = explorer_page.page
    explorer_page.go(STACK)
    for which in page.locator("#save-which option").evaluate_all("all => all.map((one) => one.value)"):
        content = saved(page, which, "png")
        image = Image.open(io.BytesIO(content))
        image.load()
        assert min(image.size) > 100
        assert len(image.convert("RGB").getcolors(1 << 20)) > 4, f"{which} is blank"
        (kept / f"saved-{which}.png").write_bytes(content)
        root = ET.fromstring(saved(page, which, "svg"))  # noqa: S314 - our own page wrote it
        assert root.tag == "{http://www.w3.org/2000/svg}svg"
        assert len(list(root.iter())) > 10
        assert "http" not in "".join(value for node in root.iter() for value in node.attrib.values())


def test_the_taps_are_where_they_should_be(explorer_page):
    """In the saved drawing k columns of k cells, each column of one colour, stand d cells apart."""
    for k, d in ((3, 2), (2, 3), (5, 1)):
        explorer_page.go(f"n=33&c=8&L=conv,k{k},s1,d{d},lo2,hi2,g1,o8&at=0")
        root = ET.fromstring(saved(explorer_page.page, "taps", "svg"))  # noqa: S314
        columns = {}
        for rect in root.iter("{http://www.w3.org/2000/svg}rect"):
            x, y, side = (float(rect.get(name)) for name in ("x", "y", "width"))
            columns.setdefault((rect.get("fill"), x, side), set()).add(y)
        taps = {(x, side): ys for (_, x, side), ys in columns.items() if len(ys) == k}
        places = sorted(taps)
        assert len(places) == k, (k, d)
        rows = {tuple(sorted(ys)) for ys in taps.values()}
        assert len(rows) == 1
        for ends in (sorted(rows.pop()), [x for x, _ in places]):
            assert {round((b - a) / places[0][1]) for a, b in pairwise(ends)} == {d}
