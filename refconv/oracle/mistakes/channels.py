"""Mistakes about channels, groups, filters and samples."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np

from refconv.arithmetic.per_axis import letters
from refconv.ops.elements import Array
from refconv.oracle.mistakes.indices import Place, left_out, moved
from refconv.oracle.mistakes.model import Mistake
from refconv.oracle.operations import Operation
from refconv.oracle.sketch import Edit, Sketch
from refconv.oracle.wiring import NOTHING, Ints, Triples, Wiring

__all__ = ["groups", "samples", "tails"]

LANES = (2, 4, 8, 16, 32)
"""What vectorised loops go by."""


def _first_group(at: Ints, size: int, sketch: Sketch) -> Array:
    return at % (size // int(sketch.plan.groups))


def _interleaved(at: Ints, size: int, sketch: Sketch) -> Array:
    """Channel c of group g, kept as ``c * G + g``."""
    per_group = size // int(sketch.plan.groups)
    return at % per_group * int(sketch.plan.groups) + at // per_group


def _reversed(at: Ints, size: int, sketch: Sketch) -> Array:
    return size - 1 - at


def _next_group(at: Ints, size: int, sketch: Sketch) -> Array:
    return (at + size // int(sketch.plan.groups)) % size


def groups(operation: Operation) -> Iterator[Mistake]:
    """Yield the mistakes about which channels belong together.

    Examples
    --------
    >>> from refconv.oracle.operations import operation
    >>> next(groups(operation("conv2d"))).sentence
    "every group reads the first group's channels of x"
    """
    table: tuple[tuple[str, str, str, Place], ...] = (
        ("groups_read_first_group", "every group reads the first group's channels of x", "x", _first_group),
        ("groups_use_first_weights", "every group uses the first group's weights", "w", _first_group),
        ("groups_write_first_group", "every group writes to the first group's channels", "y", _first_group),
        ("groups_interleaved", "the channels of x are dealt to the groups in turn", "x", _interleaved),
        ("filters_interleaved", "the groups' channels of the result are interleaved", "y", _interleaved),
        ("weights_interleaved", "the weights are dealt to the groups in turn", "w", _interleaved),
        ("groups_shifted", "every group reads the next group's channels of x", "x", _next_group),
        ("channels_reversed", "the channels of x are taken in reverse order", "x", _reversed),
        ("filters_reversed", "the channels of the result are in reverse order", "y", _reversed),
    )
    if operation.family == "depthwise_conv":
        yield Mistake("depthwise_order_swapped", _ORDER, _by_multiplier)
        yield Mistake("depthwise_order_swapped", f"{_ORDER}, its bias with it", _by_multiplier_with_bias)
    for cause, sentence, name, place in table:
        if operation.family == "depthwise_conv" and place is _interleaved:
            continue  # nothing changes
        axis = 0 if name == "w" else 1
        yield Mistake(cause, sentence, moved(name, axis, place))

    def beyond_first(at: Ints, size: int, sketch: Sketch) -> Array:
        return at >= size // int(sketch.plan.groups)

    if operation.family == "conv":
        yield Mistake("filters_interleaved", "the filters are dealt to the groups in turn", _dealt)
    yield Mistake("only_first_group", "only the first group is computed", left_out("x", 1, beyond_first))


def _dealt(sketch: Sketch) -> Sketch:
    """Filter o reads the channels of group ``o % G``."""
    groups, per_group = int(sketch.plan.groups), int(sketch.plan.group_channels)

    def reindex(triples: Triples, wiring: Wiring) -> Triples:
        o, c = (triples.coordinate("w", axis, wiring.w_shape) for axis in (0, 1))
        to = np.where(triples.x < 0, NOTHING, o % groups * per_group + c)
        return triples.moved("x", 1, wiring.x_shape, to)

    return sketch.reindexed(reindex)


_ORDER = "result channel m*C + c holds what belongs to c*M + m"


def _order(sketch: Sketch, size: int) -> Array:
    """Return where each channel of the result goes, from (c, m) to (m, c)."""
    channels = int(sketch.plan.channels)
    at = np.arange(size)
    multiplier = size // channels
    return at % multiplier * channels + at // multiplier


def _by_multiplier(sketch: Sketch) -> Sketch:
    return moved("y", 1, lambda at, size, s: _order(s, size)[at])(sketch)


def _by_multiplier_with_bias(sketch: Sketch) -> Sketch:
    size = len(sketch.bias)
    bias = np.empty_like(sketch.bias)
    bias[_order(sketch, size)] = sketch.bias
    return replace(_by_multiplier(sketch), bias=bias)


def samples(_: Operation) -> Iterator[Mistake]:
    """Yield the mistakes about the batch.

    Examples
    --------
    >>> from refconv.oracle.operations import operation
    >>> [m.cause for m in samples(operation("conv2d"))]
    ['batch_first_only', 'first_sample_only', 'last_sample_dropped', 'batch_first_only', 'batch_reversed']
    """
    yield Mistake("batch_first_only", "every sample reads the first sample of x", moved("x", 0, lambda at, *_: 0 * at))
    yield Mistake("first_sample_only", "only the first sample is used", left_out("x", 0, lambda at, *_: at > 0))
    yield Mistake(
        "last_sample_dropped", "the last sample is left out", left_out("x", 0, lambda at, n, _: (at == n - 1) & (n > 1))
    )
    yield Mistake(
        "batch_first_only",
        "the samples after the first stay empty",
        lambda s: replace(s, blank=(*s.blank, lambda result, _: slice(1, None))),
    )
    yield Mistake("batch_reversed", "the samples of x are taken in reverse order", moved("x", 0, _reversed))


def tails(operation: Operation) -> Iterator[Mistake]:
    """Yield the mistakes of loops that go by several and leave out the rest.

    Examples
    --------
    >>> from refconv.oracle.operations import operation
    >>> [m.sentence for m in tails(operation("conv1d"))][1]
    'the last channels of x are dropped when C/G is not a multiple of 2'
    """
    for lanes in LANES:

        def tail(at: Ints, size: int, _: Sketch, lanes: int = lanes) -> Array:
            return at >= size - size % lanes

        def group_tail(at: Ints, size: int, sketch: Sketch, lanes: int = lanes) -> Array:
            per_group = size // int(sketch.plan.groups)
            return at % per_group >= per_group - per_group % lanes

        unit = f"is not a multiple of {lanes}"
        yield Mistake(
            "last_channels_dropped", f"the last channels of x are dropped when C {unit}", left_out("x", 1, tail)
        )
        yield Mistake(
            "last_channels_dropped", f"the last channels of x are dropped when C/G {unit}", left_out("x", 1, group_tail)
        )
        yield Mistake(
            "last_filters_dropped", f"the last channels of the result stay empty when O {unit}", _unwritten(1, tail)
        )
        columns = f"the last columns of the result {{}} when OW {unit}"
        yield Mistake(
            "last_outputs_dropped", columns.format("get no products"), left_out("y", 1 + operation.rank, tail)
        )
        yield Mistake("last_outputs_dropped", columns.format("stay empty"), _unwritten(1 + operation.rank, tail))

    for lanes in LANES if operation.family != "depthwise_conv" else ():
        sentence = f"with an odd number of blocks of {lanes} channels, the last block is added twice"
        yield Mistake("channels_added_twice", sentence, _twice(lanes))

    def last(at: Ints, size: int, sketch: Sketch) -> Array:
        per_group = size // int(sketch.plan.groups)
        return np.equal(at % per_group, per_group - 1)

    def very_last(at: Ints, size: int, _: Sketch) -> Array:
        return np.equal(at, size - 1)

    yield Mistake("last_channels_dropped", "the last channel of x is dropped", left_out("x", 1, very_last))
    yield Mistake("last_channels_dropped", "the last channel of each group of x is dropped", left_out("x", 1, last))
    yield Mistake(
        "last_filters_dropped", "the last channel of the result gets no products", left_out("y", 1, very_last)
    )
    yield Mistake("last_filters_dropped", "the last channel of the result stays empty", _unwritten(1, very_last))
    yield Mistake(
        "last_filters_dropped", "the last channel of each group of the result stays empty", _unwritten(1, last)
    )
    for axis, letter in enumerate(letters(operation.rank)):
        sentence = f"the last outputs along {letter}"
        yield Mistake("last_outputs_dropped", f"{sentence} get no products", left_out("y", 2 + axis, very_last))
        yield Mistake("last_outputs_dropped", f"{sentence} stay empty", _unwritten(2 + axis, very_last))


def _twice(lanes: int) -> Edit:
    """Return the edit that repeats the products of the last block of channels, if their number is odd."""

    def edit(sketch: Sketch) -> Sketch:
        blocks, rest = divmod(int(sketch.plan.group_channels), lanes)
        if rest or blocks % 2 == 0:
            return sketch

        def reindex(triples: Triples, wiring: Wiring) -> Triples:
            again = triples.coordinate("w", 1, wiring.w_shape) >= (blocks - 1) * lanes
            return Triples(*(np.concatenate([index, index[again]]) for index in triples))

        return sketch.reindexed(reindex)

    return edit


def _unwritten(axis: int, which: Place) -> Edit:
    """Return the edit that leaves a part of y empty, without products and without bias."""
    without_products = left_out("y", axis, which)

    def part(result: Array, sketch: Sketch) -> tuple[slice | Array, ...]:
        size = result.shape[axis]
        return (slice(None),) * axis + (which(np.arange(size), size, sketch).astype(bool),)

    def edit(sketch: Sketch) -> Sketch:
        sketch = without_products(sketch)
        return replace(sketch, blank=(*sketch.blank, part)) if sketch.of == "y" else sketch

    return edit
