"""Several inputs put together; an input of size 1 along an axis stands for all positions along it."""

from __future__ import annotations

from collections.abc import Callable
from functools import reduce
from operator import mul

import numpy as np

from refconv.errors import ArgumentError
from refconv.layers.step import Pulled, Rule, Rules, Step
from refconv.networks.records import Join
from refconv.ops.elements import Array

__all__ = ["JOINS"]


def _join(step: Step) -> Array:
    return _kind(step)[0](step)


def _join_backward(step: Step, y: Array, dy: Array) -> Pulled:
    parts = _kind(step)[1](step, y, dy)
    return Pulled(tuple(_summed(part, x.shape) for part, x in zip(parts, step.inputs, strict=True)))


def _summed(part: Array, shape: tuple[int, ...]) -> Array:
    """Return the gradient for an input from that for all the positions which it stood for."""
    axes = tuple(axis for axis, (n, m) in enumerate(zip(shape, part.shape, strict=True)) if n != m)
    return part.sum(axis=axes, keepdims=True) if axes else part


def _add(step: Step) -> Array:
    return reduce(lambda y, x: y + x, step.inputs)


def _add_backward(step: Step, _: Array, dy: Array) -> list[Array]:
    return [dy for _ in step.inputs]


def _multiply(step: Step) -> Array:
    return reduce(mul, step.inputs)


def _multiply_backward(step: Step, _: Array, dy: Array) -> list[Array]:
    xs = step.inputs
    return [reduce(mul, (*xs[:number], *xs[number + 1 :]), dy) for number in range(len(xs))]


def _maximum(step: Step) -> Array:
    return reduce(np.maximum, step.inputs)


def _maximum_backward(step: Step, y: Array, dy: Array) -> list[Array]:
    """Return dy for the first of the equal ones, as in max pooling."""
    parts, taken = [], np.zeros(y.shape, bool)
    for x in step.inputs:
        wins = (x == y) & ~taken
        parts.append(np.where(wins, dy, 0 * dy))
        taken |= wins
    return parts


def _concatenate(step: Step) -> Array:
    assert step.layer.shape is not None  # noqa: S101 - only unsupported operators leave it unknown
    size = step.layer.shape[1:]
    return np.concatenate([np.broadcast_to(x, (*x.shape[:2], *size)) for x in step.inputs], axis=1)


def _concatenate_backward(step: Step, _: Array, dy: Array) -> list[Array]:
    ends = np.cumsum([x.shape[1] for x in step.inputs])
    return np.split(dy, ends[:-1], axis=1)


_KINDS: dict[str, tuple[Callable[[Step], Array], Callable[[Step, Array, Array], list[Array]]]] = {
    "add": (_add, _add_backward),
    "multiply": (_multiply, _multiply_backward),
    "maximum": (_maximum, _maximum_backward),
    "concatenate": (_concatenate, _concatenate_backward),
}


def _kind(step: Step) -> tuple[Callable[[Step], Array], Callable[[Step, Array, Array], list[Array]]]:
    if step.record.kind not in _KINDS:
        problem = f"{step.record.kind!r} is no join known here."
        raise ArgumentError(step.op, problem, fix=f"The kinds are {', '.join(_KINDS)}.")
    return _KINDS[step.record.kind]


JOINS: Rules = {Join: Rule(_join, _join_backward)}
