"""What Sphinx is asked to do beyond its settings: files made first, links mended, anchors kept, a short sidebar."""

from __future__ import annotations

import re
import shutil
from importlib import import_module
from operator import attrgetter
from pathlib import Path
from typing import Any

import pages
import reference
import zip_refconv
from docutils import nodes
from sphinx import addnodes

DOCS = Path(__file__).resolve().parent.parent
MADE = DOCS.parent / "build" / "site" / "static"
"""Files that are made, not kept, and are served from _static/."""


def make_files() -> None:
    """Put the pages from outside docs/ into place, and the explorer's files where they are served from."""
    pages.copy()
    home, served = DOCS / "explorer", MADE / "explorer"
    shutil.rmtree(served, ignore_errors=True)
    for path in sorted(home.rglob("*")):
        if path.suffix in (".css", ".js"):
            target = served / path.relative_to(home)
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(path, target)
    zip_refconv.write(served / "refconv.zip")


def adapt(_app: Any, docname: str, source: list[str]) -> None:
    """Make the links of a page hold on the site."""
    path = DOCS / f"{docname}.md"
    if path.exists():
        source[0] = pages.adapt(source[0], path)


def link_pages(_app: Any, _what: str, _name: str, _object: Any, _options: Any, lines: list[str]) -> None:
    """Make a link of each page that a docstring names, as docs/numbers.md."""
    lines[:] = [re.sub(r"`*\bdocs/([\w/-]+)\.md`*", r":doc:`/\1`", line) for line in lines]


def keep_anchors(_app: Any, doctree: Any) -> None:
    """Move the anchor of a module from the hint for LaTeX that follows it, and is not shown, to the table behind."""
    for hint in list(doctree.findall(addnodes.tabular_col_spec)):
        behind = hint.parent[hint.parent.index(hint) + 1]
        table = next(iter(behind.findall(nodes.table)), behind)
        table["ids"] += hint["ids"]
        hint.parent.remove(hint)


def name_homes(_app: Any, doctree: Any) -> None:
    """Give an object also the anchors of the module that defines it and of all above, one of which its source names."""
    for signature in doctree.findall(addnodes.desc_signature):
        module, name = signature.get("module"), signature.get("fullname")
        try:
            home = attrgetter(name)(import_module(module)).__module__.split(".")
        except (AttributeError, ImportError, TypeError, ValueError):  # not an object of Python's that has a home
            continue
        names = [".".join((*home[:depth], name)) for depth in range(1, len(home) + 1)] if signature["ids"] else []
        signature["ids"] += [each for each in names if each not in signature["ids"]]


def forget_sourceless(app: Any) -> list[Any]:
    """Keep modules without a source, such as builtins, out of the list of sources, which would link to them."""
    seen = getattr(app.env, "_viewcode_modules", {})
    for name in [name for name, entry in seen.items() if not entry]:
        del seen[name]
    return []


def lighten(_app: Any, _page: str, _template: str, context: dict[str, Any], _doctree: Any) -> None:
    """List in the sidebar what stands around the page, not every name of the reference on every page."""
    toctree = context["toctree"]
    context["toctree"] = lambda **how: toctree(**{**how, "collapse": True})


def setup(app: Any) -> dict[str, bool]:
    """Called by Sphinx."""
    make_files()
    app.connect("source-read", adapt)
    app.connect("autodoc-skip-member", reference.skip)
    app.connect("autodoc-process-docstring", link_pages)
    app.connect("doctree-read", keep_anchors)
    app.connect("doctree-read", name_homes)
    app.connect("html-collect-pages", forget_sourceless, priority=400)  # before viewcode writes the list
    app.connect("html-page-context", lighten, priority=400)  # before furo asks for the tree
    return {"parallel_read_safe": True, "parallel_write_safe": True}
