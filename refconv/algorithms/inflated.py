"""Dilation by filling the kernel with zeros: d = 2 turns 3x3 into 5x5 with nine taps that count.

The same answer as reading with gaps, at ``(d*(k-1) + 1)^2 / k^2`` times the work: why nobody dilates this way. It also
needs finite inputs: a zero tap times an infinite sample is NaN.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from refconv.algorithms import direct
from refconv.arithmetic.geometry import Geometry
from refconv.ops.elements import Array

__all__ = ["forward", "gradients", "inflate", "inflated_plan"]


def inflate(w: Array, plan: Geometry) -> Array:
    """Return the kernel with ``d - 1`` zeros between its taps, along each axis.

    Examples
    --------
    >>> from refconv.arithmetic import Axis
    >>> inflate(np.array([[[1, 2, 3]]]), Geometry(1, 1, 1, (Axis(n=9, k=3, d=2),)))
    array([[[1, 0, 2, 0, 3]]])
    """
    filled = np.zeros((*plan.w_shape[:2], *(axis.span for axis in plan.axes)), w.dtype)
    filled[:, :, *(slice(None, None, axis.d) for axis in plan.axes)] = w
    return filled


def inflated_plan(plan: Geometry) -> Geometry:
    """Return the undilated plan with the span as its kernel size.

    Examples
    --------
    >>> from refconv.arithmetic import Axis
    >>> inflated_plan(Geometry(1, 1, 1, (Axis(n=9, k=3, d=2),))).axes
    (Axis(n=9, k=5, s=1, d=1, lo=0, hi=0),)
    """
    return replace(plan, axes=tuple(replace(axis, k=axis.span, d=1) for axis in plan.axes))


def forward(x: Array, w: Array, b: Array | None, plan: Geometry) -> Array:
    """Return y, by the definition without dilation.

    Examples
    --------
    >>> from refconv.arithmetic import Axis
    >>> x, w = np.arange(4).reshape(1, 1, 4), np.array([[[1, 10]]])
    >>> forward(x, w, None, Geometry(1, 1, 1, (Axis(n=4, k=2, d=2),)))
    array([[[20, 31]]])
    """
    return direct.forward(x, inflate(w, plan), b, inflated_plan(plan))


def gradients(dy: Array, x: Array, w: Array, plan: Geometry) -> tuple[Array, Array, Array]:
    """Return dx, dw and db: of the inflated kernel's gradient, the taps that count.

    Examples
    --------
    >>> from refconv.arithmetic import Axis
    >>> x, w, dy = np.arange(4).reshape(1, 1, 4), np.array([[[1, 10]]]), np.array([[[1, 2]]])
    >>> [a.tolist() for a in gradients(dy, x, w, Geometry(1, 1, 1, (Axis(n=4, k=2, d=2),)))]
    [[[[1, 2, 10, 20]]], [[[2, 8]]], [3]]
    """
    dx, dw, db = direct.gradients(dy, x, inflate(w, plan), inflated_plan(plan))
    return dx, dw[:, :, *(slice(None, None, axis.d) for axis in plan.axes)].copy(), db
