"""keras.ops.conv and its gradients.

Groups follow from the kernel's shape: where it reads fewer channels than the inputs have, there are as many groups.
"""

from __future__ import annotations

from numpy.typing import ArrayLike

from refconv.dialects.keras_arguments import WORDS, options, rank_of
from refconv.dialects.tensorflow_calls import convolve, convolve_backward
from refconv.ops.arguments import PerAxis
from refconv.ops.bilinear import Gradients
from refconv.ops.elements import Array

__all__ = ["conv", "conv_backward"]


def conv(
    inputs: ArrayLike,
    kernel: ArrayLike,
    strides: PerAxis = 1,
    padding: str = "valid",
    data_format: str | None = None,
    dilation_rate: PerAxis = 1,
) -> Array:
    """Convolve along one, two or three axes, as `keras.ops.conv` is documented to.

    Parameters
    ----------
    inputs : array_like, shape (N, ..., C)
        Input; with data_format "channels_first", shape (N, C, ...).
    kernel : array_like, shape (..., C/G, O)
        One filter per output channel.
    strides : int or one per axis
        Steps between windows, in input samples.
    padding : {"valid", "same", "causal"}
        None; refconv's "same_upper"; or, along one axis only, all of it before, as Keras' layers have it.
    data_format : {"channels_last", "channels_first"}, optional
        The order of inputs' axes; None is "channels_last".
    dilation_rate : int or one per axis
        Distance between the taps, in input samples.

    Returns
    -------
    ndarray, shape (N, ..., O)
        Along each axis ``ceil(n / s)`` outputs for "same" and "causal", else R15's.

    Raises
    ------
    ShapeError, ArgumentError, ArgumentTypeError, DTypeError, IntegerOverflowError
        As `refconv.conv`, in Keras' words.

    Examples
    --------
    >>> import numpy as np
    >>> conv(np.arange(5.0).reshape(1, 5, 1), np.ones((3, 1, 1)), padding="causal").ravel()
    array([0., 1., 3., 6., 9.])
    """
    op = "keras.ops.conv"
    rank = rank_of(op, inputs)
    said = options(op, rank, strides, padding, data_format, dilation_rate, causal=True)
    return convolve(op, rank, inputs, kernel, said, WORDS)


def conv_backward(
    dy: ArrayLike,
    inputs: ArrayLike,
    kernel: ArrayLike,
    strides: PerAxis = 1,
    padding: str = "valid",
    data_format: str | None = None,
    dilation_rate: PerAxis = 1,
) -> Gradients:
    """Return the gradients of ``sum(dy * conv(inputs, kernel, ...))`` for inputs and kernel.

    Parameters
    ----------
    dy : array_like, shape (N, ..., O)
        Gradient for the result of `conv`.
    inputs, kernel, strides, padding, data_format, dilation_rate
        As given to `conv`.

    Returns
    -------
    Gradients
        ``(dx, dw, None)`` in the layouts of inputs and kernel.

    Raises
    ------
    ShapeError, ArgumentError, ArgumentTypeError, DTypeError, IntegerOverflowError
        As `conv`, and ShapeError for a dy of the wrong shape.

    Examples
    --------
    >>> import numpy as np
    >>> conv_backward(np.ones((1, 3, 1)), np.ones((1, 5, 1)), np.ones((3, 1, 1))).dx.ravel()
    array([1., 2., 3., 2., 1.])
    """
    op = "keras.ops.conv_backward"
    rank = rank_of(op, inputs)
    said = options(op, rank, strides, padding, data_format, dilation_rate, causal=True)
    return convolve_backward(op, rank, (dy, inputs, kernel), said, WORDS)
