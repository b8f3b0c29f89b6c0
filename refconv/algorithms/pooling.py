"""Pooling by its definition: each window's samples collected in a list."""

from __future__ import annotations

from itertools import product
from typing import Any

import numpy as np
from numpy.typing import NDArray

from refconv.arithmetic.geometry import Axis, Geometry

__all__ = ["average", "largest", "samples"]

Index = tuple[int, ...]


def samples(plan: Geometry, i: Index) -> list[Index]:
    """Return the input positions that window `i` sees, tap by tap, padding left out.

    Examples
    --------
    >>> samples(Geometry(1, 1, 1, (Axis(n=4, k=3, s=2, lo=1),)), (0,))
    [(0,), (1,)]
    """
    seen = []
    for m in product(*map(range, plan.kernel_size)):
        pixel = tuple(axis.read(i_axis, m_axis) for axis, i_axis, m_axis in zip(plan.axes, i, m, strict=True))
        if all(0 <= position < axis.n for position, axis in zip(pixel, plan.axes, strict=True)):
            seen.append(pixel)
    return seen


def largest(x: NDArray[Any], plan: Geometry) -> dict[Index, Index]:
    """Return, for each output, the input sample that is its window's maximum: the first NaN, or first among equals.

    Examples
    --------
    >>> x, axis = np.array([[[3, 1, 4, 1]]]), Axis(n=4, k=2, s=2)
    >>> largest(x, Geometry(1, 1, 1, (axis,)))
    {(0, 0, 0): (0, 0, 0), (0, 0, 1): (0, 0, 2)}
    """
    found = {}
    for n, c, *i in np.ndindex(*plan.y_shape):
        window = samples(plan, tuple(i))
        found[n, c, *i] = (n, c, *window[_first_largest([x[n, c, *pixel] for pixel in window])])
    return found


def _first_largest(values: list[Any]) -> int:
    """Return where the maximum stands; a NaN, which Python's max passes over unless it is the first, is one."""
    best = 0
    for place, value in enumerate(values):
        if value != value:
            return place
        if value > values[best]:
            best = place
    return best


def average(
    plan: Geometry, asked: tuple[Axis, ...], *, count_include_pad: bool
) -> dict[Index, tuple[list[Index], int]]:
    """Return, for each output, the samples that are added up and the number they are divided by.

    Examples
    --------
    >>> axis = Axis(n=3, k=2, s=2, lo=1)
    >>> average(Geometry(1, 1, 1, (axis,)), (axis,), count_include_pad=False)
    {(0, 0, 0): ([(0, 0, 0)], 1), (0, 0, 1): ([(0, 0, 1), (0, 0, 2)], 2)}
    """
    found = {}
    for n, c, *i in np.ndindex(*plan.y_shape):
        window = samples(plan, tuple(i))
        counted = len(window)
        if count_include_pad:
            counted = sum(
                all(
                    -axis.lo <= axis.read(i_axis, m_axis) < axis.n + axis.hi
                    for axis, i_axis, m_axis in zip(asked, i, m, strict=True)
                )
                for m in product(*map(range, plan.kernel_size))
            )
        found[n, c, *i] = ([(n, c, *pixel) for pixel in window], counted)
    return found
