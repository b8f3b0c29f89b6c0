"""jax.lax's shorthands for its general convolution: of (N, C, ...) with (O, I, ...), without groups."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from numpy.typing import ArrayLike

from refconv.dialects.xla_calls import general_call, ungrouped
from refconv.dialects.xla_general import GeneralCall, backward, forward
from refconv.ops.bilinear import Gradients
from refconv.ops.elements import Array

__all__ = ["conv", "conv_backward", "conv_with_general_padding", "conv_with_general_padding_backward"]


def conv(
    lhs: ArrayLike,
    rhs: ArrayLike,
    window_strides: Sequence[int],
    padding: str | Sequence[tuple[int, int]],
    precision: Any = None,
    preferred_element_type: Any = None,
) -> Array:
    """Return what jax.lax.conv returns: `conv_general_dilated` with nothing dilated.

    Parameters
    ----------
    lhs : array_like, shape (N, C, ...)
        Input.
    rhs : array_like, shape (O, C, ...)
        Kernel.
    window_strides, padding, precision, preferred_element_type
        As for `conv_general_dilated`.

    Returns
    -------
    ndarray, shape (N, O, ...)
        With "SAME", ``ceil(n / stride)`` outputs along each spatial axis.

    Raises
    ------
    ShapeError, ArgumentError, ArgumentTypeError, DTypeError, IntegerOverflowError
        As `conv_general_dilated`.

    Examples
    --------
    >>> import numpy as np
    >>> conv(np.ones((1, 3, 7, 8)), np.ones((2, 3, 3, 3)), (2, 2), "SAME").shape
    (1, 2, 4, 4)
    """
    said = window_strides, padding, None, None, None
    return forward(_plain_call("jax.lax.conv", lhs, rhs, said, types=(precision, preferred_element_type)))


def conv_backward(
    dy: ArrayLike,
    lhs: ArrayLike,
    rhs: ArrayLike,
    window_strides: Sequence[int],
    padding: str | Sequence[tuple[int, int]],
    precision: Any = None,
    preferred_element_type: Any = None,
) -> Gradients:
    """Return the gradients of ``sum(dy * conv(lhs, rhs, ...))``.

    Parameters
    ----------
    dy : array_like
        Gradient for the result, of exactly its shape.
    lhs, rhs, window_strides, padding, precision, preferred_element_type
        As given to `conv`.

    Returns
    -------
    Gradients
        ``(dx, dw, None)``, as `conv_general_dilated_backward` gives them.

    Raises
    ------
    ShapeError, ArgumentError, ArgumentTypeError, DTypeError, IntegerOverflowError
        As `conv`, and ShapeError for a dy of the wrong shape.

    Examples
    --------
    >>> import numpy as np
    >>> lhs, rhs = np.arange(1, 4).reshape(1, 1, 3), np.array([[[1, 10]]])
    >>> conv_backward(np.ones((1, 1, 2), int), lhs, rhs, (1,), "VALID")
    Gradients(dx=array([[[ 1, 11, 10]]]), dw=array([[[3, 5]]]), db=None)
    """
    said = window_strides, padding, None, None, None
    types = precision, preferred_element_type
    return backward(_plain_call("jax.lax.conv_backward", lhs, rhs, said, types=types), dy)


def conv_with_general_padding(
    lhs: ArrayLike,
    rhs: ArrayLike,
    window_strides: Sequence[int],
    padding: str | Sequence[tuple[int, int]],
    lhs_dilation: Sequence[int] | None,
    rhs_dilation: Sequence[int] | None,
    precision: Any = None,
    preferred_element_type: Any = None,
) -> Array:
    """Return what jax.lax.conv_with_general_padding returns: `conv_general_dilated` without groups and layouts.

    Parameters
    ----------
    lhs : array_like, shape (N, C, ...)
        Input.
    rhs : array_like, shape (O, C, ...)
        Kernel.
    window_strides, padding, lhs_dilation, rhs_dilation, precision, preferred_element_type
        As for `conv_general_dilated`.

    Returns
    -------
    ndarray, shape (N, O, ...)
        As many outputs along each spatial axis as windows fit.

    Raises
    ------
    ShapeError, ArgumentError, ArgumentTypeError, DTypeError, IntegerOverflowError
        As `conv_general_dilated`.

    Examples
    --------
    >>> import numpy as np
    >>> lhs, rhs = np.arange(1, 4).reshape(1, 1, 3), np.array([[[1, 10]]])
    >>> conv_with_general_padding(lhs, rhs, (1,), [(1, 0)], (2,), None).ravel()
    array([10,  1, 20,  2, 30])
    """
    op, said = "jax.lax.conv_with_general_padding", (window_strides, padding, lhs_dilation, rhs_dilation, None)
    return forward(_plain_call(op, lhs, rhs, said, types=(precision, preferred_element_type)))


def conv_with_general_padding_backward(
    dy: ArrayLike,
    lhs: ArrayLike,
    rhs: ArrayLike,
    window_strides: Sequence[int],
    padding: str | Sequence[tuple[int, int]],
    lhs_dilation: Sequence[int] | None,
    rhs_dilation: Sequence[int] | None,
    precision: Any = None,
    preferred_element_type: Any = None,
) -> Gradients:
    """Return the gradients of ``sum(dy * conv_with_general_padding(lhs, rhs, ...))``.

    Parameters
    ----------
    dy : array_like
        Gradient for the result, of exactly its shape.
    lhs, rhs, window_strides, padding, lhs_dilation, rhs_dilation, precision, preferred_element_type
        As given to `conv_with_general_padding`.

    Returns
    -------
    Gradients
        ``(dx, dw, None)``, as `conv_general_dilated_backward` gives them.

    Raises
    ------
    ShapeError, ArgumentError, ArgumentTypeError, DTypeError, IntegerOverflowError
        As `conv_with_general_padding`, and ShapeError for a dy of the wrong shape.

    Examples
    --------
    >>> import numpy as np
    >>> lhs, rhs = np.arange(1, 4).reshape(1, 1, 3), np.array([[[1, 10]]])
    >>> conv_with_general_padding_backward(np.ones((1, 1, 5), int), lhs, rhs, (1,), [(1, 0)], (2,), None)
    Gradients(dx=array([[[11, 11, 10]]]), dw=array([[[3, 6]]]), db=None)
    """
    op, said = "jax.lax.conv_with_general_padding_backward", (window_strides, padding, lhs_dilation, rhs_dilation, None)
    return backward(_plain_call(op, lhs, rhs, said, types=(precision, preferred_element_type)), dy)


def _plain_call(op: str, lhs: ArrayLike, rhs: ArrayLike, said: tuple[Any, ...], types: tuple[Any, Any]) -> GeneralCall:
    with ungrouped(op):
        return general_call(op, lhs, rhs, said, types=types)
