"""Quantized numbers: scales and zero points as ONNX has them, and rounding to 8 bits from the exact real number."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import numpy as np

from refconv.errors import ArgumentError, DTypeError, ShapeError
from refconv.ops.elements import Array

__all__ = ["check_eight_bits", "check_pair", "per_filter", "per_tensor", "read_scale", "requantized", "zero_point"]

_EIGHT_BITS = (np.dtype(np.int8), np.dtype(np.uint8))
_FAR = 2.0**20
"""Beyond every number of 8 bits, with any zero point."""


def check_eight_bits(op: str, name: str, a: Array) -> None:
    """Raise unless an array is of int8 or uint8.

    Examples
    --------
    >>> check_eight_bits("onnx.ConvInteger", "x", np.zeros(3))
    Traceback (most recent call last):
    refconv.errors.DTypeError: onnx.ConvInteger: x must be int8 or uint8, but it is float64.
      Quantize it, or take Conv.
    """
    if a.dtype not in _EIGHT_BITS:
        raise DTypeError(op, f"{name} must be int8 or uint8, but it is {a.dtype}.", fix="Quantize it, or take Conv.")


def per_tensor(op: str, name: str, a: Array) -> Any:
    """Return the one element of a scalar, which may be written with one axis of size 1.

    Examples
    --------
    >>> per_tensor("onnx.QLinearConv", "x_scale", np.array([0.5]))
    0.5
    """
    if a.shape not in ((), (1,)):
        raise ShapeError(
            op,
            f"{name} must be a scalar, but its shape is {a.shape}.",
            fix="Only w's scale and zero point may differ per channel.",
        )
    return a.item()


def per_filter(op: str, name: str, a: Array, filters: int) -> list[Any]:
    """Return one element per filter, from a scalar or from one per filter.

    Examples
    --------
    >>> per_filter("onnx.QLinearConv", "w_scale", np.array(0.5), filters=2)
    [0.5, 0.5]
    """
    if a.shape not in ((), (1,), (filters,)):
        raise ShapeError(
            op,
            f"{name} must be a scalar, or have one entry for each of the {filters} filters.",
            f"{name}.shape = {a.shape}",
            fix=f"Take shape () or ({filters},).",
        )
    listed: list[Any] = np.broadcast_to(a, (filters,)).tolist()
    return listed


def check_pair(op: str, scale: Array, zero: Array) -> None:
    """Raise unless w_scale and w_zero_point are both scalars, or both one per filter.

    Examples
    --------
    >>> check_pair("onnx.QLinearConv", np.ones(3), np.zeros(3))
    """
    if scale.size != zero.size or max(scale.ndim, zero.ndim) > 1:
        raise ShapeError(
            op,
            "w_scale and w_zero_point must have the same shape.",
            f"w_scale.shape = {scale.shape}, w_zero_point.shape = {zero.shape}",
            fix="Take two scalars, or one of each per filter.",
        )


def read_scale(op: str, name: str, a: Array) -> Array:
    """Return a scale as float32, which must hold it exactly.

    Raises
    ------
    DTypeError
        For numbers that float32 would round.
    ArgumentError
        For those that are not finite, and for a y_scale of 0.

    Examples
    --------
    >>> read_scale("onnx.QLinearConv", "x_scale", np.array(0.1))
    Traceback (most recent call last):
    refconv.errors.DTypeError: onnx.QLinearConv: x_scale must be float32, which 0.1 is not.
      Write x_scale.astype(np.float32), or np.float32(...) for a number.
    """
    with np.errstate(over="ignore", invalid="ignore"):
        scale = a.astype(np.float32) if a.dtype.kind in "biuf" else None
    if scale is not None and not np.isfinite(scale).all():
        raise ArgumentError(op, f"{name} must be finite, but it is {a}.", fix="Look for a division by 0.")
    if scale is None or (scale != a).any():
        raise DTypeError(
            op,
            f"{name} must be float32, which {a} is not.",
            fix=f"Write {name}.astype(np.float32), or np.float32(...) for a number.",
        )
    if name == "y_scale" and (scale == 0).any():
        raise ArgumentError(op, "y_scale is 0, and the result is divided by it.", fix="Take the output's step.")
    return scale


def zero_point(op: str, name: str, a: Array | None, of: Array) -> Array:
    """Return a zero point, 0 if it is absent, in int64; it must have the type of what it belongs to.

    Examples
    --------
    >>> zero_point("onnx.ConvInteger", "x_zero_point", np.array(128, np.uint8), of=np.zeros(3, np.uint8))
    array(128)
    """
    if a is None:
        return np.zeros((), np.int64)
    if a.dtype != of.dtype:
        raise DTypeError(
            op,
            f"{name} is {a.dtype}, but what it belongs to is {of.dtype}.",
            fix=f"Write np.{of.dtype}(...) for a number, or {name}.astype(np.{of.dtype}).",
        )
    return a.astype(np.int64)


def requantized(total: Array, steps: list[Fraction], zero: int, dtype: np.dtype[Any]) -> Array:
    """Return ``saturate(round(total * step) + zero)`` of exact integers, each rounded once, a tie to the even number.

    Parameters
    ----------
    total : ndarray of int64, shape (N, M, ...)
        The sums, less than 2^53 in size.
    steps : list of Fraction
        What one of them stands for in the output's integers, for each of the M channels.
    zero : int
        The output's zero point.
    dtype : dtype
        The output's integer type.

    Notes
    -----
    float64 decides all but those so near a tie that its own roundings might have moved them over: the step and the
    product are rounded once each, together less than 4 u of the result. Fractions decide these.

    Examples
    --------
    >>> requantized(np.array([[[1, 3, 5, 900]]]), [Fraction(1, 2)], 3, np.dtype(np.int8)).tolist()
    [[[3, 5, 5, 127]]]
    """
    step = np.array([float(each) for each in steps]).reshape(-1, *(1,) * (total.ndim - 2))
    near = np.clip(total * step, -_FAR, _FAR)
    rounded = np.rint(near).astype(np.int64)
    doubtful = np.abs(np.abs(near - rounded) - 0.5) <= 2 * np.finfo(np.float64).eps * np.abs(near)
    for position in np.argwhere(doubtful):
        where = tuple(position)
        rounded[where] = round(int(total[where]) * steps[position[1]])
    limits = np.iinfo(dtype)
    return np.asarray(np.clip(rounded + zero, limits.min, limits.max), dtype)
