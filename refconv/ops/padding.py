"""Padding an array along its spatial axes, and the adjoint of that: each mode with its own.

Both work in an *extended* array, x with what positive padding adds; what negative padding crops is then a view of it.
Padding fills its margins, axis after axis, from the input positions that they show. The adjoint goes back: it adds
each margin's gradient to the position shown there, and with zeros, which show nothing, forgets it.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import cast

import numpy as np

from refconv.arithmetic.geometry import Axis, Geometry
from refconv.arithmetic.padding import source_position
from refconv.ops.elements import Array

__all__ = ["crop", "extended", "fold_margins", "interior", "pad", "pad_adjoint"]

FIRST_SPATIAL = 2  # after N and C


def pad(x: Array, plan: Geometry) -> Array:
    """Return `x` padded (negative padding: cropped) as the plan says; a view where there is nothing to add.

    Examples
    --------
    >>> x = np.arange(4).reshape(1, 1, 4)
    >>> pad(x, Geometry(1, 1, 1, (Axis(4, 3, lo=2, hi=1),), padding_mode="reflect"))
    array([[[2, 1, 0, 1, 2, 3, 2]]])
    """
    if all(axis.lo <= 0 and axis.hi <= 0 for axis in plan.axes):
        return crop(x, plan)
    around = extended(plan, x.dtype)
    interior(around, plan)[...] = x
    for number, axis in enumerate(plan.axes, start=FIRST_SPATIAL):
        along = np.moveaxis(around, number, 0)
        for q, source in _shown(axis, plan.padding_mode):
            along[q] = along[source]
    return crop(around, plan)


def pad_adjoint(dx_padded: Array, plan: Geometry) -> Array:
    """Return the gradient for x from that for the padded x.

    Examples
    --------
    >>> ones = np.ones((1, 1, 7), int)
    >>> pad_adjoint(ones, Geometry(1, 1, 1, (Axis(4, 3, lo=2, hi=1),), padding_mode="reflect"))
    array([[[1, 2, 3, 1]]])
    """
    around = extended(plan, dx_padded.dtype)
    crop(around, plan)[...] = dx_padded
    return fold_margins(around, plan)


@np.errstate(all="ignore")
def fold_margins(around: Array, plan: Geometry) -> Array:
    """Return the gradient for x from that for the extended one, in which the margins are added up: a view of it."""
    for number, axis in enumerate(plan.axes, start=FIRST_SPATIAL):
        along = np.moveaxis(around, number, 0)
        for q, source in _shown(axis, plan.padding_mode):
            along[source] += along[q]
    return interior(around, plan)


def extended(plan: Geometry, dtype: np.dtype) -> Array:
    """Return zeros of the size of x with what positive padding adds."""
    sizes = (max(axis.lo, 0) + axis.n + max(axis.hi, 0) for axis in plan.axes)
    return np.zeros((*plan.x_shape[:FIRST_SPATIAL], *sizes), dtype)


def interior(around: Array, plan: Geometry) -> Array:
    """Return the part of an extended array that is x itself."""
    return around[:, :, *(slice(max(axis.lo, 0), max(axis.lo, 0) + axis.n) for axis in plan.axes)]


def crop(around: Array, plan: Geometry) -> Array:
    """Return the part of an extended array that negative padding leaves: the padded x."""
    starts = (max(-axis.lo, 0) for axis in plan.axes)
    return around[:, :, *(slice(start, start + axis.padded) for start, axis in zip(starts, plan.axes, strict=True))]


def _shown(axis: Axis, mode: str) -> Iterator[tuple[int, int]]:
    """Yield each margin position that shows an input position, and that; both counted in the extended axis."""
    if mode == "zeros":
        return
    start = max(axis.lo, 0)
    for q in axis.margins:
        source = cast("int", source_position(q, axis.n, mode))  # every mode but zeros shows something everywhere
        yield start + q, start + source
