"""The stack as code to take home: refconv's own, PyTorch's and Keras'."""

from __future__ import annotations

from collections.abc import Callable

from explorer.snippets import arrays, keras, torch
from explorer.stack import Stack, stacked
from explorer.state import State, parse

__all__ = ["DIALECTS", "written"]

DIALECTS: dict[str, Callable[[State, Stack], str]] = {
    "refconv": arrays.code,
    "torch": torch.code,
    "keras": keras.code,
}


def written(query: str, dialect: str) -> str:
    """Return code for a state; where it does not fit, for the layers before that, and a comment says why."""
    if dialect not in DIALECTS:
        return f"# There is no dialect {dialect[:40]!r}. There are {', '.join(DIALECTS)}.\n"
    state, _ = parse(query)
    stack = stacked(state)
    notes = [] if stack.problem is None else ["Only the layers that fit:", *stack.problem.message.splitlines()]
    comment = "".join(f"# {note}\n" for note in notes)
    return comment + (DIALECTS[dialect](state, stack) if stack.steps else "")
