"""What a network costs, layer by layer: parameters, MACs, FLOPs, memory traffic, forward and backward."""

from __future__ import annotations

from dataclasses import dataclass, field

from refconv.arithmetic.conventions import Conventions, conventions_named
from refconv.arithmetic.integers import Integer
from refconv.arithmetic.traffic import Traffic, intensity
from refconv.networks.counting import backward_of, forward_of, is_known, parameters_of
from refconv.networks.records import WORDS, Network
from refconv.networks.shaped import Resolved, Shape, Shaped
from refconv.networks.shapes import resolve

__all__ = ["LayerCost", "NetworkCost", "PassCost", "network_cost"]


@dataclass(frozen=True, slots=True)
class PassCost:
    """One pass, forward or backward, through a layer or a network; costs add up with ``+``.

    Attributes
    ----------
    macs : int
        Multiply-accumulates of convolutions and linear layers.
    flops : int
        Everything that the conventions count, MACs included.
    traffic : Traffic
        Elements read and written.
    bytes : int
        The same in bytes.
    """

    macs: Integer = 0
    flops: Integer = 0
    traffic: Traffic = field(default_factory=Traffic)
    bytes: Integer = 0

    @property
    def intensity(self) -> Integer | None:
        """Return the FLOPs per byte, a Fraction or an expression; None where nothing is moved."""
        return None if self.bytes == 0 else intensity(self.flops, self.bytes)

    def __add__(self, other: PassCost) -> PassCost:
        """Return the cost of both."""
        moved = self.traffic + other.traffic
        return PassCost(self.macs + other.macs, self.flops + other.flops, moved, self.bytes + other.bytes)


@dataclass(frozen=True, slots=True)
class LayerCost:
    """The cost of one layer.

    Attributes
    ----------
    name, operation : str
        The node's, and the word for what it is.
    shape : tuple of int, or None
        Of its result, without the batch.
    parameters : int or None
        Those that the conventions count; None where they are not known.
    forward : PassCost or None
        The forward pass over the whole batch; None where it is not known: of an unsupported operator, and of what
        follows one whose shape is unknown.
    backward : PassCost or None
        The gradients; None too where they were not asked for.
    """

    name: str
    operation: str
    shape: Shape | None
    parameters: Integer | None
    forward: PassCost | None
    backward: PassCost | None = None

    @property
    def known(self) -> bool:
        """Return whether the cost is known."""
        return self.forward is not None

    @property
    def macs(self) -> Integer | None:
        """Multiply-accumulates of the forward pass."""
        return None if self.forward is None else self.forward.macs

    @property
    def flops(self) -> Integer | None:
        """FLOPs of the forward pass."""
        return None if self.forward is None else self.forward.flops

    @property
    def bytes(self) -> Integer | None:
        """Bytes that the forward pass moves."""
        return None if self.forward is None else self.forward.bytes

    @property
    def intensity(self) -> Integer | None:
        """FLOPs per byte of the forward pass."""
        return None if self.forward is None else self.forward.intensity


@dataclass(frozen=True, slots=True)
class NetworkCost:
    """The cost of a network.

    Attributes
    ----------
    network : str
        Its name.
    input : tuple of int
        The shape of its input, without the batch.
    batch : int
        The batch size that it is counted for.
    conventions : Conventions
        What is counted, and as how much.
    layers : tuple of LayerCost
        In the network's order.
    total : LayerCost
        The sum over the layers that are known.
    """

    network: str
    input: Shape
    batch: Integer
    conventions: Conventions
    layers: tuple[LayerCost, ...]
    total: LayerCost

    @property
    def unknown(self) -> tuple[str, ...]:
        """The names of the layers whose cost is not known, and not in the total."""
        return tuple(layer.name for layer in self.layers if not layer.known)

    def __getitem__(self, name: str) -> LayerCost:
        """Return the layer of that name; KeyError where there is none."""
        for layer in self.layers:
            if layer.name == name:
                return layer
        raise KeyError(name)


def network_cost(
    network: Network | Resolved,
    input: Shape | None = None,  # noqa: A002 - the word of the records
    batch: Integer = 1,
    conventions: Conventions | str = "refconv",
    *,
    backward: bool = False,
) -> NetworkCost:
    """Return what a network costs.

    Parameters
    ----------
    network : Network or Resolved
        Its numbers may be ints or sympy expressions. A resolved one brings its own input and batch.
    input : tuple of int, optional
        The input's shape, channels first, without the batch; the network's own if it is not given.
    batch : int
        Batch size N.
    conventions : Conventions or str
        What is counted; one of `refconv.arithmetic.CONVENTIONS` by name.
    backward : bool
        Whether to count a backward pass too: each layer's gradients for its parameters, and for its input where
        anything before it is learnt.

    Returns
    -------
    NetworkCost
        Layer by layer, and in total. What is not known is listed in `unknown`, never counted as nothing.

    Examples
    --------
    >>> from refconv.networks.catalogue import network
    >>> cost = network_cost(network("vgg16"))
    >>> cost.total.parameters, cost.total.macs
    (138357544, 15470264320)
    >>> cost["conv1_1"].macs, network_cost(network("vgg16"), conventions="macs").total.flops
    (86704128, 15470264320)
    """
    resolved = network if isinstance(network, Resolved) else resolve(network, input, batch)
    said = conventions_named(conventions) if isinstance(conventions, str) else conventions
    learnt = _behind_parameters(resolved) if backward else {}
    layers = tuple(_layer_cost(layer, resolved.batch, said, learnt) for layer in resolved.layers)
    about = resolved.network
    return NetworkCost(about.name, about.input, resolved.batch, said, layers, _total(layers, backward))


def _layer_cost(layer: Shaped, batch: Integer, said: Conventions, learnt: dict[str, bool]) -> LayerCost:
    node = layer.node
    word = WORDS[type(node.operation)]
    if not is_known(layer):
        return LayerCost(node.name, word, layer.shape, None, None)
    forward = PassCost(*forward_of(layer, batch, said))
    backward = None
    if learnt:
        needs_dx = said.input_gradient or any(learnt[name] for name in node.inputs)
        backward = PassCost(*backward_of(layer, batch, said, needs_dx))
    return LayerCost(node.name, word, layer.shape, parameters_of(layer, said), forward, backward)


def _behind_parameters(resolved: Resolved) -> dict[str, bool]:
    """Return for each node whether it is learnt or follows one that is: then a gradient must reach it."""
    learns = {"input": False}
    everything = Conventions()
    for layer in resolved.layers:
        node = layer.node
        own = not is_known(layer) or parameters_of(layer, everything) != 0
        learns[node.name] = own or any(learns[name] for name in node.inputs)
    return learns


def _total(layers: tuple[LayerCost, ...], backward: bool) -> LayerCost:
    parameters: Integer = sum(layer.parameters for layer in layers if layer.parameters is not None)
    passes = [PassCost(), PassCost()]
    for layer in layers:
        for number, cost in enumerate((layer.forward, layer.backward)):
            if cost is not None:
                passes[number] += cost
    return LayerCost("total", "", None, parameters, passes[0], passes[1] if backward else None)
