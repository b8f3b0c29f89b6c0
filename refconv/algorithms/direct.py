"""The definition: each operation as the loops of its sum. Everything else in refconv is held equal to this.

A convolution is a list of triples: *this* output, *this* input sample, *this* weight. The forward pass adds ``x * w``
into y, the gradients add ``dy * w`` into dx and ``dy * x`` into dw, and a transposed convolution adds ``x * w`` where
dx would be. One list, four sums. It is slow and meant to be read; integers are Python's and never overflow.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product
from typing import Any

import numpy as np
from numpy.typing import NDArray

from refconv.arithmetic.geometry import Geometry
from refconv.arithmetic.padding import source_position

__all__ = ["forward", "gradients", "terms", "transposed"]

Array = NDArray[Any]
Index = tuple[int, ...]


def terms(plan: Geometry) -> Iterator[tuple[Index, Index | None, Index]]:
    """Yield every triple (index into y, index into x, index into w) that meets; for x None where it is a zero.

    Examples
    --------
    >>> from refconv.arithmetic import Axis
    >>> list(terms(Geometry(1, 1, 1, (Axis(n=2, k=2, lo=1),))))
    [((0, 0, 0), None, (0, 0, 0)), ((0, 0, 0), (0, 0, 0), (0, 0, 1)),
     ((0, 0, 1), (0, 0, 0), (0, 0, 0)), ((0, 0, 1), (0, 0, 1), (0, 0, 1))]
    """
    for n, o in product(range(plan.batch), range(plan.filters)):
        group = o // plan.group_filters
        for i in product(*map(range, plan.output_size)):
            for c, *m in product(range(plan.group_channels), *map(range, plan.kernel_size)):
                pixel = _pixel(plan, i, m)
                channel = group * plan.group_channels + c
                yield (n, o, *i), None if pixel is None else (n, channel, *pixel), (o, c, *m)


def _pixel(plan: Geometry, i: Index, m: list[int]) -> Index | None:
    """Return the input sample that tap `m` of window `i` sees, or None where it sees a zero."""
    sources = [
        source_position(axis.read(i_axis, m_axis), axis.n, plan.padding_mode)
        for axis, i_axis, m_axis in zip(plan.axes, i, m, strict=True)
    ]
    found = tuple(source for source in sources if source is not None)
    return found if len(found) == plan.rank else None


def forward(x: Array, w: Array, b: Array | None, plan: Geometry) -> Array:
    """Return y: ``y[iy] += x[ix] * w[iw]``, onto the bias.

    Examples
    --------
    >>> from refconv.arithmetic import Axis
    >>> x, w = np.arange(4).reshape(1, 1, 4), np.array([[[1, 10]]])
    >>> forward(x, w, None, Geometry(1, 1, 1, (Axis(n=4, k=2),)))
    array([[[10, 21, 32]]])
    """
    y = np.zeros(plan.y_shape, x.dtype)
    if b is not None:
        y += b.reshape(-1, *(1,) * plan.rank)
    for iy, ix, iw in terms(plan):
        y[iy] += (x[ix] if ix is not None else 0) * w[iw]
    return y


def transposed(x: Array, w: Array, b: Array | None, plan: Geometry) -> Array:
    """Return the transposed convolution of x, which stands where the plan has its y.

    Examples
    --------
    >>> from refconv.arithmetic import Axis
    >>> x, w = np.array([[[1, 0, 2]]]), np.array([[[1, 10]]])
    >>> transposed(x, w, None, Geometry(1, 1, 1, (Axis(n=4, k=2),)))
    array([[[ 1, 10,  2, 20]]])
    """
    y = np.zeros(plan.x_shape, x.dtype)
    if b is not None:
        y += b.reshape(-1, *(1,) * plan.rank)
    for ix, iy, iw in terms(plan):
        if iy is not None:
            y[iy] += x[ix] * w[iw]
    return y


def gradients(dy: Array, x: Array, w: Array, plan: Geometry) -> tuple[Array, Array, Array]:
    """Return dx, dw and db: what each of x, w and b is multiplied with in ``sum(dy * y)``.

    Examples
    --------
    >>> from refconv.arithmetic import Axis
    >>> x, w, dy = np.arange(4).reshape(1, 1, 4), np.array([[[1, 10]]]), np.array([[[1, 0, 2]]])
    >>> [a.tolist() for a in gradients(dy, x, w, Geometry(1, 1, 1, (Axis(n=4, k=2),)))]
    [[[[1, 10, 2, 20]]], [[[4, 7]]], [3]]
    """
    dx, dw, db = np.zeros_like(x), np.zeros_like(w), np.zeros(plan.filters, dy.dtype)
    for iy, ix, iw in terms(plan):
        dw[iw] += dy[iy] * (x[ix] if ix is not None else 0)
        if ix is not None:
            dx[ix] += dy[iy] * w[iw]
    for iy in np.ndindex(*plan.y_shape):
        db[iy[1]] += dy[iy]
    return dx, dw, db
