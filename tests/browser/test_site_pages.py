"""Every page loads: no error, no other origin, formulas set, pictures there."""

from __future__ import annotations

import json
import random
import re

import pytest

from tests.browser.conftest import ROOT

pytestmark = pytest.mark.browser

DRAWN = 20
"""Pages drawn from those that Sphinx generates, one for each public name: they are of one make."""

SETTLED = """async () => {
    await document.fonts.ready;
    if (window.MathJax?.startup) await MathJax.startup.promise;
    for (const image of document.images) { image.loading = "eager"; await image.decode().catch(() => {}); }
}"""

STATE = r"""() => ({
    heading: document.querySelector("h1")?.textContent ?? "",
    formulas: document.querySelectorAll(".math").length,
    unset: [...document.querySelectorAll(".math")].filter((one) => !one.querySelector("mjx-container")).length,
    wrong: [...document.querySelectorAll("mjx-merror, [data-mjx-error]")].map((one) => one.textContent),
    pictures: [...document.images].map((one) => [one.currentSrc.slice(0, 99), one.naturalWidth, one.clientWidth]),
    outputs: document.querySelectorAll(".cell_output img, .cell_output svg").length,
})"""


def is_generated(page):
    return "generated" in page.split("/")


def written(pages):
    return [page for page in pages if not is_generated(page)]


def drawn(pages):
    generated = [page for page in pages if is_generated(page)]
    return sorted(random.Random(8).sample(generated, min(DRAWN, len(generated))))  # noqa: S311 - no secrets


def faults(page, url):
    """What is wrong with a page, in words; the watch of its context adds what it heard."""
    page.goto(url, wait_until="load")
    page.evaluate(SETTLED)
    found = page.evaluate(STATE)
    if not found["heading"] and not url.endswith(("genindex.html", "py-modindex.html", "search.html")):
        yield "no heading"
    if found["unset"]:
        yield f"{found['unset']} of {found['formulas']} formulas not set"
    if found["wrong"]:
        yield f"formulas with errors: {found['wrong']}"
    for source, natural, shown in found["pictures"]:
        if not natural:
            yield f"picture not loaded: {source}"
        elif not shown and "only-" not in source and "logo" not in source:
            yield f"picture not visible: {source}"


@pytest.mark.parametrize("kind", [written, drawn])
def test_pages_load_whole(kind, site, open_context, figures):
    context, watch = open_context()
    page = context.new_page()
    pages = kind(site.pages())
    assert pages
    wrong = {}
    for path in pages:
        found = [*faults(page, site.url(path)), *watch.problems()]
        if found:
            wrong[path] = found
    figures[f"pages loaded, {kind.__name__}"] = len(pages)
    assert not wrong, json.dumps(wrong, indent=1)


def pictures_of(notebook):
    outputs = [out for cell in notebook["cells"] for out in cell.get("outputs", ())]
    return sum(any(re.match("image/", kind) for kind in out.get("data", ())) for out in outputs)


@pytest.mark.parametrize("path", sorted(ROOT.glob("notebooks/[0-9]*.ipynb")), ids=lambda path: path.stem)
def test_the_notebooks_pictures_are_all_there(path, site, page):
    page.goto(site.url(f"tutorials/{path.stem}.html"))
    page.evaluate(SETTLED)
    expected = pictures_of(json.loads(path.read_text(encoding="utf-8")))
    assert page.evaluate(STATE)["outputs"] >= expected
