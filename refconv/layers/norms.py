"""Normalisations: ``weight * x_hat + bias``, each kind with its own `x_hat`."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from refconv.errors import ArgumentError
from refconv.layers.functions import constants_of
from refconv.layers.step import Parameters, Pulled, Rule, Rules, Step
from refconv.networks.records import Norm
from refconv.ops.elements import Array

__all__ = ["NORMS"]

_CONSTANTS: dict[str, dict[str, float]] = {
    "batch": {"batch_statistics": 0, "per_sample": 0},
    "scale": {"least": 0},
    "local_response": {"size": 5, "alpha": 5e-4, "beta": 0.75, "k": 2.0},
}
"""The constants of each kind that has any, and what they are where a record leaves them out.

Those of the local response normalisation are of Krizhevsky et al. (2012), section 3.3, whose alpha, 1e-4, is one times
the sum; here, as in PyTorch and ONNX, it is one times the mean.
"""

Normalised = tuple[Array, Callable[[Array], Array]]
"""x_hat, and the map from its gradient to that of x."""


def _kept(step: Step) -> Normalised:
    """Return x by the running statistics, which are constants; in training by those of the batch."""
    said = _constants(step)
    if said["per_sample"] and step.training:
        return _KINDS["instance"](step)
    if said["batch_statistics"] or step.training:
        return _by_rows(step, step.x, lambda x: x.swapaxes(0, 1))
    mean, var = (_per_channel(step.parameters[name], step.x) for name in ("running_mean", "running_var"))
    scale = 1 / np.sqrt(var + step.record.epsilon)
    return (step.x - mean) * scale, lambda d: d * scale


def _over_groups(groups: Callable[[Step], int]) -> Callable[[Step], Normalised]:
    def normalise(step: Step) -> Normalised:
        batch, channels, *size = step.x.shape
        apart = step.x.reshape(batch * groups(step), channels // groups(step), *size)
        x_hat, pull = _by_rows(step, apart, lambda x: x)
        return x_hat.reshape(step.x.shape), lambda d: pull(d.reshape(apart.shape)).reshape(step.x.shape)

    return normalise


def _over_channels(step: Step) -> Normalised:
    """Return x by the statistics of the channels at each position."""
    return _by_rows(step, step.x, lambda x: np.moveaxis(x, 1, -1), lambda x: np.moveaxis(x, -1, 1), kept=-1)


def _by_rows(
    step: Step,
    x: Array,
    there: Callable[[Array], Array],
    back: Callable[[Array], Array] | None = None,
    kept: int = 1,
) -> Normalised:
    """Return x with mean 0 and variance 1 along all but the first `kept` axes that `there` puts first."""
    laid = there(x)
    shape = laid.shape
    returned = back or there
    rows = laid.reshape(*shape[:kept], -1)
    var = rows.var(axis=-1, keepdims=True)
    scale = 1 / np.sqrt(var + step.record.epsilon)
    hats = (rows - rows.mean(axis=-1, keepdims=True)) * scale

    def pull(d: Array) -> Array:
        d = there(d).reshape(rows.shape)
        along = (d * hats).mean(axis=-1, keepdims=True)
        return returned((scale * (d - d.mean(axis=-1, keepdims=True) - hats * along)).reshape(shape))

    return returned(hats.reshape(shape)), pull


def _unit_length(step: Step) -> Normalised:
    """Return x over the Euclidean norm of its channels at each position; 0 over 0 is 0."""
    least = _constants(step)["least"]
    length = np.sqrt((step.x * step.x).sum(axis=1, keepdims=True) + step.record.epsilon)
    divisor = np.maximum(length, least)
    scale = 1 / np.where(divisor == 0, np.ones_like(divisor), divisor)
    x_hat = step.x * scale
    moving = length >= least  # elsewhere the divisor is a constant
    return x_hat, lambda d: scale * (d - moving * x_hat * (d * x_hat).sum(axis=1, keepdims=True))


def _local_response(step: Step) -> Normalised:
    """Return x over a power of the squares of its neighbouring channels."""
    x, said = step.x, _constants(step)
    size, beta = int(said["size"]), said["beta"]
    if size != said["size"] or size < 1 or size % 2 == 0:
        problem = f"size is {said['size']}: of an even number of neighbours it is open on which side more are."
        raise ArgumentError(step.op, problem, fix="Take an odd size.")
    alpha = said["alpha"] / size
    total = said["k"] + alpha * _neighbours(x * x, size)
    power = total**-beta

    def pull(d: Array) -> Array:
        return d * power - 2 * alpha * beta * x * _neighbours(d * x * power / total, size)

    return x * power, pull


def _neighbours(x: Array, size: int) -> Array:
    """Return the sum over the neighbouring channels; the neighbourhood is symmetric, so this is its own adjoint."""
    y, channels = np.zeros_like(x), x.shape[1]
    for shift in range(-(size // 2), size // 2 + 1):
        first, last = max(shift, 0), channels + min(shift, 0)
        if first < last:
            y[:, first - shift : last - shift] += x[:, first:last]
    return y


_KINDS: dict[str, Callable[[Step], Normalised]] = {
    "batch": _kept,
    "layer": _over_groups(lambda _: 1),
    "group": _over_groups(lambda step: int(step.record.groups)),
    "instance": _over_groups(lambda step: step.x.shape[1]),
    "channel": _over_channels,
    "scale": _unit_length,
    "local_response": _local_response,
}


def _constants(step: Step) -> dict[str, float]:
    known = _CONSTANTS.get(step.record.kind, {})
    return {**known, **constants_of(step.op, step.record.kind, step.record.constants, tuple(known))}


def _normalised(step: Step) -> Normalised:
    if step.record.kind not in _KINDS:
        problem = f"{step.record.kind!r} is no normalisation known here."
        raise ArgumentError(step.op, problem, fix=f"The kinds are {', '.join(_KINDS)}.")
    _constants(step)
    return _KINDS[step.record.kind](step)


def _per_channel(parameter: Array, x: Array) -> Any:
    return parameter.reshape(-1, *(1,) * (x.ndim - 2))


def _norm(step: Step) -> Array:
    y, _ = _normalised(step)
    for name, combine in (("weight", np.multiply), ("bias", np.add)):
        if name in step.parameters:
            y = combine(y, _per_channel(step.parameters[name], y))
    return y


def _norm_backward(step: Step, _: Array, dy: Array) -> Pulled:
    x_hat, pull = _normalised(step)
    axes = (0, *range(2, dy.ndim))
    gradients: Parameters = {}
    d = dy
    if "weight" in step.parameters:
        gradients["weight"] = (dy * x_hat).sum(axis=axes)
        d = dy * _per_channel(step.parameters["weight"], dy)
    if "bias" in step.parameters:
        gradients["bias"] = dy.sum(axis=axes)
    return Pulled((pull(d),), gradients)


NORMS: Rules = {Norm: Rule(_norm, _norm_backward)}
