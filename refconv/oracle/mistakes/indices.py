"""Edits of single indices: a product that finds its factor elsewhere, lands elsewhere, or is left out."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from refconv.ops.elements import Array
from refconv.oracle.sketch import Edit, Sketch
from refconv.oracle.wiring import NOTHING, Ints, Triples, Wiring

__all__ = ["Place", "left_out", "moved", "reread", "shape_of"]

Place = Callable[[Ints, int, Sketch], Array]
"""From coordinates along one axis, its size, and the sketch: other coordinates (`NOTHING`: nowhere), or a mask."""


def shape_of(wiring: Wiring, role: str) -> tuple[int, ...]:
    """Return the shape of one of the plan's arrays."""
    return {"x": wiring.x_shape, "w": wiring.w_shape, "y": wiring.y_shape}[role]


def moved(name: str, axis: int, place: Place) -> Edit:
    """Return the edit that moves one array's index along one axis; `name` is the caller's: "x", "w" or "y"."""

    def edit(sketch: Sketch) -> Sketch:
        role = sketch.case.operation.role(name)

        def reindex(triples: Triples, wiring: Wiring) -> Triples:
            shape = shape_of(wiring, role)
            at = triples.coordinate(role, axis, shape)
            to = np.where(at < 0, NOTHING, place(at, shape[axis], sketch))
            return triples.moved(role, axis, shape, to)

        return sketch.reindexed(reindex)

    return edit


def left_out(name: str, axis: int, which: Place) -> Edit:
    """Return the edit that leaves out the products whose index along one axis `which` marks."""

    def edit(sketch: Sketch) -> Sketch:
        role = sketch.case.operation.role(name)

        def reindex(triples: Triples, wiring: Wiring) -> Triples:
            shape = shape_of(wiring, role)
            at = triples.coordinate(role, axis, shape)
            return triples.without((at >= 0) & which(at, shape[axis], sketch).astype(bool))

        return sketch.reindexed(reindex)

    return edit


def reread(name: str, order: tuple[int, ...]) -> Edit:
    """Return the edit that reads an array's memory as if its axes stood in another order.

    Element ``a[i]`` is sought where it would lie if the memory held ``a.transpose(order)``.
    """

    def edit(sketch: Sketch) -> Sketch:
        role = sketch.case.operation.role(name)

        def reindex(triples: Triples, wiring: Wiring) -> Triples:
            # a depthwise kernel's memory is (C, M, ...), whatever the plan makes of it
            shape = sketch.case.w_shape if role == "w" else shape_of(wiring, role)
            index: Ints = getattr(triples, role)
            there = index >= 0
            coordinates = np.unravel_index(np.where(there, index, 0), shape)
            elsewhere = np.ravel_multi_index([coordinates[a] for a in order], [shape[a] for a in order])
            return triples._replace(**{role: np.where(there, elsewhere, NOTHING)})

        return sketch.reindexed(reindex)

    return edit
