"""For each operation the rule by which its result's size follows from its inputs'."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from refconv.arithmetic.geometry import Axis, Geometry
from refconv.arithmetic.integers import Integer, floor_div, product
from refconv.arithmetic.per_axis import entries
from refconv.errors import ShapeError
from refconv.networks.axes import is_symbolic, numbers, paddings_of, pool_axes, transposed_axes, window_axes
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
    Unsupported,
)
from refconv.networks.shaped import Shape, Shaped

__all__ = ["RULES", "crop_offset"]


def _spatial(op: str, layer: Shaped) -> tuple[Integer, Shape]:
    """Return channels and size of the one input, which must have axes."""
    shape = layer.input_shapes[0]
    assert shape is not None  # noqa: S101 - resolve leaves unknown shapes out
    if len(shape) < 2:
        raise ShapeError(op, f"its input, of shape {shape}, has no spatial axes.", fix="Put it before the flattening.")
    return shape[0], shape[1:]


def _conv(op: str, layer: Shaped, record: Conv) -> Shaped:
    channels, size = _spatial(op, layer)
    _check_groups(op, channels, record.filters, record.groups)
    axes = window_axes(op, record, size)
    plan = Geometry(1, channels, record.filters, axes, record.groups, record.padding_mode)
    return replace(layer, shape=(record.filters, *plan.output_size), axes=axes, geometry=plan)


def _conv_transpose(op: str, layer: Shaped, record: ConvTranspose) -> Shaped:
    channels, size = _spatial(op, layer)
    _check_groups(op, channels, record.filters, record.groups)
    axes = transposed_axes(op, record, size)
    plan = Geometry(1, record.filters, channels, axes, record.groups)  # the adjoint's: its x is our result
    return replace(layer, shape=(record.filters, *plan.size), axes=axes, geometry=plan)


def _check_groups(op: str, channels: Integer, filters: Integer, groups: Integer) -> None:
    if not is_symbolic(channels, filters, groups) and (channels % groups or filters % groups):
        raise ShapeError(
            op,
            f"{groups} groups do not divide the channels.",
            f"input channels C = {channels}, filters O = {filters}",
            fix="Take groups that divide both.",
        )


def _pool(op: str, layer: Shaped, record: Pool) -> Shaped:
    channels, size = _spatial(op, layer)
    axes = pool_axes(op, record, size)
    return replace(layer, shape=(channels, *(axis.out for axis in axes)), axes=axes)


def _global_pool(op: str, layer: Shaped, _: GlobalPool) -> Shaped:
    channels, size = _spatial(op, layer)
    return replace(layer, shape=(channels, *(1 for _ in size)), axes=tuple(Axis(n, n) for n in size))


def _flatten(_op: str, layer: Shaped, _: Flatten) -> Shaped:
    return replace(layer, shape=(product(layer.input_shapes[0]),))


def _linear(op: str, layer: Shaped, record: Linear) -> Shaped:
    shape = layer.input_shapes[0]
    assert shape is not None  # noqa: S101 - resolve leaves unknown shapes out
    if any(n != 1 for n in shape[1:]):
        raise ShapeError(op, f"its input has shape {shape}, which is not flat.", fix="Put a flatten before it.")
    return replace(layer, shape=(record.features,), geometry=Geometry(1, shape[0], record.features, ()))


def _elementwise(_op: str, layer: Shaped, _: Norm | Activation) -> Shaped:
    return replace(layer, shape=layer.input_shapes[0])


def _join(op: str, layer: Shaped, record: Join) -> Shaped:
    shapes: list[Any] = list(layer.input_shapes)
    if len({len(shape) for shape in shapes}) > 1:
        raise ShapeError(
            op, f"the inputs have shapes {_listed(shapes)}: not the same axes.", fix="Flatten none or all."
        )
    concatenated = record.kind == "concatenate"
    first = 1 if concatenated else 0
    joined = [sum(shape[0] for shape in shapes)] if concatenated else []
    for sizes in list(zip(*shapes, strict=True))[first:]:
        others = {n for n in sizes if n != 1} or {1}
        if len(others) > 1 and not is_symbolic(*others):
            raise ShapeError(
                op, f"the inputs have shapes {_listed(shapes)}: they differ.", fix="Crop, pad or resize one."
            )
        joined.append(next(n for n in sizes if n in others))
    return replace(layer, shape=tuple(joined))


def _listed(shapes: list[Any]) -> str:
    return " and ".join(map(str, shapes))


def _resize(op: str, layer: Shaped, record: Resize) -> Shaped:
    channels, size = _spatial(op, layer)
    if record.scale is not None:
        scales = entries(record.scale) or [record.scale] * len(size)
        out = tuple(floor_div(n * scale.numerator, scale.denominator) for n, scale in zip(size, scales, strict=True))
    elif record.size is not None:
        out = numbers(op, "size", record.size, len(size))
    else:
        out = _reference(op, layer)[1:]
    return replace(layer, shape=(channels, *out))


def _reference(op: str, layer: Shaped) -> Shape:
    if len(layer.input_shapes) < 2 or layer.input_shapes[1] is None:
        raise ShapeError(op, "there is no second input to take the size of.", fix="Give it one, or a size.")
    return layer.input_shapes[1]


def _pad(op: str, layer: Shaped, record: Pad) -> Shaped:
    channels, size = _spatial(op, layer)
    pairs = paddings_of(op, record.padding, len(size))
    out = tuple(n + lo + hi for n, (lo, hi) in zip(size, pairs, strict=True))
    if not is_symbolic(out) and min(out) < 1:
        raise ShapeError(op, f"of {size} nothing is left: {out}.", fix="Crop less.")
    return replace(layer, shape=(channels, *out))


def _crop(op: str, layer: Shaped, record: Crop) -> Shaped:
    channels, size = _spatial(op, layer)
    wanted = _reference(op, layer)[1:]
    offset = crop_offset(op, record, size, wanted)
    if not is_symbolic(size, wanted, offset) and any(
        not 0 <= o <= n - m for n, m, o in zip(size, wanted, offset, strict=True)
    ):
        raise ShapeError(op, f"{wanted} from {offset} on does not lie in {size}.", fix="Crop a larger input.")
    return replace(layer, shape=(channels, *wanted))


def crop_offset(op: str, record: Crop, size: Shape, wanted: Shape) -> Shape:
    """Return where a crop of `size` to the `wanted` size begins.

    Examples
    --------
    >>> crop_offset("crop", Crop(), (64,), (56,))
    (4,)
    """
    if record.offset is not None:
        return numbers(op, "offset", record.offset, len(size), minimum=0)
    return tuple(floor_div(n - m, 2) for n, m in zip(size, wanted, strict=True))


def _depth_to_space(op: str, layer: Shaped, record: DepthToSpace) -> Shaped:
    channels, size = _spatial(op, layer)
    square = record.block ** len(size)
    _check_divides(op, square, (channels,), "the channels")
    return replace(layer, shape=(channels // square, *(n * record.block for n in size)))


def _space_to_depth(op: str, layer: Shaped, record: SpaceToDepth) -> Shaped:
    channels, size = _spatial(op, layer)
    _check_divides(op, record.block, size, "the size")
    return replace(layer, shape=(channels * record.block ** len(size), *(n // record.block for n in size)))


def _check_divides(op: str, part: Integer, wholes: Shape, what: str) -> None:
    if not is_symbolic(part, wholes) and any(whole % part for whole in wholes):
        listed = ", ".join(map(str, wholes))
        raise ShapeError(op, f"{part} does not divide {what}: {listed}.", fix="Take a block that does, or pad first.")


def _select(op: str, layer: Shaped, record: Select) -> Shaped:
    shape = layer.input_shapes[0]
    assert shape is not None  # noqa: S101 - resolve leaves unknown shapes out
    if not is_symbolic(shape[0], record.start, record.stop) and not 0 <= record.start < record.stop <= shape[0]:
        problem = f"channels {record.start} to {record.stop} are not among the {shape[0]} of its input."
        raise ShapeError(op, problem, fix="Select fewer.")
    return replace(layer, shape=(record.stop - record.start, *shape[1:]))


def _shuffle(op: str, layer: Shaped, record: Shuffle) -> Shaped:
    shape = layer.input_shapes[0]
    assert shape is not None  # noqa: S101 - resolve leaves unknown shapes out
    _check_groups(op, shape[0], shape[0], record.groups)
    return replace(layer, shape=shape)


def _unflatten(op: str, layer: Shaped, record: Unflatten) -> Shaped:
    shape = layer.input_shapes[0]
    assert shape is not None  # noqa: S101 - resolve leaves unknown shapes out
    size = record.size
    rest = 0 if is_symbolic(shape, size) else shape[0] % product(size)
    if len(shape) > 1 or rest:
        problem = f"its input, of shape {shape}, is no row that fills positions of size {size}."
        raise ShapeError(op, problem, fix="Give a flat input, of channels times positions.")
    return replace(layer, shape=(shape[0] // product(size), *size))


def _unsupported(_op: str, layer: Shaped, record: Unsupported) -> Shaped:
    return replace(layer, shape=record.shape)


RULES: dict[type, Callable[[str, Shaped, Any], Shaped]] = {
    Conv: _conv,
    ConvTranspose: _conv_transpose,
    Pool: _pool,
    GlobalPool: _global_pool,
    Flatten: _flatten,
    Linear: _linear,
    Norm: _elementwise,
    Activation: _elementwise,
    Join: _join,
    Resize: _resize,
    Pad: _pad,
    Crop: _crop,
    DepthToSpace: _depth_to_space,
    SpaceToDepth: _space_to_depth,
    Select: _select,
    Shuffle: _shuffle,
    Unflatten: _unflatten,
    Unsupported: _unsupported,
}
"""Each takes the layer's name for messages, the layer with its inputs' shapes, and its record."""
