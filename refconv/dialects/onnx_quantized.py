"""ONNX's ConvInteger and QLinearConv: convolutions of 8-bit integers with zero points, computed exactly."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import Any, NamedTuple, cast

import numpy as np
from numpy.typing import ArrayLike

from refconv.arithmetic.per_axis import integer
from refconv.dialects.onnx_attributes import WINDOWS, read_attributes, read_inputs, read_windows, spatial
from refconv.dialects.onnx_requantize import (
    check_eight_bits,
    check_pair,
    per_filter,
    per_tensor,
    read_scale,
    requantized,
    zero_point,
)
from refconv.dialects.saying import said_as
from refconv.errors import DTypeError, IntegerOverflowError
from refconv.ops import convolution
from refconv.ops.checks import check_rank
from refconv.ops.elements import Array

__all__ = ["conv_integer", "qlinear_conv"]

_WORDS = {"b": "B", "groups": "group", "stride": "strides", "dilation": "dilations"}
_QUANTIZED = ("x", "x_scale", "x_zero_point", "w", "w_scale", "w_zero_point", "y_scale", "y_zero_point", "B")
_INT32 = np.iinfo(np.int32)


def conv_integer(inputs: Sequence[ArrayLike | None], attributes: Mapping[str, Any]) -> tuple[Array, ...]:
    """Run ONNX's ConvInteger: ``Conv(x - x_zero_point, w - w_zero_point)`` in integers.

    Parameters
    ----------
    inputs : sequence of array_like or None
        x (N, C, D1, ..., Dn) and w (M, C/group, k1, ..., kn), int8 or uint8; optionally x_zero_point (a scalar of x's
        type) and w_zero_point (w's type; a scalar, or one per filter, (M,)).
    attributes : mapping
        auto_pad, dilations, group, kernel_shape, pads, strides, as for Conv.

    Returns
    -------
    tuple of one ndarray
        y (N, M, ...) of int32, exactly. Padding is the real number 0: x_zero_point in x's integers.

    Raises
    ------
    ShapeError, ArgumentError, ArgumentTypeError
        As for Conv; ShapeError also for zero points of another shape.
    DTypeError
        For other types than these.
    IntegerOverflowError
        For a result outside int32, where the specification lets a runtime wrap.

    See Also
    --------
    qlinear_conv : with scales, rounded to 8 bits.

    Examples
    --------
    >>> x, w = np.array([[[130, 0, 255]]], np.uint8), np.array([[[1, 1]], [[2, 0]]], np.int8)
    >>> conv_integer([x, w, np.uint8(128), np.array([0, 1], np.int8)], {"pads": [1, 0]})[0]
    array([[[   2, -126,   -1],
            [  -2,  130, -255]]], dtype=int32)
    """
    op = "onnx.ConvInteger"
    x, w, x_zero, w_zero = read_inputs(op, inputs, ("x", "w", "x_zero_point", "w_zero_point"), required=2)
    y = _summed(op, _Operands(cast("Array", x), x_zero, cast("Array", w), w_zero, None), attributes)
    over = (y > _INT32.max) | (y < _INT32.min)
    if over.any():
        raise IntegerOverflowError(
            op,
            "an exact result does not fit in int32.",
            f"result = {y[over][0]}, but int32 is {_INT32.min} to {_INT32.max}.",
            fix="Sum over fewer channels at a time.",
        )
    return (y.astype(np.int32),)


def qlinear_conv(inputs: Sequence[ArrayLike | None], attributes: Mapping[str, Any]) -> tuple[Array, ...]:
    r"""Run ONNX's QLinearConv: a convolution between quantized numbers, its result quantized again.

    .. math:: y = \mathrm{saturate}\Big(\mathrm{round}\Big(\frac{x\_scale \cdot w\_scale[m]}{y\_scale}\,\Big(B[m] +
              \sum (x - x\_zero\_point)\,(w - w\_zero\_point[m])\Big)\Big) + y\_zero\_point\Big)

    Parameters
    ----------
    inputs : sequence of array_like or None
        x, x_scale, x_zero_point, w, w_scale, w_zero_point, y_scale, y_zero_point and optionally B. x is
        (N, C, D1, ..., Dn) and w (M, C/group, k1, ..., kn), int8 or uint8; zero points have the types of what they
        belong to, y that of y_zero_point. Scales are float32. w's two are scalars or one per filter, (M,), both
        alike. B is int32, (M,), in units of x_scale times w_scale.
    attributes : mapping
        auto_pad, dilations, group, kernel_shape, pads, strides, as for Conv.

    Returns
    -------
    tuple of one ndarray
        y (N, M, ...), int8 or uint8.

    Raises
    ------
    ShapeError, ArgumentError, ArgumentTypeError, IntegerOverflowError
        As for Conv; ShapeError also for scales and zero points of other shapes, ArgumentError for scales that are
        not finite, and for a y_scale of 0.
    DTypeError
        For other types than these.

    Notes
    -----
    Every element is rounded from the exact real number, once: to the nearest integer, a tie to the even one, before
    y_zero_point is added, as QuantizeLinear has it. A runtime that scales in float32 may differ by one where the
    exact number is within its rounding of a tie.

    See Also
    --------
    conv_integer : the sum alone.

    Examples
    --------
    >>> x, w, half = np.array([[[1, 2, 3, 255]]], np.uint8), np.array([[[1]]], np.int8), np.float32(0.5)
    >>> zero, one = np.int8(0), np.float32(1)
    >>> qlinear_conv([x, half, np.uint8(0), w, one, zero, one, np.int8(1)], {})[0]
    array([[[  1,   2,   3, 127]]], dtype=int8)
    """
    op = "onnx.QLinearConv"
    given = read_inputs(op, inputs, _QUANTIZED, required=8)
    x, x_scale, x_zero, w, w_scale, w_zero, y_scale, y_zero = (cast("Array", array) for array in given[:8])
    check_eight_bits(op, "y_zero_point", y_zero)
    check_pair(op, w_scale, w_zero)
    total = _summed(op, _Operands(x, x_zero, w, w_zero, given[8]), attributes)
    x_step, y_step = (
        Fraction(per_tensor(op, name, read_scale(op, name, scale)))
        for name, scale in (("x_scale", x_scale), ("y_scale", y_scale))
    )
    w_steps = per_filter(op, "w_scale", read_scale(op, "w_scale", w_scale), w.shape[0])
    steps = [x_step * Fraction(step) / y_step for step in w_steps]
    return (requantized(total, steps, per_tensor(op, "y_zero_point", y_zero), y_zero.dtype),)


class _Operands(NamedTuple):
    """What is summed: x, w and the bias as they were given, with the zero points."""

    x: Array
    x_zero: Array | None
    w: Array
    w_zero: Array | None
    b: Array | None


def _summed(op: str, given: _Operands, attributes: Mapping[str, Any]) -> Array:
    """Return the convolution of the integers less their zero points, plus the bias: exactly, in int64."""
    x, x_zero, w, w_zero, b = given
    check_eight_bits(op, "x", x)
    check_eight_bits(op, "w", w)
    if b is not None and b.dtype != np.int32:
        raise DTypeError(op, f"B must be int32, but it is {b.dtype}.", fix="Write B.astype(np.int32).")
    axes = spatial(op, "x", x.shape)
    check_rank(op, "w", w.shape, "as x has", x.ndim)
    said = read_attributes(op, attributes, {**WINDOWS, "group": 1})
    windows, group = read_windows(op, said, axes, w.shape[2:]), integer(op, "group", said["group"], 1)
    shift = per_tensor(op, "x_zero_point", zero_point(op, "x_zero_point", x_zero, x))
    shifts = per_filter(op, "w_zero_point", zero_point(op, "w_zero_point", w_zero, w), w.shape[0])
    x = x.astype(np.int64) - shift
    w = w.astype(np.int64) - np.reshape(shifts, (-1, *(1,) * (w.ndim - 1)))
    with said_as(op, _WORDS):
        return convolution.conv(x, w, b, windows.stride, windows.padding, windows.dilation, group)
