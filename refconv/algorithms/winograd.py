r"""Winograd's convolution F(m, r): tiles of m outputs along each axis, transformed, for fewer multiplications.

Along each axis m outputs of r taps come from n = m + r - 1 inputs by n products instead of m r:
:math:`y = A^T[(G w) \odot (B^T x)]`, the matrices by `refconv.algorithms.cook_toom`; more axes one inside another. The
products of one place are summed over channels, so they are n^rank matrix products. The gradients are convolutions::

    dx  = dy, padded by r - 1, with w reversed:       F(m, r) again
    dw  = x with dy, whose taps are a tile's m:       F(r, m), summed over tiles before they are transformed back

Stride and dilation vanish first: `refconv.arithmetic.lattice` makes plain convolutions of them. Ints and Fractions are
exact, for the matrices are scaled until they are whole. Floats are not so good: see `magnitude` and docs/algorithms.md.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np

from refconv.algorithms.cook_toom import transforms
from refconv.algorithms.together import bias_gradient, grown, parts, with_bias
from refconv.arithmetic.geometry import Axis, Geometry
from refconv.arithmetic.integers import ceil_div, product
from refconv.arithmetic.sizes import full_padding, transposed_output_size
from refconv.ops.elements import Array
from refconv.ops.padding import pad, pad_adjoint
from refconv.ops.sums import by_group
from refconv.ops.unfold import windows

__all__ = ["LONGEST", "Matrices", "Tile", "forward", "gradients", "magnitude", "roundings", "tiles"]

LONGEST = 16
"""Points of a tile along one axis. Beyond that rounding leaves nothing of a float32, and little of a float64."""

AT, G, BT = range(3)


class Tile(NamedTuple):
    """Along one axis: m outputs and r taps of a tile, and how many tiles hold all outputs.

    Attributes
    ----------
    m, r : int
        Outputs and taps of a tile.
    needed : int
        How many tiles hold all outputs.
    """

    m: int
    r: int
    needed: int

    @property
    def size(self) -> int:
        """The inputs of a tile, and its products."""
        return int(transposed_output_size(self.m, self.r))


def tiles(plan: Geometry, tile: Sequence[int] | None = None) -> tuple[Tile, ...]:
    """Return the tiles of a plain convolution: as asked, or 4 outputs where there are up to 3 taps, else 2.

    An axis with one tap has nothing to gain, and gets tiles of one.

    Examples
    --------
    >>> tiles(Geometry(1, 1, 1, (Axis(n=12, k=3), Axis(n=12, k=5), Axis(n=12, k=1))))
    (Tile(m=4, r=3, needed=3), Tile(m=2, r=5, needed=4), Tile(m=1, r=1, needed=12))
    """
    asked = tile or [4 if axis.k <= 3 else 2 for axis in plan.axes]
    sizes = [1 if axis.k == 1 else m for m, axis in zip(asked, plan.axes, strict=True)]
    return tuple(Tile(m, axis.k, ceil_div(axis.out, m)) for m, axis in zip(sizes, plan.axes, strict=True))


def forward(x: Array, w: Array, b: Array | None, plan: Geometry, tile: Sequence[int] | None = None) -> Array:
    """Return y: the sum of its plain parts.

    Examples
    --------
    >>> x, w = np.arange(5).astype(object).reshape(1, 1, 5), np.array([[[1, 10, 100]]], object)
    >>> forward(x, w, None, Geometry(1, 1, 1, (Axis(n=5, k=3),)), tile=(2,))
    array([[[210, 321, 432]]], dtype=object)
    """
    return with_bias(_forward(x, w, plan, tile, Matrices(x.dtype)), b)


def gradients(
    dy: Array, x: Array, w: Array, plan: Geometry, tile: Sequence[int] | None = None
) -> tuple[Array, Array, Array]:
    """Return dx, dw and db, part by part.

    Examples
    --------
    >>> x, w = np.arange(4).astype(object).reshape(1, 1, 4), np.array([[[1, 10]]], object)
    >>> dy = np.array([[[1, 0, 2]]], object)
    >>> [a.tolist() for a in gradients(dy, x, w, Geometry(1, 1, 1, (Axis(n=4, k=2),)))]
    [[[[1, 10, 2, 20]]], [[[4, 7]]], [3]]
    """
    x_padded, matrices = pad(x, plan), Matrices(x.dtype)
    dx_padded: Any = np.zeros(x_padded.shape, x.dtype)
    dw: Any = np.zeros(w.shape, w.dtype)
    for part in parts(plan):
        samples, taps, places = part.indices()
        back = _adjoint_plan(part.plan)
        dx_padded[samples] += _plain(dy[places], _reversed(w[taps], plan.groups), back, tiles(back, tile), matrices)
        dw[taps] += _weights(dy[places], x_padded[samples], part.plan, tiles(part.plan, tile), matrices)
    return pad_adjoint(dx_padded, plan), dw, bias_gradient(dy)


def magnitude(x: Array, w: Array, plan: Geometry, tile: Sequence[int] | None = None) -> Array:
    r"""Return what the rounding errors of y are proportional to: the same sums with everything's absolute value.

    .. math:: |\hat y - y| \le \gamma_K \sum_c |A^T| \big( |G| |w_c| \odot |B^T| |x_c| \big)

    with K the `roundings` on the way; a bias adds itself, and one rounding.

    Examples
    --------
    >>> x, w, plan = np.ones((1, 1, 6)), np.ones((1, 1, 3)), Geometry(1, 1, 1, (Axis(n=6, k=3),))
    >>> magnitude(x, w, plan).max() / 3  # where the definition adds up 3
    np.float64(16.0)
    """
    sizes = [np.abs(a.astype(np.float64)) for a in (x, w)]
    return _forward(sizes[0], sizes[1], plan, tile, Matrices(np.dtype(np.float64), absolute=True))


def roundings(plan: Geometry, tile: Sequence[int] | None = None) -> int:
    """Return how many roundings there are, at most, between the operands and one output.

    Examples
    --------
    >>> roundings(Geometry(1, 1, 1, (Axis(n=6, k=3),)))
    20
    """
    most = 0
    for part in parts(plan):
        along = tiles(part.plan, tile)
        # each transform rounds its coefficient, its product and its sums; then the product itself
        steps = sum((each.r + 1) + 2 * (each.size + 1) for each in along)
        most = max(most, steps + 1 + plan.group_channels)
    return most + sum(1 for _ in parts(plan)) - 1


class Matrices:
    """The matrices as numbers of an operand's type, and what is left to do after their use."""

    def __init__(self, dtype: np.dtype[Any], *, absolute: bool = False) -> None:
        """Choose whole matrices for objects, rounded ones for floats."""
        self.dtype = np.empty(0, dtype).real.dtype
        self.absolute = absolute

    def of(self, m: int, r: int) -> tuple[list[Array], int]:
        """Return AT, G and BT, and what the result is to be divided by."""
        exact, divisor = transforms(m, r).whole() if self.dtype == object else (transforms(m, r), 1)
        return [self._array(matrix) for matrix in exact], divisor

    def _array(self, matrix: Any) -> Array:
        number = int if self.dtype == object else float
        rows = [[number(abs(entry) if self.absolute else entry) for entry in row] for row in matrix]
        return np.array(rows, self.dtype)

    def transform(self, which: int, a: Array, sizes: list[tuple[int, int]], first: int) -> Array:
        """Return an array, each axis from `first` on multiplied by the matrix of its F(m, r)."""
        for axis, (m, r) in enumerate(sizes, start=first):
            matrix = self.of(m, r)[0][which]
            a = np.moveaxis(np.tensordot(matrix, a, axes=(1, axis)), 0, axis)
        return a

    def finish(self, a: Array, sizes: list[tuple[int, int]]) -> Array:
        """Return an array divided by what whole matrices are too large by."""
        divisor = product(self.of(m, r)[1] for m, r in sizes)
        if divisor == 1:
            return a
        flat = [e // divisor if isinstance(e, int) else e / divisor for e in a.flat]
        finished = np.empty(len(flat), object)
        finished[:] = flat
        return finished.reshape(a.shape)


def _forward(x: Array, w: Array, plan: Geometry, tile: Sequence[int] | None, matrices: Matrices) -> Array:
    """Return y without its bias."""
    x_padded = pad(x, plan)
    y: Any = np.zeros(plan.y_shape, x.dtype)
    for part in parts(plan):
        samples, taps, places = part.indices()
        y[places] += _plain(x_padded[samples], w[taps], part.plan, tiles(part.plan, tile), matrices)
    total: Array = y
    return total


def _plain(x: Array, w: Array, plan: Geometry, along: tuple[Tile, ...], matrices: Matrices) -> Array:
    """Return a convolution without stride and dilation, by tiles."""
    sizes = [(tile.m, tile.r) for tile in along]
    u = matrices.transform(G, w, sizes, 2)
    v = matrices.transform(BT, _cut(pad(x, plan), plan, along), sizes, 2)
    places, count = product(tile.size for tile in along), product(tile.needed for tile in along)
    filters = by_group(u.reshape(*u.shape[:2], places), plan.groups, 0)
    inputs = by_group(v.reshape(*v.shape[:2], places, count), plan.groups, 1)
    # (A, G, O/G, C/G) @ (A, G, C/G, N tiles): one matrix product for each place of a tile and each group
    columns = inputs.transpose(3, 1, 2, 0, 4).reshape(places, plan.groups, plan.group_channels, plan.batch * count)
    products = filters.transpose(3, 0, 1, 2) @ columns
    y = products.reshape(places, plan.filters, plan.batch, count).transpose(2, 1, 0, 3)
    shape = (*y.shape[:2], *(tile.size for tile in along), *(tile.needed for tile in along))
    return matrices.finish(_joined(matrices.transform(AT, y.reshape(shape), sizes, 2), plan), sizes)


def _weights(dy: Array, x: Array, plan: Geometry, along: tuple[Tile, ...], matrices: Matrices) -> Array:
    """Return dw of a convolution without stride and dilation, by tiles: F(r, m), dy in the place of the taps."""
    sizes = [(tile.r, tile.m) for tile in along]
    v = matrices.transform(BT, _cut(x, plan, along), sizes, 2)
    u = matrices.transform(G, _cut_outputs(dy, along), sizes, 2)
    places, count = product(tile.size for tile in along), product(tile.needed for tile in along)
    outputs, inputs = (by_group(a.reshape(*a.shape[:2], places, count), plan.groups, 1) for a in (u, v))
    # (A, G, O/G, N tiles) @ (A, G, N tiles, C/G)
    rows = outputs.transpose(3, 1, 2, 0, 4).reshape(places, plan.groups, plan.group_filters, plan.batch * count)
    columns = inputs.transpose(3, 1, 0, 4, 2).reshape(places, plan.groups, plan.batch * count, plan.group_channels)
    summed = (rows @ columns).reshape(places, plan.filters, plan.group_channels).transpose(1, 2, 0)
    shape = (*plan.w_shape[:2], *(tile.size for tile in along))
    return matrices.finish(matrices.transform(AT, summed.reshape(shape), sizes, 2), sizes)


def _adjoint_plan(plan: Geometry) -> Geometry:
    """Return the plan of dx: dy, padded until every window that touches it counts."""
    axes = []
    for axis in plan.axes:
        lo, hi = full_padding(axis.k)
        axes.append(Axis(axis.out, axis.k, lo=lo, hi=hi))
    return Geometry(plan.batch, plan.filters, plan.channels, tuple(axes), plan.groups)


def _reversed(w: Array, groups: int) -> Array:
    """Return the kernel of dx: taps in reverse, channels and filters of each group changed over."""
    grouped = by_group(w, groups, 0).swapaxes(1, 2)
    back: Array = grouped.reshape(groups * grouped.shape[1], *grouped.shape[2:])
    return back[:, :, *(slice(None, None, -1),) * (w.ndim - 2)]


def _cut(x_padded: Array, plan: Geometry, along: tuple[Tile, ...]) -> Array:
    """Return the inputs of all tiles, ``(N, C, *places, *tiles)``, with zeros where the last ones hang over."""
    axes = [Axis(transposed_output_size(t.needed, t.size, t.m), t.size, t.m) for t in along]
    larger = grown(x_padded, [axis.n for axis in axes])
    return windows(larger, Geometry(plan.batch, x_padded.shape[1], 1, tuple(axes)))


def _cut_outputs(dy: Array, along: tuple[Tile, ...]) -> Array:
    """Return the outputs of all tiles, ``(N, O, *places, *tiles)``, with zeros where the last ones hang over."""
    larger = grown(dy, [t.needed * t.m for t in along])
    pairs = larger.reshape(*dy.shape[:2], *(size for t in along for size in (t.needed, t.m)))
    rank = len(along)
    counts, places = range(2, 2 + 2 * rank, 2), range(3, 3 + 2 * rank, 2)
    return pairs.transpose(0, 1, *places, *counts)


def _joined(y: Array, plan: Geometry) -> Array:
    """Return tiles of outputs, ``(N, O, *m, *tiles)``, side by side, what hangs over cut off."""
    rank = plan.rank
    order = [axis for pair in zip(range(2 + rank, 2 + 2 * rank), range(2, 2 + rank), strict=True) for axis in pair]
    counts, sizes = y.shape[2 + rank :], y.shape[2 : 2 + rank]
    whole: Array = y.transpose(0, 1, *order).reshape(*y.shape[:2], *(c * m for c, m in zip(counts, sizes, strict=True)))
    return whole[:, :, *map(slice, plan.output_size)]
