"""Mistakes about what padding is: how its words become numbers, and what it shows."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace

import numpy as np

from refconv.arithmetic.geometry import Axis
from refconv.arithmetic.padding import PADDING_MODES
from refconv.arithmetic.per_axis import resolve
from refconv.oracle.mistakes.model import Mistake, renumbered
from refconv.oracle.operations import Operation
from refconv.oracle.sketch import Edit, Sketch
from refconv.oracle.wiring import NOTHING, Wiring

__all__ = ["modes", "words"]


def words(operation: Operation) -> Iterator[Mistake]:
    """Yield the mistakes about ``"same_upper"``, ``"same_lower"`` and ``"valid"``.

    Examples
    --------
    >>> from refconv.oracle.operations import operation
    >>> [m.cause for m in words(operation("conv1d"))][2:4]
    ['same_sides_swapped', 'same_ignores_dilation']
    """
    transposed = operation.family == "conv_transpose"

    def resolved(word: str, axis: Axis, **other: int) -> Axis:
        n = axis.n  # of a transposed one, the caller's size stands in the sketch as the windows
        used = {"n": n, "k": axis.k, "s": axis.s, "d": axis.d} | other
        lo, hi = resolve(word, used["n"], used["k"], used["s"], used["d"], transposed=transposed)
        return replace(axis, lo=lo, hi=hi)

    other_side = {"same_upper": "same_lower", "same_lower": "same_upper"}
    yield _said(
        "same_sides_swapped",
        '"same_upper" and "same_lower" are exchanged',
        ("same_upper", "same_lower"),
        lambda word, axis, _: resolved(other_side[word], axis),
    )
    for taken, given in (("same_lower", "same_upper"), ("same_upper", "same_lower")):
        yield _said(
            "same_sides_swapped",
            f'"{taken}" is taken for "{given}"',
            (taken,),
            lambda word, axis, _: resolved(other_side[word], axis),
        )
    yield _said(
        "same_ignores_dilation",
        'the padding of "same" ignores dilation',
        tuple(other_side),
        lambda word, axis, _: resolved(word, axis, d=1),
    )
    yield _said(
        "same_ignores_input_size",
        'the padding of "same" is that of stride 1, whatever the input\'s size',
        tuple(other_side),
        lambda word, axis, _: resolved(word, axis, s=1),
    )
    yield _said(
        "same_ignores_input_size",
        'the padding of "same" is half the kernel on both sides, whatever stride and size',
        tuple(other_side),
        lambda word, axis, _: replace(axis, lo=(axis.span - 1) // 2, hi=(axis.span - 1) // 2),
    )
    yield _said(
        "same_ignores_dilation",
        'the padding of "same" is half the undilated kernel on both sides',
        tuple(other_side),
        lambda word, axis, _: replace(axis, lo=axis.k // 2, hi=axis.k // 2),
    )
    yield _said(
        "valid_as_same",
        '"valid" is taken for "same"',
        ("valid",),
        lambda word, axis, _: resolved("same_upper", axis),
    )
    yield _said(
        "same_as_valid",
        '"same" is taken for "valid"',
        tuple(other_side),
        lambda word, axis, _: replace(axis, lo=0, hi=0),
    )
    if not transposed:  # there it does not depend on the size
        yield _said(
            "same_from_wrong_sizes",
            'the padding of "same" is computed from the batch and channel sizes',
            tuple(other_side),
            lambda word, axis, size: resolved(word, axis, n=size),
        )


def _said(cause: str, sentence: str, said: tuple[str, ...], change: Callable[[str, Axis, int], Axis]) -> Mistake:
    def edit(sketch: Sketch) -> Sketch:
        word = sketch.case.options.get("padding")
        if word not in said:
            return sketch
        for index in range(sketch.plan.rank):
            size = sketch.case.x_shape[index]
            sketch = renumbered(lambda a, n=size: change(word, a, n), (index,), resize=True)(sketch)  # type: ignore[misc]
        return sketch

    return Mistake(cause, sentence, edit)


def modes(operation: Operation) -> Iterator[Mistake]:
    """Yield the mistakes about what the padding shows.

    Examples
    --------
    >>> from refconv.oracle.operations import operation
    >>> [m.cause for m in modes(operation("conv1d"))][-2:]
    ['circular_split_wrongly', 'reflect_repeats_edge']
    """
    if "padding_mode" not in operation.parameters:
        return
    for asked in PADDING_MODES:
        for shown in PADDING_MODES:
            if asked != shown:
                what = "zeros" if shown == "zeros" else f'"{shown}"'
                yield Mistake("padding_mode_wrong", f'padding_mode="{asked}" shows {what}', _shown(asked, shown))

    def halved(axis: Axis) -> Axis:
        return replace(axis, lo=(axis.lo + 1) // 2, hi=axis.hi // 2)

    def sliced(axis: Axis) -> Axis:  # a slice that ends at -0 is empty
        return replace(halved(axis), lo=halved(axis).lo if axis.hi // 2 else 0)

    for split, end in ((halved, ""), (sliced, ", and nothing where nothing follows")):
        sentence = f"circular padding is halved, the larger half first{end}"
        yield Mistake("circular_split_wrongly", sentence, _circular(split, operation.rank))
    yield Mistake("reflect_repeats_edge", "reflected padding repeats the samples at the edge", _symmetric)


def _circular(split: Callable[[Axis], Axis], rank: int) -> Edit:
    def edit(sketch: Sketch) -> Sketch:
        if sketch.plan.padding_mode != "circular":
            return sketch
        return renumbered(split, tuple(range(rank)), resize=True)(sketch)

    return edit


def _shown(asked: str, shown: str) -> Edit:
    def edit(sketch: Sketch) -> Sketch:
        if sketch.plan.padding_mode != asked:
            return sketch
        return replace(sketch, plan=replace(sketch.plan, padding_mode=shown))

    return edit


def _symmetric(sketch: Sketch) -> Sketch:
    if sketch.plan.padding_mode != "reflect":
        return sketch
    outs, axes = sketch.out, sketch.plan.axes

    def rewire(wiring: Wiring) -> Wiring:
        tables = []
        for axis, out in zip(axes, outs, strict=True):
            q = np.array([[axis.read(i, m) for m in range(axis.k)] for i in range(out)], dtype=np.int64)
            mirrored = np.where(q < 0, -1 - q, np.where(q >= axis.n, 2 * axis.n - 1 - q, q))
            tables.append(np.where((mirrored >= 0) & (mirrored < axis.n), mirrored, NOTHING))
        return replace(wiring, reads=tuple(tables))

    return sketch.rewired(rewire)
