"""docs/writing.py: pages are written or compared, and a page that differs is shown and named."""

from __future__ import annotations

import doctest
import os
import subprocess
import sys
from pathlib import Path

import pytest

DOCS = Path(__file__).parent.parent / "docs"
sys.path.insert(0, str(DOCS))

import writing  # noqa: E402 - what the programs share

TEXTS = {"index.md": "a\nb\n", "deeper/page.md": "×\n", "gone.md": None}


@pytest.fixture
def files(tmp_path):
    (tmp_path / "gone.md").write_bytes(b"x\n")
    return {tmp_path / name: text for name, text in TEXTS.items()}


def test_what_is_written_does_not_differ(files, capsys):
    assert writing.settle(files, "pages", check=False) == 0
    assert {path: writing.read(path) for path in files} == files
    assert writing.settle(files, "pages", check=True) == 0
    assert capsys.readouterr().out == ""


def test_a_check_writes_nothing_and_names_what_differs(files, tmp_path, capsys):
    assert writing.settle(files, "pages", check=True) == 1
    told = capsys.readouterr().out.splitlines()
    assert {"--- page.md", "+×", "--- index.md", "+a", "+b", "--- gone.md", "-x"} <= set(told)
    assert told[-1] == "3 of 3 files differ: run make pages."
    assert list(tmp_path.iterdir()) == [tmp_path / "gone.md"]


def test_only_what_differs_is_written(files, tmp_path):
    writing.settle(files, "pages", check=False)
    kept, changed = (tmp_path / name for name in ("index.md", "deeper/page.md"))
    changed.write_text("other\n", encoding="utf-8")
    os.utime(kept, (0, 0))
    writing.settle(files, "pages", check=False)
    assert kept.stat().st_mtime == 0
    assert writing.read(changed) == "×\n"


@pytest.mark.parametrize("there", [b"a\r\nb\r\n", b"a\nb"])
def test_line_endings_are_compared(tmp_path, there):
    page = tmp_path / "page.md"
    page.write_bytes(there)
    assert writing.differences({page: "a\nb\n"}) == ["page.md: line endings differ"]


def test_a_page_of_the_repository_goes_by_its_path_in_it():
    page = DOCS / "design.md"
    (first, *_) = writing.differences({page: writing.read(page) + "more\n"})
    assert first.split() == ["---", "docs/design.md"]


def test_examples_run():
    assert doctest.testmod(writing) == doctest.TestResults(failed=0, attempted=1)


@pytest.mark.parametrize("name", ["derivations", "disagreements", "figures", "readme", "reference"])
def test_every_program_says_what_it_does(name):
    """And refuses what it does not know, before it computes anything."""
    program = [sys.executable, DOCS / f"build_{name}.py"]
    told = subprocess.run([*program, "--help"], capture_output=True, text=True, check=True).stdout
    assert "--check" in told
    assert "write nothing; fail where a page differs" in told
    assert subprocess.run([*program, "--cheque"], capture_output=True, check=False).returncode == 2
