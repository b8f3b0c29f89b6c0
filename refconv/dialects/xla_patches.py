"""jax.lax.conv_general_dilated_patches: every window's samples, laid along the features."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from refconv.arithmetic.integers import product
from refconv.arithmetic.per_axis import integers, letters
from refconv.dialects.saying import said_as
from refconv.dialects.xla_calls import checked_call
from refconv.dialects.xla_general import stuffed
from refconv.dialects.xla_numbers import DimensionNumbers, enter, leave, numbers_for
from refconv.dialects.xla_types import settled
from refconv.dialects.xla_window import check_sequence, window_for
from refconv.errors import ShapeError
from refconv.ops.elements import Array, check_numeric
from refconv.ops.unfold import im2col

__all__ = ["conv_general_dilated_patches"]

OP = "jax.lax.conv_general_dilated_patches"


def conv_general_dilated_patches(
    lhs: ArrayLike,
    filter_shape: Sequence[int],
    window_strides: Sequence[int],
    padding: str | Sequence[tuple[int, int]],
    lhs_dilation: Sequence[int] | None = None,
    rhs_dilation: Sequence[int] | None = None,
    dimension_numbers: DimensionNumbers = None,
    precision: Any = None,
    preferred_element_type: Any = None,
) -> Array:
    """Return the windows of lhs along the result's features: channel first, then tap, in the order of rhs.

    Parameters
    ----------
    lhs : array_like
        As for `conv_general_dilated`.
    filter_shape : sequence of int
        The window's size along each spatial axis, in the order of rhs.
    window_strides, padding, lhs_dilation, rhs_dilation, dimension_numbers, precision, preferred_element_type
        As for `conv_general_dilated`.

    Returns
    -------
    ndarray
        With ``C * product(filter_shape)`` features. Samples are copied: an infinite one stays what it is, where JAX,
        which multiplies all of a window with zeros and a one, returns NaN.

    Raises
    ------
    ShapeError, ArgumentError, ArgumentTypeError, DTypeError, IntegerOverflowError
        As `conv_general_dilated`.

    See Also
    --------
    refconv.im2col : the same as a matrix.

    Examples
    --------
    >>> lhs = np.array([1.0, np.inf, 3.0]).reshape(1, 1, 3)
    >>> conv_general_dilated_patches(lhs, (2,), (1,), "VALID")
    array([[[ 1., inf],
            [inf,  3.]]])
    """
    array = check_numeric(OP, "lhs", lhs)
    kernel = _filter_shape(filter_shape, array.ndim - 2)
    numbers, names = numbers_for(OP, array.shape, (1, 1, *kernel), dimension_numbers)
    sizes = [array.shape[axis] for axis in numbers.lhs_spec[2:]]
    said = window_strides, padding, lhs_dilation, rhs_dilation, None
    window = window_for(OP, names, (sizes, kernel), said)
    channels = array.shape[numbers.lhs_spec[1]]
    # the call of the convolution whose every filter picks one sample of the window
    canonical = _picking(channels * product(kernel), kernel, array.dtype)
    picking = canonical.transpose(np.argsort(numbers.rhs_spec))
    groups = max(channels, 1)
    call = checked_call(OP, (array, picking), numbers, window, (groups, 1), (precision, preferred_element_type))
    x = enter(array, numbers.lhs_spec)
    if 0 in (*x.shape[1:], *call.out_shape):
        found = np.zeros(call.out_shape, array.dtype)
    else:
        filled = call.filled
        with said_as(OP, {"x": "lhs", "stride": "window_strides", "dilation": "rhs_dilation"}):
            columns = im2col(stuffed(call, x), kernel or (1,), filled.strides, filled.padding, filled.rhs_dilation)
        found = columns.reshape(call.out_shape)
    return leave(settled(OP, found, call.preferred), numbers.out_spec)


def _filter_shape(value: Any, rank: int) -> tuple[int, ...]:
    if rank < 0:
        raise ShapeError(OP, "lhs must have at least 2 axes.", fix="These are batch and features.")
    names = letters(rank, OP) if rank else ""
    check_sequence(OP, "filter_shape", value, names)
    return integers(OP, "filter_shape", value, names, 1) if names else ()


def _picking(filters: int, kernel: tuple[int, ...], dtype: Any) -> Array:
    """Return a kernel of this shape in canonical order that takes no memory: only its shape is looked at."""
    shape = (filters, 1, *kernel)
    if product(shape) > sys.maxsize // 32:
        raise ShapeError(
            OP,
            "the kernel of all patches would be larger than any memory.",
            f"filter_shape = {kernel}: {filters} filters of as many taps",
            fix="Take a smaller filter_shape.",
        )
    return np.broadcast_to(np.ones((), dtype), shape)
