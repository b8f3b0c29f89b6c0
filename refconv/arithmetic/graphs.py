"""A network as a graph of nodes that read one another, and the receptive field of each.

A `GraphNode` says of one layer what it reads; that is all that fields and supports ask of a network.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from refconv.arithmetic.fields import Alignment, Field, join
from refconv.arithmetic.integers import Integer
from refconv.arithmetic.reads import Layer, Read
from refconv.errors import ArgumentError

__all__ = ["GraphNode", "NodeFields", "checked_graph", "graph_fields"]


@dataclass(frozen=True, slots=True)
class GraphNode:
    """One layer of a network, and what it reads; without inputs it is an input of the network.

    Attributes
    ----------
    name : str
        Its own.
    inputs : tuple of str
        The names of the nodes that it reads; all of them stand before it.
    reads : tuple
        One `Layer`, `Transposed` or `Resampled` for each axis, the same for every input; or one such tuple for each
        input, where they differ; or nothing, where each output reads the same position of every input (a sum, an
        activation, a concatenation of channels).
    size : tuple of int, optional
        The size of its output, along each axis. Fields do not ask for it, supports do.
    padding_mode : str
        What a `Layer` sees outside the input: "zeros" (nothing is read there), "reflect", "replicate" or "circular".

    Examples
    --------
    >>> conv = GraphNode("conv", ("image",), (Layer(3, lo=1), Layer(3, d=2, lo=2)), size=(5, 7))
    >>> crop_and_join = GraphNode("join", ("image", "conv"), (((Layer(1, lo=-2),) * 2), ((Layer(1),) * 2)))
    """

    name: str
    inputs: tuple[str, ...] = ()
    reads: tuple[Any, ...] = ()
    size: tuple[Integer, ...] | None = None
    padding_mode: str = "zeros"

    def reads_of(self, number: int, rank: int) -> tuple[Read, ...]:
        """Return how this node reads its input of that number, one record for each of `rank` axes.

        Examples
        --------
        >>> GraphNode("sum", ("a", "b")).reads_of(1, rank=2)
        (Layer(k=1, s=1, d=1, lo=0), Layer(k=1, s=1, d=1, lo=0))
        """
        reads: tuple[Any, ...] = self.reads or (Layer(1),) * rank
        if isinstance(reads[0], tuple):
            if len(reads) != len(self.inputs):
                raise _wrong(self, f"{len(reads)} tuples of reads for {len(self.inputs)} inputs")
            reads = reads[number]
        if len(reads) != rank:
            raise _wrong(self, f"{len(reads)} reads for {rank} axes")
        return reads


@dataclass(frozen=True, slots=True)
class NodeFields:
    """The fields of one node, along each axis, and how its inputs lie to one another there.

    Attributes
    ----------
    axes : tuple of Field
        One along each axis.
    alignments : tuple of Alignment
        How the node's inputs lie to one another, along each axis.
    """

    axes: tuple[Field, ...]
    alignments: tuple[Alignment, ...]


def checked_graph(nodes: Iterable[GraphNode], source: str | None = None) -> tuple[tuple[GraphNode, ...], str]:
    """Return the nodes, each known to stand after its inputs, and the name of the source.

    Examples
    --------
    >>> checked_graph([GraphNode("image"), GraphNode("relu", ("image",))])[1]
    'image'
    """
    ordered = tuple(nodes)
    seen: set[str] = set()
    for node in ordered:
        for name in node.inputs:
            if name not in seen:
                raise _wrong(node, f"it reads {name!r}, which is not among the nodes before it")
        if node.name in seen:
            raise _wrong(node, "another node has the same name")
        seen.add(node.name)
    sources = [node.name for node in ordered if not node.inputs] if source is None else [source]
    if not sources or sources[0] not in seen:
        raise ArgumentError(
            "graph",
            "no node is without inputs." if source is None else f"no node is called {source!r}.",
            fix="Put a GraphNode without inputs first, or name the source.",
        )
    return ordered, sources[0]


def graph_fields(
    nodes: Iterable[GraphNode], source: str | None = None, rank: int | None = None
) -> dict[str, NodeFields]:
    """Return the receptive field of every node.

    Parameters
    ----------
    nodes : iterable of GraphNode
        Each after its inputs.
    source : str, optional
        The node in whose pixels the fields are counted: by default the first one without inputs. A node that does not
        depend on it has fields that read nothing.
    rank : int, optional
        The number of axes; by default what the nodes say of themselves.

    Returns
    -------
    dict
        For each node's name its `NodeFields`.

    Examples
    --------
    A residual block whose main branch halves twice and whose shortcut once:

    >>> nodes = [
    ...     GraphNode("image"),
    ...     GraphNode("main", ("image",), (Layer(3, s=2, lo=1),)),
    ...     GraphNode("shortcut", ("image",), (Layer(1, s=2),)),
    ...     GraphNode("sum", ("main", "shortcut")),
    ... ]
    >>> end = graph_fields(nodes)["sum"]
    >>> end.axes[0].size, end.axes[0].jump, end.alignments[0].aligned
    (3, 2, True)
    """
    ordered, source = checked_graph(nodes, source)
    if rank is None:
        rank = _rank(ordered)
    known: dict[str, NodeFields] = {}
    for node in ordered:
        if node.name == source:
            joined = [join([Field()])] * rank
        else:
            reads = [node.reads_of(number, rank) for number in range(len(node.inputs))]
            joined = []
            ways: list[tuple[tuple[Field, Read], ...]] = []
            for axis in range(rank):
                way = tuple((known[name].axes[axis], read[axis]) for name, read in zip(node.inputs, reads, strict=True))
                alike = ways.index(way) if way in ways else None  # mostly all axes are
                ways.append(way)
                joined.append(join(field.through(read) for field, read in way) if alike is None else joined[alike])
        known[node.name] = NodeFields(tuple(field for field, _ in joined), tuple(how for _, how in joined))
    return known


def _rank(nodes: tuple[GraphNode, ...]) -> int:
    for node in nodes:
        if node.size is not None:
            return len(node.size)
        if node.reads:
            return len(node.reads[0] if isinstance(node.reads[0], tuple) else node.reads)
    raise ArgumentError(
        "graph", "no node says how many axes there are.", fix="Give rank, such as 2.", fixes=[{"rank": 2}]
    )


def _wrong(node: GraphNode, problem: str) -> ArgumentError:
    return ArgumentError("graph", f"node {node.name!r} does not fit.", f"{problem}", fix="Mend or reorder the nodes.")
