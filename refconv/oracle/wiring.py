"""Which weight meets which input sample for which output: a convolution's wiring, as index arrays.

`refconv.algorithms.direct.terms` lists the same triples one by one; here they are arrays of flat indices, and a wiring
need not be right: a kernel's mistake is an edit of one of the small tables below. The same triples, summed by output,
by input or by weight, give y, dx and dw::

    y[iy] += x[ix] * w[iw]        dx[ix] += dy[iy] * w[iw]        dw[iw] += dy[iy] * x[ix]
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple, TypeAlias

import numpy as np
from numpy.typing import NDArray

from refconv.arithmetic.geometry import Axis, Geometry
from refconv.arithmetic.padding import source_position
from refconv.ops.elements import Array

__all__ = ["NOTHING", "Ints", "Triples", "Wiring", "reads_of"]

Ints: TypeAlias = NDArray[np.int64]

NOTHING = -1
"""The index of what is not there: a zero of the padding, a tap that is never used."""


class Triples(NamedTuple):
    """Flat indices into y, x and w, one entry for each product; x is `NOTHING` where a zero of the padding is read."""

    y: Ints
    x: Ints
    w: Ints

    def combine(self, result: str, size: int, first: tuple[str, Array], second: tuple[str, Array]) -> Array:
        """Return, flat, the sums of products by their place in `result`; each operand is its role and its array.

        Exact for integers while the sums stay below 2**53.

        Examples
        --------
        >>> triples = Wiring.of(Geometry(1, 1, 1, (Axis(3, 2),))).triples()
        >>> triples.combine("y", 2, ("x", np.array([1, 2, 3])), ("w", np.array([10, 1])))
        array([12., 23.])
        """
        here = (self.y >= 0) & (self.x >= 0) & (self.w >= 0)
        indices = {"y": self.y[here], "x": self.x[here], "w": self.w[here]}
        a, b = (values.reshape(-1).astype(np.float64)[indices[role]] for role, values in (first, second))
        return np.bincount(indices[result], weights=a * b, minlength=size)

    def coordinate(self, role: str, axis: int, shape: tuple[int, ...]) -> Ints:
        """Return where along one axis of an array each product finds its factor, or its place; `NOTHING` stays.

        Examples
        --------
        >>> triples = Wiring.of(Geometry(1, 1, 1, (Axis(3, 2),))).triples()
        >>> triples.coordinate("x", 2, (1, 1, 3))
        array([0, 1, 1, 2])
        """
        index: Ints = getattr(self, role)
        behind = int(np.prod(shape[axis + 1 :], dtype=np.int64))
        return np.where(index < 0, NOTHING, index // behind % shape[axis])

    def moved(self, role: str, axis: int, shape: tuple[int, ...], to: Ints) -> Triples:
        """Return the triples with an index moved along one axis, to `to` (`NOTHING`: nowhere).

        Examples
        --------
        >>> triples = Wiring.of(Geometry(1, 1, 1, (Axis(3, 2),))).triples()
        >>> triples.moved("w", 2, (1, 1, 2), 1 - triples.coordinate("w", 2, (1, 1, 2))).w
        array([1, 0, 1, 0])
        """
        index: Ints = getattr(self, role)
        behind = int(np.prod(shape[axis + 1 :], dtype=np.int64))
        moved = index + (to - self.coordinate(role, axis, shape)) * behind
        return self._replace(**{role: np.where((index < 0) | (to < 0), NOTHING, moved)})

    def without(self, dropped: NDArray[np.bool_]) -> Triples:
        """Return the triples without those that `dropped` marks."""
        return Triples(*(index[~dropped] for index in self))


def reads_of(axis: Axis, mode: str = "zeros", out: int | None = None) -> Ints:
    """Return the table of input positions: row i, column m is what tap m of window i reads, or `NOTHING`.

    Examples
    --------
    >>> reads_of(Axis(4, 3, s=2, lo=1))
    array([[-1,  0,  1],
           [ 1,  2,  3]])
    """
    rows = range(axis.out if out is None else out)
    sources = [[source_position(axis.read(i, m), axis.n, mode) for m in range(axis.k)] for i in rows]
    table = [[NOTHING if source is None else source for source in row] for row in sources]
    return np.array(table, dtype=np.int64).reshape(len(rows), axis.k)


@dataclass(frozen=True, slots=True)
class Wiring:
    """The tables of one convolution; `Wiring.of` makes the right ones.

    Parameters
    ----------
    x_shape, w_shape : tuple of int
        The arrays that are indexed.
    samples : Ints, shape (N,)
        The sample of x that each sample of y reads.
    channels : Ints, shape (O, C/G)
        The channel of x that each filter's channels meet.
    filters : Ints, shape (O,)
        The row of w that each channel of y uses.
    inner : Ints, shape (C/G,)
        The place in that row of each of its channels.
    reads : tuple of Ints, shape (out, k) for each axis
        The position of x that each tap of each window reads.
    taps : tuple of Ints, shape (k,) for each axis
        The place in w of each tap.
    """

    x_shape: tuple[int, ...]
    w_shape: tuple[int, ...]
    samples: Ints
    channels: Ints
    filters: Ints
    inner: Ints
    reads: tuple[Ints, ...]
    taps: tuple[Ints, ...]

    @classmethod
    def of(cls, plan: Geometry, out: tuple[int, ...] | None = None) -> Wiring:
        """Return a plan's wiring; `out` asks for other numbers of windows than the plan has."""
        group = np.arange(plan.filters) // plan.group_filters
        inner = np.arange(plan.group_channels)
        outs = plan.output_size if out is None else out
        return cls(
            x_shape=plan.x_shape,
            w_shape=plan.w_shape,
            samples=np.arange(plan.batch),
            channels=group[:, None] * plan.group_channels + inner,
            filters=np.arange(plan.filters),
            inner=inner,
            reads=tuple(reads_of(axis, plan.padding_mode, n) for axis, n in zip(plan.axes, outs, strict=True)),
            taps=tuple(np.arange(axis.k) for axis in plan.axes),
        )

    @property
    def y_shape(self) -> tuple[int, ...]:
        """The shape of y."""
        return (len(self.samples), len(self.filters), *(len(table) for table in self.reads))

    def triples(self) -> Triples:
        """Return all triples, in the order of y, and for each y in the order of w.

        Examples
        --------
        >>> from refconv.algorithms import direct
        >>> plan = Geometry(1, 2, 2, (Axis(4, 2, d=2, lo=1),), groups=2)
        >>> len(Wiring.of(plan).triples().y) == len(list(direct.terms(plan)))
        True
        """
        rank = len(self.reads)
        # axes of the index space: n, o, windows..., c, taps...
        n, o, c = 0, 1, 2 + rank
        places = [_along(self.samples, (n,), rank), _along(self.channels, (o, c), rank)]
        places += [_along(table, (2 + a, c + 1 + a), rank) for a, table in enumerate(self.reads)]
        x = _flat(places, self.x_shape)
        weights = [_along(self.filters, (o,), rank), _along(self.inner, (c,), rank)]
        w = _flat(weights + [_along(taps, (c + 1 + a,), rank) for a, taps in enumerate(self.taps)], self.w_shape)
        y = np.arange(np.prod(self.y_shape, dtype=np.int64)).reshape(self.y_shape + (1,) * (1 + rank))
        return Triples(*(index.reshape(-1) for index in np.broadcast_arrays(y, x, w)))


def _along(table: Ints, axes: tuple[int, ...], rank: int) -> Ints:
    """Return a table with its axes put in their places among those of the index space."""
    shape = [1] * (3 + 2 * rank)
    for axis, size in zip(axes, table.shape, strict=True):
        shape[axis] = size
    return table.reshape(shape)


def _flat(places: list[Ints], shape: tuple[int, ...]) -> Ints:
    """Return the flat index of the places, `NOTHING` where any of them is."""
    index = np.zeros((), dtype=np.int64)
    there = np.ones((), dtype=bool)
    for place, size in zip(places, shape, strict=True):
        index = index * size + place
        there = there & (place >= 0)
    return np.where(there, index, NOTHING)
