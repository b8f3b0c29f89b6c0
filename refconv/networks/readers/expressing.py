"""Layers as other libraries name them, as records: with weights, over windows, and position by position."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import inf, isfinite, isnan
from typing import Any

from refconv.arithmetic.integers import product
from refconv.networks.readers.draft import Draft
from refconv.networks.readers.values import BATCH, CHANNELS, Extent, Inexpressible, Value, compact
from refconv.networks.records import (
    Activation,
    Conv,
    ConvTranspose,
    Flatten,
    GlobalPool,
    Join,
    Linear,
    Norm,
    Operation,
    Pad,
    Pool,
    Resize,
)

__all__ = [
    "activation",
    "adaptive_pool",
    "clipped",
    "combined",
    "concatenated",
    "convolution",
    "joined",
    "layer_norm",
    "linear",
    "norm",
    "padded",
    "pooled",
    "reduced",
    "resized",
    "transposed",
    "with_constant",
]


def convolution(draft: Draft, name: str, x: Value, weight: Sequence[int], bias: bool, **options: Any) -> Value:
    """Add a convolution with weights of shape (O, C/G, kernel); the options, one per axis, are those of `Conv`."""
    rest = {key: compact(value) if isinstance(value, list | tuple) else value for key, value in options.items()}
    record = Conv(weight[0], compact(weight[2:]), bias=bias, **rest)
    _check_channels(x, 1, weight[1] * record.groups)
    return draft.placed(record, draft.plain(x), name=name)


def transposed(draft: Draft, name: str, x: Value, weight: Sequence[int], bias: bool, **options: Any) -> Value:
    """Add a transposed convolution with weights of shape (C, O/G, kernel)."""
    rest = {key: compact(value) if isinstance(value, list | tuple) else value for key, value in options.items()}
    record = ConvTranspose(weight[1] * rest.get("groups", 1), compact(weight[2:]), bias=bias, **rest)
    _check_channels(x, 1, weight[0])
    return draft.placed(record, draft.plain(x), name=name)


def _check_channels(x: Value, axis: int, channels: int) -> None:
    if x.shape is not None and x.shape[axis] != channels:
        raise Inexpressible(f"its weights are for {channels} channels, its input has {x.shape[axis]}")


def linear(draft: Draft, name: str, x: Value, features: int, channels: int, bias: bool) -> Value:
    """Add a linear layer along the last axis: on positions with their channels last, a convolution of kernel size 1."""
    if x.shape is None:
        raise Inexpressible("the shape of its input is not known")
    _check_channels(x, -1, channels)
    if len(x.shape) == 2:
        return draft.placed(Linear(features, bias), draft.plain(x), name=name)
    if x.axes is None or x.axes[0] != BATCH or x.axes[-1] != CHANNELS:
        raise Inexpressible("it multiplies along an axis that is not the channels'")
    added = draft.add(Conv(features, 1, bias=bias), x, name=name)
    return Value(added, (*x.shape[:-1], features), x.axes)


def pooled(draft: Draft, name: str, x: Value, kind: str, kernel_size: Sequence[int], **options: Any) -> Value:
    """Add a pooling; the options, one per axis, are those of `Pool`."""
    rest = {key: compact(value) if isinstance(value, list | tuple) else value for key, value in options.items()}
    kernel = compact(kernel_size)
    if rest.get("stride") == kernel:
        rest["stride"] = None
    return draft.placed(Pool(kind, kernel, **rest), draft.plain(x), name=name)


def adaptive_pool(draft: Draft, name: str, x: Value, kind: str, out: Sequence[int | None]) -> Value:
    """Add a pooling to a given size, where all its windows are equal."""
    x = draft.plain(x)
    if x.shape is None:
        raise Inexpressible("the shape of its input is not known")
    size = x.shape[2:]
    wanted = [n if m is None else m for n, m in zip(size, out, strict=True)]
    if all(m == 1 for m in wanted):
        return draft.placed(GlobalPool(kind), x, name=name)
    if wanted == list(size):
        return draft.each(Activation("identity"), x, name=name)
    if any(n % m for n, m in zip(size, wanted, strict=True)):
        raise Inexpressible(f"it pools {size} to {tuple(wanted)} with windows of several sizes")
    return pooled(draft, name, x, kind, [n // m for n, m in zip(size, wanted, strict=True)])


def reduced(draft: Draft, name: str, x: Value, kind: str, over: Sequence[int], keep: bool) -> Value:
    """Add the mean or maximum over some of the spatial axes: a pooling of their whole size."""
    if x.shape is None:
        raise Inexpressible("the shape of its input is not known")
    rank = len(x.shape)
    dropped = sorted(axis % rank for axis in over)
    if x.axes is None:
        x = draft.plain(x)
    assert x.axes is not None  # noqa: S101 - plain said what they are
    sizes = dict(zip(x.axes, x.shape or (), strict=True))
    labels = [x.axes[axis] for axis in dropped]
    if not all(isinstance(label, int) for label in labels):
        raise Inexpressible("it reduces over an axis that is not spatial")
    if all(label in labels for label, n in sizes.items() if isinstance(label, int) and n != 1):
        record: Operation = GlobalPool(kind)
    else:
        record = Pool(kind, compact([sizes[i] if i in labels else 1 for i in range(draft.spatial_rank(x))]))
    added = draft.add(record, x, name=name)
    kept = Value(added, tuple(1 if label in labels else sizes[label] for label in x.axes), x.axes)
    if keep:
        return kept
    left = [label for label in x.axes if label not in labels]
    if left == [BATCH, CHANNELS]:
        return draft.placed(Flatten(), kept, name=f"{name}.flatten")
    return Value(added, tuple(sizes[label] for label in left), tuple(left))


def norm(draft: Draft, name: str, x: Value, kind: str, scale: bool, shift: bool, **options: Any) -> Value:
    """Add a normalisation with a scale and shift for each channel; the options are those of `Norm`."""
    return draft.each(Norm(kind, scale, shift, **options), draft.plain(x), name=name)


def layer_norm(draft: Draft, name: str, x: Value, count: int, scale: bool, shift: bool, epsilon: float) -> Value:
    """Add a layer normalisation over the last `count` axes."""
    if x.shape is None or x.axes is None:
        raise Inexpressible("the axes of its input are not known")
    along = list(zip(x.axes, x.shape, strict=True))
    over, others = along[-count:], along[1:-count]
    if all(axis == CHANNELS or n == 1 for axis, n in over) and CHANNELS in x.axes[-count:]:
        kind = "layer" if len(x.shape) == 2 else "channel"
        return draft.each(Norm(kind, scale, shift, epsilon=epsilon), x, name=name)
    if any(n != 1 for _, n in others) or x.axes[0] != BATCH:
        raise Inexpressible("it normalises over some axes that are not the channels")
    weights = product(n for _, n in over)
    result = draft.each(Norm("layer", scale=False, shift=False, epsilon=epsilon), x, name=name)
    for learnt, word in ((scale, "multiply"), (shift, "add")):
        if learnt:
            result = activation(draft, f"{name}.{word}", result, word, weights)
    return result


def activation(
    draft: Draft,
    name: str,
    x: Value,
    function: str,
    parameters: int = 0,
    constants: Mapping[str, float] | None = None,
) -> Value:
    """Add a function of each position on its own, with those of its constants that are not what a run takes anyhow."""
    pairs = tuple((word, float(number)) for word, number in (constants or {}).items())
    return draft.each(Activation(function, parameters, pairs), x, name=name)


def clipped(draft: Draft, name: str, x: Value, low: float | None, high: float | None) -> Value:
    """Add a clipping to bounds, either of which may be left out."""
    bounds = {"minimum": low, "maximum": high}
    said = {word: bound for word, bound in bounds.items() if bound is not None and isfinite(bound)}
    if any(bound is not None and (isnan(bound) or bound == far) for bound, far in ((low, inf), (high, -inf))):
        raise Inexpressible(f"its bounds are {low} and {high}")
    if not said:
        return activation(draft, name, x, "identity")
    pair = (said.get("minimum"), said.get("maximum"))
    word = "relu6" if pair == (0, 6) else "relu" if pair == (0, None) else "clip"
    return activation(draft, name, x, word, constants=said if word == "clip" else None)


_NUMBERS = {
    "add": ("addend", "addend"),
    "subtract": ("subtrahend", "minuend"),
    "multiply": ("factor", "factor"),
    "divide": ("divisor", "dividend"),
    "power": ("exponent", "base"),
    "maximum": ("bound", "bound"),
    "minimum": ("bound", "bound"),
}
"""What a constant is called that comes after the tensor, and one that comes before it."""


def with_constant(
    draft: Draft,
    name: str,
    x: Value,
    function: str,
    dims: Sequence[int],
    parameters: int = 0,
    number: float | None = None,
    first: bool = False,
) -> Value:
    """Add a function of `x` and of a constant of shape `dims`, which must leave the shape of `x` as it is.

    `number` is the constant where it is a single one and not learnt, `first` whether it comes before `x`.
    """
    numbers = product(dims)
    if numbers != 1:
        if x.shape is None or len(dims) > len(x.shape):
            raise Inexpressible(f"a constant of shape {tuple(dims)} makes its input another shape")
        if any(m not in (1, n) for m, n in zip(reversed(dims), reversed(x.shape), strict=False)):
            raise Inexpressible(f"a constant of shape {tuple(dims)} makes its input another shape")
    plain = parameters == numbers and _one_per_channel(x, dims)
    if function == "multiply" and parameters and plain:
        function = "scale"
    if function == "prelu":
        if number is not None:
            return activation(draft, name, x, "prelu", constants={"negative_slope": number})
        if parameters and not plain:
            return activation(draft, name, x, "prelu", parameters, {"slopes_by_position": numbers})
    if number is None or parameters:
        return activation(draft, name, x, function, parameters)
    return activation(draft, name, x, function, constants={_NUMBERS[function][first]: number})


def _one_per_channel(x: Value, dims: Sequence[int]) -> bool:
    """Return whether a constant has one number for each channel, or one for all."""
    axes = (x.axes or ())[len(x.axes or ()) - len(dims) :]
    return x.axes is not None and all(n == 1 or axis == CHANNELS for axis, n in zip(axes, dims, strict=True))


def joined(draft: Draft, name: str, values: Sequence[Value], kind: str) -> Value:
    """Add the sum, product or maximum of several tensors whose axes are the same."""
    if any(value.shape is None for value in values):
        return Value(draft.add(Join(kind), *values, name=name), None, None)
    shapes = [value.shape or () for value in values]
    if len({len(shape) for shape in shapes}) > 1 or len({shape[:1] for shape in shapes}) > 1:
        raise Inexpressible(f"it joins tensors of shapes {' and '.join(map(str, shapes))}")
    known = {value.axes for value in values if value.axes is not None}
    if known and len(known | {value.axes for value in values}) > 1:
        values = [draft.plain(value) for value in values]
    whole = tuple(max(sizes) for sizes in zip(*shapes, strict=True))
    return Value(draft.add(Join(kind), *values, name=name), whole, values[0].axes)


def combined(draft: Draft, name: str, x: Value, y: Value, operator: str) -> Value:
    """Add x + y, x - y, x * y, x / y, or the maximum or minimum of both."""
    before, kind, after = {
        "add": (None, "add", None),
        "subtract": ("negate", "add", None),
        "multiply": (None, "multiply", None),
        "divide": ("reciprocal", "multiply", None),
        "maximum": (None, "maximum", None),
        "minimum": ("negate", "maximum", "negate"),
    }[operator]
    if before is not None:
        y = activation(draft, f"{name}.{before}", y, before)
    if after is not None:
        x = activation(draft, f"{name}.{before}", x, "negate")
        return activation(draft, name, joined(draft, f"{name}.{kind}", [x, y], kind), after)
    return joined(draft, name, [x, y], kind)


def concatenated(draft: Draft, name: str, values: Sequence[Value], axis: int) -> Value:
    """Add the concatenation of several tensors along the axis of their channels."""
    if len(values) == 1:
        return values[0]
    if any(value.shape is None for value in values):
        if axis != 1:
            raise Inexpressible("it joins tensors of unknown shapes")
        return Value(draft.add(Join("concatenate"), *values, name=name), None, None)
    if len({value.axes for value in values}) > 1 or values[0].axes is None:
        values = [draft.plain(value) for value in values]
    shapes = [list(value.shape or ()) for value in values]
    axes = values[0].axes or ()
    axis %= len(axes)
    if axes[axis] != CHANNELS:
        raise Inexpressible("it joins along an axis that is not the channels'")
    shape = shapes[0]
    shape[axis] = sum(each[axis] for each in shapes)
    return Value(draft.add(Join("concatenate"), *values, name=name), tuple(shape), axes)


def resized(draft: Draft, name: str, x: Value, size: Sequence[int] | None, **options: Any) -> Value:
    """Add a resizing to a size, which may be that of another tensor, or by ``scale=``; options as for `Resize`."""
    x = draft.plain(x)
    options = {key: compact(value) if isinstance(value, list) else value for key, value in options.items()}
    if size is None:
        return draft.placed(Resize(**options), x, name=name)
    sources = {entry.source for entry in size if isinstance(entry, Extent)}
    order = [getattr(entry, "axis", None) for entry in size]
    if len(sources) == 1 and order == list(range(draft.rank)):
        return draft.placed(Resize(**options), x, Value(sources.pop() or "", None, None), name=name)
    return draft.placed(Resize(size=compact([int(n) for n in size]), **options), x, name=name)


def padded(draft: Draft, name: str, x: Value, pairs: Sequence[tuple[int, int]], mode: str = "zeros") -> Value:
    """Add padding, a pair for each axis of the tensor; there must be none along batch and channels."""
    if all(pair == (0, 0) for pair in pairs):
        return x
    x = draft.plain(x)
    if any(pair != (0, 0) for pair in pairs[:2]):
        raise Inexpressible("it pads channels or the batch")
    return draft.placed(Pad(compact(pairs[2:]), mode), x, name=name)
