"""Where the boxes of a graph stand: in rows by depth, few crossings, long edges in lanes of their own."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from refconv.missing import needed

__all__ = ["Placed", "placed"]

_LANE = 0.35
"""Width of an edge that passes a row, where a box is 1 wide."""

_SWEEPS = 12


@dataclass(frozen=True)
class Placed:
    """Boxes with their places, and edges as the points they run through.

    Attributes
    ----------
    places : dict
        For each box (x, row): x of its middle where boxes are 1 wide, and the number of its row.
    edges : list of list of (x, row)
        From the reader's input to the reader.
    """

    places: dict[str, tuple[float, int]]
    edges: list[list[tuple[float, int]]]

    @property
    def rows(self) -> int:
        """The number of rows."""
        return max((row for _, row in self.places.values()), default=0) + 1


def placed(inputs: Mapping[str, Sequence[str]]) -> Placed:
    """Return a layered layout of a graph, given the inputs of each box.

    Examples
    --------
    >>> found = placed({"input": (), "a": ("input",), "b": ("input",), "sum": ("a", "b")})
    >>> found.places
    {'input': (0.0, 0), 'a': (-0.5, 1), 'b': (0.5, 1), 'sum': (0.0, 2)}
    """
    networkx = needed("networkx", "draw_network", "the layout of a graph")
    graph = networkx.DiGraph()
    graph.add_nodes_from(inputs)
    graph.add_edges_from((name, reader) for reader, names in inputs.items() for name in names)
    depth = {name: row for row, names in enumerate(networkx.topological_generations(graph)) for name in names}
    for name in reversed(list(networkx.topological_sort(graph))):  # what is read late only stands late
        readers = [depth[reader] for reader in graph.successors(name)]
        if readers and not inputs[name]:
            depth[name] = min(readers) - 1
    layered, chains = _with_lanes(networkx, graph, depth)
    rows: list[list[Any]] = [[] for _ in range(max(depth.values(), default=0) + 1)]
    for name, row in sorted(layered.nodes(data="row"), key=lambda item: item[1]):
        rows[row].append(name)
    rows = [_ends_outside(layered, row) for row in rows]
    _untangle(layered, rows)
    x = _straighten(layered, rows)
    places = {name: (x[name], depth[name]) for name in graph}
    edges = [[(x[name], layered.nodes[name]["row"]) for name in chain] for chain in chains]
    return Placed({name: places[name] for name in inputs}, edges)


def _with_lanes(networkx: Any, graph: Any, depth: Mapping[str, int]) -> tuple[Any, list[list[Any]]]:
    """Return the graph with a stand-in on every row that an edge passes, and each edge as a chain."""
    layered, chains = networkx.DiGraph(), []
    for name in graph:
        layered.add_node(name, row=depth[name], wide=1.0)
    for name, reader in graph.edges:
        chain: list[Any] = [name]
        for row in range(depth[name] + 1, depth[reader]):
            lane = (name, reader, row)
            layered.add_node(lane, row=row, wide=_LANE)
            chain.append(lane)
        chain.append(reader)
        networkx.add_path(layered, chain)
        chains.append(chain)
    return layered, chains


def _ends_outside(layered: Any, row: Sequence[Any]) -> list[Any]:
    """Put what nothing reads to both sides of a row, so that what goes on goes on in the middle."""
    ends = [name for name in row if not layered.out_degree(name)]
    on = [name for name in row if layered.out_degree(name)]
    return [*ends[::2], *on, *ends[1::2]] if on else list(row)


def _untangle(layered: Any, rows: list[list[Any]]) -> None:
    """Order each row by the middle of its neighbours, down and up again, and keep the order with fewest crossings."""
    best, fewest = [list(row) for row in rows], _crossings(layered, rows)
    for sweep in range(_SWEEPS):
        down = sweep % 2 == 0
        numbers = range(1, len(rows)) if down else range(len(rows) - 2, -1, -1)
        for number in numbers:
            at = {name: place for place, name in enumerate(rows[number - 1 if down else number + 1])}
            own = {name: float(place) for place, name in enumerate(rows[number])}
            for name in rows[number]:
                around = [at[near] for near in (layered.predecessors(name) if down else layered.successors(name))]
                own[name] = sum(around) / len(around) if around else own[name]
            rows[number].sort(key=own.__getitem__)
        crossings = _crossings(layered, rows)
        if crossings < fewest:
            best, fewest = [list(row) for row in rows], crossings
    rows[:] = best


def _crossings(layered: Any, rows: Sequence[Sequence[Any]]) -> int:
    total = 0
    for upper, lower in pairwise(rows):
        at = {name: place for place, name in enumerate(lower)}
        ends = [at[reader] for name in upper for reader in sorted(layered.successors(name), key=at.__getitem__)]
        total += sum(a > b for number, a in enumerate(ends) for b in ends[number + 1 :])
    return total


def _straighten(layered: Any, rows: Sequence[Sequence[Any]]) -> dict[Any, float]:
    """Return x of everything: near the middle of its neighbours, in the order of its row, without overlap."""
    wide = layered.nodes(data="wide")
    x: dict[Any, float] = {}
    for row in rows:
        x |= zip(row, _apart([0.0] * len(row), [wide[name] for name in row]), strict=True)
    for sweep in range(_SWEEPS):
        for row in rows if sweep % 2 == 0 else reversed(rows):
            wanted = []
            for name in row:
                near = [x[other] for other in (*layered.predecessors(name), *layered.successors(name))]
                wanted.append(_mean(near) if near else x[name])
            x |= zip(row, _apart(wanted, [wide[name] for name in row]), strict=True)
    return {name: round(value, 6) + 0.0 for name, value in x.items()}


def _apart(wanted: Sequence[float], widths: Sequence[float]) -> list[float]:
    """Return places in order, no nearer than half of both widths, each crowd about where it wants to be."""
    gaps = [0.0, *((a + b) / 2 for a, b in pairwise(widths))]
    offsets = [sum(gaps[: number + 1]) for number in range(len(gaps))][: len(wanted)]
    groups: list[tuple[float, int]] = []  # rising means of what is wanted, less the offsets
    for want, offset in zip(wanted, offsets, strict=True):
        groups.append((want - offset, 1))
        while len(groups) > 1 and groups[-1][0] < groups[-2][0]:
            (b, many), (a, few) = groups.pop(), groups.pop()
            groups.append(((a * few + b * many) / (few + many), few + many))
    levels = [mean for mean, count in groups for _ in range(count)]
    return [level + offset for level, offset in zip(levels, offsets, strict=True)]


def _mean(numbers: Iterable[float]) -> float:
    listed = list(numbers)
    return sum(listed) / len(listed)
