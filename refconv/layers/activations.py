"""Activations: functions of one number, and the softmax over channels."""

from __future__ import annotations

from collections.abc import Callable
from math import erf, pi, sqrt
from typing import NamedTuple

import numpy as np

from refconv.errors import ArgumentError
from refconv.layers.step import Pulled, Rule, Rules, Step
from refconv.networks.records import Activation
from refconv.ops.elements import Array

__all__ = ["ACTIVATIONS"]

LEAK = 0.01  # of a leaky ReLU, where nothing else is said
_erf = np.frompyfunc(erf, 1, 1)


class _Function(NamedTuple):
    """A function of one number, and its slope from x and y."""

    value: Callable[[Array], Array]
    slope: Callable[[Array, Array], Array]


def _where(x: Array, inside: Array) -> Array:
    """Return 1 where the condition holds, else 0, in x's type."""
    return np.where(inside, np.ones_like(x), np.zeros_like(x))


def _zero(x: Array) -> Array:
    """Return zeros of x's type: of its entries' own, where they are objects."""
    y: Array = 0 * x if x.dtype == object else np.zeros_like(x)
    return y


def _clipped(low: float, high: float) -> _Function:
    return _Function(lambda x: np.clip(x, low, high), lambda x, _: _where(x, (x > low) & (x < high)))


def _sigmoid(x: Array) -> Array:
    small = np.exp(-np.abs(x))  # never overflows
    y: Array = np.where(x >= 0, 1, small) / (1 + small)
    return y


def _times_gate(gate: Callable[[Array], Array], slope: Callable[[Array, Array], Array]) -> _Function:
    """Return ``x * gate(x)``."""
    return _Function(lambda x: x * gate(x), lambda x, _: gate(x) + x * slope(x, gate(x)))


def _normal_cdf(x: Array) -> Array:
    y: Array = (1 + np.asarray(_erf(x / sqrt(2))).astype(x.dtype)) / 2
    return y


def _leaky(negative: Array | float) -> _Function:
    return _Function(
        lambda x: np.where(x > 0, x, negative * x), lambda x, _: np.where(x > 0, np.ones_like(x), negative)
    )


def _hard_sigmoid(x: Array) -> Array:
    y: Array = np.clip(x + 3, 0, 6) / 6
    return y


def _hard_slope(x: Array, _: Array) -> Array:
    return _where(x, (x > -3) & (x < 3)) / 6


def _hard_swish_slope(x: Array, _: Array) -> Array:
    y: Array = np.where((x > -3) & (x < 3), (2 * x + 3) / 6, _where(x, x >= 3))  # no 0 times infinity
    return y


_SIGMOID = _Function(_sigmoid, lambda _, y: y * (1 - y))
_SWISH = _times_gate(_sigmoid, _SIGMOID.slope)
_HARD_SWISH = _Function(lambda x: x * _hard_sigmoid(x), _hard_swish_slope)
_IDENTITY = _Function(lambda x: x, lambda x, _: np.ones_like(x))

FUNCTIONS: dict[str, _Function] = {
    "relu": _Function(lambda x: np.maximum(x, _zero(x)), lambda x, _: _where(x, x > 0)),
    "relu6": _clipped(0, 6),
    "leaky_relu": _leaky(LEAK),
    "elu": _Function(
        lambda x: np.where(x > 0, x, np.expm1(np.minimum(x, 0))),
        lambda x, y: np.where(x > 0, np.ones_like(x), y + 1),
    ),
    "sigmoid": _SIGMOID,
    "tanh": _Function(np.tanh, lambda _, y: 1 - y * y),
    "softplus": _Function(lambda x: np.logaddexp(x, _zero(x)), lambda x, _: _sigmoid(x)),
    "swish": _SWISH,
    "silu": _SWISH,
    "hardsigmoid": _Function(_hard_sigmoid, _hard_slope),
    "hardswish": _HARD_SWISH,
    "gelu": _times_gate(_normal_cdf, lambda x, _: np.exp(-x * x / 2) / sqrt(2 * pi)),
    "identity": _IDENTITY,
    "dropout": _IDENTITY,
}
"""Dropout is that of inference, which leaves everything in."""


def _softmax(x: Array) -> Array:
    powers = np.exp(x - x.max(axis=1, keepdims=True))
    y: Array = powers / powers.sum(axis=1, keepdims=True)
    return y


def _softmax_slope(y: Array, dy: Array) -> Array:
    dx: Array = y * (dy - (y * dy).sum(axis=1, keepdims=True))
    return dx


def _learnt(step: Step) -> Array:
    """Return what is learnt, one number for each channel or one for all: a PReLU's slope below 0, a scale."""
    return step.parameters["weight"].reshape(-1, *(1,) * (step.x.ndim - 2))


def _function(step: Step) -> _Function:
    if step.record.function == "prelu":
        return _leaky(_learnt(step))
    if step.record.function == "scale":
        factor = _learnt(step)
        return _Function(lambda x: x * factor, lambda x, _: np.ones_like(x) * factor)
    name = step.record.function.replace("_", "") if "hard" in step.record.function else step.record.function
    if name not in FUNCTIONS:
        known = ", ".join([*FUNCTIONS, "prelu", "scale", "softmax"])
        problem = f"{step.record.function!r} is no activation known here."
        raise ArgumentError(step.op, problem, fix=f"The activations are {known}.")
    return FUNCTIONS[name]


def _activation(step: Step) -> Array:
    return _softmax(step.x) if step.record.function == "softmax" else _function(step).value(step.x)


def _activation_backward(step: Step, y: Array, dy: Array) -> Pulled:
    if step.record.function == "softmax":
        return Pulled((_softmax_slope(y, dy),))
    dx = dy * _function(step).slope(step.x, y)
    if step.record.function not in ("prelu", "scale"):
        return Pulled((dx,))
    seen = step.x if step.record.function == "scale" else np.where(step.x > 0, 0 * step.x, step.x)
    each = (seen * dy).sum(axis=(0, *range(2, dy.ndim)))
    weight = step.parameters["weight"]
    return Pulled((dx,), {"weight": each if weight.size > 1 else each.sum().reshape(weight.shape)})


ACTIVATIONS: Rules = {Activation: Rule(_activation, _activation_backward)}
