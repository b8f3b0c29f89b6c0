"""What a caller of a drawing said, as axes and numbers, or as an error; and how they are written out again."""

from __future__ import annotations

from itertools import product
from typing import Any

import numpy as np
from numpy.typing import NDArray

from refconv.arithmetic.geometry import Axis
from refconv.arithmetic.per_axis import entries, integers, letters
from refconv.arithmetic.plan import convolution_axes
from refconv.errors import ArgumentError, ShapeError
from refconv.ops.elements import check_numeric

__all__ = [
    "axes_of",
    "cell_of",
    "described",
    "index",
    "is_real",
    "number",
    "numbers",
    "options_of",
    "output_index",
    "positions",
    "taps_of",
]

LARGEST = {1: 120, 2: 64}
"""Positions along an axis, padding included, that a drawing of cells still shows, for each number of axes."""


def axes_of(
    op: str, n: Any, kernel_size: Any, stride: Any, padding: Any, dilation: Any, mode: str = "zeros"
) -> tuple[Axis, ...]:
    """Return the one or two axes that are asked for, small enough to be drawn cell by cell.

    Examples
    --------
    >>> axes_of("draw_taps", 7, 3, 2, "same", 1)
    (Axis(n=7, k=3, s=2, d=1, lo=1, hi=1),)
    """
    sizes = entries(n)
    sizes = [n] if sizes is None else sizes
    if len(sizes) not in LARGEST:
        raise ArgumentError(
            op, f"n has {len(sizes)} axes, but one or two can be drawn.", fix="Give an int, or a pair (H, W)."
        )
    axes = convolution_axes(op, sizes, kernel_size, stride, padding, dilation, mode)
    limit = LARGEST[len(axes)]
    for axis, letter in zip(axes, letters(len(axes)), strict=True):
        if len(positions(axis)) > limit:
            raise ArgumentError(
                op,
                f"{len(positions(axis))} cells along {letter} are too many to be seen, padding included.",
                f"at most {limit} are drawn",
                fix="Take a smaller n, or less padding.",
            )
    return axes


def positions(axis: Axis) -> range:
    """Return the input positions to draw: the input, and the padding on both sides.

    Examples
    --------
    >>> positions(Axis(4, 3, lo=1, hi=2)), positions(Axis(4, 3, lo=-1))
    (range(-1, 6), range(0, 4))
    """
    return range(min(0, -axis.lo), max(axis.n, axis.n + axis.hi))


def taps_of(axes: tuple[Axis, ...], at: tuple[int, ...]) -> list[tuple[int, ...]]:
    """Return the input position that each tap of a window reads, in the order of w.

    Examples
    --------
    >>> taps_of((Axis(7, 2, d=3, lo=1), Axis(7, 2)), (0, 4))
    [(-1, 4), (-1, 5), (2, 4), (2, 5)]
    """
    return list(product(*([axis.read(i, m) for m in range(axis.k)] for axis, i in zip(axes, at, strict=True))))


def options_of(axes: tuple[Axis, ...]) -> dict[str, Any]:
    """Return axes as the arguments of `refconv.conv` that they came from.

    Examples
    --------
    >>> options_of((Axis(7, 3, s=2, lo=1),))
    {'stride': (2,), 'padding': ((1, 0),), 'dilation': (1,)}
    """
    return {
        "stride": tuple(axis.s for axis in axes),
        "padding": tuple((axis.lo, axis.hi) for axis in axes),
        "dilation": tuple(axis.d for axis in axes),
    }


def cell_of(position: tuple[int, ...]) -> tuple[int, int]:
    """Return row and column of a position; one axis is drawn as row 0."""
    return (0, position[0]) if len(position) == 1 else (position[0], position[1])


def is_real(axes: tuple[Axis, ...], position: tuple[int, ...]) -> bool:
    """Return whether a position lies on the input and is kept, neither padding nor cropped."""
    along = zip(axes, position, strict=True)
    return all(max(0, -axis.lo) <= q < min(axis.n, axis.n + axis.hi) for axis, q in along)


def output_index(op: str, at: Any, axes: tuple[Axis, ...]) -> tuple[int, ...]:
    """Return the output that is asked for, one index per axis."""
    names = letters(len(axes))
    asked = integers(op, "at", at, names, 0)
    last = tuple(min(i, axis.out - 1) for i, axis in zip(asked, axes, strict=True))
    for i, axis, letter in zip(asked, axes, names, strict=True):
        if i >= axis.out:
            raise ArgumentError(
                op,
                f"at = {i} along {letter}, but there {_outputs(axis.out)}.",
                fix=f"The last one is {axis.out - 1}.",
                fixes=[{"at": last if len(last) > 1 else last[0]}],
            )
    return asked


def numbers(op: str, name: str, value: Any, shape: tuple[int, ...]) -> NDArray[Any] | None:
    """Return what is to be written in the cells, once it has their shape; None stays None."""
    if value is None:
        return None
    array = check_numeric(op, name, value)
    if array.shape != shape:
        raise ShapeError(
            op,
            f"{name} has shape {array.shape}, but the drawing has cells for {shape}.",
            fix=f"Give {name} that shape, without batch and channels.",
        )
    return array


def number(value: Any, digits: int = 4) -> str:
    """Return a number as it is written in a cell; floats are rounded to so many digits.

    Examples
    --------
    >>> number(3), number(np.float64(0.25)), number(-0.0), number(1 / 3)
    ('3', '0.25', '0', '0.3333')
    """
    if isinstance(value, float | np.floating):
        return f"{value + 0.0:.{digits}g}"
    return str(value)


def index(name: str, at: tuple[int, ...]) -> str:
    """Return one element by name, as in ``y[1, 2]``."""
    return f"{name}[{', '.join(map(str, at))}]"


def described(axes: tuple[Axis, ...]) -> str:
    """Return the arguments in one line.

    Examples
    --------
    >>> described((Axis(7, 3, s=2, lo=1, hi=0),))
    'n 7, kernel 3, stride 2, padding 1 + 0, dilation 1'
    """
    parts = {
        "n": [axis.n for axis in axes],
        "kernel": [axis.k for axis in axes],
        "stride": [axis.s for axis in axes],
        "padding": [f"{axis.lo} + {axis.hi}" for axis in axes],
        "dilation": [axis.d for axis in axes],
    }
    return ", ".join(f"{name} {_along(values)}" for name, values in parts.items())


def _along(values: list[Any]) -> str:
    words = list(map(str, values))
    return words[0] if len(set(words)) == 1 else f"({', '.join(words)})"


def _outputs(count: int) -> str:
    return "is 1 output" if count == 1 else f"are {count} outputs"
