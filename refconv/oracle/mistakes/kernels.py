"""Mistakes about w, b and the layouts of memory."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from itertools import permutations

import numpy as np

from refconv.arithmetic.per_axis import letters
from refconv.oracle.mistakes.indices import left_out, moved, reread
from refconv.oracle.mistakes.model import Mistake, axes_by_word
from refconv.oracle.operations import Operation
from refconv.oracle.sketch import Edit, Sketch
from refconv.oracle.wiring import NOTHING, Ints, Triples, Wiring

__all__ = ["biases", "layouts", "taps"]


def _flip(at: Ints, size: int, _: Sketch) -> Ints:
    return size - 1 - at


def _in_turn(edits: list[Edit]) -> Edit:
    def edit(sketch: Sketch) -> Sketch:
        for each in edits:
            sketch = each(sketch)
        return sketch

    return edit


def taps(operation: Operation) -> Iterator[Mistake]:
    """Yield the mistakes about which tap meets what.

    Examples
    --------
    >>> from refconv.oracle.operations import operation
    >>> next(taps(operation("conv2d"))).sentence
    'the kernel is flipped'
    """
    for axes, where in axes_by_word(operation.rank):
        flip = _in_turn([moved("w", 2 + axis, _flip) for axis in axes])
        yield Mistake("kernel_flipped", f"the kernel is flipped{where}", flip)
    for axis, letter in enumerate(letters(operation.rank)):
        last = left_out("w", 2 + axis, lambda at, k, _: at == k - 1)
        first = left_out("w", 2 + axis, lambda at, *_: at == 0)
        yield Mistake("taps_dropped", f"the last tap along {letter} is never used", last)
        yield Mistake("taps_dropped", f"the first tap along {letter} is never used", first)
    if operation.rank > 1:
        yield Mistake("taps_dropped", "the last tap of the kernel is never used", _corner_lost)


def _corner_lost(sketch: Sketch) -> Sketch:
    def reindex(triples: Triples, wiring: Wiring) -> Triples:
        corner = np.ones(len(triples.w), dtype=bool)
        for axis, k in enumerate(wiring.w_shape[2:], start=2):
            corner &= triples.coordinate("w", axis, wiring.w_shape) == k - 1
        return triples.without(corner)

    return sketch.reindexed(reindex)


def layouts(operation: Operation) -> Iterator[Mistake]:
    """Yield the mistakes of reading memory in another order.

    Examples
    --------
    >>> from refconv.oracle.operations import operation
    >>> next(layouts(operation("conv2d"))).sentence
    'the memory of x is read as NHWC'
    """
    rank = operation.rank
    spatial = tuple(range(2, 2 + rank))
    names = letters(rank)
    yield Mistake("x_read_as_nhwc", f"the memory of x is read as N{names}C", reread("x", (0, *spatial, 1)))
    for order in permutations(range(2 + rank)):
        if order == tuple(range(2 + rank)):
            continue
        spelled = "".join(("OI" + names)[a] for a in order)
        if order[:2] == (0, 1):
            yield Mistake("kernel_axes_swapped", f"the kernel's axes are read as {spelled}", reread("w", order))
        elif sorted(order[:2]) == [0, 1] or order[-2:] in ((0, 1), (1, 0)) or order[0] == 0:
            yield Mistake("w_read_as", f"the memory of w is read as {spelled}", reread("w", order))


def biases(_: Operation) -> Iterator[Mistake]:
    """Yield the mistakes about b.

    Examples
    --------
    >>> from refconv.oracle.operations import operation
    >>> [m.cause for m in biases(operation("conv2d"))][:3]
    ['bias_missing', 'groups_use_first_bias', 'bias_first_only']
    """
    yield Mistake("bias_missing", "the bias is not added", _biased(lambda at, _: at * 0 + NOTHING))
    yield Mistake(
        "groups_use_first_bias",
        "every group takes the first group's bias",
        _biased(lambda at, s: at % max(len(at) // s.plan.groups, 1)),
    )
    yield Mistake("bias_first_only", "every channel takes the first bias", _biased(lambda at, _: at * 0))
    yield Mistake("bias_shifted", "every channel takes the bias of the next", _biased(lambda at, _: np.roll(at, -1)))
    yield Mistake(
        "bias_shifted", "every channel takes the bias of the one before", _biased(lambda at, _: np.roll(at, 1))
    )
    yield Mistake(
        "bias_shifted",
        "the bias starts one channel late, and the first has none",
        _biased(lambda at, _: np.append(NOTHING, at[:-1])),
    )
    yield Mistake("bias_reversed", "the bias is taken in reverse order", _biased(lambda at, _: at[::-1]))
    yield Mistake(
        "bias_interleaved",
        "the bias is dealt to the groups in turn",
        _biased(lambda at, s: at.reshape(-1, s.plan.groups).T.reshape(-1)),
    )


def _biased(change: Callable[[Ints, Sketch], Ints]) -> Edit:
    def edit(sketch: Sketch) -> Sketch:
        return replace(sketch, bias=change(sketch.bias, sketch))

    return edit
