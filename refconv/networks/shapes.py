"""What size everything has: the records of a network, resolved for one input."""

from __future__ import annotations

from dataclasses import replace

from refconv.arithmetic.integers import Integer
from refconv.arithmetic.per_axis import integer
from refconv.errors import ShapeError
from refconv.networks.axes import is_symbolic, numbers
from refconv.networks.checks import check_numbers
from refconv.networks.records import Network, Unsupported
from refconv.networks.rules import RULES
from refconv.networks.shaped import Resolved, Shape, Shaped

__all__ = ["resolve"]


def resolve(
    network: Network,
    input: Shape | None = None,  # noqa: A002 - the word of the records
    batch: Integer = 1,
) -> Resolved:
    """Return the network with every size worked out.

    Parameters
    ----------
    network : Network
        Its numbers may be ints or sympy expressions.
    input : tuple of int, optional
        The input's shape, channels first, without the batch; the network's own if it is not given.
    batch : int
        Batch size N.

    Returns
    -------
    Resolved
        Its layers in the network's order.

    Raises
    ------
    ShapeError
        Where a kernel does not fit, channels do not divide into groups, or joined inputs differ; the message names
        the layer.

    Examples
    --------
    >>> from refconv.networks.build import Builder
    >>> net = Builder("two", (3, 32, 32))
    >>> x = net.conv("input", 16, 3, stride=2, padding="same")
    >>> [layer.shape for layer in resolve(net.done(net.relu(x))).layers]
    [(16, 16, 16), (16, 16, 16)]
    """
    shape = network.input if input is None else tuple(input)
    _check_input(network, shape)
    known: dict[str, Shape | None] = {"input": shape}
    layers = []
    for node in network.nodes:
        op = f"{network.name}, {node.name}"
        check_numbers(op, node.operation)
        given = tuple(known[name] for name in node.inputs)
        rule = RULES[type(node.operation)]
        if None in given and not isinstance(node.operation, Unsupported):
            layer = Shaped(node, given, None)
        else:
            layer = rule(op, Shaped(node, given, None), node.operation)
        if layer.geometry is not None:
            layer = replace(layer, geometry=replace(layer.geometry, batch=batch))
        known[node.name] = layer.shape
        layers.append(layer)
    return Resolved(replace(network, input=shape), batch, tuple(layers))


def _check_input(network: Network, shape: Shape) -> None:
    if len(shape) != len(network.input):
        raise ShapeError(
            network.name,
            f"the input has {len(network.input) - 1} spatial axes, but {shape} has {len(shape) - 1}.",
            fix=f"Give channels and sizes, such as {network.input}.",
        )
    if shape[0] != network.input[0] and not is_symbolic(shape[0], network.input[0]):
        raise ShapeError(
            network.name,
            f"the input has {network.input[0]} channels, not {shape[0]}.",
            fix=f"Begin with the channels, such as {network.input}.",
        )
    if not is_symbolic(shape):
        integer(network.name, "the input's number of channels", shape[0], 1)
        if len(shape) > 1:
            numbers(network.name, "input", shape[1:], len(shape) - 1)
