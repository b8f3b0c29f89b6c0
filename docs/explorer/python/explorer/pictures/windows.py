"""The window that moves: for each output the cells that it reads, of the input with its padding."""

from __future__ import annotations

from typing import Any

from explorer.links import links, pairs
from explorer.stack import Step

__all__ = ["picture"]

MOST_OUTPUTS, MOST_CELLS, PLANE = 256, 400, 40
PADDING, PIXEL, CUT_OFF = 0, 1, 2


def picture(step: Step) -> dict[str, Any]:
    """Return the cells of the padded input, and for each output those that it reads.

    A transposed convolution reads pixels only: its padding cuts off outputs.
    """
    n, out = step.shape[1], step.result[1]
    shown = min(out, MOST_OUTPUTS)
    if step.transposed:
        first, cells = 0, n
        reads: list[list[int]] = [[] for _ in range(out)]
        for _, i, q in pairs(links(step.axis, True)):
            reads[i].append(q)
    else:
        axis = step.axis
        before = axis.read(0, 0)  # where the padded input begins; further in where padding is negative
        first = min(before, 0)
        cells = max(before + axis.padded, n) - first
        reads = [[axis.read(i, m) - first for m in range(axis.k)] for i in range(shown)]
    drawn = min(cells, MOST_CELLS)
    shown = next((i for i, row in enumerate(reads) if any(cell >= drawn for cell in row)), shown)
    return {
        "title": f"Output by output, what the window reads of {n} samples along an axis: {out} windows.",
        "cut": None if (shown, drawn) == (out, cells) else f"The first {shown} of {out} windows.",
        "n": n,
        "out": out,
        "shown": shown,
        "first": first,
        "cells": drawn,
        "pixels": _kinds(step, range(first, first + drawn)),
        "reads": reads[:shown],
        "plane": max(cells, out) <= PLANE,
    }


def _kinds(step: Step, positions: range) -> list[int]:
    """Return what each cell is: a pixel, padding, or a pixel that negative padding cuts off."""
    if step.transposed:
        return [PIXEL] * len(positions)
    axis = step.axis
    before = axis.read(0, 0)
    pixels, kept = range(axis.n), range(before, before + axis.padded)
    return [PADDING if q not in pixels else PIXEL if q in kept else CUT_OFF for q in positions]
