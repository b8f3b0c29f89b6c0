"""Fixtures of the browser tier: the site on a port, one Chromium for all tests, a watched page for each."""

from __future__ import annotations

import json
import os
import sys
from importlib import import_module
from pathlib import Path

import pytest

from tests.browser.chromium import find, launch
from tests.browser.explorer_page import ExplorerPage
from tests.browser.server import Site
from tests.browser.watching import Watch

ROOT = Path(__file__).parents[2]
KEPT = ROOT / "build" / "browser"
HTML = Path(os.environ.get("REFCONV_SITE", ROOT / "build" / "site" / "html"))
DESK = {"width": 1280, "height": 900}
PATIENCE = 15_000
"""Milliseconds after which a wait has failed."""

FIGURES = {}
MISSING = []


@pytest.fixture(scope="session")
def site():
    if not (HTML / "index.html").exists():
        pytest.fail(f"there is no site in {HTML}: `make site` builds it")
    served = Site(HTML)
    yield served
    served.close()


@pytest.fixture(scope="session")
def chromium():
    try:
        from playwright.sync_api import sync_playwright
    except ImportError:
        without("Playwright is not installed: pip install -e '.[browser]'")
    with sync_playwright() as playwright:
        executable = find(playwright)
        if executable is None:
            without("no Chromium was found: install one, or name it in CHROMIUM")
        browser = launch(playwright, executable)
        FIGURES["chromium"] = browser.version
        yield browser
        browser.close()


def without(reason):
    MISSING.append(reason)
    pytest.skip(reason)


@pytest.fixture
def open_context(chromium, site):
    """Make a browser context that is watched; what it saw is judged when the test ends."""
    opened = []

    def make(**options):
        context = chromium.new_context(**{"viewport": DESK, **options})
        context.set_default_timeout(PATIENCE)
        opened.append((context, watch := Watch(context, site.origin)))
        return context, watch

    site.strayed.clear()
    yield make
    for context, _ in opened:
        context.close()
    problems = [problem for _, watch in opened for problem in watch.problems()]
    assert not problems, "\n".join(problems)
    assert not site.strayed, f"asked for outside the site's own path: {site.strayed}"


@pytest.fixture
def page(open_context):
    return open_context()[0].new_page()


@pytest.fixture(scope="session")
def shared(chromium, site):
    """One window with the explorer for all tests that need no new one: its Python takes seconds to start."""
    context = chromium.new_context(viewport=DESK)
    context.set_default_timeout(PATIENCE)
    context.grant_permissions(["clipboard-read", "clipboard-write"], origin=site.origin)
    watch = Watch(context, site.origin)
    yield ExplorerPage(context.new_page(), site), watch
    context.close()


@pytest.fixture
def explorer_page(shared, site):
    """The explorer, as it is at the start; what its window saw is judged when the test ends."""
    from playwright.sync_api import Error as PlaywrightError

    explorer, watch = shared
    page = explorer.page
    page.bring_to_front()
    page.set_viewport_size(DESK)
    page.emulate_media(color_scheme="light", reduced_motion="no-preference")
    try:
        explorer.reset()
    except PlaywrightError:  # it has not been opened yet, or the last test left it somewhere else
        explorer.open().reset()
    watch.problems()
    site.strayed.clear()
    yield explorer
    problems = watch.problems()
    assert not problems, "\n".join(problems)
    assert not site.strayed, f"asked for outside the site's own path: {site.strayed}"


@pytest.fixture(scope="session")
def brain(site):
    """The explorer's Python as the site has it, run here, on this refconv."""
    archive = str(site.root / "_static" / "explorer" / "refconv.zip")
    sys.path.insert(0, archive)
    try:
        yield Brain(import_module("explorer"))
    finally:
        sys.path.remove(archive)


class Brain:
    """The functions that the page calls, as Python here answers them."""

    def __init__(self, module):
        self.edit, self.snippet = module.edit, module.snippet
        self.presets = json.loads(module.presets())
        self._answer = module.answer

    def answer(self, query):
        return json.loads(self._answer(query))


@pytest.fixture(scope="session")
def kept():
    KEPT.mkdir(parents=True, exist_ok=True)
    return KEPT


@pytest.fixture(scope="session")
def figures():
    """What is measured, by name: kept as JSON and printed when the run ends."""
    yield FIGURES
    KEPT.mkdir(parents=True, exist_ok=True)
    (KEPT / "figures.json").write_text(json.dumps(FIGURES, indent=1) + "\n", encoding="utf-8")


def pytest_terminal_summary(terminalreporter):
    for name, value in FIGURES.items():
        terminalreporter.write_line(f"browser: {name} = {json.dumps(value)}")
    for reason in dict.fromkeys(MISSING):
        terminalreporter.write_sep("*")
        terminalreporter.write_line(f"  BROWSER TESTS NOT RUN: {reason}", red=True, bold=True)
        terminalreporter.write_sep("*")
