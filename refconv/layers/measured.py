"""The measured receptive field: how much each pixel of the input moves one output, when nothing can cancel."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np

from refconv.errors import ArgumentError
from refconv.layers.execute import run, run_backward
from refconv.layers.parameters import initialise
from refconv.networks.records import Activation, GlobalPool, Join, Network, Node, Norm, Operation, Pool
from refconv.networks.shaped import Resolved, Shape, Shaped
from refconv.networks.shapes import resolve
from refconv.ops.elements import Array

__all__ = ["linearised", "measured_field"]


def linearised(network: Network | Resolved) -> Network:
    """Return a network that reads the same positions and is linear, with factors above 0 throughout.

    Max pooling becomes average pooling, products and maxima become sums, activations and normalisations the identity;
    to those normalisations that take their statistics from all positions the average over these is added.

    Examples
    --------
    >>> from refconv.networks import network
    >>> [node.operation.kind for node in linearised(network("vgg11")).nodes if node.name == "pool1"]
    ['average']
    """
    resolved = network if isinstance(network, Resolved) else resolve(network)
    nodes = tuple(node for layer in resolved.layers for node in _linear_nodes(layer))
    return replace(resolved.network, nodes=nodes)


def _linear_nodes(layer: Shaped) -> tuple[Node, ...]:
    node, record = layer.node, layer.node.operation
    if isinstance(record, Norm) and record.kind in ("layer", "group", "instance") and len(layer.shape or ()) > 1:
        mean = Node(f"{node.name}, averaged", GlobalPool(), node.inputs)
        return mean, Node(node.name, Join("add"), (*node.inputs, mean.name))
    return (Node(node.name, _linear(record), node.inputs),)


def _linear(record: Operation) -> Operation:
    if isinstance(record, Pool | GlobalPool):
        return replace(record, kind="average")
    if isinstance(record, Join) and record.kind != "concatenate":
        return Join("add")
    if isinstance(record, Norm | Activation):
        return Activation("identity")
    return record


def measured_field(
    network: Network | Resolved,
    position: tuple[int, ...],
    node: str | None = None,
    input: Shape | None = None,  # noqa: A002 - the record's own word
    fill: str = "equal",
    seed: Any = 0,
) -> Array:
    """Return how much each pixel of the input moves a node's output at one position, all channels together.

    It is measured: the gradient of a run of the `linearised` network with weights above 0, so that no two paths cancel
    and a pixel has influence exactly where some path leads from it to the output.

    Parameters
    ----------
    network : Network or Resolved
        The network.
    position : tuple of int
        Of the output, along each axis; what is flattened has one position, of zeros.
    node : str, optional
        Whose output; by default the network's first output.
    input : tuple of int, optional
        The input's shape, channels first; the network's own by default.
    fill, seed
        "equal" weights, whose influence is the effective receptive field, or "positive" ones, at random.

    Returns
    -------
    ndarray, shape (axes)
        At least 0 everywhere.

    See Also
    --------
    refconv.arithmetic.effective_field : the same in closed form, for stacks.

    Examples
    --------
    >>> from refconv.networks import Builder
    >>> net = Builder("dilated", (1, 9))
    >>> y = net.conv(net.conv("input", 1, 3, padding="same"), 1, 3, dilation=2, padding="same")
    >>> (9 * measured_field(net.done(y), position=(4,))).round(6)
    array([0., 1., 1., 2., 1., 2., 1., 1., 0.])
    """
    about = network.network if isinstance(network, Resolved) else network
    target = about.outputs[0] if node is None else node
    resolved = resolve(linearised(resolve(about, input)))
    parameters = initialise(resolved, seed, fill)
    values = run(resolved, parameters, np.ones((1, *resolved.network.input)), keep="all")
    dy = np.zeros_like(values[target])
    size = dy.shape[2:] or (1,) * (len(about.input) - 1)
    if len(position) != len(size) or any(not 0 <= i < n for i, n in zip(position, size, strict=True)):
        problem = f"{target} has no position {position}: its size is {size}."
        raise ArgumentError(about.name, problem, fix="Count from 0, one number per axis.")
    place: Any = (slice(None), slice(None), *position)
    dy.reshape(*dy.shape[:2], *size)[place] = 1
    dx = run_backward(resolved, parameters, values, {target: dy}).dx
    return np.asarray(dx.sum(axis=(0, 1)))
