"""Views by group, matrices of tiles, and how a tile's sums become a part of the result."""

from __future__ import annotations

from typing import Any

import numpy as np

from refconv.arithmetic.integers import product
from refconv.ops.dtypes import Arithmetic, operand
from refconv.ops.elements import Array

__all__ = ["by_group", "laid", "matrix", "settle", "view_as"]


KEPT_BYTES = 16 * 2**20
"""Kernels up to this size are cast and laid in order once, larger ones tile by tile."""


def by_group(a: Array, groups: int, axis: int) -> Any:  # an Array; NumPy's types know no starred index
    """Return a view in which the channel axis is two: groups, and channels (or filters) of a group."""
    return a.reshape(*a.shape[:axis], groups, a.shape[axis] // groups, *a.shape[axis + 1 :])


def laid(kernels: Array, arithmetic: Arithmetic) -> Array:
    """Return kernels as the arithmetic multiplies them, in order, unless they are many: those are laid tile by tile."""
    small = kernels.size * arithmetic.width <= KEPT_BYTES
    return np.ascontiguousarray(operand(kernels, arithmetic)) if small else kernels


def matrix(a: Array, rows: int) -> Array:
    """Return a stack of matrices (a.shape[0], R, P): `rows` axes end the row index, the rest are columns."""
    return a.reshape(a.shape[0], product(a.shape[1:rows]), product(a.shape[rows:]))


def view_as(target: Array, shape: tuple[int, ...]) -> Array | None:
    """Return the target's memory under another shape, or None where only a copy could have it."""
    reshaped = target.reshape(shape)
    return reshaped if np.may_share_memory(reshaped, target) else None


def settle(target: Any, total: Array, offset: Array | None, arithmetic: Arithmetic) -> None:
    """Write a tile's sums, plus an offset that broadcasts with them, into their part of the result.

    A target in the accumulator's type is still to be added to, and is finished after that.
    """
    if total.shape != target.shape:
        total = total.reshape(target.shape)
    if offset is None and arithmetic.plain == arithmetic.result == target.dtype:
        target[...] = total
        return
    sums = arithmetic.summed(total)
    if offset is not None:
        sums = sums + offset
    target[...] = arithmetic.finish(sums) if target.dtype == arithmetic.result else sums
