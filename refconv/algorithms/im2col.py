"""Convolution as one matrix product with the whole im2col matrix: the plain road beside the tiled engine.

Per group, ``y = w @ columns``; the gradients are the same product's: ``dw = dy @ columns^T`` and
``dx = col2im(w^T @ dy)``. Its matrix has ``C KH KW OH OW`` elements per sample, which is why `refconv.ops.contraction`
never builds it whole.
"""

from __future__ import annotations

import numpy as np

from refconv.arithmetic.geometry import Geometry
from refconv.arithmetic.integers import product
from refconv.ops.elements import Array
from refconv.ops.unfold import fold, unfold

__all__ = ["forward", "gradients"]


def forward(x: Array, w: Array, b: Array | None, plan: Geometry) -> Array:
    """Return y: each group's filters times its columns.

    Examples
    --------
    >>> from refconv.arithmetic import Axis
    >>> x, w = np.arange(4).reshape(1, 1, 4), np.array([[[1, 10]]])
    >>> forward(x, w, None, Geometry(1, 1, 1, (Axis(n=4, k=2),)))
    array([[[10, 21, 32]]])
    """
    columns, filters = _columns(x, plan), _filters(w, plan)
    y = (filters @ columns).reshape(plan.y_shape)
    return y if b is None else y + b.reshape(-1, *(1,) * plan.rank)


def gradients(dy: Array, x: Array, w: Array, plan: Geometry) -> tuple[Array, Array, Array]:
    """Return dx, dw and db.

    Examples
    --------
    >>> from refconv.arithmetic import Axis
    >>> x, w, dy = np.arange(4).reshape(1, 1, 4), np.array([[[1, 10]]]), np.array([[[1, 0, 2]]])
    >>> [a.tolist() for a in gradients(dy, x, w, Geometry(1, 1, 1, (Axis(n=4, k=2),)))]
    [[[[1, 10, 2, 20]]], [[[4, 7]]], [3]]
    """
    columns, filters = _columns(x, plan), _filters(w, plan)
    rows = dy.reshape(plan.batch, plan.groups, plan.group_filters, product(plan.output_size))
    dw = (rows @ columns.swapaxes(2, 3)).sum(axis=0).reshape(plan.w_shape)
    dx = fold(filters.swapaxes(1, 2) @ rows, plan)
    return dx, dw, np.asarray(rows.sum(axis=(0, 3)), dy.dtype).reshape(plan.filters)


def _columns(x: Array, plan: Geometry) -> Array:
    """Return the im2col matrix of each group: (N, G, K, P)."""
    return unfold(x, plan).reshape(plan.batch, plan.groups, plan.taps, product(plan.output_size))


def _filters(w: Array, plan: Geometry) -> Array:
    """Return the filters of each group as rows: (G, O/G, K)."""
    return w.reshape(plan.groups, plan.group_filters, plan.taps)
