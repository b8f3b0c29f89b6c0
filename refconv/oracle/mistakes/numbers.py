"""Mistakes in the numbers of an axis: stride, dilation and padding taken for something else."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace

import numpy as np

from refconv.arithmetic.geometry import Axis
from refconv.arithmetic.per_axis import letters
from refconv.oracle.mistakes.model import Mistake, axes_by_word, renumbered
from refconv.oracle.operations import Operation
from refconv.oracle.sketch import Edit, Sketch
from refconv.oracle.wiring import Triples, Wiring

__all__ = ["between_axes", "numbers"]

Change = Callable[[Axis], Axis | None]

KEPT, FOLLOWS = "kept", "follows"  # the size of the output, of a kernel that makes the mistake

# cause, sentence, what becomes of the axis, and of the size
_CHANGES: tuple[tuple[str, str, Change, tuple[str, ...]], ...] = (
    ("dilation_ignored", "dilation is ignored", lambda a: replace(a, d=1), (KEPT, FOLLOWS)),
    ("stride_ignored", "stride is ignored", lambda a: replace(a, s=1), (KEPT, FOLLOWS)),
    (
        "stride_ignored",
        "stride is ignored for a kernel of one tap",
        lambda a: replace(a, s=1) if a.k == 1 else None,
        (KEPT,),
    ),
    ("padding_ignored", "padding is ignored", lambda a: replace(a, lo=0, hi=0), (KEPT, FOLLOWS)),
    ("padding_before_ignored", "the padding before the input is ignored", lambda a: replace(a, lo=0), (KEPT, FOLLOWS)),
    ("padding_after_ignored", "the padding after the input is ignored", lambda a: replace(a, hi=0), (FOLLOWS,)),
    (
        "padding_sides_swapped",
        "the padding before and after the input are exchanged",
        lambda a: replace(a, lo=a.hi, hi=a.lo),
        (KEPT,),
    ),
    (
        "padding_before_on_both_sides",
        "the padding before the input is used on both sides",
        lambda a: replace(a, hi=a.lo),
        (FOLLOWS,),
    ),
    (
        "padding_after_on_both_sides",
        "the padding after the input is used on both sides",
        lambda a: replace(a, lo=a.hi),
        (KEPT, FOLLOWS),
    ),
    ("padding_doubled", "twice the padding is added", lambda a: replace(a, lo=2 * a.lo, hi=2 * a.hi), (KEPT, FOLLOWS)),
    ("windows_shifted", "every window starts one sample too early", lambda a: replace(a, lo=a.lo + 1), (KEPT,)),
    ("windows_shifted", "every window starts one sample too late", lambda a: replace(a, lo=a.lo - 1), (KEPT,)),
    ("dilation_off_by_one", "dilation is taken one too large", lambda a: replace(a, d=a.d + 1), (KEPT, FOLLOWS)),
    (
        "dilation_off_by_one",
        "dilation is taken one too small",
        lambda a: replace(a, d=a.d - 1) if a.d > 1 else None,
        (KEPT, FOLLOWS),
    ),
    (
        "stride_and_dilation_swapped",
        "stride and dilation are exchanged",
        lambda a: replace(a, s=a.d, d=a.s),
        (KEPT, FOLLOWS),
    ),
    ("stride_used_as_dilation", "the stride is used as dilation too", lambda a: replace(a, d=a.s), (KEPT, FOLLOWS)),
    ("dilation_used_as_stride", "the dilation is used as stride too", lambda a: replace(a, s=a.d), (KEPT, FOLLOWS)),
    (
        "padding_scaled_by_dilation",
        "the padding is multiplied by the dilation",
        lambda a: replace(a, lo=a.lo * a.d, hi=a.hi * a.d),
        (KEPT, FOLLOWS),
    ),
)


def numbers(operation: Operation) -> Iterator[Mistake]:
    """Yield the mistakes about the numbers of single axes, and of all axes alike.

    Examples
    --------
    >>> from refconv.oracle.operations import operation
    >>> [m.sentence for m in numbers(operation("conv2d"))][1:3]
    ['dilation is ignored', 'dilation is ignored, and the size follows']
    """
    for cause, sentence, change, sizes in _CHANGES:
        for axes, where in axes_by_word(operation.rank):
            if KEPT in sizes:
                yield Mistake(cause, sentence + where, renumbered(change, axes))
                if FOLLOWS in sizes:  # padding by a word may follow though the size does not
                    yield Mistake(cause, sentence + where, renumbered(change, axes, reword=True))
            if FOLLOWS in sizes:
                wrong_size = f"{sentence}{where}, and the size follows"
                yield Mistake(cause, wrong_size, renumbered(change, axes, resize=True))
                yield Mistake(cause, wrong_size, renumbered(change, axes, resize=True, reword=True))
    for axes, where in axes_by_word(operation.rank):
        if operation.family != "conv_transpose":
            yield Mistake("size_rounded_up", f"the output's size is rounded up{where}", _one_more(axes))
            cut = f"the last window{where} is cut as if it used the padding after the input in full"
            yield Mistake("last_window_cut", cut, _cut(axes))


def _one_more(axes: tuple[int, ...]) -> Edit:
    def edit(sketch: Sketch) -> Sketch:
        for index in axes:
            axis = sketch.plan.axes[index]
            if (axis.padded - axis.span) % axis.s:
                sketch = sketch.axis(index, axis, sketch.out[index] + 1)
        return sketch

    return edit


def _cut(axes: tuple[int, ...]) -> Edit:
    """Return the edit that drops the last window's taps that would lie on padding if the stride left no remainder."""

    def edit(sketch: Sketch) -> Sketch:
        def reindex(triples: Triples, wiring: Wiring) -> Triples:
            dropped = np.zeros(len(triples.y), dtype=bool)
            for index in axes:
                axis = sketch.plan.axes[index]
                last = triples.coordinate("y", 2 + index, wiring.y_shape) == sketch.out[index] - 1
                tap = triples.coordinate("w", 2 + index, wiring.w_shape)
                dropped |= last & (tap * axis.d >= axis.span - axis.hi)
            return triples.without(dropped)

        return sketch.reindexed(reindex)

    return edit


