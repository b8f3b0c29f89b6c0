"""Layers that only move samples: flattened and back, padded, cropped; channels chosen, dealt anew, made positions."""

from __future__ import annotations

from itertools import chain
from typing import Any

import numpy as np

from refconv.arithmetic.geometry import Axis, Geometry
from refconv.layers.step import Pulled, Rule, Rules, Step
from refconv.networks.axes import paddings_of
from refconv.networks.records import Crop, DepthToSpace, Flatten, Pad, Select, Shuffle, SpaceToDepth, Unflatten
from refconv.networks.rules import crop_offset
from refconv.ops.elements import Array
from refconv.ops.padding import pad, pad_adjoint

__all__ = ["MOVES"]


def _flatten(step: Step) -> Array:
    return step.x.reshape(step.x.shape[0], -1)


def _flatten_backward(step: Step, _: Array, dy: Array) -> Pulled:
    return Pulled((dy.reshape(step.x.shape),))


def _pad_plan(step: Step) -> Geometry:
    batch, channels, *size = step.x.shape
    pairs = paddings_of(step.op, step.record.padding, len(size))
    axes = tuple(Axis(n, 1, lo=lo, hi=hi) for n, (lo, hi) in zip(size, pairs, strict=True))
    return Geometry(batch, channels, channels, axes, padding_mode=step.record.padding_mode)


def _pad(step: Step) -> Array:
    return pad(step.x, _pad_plan(step))


def _pad_backward(step: Step, _: Array, dy: Array) -> Pulled:
    return Pulled((pad_adjoint(dy, _pad_plan(step)),))


def _window(step: Step) -> tuple[Any, ...]:
    size, wanted = (x.shape[2:] for x in step.inputs[:2])
    offset = crop_offset(step.op, step.record, size, wanted)
    return (..., *(slice(start, start + m) for start, m in zip(offset, wanted, strict=True)))


def _crop(step: Step) -> Array:
    y: Array = step.x[_window(step)]
    return y


def _crop_backward(step: Step, _: Array, dy: Array) -> Pulled:
    dx = np.zeros(step.x.shape, dy.dtype)
    dx[_window(step)] = dy
    return Pulled((dx, *(None for _ in step.inputs[1:])))


def _to_space(x: Array, block: int) -> Array:
    """Return channel ``(c, a, b)`` at position ``(i, j)`` as channel c at ``(i*block + a, j*block + b)``."""
    batch, channels, *size = x.shape
    rank = len(size)
    apart = x.reshape(batch, channels // block**rank, *(block,) * rank, *size)
    order = chain.from_iterable((2 + rank + axis, 2 + axis) for axis in range(rank))
    return apart.transpose(0, 1, *order).reshape(batch, -1, *(n * block for n in size))


def _to_depth(x: Array, block: int) -> Array:
    batch, channels, *size = x.shape
    rank, small = len(size), [n // block for n in size]
    apart = x.reshape(batch, channels, *chain.from_iterable((n, block) for n in small))
    blocks, positions = range(3, 3 + 2 * rank, 2), range(2, 2 + 2 * rank, 2)
    return apart.transpose(0, 1, *blocks, *positions).reshape(batch, -1, *small)


def _depth_to_space(step: Step) -> Array:
    return _to_space(step.x, step.record.block)


def _depth_to_space_backward(step: Step, _: Array, dy: Array) -> Pulled:
    return Pulled((_to_depth(dy, step.record.block),))


def _space_to_depth(step: Step) -> Array:
    return _to_depth(step.x, step.record.block)


def _space_to_depth_backward(step: Step, _: Array, dy: Array) -> Pulled:
    return Pulled((_to_space(dy, step.record.block),))


def _select(step: Step) -> Array:
    return step.x[:, step.record.start : step.record.stop]


def _select_backward(step: Step, _: Array, dy: Array) -> Pulled:
    dx = np.zeros(step.x.shape, dy.dtype)
    dx[:, step.record.start : step.record.stop] = dy
    return Pulled((dx,))


def _dealt(x: Array, groups: int) -> Array:
    """Return the channels dealt out anew: the first of each group, then the second of each."""
    return x.reshape(x.shape[0], groups, -1, *x.shape[2:]).swapaxes(1, 2).reshape(x.shape)


def _shuffle(step: Step) -> Array:
    return _dealt(step.x, step.record.groups)


def _shuffle_backward(step: Step, _: Array, dy: Array) -> Pulled:
    return Pulled((_dealt(dy, step.x.shape[1] // step.record.groups),))


def _unflatten(step: Step) -> Array:
    return step.x.reshape(step.x.shape[0], *(step.layer.shape or ()))


MOVES: Rules = {
    Flatten: Rule(_flatten, _flatten_backward),
    Pad: Rule(_pad, _pad_backward),
    Crop: Rule(_crop, _crop_backward),
    DepthToSpace: Rule(_depth_to_space, _depth_to_space_backward),
    SpaceToDepth: Rule(_space_to_depth, _space_to_depth_backward),
    Select: Rule(_select, _select_backward),
    Shuffle: Rule(_shuffle, _shuffle_backward),
    Unflatten: Rule(_unflatten, _flatten_backward),
}
