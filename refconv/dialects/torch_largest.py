"""Where a window's largest sample lies, as PyTorch counts: the index that max pooling returns on request.

The plain road: tap by tap, all windows at once. It knows two things that `refconv.ops.pooling` leaves out, because
PyTorch does them: windows of padding alone, whose largest is the padding's minus infinity, and of several NaN the last.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from refconv.arithmetic.geometry import Geometry
from refconv.arithmetic.integers import product
from refconv.arithmetic.padding import terms_per_pixel
from refconv.ops.dtypes import sum_arithmetic
from refconv.ops.elements import Array

__all__ = ["has_hollow_windows", "largest_and_where", "to_where"]

NOWHERE = -1


def has_hollow_windows(plan: Geometry) -> bool:
    """Return whether any window reads nothing but padding.

    Examples
    --------
    >>> from refconv.arithmetic import Axis
    >>> has_hollow_windows(Geometry(1, 1, 1, (Axis(1, 2, d=2, lo=1, hi=1),)))
    True
    """
    return any(axis.taps_inside(i, axis.lo, axis.lo + axis.n) == 0 for axis in plan.axes for i in axis.rim)


def largest_and_where(x: Array, plan: Geometry) -> tuple[Array, Array]:
    """Return each window's largest sample and where it lies, counted through the spatial axes; -1 is nowhere.

    Of equal samples it is the first, of NaN the last; padding is smaller than any sample.

    Examples
    --------
    >>> from refconv.arithmetic import Axis
    >>> largest_and_where(np.array([[[1, 4, 4, 2]]]), Geometry(1, 1, 1, (Axis(4, 3),)))
    (array([[[4, 4]]]), array([[[1, 1]]]))
    """
    y = np.full(plan.y_shape, _lowest(x.dtype), x.dtype)
    where = np.full(plan.y_shape, NOWHERE, np.int64)
    places = np.arange(product(plan.size)).reshape(plan.size)
    for tap in np.ndindex(*plan.kernel_size):
        along = zip(plan.axes, tap, strict=True)
        landings = [axis.landing(m, axis.lo, axis.lo + axis.n) for axis, m in along]
        windows, pixels = (tuple(part) for part in zip(*landings, strict=True))
        best, found, samples = y[..., *windows], where[..., *windows], x[..., *pixels]
        with np.errstate(invalid="ignore"):
            beats = np.asarray((found == NOWHERE) | (samples > best) | (samples != samples), bool)
        np.copyto(best, samples, where=beats)
        np.copyto(found, places[pixels], where=beats)
    return y, where


def to_where(op: str, dy: Array, where: Array, plan: Geometry) -> Array:
    """Return the gradient for x: each dy added where its window's largest sample lies.

    Examples
    --------
    >>> from refconv.arithmetic import Axis
    >>> to_where("max", np.array([[[5, 7]]]), np.array([[[1, 1]]]), Geometry(1, 1, 1, (Axis(4, 3),)))
    array([[[ 0, 12,  0,  0]]])
    """
    arithmetic = sum_arithmetic(op, terms_per_pixel(plan), dy)
    planes, size = plan.batch * plan.channels, product(plan.size)
    total = np.zeros((planes, size + 1), arithmetic.accumulator)  # the last is nowhere, which -1 names
    rows = np.repeat(np.arange(planes), product(plan.output_size))
    np.add.at(total, (rows, where.ravel()), dy.astype(arithmetic.accumulator).ravel())
    dx = np.ascontiguousarray(total[:, :size]).reshape(plan.x_shape)
    return arithmetic.finish(dx)


def _lowest(dtype: np.dtype[Any]) -> Any:
    if dtype.kind == "b":
        return False
    return np.iinfo(dtype).min if dtype.kind in "iu" else -np.inf
