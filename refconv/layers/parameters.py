"""The arrays of a network: their names and shapes, as PyTorch has them, and something to fill them with."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import DTypeLike

from refconv.arithmetic.integers import product
from refconv.errors import ArgumentError
from refconv.layers.step import Parameters
from refconv.networks.counting import learns
from refconv.networks.records import Activation, Conv, ConvTranspose, Linear, Network, Norm
from refconv.networks.shaped import Resolved, Shaped
from refconv.networks.shapes import resolve
from refconv.ops.elements import Array

__all__ = ["FILLS", "ArrayPlan", "count", "initialise", "parameter_plans"]


class ArrayPlan(NamedTuple):
    """One array to be: its shape, and how many products each sum has in which it is a factor (0: it is no factor).

    `neutral` is the number with which it does nothing, for what is no weight of a sum; `learnt` is False for running
    statistics.
    """

    shape: tuple[int, ...]
    fan_in: int = 0
    neutral: float = 0
    learnt: bool = True


def parameter_plans(layer: Shaped) -> dict[str, ArrayPlan]:
    """Return the arrays that a layer has: weight and bias, and what a batch normalisation keeps.

    Examples
    --------
    >>> from refconv.networks import network, resolve
    >>> [*parameter_plans(resolve(network("vgg11")).layers[0])]
    ['weight', 'bias']
    >>> parameter_plans(resolve(network("vgg11")).layers[0])["weight"].shape
    (64, 3, 3, 3)
    """
    return {name: plan for name, plan in _planned(layer) if plan is not None}


def _planned(layer: Shaped) -> Iterator[tuple[str, ArrayPlan | None]]:
    record, plan = layer.node.operation, layer.geometry
    if isinstance(record, Conv | ConvTranspose | Linear):
        assert plan is not None  # noqa: S101 - what multiplies by weights has a plan
        outputs = plan.channels if isinstance(record, ConvTranspose) else plan.filters
        terms = plan.group_filters * product(plan.kernel_size) if isinstance(record, ConvTranspose) else plan.taps
        yield "weight", ArrayPlan(plan.w_shape, fan_in=terms)
        yield "bias", ArrayPlan((outputs,)) if record.bias else None
    elif isinstance(record, Norm):
        assert layer.shape is not None  # noqa: S101 - only unsupported operators leave it unknown
        channels = layer.shape[:1]
        scaled, shifted = learns(record)
        yield "weight", ArrayPlan(channels, neutral=1) if scaled else None
        yield "bias", ArrayPlan(channels) if shifted else None
        if record.kind == "batch" and not dict(record.constants).get("batch_statistics"):
            yield "running_mean", ArrayPlan(channels, learnt=False)
            yield "running_var", ArrayPlan(channels, neutral=1, learnt=False)
    elif isinstance(record, Activation) and record.parameters:
        yield "weight", ArrayPlan((record.parameters,), neutral=1 if record.function == "scale" else 0.25)


def _normal(rng: np.random.Generator, plan: ArrayPlan) -> Array:
    """Return He's weights: the variance of a sum after a ReLU stays what it was."""
    if not plan.fan_in:
        return np.full(plan.shape, plan.neutral)
    weights: Array = rng.standard_normal(plan.shape) * np.sqrt(2 / plan.fan_in)
    return weights


def _varied(rng: np.random.Generator, plan: ArrayPlan) -> Array:
    """Return He's weights, and all else random too, near where it does nothing."""
    return _normal(rng, plan) if plan.fan_in else plan.neutral + rng.uniform(-0.2, 0.2, plan.shape)


def _positive(rng: np.random.Generator, plan: ArrayPlan) -> Array:
    """Return weights above 0 that sum up to about 1."""
    if not plan.fan_in:
        return np.full(plan.shape, plan.neutral)
    return rng.uniform(0.5, 1.5, plan.shape) / plan.fan_in


def _equal(_: np.random.Generator, plan: ArrayPlan) -> Array:
    return np.full(plan.shape, 1 / plan.fan_in if plan.fan_in else plan.neutral)


def _integers(rng: np.random.Generator, plan: ArrayPlan) -> Array:
    """Return integers of few bits, so that small networks stay exact in every type."""
    return rng.integers(-2, 3, plan.shape) if plan.fan_in else np.full(plan.shape, int(plan.neutral))


def _zeros(_: np.random.Generator, plan: ArrayPlan) -> Array:
    return np.zeros(plan.shape)


FILLS: dict[str, Callable[[np.random.Generator, ArrayPlan], Array]] = {
    "normal": _normal,
    "varied": _varied,
    "positive": _positive,
    "equal": _equal,
    "integers": _integers,
    "zeros": _zeros,
}
"""What `initialise` can fill arrays with, by name."""


def initialise(
    network: Network | Resolved, seed: Any = 0, fill: str = "normal", dtype: DTypeLike = np.float64
) -> dict[str, Parameters]:
    """Return arrays for all of a network's parameters.

    Parameters
    ----------
    network : Network or Resolved
        What they are for.
    seed : int or numpy.random.Generator
        For what is random.
    fill : str
        "normal": weights as He et al. draw them, and all else such that it does nothing; "varied": all else random
        too; "positive": weights above 0 that sum up to about 1; "equal": the same without chance; "integers";
        "zeros", which take no memory until they are written to.
    dtype : dtype
        Of all of them.

    Returns
    -------
    dict
        For each node that has parameters, by its name, its arrays: "weight" of shape (O, C/G, axes), for a transposed
        convolution (C, O/G, axes), for a linear layer (O, C); "bias"; "running_mean" and "running_var".

    Examples
    --------
    >>> from refconv.networks import Builder
    >>> net = Builder("tiny", (3, 8, 8))
    >>> arrays = initialise(net.done(net.conv_norm("input", 4, 3)))
    >>> {name: [*own] for name, own in arrays.items()}
    {'conv': ['weight'], 'norm': ['weight', 'bias', 'running_mean', 'running_var']}
    """
    if fill not in FILLS:
        raise ArgumentError("initialise", f"fill is {fill!r}.", fix=f"Take one of {', '.join(FILLS)}.")
    rng, make, kind = np.random.default_rng(seed), FILLS[fill], np.dtype(dtype)
    resolved = network if isinstance(network, Resolved) else resolve(network)
    planned = {layer.node.name: parameter_plans(layer) for layer in resolved.layers}
    return {
        node: {name: make(rng, plan).astype(kind, copy=False) for name, plan in plans.items()}
        for node, plans in planned.items()
        if plans
    }


def count(parameters: dict[str, Parameters]) -> int:
    """Return how many numbers are learnt: running statistics are not.

    Examples
    --------
    >>> from refconv.networks import network
    >>> count(initialise(network("vgg16"), fill="zeros"))
    138357544
    """
    arrays = (array.size for own in parameters.values() for name, array in own.items() if "running" not in name)
    return sum(arrays)
