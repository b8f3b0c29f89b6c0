"""The how-to guides: their files are written, their commands typed, their examples run; what they show is what comes.

A guide for a framework belongs to that framework's tier.
"""

from __future__ import annotations

import re
import shutil
import sys

import pytest

from tests import guides, pages

TIERS = {"torch": "torch", "jax": "jax", "tensorflow": "tensorflow", "onnx": "onnx", "autograd": "torch"}
"""Guides that need a framework, by the page's name."""

NEEDS = {"c": "cc", "rust-and-cuda": "rustc"}
"""Guides that need a program."""

ALL = sorted(page for page in guides.FOLDER.glob("*.md"))
GUIDES = [page for page in ALL if page.name != "index.md"]


def marked(page):
    marks = [getattr(pytest.mark, TIERS[page.stem])] if page.stem in TIERS else []
    return pytest.param(page, marks=[*marks, pytest.mark.filterwarnings("ignore")] if marks else [], id=page.stem)


def missing(page):
    """What a page needs and this machine has not."""
    tier, program = TIERS.get(page.stem), NEEDS.get(page.stem)
    for module in {None: (), "onnx": ("onnx", "onnxruntime")}.get(tier, (tier,)):
        pytest.importorskip(module, reason=f"{module} is not installed", exc_type=ImportError)
    if program and not shutil.which(program):
        pytest.skip(f"there is no {program}")


@pytest.mark.parametrize("page", [marked(page) for page in GUIDES])
def test_commands_print_what_is_shown(page, tmp_path):
    missing(page)
    guides.write_files(page, tmp_path)
    for command in guides.commands(page):
        differs = guides.difference(command, guides.printed(command.typed, tmp_path))
        assert not differs, differs


@pytest.mark.parametrize("page", [marked(page) for page in GUIDES])
def test_examples_run(page, tmp_path, monkeypatch):
    missing(page)
    guides.write_files(page, tmp_path)
    monkeypatch.chdir(tmp_path)
    monkeypatch.syspath_prepend(tmp_path)
    known = set(sys.modules)
    result = pages.run(guides.examples(page), guides.FLAGS)
    for name in set(sys.modules) - known:  # what the page's files made: another page may use the same names
        if (getattr(sys.modules[name], "__file__", None) or "").startswith(str(tmp_path)):
            del sys.modules[name]
    assert result.failed == 0


@pytest.mark.parametrize("page", GUIDES, ids=lambda page: page.stem)
def test_every_guide_shows_something_that_is_run(page):
    assert len(guides.commands(page)) + len(guides.examples(page).examples) > 1


@pytest.mark.parametrize("page", ALL, ids=lambda page: page.stem)
def test_links_lead_somewhere(page):
    assert pages.broken(page) == []


def test_the_index_has_every_guide():
    text = (guides.FOLDER / "index.md").read_text(encoding="utf-8")
    tree = re.search(r"^```\{toctree\}\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)[1].splitlines()
    linked = re.findall(r"\]\(([\w-]+)\.md\)", text)
    assert sorted(linked) == sorted(page.stem for page in GUIDES)
    assert [name for name in tree if name and not name.startswith(":")] == linked


def test_a_page_that_shows_something_else_fails(tmp_path):
    page = tmp_path / "page.md"
    page.write_text("```python\n# a.py\nprint(1)\n```\n\n```console\n$ python a.py\n2\n```\n", encoding="utf-8")
    guides.write_files(page, tmp_path)
    (command,) = guides.commands(page)
    assert "2" in guides.difference(command, guides.printed(command.typed, tmp_path))
    assert guides.difference(command._replace(shown="1\n"), guides.printed(command.typed, tmp_path)) == ""
