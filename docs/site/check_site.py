"""Walk the built site and fail on what would not work: ``python docs/site/check_site.py build/site/html``.

Found are: anything a browser would load from elsewhere (scripts, styles, pictures, fonts, frames, workers), links and
anchors that lead nowhere, files that are missing, and a search that would find nothing.
"""

from __future__ import annotations

import json
import re
import sys
from dataclasses import dataclass, field
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit

LOADED = {
    "audio": ("src",),
    "embed": ("src",),
    "iframe": ("src",),
    "image": ("href", "xlink:href"),
    "img": ("src", "srcset"),
    "input": ("src",),
    "object": ("data",),
    "script": ("src",),
    "source": ("src", "srcset"),
    "track": ("src",),
    "use": ("href", "xlink:href"),
    "video": ("src", "poster"),
}
"""What a browser fetches by itself, by element. A link element is looked at apart."""

NOT_FETCHED = {"author", "canonical", "license", "next", "prev", "search"}
CSS_URL = re.compile(r"""url\(\s*["']?([^"')]+)["']?\s*\)|@import\s+["']([^"']+)["']""")
JS_IMPORT = re.compile(
    r"""(?:^|[;}\s])(?:import|export)\s*(?:[\w*{][^"'();]*?from\s*)?\(?\s*["'`]([^"'`\s]+)["'`]"""
    r"""|\b(?:importScripts|fetch|Worker)\(\s*["'`]([^"'`]+)["'`]""",
)


@dataclass
class Page:
    """What one file asks for and offers."""

    anchors: set[str] = field(default_factory=set)
    loads: list[str] = field(default_factory=list)
    links: list[str] = field(default_factory=list)


class Reader(HTMLParser):
    """Collects the addresses and anchors of one page."""

    def __init__(self) -> None:
        super().__init__()
        self.page = Page()
        self.inside = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note what an element loads, where it leads, and how it is called."""
        values = {name: value or "" for name, value in attrs}
        self.inside = tag if tag in ("style", "script") else self.inside
        self.page.anchors |= {values[name] for name in ("id", "name") if values.get(name)}
        for name in LOADED.get(tag, ()):
            for part in values.get(name, "").split(",") if name == "srcset" else [values.get(name, "")]:
                self.page.loads += part.split()[:1]
        if tag == "link" and not set(values.get("rel", "").split()) & NOT_FETCHED:
            self.page.loads.append(values.get("href", ""))
        if tag in ("a", "area") and values.get("href"):
            self.page.links.append(values["href"])
        self.page.loads += css_urls(values.get("style", ""))

    def handle_endtag(self, tag: str) -> None:
        """Leave a style or a script."""
        self.inside = "" if tag == self.inside else self.inside

    def handle_data(self, data: str) -> None:
        """Look for addresses in styles, and in scripts what they import."""
        if self.inside == "style":
            self.page.loads += css_urls(data)
        if self.inside == "script":
            self.page.loads += js_imports(data)


def css_urls(text: str) -> list[str]:
    """Return the addresses that a style sheet loads."""
    return [one or other for one, other in CSS_URL.findall(text)]


def js_imports(text: str) -> list[str]:
    """Return the addresses, given as literals, that a script imports or fetches."""
    return [one or other for one, other in JS_IMPORT.findall(text)]


def read(path: Path) -> Page:
    """Return what a page, a style sheet or a script asks for."""
    text = path.read_text(encoding="utf-8", errors="replace")
    if path.suffix == ".css":
        return Page(loads=css_urls(text))
    if path.suffix in (".js", ".mjs"):
        return Page(loads=js_imports(text))
    reader = Reader()
    reader.feed(text)
    return reader.page


def faults(root: Path) -> list[str]:
    """Return a line for everything that is wrong with the site under ``root``."""
    kinds = {".html", ".css", ".js", ".mjs"}
    made_by_others = root / "_static" / "vendor"  # bundles, whose strings say nothing about what is loaded
    files = (path for path in sorted(root.rglob("*")) if path.suffix in kinds and made_by_others not in path.parents)
    pages = {path.resolve(): read(path) for path in files}
    found = [*search_faults(root)]
    for path, page in pages.items():
        here = path.relative_to(root.resolve()).as_posix()
        for address in page.loads:
            fault = fault_of(address, path, pages) if address else "loads nothing"
            found += [f"{here}: loads {address}: {fault}"] if fault else []
        for address in page.links:
            if not urlsplit(address).scheme and not address.startswith("//"):
                fault = fault_of(address, path, pages)
                found += [f"{here}: links to {address}: {fault}"] if fault else []
    return found


def fault_of(address: str, path: Path, pages: dict[Path, Page]) -> str:
    """Return what is wrong with an address on the page at ``path``; an empty string is nothing."""
    parts = urlsplit(address)
    if parts.scheme in ("data", "blob") or "${" in address:  # a script knows the rest
        return ""
    if parts.scheme or parts.netloc:
        return "from elsewhere"
    if parts.path.startswith("/"):
        return "not relative, so it breaks below a folder"
    target = (path.parent / unquote(parts.path)).resolve() if parts.path else path
    target = target / "index.html" if target.is_dir() else target
    if not target.is_file():
        return "no such file"
    anchor = unquote(parts.fragment)
    if anchor and target.suffix == ".html" and anchor not in pages[target].anchors:
        return "no such anchor"
    return ""


def search_faults(root: Path) -> list[str]:
    """Return what keeps the search from finding anything."""
    index = root / "searchindex.js"
    if not index.is_file():
        return ["searchindex.js: no such file"]
    text = index.read_text(encoding="utf-8").removeprefix("Search.setIndex(").removesuffix(")")
    content = json.loads(text)
    lost = [name for name in content["docnames"] if not (root / f"{name}.html").is_file()]
    return [f"searchindex.js: {name} has no page" for name in lost] + [
        f"searchindex.js: no {part}" for part in ("docnames", "titles", "terms") if not content[part]
    ]


def main(root: Path) -> int:
    """Print the faults, or the size of the site where there are none."""
    found = faults(root)
    if found:
        sys.stdout.write("\n".join((*found, f"{len(found)} faults", "")))
        return 1
    files = [path for path in root.rglob("*") if path.is_file()]
    size = sum(path.stat().st_size for path in files)
    html = sum(path.suffix == ".html" for path in files)
    sys.stdout.write(f"{html} pages, {len(files)} files, {size / 1e6:.1f} MB: nothing from elsewhere, no broken link\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
