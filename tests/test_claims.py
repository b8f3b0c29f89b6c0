"""Notebook 08b settles every claim: each row of the list of claims has its heading, and a cell that asserts."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import jupytext
import pytest

SOURCE = Path(__file__).parent.parent / "notebooks" / "08b_what_tutorials_get_wrong.md"
ROWS = [f"A{number}" for number in range(1, 12)] + [f"B{number}" for number in range(1, 13)]
CELLS = jupytext.read(SOURCE).cells


def headings():
    """Return the rows in the order of their headings, each with the number of its cell."""
    found = [
        (row, n) for n, cell in enumerate(CELLS) for row in re.findall(r"^## ([AB]\d+) · ", cell.source, re.MULTILINE)
    ]
    assert all(CELLS[n].cell_type == "markdown" for _, n in found)
    return found


def test_every_row_has_its_heading_in_order():
    assert [row for row, _ in headings()] == ROWS


@pytest.mark.parametrize("row", ROWS)
def test_every_row_is_said_and_answered(row):
    text = CELLS[dict(headings())[row]].source
    assert "*Claim.* " in text
    assert "*What is true.* " in text
    assert re.search(r"\*Claim\.\*[\s\S]+\*What is true\.\*[\s\S]+\.", text)


@pytest.mark.parametrize("row", ROWS)
def test_every_row_is_executed_and_asserts_what_was_computed(row):
    """A cell under the heading has the row's tag, and each of its asserts looks at something computed."""
    begin = dict(headings())[row]
    end = min((n for _, n in headings() if n > begin), default=len(CELLS))
    (cell,) = (cell for cell in CELLS[begin:end] if cell.metadata.get("tags") == [f"claim-{row}"])
    tree = ast.parse(cell.source)
    asserted = [node.test for node in ast.walk(tree) if isinstance(node, ast.Assert)]
    assert asserted
    for test in asserted:
        assert any(isinstance(node, ast.Name) for node in ast.walk(test)), ast.unparse(test)


def test_no_other_cell_claims_a_row():
    tags = [tag for cell in CELLS for tag in cell.metadata.get("tags", ()) if re.fullmatch(r"claim-[AB]\d+", tag)]
    assert tags == [f"claim-{row}" for row in ROWS]


def test_the_balance_at_the_end_names_every_row():
    balance = CELLS[-1].source
    assert {*re.findall(r"\b[AB]\d+\b", balance)} == {*ROWS}
