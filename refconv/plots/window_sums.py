"""One window with its numbers: what stands in the cells of its input, and its sum written out."""

from __future__ import annotations

from collections.abc import Callable
from itertools import product as pairs
from textwrap import wrap
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from refconv.arithmetic.geometry import Axis
from refconv.arithmetic.padding import source_position
from refconv.plots.asked import index, number, taps_of
from refconv.plots.cells import text_width

__all__ = ["Window"]

NAMED = 9
"""Taps of a window whose sum is still written out without numbers."""


class Window(NamedTuple):
    """What is to be drawn: the axes, and the numbers where they are given."""

    axes: tuple[Axis, ...]
    mode: str
    x: NDArray[Any] | None
    w: NDArray[Any] | None
    y: NDArray[Any] | None

    @property
    def longest(self) -> int:
        """The characters of the longest number."""
        given = [array for array in (self.x, self.w, self.y) if array is not None]
        return max((len(number(value)) for array in given for value in array.flat), default=0)

    def source(self, position: tuple[int, ...]) -> tuple[int, ...] | None:
        """Return the input position that is seen at a position, or None for a zero."""
        seen = [source_position(q, axis.n, self.mode) for axis, q in zip(self.axes, position, strict=True)]
        found = tuple(q for q in seen if q is not None)
        return found if len(found) == len(seen) else None

    def value(self, position: tuple[int, ...], written: Callable[[Any], str] = number) -> str:
        """Return what stands in the cell of a position: the number there, or where padding takes it from."""
        source = self.source(position)
        if source is None:
            return written(0)
        if self.x is not None:
            return written(self.x[source])
        if source == position:
            return ""
        return index("x", source) if len(source) == 1 else ",".join(map(str, source))

    def sum(self, at: tuple[int, ...]) -> str:
        """Return the sum of the window of output `at`, with numbers where they are given."""
        weights = pairs(*(range(axis.k) for axis in self.axes))
        terms = [self._term(tap, m) for tap, m in zip(taps_of(self.axes, at), weights, strict=True)]
        total = "" if self.y is None else f" {_equals(self.y[at])} {number(self.y[at])}"
        return f"{index('y', at)} = {' + '.join(terms)}{total}"

    def _term(self, tap: tuple[int, ...], m: tuple[int, ...]) -> str:
        if self.x is not None and self.w is not None:
            return f"{_bracketed(self.value(tap))}\N{DOT OPERATOR}{_bracketed(number(self.w[m]))}"
        source = self.source(tap)
        return f"{'0' if source is None else index('x', source)}\N{DOT OPERATOR}{index('w', m)}"

    def lines(self, at: tuple[int, ...], width: float) -> list[str]:
        """Return the sum in lines of so many inches; none where it says little and takes long."""
        if self.y is None and (len(self.axes) > 1 or self.axes[0].k > NAMED):
            return []
        return wrap(self.sum(at), int(width / text_width("0", 10)))

    def most_lines(self, width: float) -> int:
        """Return how many lines the longest sum takes: all windows leave the same room, so that films do not jump."""
        return max(len(self.lines(at, width)) for at in pairs(*(range(axis.out) for axis in self.axes)))


def _equals(value: Any) -> str:
    rounded = isinstance(value, float | np.floating) and float(number(value)) != value
    return "\N{ALMOST EQUAL TO}" if rounded else "="


def _bracketed(text: str) -> str:
    return f"({text})" if text.startswith("-") else text
