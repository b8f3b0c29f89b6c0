"""Reshapes, transpositions, slices and splits.

Where they only name axes anew they add no node; where they move whole axes they become `Flatten`, `Unflatten`,
`Shuffle`, `Select`, `Pad` (a negative one crops) or a pooling of kernel size 1 (a step); all else is inexpressible.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from refconv.arithmetic.integers import ceil_div, product
from refconv.networks.readers.draft import Draft
from refconv.networks.readers.values import (
    BATCH,
    CHANNELS,
    MIXED,
    UNIT,
    Axes,
    Inexpressible,
    Value,
    channels_first,
    compact,
)
from refconv.networks.records import Flatten, Pad, Pool, Resize, Select, Shuffle, Unflatten

__all__ = ["expanded", "permuted", "reshaped", "sliced", "split", "taken"]


def permuted(x: Value, order: Sequence[int]) -> Value:
    """Return the same tensor with its axes in another order."""
    if x.shape is None or x.axes is None:
        raise Inexpressible("the axes of its input are not known")
    order = [axis % len(x.shape) for axis in order]
    return Value(x.name, tuple(x.shape[axis] for axis in order), tuple(x.axes[axis] for axis in order))


def reshaped(draft: Draft, name: str, x: Value, dims: Sequence[int]) -> Value:
    """Return the tensor in another shape; one of `dims` may be -1."""
    if x.shape is None:
        raise Inexpressible("the shape of its input is not known")
    rest = [n for n in dims if n != -1]
    shape = tuple(int(n) if n != -1 else product(x.shape) // product(rest) for n in dims)
    if shape == x.shape:
        return x
    if product(shape) != product(x.shape) or shape[:1] != x.shape[:1]:
        raise Inexpressible(f"it reshapes {x.shape} to {shape}, the batch with the rest")
    if len(shape) == 2:
        return _flattened(draft, name, x)
    if x.axes is None:
        raise Inexpressible("the axes of its input are not known")
    if shape == draft.own_shape(x) and x.axes == _mixed(draft, x):
        return Value(x.name, shape, channels_first(len(shape) - 2))
    if x.axes == (BATCH, CHANNELS) and (len(shape) == draft.rank + 2 or draft.rank == 0):
        return draft.placed(Unflatten(shape[2:]), x, name=name)
    try:
        return _regrouped(draft, name, x, shape)
    except Inexpressible:
        if x.axes not in (channels_first(len(x.shape) - 2), _mixed(draft, x)):
            raise
    view = Value(x.name, shape, None)
    return Value(x.name, shape, _mixed(draft, view))


def _mixed(draft: Draft, x: Value) -> Axes:
    """Return the axes of a view in which channels and positions are mixed, in the order in which they lie."""
    return (BATCH, *((MIXED, axis, draft.own_shape(x)) for axis in range(1, len(x.shape or ()))))


def _flattened(draft: Draft, name: str, x: Value) -> Value:
    assert x.shape is not None  # noqa: S101 - asked of known shapes only
    if x.axes is not None:
        kept = [axis for axis, n in zip(x.axes, x.shape, strict=True) if n != 1 and axis not in (BATCH, UNIT)]
        first = [axis for axis in channels_first(draft.rank) if axis in kept]
        if kept != first:
            raise Inexpressible("it flattens positions and channels in another order than channels first")
        if x.axes[0] != BATCH:
            raise Inexpressible("it flattens the batch with the rest")
    if draft.spatial_rank(x) == 0:
        return Value(x.name, (x.shape[0], product(x.shape[1:])), (BATCH, CHANNELS))
    return draft.placed(Flatten(), x, name=name)


def _regrouped(draft: Draft, name: str, x: Value, shape: tuple[int, ...]) -> Value:
    """Split and merge neighbouring axes: factors of the channels only."""
    assert x.shape is not None  # noqa: S101 - asked of known tensors only
    assert x.axes is not None  # noqa: S101 - likewise
    if x.axes[0] != BATCH:
        raise Inexpressible("it reshapes a tensor whose first axis is not the batch")
    old = [(axis, n) for axis, n in zip(x.axes, x.shape, strict=True) if n != 1 and axis != BATCH]
    new = [n for n in shape[1:] if n != 1]
    labels: list[Any] = []
    while old:
        before, after = [old.pop(0)], [new.pop(0)]
        while product(n for _, n in before) != product(after):
            if product(n for _, n in before) < product(after):
                before.append(old.pop(0))
            else:
                after.append(new.pop(0))
        merged, shuffle = _merged([axis for axis, _ in before], len(after))
        if shuffle:
            x = Value(draft.add(Shuffle(before[1][1]), x, name=name), x.shape, x.axes)
        labels += merged
    found = iter(labels)
    axes = (BATCH, *(UNIT if n == 1 else next(found) for n in shape[1:]))
    return Value(x.name, shape, _named(axes, draft.rank))


def _merged(axes: list[Any], count: int) -> tuple[list[Any], bool]:
    """Return what `count` axes made of these are, and whether the channels change their order."""
    if len(axes) == count == 1:
        return axes, False
    if axes == [CHANNELS]:
        return [(CHANNELS, i, count) for i in range(count)], False
    whole = [(CHANNELS, i, len(axes)) for i in range(len(axes))]
    if count == 1 and axes == whole:
        return [CHANNELS], False
    if count == 1 and len(axes) == 2 and axes == whole[::-1]:
        return [CHANNELS], True
    raise Inexpressible("it splits or merges axes that are not the channels'")


def _named(axes: tuple[Any, ...], rank: int) -> tuple[Any, ...]:
    """Return the axes with those of size 1 named, where all others stand as they do in channels first."""
    plain = channels_first(rank)
    fits = len(axes) == len(plain) and all(axis in (UNIT, name) for axis, name in zip(axes, plain, strict=True))
    return plain if fits else axes


def sliced(draft: Draft, name: str, x: Value, ranges: Mapping[int, tuple[int, int, int]]) -> Value:
    """Return part of a tensor: for some axes where it starts, where it stops, and in which steps."""
    if x.shape is None:
        raise Inexpressible("the shape of its input is not known")
    if x.axes is None:
        x = draft.plain(x)
    assert x.shape is not None  # noqa: S101 - still
    assert x.axes is not None  # noqa: S101 - plain said what they are
    size, rank = list(x.shape), draft.spatial_rank(x)
    crops, steps = [(0, 0)] * rank, [1] * rank
    channels = None
    for axis, (start, stop, step) in ranges.items():
        n, label = size[axis], x.axes[axis]
        if step < 1 or stop <= start:
            raise Inexpressible("it slices backwards, or nothing")
        size[axis] = ceil_div(stop - start, step)
        if (start, stop, step) == (0, n, 1):
            continue
        if isinstance(label, int):
            crops[label], steps[label] = (-start, stop - n), step
        elif label == CHANNELS and step == 1:
            channels = Select(start, stop)
        else:
            raise Inexpressible("it slices an axis that is neither the channels' nor spatial, or channels in steps")
    added = x
    if channels is not None:
        added = Value(draft.add(channels, added, name=name), None, None)
    if any(crop != (0, 0) for crop in crops):
        added = Value(draft.add(Pad(compact(crops)), added, name=name), None, None)
    if any(step != 1 for step in steps):
        added = Value(draft.add(Pool("max", 1, compact(steps)), added, name=name), None, None)
    return Value(added.name, tuple(size), x.axes)


def taken(draft: Draft, name: str, x: Value, axis: int, position: int) -> Value:
    """Return one position along an axis, and that axis left out."""
    part = sliced(draft, name, x, {axis: (position, position + 1, 1)})
    left = [i for i in range(len(part.shape or ())) if i != axis]
    return Value(part.name, *(tuple(each[i] for i in left) for each in (part.shape or (), part.axes or ())))


def split(draft: Draft, name: str, x: Value, axis: int, sizes: Sequence[int]) -> list[Value]:
    """Return the parts of a tensor, of these sizes along an axis."""
    if x.shape is None:
        raise Inexpressible("the shape of its input is not known")
    axis %= len(x.shape)
    parts, start = [], 0
    for size in sizes:
        parts.append(sliced(draft, name, x, {axis: (start, start + size, 1)}))
        start += size
    return parts


def expanded(draft: Draft, name: str, x: Value, shape: Sequence[int]) -> Value:
    """Return a tensor repeated along spatial axes of size 1."""
    if x.shape == tuple(shape):
        return x
    x = draft.plain(x)
    if x.shape is None or len(shape) != len(x.shape) or tuple(shape[:2]) != x.shape[:2]:
        raise Inexpressible(f"it repeats {x.shape} to {tuple(shape)}")
    if any(n not in (1, m) for n, m in zip(x.shape, shape, strict=True)):
        raise Inexpressible(f"it repeats {x.shape} to {tuple(shape)}")
    record = Resize(size=compact(shape[2:]), method="nearest", coordinates="asymmetric", rounding="floor")
    return draft.placed(record, x, name=name)
