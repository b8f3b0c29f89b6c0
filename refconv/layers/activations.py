"""Activations: functions of one number, and the softmax over channels."""

from __future__ import annotations

import numpy as np

from refconv.errors import ArgumentError
from refconv.layers.functions import ARITHMETIC, FUNCTIONS, Function, constants_of, function_of, leaky
from refconv.layers.step import Pulled, Rule, Rules, Step
from refconv.networks.records import Activation
from refconv.ops.elements import Array

__all__ = ["ACTIVATIONS", "probabilities"]

_LEARNING = ("prelu", "scale")


def probabilities(x: Array, axis: int = 1) -> Array:
    """Return the softmax along an axis, the channels unless told otherwise.

    Examples
    --------
    >>> probabilities(np.zeros((1, 4)))
    array([[0.25, 0.25, 0.25, 0.25]])
    """
    powers = np.exp(x - x.max(axis=axis, keepdims=True))
    y: Array = powers / powers.sum(axis=axis, keepdims=True)
    return y


def _softmax_slope(y: Array, dy: Array) -> Array:
    dx: Array = y * (dy - (y * dy).sum(axis=1, keepdims=True))
    return dx


def _learnt(step: Step) -> Array:
    """Return what is learnt, one number for each channel or one for all: a PReLU's slope below 0, a scale."""
    if "weight" not in step.parameters:
        problem = f"{step.record.function!r} learns nothing, and says no number."
        raise ArgumentError(step.op, problem, fix="Say how many parameters it has.")
    return step.parameters["weight"].reshape(-1, *(1,) * (step.x.ndim - 2))


def _function(step: Step) -> Function:
    record = step.record
    if record.function in _LEARNING:
        fixed = record.function == "prelu" and not record.parameters
        constants = constants_of(step.op, record.function, record.constants, ("negative_slope",) * fixed)
        if constants:
            return leaky(**constants)
        factor = _learnt(step)
        if record.function == "prelu":
            return leaky(factor)
        return Function(lambda x: x * factor, lambda x, _: np.ones_like(x) * factor)
    name = record.function.replace("_", "") if "hard" in record.function else record.function
    if not any(name in known for known in (FUNCTIONS, ARITHMETIC)):
        known = ", ".join([*FUNCTIONS, *ARITHMETIC, *_LEARNING, "softmax"])
        problem = f"{record.function!r} is no activation known here."
        raise ArgumentError(step.op, problem, fix=f"The activations are {known}.")
    if record.parameters:
        problem = f"what {record.function!r} learns is not known here."
        raise ArgumentError(step.op, problem, fix=f"Those that learn are {', '.join(_LEARNING)}.")
    return function_of(step.op, record.function, record.constants)


def _is_softmax(step: Step) -> bool:
    if step.record.function != "softmax":
        return False
    constants_of(step.op, "softmax", step.record.constants, ())
    return True


def _activation(step: Step) -> Array:
    return probabilities(step.x) if _is_softmax(step) else _function(step).value(step.x)


def _activation_backward(step: Step, y: Array, dy: Array) -> Pulled:
    if _is_softmax(step):
        return Pulled((_softmax_slope(y, dy),))
    dx = dy * _function(step).slope(step.x, y)
    if step.record.function not in _LEARNING or not step.record.parameters:
        return Pulled((dx,))
    seen = step.x if step.record.function == "scale" else np.where(step.x > 0, 0 * step.x, step.x)
    each = (seen * dy).sum(axis=(0, *range(2, dy.ndim)))
    weight = step.parameters["weight"]
    return Pulled((dx,), {"weight": each if weight.size > 1 else each.sum().reshape(weight.shape)})


ACTIVATIONS: Rules = {Activation: Rule(_activation, _activation_backward)}
