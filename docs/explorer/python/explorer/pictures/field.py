"""What one output of the last layer depends on: level by level, down to the pixels of the input."""

from __future__ import annotations

from typing import Any

from explorer.links import Links, links, pairs, pulled, reached
from explorer.stack import Stack

__all__ = ["levels_of", "picture"]

MOST_LINKS, PLANE = 1500, 160


def levels_of(stack: Stack, i: int) -> list[list[int]]:
    """Return the paths from every position of every level to output `i`, the input first."""
    counts = [0] * stack.steps[-1].result[1]
    counts[i] = 1
    levels = [counts]
    for step in reversed(stack.steps):
        levels.append(pulled(levels[-1], links(step.axis, step.transposed), step.shape[1]))
    return levels[::-1]


def picture(stack: Stack, i: int, levels: list[list[int]]) -> dict[str, Any]:
    """Return the positions that are read at each level, their links, and the paths from each input pixel."""
    counts = levels[0]
    read = reached(counts)
    shown: list[dict[str, Any]] = [{"label": "input", "n": len(counts), "read": read, "links": []}]
    for step, paths in zip(stack.steps, levels[1:], strict=True):
        shown.append({"label": step.label, "n": len(paths), "read": reached(paths), "links": []})
    many = sum(len(level["read"]) * step.axis.k for step, level in zip(stack.steps, shown[1:], strict=True))
    if many <= MOST_LINKS:
        for step, level, paths in zip(stack.steps, shown[1:], levels[1:], strict=True):
            level["links"] = _links(links(step.axis, step.transposed), paths)
    where = f"{len(read)} of {len(counts)} samples, from {read[0]} to {read[-1]}" if read else "nothing but padding"
    return {
        "title": f"Along an axis, output {i} depends on {where}.",
        "cut": "Too many links to draw them." if many > MOST_LINKS else None,
        "output": i,
        "levels": shown,
        "counts": counts,
        "first": read[0] if read else None,
        "last": read[-1] if read else None,
        "most": max(counts),
        "plane": len(counts) <= PLANE,
    }


def _links(ways: Links, paths: list[int]) -> list[list[int]]:
    """Return the links of the outputs that lead on: each with the input below."""
    return [[i, q] for _, i, q in pairs(ways) if paths[i]]
