"""Exactly which input pixels a node of a network reads, borders and all."""

from __future__ import annotations

from collections.abc import Iterable

from refconv.arithmetic.supports import Position, Support, support
from refconv.errors import ArgumentError
from refconv.networks.fields import graph_nodes
from refconv.networks.records import Network
from refconv.networks.shaped import Resolved, Shape
from refconv.networks.shapes import resolve

__all__ = ["network_support"]


def network_support(
    network: Network | Resolved,
    output: str | None = None,
    positions: Iterable[Position] | None = None,
    input: Shape | None = None,  # noqa: A002 - the word of the records
) -> Support:
    """Return the input pixels that some positions of a node depend on: the exact set, not just its hull.

    Gates and normalisations over all positions count, unlike in `receptive_fields`. Every channel of a node is taken to
    depend on every channel of what it reads: where a network selects or reorders channels and never mixes them again,
    fewer pixels may be read.

    Parameters
    ----------
    network : Network or Resolved
        The network; all sizes must be numbers.
    output : str, optional
        The node; by default the network's first output.
    positions : iterable of tuple of int, optional
        Positions of that node, one number for each axis; by default all of them.
    input : tuple of int, optional
        The input's shape, channels first.

    Returns
    -------
    Support
        A set of pixels with its hull and holes.

    Raises
    ------
    ArgumentError
        Where there is no such node, or an unsupported operator lies before it.

    Examples
    --------
    The gridding of three layers of the same dilation:

    >>> from refconv.networks.build import Builder
    >>> net, x = Builder("grid", (1, 15, 15)), "input"
    >>> for _ in range(3):
    ...     x = net.conv(x, 1, 3, padding=2, dilation=2)
    >>> read = network_support(net.done(x), positions=[(7, 7)])
    >>> len(read), read.hull, read.holes
    (49, ((1, 13), (1, 13)), 120)
    """
    resolved = network if isinstance(network, Resolved) else resolve(network, input)
    name = resolved.network.outputs[0] if output is None else output
    nodes = graph_nodes(resolved)
    if name not in {node.name for node in nodes}:
        known = name in {node.name for node in resolved.network.nodes}
        problem = f"{name!r} lies behind an unsupported operator." if known else f"there is no node {name!r}."
        raise ArgumentError("network_support", problem, fix="Ask for another node.")
    return support(nodes, name, positions, source="input")
