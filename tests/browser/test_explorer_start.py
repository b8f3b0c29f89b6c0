"""The explorer's start: quick, slow, broken off, and where it cannot run at all."""

from __future__ import annotations

import zipfile

import pytest

from tests.browser.conftest import ROOT
from tests.browser.explorer_page import ExplorerPage

pytestmark = pytest.mark.browser

PYODIDE = "pyodide.asm.wasm"


def test_it_gets_ready_and_says_how_long_it_took(site, open_context, brain, figures):
    """A first visit: nothing is in the browser's cache, and all bytes are counted."""
    context, _ = open_context()
    site.sent.clear()
    explorer = ExplorerPage(context.new_page(), site).open()
    assert explorer.same_as(brain.answer("")) == []
    explorer.page.wait_for_function("performance.getEntriesByName('refconv:first-answer').length")
    figures["first answer, ms"] = round(explorer.durations("refconv:first-answer")[0])
    figures["explorer page"] = site.weight()
    explorer.page.reload()
    explorer.page.wait_for_function("performance.getEntriesByName('refconv:first-answer').length")
    figures["first answer on a second visit, ms"] = round(explorer.durations("refconv:first-answer")[0])


LISTEN = """addEventListener("DOMContentLoaded", () => {
    const bar = document.getElementById("progress");
    const words = document.getElementById("progress-text");
    window.told = [];
    new MutationObserver(() => window.told.push([Number(bar.getAttribute("aria-valuenow")), words.textContent]))
        .observe(bar, { attributes: true, attributeFilter: ["aria-valuetext"] });
});"""
"""Keeps all that the progress bar said: some of it stands there for less time than a test needs to look."""


def test_a_slow_start_shows_progress(site, page):
    site.slow[PYODIDE] = 2.0
    try:
        page.add_init_script(LISTEN)
        page.goto(site.url("explorer.html"), wait_until="commit")
        bar = page.locator("#progress[role=progressbar]")
        bar.wait_for()
        assert page.get_attribute("#explorer", "data-state") == "loading"
        assert page.inner_text("#progress-text").strip()
        assert not page.locator("#bench").is_visible()
        page.wait_for_function("window.told.length")
        assert page.get_attribute("#explorer", "data-state") == "loading", "two seconds are left"
    finally:
        site.slow.clear()
    page.wait_for_selector("#explorer[data-state=ready]")
    told = page.evaluate("window.told")
    assert any(0 < share < 100 and "MB of" in words for share, words in told), told
    assert told[-1][1] == "Starting refconv …"
    assert not bar.is_visible()
    assert page.locator("#bench").is_visible()


@pytest.mark.parametrize("missing", ["refconv.zip", PYODIDE, "pyodide.mjs", "python_stdlib.zip"])
def test_what_does_not_come_is_named_and_can_be_tried_again(missing, site, open_context):
    context, watch = open_context()
    page = context.new_page()
    context.route(f"**/{missing}*", lambda route: route.abort())
    page.goto(site.url("explorer.html"))
    page.wait_for_selector("#explorer[data-state=failed]")
    assert page.locator("[role=alert]").is_visible()
    assert missing in page.inner_text("[role=alert]")
    told = (missing, "Failed to load", "wasm instantiation failed")  # the last by pyodide, if it gets so far
    assert [each for each in watch.problems() if not any(words in each for words in told)] == []
    context.unroute(f"**/{missing}*")
    page.click("#retry")
    page.wait_for_selector("#explorer[data-state=ready]")


def test_without_webassembly_it_says_so(site, page):
    page.add_init_script("delete globalThis.WebAssembly")
    page.goto(site.url("explorer.html"))
    page.wait_for_selector("#explorer[data-state=failed]")
    assert page.locator("#no-wasm").is_visible()
    assert "WebAssembly" in page.inner_text("#no-wasm")
    assert "refconv size" in page.inner_text("#no-wasm")
    assert not page.locator("#progress").is_visible()
    assert not page.locator("#bench").is_visible()


def test_without_javascript_it_says_so(site, open_context):
    context, _ = open_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(site.url("explorer.html"))
    notice = page.locator("#explorer noscript")
    assert "JavaScript" in notice.inner_text()
    assert notice.is_visible()
    assert not page.locator("#bench").is_visible()
    assert not page.locator("#starting").is_visible()


def test_opened_as_a_file_it_says_so(site, chromium):
    page = chromium.new_page()  # not watched: each file of it is "another origin"
    page.goto((site.root / "explorer.html").resolve().as_uri())
    page.wait_for_selector("#explorer[data-state=failed]")
    assert "http.server" in page.inner_text("#no-server")
    page.close()


def test_the_site_is_made_of_these_sources(site):
    """Else all that follows would be about another explorer: `make docs` builds the site again."""
    house = ROOT / "docs" / "explorer"
    for path in [*house.rglob("*.js"), *house.glob("*.css")]:
        assert (site.root / "_static" / "explorer" / path.relative_to(house)).read_bytes() == path.read_bytes(), path
    with zipfile.ZipFile(site.root / "_static" / "explorer" / "refconv.zip") as archive:
        names = set(archive.namelist())
        for path in (house / "python").rglob("*.py"):
            assert archive.read(path.relative_to(house / "python").as_posix()) == path.read_bytes(), path
        for path in (ROOT / "refconv" / "arithmetic").rglob("*.py"):
            assert archive.read(path.relative_to(ROOT).as_posix()) == path.read_bytes(), path
    assert len(names) > 40
