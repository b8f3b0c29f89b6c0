"""Fills with a few infinities and NaN: a result has them where IEEE arithmetic gives them, in any order of its sums.

Infinities of one sign sum to infinity, of both to NaN, and a NaN to NaN, whatever comes first. All other factors are
finite and none is 0, so that nothing hangs on whether a kernel multiplies by the zeros that it could leave out. For
that reason too, what stands for the plan's y (dy, or a transposed convolution's x) has them only at windows that lie
wholly on the input: the others meet zeros of the padding in dw.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from refconv.oracle.fills.room import Arrays, Numbers, Rng, signs

if TYPE_CHECKING:
    from refconv.oracle.cases import Case

__all__ = ["nonfinite", "nonfinite_dy"]


def nonfinite(case: Case, rng: Rng) -> Arrays:
    """Return finite numbers with a NaN, an infinity and minus infinity in x, in its last sample."""
    arrays = _finite(case, rng)
    _spoil(arrays.x, _places(case, "x"))
    return arrays


def nonfinite_dy(case: Case, rng: Rng) -> Arrays:
    """Return the same with them in dy."""
    arrays = _finite(case, rng)
    _spoil(arrays.dy, _places(case, "y"))
    return arrays


def _finite(case: Case, rng: Rng) -> Arrays:
    shapes = case.x_shape, case.w_shape, case.y_shape[1:2], case.y_shape
    return Arrays(*(rng.uniform(0.5, 1, shape) * signs(rng, shape) for shape in shapes))


def _places(case: Case, name: str) -> list[Sequence[int]]:
    """Return, along each axis, the positions of x or of dy that may hold them."""
    if case.operation.role(name) == "x":
        return [range(axis.n) for axis in case.plan.axes]
    return [sorted(set(range(axis.out)) - set(axis.rim)) for axis in case.plan.axes]


def _spoil(array: Numbers, places: list[Sequence[int]]) -> None:
    """Write them: NaN first, the infinities in the middle, side by side, so that some windows see one of the two."""
    if array.shape[0] == 0 or not all(places):
        return
    middle = [here[len(here) // 2] for here in places]
    before = [*middle[:-1], places[-1][max(len(places[-1]) // 2 - 1, 0)]]
    channel = array.shape[1] // 2
    array[(-1, 0, *(here[0] for here in places))] = np.nan
    array[(-1, channel, *before)] = np.inf
    array[(-1, channel, *middle)] = -np.inf
