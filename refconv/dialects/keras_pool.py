"""keras.ops.max_pool and average_pool, along one, two or three axes, with their gradients. Padding never counts."""

from __future__ import annotations

from numpy.typing import ArrayLike

from refconv.arithmetic.per_axis import integers, letters
from refconv.dialects.keras_arguments import WORDS, options, rank_of
from refconv.dialects.saying import said_as
from refconv.ops import pooling
from refconv.ops.arguments import Padding, PerAxis
from refconv.ops.elements import Array

__all__ = ["average_pool", "average_pool_backward", "max_pool", "max_pool_backward"]


def max_pool(
    inputs: ArrayLike,
    pool_size: PerAxis,
    strides: PerAxis | None = None,
    padding: str = "valid",
    data_format: str | None = None,
) -> Array:
    """Return the largest sample of each window, as `keras.ops.max_pool` is documented to.

    Parameters
    ----------
    inputs : array_like, shape (N, ..., C)
        Input, of real numbers; with data_format "channels_first", shape (N, C, ...).
    pool_size : int or one per axis
        Taps of a window.
    strides : int or one per axis, optional
        Steps between windows, in input samples; None is `pool_size`.
    padding : {"valid", "same"}
        None, or refconv's "same_upper".
    data_format : {"channels_last", "channels_first"}, optional
        The order of inputs' axes; None is "channels_last".

    Returns
    -------
    ndarray, shape (N, ..., C)
        Along each axis ``ceil(n / s)`` windows for "same", else R7's.

    Raises
    ------
    ShapeError, ArgumentError, ArgumentTypeError, DTypeError
        As `refconv.max_pool`, in Keras' words.

    Examples
    --------
    >>> import numpy as np
    >>> max_pool(np.arange(5.0).reshape(1, 5, 1), 2, padding="same").ravel()
    array([1., 3., 4.])
    """
    op = "keras.ops.max_pool"
    windows, layout = _windows(op, inputs, pool_size, strides, padding, data_format)
    with said_as(op, WORDS):
        return pooling.max_pool(inputs, *windows, layout=layout)


def max_pool_backward(
    dy: ArrayLike,
    inputs: ArrayLike,
    pool_size: PerAxis,
    strides: PerAxis | None = None,
    padding: str = "valid",
    data_format: str | None = None,
) -> Array:
    """Return the gradient of ``sum(dy * max_pool(inputs, ...))``: each dy goes to its window's first largest sample.

    Parameters
    ----------
    dy : array_like, shape (N, ..., C)
        Gradient for the result of `max_pool`.
    inputs, pool_size, strides, padding, data_format
        As given to `max_pool`.

    Returns
    -------
    ndarray, shape (N, ..., C)
        In inputs' layout.

    Raises
    ------
    ShapeError, ArgumentError, ArgumentTypeError, DTypeError
        As `max_pool`, and ShapeError for a dy of the wrong shape.

    Examples
    --------
    >>> import numpy as np
    >>> max_pool_backward(np.ones((1, 3, 1)), np.arange(5.0).reshape(1, 5, 1), 2, padding="same").ravel()
    array([0., 1., 0., 1., 1.])
    """
    op = "keras.ops.max_pool_backward"
    windows, layout = _windows(op, inputs, pool_size, strides, padding, data_format)
    with said_as(op, WORDS):
        return pooling.max_pool_backward(dy, inputs, *windows, layout=layout)


def average_pool(
    inputs: ArrayLike,
    pool_size: PerAxis,
    strides: PerAxis | None = None,
    padding: str = "valid",
    data_format: str | None = None,
) -> Array:
    """Return the average of each window's samples, as `keras.ops.average_pool` is documented to.

    Parameters
    ----------
    inputs : array_like, shape (N, ..., C)
        Input; with data_format "channels_first", shape (N, C, ...).
    pool_size, strides, padding, data_format
        As for `max_pool`; padding does not count.

    Returns
    -------
    ndarray, shape (N, ..., C)
        Sizes as of `max_pool`; integers give float64.

    Raises
    ------
    ShapeError, ArgumentError, ArgumentTypeError, DTypeError, IntegerOverflowError
        As `refconv.avg_pool`, in Keras' words.

    Examples
    --------
    >>> import numpy as np
    >>> average_pool(np.arange(5.0).reshape(1, 5, 1), 2, padding="same").ravel()
    array([0.5, 2.5, 4. ])
    """
    op = "keras.ops.average_pool"
    windows, layout = _windows(op, inputs, pool_size, strides, padding, data_format)
    with said_as(op, WORDS):
        return pooling.avg_pool(inputs, *windows, count_include_pad=False, layout=layout)


def average_pool_backward(
    dy: ArrayLike,
    inputs: ArrayLike,
    pool_size: PerAxis,
    strides: PerAxis | None = None,
    padding: str = "valid",
    data_format: str | None = None,
) -> Array:
    """Return the gradient of ``sum(dy * average_pool(inputs, ...))``: each dy spread evenly over its window's samples.

    Parameters
    ----------
    dy : array_like, shape (N, ..., C)
        Gradient for the result of `average_pool`.
    inputs, pool_size, strides, padding, data_format
        As given to `average_pool`; of inputs only the shape matters.

    Returns
    -------
    ndarray, shape (N, ..., C)
        In inputs' layout.

    Raises
    ------
    ShapeError, ArgumentError, ArgumentTypeError, DTypeError
        As `average_pool`, and ShapeError for a dy of the wrong shape.

    Examples
    --------
    >>> import numpy as np
    >>> average_pool_backward(np.ones((1, 3, 1)), np.arange(5.0).reshape(1, 5, 1), 2, padding="same").ravel()
    array([0.5, 0.5, 0.5, 0.5, 1. ])
    """
    op = "keras.ops.average_pool_backward"
    windows, layout = _windows(op, inputs, pool_size, strides, padding, data_format)
    with said_as(op, WORDS):
        return pooling.avg_pool_backward(dy, inputs, *windows, count_include_pad=False, layout=layout)


def _windows(
    op: str,
    inputs: ArrayLike,
    pool_size: PerAxis,
    strides: PerAxis | None,
    padding: str,
    data_format: str | None,
) -> tuple[tuple[PerAxis, PerAxis, Padding], str]:
    """Return kernel size, stride and padding; and the layout."""
    rank = rank_of(op, inputs)
    kernel = integers(op, "pool_size", pool_size, letters(rank), 1)
    said = options(op, rank, kernel if strides is None else strides, padding, data_format)
    return (kernel, said.stride, said.padding), said.layout
