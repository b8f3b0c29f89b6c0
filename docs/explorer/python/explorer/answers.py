"""The answer to one state: its figures and pictures, and what is wrong with it."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from explorer.controls import controls_of, kinds
from explorer.figures.cost import cost_figures
from explorer.figures.stack import stack_figures
from explorer.figures.window import kernel_figures, window_figures
from explorer.kinds import LAYERS
from explorer.pictures import costs, coverage, field, im2col, taps, toeplitz, windows
from explorer.stack import Stack, Step, labelled, stacked
from explorer.state import State, parse, query_of

__all__ = ["answered"]


def answered(query: str) -> dict[str, Any]:
    """Return everything that the page shows for a line of text, whatever it is.

    Examples
    --------
    >>> found = answered("n=33&L=conv,k3,d2,lo2,hi2")
    >>> {figure["id"]: figure["value"] for figure in found["figures"]}["output_size"]
    33
    """
    state, problems = parse(query)
    stack = stacked(state)
    if stack.problem is not None:
        problems.append(stack.problem)
    step = stack.steps[state.at] if state.at < len(stack.steps) else None
    outputs = stack.steps[-1].result[1] if stack.steps else 0
    i = _chosen(state, outputs)
    if state.i is not None and i is not None:
        state = replace(state, i=i)
    levels = [] if i is None else field.levels_of(stack, i)
    return {
        "query": query_of(state),
        "state": _said(state, i),
        "kinds": kinds(),
        "layers": _layers(state, stack),
        "controls": controls_of(state, i, outputs),
        "limits": {"layers": LAYERS},
        "errors": [
            {"control": problem.control, "layer": problem.layer, "message": problem.message} for problem in problems
        ],
        "figures": _figures(state, stack, step, levels),
        "pictures": _pictures(state, stack, step, i, levels),
    }


def _chosen(state: State, outputs: int) -> int | None:
    """Return the output that is looked at: the one that was asked for, or the last; else the middle one."""
    if not outputs:
        return None
    return (outputs - 1) // 2 if state.i is None else min(state.i, outputs - 1)


def _said(state: State, i: int | None) -> dict[str, Any]:
    layers = [{"kind": layer.kind, **layer.numbers} for layer in state.layers]
    return {"n": state.n, "c": state.c, "at": state.at, "i": i, "layers": layers}


def _layers(state: State, stack: Stack) -> list[dict[str, Any]]:
    shapes: list[Any] = [list(step.result) for step in stack.steps]
    shapes += [None] * (len(state.layers) - len(shapes))
    wrong = None if stack.problem is None else stack.problem.layer
    return [
        {"label": labelled(layer), "shape": shape, "error": number == wrong}
        for number, (layer, shape) in enumerate(zip(state.layers, shapes, strict=True))
    ]


def _figures(state: State, stack: Stack, step: Step | None, levels: list[list[int]]) -> list[dict[str, Any]]:
    if step is None:
        reached = stack.problem is not None and stack.problem.layer == state.at
        n = (stack.steps[-1].result[1] if stack.steps else state.n) if reached else None
        found = kernel_figures(state.selected, n).copy()
    else:
        found = [*window_figures(step), *cost_figures(step)]
    return found + (stack_figures(stack, levels) if stack.complete else [])


def _pictures(
    state: State, stack: Stack, step: Step | None, i: int | None, levels: list[list[int]]
) -> dict[str, dict[str, Any] | None]:
    return {
        "taps": taps.picture(state.selected),
        "windows": None if step is None else windows.picture(step),
        "toeplitz": None if step is None else toeplitz.picture(step),
        "im2col": None if step is None else im2col.picture(step),
        "field": None if i is None else field.picture(stack, i, levels),
        "coverage": coverage.picture(step, stack) if stack.steps else None,
        "costs": costs.picture(stack, state.at) if stack.steps else None,
    }
