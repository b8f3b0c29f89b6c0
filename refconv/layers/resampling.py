"""Resizing: along each axis a few taps, whose places `refconv.arithmetic.reads` gives; and its adjoint."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from typing import NamedTuple

import numpy as np

from refconv.arithmetic.reads import Resampled
from refconv.layers.step import Pulled, Rule, Rules, Step
from refconv.networks.reading import reads_of
from refconv.networks.records import Resize
from refconv.ops.elements import Array, is_integer

__all__ = ["RESAMPLING"]

CUBIC = Fraction(-3, 4)  # the slope at 1 that PyTorch and ONNX use


class _Tap(NamedTuple):
    """For each output along an axis: the position that one tap reads, and its weight (None: 1)."""

    positions: Array
    weights: Array | None


def _linear_weights(f: Fraction) -> list[Fraction]:
    return [1 - f, f]


def _cubic_weights(f: Fraction) -> list[Fraction]:
    near, far = [f, 1 - f], [1 + f, 2 - f]
    inner = [(CUBIC + 2) * t**3 - (CUBIC + 3) * t**2 + 1 for t in near]
    outer = [CUBIC * (t**3 - 5 * t**2 + 8 * t - 4) for t in far]
    return [outer[0], *inner, outer[1]]


_WEIGHTS: dict[int, Callable[[Fraction], list[Fraction]]] = {2: _linear_weights, 4: _cubic_weights}


def _taps(read: Resampled, n: int, out: int, dtype: np.dtype) -> list[_Tap]:
    """Return the taps; what they would read beyond an end they read at it."""
    places = [divmod(read.a * i + read.b, read.c) for i in range(out)]
    starts = np.array([start for start, _ in places])
    positions = [np.clip(starts + t, 0, n - 1) for t in range(read.taps)]
    if not read.interpolate:
        return [_Tap(positions[0], None)]
    exact = [_WEIGHTS[read.taps](Fraction(rest, read.c)) for _, rest in places]
    weights = np.array(exact, dtype=object).T.astype(dtype)  # rounded once, from the exact ones
    return [_Tap(*tap) for tap in zip(positions, weights, strict=True)]


def _axes(step: Step, dtype: np.dtype) -> list[tuple[int, list[_Tap]]]:
    assert step.layer.shape is not None  # noqa: S101 - only unsupported operators leave it unknown
    (reads,) = reads_of(step.layer, step.x.ndim - 2)
    along = zip(reads, step.x.shape[2:], step.layer.shape[1:], strict=True)
    return [
        (number, _taps(read, n, out, dtype))
        for number, (read, n, out) in enumerate(along, start=2)
        if isinstance(read, Resampled)
    ]


def _floating(a: Array, step: Step) -> Array:
    """Return integers as float64 where they are going to be weighted."""
    return a.astype(np.float64) if is_integer(a) and step.record.method != "nearest" else a


def _resize(step: Step) -> Array:
    y = _floating(step.x, step)
    for axis, taps in _axes(step, y.dtype):
        parts = [_weighted(np.take(y, tap.positions, axis), tap, axis) for tap in taps]
        y = sum(parts[1:], parts[0])
    return y


def _resize_backward(step: Step, _: Array, dy: Array) -> Pulled:
    dx = _floating(dy, step)
    for axis, taps in reversed(_axes(step, dx.dtype)):
        size = step.x.shape[axis]
        below = np.zeros((*dx.shape[:axis], size, *dx.shape[axis + 1 :]), dx.dtype)
        for tap in taps:
            np.add.at(np.moveaxis(below, axis, 0), tap.positions, np.moveaxis(_weighted(dx, tap, axis), axis, 0))
        dx = below
    return Pulled((dx, *(None for _ in step.inputs[1:])))


def _weighted(a: Array, tap: _Tap, axis: int) -> Array:
    if tap.weights is None:
        return a
    return a * tap.weights.reshape(-1, *(1,) * (a.ndim - 1 - axis))


RESAMPLING: Rules = {Resize: Rule(_resize, _resize_backward)}
