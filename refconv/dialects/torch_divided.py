"""Sums of windows divided by a number of the caller's: average pooling with PyTorch's divisor_override."""

from __future__ import annotations

from typing import Any

import numpy as np

from refconv.ops import arguments
from refconv.ops.checks import check_shape
from refconv.ops.depthwise import depthwise_conv
from refconv.ops.elements import Array, is_half, is_integer
from refconv.ops.integers import FLOAT_EXACT, largest
from refconv.ops.transposed import conv_transpose

__all__ = ["divided_sums", "divided_sums_back"]

Numbers = tuple[int, ...]


def divided_sums(
    op: str, x: Array, divisor: int, *, kernel_size: Numbers, stride: Numbers, padding: Numbers, ceil_mode: bool
) -> Array:
    """Return the sum of each window, which is a convolution with ones, divided; of integers it is exact until then.

    Examples
    --------
    >>> how = dict(kernel_size=(2,), stride=(1,), padding=(1,), ceil_mode=False)
    >>> divided_sums("sums", np.array([[[1, 2]]]), 2, **how)
    array([[[0.5, 1.5, 1. ]]])
    """
    call = arguments.pooling(op, len(kernel_size), x, kernel_size, (stride, padding, 1, ceil_mode), "NC*")
    sides = [(axis.lo, axis.hi) for axis in call.plan.axes]
    ones = np.ones((x.shape[1], 1, *kernel_size), bool if is_integer(x) else x.dtype)
    samples = x.astype(np.float32) if is_half(x.dtype) else x
    total = depthwise_conv(samples, ones.astype(samples.dtype, copy=False), stride=stride, padding=sides)
    return _divided(total, divisor, np.dtype(np.float64) if is_integer(x) else x.dtype)


def divided_sums_back(
    op: str,
    dy: Array,
    x: Array,
    divisor: int,
    *,
    kernel_size: Numbers,
    stride: Numbers,
    padding: Numbers,
    ceil_mode: bool,
) -> Array:
    """Return the gradient: each dy, divided, at every sample of its window.

    Examples
    --------
    >>> how = dict(kernel_size=(2,), stride=(1,), padding=(1,), ceil_mode=False)
    >>> divided_sums_back("sums", np.array([[[2, 4, 6]]]), np.zeros((1, 1, 2)), 2, **how)
    array([[[3., 5.]]])
    """
    call = arguments.pooling(op, len(kernel_size), x, kernel_size, (stride, padding, 1, ceil_mode), "NC*")
    check_shape(op, "dy", dy.shape, call.plan.y_shape, "the result of the forward pass with the same arguments")
    result = np.dtype(np.float64) if is_integer(dy) else dy.dtype
    terms = _divided(dy.astype(np.float32) if is_half(dy.dtype) else dy, divisor, None)
    ones = np.ones((x.shape[1], 1, *kernel_size), terms.dtype)
    # the stretched axes end where the last window does, so this gives as many samples as x has
    sides = [(axis.lo, axis.hi) for axis in call.plan.axes]
    dx = conv_transpose(terms, ones, stride=stride, padding=sides, groups=x.shape[1])
    return dx.astype(result, copy=False)


@np.errstate(all="ignore")
def _divided(total: Array, divisor: int, result: np.dtype[Any] | None) -> Array:
    if is_integer(total) and largest(total) > FLOAT_EXACT:
        total = total.astype(object)  # Python divides ints of any size with one rounding
        result = result or np.dtype(np.float64)
    quotient = np.asarray(total / divisor)
    return quotient if result is None else quotient.astype(result, copy=False)
