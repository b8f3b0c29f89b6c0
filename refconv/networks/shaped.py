"""A network's records with their sizes beside them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

from refconv.arithmetic.geometry import Axis, Geometry
from refconv.arithmetic.integers import Integer
from refconv.networks.records import Network, Node

__all__ = ["Resolved", "Shape", "Shaped"]

Shape: TypeAlias = tuple[Integer, ...]
"""Channels, then the size along each axis; channels alone after a `Flatten`."""


@dataclass(frozen=True, slots=True)
class Shaped:
    """A node with its sizes.

    Attributes
    ----------
    node : Node
        The record.
    input_shapes : tuple of (tuple of int, or None)
        The shape of each input; None where an unsupported operator leaves it unknown.
    shape : tuple of int, or None
        The shape of the result.
    axes : tuple of Axis
        For a convolution or pooling (a global one too): its windows. For a transposed convolution those of the
        convolution whose adjoint it is. Otherwise empty.
    geometry : Geometry or None
        For what multiplies by weights, its plan, for a batch of `batch`; a linear layer's has no axes.
    """

    node: Node
    input_shapes: tuple[Shape | None, ...]
    shape: Shape | None
    axes: tuple[Axis, ...] = ()
    geometry: Geometry | None = None


@dataclass(frozen=True, slots=True)
class Resolved:
    """A network for one input shape and batch size: `layers` has the nodes in order.

    Attributes
    ----------
    network : Network
        What was resolved.
    batch : int
        The batch size.
    layers : tuple of Shaped
        Its nodes, with their sizes.
    """

    network: Network
    batch: Integer
    layers: tuple[Shaped, ...]

    def __getitem__(self, name: str) -> Shaped:
        """Return the layer of that name; KeyError where there is none."""
        for layer in self.layers:
            if layer.node.name == name:
                return layer
        raise KeyError(name)
