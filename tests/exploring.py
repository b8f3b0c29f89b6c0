"""The explorer's Python, which lives beside its page: found here, and drawn stacks for it."""

from __future__ import annotations

import json
import sys
from pathlib import Path

from hypothesis import strategies as st

HOME = Path(__file__).resolve().parent.parent / "docs" / "explorer" / "python"
if str(HOME) not in sys.path:
    sys.path.append(str(HOME))

import explorer  # noqa: E402
from explorer.catalogue import PRESETS  # noqa: E402
from explorer.kinds import CONTROLS, KINDS  # noqa: E402
from explorer.stack import Stack, stacked  # noqa: E402
from explorer.state import Layer, State, parse, query_of  # noqa: E402
from explorer.told import named  # noqa: E402

__all__ = [
    "CONTROLS",
    "HOME",
    "KINDS",
    "PRESETS",
    "Layer",
    "Stack",
    "State",
    "answer",
    "drawn_stacks",
    "explorer",
    "figures",
    "named",
    "parse",
    "query_of",
    "stacked",
]


def answer(state):
    """Return the answer to a state, or to its line of text."""
    return json.loads(explorer.answer(state if isinstance(state, str) else query_of(state)))


def figures(found):
    """Return the figures of an answer by their ids."""
    listed = [figure["id"] for figure in found["figures"]]
    assert len(listed) == len(set(listed))
    return {figure["id"]: figure for figure in found["figures"]}


@st.composite
def drawn_stacks(draw, kinds=tuple(KINDS), layers=4, widest=3):
    """Return a state whose layers all fit: the output size is drawn first, and the sizes before it follow."""
    count = draw(st.integers(1, layers))
    n = draw(st.integers(1, widest))
    drawn = []
    for _ in range(count):
        layer, n = draw(_fitting(draw(st.sampled_from(kinds)), n))
        drawn.append(layer)
    channels = c = draw(st.integers(1, 4))
    stack = []
    for layer in reversed(drawn):
        numbers = layer.numbers
        if layer.kind == "conv":
            numbers["g"] = draw(st.sampled_from([g for g in range(1, channels + 1) if channels % g == 0]))
            numbers["o"] = numbers["g"] * draw(st.integers(1, 3))
        stack.append(Layer(layer.kind, **numbers))
        channels = {"max_pool": channels, "depthwise": channels * numbers.get("m", 1)}.get(layer.kind, numbers.get("o"))
    state = State(n, c, tuple(stack), draw(st.integers(0, count - 1)))
    fits = stacked(state)
    assert fits.complete, fits.problem
    return state


@st.composite
def _fitting(draw, kind, out):
    """Return a layer with at least `out` outputs, and the size of its input."""
    k, s, d = draw(st.integers(1, 3)), draw(st.integers(1, 3)), draw(st.integers(1, 3))
    o, m = draw(st.integers(1, 4)), draw(st.integers(1, 2))
    if kind == "max_pool":
        lo, hi = draw(st.integers(0, k - 1)), draw(st.integers(0, k - 1))
        n = max((out - 1) * s + k - lo - hi, 1) + draw(st.integers(0, s - 1))
        return Layer(kind, k=k, s=s, lo=lo, hi=hi), n
    if kind == "transposed":
        lo, hi, a = draw(st.integers(0, 2)), draw(st.integers(0, 2)), draw(st.integers(0, s - 1))
        n = max(-(-(out - a - k + lo + hi) // s) + 1, 1)
        return Layer(kind, k=k, s=s, lo=lo, hi=hi, a=a, o=o), n
    lo, hi = draw(st.integers(-2, 4)), draw(st.integers(-2, 4))
    n = max((out - 1) * s + d * (k - 1) + 1 - lo - hi, 1) + draw(st.integers(0, s - 1))
    return Layer(kind, k=k, s=s, d=d, lo=lo, hi=hi, o=o, m=m), n
