"""How often samples are read, and which are not: by one layer, by the whole stack, and within one output's field."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from explorer.links import links, pulled
from explorer.stack import Stack, Step, field_through
from refconv.arithmetic.effective import influence
from refconv.arithmetic.geometry import Axis, transposed_axis
from refconv.arithmetic.receptive_field import receptive_field
from refconv.errors import RefconvError

__all__ = ["field_counts", "picture"]

MOST = 600
"""Samples of a field that are drawn."""


def picture(step: Step | None, stack: Stack) -> dict[str, Any]:
    """Return the counts, each list as long as what it is about."""
    layer = None if step is None else {"n": step.shape[1], "counts": list(_layer_counts(step.axis, step.transposed))}
    whole = _stack_counts(tuple((each.axis, each.transposed) for each in stack.steps))
    field = field_counts(stack)
    unread = [q for q, count in enumerate(whole) if not count]
    return {
        "title": "How many paths lead from each sample to the outputs; samples with none are never read.",
        "cut": f"A field of more than {MOST} samples is not drawn." if field is None else None,
        "layer": layer,
        "stack": {"n": len(whole), "counts": list(whole), "unread": unread},
        "field": None
        if field is None
        else {"size": len(field), "counts": field, "holes": [q for q, count in enumerate(field) if not count]},
    }


@lru_cache(maxsize=256)
def _layer_counts(axis: Axis, transposed: bool) -> tuple[int, ...]:
    return _stack_counts(((axis, transposed),))


@lru_cache(maxsize=256)
def _stack_counts(steps: tuple[tuple[Axis, bool], ...]) -> tuple[int, ...]:
    """Return the paths from each sample of the input to all outputs."""
    axis, transposed = steps[-1]
    counts = [1] * (axis.n if transposed else axis.out)
    for axis, transposed in reversed(steps):
        counts = pulled(counts, links(axis, transposed), axis.out if transposed else axis.n)
    return tuple(counts)


def field_counts(stack: Stack) -> list[int] | None:
    """Return the paths from each sample of the first output's field, on an input without end; None for a large one."""
    if any(step.transposed for step in stack.steps):
        return _by_reads(stack)
    layers = [step.axis for step in stack.steps]
    if receptive_field(layers).size > MOST:
        return None
    counts = [1]
    for layer in reversed(layers):  # the smallest input without padding that has so many windows
        axis = transposed_axis(len(counts), layer.k, layer.s, layer.d)
        counts = pulled(counts, links(axis), axis.n)
    return counts


def _by_reads(stack: Stack) -> list[int] | None:
    """Return the same where something is up-sampled and outputs differ: for the first that reads anything."""
    try:
        field = field_through(stack)
    except RefconvError:
        return None
    if field.size > MOST:
        return None
    region = next((number for number, phase in enumerate(field.phases) if phase is not None), None)
    if region is None:
        return [0]
    found = influence((step.read for step in stack.steps), region)
    return [found.get(q, 0) for q in range(min(found), max(found) + 1)]
