"""Which input pixels an output reads, exactly: with borders, through any graph, along any number of axes.

A set of pixels is kept as rows: for each position along the leading axes one int whose bits are the positions along the
last. It is followed from the output back to the input, node by node. Axis by axis within a node, since a kernel's taps
are a product of the axes; but not over the whole graph, since a union of products is no product of unions.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import TypeAlias

from refconv.arithmetic.graphs import GraphNode, checked_graph
from refconv.arithmetic.integers import product
from refconv.arithmetic.padding import source_position
from refconv.arithmetic.reads import Layer, Read, Resampled
from refconv.errors import ArgumentError, ShapeError

__all__ = ["Position", "Support", "checked_sizes", "positions_read", "reads_between", "support", "supports"]

Position: TypeAlias = "tuple[int, ...]"
"""One pixel: its place along each axis."""


@dataclass(frozen=True, slots=True)
class Support:
    """A set of pixels of an input.

    Attributes
    ----------
    size : tuple of int
        The size of the input, along each axis.
    rows : dict
        For each position along the leading axes that has any, the pixels as bits of an int.

    Examples
    --------
    >>> diagonal = Support((2, 4), {(0,): 0b0001, (1,): 0b1010})
    >>> list(diagonal), len(diagonal), (1, 3) in diagonal
    ([(0, 0), (1, 1), (1, 3)], 3, True)
    >>> diagonal.hull, diagonal.along(1)
    (((0, 1), (0, 3)), (0, 1, 3))
    """

    size: tuple[int, ...]
    rows: dict[Position, int]

    def __iter__(self) -> Iterator[Position]:
        return ((*lead, last) for lead in sorted(self.rows) for last in _ones(self.rows[lead]))

    def __len__(self) -> int:
        return sum(row.bit_count() for row in self.rows.values())

    def __contains__(self, position: Position) -> bool:
        *lead, last = position
        return bool(self.rows.get(tuple(lead), 0) >> last & 1)

    def along(self, axis: int) -> tuple[int, ...]:
        """Return the positions along one axis at which any pixel is read, in order."""
        axis %= len(self.size)
        if axis == len(self.size) - 1:
            union = 0
            for row in self.rows.values():
                union |= row
            return tuple(_ones(union))
        return tuple(sorted({lead[axis] for lead in self.rows}))

    @property
    def hull(self) -> tuple[tuple[int, int], ...] | None:
        """The first and the last pixel along each axis; None for no pixel."""
        if not self.rows:
            return None
        found = [self.along(axis) for axis in range(len(self.size))]
        return tuple((positions[0], positions[-1]) for positions in found)

    @property
    def holes(self) -> int:
        """How many pixels within the hull are not read."""
        area: int = product(last - first + 1 for first, last in self.hull or ((0, -1),))
        return area - len(self)


def positions_read(read: Read, i: int, n: int, mode: str = "zeros") -> list[int]:
    """Return which of `n` input positions output `i` reads, by its taps in order, so that one may come twice.

    Zero padding reads nothing; the other paddings read the pixel that they show; a resizing stays within the input.

    Examples
    --------
    >>> positions_read(Layer(3, lo=1), 0, n=5), positions_read(Layer(3, lo=1), 0, n=5, mode="reflect")
    ([0, 1], [1, 0, 1])
    >>> positions_read(Resampled(1, -1, 2, taps=2, interpolate=True), 0, n=5)
    [0, 0]
    """
    positions = read.comb(i).positions
    if isinstance(read, Resampled):
        return [min(max(q, 0), n - 1) for q in positions]
    seen = [source_position(q, n, mode if isinstance(read, Layer) else "zeros") for q in positions]
    inside = [q for q in seen if q is not None]
    if any(not 0 <= q < n for q in inside):
        raise ShapeError(
            "support",
            f"{mode} padding shows positions beyond an input of {n}.",
            f"output {i} of {read} reads {list(positions)}",
            fix="Pad by less, or take padding that goes on for ever, such as 'circular'.",
        )
    return inside


class _Map:
    """Where the positions along one axis lead to; every answer is remembered."""

    def __init__(self, read: Read, n: int, mode: str) -> None:
        self.positions = cache(lambda i: frozenset(positions_read(read, i, n, mode)))
        self.row = cache(self._row)

    def _row(self, bits: int) -> int:
        found: set[int] = set()
        for i in _ones(bits):
            found |= self.positions(i)
        return sum(1 << position for position in found)


def supports(
    nodes: Iterable[GraphNode], output: str, positions: Iterable[Position] | None = None
) -> dict[str, Support]:
    """Return, for every node, the pixels of it that some positions of an output depend on.

    Parameters
    ----------
    nodes : iterable of GraphNode
        Each after its inputs, each with its `size`.
    output : str
        The node asked about.
    positions : iterable of tuple of int, optional
        Which of its positions; by default all of them.

    Examples
    --------
    >>> nodes = [GraphNode("x", size=(6,)), GraphNode("y", ("x",), (Layer(2, s=3),), size=(2,))]
    >>> {name: list(found) for name, found in supports(nodes, "y").items()}
    {'x': [(0,), (1,), (3,), (4,)], 'y': [(0,), (1,)]}
    """
    ordered, _ = checked_graph(nodes)
    asked = None if positions is None else list(positions)
    sizes = checked_sizes(ordered, output, asked or [])
    rows: dict[str, dict[Position, int]] = {node.name: {} for node in ordered}
    rows[output] = _whole(sizes[output]) if asked is None else _rows(asked)
    mapped = cache(_Map)
    for node in reversed(ordered):
        if not rows[node.name]:
            continue
        for number, name in enumerate(node.inputs):
            reads = reads_between(node, number, sizes)
            maps = [mapped(read, n, node.padding_mode) for read, n in zip(reads, sizes[name], strict=True)]
            found = _back(rows[node.name], maps)
            known = rows[name]
            for lead, row in found.items():
                known[lead] = known.get(lead, 0) | row
    return {name: Support(sizes[name], rows[name]) for name in rows}


def support(
    nodes: Iterable[GraphNode],
    output: str,
    positions: Iterable[Position] | None = None,
    source: str | None = None,
) -> Support:
    """Return the input pixels that some positions of an output depend on.

    The same as `supports`, for the one node `source`: by default the first without inputs.

    Examples
    --------
    Two branches with different dilations, along two axes; neither reads the corners of what they read together:

    >>> wide, tall = (Layer(3, d=2, lo=2), Layer(1)), (Layer(1), Layer(3, d=2, lo=2))
    >>> nodes = [
    ...     GraphNode("x", size=(5, 5)),
    ...     GraphNode("a", ("x",), wide, size=(5, 5)),
    ...     GraphNode("b", ("x",), tall, size=(5, 5)),
    ...     GraphNode("sum", ("a", "b"), size=(5, 5)),
    ... ]
    >>> list(support(nodes, "sum", [(2, 2)]))
    [(0, 2), (2, 0), (2, 2), (2, 4), (4, 2)]
    """
    ordered, name = checked_graph(nodes, source)
    return supports(ordered, output, positions)[name]


def _back(rows: dict[Position, int], maps: list[_Map]) -> dict[Position, int]:
    """Return what these rows read, one axis after the other: for each axis by itself is a relation of positions."""
    *leading, last = maps
    for axis, way in enumerate(leading):
        moved: dict[Position, int] = {}
        for lead, row in rows.items():
            for position in way.positions(lead[axis]):
                there = (*lead[:axis], position, *lead[axis + 1 :])
                moved[there] = moved.get(there, 0) | row
        rows = moved
    found = {lead: last.row(row) for lead, row in rows.items()}
    return {lead: row for lead, row in found.items() if row}


def checked_sizes(nodes: Iterable[GraphNode], output: str, positions: Iterable[Position]) -> dict[str, tuple[int, ...]]:
    """Return the size of every node; each must have one, and the positions must lie within that of the output.

    Examples
    --------
    >>> checked_sizes([GraphNode("x", size=(6, 8))], "x", [(5, 7)])
    {'x': (6, 8)}
    """
    sizes = {}
    for node in nodes:
        if node.size is None:
            raise ArgumentError("support", f"node {node.name!r} has no size.", fix="Give every node its output size.")
        sizes[node.name] = tuple(node.size)
    if output not in sizes:
        raise ArgumentError("support", f"no node is called {output!r}.", fix="Name one of the nodes.")
    size = sizes[output]
    for position in positions:
        if len(position) != len(size) or not all(0 <= q < n for q, n in zip(position, size, strict=True)):
            raise ShapeError(
                "support", f"{position} is no position of {output!r}.", f"its size is {size}", fix="Take one inside."
            )
    return sizes


def reads_between(node: GraphNode, number: int, sizes: Mapping[str, tuple[int, ...]]) -> tuple[Read, ...]:
    """Return how a node reads its input of that number, along each axis; only equal sizes can go unsaid.

    Examples
    --------
    >>> reads_between(GraphNode("relu", ("x",)), 0, {"x": (4,), "relu": (4,)})
    (Layer(k=1, s=1, d=1, lo=0),)
    """
    mine, theirs = sizes[node.name], sizes[node.inputs[number]]
    if not node.reads and mine != theirs:
        raise ShapeError(
            "support",
            f"node {node.name!r} reads its inputs position by position, but the sizes differ.",
            f"its size {mine}, that of {node.inputs[number]!r} {theirs}",
            fix="Say how it reads: Layer(1, s=0) where one position is broadcast, Layer(1, lo=-begin) for a crop.",
        )
    return node.reads_of(number, len(mine))


def _whole(size: tuple[int, ...]) -> dict[Position, int]:
    *leading, last = size
    rows: list[Position] = [()]
    for n in leading:
        rows = [(*row, position) for row in rows for position in range(n)]
    return dict.fromkeys(rows, (1 << last) - 1)


def _rows(positions: Iterable[Position]) -> dict[Position, int]:
    rows: dict[Position, int] = {}
    for *lead, last in positions:
        rows[tuple(lead)] = rows.get(tuple(lead), 0) | 1 << last
    return rows


def _ones(bits: int) -> Iterator[int]:
    while bits:
        lowest = bits & -bits
        yield lowest.bit_length() - 1
        bits ^= lowest
