"""The receptive field of every node of a network."""

from __future__ import annotations

from dataclasses import dataclass

from refconv.arithmetic.fields import Alignment, Field
from refconv.arithmetic.graphs import GraphNode, graph_fields
from refconv.arithmetic.reads import Layer
from refconv.networks.reading import EVERYWHERE, reads_of
from refconv.networks.records import Conv, Join, Network, Node, Norm, Pad, Unsupported
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
    known = graph_fields(graph_nodes(resolved, gates=False), "input", len(resolved.network.input) - 1)
    everywhere: set[str] = set()
    result = []
    for layer in resolved.layers:
        node = layer.node
        if _mixes_all_positions(layer) or everywhere & set(node.inputs):
            everywhere.add(node.name)
        found = known.get(node.name)
        if found is None:
            result.append(NodeField(layer, None))
        else:
            result.append(NodeField(layer, found.axes, found.alignments, node.name in everywhere))
    return tuple(result)


def graph_nodes(resolved: Resolved, *, gates: bool = True) -> list[GraphNode]:
    """Return a network's nodes as `refconv.arithmetic` reads them, those whose sizes are known.

    With `gates` False a join leaves out the inputs that have one position for all, and a normalisation over all
    positions reads its own position only.
    """
    rank = len(resolved.network.input) - 1
    nodes = [GraphNode("input", size=resolved.network.input[1:])]
    unknown: set[str] = set()
    for layer in resolved.layers:
        node = layer.node
        lost = isinstance(node.operation, Unsupported) or None in layer.input_shapes or unknown & set(node.inputs)
        if lost:
            unknown.add(node.name)
            continue
        assert layer.shape is not None  # noqa: S101 - only unsupported operators leave it unknown
        size = layer.shape[1:] or (1,) * rank
        reads = reads_of(layer, rank)
        if gates and _normalises_all_positions(node):
            reads = (tuple(Layer(k=n, s=0) for n in size),)
        inputs = list(zip(node.inputs, reads, strict=False))
        if isinstance(node.operation, Join) and not gates:
            inputs = [(name, read) for name, read in inputs if all(each != EVERYWHERE for each in read)] or inputs
        names, ways = zip(*inputs, strict=True)
        nodes.append(GraphNode(node.name, names, ways, size, _padding_mode(layer)))
    return nodes


def _padding_mode(layer: Shaped) -> str:
    record = layer.node.operation
    return record.padding_mode if isinstance(record, Conv | Pad) else "zeros"


def _mixes_all_positions(layer: Shaped) -> bool:
    """Return whether a node reads, besides its window, all positions."""
    sizes = {shape[1:] for shape in layer.input_shapes if shape is not None}
    gated = isinstance(layer.node.operation, Join) and len(sizes) > 1
    return gated or _normalises_all_positions(layer.node)


def _normalises_all_positions(node: Node) -> bool:
    return isinstance(node.operation, Norm) and node.operation.kind in _OVER_ALL_POSITIONS
