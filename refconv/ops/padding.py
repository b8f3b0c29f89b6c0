"""Padding an array along its spatial axes, and the adjoint of that: each mode with its own.

The adjoint sends a gradient at a padded position to the input position seen there. For zeros that is a crop; where
a mode shows an input position several times, its gradients add up.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from refconv.arithmetic.geometry import Axis, Geometry
from refconv.arithmetic.padding import source_position
from refconv.ops.dtypes import Array

__all__ = ["pad", "pad_adjoint"]

FIRST_SPATIAL = 2  # after N and C


def pad(x: Array, plan: Geometry) -> Array:
    """Return `x` padded (negative padding: cropped) as the plan says; a view where there is nothing to add.

    Examples
    --------
    >>> x = np.arange(4).reshape(1, 1, 4)
    >>> pad(x, Geometry(1, 1, 1, (Axis(4, 3, lo=2, hi=1),), padding_mode="reflect"))
    array([[[2, 1, 0, 1, 2, 3, 2]]])
    """
    kept = tuple(_kept(axis) for axis in plan.axes)
    if all(axis.lo <= 0 and axis.hi <= 0 for axis in plan.axes):
        return x[:, :, *kept]
    if plan.padding_mode != "zeros":
        sources: Any = np.ix_(*(_sources(axis, plan.padding_mode) for axis in plan.axes))
        shown: Array = x[(slice(None), slice(None), *sources)]
        return shown
    padded = np.zeros((*x.shape[:FIRST_SPATIAL], *plan.padded_size), x.dtype)
    inside = tuple(slice(part.start + axis.lo, part.stop + axis.lo) for part, axis in zip(kept, plan.axes, strict=True))
    padded[:, :, *inside] = x[:, :, *kept]
    return padded


@np.errstate(all="ignore")
def pad_adjoint(dx_padded: Array, plan: Geometry) -> Array:
    """Return the gradient for x from that for the padded x, which is used up: it is folded in place where it can be.

    Examples
    --------
    >>> ones = np.ones((1, 1, 7), int)
    >>> pad_adjoint(ones, Geometry(1, 1, 1, (Axis(4, 3, lo=2, hi=1),), padding_mode="reflect"))
    array([[[1, 2, 3, 1]]])
    """
    for number, axis in enumerate(plan.axes, start=FIRST_SPATIAL):
        folded = _fold(np.moveaxis(dx_padded, number, 0), axis, plan.padding_mode)
        dx_padded = np.moveaxis(folded, 0, number)
    return dx_padded


def _fold(padded: Array, axis: Axis, mode: str) -> Array:
    """Return the adjoint of padding the first axis: what is kept, and added to it what the margins show."""
    if axis.lo >= 0 and axis.hi >= 0:
        dx = padded[axis.lo : axis.lo + axis.n]
    else:
        kept = _kept(axis)
        dx = np.zeros((axis.n, *padded.shape[1:]), padded.dtype)
        dx[kept] = padded[kept.start + axis.lo : kept.stop + axis.lo]
    for q in axis.margins:
        source = source_position(q, axis.n, mode)
        if source is not None:
            dx[source] += padded[q + axis.lo]
    return dx


def _sources(axis: Axis, mode: str) -> Array:
    """Return the input position that each padded position shows, for the modes that always show one."""
    sources = np.arange(-axis.lo, axis.n + axis.hi)
    for q in axis.margins:
        sources[q + axis.lo] = source_position(q, axis.n, mode)
    return sources


def _kept(axis: Axis) -> slice:
    """Return the input samples that negative padding does not crop; none where it crops more than there is."""
    start = min(max(-axis.lo, 0), axis.n)
    return slice(start, max(min(axis.n + axis.hi, axis.n), start))
