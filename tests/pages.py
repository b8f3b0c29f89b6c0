"""A page in Markdown: where its links lead, and its examples as one doctest."""

from __future__ import annotations

import doctest
import re
from pathlib import Path

FLAGS = doctest.NORMALIZE_WHITESPACE
_LINK = re.compile(r"\]\(([^)#]+)(?:#[^)]*)?\)")
_FENCE = re.compile(r"^ *```\w*$", re.MULTILINE)


def links(page: Path) -> list[str]:
    """The files that a page links to, without the place within them."""
    found = _LINK.findall(page.read_text(encoding="utf-8"))
    return [target for target in found if not target.startswith(("http://", "https://", "mailto:"))]


def broken(page: Path) -> list[str]:
    return [target for target in links(page) if not (page.parent / target).exists()]


def examples(page: Path, text: str | None = None) -> doctest.DocTest:
    """All that begins with `>>>`, in the page or in what is left of it."""
    text = page.read_text(encoding="utf-8") if text is None else text
    known = {"__name__": "__main__"}
    return doctest.DocTestParser().get_doctest(_FENCE.sub("", text), known, page.name, str(page), 0)


def run(test: doctest.DocTest, flags: int = FLAGS) -> doctest.TestResults:
    return doctest.DocTestRunner(optionflags=flags).run(test)