_SAID = {
    "stride": lambda a, b: replace(a, s=b.s),
    "dilation": lambda a, b: replace(a, d=b.d),
    "padding": lambda a, b: replace(a, lo=b.lo, hi=b.hi),
}


def between_axes(operation: Operation) -> Iterator[Mistake]:
    """Yield the mistakes that use one axis' number for another.

    Examples
    --------
    >>> from refconv.oracle.operations import operation
    >>> next(between_axes(operation("conv2d"))).sentence
    'the strides of H and W are exchanged'
    """
    names = letters(operation.rank)
    if operation.rank == 1:
        return
    for parameter, take in _SAID.items():
        for sized in (dict(resize=False), dict(resize=True), dict(resize=True, reword=True)):
            end = ", and the size follows" if sized["resize"] else ""
            for i in range(operation.rank):
                for j in range(i + 1, operation.rank):
                    sentence = f"the {parameter}s of {names[i]} and {names[j]} are exchanged{end}"
                    edit = _taken(parameter, take, {i: j, j: i}, **sized)
                    yield Mistake("parameters_swapped_between_axes", sentence, edit)
                first = {other: i for other in range(operation.rank) if other != i}
                others = " and ".join(names[other] for other in first)
                sentence = f"the {parameter} of {names[i]} is used along {others} too{end}"
                yield Mistake("one_axis_for_all", sentence, _taken(parameter, take, first, **sized))


def _taken(parameter: str, take: Callable[[Axis, Axis], Axis], sources: dict[int, int], **sized: bool) -> Edit:
    def edit(sketch: Sketch) -> Sketch:
        if isinstance(sketch.case.options.get(parameter), str):
            return sketch  # a word means what it means on each axis
        given = sketch.plan.axes
        for index, source in sources.items():
            sketch = renumbered(_from(take, given[source]), (index,), **sized)(sketch)
        return sketch

    return edit


def _from(take: Callable[[Axis, Axis], Axis], other: Axis) -> Change:
    return lambda axis: take(axis, other)
