"""Padding an array along its spatial axes, and the adjoint of that: each mode with its own.

The adjoint sends a gradient at a padded position to the input position seen there. For zeros that is a crop; where
a mode shows an input position several times, its gradients add up.
"""

from __future__ import annotations

import numpy as np

from refconv.arithmetic.geometry import Axis, Geometry
from refconv.arithmetic.padding import source_positions
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
    if plan.padding_mode == "zeros":
        return _pad_zeros(x, plan)
    for number, axis in enumerate(plan.axes, start=FIRST_SPATIAL):
        if axis.lo or axis.hi:
            sources = np.array(source_positions(axis.n, axis.lo, axis.hi, plan.padding_mode), np.intp)
            x = np.take(x, sources, axis=number)
    return x


@np.errstate(all="ignore")
def pad_adjoint(dx_padded: Array, plan: Geometry) -> Array:
    """Return the gradient for x from the gradient for the padded x.

    Examples
    --------
    >>> ones = np.ones((1, 1, 7), int)
    >>> pad_adjoint(ones, Geometry(1, 1, 1, (Axis(4, 3, lo=2, hi=1),), padding_mode="reflect"))
    array([[[1, 2, 3, 1]]])
    """
    for number, axis in enumerate(plan.axes, start=FIRST_SPATIAL):
        if axis.lo or axis.hi:
            dx_padded = _fold(dx_padded, number, axis, plan.padding_mode)
    return dx_padded


def _pad_zeros(x: Array, plan: Geometry) -> Array:
    kept = tuple(_kept(axis) for axis in plan.axes)
    if all(axis.lo <= 0 and axis.hi <= 0 for axis in plan.axes):
        return x[:, :, *kept]
    padded = np.zeros((*x.shape[:FIRST_SPATIAL], *plan.padded_size), x.dtype)
    inside = tuple(slice(part.start + axis.lo, part.stop + axis.lo) for part, axis in zip(kept, plan.axes, strict=True))
    padded[:, :, *inside] = x[:, :, *kept]
    return padded


def _fold(dx_padded: Array, number: int, axis: Axis, mode: str) -> Array:
    """Return the adjoint of padding one axis: what is kept comes back, then what the margins show is added."""
    padded = np.moveaxis(dx_padded, number, 0)
    dx = np.zeros((axis.n, *padded.shape[1:]), padded.dtype)
    kept = _kept(axis)
    dx[kept] = padded[kept.start + axis.lo : kept.stop + axis.lo]
    for q, source in zip(axis.positions, source_positions(axis.n, axis.lo, axis.hi, mode), strict=True):
        if source is not None and source != q:
            dx[source] += padded[q + axis.lo]
    return np.moveaxis(dx, 0, number)


def _kept(axis: Axis) -> slice:
    """Return the input samples that negative padding does not crop; none where it crops more than there is."""
    start = min(max(-axis.lo, 0), axis.n)
    return slice(start, max(min(axis.n + axis.hi, axis.n), start))
