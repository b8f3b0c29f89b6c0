"""Which names the pages of docs/reference document, read from their sources.

Read with the standard library only: `tests/test_public_names.py` holds these names against the packages' own.
"""

from __future__ import annotations

import inspect
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).resolve().parent.parent / "reference"
BLOCK = re.compile(r"^```\{eval-rst\}\n(.*?)^```$", re.MULTILINE | re.DOTALL)
DIRECTIVE = re.compile(r"\.\. (?:py:)?(\w+)::\s*(\S*)")


def documented(folder: Path = FOLDER) -> list[str]:
    """Return every name that a page documents, with its package, as often as it does."""
    return [name for page in sorted(folder.glob("*.md")) for name in names_on(page.read_text(encoding="utf-8"))]


def names_on(page: str) -> Iterator[str]:
    """Yield the names of a page: modules, data, and what stands in its tables."""
    module, in_table = "", False
    for line in "".join(BLOCK.findall(page)).splitlines():
        directive = DIRECTIVE.match(line)
        if directive:
            kind, argument = directive.groups()
            in_table = kind == "autosummary"
            if kind in ("module", "currentmodule"):
                module = argument
            if kind == "module":
                yield argument
            if kind == "data":
                yield f"{module}.{argument}"
        elif in_table and re.match(r"   [\w.]+$", line):
            name = line.strip()
            yield name if name.startswith(f"{module}.") else f"{module}.{name}"


def filenames() -> dict[str, str]:
    """Return other file names for classes that a function differs from in its capitals only, such as Truth and truth.

    Where the file system sees no difference, one page would take the other's place.
    """
    names = {name for name in documented() if not name.rpartition(".")[2].isupper()}  # data have no page of their own
    alike = Counter(name.lower() for name in names)
    return {name: f"{name}-class" for name in names if alike[name.lower()] > 1 and name != name.lower()}


def skip(_app: Any, _what: str, _name: str, member: Any, *_options: Any) -> bool | None:
    """Leave out what Python and matplotlib put into classes: fields as "Alias for field number 0", `Drawing.set`."""
    foreign = inspect.isfunction(member) and not member.__module__.startswith("refconv")
    return True if foreign or type(member).__name__ == "_tuplegetter" else None
