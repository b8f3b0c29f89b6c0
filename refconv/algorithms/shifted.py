"""A sum over taps: for each of them, x shifted by it and its weights, one matrix product; no column is written.

``y = sum_m w[m] (x >> m)``. The gradients are the same passes backwards: dx gets ``w[m]^T dy`` where tap m had read,
and ``dw[m]`` is dy times what it read. `refconv.ops.shifted` is the fast road that was made of this.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from refconv.algorithms.together import bias_gradient, with_bias
from refconv.arithmetic.geometry import Geometry
from refconv.arithmetic.integers import product
from refconv.ops.elements import Array
from refconv.ops.padding import pad, pad_adjoint
from refconv.ops.sums import by_group

__all__ = ["forward", "gradients"]


def forward(x: Array, w: Array, b: Array | None, plan: Geometry) -> Array:
    """Return y: tap after tap added onto it.

    Examples
    --------
    >>> from refconv.arithmetic import Axis
    >>> x, w = np.arange(4).reshape(1, 1, 4), np.array([[[1, 10]]])
    >>> forward(x, w, None, Geometry(1, 1, 1, (Axis(n=4, k=2),)))
    array([[[10, 21, 32]]])
    """
    x_padded, filters = pad(x, plan), by_group(w, plan.groups, 0)
    y: Any = np.zeros(_matrix(plan, plan.group_filters), x.dtype)
    for tap, read in _shifts(plan):
        y += filters[:, :, :, *tap] @ x_padded[read].reshape(_matrix(plan, plan.group_channels))
    return with_bias(y.reshape(plan.y_shape), b)


def gradients(dy: Array, x: Array, w: Array, plan: Geometry) -> tuple[Array, Array, Array]:
    """Return dx, dw and db.

    Examples
    --------
    >>> from refconv.arithmetic import Axis
    >>> x, w, dy = np.arange(4).reshape(1, 1, 4), np.array([[[1, 10]]]), np.array([[[1, 0, 2]]])
    >>> [a.tolist() for a in gradients(dy, x, w, Geometry(1, 1, 1, (Axis(n=4, k=2),)))]
    [[[[1, 10, 2, 20]]], [[[4, 7]]], [3]]
    """
    x_padded, filters = pad(x, plan), by_group(w, plan.groups, 0)
    rows = dy.reshape(_matrix(plan, plan.group_filters))
    dx_padded: Any = np.zeros(x_padded.shape, x.dtype)
    dw: Any = np.zeros_like(filters)
    for tap, read in _shifts(plan):
        back = filters[:, :, :, *tap].swapaxes(1, 2) @ rows
        dx_padded[read] += back.reshape(plan.batch, plan.channels, *plan.output_size)
        seen = x_padded[read].reshape(_matrix(plan, plan.group_channels))
        dw[:, :, :, *tap] = (rows @ seen.swapaxes(2, 3)).sum(axis=0)
    return pad_adjoint(dx_padded, plan), dw.reshape(plan.w_shape), bias_gradient(dy)


def _shifts(plan: Geometry) -> Iterator[tuple[tuple[int, ...], tuple[slice, ...]]]:
    """Yield each tap, and the index of what it reads of the padded x, one sample for each window."""
    for tap in np.ndindex(*plan.kernel_size):
        reads = (axis.landing(m, 0, axis.padded)[1] for axis, m in zip(plan.unpadded().axes, tap, strict=True))
        yield tap, (slice(None), slice(None), *reads)


def _matrix(plan: Geometry, rows: int) -> tuple[int, ...]:
    """Return the shape of one matrix for each sample and group, its columns the windows."""
    return plan.batch, plan.groups, rows, product(plan.output_size)
