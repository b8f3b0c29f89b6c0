"""A network run on numbers: forward, node after node, and backward in the opposite order."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from refconv.errors import ArgumentError, ShapeError
from refconv.layers.parameters import parameter_plans
from refconv.layers.rules import RULES
from refconv.layers.step import Parameters, Rule, Step
from refconv.networks.records import Network, Unsupported
from refconv.networks.shaped import Resolved, Shaped
from refconv.networks.shapes import resolve
from refconv.ops.elements import Array

__all__ = ["NetworkGradients", "run", "run_backward"]


class NetworkGradients(NamedTuple):
    """The gradients of a network: for its input, and for each node's parameters by the names these have.

    Attributes
    ----------
    dx : ndarray
        For the input.
    gradients : dict
        Node to the gradients of its parameters.
    """

    dx: Array
    gradients: dict[str, Parameters]


def run(
    network: Network | Resolved,
    parameters: Mapping[str, Parameters],
    x: ArrayLike,
    *,
    keep: str | Iterable[str] = "outputs",
    training: bool = False,
) -> dict[str, Array]:
    """Return the values of a network's nodes.

    Parameters
    ----------
    network : Network or Resolved
        What to run, for any size of input that it can take.
    parameters : mapping
        For each node that has any its arrays, as `initialise` returns them.
    x : array_like, shape (N, C, axes)
        The input.
    keep : str or names
        Which nodes' values to return: "outputs", "all" (with the input, as `run_backward` needs them), or the names
        of some. What none of them depends on is not computed.
    training : bool
        Whether batch normalisation takes its statistics from the batch; otherwise the running ones, as in inference.
        Dropout leaves everything in, always.

    Returns
    -------
    dict
        The arrays by node.

    Raises
    ------
    ShapeError
        For an input that the network cannot take.
    ArgumentError
        For an operator that is not supported, a missing parameter, and a name that no node has.

    Examples
    --------
    >>> from refconv.layers import initialise
    >>> from refconv.networks import network
    >>> vgg = network("vgg11", classes=10)
    >>> y = run(vgg, initialise(vgg, fill="zeros"), np.ones((1, 3, 224, 224)), keep=["pool1", "relu1_1"])
    >>> {name: value.shape for name, value in y.items()}
    {'relu1_1': (1, 64, 224, 224), 'pool1': (1, 64, 112, 112)}
    """
    x = np.asarray(x)
    resolved = _resolved(network, x)
    kept = _kept(resolved, keep)
    last = _last_readers(resolved, kept)
    values = {"input": x}
    for layer in resolved.layers:
        name = layer.node.name
        if name not in last:
            continue
        rule = _rule(layer)
        values[name] = rule.forward(_step(layer, parameters, values, training))
        for given in layer.node.inputs:
            if last[given] == name and given not in kept:
                values.pop(given, None)
    return {name: value for name, value in values.items() if name in kept}


def run_backward(
    network: Network | Resolved,
    parameters: Mapping[str, Parameters],
    values: Mapping[str, Array],
    dys: Mapping[str, ArrayLike],
    *,
    training: bool = False,
) -> NetworkGradients:
    """Return the gradients of ``sum(dys[name] * values[name])`` over the names in `dys`.

    Parameters
    ----------
    network, parameters, training
        As given to `run`.
    values : mapping
        What `run` returned with ``keep="all"``.
    dys : mapping
        For some nodes, by name, the gradient for their value, of its shape.

    Returns
    -------
    NetworkGradients
        ``(dx, gradients)``: for the input, and for each node on the way the gradients of its parameters; running
        statistics have none.

    Raises
    ------
    ShapeError
        For a gradient of the wrong shape.
    ArgumentError
        As `run`.

    Examples
    --------
    >>> from refconv.layers import initialise
    >>> from refconv.networks import Builder
    >>> net = Builder("two", (1, 4, 4))
    >>> two = net.done(net.avg_pool(net.conv("input", 1, 1), 2))
    >>> arrays = initialise(two, fill="equal")
    >>> values = run(two, arrays, np.ones((1, 1, 4, 4)), keep="all")
    >>> found = run_backward(two, arrays, values, {"avg_pool": np.ones((1, 1, 2, 2))})
    >>> float(found.dx[0, 0, 0, 0]), float(found.gradients["conv"]["bias"][0])
    (0.25, 4.0)
    """
    resolved = _resolved(network, values["input"])
    pending = _upstream(resolved, values, dys)
    gradients: dict[str, Parameters] = {}
    for layer in reversed(resolved.layers):
        name = layer.node.name
        if name not in pending:
            continue
        rule, step = _rule(layer), _step(layer, parameters, values, training)
        pulled = rule.backward(step, values[name], pending.pop(name))
        if pulled.gradients:
            gradients[name] = pulled.gradients
        for given, dx in zip(layer.node.inputs, pulled.dxs, strict=True):
            if dx is not None:
                pending[given] = pending[given] + dx if given in pending else dx
    dx = pending.get("input")
    return NetworkGradients(np.zeros_like(values["input"]) if dx is None else dx, gradients)


def _resolved(network: Network | Resolved, x: Array) -> Resolved:
    about = network.network if isinstance(network, Resolved) else network
    if x.ndim != len(about.input) + 1:
        problem = f"x has shape {x.shape}: N, C and {len(about.input) - 1} axes are needed."
        raise ShapeError(about.name, problem, fix=f"Give a batch, such as one of shape {(1, *about.input)}.")
    return resolve(about, x.shape[1:], batch=x.shape[0])


def _kept(resolved: Resolved, keep: str | Iterable[str]) -> set[str]:
    known = {"input", *(layer.node.name for layer in resolved.layers)}
    if keep == "all":
        return known
    names = resolved.network.outputs if keep == "outputs" else (keep,) if isinstance(keep, str) else keep
    kept = set(names)
    if not kept <= known:
        problem = f"no node is called {min(kept - known)!r}."
        raise ArgumentError(resolved.network.name, problem, fix="Take the name of a node.")
    return kept


def _last_readers(resolved: Resolved, kept: set[str]) -> dict[str, str]:
    """Return, for each node that is needed, the last one to read it, or itself."""
    last = {name: name for name in kept}
    for layer in reversed(resolved.layers):
        if layer.node.name in last:
            for given in layer.node.inputs:
                last.setdefault(given, layer.node.name)
    return last


def _step(layer: Shaped, parameters: Mapping[str, Parameters], values: Mapping[str, Array], training: bool) -> Step:
    own = parameters.get(layer.node.name, {})
    for name, plan in parameter_plans(layer).items():
        if name not in own or own[name].shape != plan.shape:
            given = f"has shape {own[name].shape}, not" if name in own else "is missing; its shape is"
            problem = f"the parameter {name!r} {given} {plan.shape}."
            raise ArgumentError(layer.node.name, problem, fix="Take the arrays that initialise returns.")
    return Step(layer, own, tuple(values[name] for name in layer.node.inputs), training)


def _rule(layer: Shaped) -> Rule:
    record = layer.node.operation
    if isinstance(record, Unsupported):
        reason = f": {record.reason}" if record.reason else ""
        problem = f"the operator {record.operator!r} is not supported{reason}."
        raise ArgumentError(layer.node.name, problem, fix="Keep only nodes that do not depend on it.")
    return RULES[type(record)]


def _upstream(resolved: Resolved, values: Mapping[str, Array], dys: Mapping[str, ArrayLike]) -> dict[str, Array]:
    pending = {}
    for name, dy in dys.items():
        if name not in values:
            problem = f"there is no value for {name!r}."
            raise ArgumentError(resolved.network.name, problem, fix='Take what run returned with keep="all".')
        array = np.asarray(dy)
        if array.shape != values[name].shape:
            problem = f"the gradient for {name} has shape {array.shape}, its value {values[name].shape}."
            raise ShapeError(resolved.network.name, problem, fix="Give one number for each of its value.")
        pending[name] = array
    return pending
