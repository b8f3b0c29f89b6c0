"""What the README and docs/ show is what runs; their links lead somewhere."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests import pages

ROOT = Path(__file__).parent.parent
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_examples_run(page):
    results = pages.run(pages.examples(page))
    assert results.failed == 0
    assert results.attempted > 0 or page.name in ("explanation.md", "explorer.md", "glossary.md", "mutation.md")


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_links_lead_somewhere(page):
    assert pages.broken(page) == []


def test_a_link_that_leads_nowhere_and_an_example_that_is_wrong_are_noticed(tmp_path, capsys):
    page = tmp_path / "page.md"
    page.write_text(
        "[a](page.md) [b](page.md#x) [c](no.md) [d](no/page.md#x) [e](#x) [f](https://example.org) [g](mailto:a@b.c)\n"
        "  ```pycon\n  >>> 1 + 1\n  3\n  ```\n",
        encoding="utf-8",
    )
    assert pages.links(page) == ["page.md", "page.md", "no.md", "no/page.md"]
    assert pages.broken(page) == ["no.md", "no/page.md"]
    assert pages.run(pages.examples(page)) == (1, 1)
    assert "Expected:\n    3\n" in capsys.readouterr().out


def test_the_readmes_commands_exist():
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    for target in re.findall(r"^make (\S+)$", (ROOT / "README.md").read_text(encoding="utf-8"), re.MULTILINE):
        assert re.search(rf"^{target}:", makefile, re.MULTILINE), target
