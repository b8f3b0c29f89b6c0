"""Mistakes of transposed convolutions: the size of the result, and where the output padding goes."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace

from refconv.arithmetic.geometry import Axis
from refconv.arithmetic.sizes import transposed_output_size
from refconv.oracle.mistakes.model import Mistake
from refconv.oracle.operations import Operation
from refconv.oracle.sketch import Edit, Sketch

__all__ = ["transposed"]


def transposed(operation: Operation) -> Iterator[Mistake]:
    """Yield the mistakes about output padding and size.

    Examples
    --------
    >>> from refconv.oracle.operations import operation
    >>> [m.sentence for m in transposed(operation("conv_transpose2d"))][0]
    'output_padding is ignored'
    """
    if operation.family != "conv_transpose":
        return
    yield Mistake("output_padding_ignored", "output_padding is ignored", _each(lambda a, extra, _: (a, a.n - extra)))
    yield Mistake(
        "output_padding_at_start",
        "output_padding is added at the beginning",
        _each(lambda a, extra, _: (replace(a, lo=a.lo + extra), a.n)),
    )
    yield Mistake(
        "output_padding_at_start",
        "the result is shifted by the output padding",
        _each(lambda a, extra, _: (replace(a, lo=a.lo - extra), a.n)),
    )
    yield Mistake(
        "output_padding_limited_to_stride",
        "output_padding is cut to less than the stride",
        _each(lambda a, extra, _: (a, a.n - extra + min(extra, a.s - 1))),
    )
    yield Mistake(
        "output_padding_doubled", "output_padding is added twice", _each(lambda a, extra, _: (a, a.n + extra))
    )
    yield Mistake(
        "transposed_size_ignores_dilation",
        "the size of the result ignores dilation",
        _each(lambda a, extra, out: (a, transposed_output_size(out, a.k, a.s, 1, a.lo, a.hi + extra, extra))),
    )
    yield Mistake(
        "transposed_size_adds_dilation",
        "the size of the result adds the dilation to the kernel's size instead of multiplying",
        _each(lambda a, extra, out: (a, transposed_output_size(out, a.k + a.d - 1, a.s, 1, a.lo, a.hi + extra, extra))),
    )
    yield Mistake(
        "transposed_size_ignores_stride",
        "the size of the result is the input's times the stride",
        _each(lambda a, extra, out: (a, out * a.s)),
    )
    yield Mistake(
        "transposed_padding_ignored",
        "padding is not cropped from the result",
        _each(lambda a, extra, out: (replace(a, lo=0), transposed_output_size(out, a.k, a.s, a.d, 0, 0, extra))),
    )
    yield Mistake(
        "same_sides_swapped",
        "an odd sample of padding is cropped at the other end",
        _each(lambda a, extra, _: (replace(a, lo=a.hi + extra), a.n)),
    )
    yield Mistake(
        "transposed_padding_at_end",
        "all padding is cropped at the end",
        _each(lambda a, extra, _: (replace(a, lo=0), a.n)),
    )
    yield Mistake(
        "transposed_padding_at_start",
        "all padding is cropped at the beginning",
        _each(lambda a, extra, _: (replace(a, lo=a.lo + a.hi + extra), a.n)),
    )


def _each(change: Callable[[Axis, int, int], tuple[Axis, int]]) -> Edit:
    """Return the edit that applies `change`, from (axis, output padding, windows) to (axis, size), to every axis."""

    def edit(sketch: Sketch) -> Sketch:
        extras = sketch.case.options.get("output_padding", (0,) * sketch.plan.rank)
        for index, (axis, extra) in enumerate(zip(sketch.plan.axes, extras, strict=True)):
            new, n = change(axis, extra, sketch.out[index])
            if n < 1:
                raise ValueError("no output is left")
            sketch = sketch.axis(index, Axis(n, new.k, new.s, new.d, new.lo, new.hi))
        return sketch

    return edit
