"""The receptive field of every node of a network."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from refconv.arithmetic.fields import Alignment, Field
from refconv.arithmetic.graphs import GraphNode, graph_fields
from refconv.arithmetic.reads import Layer
from refconv.networks.reading import EVERYWHERE, Reads, reads_of
from refconv.networks.records import Conv, Network, Node, Norm, Pad, Resize, Unsupported
from refconv.networks.shaped import Resolved, Shape, Shaped
from refconv.networks.shapes import resolve

__all__ = ["NodeField", "graph_nodes", "receptive_fields"]

_OVER_ALL_POSITIONS = ("layer", "group", "instance")
"""Kinds of normalisation that take their statistics from all positions."""


@dataclass(frozen=True, slots=True)
class NodeField:
    """The receptive field of one node.

    Attributes
    ----------
    layer : Shaped
        The node, with its sizes.
    axes : tuple of Field, or None
        One along each axis; None behind an unsupported operator, where nothing is known.
    alignments : tuple of Alignment
        How the node's inputs lie to one another, along each axis.
    everywhere : bool
        Whether it depends on every pixel besides: through a gate (a factor of one number per channel, as in
        squeeze-and-excitation) or a normalisation over all positions. `axes` leaves these paths out.
    """

    layer: Shaped
    axes: tuple[Field, ...] | None
    alignments: tuple[Alignment, ...] = ()
    everywhere: bool = False


def receptive_fields(network: Network | Resolved, input: Shape | None = None) -> tuple[NodeField, ...]:  # noqa: A002
    """Return the receptive field of every node of a network.

    Parameters
    ----------
    network : Network or Resolved
        The network; its numbers may be symbols where nothing is up-sampled.
    input : tuple of int, optional
        The input's shape, channels first; sizes decide what "same" padding adds and what a global pooling covers.

    Returns
    -------
    tuple of NodeField
        In the network's order.

    Examples
    --------
    >>> from refconv.networks.catalogue import network
    >>> last = receptive_fields(network("vgg16"))[30]
    >>> last.layer.node.name, last.axes[0].size, last.axes[0].jump, last.axes[0].padding
    ('pool5', 212, 32, 90)
    """
    resolved = network if isinstance(network, Resolved) else resolve(network, input)
    nodes, gated = _followed(resolved)
    known = graph_fields(nodes, "input", len(resolved.network.input) - 1)
    everywhere: set[str] = set()
    result = []
    for layer in resolved.layers:
        node = layer.node
        if node.name in gated or _normalises_all_positions(node) or everywhere & set(node.inputs):
            everywhere.add(node.name)
        found = known.get(node.name)
        if found is None:
            result.append(NodeField(layer, None))
        else:
            result.append(NodeField(layer, found.axes, found.alignments, node.name in everywhere))
    return tuple(result)


def graph_nodes(resolved: Resolved, *, gates: bool = True) -> list[GraphNode]:
    """Return a network's nodes as `refconv.arithmetic` reads them, those whose sizes are known.

    With `gates` False a join leaves out the inputs that are the same at all positions, and a normalisation over all
    positions reads its own position only.
    """
    return _all_nodes(resolved) if gates else _followed(resolved)[0]


def _all_nodes(resolved: Resolved) -> list[GraphNode]:
    rank = len(resolved.network.input) - 1
    nodes = [GraphNode("input", size=resolved.network.input[1:])]
    for layer in _known_layers(resolved):
        size = _size_of(layer, rank)
        reads = _reads(layer, rank)
        if _normalises_all_positions(layer.node):
            reads = (tuple(Layer(k=n, s=0) for n in size),)
        names = layer.node.inputs[: len(reads)]
        nodes.append(GraphNode(layer.node.name, names, reads, size, _padding_mode(layer)))
    return nodes


def _followed(resolved: Resolved) -> tuple[list[GraphNode], set[str]]:
    """Return the nodes without gates, and the names of the joins that had one.

    A gate is the same at all positions: read from a single one, or made of nothing but such.
    """
    rank = len(resolved.network.input) - 1
    nodes = [GraphNode("input", size=resolved.network.input[1:])]
    uniform: set[str] = set()
    gated: set[str] = set()
    for layer in _known_layers(resolved):
        node = layer.node
        branches = [
            (name, reads, name in uniform or EVERYWHERE in reads)
            for name, reads in zip(node.inputs, _reads(layer, rank), strict=False)
        ]
        moving = [branch for branch in branches if not branch[2]]
        if not moving:
            uniform.add(node.name)
        elif len(moving) < len(branches):
            gated.add(node.name)
        names, ways, _ = zip(*(moving or branches), strict=True)
        nodes.append(GraphNode(node.name, names, ways, _size_of(layer, rank), _padding_mode(layer)))
    return nodes, gated


def _reads(layer: Shaped, rank: int) -> tuple[Reads, ...]:
    """Return how a layer reads; what resizes a single position reads it everywhere."""
    reads = reads_of(layer, rank)
    if not isinstance(layer.node.operation, Resize):
        return reads
    size = (layer.input_shapes[0] or ())[1:]
    return (tuple(EVERYWHERE if n == 1 else read for n, read in zip(size, reads[0], strict=True)),)


def _known_layers(resolved: Resolved) -> Iterator[Shaped]:
    """Yield the layers with no unsupported operator before them."""
    unknown: set[str] = set()
    for layer in resolved.layers:
        node = layer.node
        if isinstance(node.operation, Unsupported) or None in layer.input_shapes or unknown & set(node.inputs):
            unknown.add(node.name)
        else:
            yield layer


def _size_of(layer: Shaped, rank: int) -> Shape:
    assert layer.shape is not None  # noqa: S101 - only unsupported operators leave it unknown
    return layer.shape[1:] or (1,) * rank


def _padding_mode(layer: Shaped) -> str:
    record = layer.node.operation
    return record.padding_mode if isinstance(record, Conv | Pad) else "zeros"


def _normalises_all_positions(node: Node) -> bool:
    return isinstance(node.operation, Norm) and node.operation.kind in _OVER_ALL_POSITIONS
