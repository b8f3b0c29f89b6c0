"""How it looks: nothing scrolls sideways on a phone, nothing bars readers with other needs, pictures of it all."""

from __future__ import annotations

import json

import pytest

from tests.browser.explorer_page import ExplorerPage

pytestmark = pytest.mark.browser

WIDE = """() => {
    const room = document.documentElement.clientWidth;
    const out = [...document.querySelectorAll("#explorer *")].filter((one) => {
        if (one.closest("pre, .ex-unseen")) return false;
        return one.checkVisibility() && one.getBoundingClientRect().right > room + 1;
    });
    return [document.documentElement.scrollWidth - room, out.map((one) => one.id || one.className || one.tagName)];
}"""
THEMES = ("light", "dark")
WIDTHS = {"phone": 360, "desk": 1280}


def test_on_a_phone_nothing_scrolls_sideways(site, open_context, brain):
    context, _ = open_context(viewport={"width": 360, "height": 740}, is_mobile=True, has_touch=True)
    explorer = ExplorerPage(context.new_page(), site).open()
    for preset in brain.presets[::-1]:
        explorer.go(preset["query"])
        assert explorer.page.evaluate(WIDE) == [0, []], preset["id"]
    explorer.go("n=9&c=4&L=conv,k5,s1,d4,lo0,hi0,g3,o6&at=0")  # with a long message
    assert explorer.page.evaluate(WIDE) == [0, []]


def test_on_a_phone_fingers_find_the_controls(site, open_context):
    """Targets of at least 24 pixels, as WCAG 2.2 asks for."""
    context, _ = open_context(viewport={"width": 360, "height": 740}, is_mobile=True, has_touch=True)
    page = ExplorerPage(context.new_page(), site).open().page
    small = """() => [...document.querySelectorAll("#explorer :is(button, select, input)")]
        .filter((one) => one.checkVisibility())
        .filter((one) => Math.min(one.offsetWidth, one.offsetHeight) < 24).map((one) => one.id)"""
    assert page.evaluate(small) == []
    page.tap("#layer-add")
    page.wait_for_selector("[data-layer='1']")


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize("name", ["explorer.html", "index.html", "tutorials/04_dilation.html"])
def test_axe_finds_nothing(name, theme, site, page, request):
    """The rules of WCAG 2.2 at level AA, by axe-core, on what stands on the page."""
    axe = pytest.importorskip("axe_playwright_python.sync_playwright").Axe()
    where = "article"
    if name == "explorer.html":
        page, where = request.getfixturevalue("explorer_page").page, "#explorer"
    else:
        page.goto(site.url(name))
    page.emulate_media(color_scheme=theme)
    rules = {"runOnly": {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]}}
    if where == "article":  # boxes that scroll are reached by keys in browsers of today without being told
        rules["rules"] = {"scrollable-region-focusable": {"enabled": False}}
    found = axe.run(page, context={"include": [[where]]}, options=rules).response["violations"]
    told = [(one["id"], node["html"][:120], node["failureSummary"]) for one in found for node in one["nodes"][:4]]
    assert not told, json.dumps(told, indent=1)


def in_sight(page):
    """Scroll down and back, so that what is drawn when it comes into sight is drawn."""
    height = page.evaluate("document.documentElement.scrollHeight")
    for y in range(0, height, 800):
        page.evaluate("y => scrollTo({ top: y, behavior: 'instant' })", y)
        page.wait_for_timeout(20)
    page.evaluate("scrollTo({ top: 0, behavior: 'instant' })")
    page.wait_for_timeout(100)


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize("width", WIDTHS)
def test_screenshots_of_the_explorer(width, theme, explorer_page, kept, brain):
    """To be opened and judged by a person."""
    page = explorer_page.page
    page.set_viewport_size({"width": WIDTHS[width], "height": 900})
    page.emulate_media(color_scheme=theme)
    chosen = {one["id"]: one["query"] for one in brain.presets}
    wrong = "n=9&c=4&L=conv,k3,s1,d1,lo1,hi1,g1,o6;conv,k5,s1,d4,lo0,hi0,g1,o6&at=1"
    views = [("first", None), ("error", wrong)]
    if width == "desk":  # on a phone the page is long, and a picture of it takes seconds
        views += [("gridding", chosen["gridding"]), ("vgg", chosen["vgg"])]
    for name, query in views:
        if query:
            explorer_page.go(query)
        in_sight(page)
        path = kept / f"explorer-{name}-{width}-{theme}.png"
        assert len(page.screenshot(path=path, full_page=True)) > 50_000, "a blank page is smaller"


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize("width", WIDTHS)
def test_screenshots_of_the_site(width, theme, site, open_context, kept):
    """The first page, a tutorial, a page of the reference and one of the explanations."""
    context, _ = open_context(color_scheme=theme, viewport={"width": WIDTHS[width], "height": 900})
    page = context.new_page()
    for name in ("index", "tutorials/04_dilation", "reference/index", "oracle"):
        page.goto(site.url(f"{name}.html"))
        page.evaluate("window.MathJax?.startup?.promise")
        in_sight(page)
        path = kept / f"{name.replace('/', '-')}-{width}-{theme}.png"
        assert len(page.screenshot(path=path)) > 15_000, "a blank page is smaller"


@pytest.mark.parametrize("theme", THEMES)
def test_the_pictures_follow_the_theme(theme, explorer_page):
    """Pictures are recoloured when the system's theme changes, and by the page's own button."""
    page = explorer_page.page
    pictures = "() => [...document.querySelectorAll('#pictures canvas')].map((one) => one.toDataURL())"
    page.set_viewport_size({"width": 1280, "height": 6000})
    page.wait_for_timeout(200)
    light = page.evaluate(pictures)
    page.emulate_media(color_scheme="dark")
    page.wait_for_timeout(200)
    dark = page.evaluate(pictures)
    assert all(one != other for one, other in zip(light, dark, strict=True))
    while page.evaluate("document.body.dataset.theme") != theme:
        page.locator(".theme-toggle:visible").first.click()
    page.wait_for_timeout(200)
    assert page.evaluate(pictures) == (light if theme == "light" else dark)


def test_the_pictures_are_as_sharp_as_the_screen(site, open_context):
    """The browser's zoom makes other pixels, also where a picture's width stays the same."""
    context, _ = open_context()
    page = ExplorerPage(context.new_page(), site).open().page
    screen = context.new_cdp_session(page)
    for sharp in (2, 1):
        how = {"width": 1280, "height": 900 + sharp, "deviceScaleFactor": sharp, "mobile": False}
        screen.send("Emulation.setDeviceMetricsOverride", how)
        page.wait_for_function(
            """sharp => {
            const canvas = document.getElementById("picture-windows");
            return Math.abs(canvas.width - canvas.getBoundingClientRect().width * sharp) <= 1;
        }""",
            arg=sharp,
        )
