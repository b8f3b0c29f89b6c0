"""The notebooks read well as they lie here: paired, executed, short, and with nothing of the machine that ran them.

Nothing is executed here: `make notebooks` does that. The files are read as JSON and as text.
"""

from __future__ import annotations

import json
import re
import socket
from functools import cache
from itertools import pairwise
from pathlib import Path

import jupytext
import pytest

from refconv.learn.exercises import CHAPTERS
from tests import pages

HOME = Path(__file__).parent.parent / "notebooks"
SOURCES = sorted(HOME.glob("*.md"))
MACHINE = [
    r"/(work|home|tmp|root|var|usr|Users|mnt|opt)/",
    r"\b[A-Z]:\\",
    r"site-packages|dist-packages|ipykernel_\d",
    r"\b0x[0-9a-f]{6,}\b",  # where an object was in memory
    r"\b20\d\d-\d\d-\d\d[T ]\d\d:\d\d",
    r"\b(Mon|Tue|Wed|Thu|Fri|Sat|Sun) (Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec) ",
    rf"\b{re.escape(socket.gethostname())}\b",
]
"""What names a machine, a moment or a place in memory."""

PICTURE = re.compile(r"[A-Za-z0-9+/=]{100,}")
"""Pictures in base64, which may spell anything."""


def number_of(path):
    return path.stem.partition("_")[0]


@cache
def source_cells(path):
    return jupytext.read(path).cells


@cache
def executed(path):
    return json.loads(path.with_suffix(".ipynb").read_text(encoding="utf-8"))


def code_cells(path):
    return [cell for cell in executed(path)["cells"] if cell["cell_type"] == "code"]


def outputs(path):
    return [output for cell in code_cells(path) for output in cell["outputs"]]


def text_of(value):
    return value if isinstance(value, str) else "".join(value)


def written(path):
    """Yield all the text in a notebook's outputs; pictures are left out."""
    for output in outputs(path):
        yield text_of(output.get("text", ""))
        for kind, value in output.get("data", {}).items():
            if kind.startswith("text/"):
                yield PICTURE.sub("", text_of(value))


def prose(path):
    return [cell.source for cell in source_cells(path) if cell.cell_type == "markdown"]


each_notebook = pytest.mark.parametrize("path", SOURCES, ids=lambda path: path.stem)


def test_there_is_one_for_each_chapter():
    numbers = [number_of(path) for path in SOURCES]
    assert len(set(numbers)) == len(numbers)
    assert set(numbers) >= {f"{chapter:02d}" for chapter in range(len(CHAPTERS) + 1)}
    assert {path.stem for path in HOME.glob("*.ipynb")} == {path.stem for path in SOURCES}


@each_notebook
def test_text_and_notebook_are_a_pair(path):
    """The same cells in the same order: who edits one must make the other again."""
    one = [(cell.cell_type, cell.source) for cell in source_cells(path)]
    other = [(cell["cell_type"], text_of(cell["source"])) for cell in executed(path)["cells"]]
    assert one == other


@each_notebook
def test_it_was_run_from_top_to_bottom_and_its_outputs_are_kept(path):
    counts = [cell["execution_count"] for cell in code_cells(path) if text_of(cell["source"]).strip()]
    assert counts == [*range(1, len(counts) + 1)]
    assert outputs(path)


@each_notebook
def test_nothing_went_wrong(path):
    for output in outputs(path):
        assert output["output_type"] != "error", output["evalue"]
        assert output.get("name") != "stderr", text_of(output["text"])


@each_notebook
def test_its_outputs_do_not_name_the_machine(path):
    for text in written(path):
        for pattern in MACHINE:
            found = re.search(pattern, text)
            assert not found, f"{found[0]!r} in ...{text[max(found.start() - 80, 0) : found.end() + 80]}..."


@each_notebook
def test_it_does_not_say_when_it_was_run(path):
    """Or it would differ each time; `make docs-notebooks` leaves this out."""
    assert not [cell["id"] for cell in executed(path)["cells"] if "execution" in cell["metadata"]]


@each_notebook
def test_it_is_short(path):
    """One idea to a cell of prose, 20 to 40 of them; code belongs to one, or is one of an exercise's four cells."""
    assert 20 <= len(prose(path)) <= 40
    assert len(source_cells(path)) <= 100
    for cell in source_cells(path):
        if cell.cell_type == "code":
            assert len(cell.source.splitlines()) <= 20, cell.source
        else:
            assert len(cell.source.split()) <= 150, cell.source


@each_notebook
def test_it_is_small(path):
    assert path.with_suffix(".ipynb").stat().st_size < 2_000_000


@each_notebook
def test_it_says_first_what_for_and_how_long(path):
    first = source_cells(path)[0]
    assert first.cell_type == "markdown"
    assert first.source.startswith("# ")
    assert "After this notebook" in first.source
    assert re.search(r"\d+ minutes", first.source)


@each_notebook
def test_prose_comes_before_code(path):
    """Never more than two screens of code without a word; an exercise's four cells explain themselves."""
    run = 0
    for cell in source_cells(path):
        run = 0 if cell.cell_type == "markdown" else run + 1
        assert run <= 8, cell.source


@each_notebook
def test_links_lead_somewhere(path):
    assert pages.broken(path) == []


@pytest.mark.parametrize(("path", "following"), [*pairwise(SOURCES)], ids=lambda path: path.stem)
def test_it_ends_with_what_comes_next(path, following):
    assert re.search(rf"\]\({following.stem}\.(md|ipynb)\)", prose(path)[-1])


def test_the_page_for_readers_lists_all():
    page = (HOME.parent / "docs" / "learning.md").read_text(encoding="utf-8")
    listed = re.findall(r"\]\(\.\./notebooks/(\w+)\.ipynb\) \|", page)
    assert listed == [path.stem for path in SOURCES]
