"""The matrix of all windows: a row for each tap, a column for each output."""

from __future__ import annotations

from typing import Any

from explorer.links import links, pairs
from explorer.stack import Step

__all__ = ["picture"]

MOST = 64
"""Columns that are drawn."""


def picture(step: Step) -> dict[str, Any]:
    """Return the input position in each cell; None is a zero: padding, or for a transposed convolution no input."""
    out = step.result[1]
    columns = min(out, MOST)
    cells: list[list[int | None]] = [[None] * columns for _ in range(step.axis.k)]
    for m, i, q in pairs(links(step.axis, step.transposed)):
        if i < columns:
            cells[m][i] = q
    return {
        "title": f"im2col along one axis: {step.axis.k} taps x {out} outputs, in each cell the input that is read.",
        "cut": None if columns == out else f"The first {columns} columns.",
        "rows": step.axis.k,
        "columns": columns,
        "shape": [step.axis.k, out],
        "cells": cells,
    }
