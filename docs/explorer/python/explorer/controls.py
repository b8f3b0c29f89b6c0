"""The sliders: what can be set for the input and for the selected layer, and between which bounds."""

from __future__ import annotations

from typing import Any

from explorer.kinds import CONTROLS, KINDS, Control
from explorer.state import State

__all__ = ["controls_of", "kinds"]


def controls_of(state: State, i: int | None, outputs: int) -> list[dict[str, Any]]:
    """Return the controls with their values; `i` is the output that is looked at, of so many.

    Examples
    --------
    >>> from explorer.state import parse
    >>> [control["id"] for control in controls_of(parse("L=max_pool,k2,s2")[0], 0, 4)]
    ['n', 'c', 'k', 's', 'lo', 'hi', 'i']
    """
    found = [_said(CONTROLS["n"], state.n), _said(CONTROLS["c"], state.c)]
    layer = state.selected
    for letter, value in layer.numbers.items():
        found.append(_said(KINDS[layer.kind].control(letter), value) | _help(layer.kind, letter))
    if i is not None:
        found.append({**_said(CONTROLS["i"], i), "max": outputs - 1})
    return found


def _help(kind: str, letter: str) -> dict[str, str]:
    """Return what a letter means where it is not what it means in a convolution."""
    said = {
        ("max_pool", "lo"): "padding before the input, which never wins the maximum",
        ("max_pool", "hi"): "padding after the input, which never wins the maximum",
        ("transposed", "s"): "steps in output samples from one input to the next",
        ("transposed", "lo"): "samples cut off before the output",
        ("transposed", "hi"): "samples cut off after the output",
    }
    return {"help": said[kind, letter]} if (kind, letter) in said else {}


def kinds() -> list[dict[str, str]]:
    """Return the kinds of layers, for a list to choose from."""
    return [{"id": kind.id, "label": kind.label} for kind in KINDS.values()]


def _said(control: Control, value: int) -> dict[str, Any]:
    return {
        "id": control.id,
        "label": control.label,
        "min": control.low,
        "max": control.high,
        "value": value,
        "help": control.help,
    }
