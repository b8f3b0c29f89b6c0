"""The products that a result sums, one row of them for each element, in blocks of bounded size.

The spatial triples of a convolution are the same for every sample, filter and channel, so they are listed once. A
result, whichever of y, dx and dw it is, has three more indices: a group g, and i and j, one from each factor, while a
fourth, l, is summed over like the triples are::

    y    sum over l = channels of the group    i = sample    j = filter
    dx   sum over l = filters of the group     i = sample    j = channel
    dw   sum over l = samples                  i = filter    j = channel
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from refconv.arithmetic.geometry import Geometry
from refconv.arithmetic.integers import product
from refconv.ops.elements import Array
from refconv.oracle.wiring import Ints, Wiring, reads_of

__all__ = ["BLOCK", "Block", "Doubles", "Products", "Run", "most_terms"]

Doubles = NDArray[np.float64]

BLOCK = 2**16
"""Products looked at together; longer rows come alone."""

_AXES = {"y": ((1, 0, 2, 3), (0, 1, 2, 3)), "x": ((1, 0, 2, 3), (0, 2, 1, 3)), "w": ((1, 2, 0, 3), (1, 2, 0, 3))}
"""How the two factors, with their channels cut into groups, become (g, i, l, places) and (g, j, l, places)."""


class Run(NamedTuple):
    """Places of the result that sum equally many products, and where in the factors these come from."""

    results: Ints
    first: Ints
    second: Ints


class Block(NamedTuple):
    """Rows of products ``a * b``, of shape (j, places, products), and where their sums belong."""

    at: tuple[int, int, slice, Ints]
    a: Doubles
    b: Doubles
    offset: Doubles | None


@dataclass(frozen=True)
class Products:
    """Everything that one result sums.

    Parameters
    ----------
    a, b : ndarray, shapes (G, I, L, places) and (G, J, L, places)
        The factors in float64.
    runs : tuple of Run
        Which place of a meets which of b, for which place of the result.
    size : int
        Places of the result.
    offset : ndarray, shape (G, J), optional
        The bias.
    """

    a: Doubles
    b: Doubles
    runs: tuple[Run, ...]
    size: int
    offset: Doubles | None = None

    @classmethod
    def of(cls, plan: Geometry, result: str, first: Array, second: Array, bias: Array | None = None) -> Products:
        """Return the products of a plan's result ("x", "w" or "y") with these factors, in canonical order.

        Examples
        --------
        >>> from refconv.arithmetic import Axis
        >>> plan = Geometry(1, 1, 1, (Axis(3, 2),))
        >>> products = Products.of(plan, "y", np.array([[[1, 2, 3]]]), np.array([[[10, 1]]]))
        >>> [(block.a * block.b).tolist() for block in products.blocks()]
        [[[[10.0, 2.0], [20.0, 3.0]]]]
        """
        triples = Wiring.of(Geometry(1, 1, 1, plan.axes, 1, plan.padding_mode)).triples()
        index = {"x": triples.x, "w": triples.w, "y": triples.y}
        if result == "x":  # a gradient of the padding's zeros is never asked for
            there = triples.x >= 0
            index = {role: places[there] for role, places in index.items()}
        roles = {"y": "xw", "x": "yw", "w": "yx"}[result]
        factors = [_grouped(array, role, plan) for array, role in zip((first, second), roles, strict=True)]
        a, b = (np.ascontiguousarray(f.transpose(axes)) for f, axes in zip(factors, _AXES[result], strict=True))
        size = {"y": product(plan.output_size), "x": product(plan.x_shape[2:]), "w": product(plan.kernel_size)}[result]
        offset = None if bias is None else bias.astype(np.float64).reshape(plan.groups, -1)
        return cls(a, b, _runs(index[result], index[roles[0]], index[roles[1]], size), size, offset)

    @classmethod
    def total(cls, dy: Array) -> Products:
        """Return what the gradient for a bias sums: dy, in canonical order, over samples and positions."""
        rows = dy.astype(np.float64).reshape(*dy.shape[:2], product(dy.shape[2:])).swapaxes(0, 1)
        channels, samples, places = rows.shape
        a, b = rows.reshape(channels, 1, samples, places), np.ones((channels, 1, samples, 1))
        every = np.arange(places).reshape(1, places)
        return cls(a, b, (Run(np.zeros(1, np.int64), every, np.zeros_like(every)),), 1)

    @property
    def shape(self) -> tuple[int, int, int, int]:
        """The shape (G, I, J, places) of the result."""
        return self.a.shape[0], self.a.shape[1], self.b.shape[1], self.size

    def blocks(self) -> Iterator[Block]:
        """Yield every row once; places of the result without any product are left out."""
        groups, many_i, many_j, _ = self.shape
        for run in self.runs:
            length = self.a.shape[2] * run.first.shape[1]
            places = max(BLOCK // max(length, 1), 1)
            rows = max(places // len(run.results), 1)
            for g, i in np.ndindex(groups, many_i):
                for j in range(0, many_j, rows):
                    for r in range(0, len(run.results), places):
                        yield self._block(run, g, i, slice(j, j + rows), slice(r, r + places))

    def _block(self, run: Run, g: int, i: int, js: slice, rs: slice) -> Block:
        a = self.a[g, i][:, run.first[rs]].swapaxes(0, 1)
        b = self.b[g, js][:, :, run.second[rs]].swapaxes(1, 2)
        length = a.shape[1] * a.shape[2]
        rows = b.reshape(*b.shape[:2], length)
        offset = None if self.offset is None else np.broadcast_to(self.offset[g, js, np.newaxis], rows.shape[:2])
        return Block((g, i, js, run.results[rs]), np.broadcast_to(a.reshape(len(a), length), rows.shape), rows, offset)

    def norms(self, order: float) -> Doubles:
        """Return, for each element, ``sum over l of |a_l| |b_l|`` in the norm of that order over all places.

        Shape (G, I, J, 1). It bounds what an algorithm that mixes places, such as Winograd's, may round.
        """
        a, b = (np.linalg.norm(factor, ord=order, axis=-1) for factor in (self.a, self.b))
        total: Doubles = np.matmul(a, b.swapaxes(1, 2))[..., np.newaxis]
        return total


def _grouped(array: Array, role: str, plan: Geometry) -> Doubles:
    """Return a factor in float64 with its channels cut into groups; x ends with a zero, where index -1 reads."""
    doubles = array.astype(np.float64).reshape(*array.shape[:2], product(array.shape[2:]))
    if role == "w":
        return doubles.reshape(plan.groups, plan.group_filters, plan.group_channels, doubles.shape[2])
    if role == "x":
        doubles = np.concatenate([doubles, np.zeros((*doubles.shape[:2], 1))], axis=2)
    return doubles.reshape(plan.batch, plan.groups, doubles.shape[1] // plan.groups, doubles.shape[2])


def _runs(results: Ints, first: Ints, second: Ints, size: int) -> tuple[Run, ...]:
    """Return the triples sorted by result, and these by how many products they sum."""
    order = np.argsort(results, kind="stable")
    counts = np.bincount(results, minlength=size)
    starts = np.cumsum(counts) - counts
    runs = []
    for count in np.unique(counts[counts > 0]):
        places = np.flatnonzero(counts == count)
        picked = order[starts[places, np.newaxis] + np.arange(count)]
        runs.append(Run(places, first[picked], second[picked]))
    return tuple(runs)


def most_terms(plan: Geometry, result: str) -> int:
    """Return the most products that one element of a plan's result sums; a zero of the padding counts as a factor.

    Examples
    --------
    >>> from refconv.arithmetic import Axis
    >>> [most_terms(Geometry(2, 3, 4, (Axis(7, 3, s=2),)), result) for result in ("y", "x", "w")]
    [9, 8, 6]
    """
    if result == "y":
        return int(plan.taps)
    if result == "w":
        return int(plan.batch * product(plan.output_size))
    reads = (reads_of(axis, plan.padding_mode).reshape(-1) for axis in plan.axes)
    return int(plan.group_filters * product(int(np.bincount(read[read >= 0], minlength=1).max()) for read in reads))
