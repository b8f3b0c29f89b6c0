"""What a visitor does on the site: search, follow the navigation, change the theme, read it on a phone."""

from __future__ import annotations

import html
import re

import pytest

pytestmark = pytest.mark.browser

BACKGROUND = "getComputedStyle(document.body).backgroundColor"
FOUND = "#search-results ul.search > li a"


@pytest.mark.parametrize("words", ["receptive field", "dilation", "conv2d"])
def test_search_finds(words, site, page):
    page.goto(site.url("index.html"))
    box = page.locator("input.sidebar-search").first
    box.fill(words)
    box.press("Enter")
    page.wait_for_url("**/search.html?**")
    page.wait_for_selector(FOUND)
    page.wait_for_function("document.querySelector('#search-results .search-summary')?.textContent.match(/[1-9]/)")
    hits = page.locator(FOUND)
    assert hits.count() >= 3
    hits.first.click()
    page.wait_for_load_state()
    assert words.split()[0].lower() in page.inner_text("article").lower()


LINKS = "all => all.map((one) => [one.textContent.trim(), one.href.split('#')[0]])"


def sidebar(page):
    return dict(page.locator(".sidebar-tree a.reference.internal").evaluate_all(LINKS))


def test_the_navigation_leads_where_it_says(site, page):
    page.goto(site.url("index.html"))
    sections = sidebar(page)
    assert len(sections) >= 5
    below = {}
    for text, target in sections.items():
        page.goto(site.url("index.html"))
        page.locator(".sidebar-tree").get_by_role("link", name=text, exact=True).click()
        page.wait_for_url(target)
        below |= sidebar(page)
    assert len(below) >= 40
    for text, target in below.items():
        answer = page.request.get(target)
        assert answer.ok, (text, target)
        first = re.search("<h1>(.*?)<a class=.headerlink", answer.text(), re.DOTALL)
        assert text in html.unescape(re.sub("<.*?>", "", first[1] if first else answer.text())), (text, target)


def test_each_kind_of_page_is_one_click_from_the_first(site, page):
    page.goto(site.url("index.html"))
    targets = page.locator("article a").evaluate_all("all => all.map((one) => one.getAttribute('href'))")
    for wanted in ("tutorials/", "how-to/", "reference/", "explorer.html"):
        assert any(wanted in target for target in targets), wanted


@pytest.mark.parametrize("system", ["light", "dark"])
def test_the_theme_follows_the_system_and_its_button(system, site, open_context):
    context, _ = open_context(color_scheme=system)
    page = context.new_page()
    page.goto(site.url("index.html"))
    brightness = {page.evaluate("document.body.dataset.theme"): light(page.evaluate(BACKGROUND))}
    assert brightness == {"auto": system == "light"}
    for _ in range(2):
        page.locator(".theme-toggle:visible").first.click()
        brightness[page.evaluate("document.body.dataset.theme")] = light(page.evaluate(BACKGROUND))
    assert brightness == {"auto": system == "light", "light": True, "dark": False}
    chosen = page.evaluate("document.body.dataset.theme")
    page.reload()
    assert page.evaluate("document.body.dataset.theme") == chosen


def light(colour):
    """Whether "rgb(r, g, b)" is nearer to white than to black."""
    return sum(float(part) for part in colour.strip("rgba()").split(",")[:3]) > 3 * 127


def test_on_a_phone_the_navigation_opens(site, open_context):
    context, _ = open_context(viewport={"width": 360, "height": 740}, has_touch=True, is_mobile=True)
    page = context.new_page()
    page.goto(site.url("index.html"))
    drawer = page.locator(".sidebar-drawer")
    assert drawer.bounding_box()["x"] < 0
    page.locator("label[for='__navigation']:visible").first.tap()
    page.wait_for_function("document.querySelector('.sidebar-drawer').getBoundingClientRect().x >= 0")
    page.locator(".sidebar-tree a:visible").first.tap()
    page.wait_for_load_state()


WIDE = "document.documentElement.scrollWidth - document.documentElement.clientWidth"


@pytest.mark.parametrize("name", ["index.html", "oracle.html", "performance.html", "tutorials/00_start_here.html"])
def test_on_a_phone_nothing_scrolls_sideways(name, site, open_context):
    context, _ = open_context(viewport={"width": 360, "height": 740})
    page = context.new_page()
    page.goto(site.url(name))
    page.evaluate("window.MathJax?.startup?.promise")
    assert page.evaluate(WIDE) <= 0
