"""ONNX's Conv and ConvTranspose."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, cast

from numpy.typing import ArrayLike

from refconv.arithmetic.per_axis import integer
from refconv.arithmetic.sizes import halves, transposed_output_size
from refconv.dialects.onnx_attributes import (
    WINDOWS,
    WORDS,
    Windows,
    numbers,
    read_attributes,
    read_inputs,
    read_windows,
    spatial,
)
from refconv.dialects.saying import said_as
from refconv.ops import convolution, transposed
from refconv.ops.checks import check_rank
from refconv.ops.elements import Array

__all__ = ["conv", "conv_transpose"]

_INPUTS = ("X", "W", "B")
_TRANSPOSED_WORDS = {**WORDS, "output_padding": "output_padding"}


def conv(inputs: Sequence[ArrayLike | None], attributes: Mapping[str, Any]) -> tuple[Array, ...]:
    """Run ONNX's Conv.

    Parameters
    ----------
    inputs : sequence of array_like or None
        X (N, C, D1, ..., Dn), W (M, C/group, k1, ..., kn), and optionally B (M,).
    attributes : mapping
        auto_pad ("NOTSET", "SAME_UPPER", "SAME_LOWER" or "VALID"), dilations, group, kernel_shape, pads, strides.

    Returns
    -------
    tuple of one ndarray
        Y (N, M, ...), of type ``np.result_type(X, W)``; exact int64 of integers.

    Raises
    ------
    ShapeError, ArgumentError, ArgumentTypeError, DTypeError, IntegerOverflowError
        As `refconv.conv2d`; ArgumentError also for negative pads and for pads beside an auto_pad.

    Notes
    -----
    SAME means ``ceil(n / s)`` outputs, the padding from the dilated kernel's span.

    See Also
    --------
    refconv.conv2d

    Examples
    --------
    >>> import numpy as np
    >>> X, W = np.arange(7).reshape(1, 1, 7), np.ones((1, 1, 3), int)
    >>> conv([X, W], {"auto_pad": "SAME_LOWER", "dilations": [2], "strides": [2]})[0]
    array([[[ 2,  6, 12, 10]]])
    """
    op = "onnx.Conv"
    x, w, b = _arrays(op, inputs)
    said = read_attributes(op, attributes, {**WINDOWS, "group": 1})
    windows, group = _windows(op, said, x, w)
    with said_as(op, WORDS):
        return (convolution.conv(x, w, b, windows.stride, windows.padding, windows.dilation, group),)


def conv_transpose(inputs: Sequence[ArrayLike | None], attributes: Mapping[str, Any]) -> tuple[Array, ...]:
    """Run ONNX's ConvTranspose.

    Parameters
    ----------
    inputs : sequence of array_like or None
        X (N, C, D1, ..., Dn), W (C, M/group, k1, ..., kn), and optionally B (M,).
    attributes : mapping
        auto_pad, dilations, group, kernel_shape, pads and strides as for Conv; output_padding, and output_shape (the
        spatial axes alone).

    Returns
    -------
    tuple of one ndarray
        Y (N, M, ...): along each axis ``(n - 1)*s + d*(k - 1) + 1 + output_padding - pads`` (R14); output_shape if that
        is given; ``n*s`` for SAME_UPPER and SAME_LOWER.

    Raises
    ------
    ShapeError, ArgumentError, ArgumentTypeError, DTypeError, IntegerOverflowError
        As `refconv.conv_transpose2d`; ArgumentError also for negative pads and for pads beside an auto_pad.

    Notes
    -----
    With output_shape pads are ignored. It and SAME take off half of what is too much at each end, the odd one at the
    end for SAME_UPPER and at the beginning for all others, NOTSET too. The same equation holds where the size asked
    for is the larger one: halves, rounded down, of a negative number. `docs/disagreements.md` has what ONNX Runtime
    does there.

    See Also
    --------
    refconv.conv_transpose2d

    Examples
    --------
    >>> import numpy as np
    >>> X, W = np.arange(1, 4).reshape(1, 1, 3), np.array([[[1, 10, 100]]])
    >>> conv_transpose([X, W], {"strides": [2]})[0]
    array([[[  1,  10, 102,  20, 203,  30, 300]]])
    >>> conv_transpose([X, W], {"strides": [2], "auto_pad": "SAME_UPPER"})[0]
    array([[[  1,  10, 102,  20, 203,  30]]])
    """
    op = "onnx.ConvTranspose"
    x, w, b = _arrays(op, inputs)
    said = read_attributes(op, attributes, {**WINDOWS, "group": 1, "output_padding": None, "output_shape": None})
    windows, group = _windows(op, said, x, w)
    axes = spatial(op, "X", x.shape)
    extra = numbers(op, "output_padding", said["output_padding"], axes, 0, minimum=0)
    size = _output_size(op, said, x.shape[2:], windows.stride, axes)
    padding = windows.padding
    if size is not None:
        lower = said["auto_pad"] != "SAME_UPPER"
        along = zip(x.shape[2:], w.shape[2:], windows.stride, windows.dilation, extra, size, strict=True)
        # rounded down for a negative total too: the specification's one such case has its new zeros at the end
        padding = [halves(transposed_output_size(n, k, s, d, a=a) - wanted, lower) for n, k, s, d, a, wanted in along]
    with said_as(op, _TRANSPOSED_WORDS):
        y = transposed.conv_transpose(x, w, b, windows.stride, padding, windows.dilation, group, extra)
    return (y,)


def _arrays(op: str, inputs: Sequence[ArrayLike | None]) -> tuple[Array, Array, Array | None]:
    x, w, b = read_inputs(op, inputs, _INPUTS, required=2)
    return cast("Array", x), cast("Array", w), b


def _windows(op: str, said: Mapping[str, Any], x: Array, w: Array) -> tuple[Windows, int]:
    axes = spatial(op, "X", x.shape)
    check_rank(op, "W", w.shape, "as X has", x.ndim)
    return read_windows(op, said, axes, w.shape[2:]), integer(op, "group", said["group"], 1)


def _output_size(
    op: str, said: Mapping[str, Any], size: tuple[int, ...], stride: tuple[int, ...], axes: str
) -> tuple[int, ...] | None:
    """Return the size that is asked for by output_shape or SAME, or None where it follows from pads."""
    if said["output_shape"] is not None:
        return numbers(op, "output_shape", said["output_shape"], axes, 1, minimum=1)
    if said["auto_pad"].startswith("SAME"):
        return tuple(n * s for n, s in zip(size, stride, strict=True))
    return None
