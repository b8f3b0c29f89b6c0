"""The convolution as one matrix: which tap stands in which row and column."""

from __future__ import annotations

from typing import Any

from explorer.links import links, pairs
from explorer.stack import Step

__all__ = ["picture"]

MOST = 64
"""Rows and columns that are drawn."""


def picture(step: Step) -> dict[str, Any]:
    """Return the entries that are not zero: row (output), column (input), tap."""
    rows, columns = step.result[1], step.shape[1]
    found = pairs(links(step.axis, step.transposed))
    entries = [[i, q, m] for m, i, q in found if i < MOST and q < MOST]
    cut = max(rows, columns) > MOST
    title = f"The layer along one axis as a matrix of {rows} x {columns}: each row is one output, "
    title += "and holds the taps at the inputs that they meet."
    if step.layer.kind == "max_pool":  # no sum, and so no product with a matrix
        title = f"Which of {columns} inputs each of {rows} outputs takes the maximum of: each row is one output."
    return {
        "title": title,
        "cut": f"The first {min(rows, MOST)} rows and {min(columns, MOST)} columns." if cut else None,
        "rows": min(rows, MOST),
        "columns": min(columns, MOST),
        "shape": [rows, columns],
        "taps": step.axis.k,
        "entries": entries,
    }
