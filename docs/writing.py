"""What the programs that write pages share: ``--check``, and tables in Markdown.

A program says which files should hold what. They are written, or with ``--check`` compared with those on disk.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterable, Mapping, Sequence
from difflib import unified_diff
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent

Files = Mapping[Path, str | None]
"""The text of each file; None for one that should not be there."""


def table(head: Sequence[object], rows: Iterable[Sequence[object]]) -> str:
    """Return a table in Markdown.

    Examples
    --------
    >>> print(table(("kernel", "size"), [("3x3", 9), ("5x5", 25)]), end="")
    | kernel | size |
    | --- | --- |
    | 3x3 | 9 |
    | 5x5 | 25 |
    """
    lines = [head, ("---",) * len(head), *rows]
    return "".join(f"| {' | '.join(map(str, line))} |\n" for line in lines)


def parser(description: str | None) -> argparse.ArgumentParser:
    """Return the options that every program has: ``--check``."""
    options = argparse.ArgumentParser(description=description, allow_abbrev=False)
    options.add_argument("--check", action="store_true", help="write nothing; fail where a page differs")
    return options


def settle(files: Files, target: str, *, check: bool) -> int:
    """Write the files, or show how they differ and which target of make writes them; return the exit status."""
    changed = [path for path, text in files.items() if read(path) != text]
    if not check:
        for path in changed:
            write(path, files[path])
        return 0
    if changed:
        sys.stdout.writelines(f"{line}\n" for line in differences(files))
        sys.stdout.write(f"\n{len(changed)} of {len(files)} files differ: run make {target}.\n")
    return int(bool(changed))


def differences(files: Files) -> list[str]:
    """Return the lines by which the files on disk differ from what they should hold."""
    lines: list[str] = []
    for path, text in sorted(files.items()):
        there = read(path)
        if there == text:
            continue
        name = path.relative_to(ROOT).as_posix() if path.is_relative_to(ROOT) else path.name
        told = unified_diff((there or "").splitlines(), (text or "").splitlines(), name, "generated", lineterm="")
        lines += list(told) or [f"{name}: line endings differ"]
    return lines


def read(path: Path) -> str | None:
    """Return the text of a file, its line endings as they are; None if there is none."""
    return path.read_bytes().decode() if path.exists() else None


def write(path: Path, text: str | None) -> None:
    """Write a file, or remove it."""
    if text is None:
        path.unlink()
    else:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text.encode())
