"""How each node of a network reads, along each axis: the records of `refconv.arithmetic.reads`."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from typing import Any

from refconv.arithmetic.per_axis import entries
from refconv.arithmetic.reads import Layer, Read, Transposed, resized
from refconv.errors import ArgumentError
from refconv.networks.axes import is_symbolic, paddings_of
from refconv.networks.records import (
    Activation,
    Conv,
    ConvTranspose,
    Crop,
    DepthToSpace,
    Flatten,
    GlobalPool,
    Join,
    Linear,
    Norm,
    Pad,
    Pool,
    Resize,
    Select,
    Shuffle,
    SpaceToDepth,
    Unflatten,
)
from refconv.networks.rules import crop_offset
from refconv.networks.shaped import Shape, Shaped

__all__ = ["EVERYWHERE", "Reads", "reads_of"]

Reads = tuple[Read, ...]
"""One record per spatial axis."""

SAME_POSITION = Layer(k=1)
EVERYWHERE = Layer(k=1, s=0)
"""Every output reads position 0."""


def reads_of(layer: Shaped, rank: int) -> tuple[Reads, ...]:
    """Return how a node reads each of its inputs, along each of the network's `rank` axes.

    A flattened tensor counts as one position along every axis. An input of size 1 in a join is read at its only
    position, a `Layer` of stride 0. Where a node reads only the size of its second input there is one entry.

    Examples
    --------
    >>> from refconv.networks.catalogue import network
    >>> from refconv.networks.shapes import resolve
    >>> reads_of(resolve(network("vgg16")).layers[0], rank=2)
    ((Layer(k=3, s=1, d=1, lo=1), Layer(k=3, s=1, d=1, lo=1)),)
    """
    return _RULES[type(layer.node.operation)](layer, layer.node.operation, rank)


def _windows(layer: Shaped, _: Conv | Pool | GlobalPool, _rank: int) -> tuple[Reads, ...]:
    return (tuple(Layer(axis.k, axis.s, axis.d, axis.lo) for axis in layer.axes),)


def _transposed(layer: Shaped, _: ConvTranspose, _rank: int) -> tuple[Reads, ...]:
    return (tuple(Transposed(axis.k, axis.s, axis.d, axis.lo) for axis in layer.axes),)


def _flatten(layer: Shaped, _: Flatten, rank: int) -> tuple[Reads, ...]:
    return (tuple(Layer(k=n) for n in _size(layer.input_shapes[0], rank)),)


def _size(shape: Shape | None, rank: int) -> Shape:
    assert shape is not None  # noqa: S101 - unknown shapes are left out before
    return shape[1:] or (1,) * rank


def _elementwise(layer: Shaped, _: Linear | Norm | Activation | Select | Shuffle, rank: int) -> tuple[Reads, ...]:
    return ((SAME_POSITION,) * rank,) * len(layer.input_shapes)


def _join(layer: Shaped, _: Join, rank: int) -> tuple[Reads, ...]:
    whole = _size(layer.shape, rank)
    return tuple(_broadcast(_size(shape, rank), whole) for shape in layer.input_shapes)


def _broadcast(size: Shape, whole: Shape) -> Reads:
    return tuple(EVERYWHERE if n == 1 and m != 1 else SAME_POSITION for n, m in zip(size, whole, strict=True))


def _resize(layer: Shaped, record: Resize, rank: int) -> tuple[Reads, ...]:
    size, out = _size(layer.input_shapes[0], rank), _size(layer.shape, rank)
    if is_symbolic(size, out):
        raise ArgumentError(layer.node.name, "a resizing needs numbers for its sizes.", fix="Give the input's size.")
    scales: list[Any] = entries(record.scale) or [record.scale] * rank
    return (tuple(_resized(record, *along) for along in zip(size, out, scales, strict=True)),)


def _resized(record: Resize, n: int, out: int, scale: Any) -> Read:
    ratio = None if scale is None else 1 / Fraction(scale)
    return resized(n, out, record.method, record.coordinates, record.rounding, ratio)


def _pad(layer: Shaped, record: Pad, rank: int) -> tuple[Reads, ...]:
    return (tuple(Layer(k=1, lo=lo) for lo, _ in paddings_of(layer.node.name, record.padding, rank)),)


def _crop(layer: Shaped, record: Crop, rank: int) -> tuple[Reads, ...]:
    size, wanted = (_size(shape, rank) for shape in layer.input_shapes[:2])
    return (tuple(Layer(k=1, lo=-offset) for offset in crop_offset(layer.node.name, record, size, wanted)),)


def _depth_to_space(_layer: Shaped, record: DepthToSpace, rank: int) -> tuple[Reads, ...]:
    return ((Transposed(k=record.block, s=record.block),) * rank,)


def _space_to_depth(_layer: Shaped, record: SpaceToDepth, rank: int) -> tuple[Reads, ...]:
    return ((Layer(k=record.block, s=record.block),) * rank,)


def _unflatten(_layer: Shaped, _: Unflatten, rank: int) -> tuple[Reads, ...]:
    return ((EVERYWHERE,) * rank,)


_RULES: dict[type, Callable[[Shaped, Any, int], tuple[Reads, ...]]] = {
    Conv: _windows,
    Pool: _windows,
    GlobalPool: _windows,
    ConvTranspose: _transposed,
    Flatten: _flatten,
    Linear: _elementwise,
    Norm: _elementwise,
    Activation: _elementwise,
    Join: _join,
    Resize: _resize,
    Pad: _pad,
    Crop: _crop,
    DepthToSpace: _depth_to_space,
    SpaceToDepth: _space_to_depth,
    Select: _elementwise,
    Shuffle: _elementwise,
    Unflatten: _unflatten,
}
