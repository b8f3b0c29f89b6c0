"""A how-to guide, done as its reader would do it, in an empty folder.

- A block that begins with a comment that is a name (`# mine.py`, `// mine.rs`, `/* mine.c */`) is that file.
- A console block holds commands, `$ ...`, and what they print; `...` stands for what is left out, seconds may differ.
- All that begins with `>>>` is a doctest.
"""

from __future__ import annotations

import doctest
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

from tests import pages

ROOT = Path(__file__).parent.parent
FOLDER = ROOT / "docs" / "how-to"
FLAGS = pages.FLAGS | doctest.ELLIPSIS
_BLOCK = re.compile(r"^( *)```(\w*)\n(.*?)^\1```$", re.MULTILINE | re.DOTALL)
_NAMED = re.compile(r"\A(?:#|//|/\*) ([\w./-]+\.\w+)(?: \*/)?\n+")
_SECONDS = re.compile(r"\b\d+\.\d+ ?s\b")


class Command(NamedTuple):
    """What is typed, and what is said to be printed."""

    typed: str
    shown: str


def blocks(page: Path) -> list[tuple[str, str]]:
    """Language and text of each block, those in lists too."""
    found = _BLOCK.findall(page.read_text(encoding="utf-8"))
    return [(language, re.sub(f"^{indent}", "", body, flags=re.MULTILINE)) for indent, language, body in found]


def files(page: Path) -> dict[str, str]:
    """The files that a page has its reader write; the name's comment stays, as one would copy it."""
    return {named[1]: body for _, body in blocks(page) if (named := _NAMED.match(body))}


def commands(page: Path) -> list[Command]:
    found = []
    for language, body in blocks(page):
        for part in re.split(r"^\$ ", body, flags=re.MULTILINE)[1:] if language == "console" else ():
            typed, _, shown = part.partition("\n")
            found.append(Command(typed, shown))
    return found


def write_files(page: Path, folder: Path) -> None:
    if "examples/c" in page.read_text(encoding="utf-8"):  # the reader is in a clone
        shutil.copytree(ROOT / "examples" / "c", folder / "examples" / "c")
    for name, body in files(page).items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(body, encoding="utf-8")


def printed(typed: str, folder: Path) -> str:
    """What a command prints, with the programs beside this Python first; logs of frameworks are left out."""
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", "")])
    plain = {"PATH": path, "COLUMNS": "88", "NO_COLOR": "1", "PYTEST_ADDOPTS": "", "PYTHONDONTWRITEBYTECODE": "1"}
    quiet = {"TF_CPP_MIN_LOG_LEVEL": "3", "JAX_PLATFORMS": "cpu"}
    ended = subprocess.run(
        ["/bin/sh", "-c", typed],
        cwd=folder,
        env={**os.environ, **plain, **quiet},
        capture_output=True,
        text=True,
        check=False,
    )
    return ended.stdout or ended.stderr


def difference(command: Command, output: str) -> str:
    """How the output differs from what the page shows; nothing where it does not."""
    want, got = (_SECONDS.sub("0.0 s", text) for text in (command.shown, output))
    # a line `...` may stand for no line at all
    if doctest.OutputChecker().check_output(want, got, FLAGS):
        return ""
    return f"$ {command.typed}\nshown:\n{command.shown}\nprinted:\n{output}"


def examples(page: Path) -> doctest.DocTest:
    text = page.read_text(encoding="utf-8")
    text = _BLOCK.sub(lambda block: "\n" * block[0].count("\n") if _NAMED.match(block[3]) else block[0], text)
    return pages.examples(page, text)
