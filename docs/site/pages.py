"""Pages as the site needs them: links and fences that work on GitHub, made to work here as well.

The Markdown in this repository links to files as they lie in it, so that GitHub shows it well. On the site the
notebooks lie in tutorials/, and some files of the root are pages. Whatever else the repository holds can be downloaded,
and a link to a folder or to a page outside docs/ becomes its name.
"""

from __future__ import annotations

import json
import os
import re
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
DOCS = ROOT / "docs"
NOTEBOOKS = ROOT / "notebooks"
TUTORIALS = DOCS / "tutorials"
PROJECT = DOCS / "project"
DERIVATIONS = DOCS / "derivations" / "README.md"
MOVED = {
    ROOT / "README.md": DOCS / "index.md",
    ROOT / "CHANGELOG.md": PROJECT / "changelog.md",
    ROOT / "CONTRIBUTING.md": PROJECT / "contributing.md",
    ROOT / "notebooks": TUTORIALS / "index.md",
    ROOT / "docs": DOCS / "index.md",
}
"""Where the site has what the repository has elsewhere."""

LINK = re.compile(r"(?P<text>\[(?:[^\[\]]|\[[^\]]*\])*\])\((?P<path>[^)\s#:]+)(?P<anchor>#[^)\s]*)?\)")
FENCE = re.compile(r"^(?P<fence>`{3,})(?:python)?\n(?P<first>(?:>>>|\$) )", re.MULTILINE)
TITLE = re.compile(r"^# ", re.MULTILINE)
HEADING = re.compile(r"^#+ ", re.MULTILINE)
LEXERS = {">>> ": "pycon", "$ ": "console"}
SLIDERS = "Run this cell: it has sliders."
SLIDERS_HERE = f"{SLIDERS} The [explorer](../explorer.md) has such sliders here, on the site."


def relink(text: str, origin: Path, place: Path) -> str:
    """Return the text of a file that lies at ``origin`` with links that hold from ``place``."""

    def link(found: re.Match[str]) -> str:
        target = Path(os.path.normpath(origin.parent / found["path"]))
        if not target.exists():
            return found[0]
        if target.parent == NOTEBOOKS and target.suffix == ".ipynb":
            target = TUTORIALS / target.name
        target = MOVED.get(target, target)
        if target.is_dir() and (target / "index.md").exists():
            target /= "index.md"
        if target.is_dir() or (target.suffix == ".md" and DOCS not in target.parents):  # not here: say where it is
            name = f"`{target.relative_to(ROOT).as_posix()}`"
            return found["text"][1:-1] if found["text"].startswith("[`") else f"{found['text'][1:-1]} ({name})"
        return f"{found['text']}({os.path.relpath(target, place.parent)}{found['anchor'] or ''})"

    return LINK.sub(link, text)


def name_lexers(text: str) -> str:
    """Say of each fence that begins with a prompt which session it is, so that it is coloured as one."""
    return FENCE.sub(lambda found: f"{found['fence']}{LEXERS[found['first']]}\n{found['first']}", text)


def with_toctree(text: str) -> str:
    """Return a page with a table of contents, which is not shown, of the pages beside it that it links to."""
    beside = dict.fromkeys(re.findall(r"\]\((\w+)\.md\)", text))
    return "\n".join((text, "```{toctree}", ":hidden:", "", *beside, "```", ""))


def adapt(text: str, origin: Path, place: Path | None = None) -> str:
    """Return the Markdown of a page as the site shows it."""
    text = name_lexers(relink(text, origin, place or origin))
    return with_toctree(text) if origin == DERIVATIONS else text


def notebook(origin: Path, place: Path) -> str:
    """Return a notebook with its links made to hold, and with a word where a running one would show sliders."""
    content = json.loads(origin.read_text(encoding="utf-8"))
    parts = 0
    for cell in content["cells"]:
        if cell["cell_type"] == "markdown":
            text = relink("".join(cell["source"]), origin, place)
            parts += len(TITLE.findall(text))
            cell["source"] = HEADING.sub(r"#\g<0>", text) if parts > 1 else text  # a page has one title
        for output in cell.get("outputs", ()):
            data = output.get("data", {})
            if any("widget" in kind for kind in data):
                raise SystemExit(f"{origin.name}: a widget was kept, and the site serves no scripts for widgets.")
            if "".join(data.get("text/plain", "")) == SLIDERS:
                data["text/markdown"] = SLIDERS_HERE
    return json.dumps(content)


def copies() -> dict[Path, str]:
    """Return the text of each page that is made from a file outside docs/."""
    made = {TUTORIALS / path.name: notebook(path, TUTORIALS / path.name) for path in NOTEBOOKS.glob("[0-9]*.ipynb")}
    for origin, place in MOVED.items():
        if place.parent == PROJECT:
            made[place] = adapt(origin.read_text(encoding="utf-8"), origin, place)
    return made


def copy() -> None:
    """Write these pages, those that changed, and remove what is made from nothing any more."""
    made = copies()
    PROJECT.mkdir(exist_ok=True)
    for stale in {*TUTORIALS.glob("*.ipynb"), *PROJECT.glob("*.md")} - set(made):
        stale.unlink()
    for place, text in made.items():
        if not place.exists() or place.read_text(encoding="utf-8") != text:  # an untouched file is not read again
            place.write_text(text, encoding="utf-8")
