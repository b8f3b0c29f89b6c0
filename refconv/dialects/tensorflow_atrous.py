"""tf.nn.atrous_conv2d and its transpose, with their gradients: one dilation for both axes, stride 1."""

from __future__ import annotations

from collections.abc import Sequence

from numpy.typing import ArrayLike

from refconv.arithmetic.per_axis import integer
from refconv.dialects.tensorflow_adjoint import transpose, transpose_backward
from refconv.dialects.tensorflow_arguments import options
from refconv.dialects.tensorflow_calls import WORDS, convolve, convolve_backward
from refconv.ops.arguments import Options
from refconv.ops.bilinear import Gradients
from refconv.ops.elements import Array

__all__ = [
    "atrous_conv2d",
    "atrous_conv2d_backward",
    "atrous_conv2d_transpose",
    "atrous_conv2d_transpose_backward",
]

RATED = {**WORDS, "x": "value", "dilation": "rate"}


def atrous_conv2d(value: ArrayLike, filters: ArrayLike, rate: int, padding: str, name: str | None = None) -> Array:
    """Convolve with one dilation for both axes and stride 1, as `tf.nn.atrous_conv2d` is documented to.

    Parameters
    ----------
    value : array_like, shape (N, H, W, C)
        Input, channels last.
    filters : array_like, shape (KH, KW, C, O)
        One filter per output channel.
    rate : int
        Distance between the taps, in input samples, along both axes.
    padding : {"SAME", "VALID"}
        "SAME" is refconv's "same_upper", "VALID" none.
    name : str, optional
        Ignored.

    Returns
    -------
    ndarray, shape (N, OH, OW, O)
        ``(H, W)`` for "SAME", R15's sizes for "VALID".

    Raises
    ------
    ShapeError, ArgumentError, ArgumentTypeError, DTypeError, IntegerOverflowError
        As `conv2d`.

    Examples
    --------
    >>> import numpy as np
    >>> atrous_conv2d(np.ones((1, 9, 9, 2)), np.ones((3, 3, 2, 1)), 2, "VALID").shape
    (1, 5, 5, 1)
    """
    op = "tensorflow.nn.atrous_conv2d"
    return convolve(op, 2, value, filters, _rated(op, rate, padding), RATED)


def atrous_conv2d_backward(
    dy: ArrayLike, value: ArrayLike, filters: ArrayLike, rate: int, padding: str, name: str | None = None
) -> Gradients:
    """Return the gradients of ``sum(dy * atrous_conv2d(value, filters, rate, padding))`` for value and filters.

    Parameters
    ----------
    dy : array_like, shape (N, OH, OW, O)
        Gradient for the result of `atrous_conv2d`.
    value, filters, rate, padding, name
        As given to `atrous_conv2d`.

    Returns
    -------
    Gradients
        ``(dx, dw, None)`` in the layouts of value and filters.

    Raises
    ------
    ShapeError, ArgumentError, ArgumentTypeError, DTypeError, IntegerOverflowError
        As `atrous_conv2d`, and ShapeError for a dy of the wrong shape.

    Examples
    --------
    >>> import numpy as np
    >>> x, w = np.ones((1, 9, 9, 2)), np.ones((3, 3, 2, 1))
    >>> atrous_conv2d_backward(np.ones((1, 5, 5, 1)), x, w, 2, "VALID").dw.ravel()[:2]
    array([25., 25.])
    """
    op = "tensorflow.nn.atrous_conv2d_backward"
    return convolve_backward(op, 2, (dy, value, filters), _rated(op, rate, padding), RATED)


def atrous_conv2d_transpose(
    value: ArrayLike,
    filters: ArrayLike,
    output_shape: Sequence[int],
    rate: int,
    padding: str,
    name: str | None = None,
) -> Array:
    """Return the adjoint of `atrous_conv2d`, as `tf.nn.atrous_conv2d_transpose` is documented to.

    Parameters
    ----------
    value : array_like, shape (N, H, W, C)
        Input, channels last.
    filters : array_like, shape (KH, KW, O, C)
        One bank of filters per input channel.
    output_shape : list of int
        The result's shape (N, OH, OW, O): such that `atrous_conv2d` takes it to (N, H, W, C).
    rate : int
        Distance between the taps, in output samples, along both axes.
    padding : {"SAME", "VALID"}
        Of the convolution whose adjoint this is.
    name : str, optional
        Ignored.

    Returns
    -------
    ndarray, shape (N, OH, OW, O)
        Of that shape.

    Raises
    ------
    ShapeError, ArgumentError, ArgumentTypeError, DTypeError, IntegerOverflowError
        As `conv2d_transpose`.

    Examples
    --------
    >>> import numpy as np
    >>> atrous_conv2d_transpose(np.ones((1, 5, 5, 1)), np.ones((3, 3, 2, 1)), [1, 9, 9, 2], 2, "VALID").shape
    (1, 9, 9, 2)
    """
    op = "tensorflow.nn.atrous_conv2d_transpose"
    return transpose(op, (value, filters), output_shape, _rated(op, rate, padding, "*OI"), RATED)


def atrous_conv2d_transpose_backward(
    dy: ArrayLike,
    value: ArrayLike,
    filters: ArrayLike,
    output_shape: Sequence[int],
    rate: int,
    padding: str,
    name: str | None = None,
) -> Gradients:
    """Return the gradients of ``sum(dy * atrous_conv2d_transpose(value, filters, ...))`` for value and filters.

    Parameters
    ----------
    dy : array_like, shape (N, OH, OW, O)
        Gradient for the result of `atrous_conv2d_transpose`.
    value, filters, output_shape, rate, padding, name
        As given to `atrous_conv2d_transpose`.

    Returns
    -------
    Gradients
        ``(dx, dw, None)`` in the layouts of value and filters.

    Raises
    ------
    ShapeError, ArgumentError, ArgumentTypeError, DTypeError, IntegerOverflowError
        As `atrous_conv2d_transpose`, and ShapeError for a dy of the wrong shape.

    Examples
    --------
    >>> import numpy as np
    >>> dy, x, w = np.ones((1, 9, 9, 2)), np.ones((1, 5, 5, 1)), np.ones((3, 3, 2, 1))
    >>> float(atrous_conv2d_transpose_backward(dy, x, w, dy.shape, 2, "VALID").dx[0, 0, 0, 0])
    18.0
    """
    op = "tensorflow.nn.atrous_conv2d_transpose_backward"
    return transpose_backward(op, (dy, value, filters), output_shape, _rated(op, rate, padding, "*OI"), RATED)


def _rated(op: str, rate: int, padding: str, kernel_layout: str = "*IO") -> Options:
    said = options(op, 2, 1, padding, kernel_layout=kernel_layout)
    return said._replace(dilation=(integer(op, "rate", rate, 1),) * 2)
