"""keras.ops.depthwise_conv and separable_conv, along one or two axes, with their gradients."""

from __future__ import annotations

from numpy.typing import ArrayLike

from refconv.dialects.keras_arguments import WORDS, options, rank_of
from refconv.dialects.saying import said_as
from refconv.ops import depthwise, separable
from refconv.ops.arguments import Padding, PerAxis
from refconv.ops.bilinear import Gradients
from refconv.ops.elements import Array
from refconv.ops.separable import SeparableGradients

__all__ = ["depthwise_conv", "depthwise_conv_backward", "separable_conv", "separable_conv_backward"]

SEPARABLE = {**WORDS, "w_depthwise": "depthwise_kernel", "w_pointwise": "pointwise_kernel"}


def depthwise_conv(
    inputs: ArrayLike,
    kernel: ArrayLike,
    strides: PerAxis = 1,
    padding: str = "valid",
    data_format: str | None = None,
    dilation_rate: PerAxis = 1,
) -> Array:
    """Convolve each channel by itself, as `keras.ops.depthwise_conv` is documented to.

    Parameters
    ----------
    inputs : array_like, shape (N, W, C) or (N, H, W, C)
        Input; with data_format "channels_first" the channels come second.
    kernel : array_like, shape (..., C, M)
        M filters for each channel; output channel ``c*M + m``.
    strides : int or one per axis
        Steps between windows, in input samples.
    padding : {"valid", "same"}
        None, or refconv's "same_upper".
    data_format : {"channels_last", "channels_first"}, optional
        The order of inputs' axes; None is "channels_last".
    dilation_rate : int or one per axis
        Distance between the taps, in input samples.

    Returns
    -------
    ndarray, shape (N, ..., C*M)
        Along each axis ``ceil(n / s)`` outputs for "same", else R15's.

    Raises
    ------
    ShapeError, ArgumentError, ArgumentTypeError, DTypeError, IntegerOverflowError
        As `refconv.depthwise_conv`, in Keras' words; ShapeError for three spatial axes.

    Examples
    --------
    >>> import numpy as np
    >>> depthwise_conv(np.ones((1, 5, 5, 4)), np.ones((3, 3, 4, 2)), 2, "same").shape
    (1, 3, 3, 8)
    """
    op = "keras.ops.depthwise_conv"
    steps = _said(op, inputs, strides, padding, data_format, dilation_rate)
    with said_as(op, WORDS):
        return depthwise.depthwise_conv(inputs, kernel, None, *steps)


def depthwise_conv_backward(
    dy: ArrayLike,
    inputs: ArrayLike,
    kernel: ArrayLike,
    strides: PerAxis = 1,
    padding: str = "valid",
    data_format: str | None = None,
    dilation_rate: PerAxis = 1,
) -> Gradients:
    """Return the gradients of ``sum(dy * depthwise_conv(inputs, kernel, ...))`` for inputs and kernel.

    Parameters
    ----------
    dy : array_like, shape (N, ..., C*M)
        Gradient for the result of `depthwise_conv`.
    inputs, kernel, strides, padding, data_format, dilation_rate
        As given to `depthwise_conv`.

    Returns
    -------
    Gradients
        ``(dx, dw, None)`` in the layouts of inputs and kernel.

    Raises
    ------
    ShapeError, ArgumentError, ArgumentTypeError, DTypeError, IntegerOverflowError
        As `depthwise_conv`, and ShapeError for a dy of the wrong shape.

    Examples
    --------
    >>> import numpy as np
    >>> x, w = np.ones((1, 5, 5, 4)), np.ones((3, 3, 4, 2))
    >>> depthwise_conv_backward(np.ones((1, 3, 3, 8)), x, w, 2, "same").dw.shape
    (3, 3, 4, 2)
    """
    op = "keras.ops.depthwise_conv_backward"
    steps = _said(op, inputs, strides, padding, data_format, dilation_rate)
    with said_as(op, WORDS):
        return depthwise.depthwise_conv_backward(dy, inputs, kernel, *steps, bias=False)


def separable_conv(
    inputs: ArrayLike,
    depthwise_kernel: ArrayLike,
    pointwise_kernel: ArrayLike,
    strides: PerAxis = 1,
    padding: str = "valid",
    data_format: str | None = None,
    dilation_rate: PerAxis = 1,
) -> Array:
    """Convolve each channel by itself, then mix the channels, as `keras.ops.separable_conv` is documented to.

    Parameters
    ----------
    inputs : array_like, shape (N, W, C) or (N, H, W, C)
        Input; with data_format "channels_first" the channels come second.
    depthwise_kernel : array_like, shape (..., C, M)
        M filters for each channel.
    pointwise_kernel : array_like, shape (1, C*M, O) or (1, 1, C*M, O)
        The weights that mix.
    strides, padding, data_format, dilation_rate
        Of the depthwise step, as for `depthwise_conv`.

    Returns
    -------
    ndarray, shape (N, ..., O)
        Sizes as of `depthwise_conv`.

    Raises
    ------
    ShapeError, ArgumentError, ArgumentTypeError, DTypeError, IntegerOverflowError
        As `refconv.separable_conv`, in Keras' words; ShapeError for three spatial axes.

    Examples
    --------
    >>> import numpy as np
    >>> x, wd, wp = np.ones((1, 5, 4)), np.ones((3, 4, 2)), np.ones((1, 8, 3))
    >>> separable_conv(x, wd, wp).shape
    (1, 3, 3)
    """
    op = "keras.ops.separable_conv"
    steps = _said(op, inputs, strides, padding, data_format, dilation_rate)
    with said_as(op, SEPARABLE):
        return separable.separable_conv(
            inputs, depthwise_kernel, pointwise_kernel, None, None, *_mixed(steps), pointwise_layout="*IO"
        )


def separable_conv_backward(
    dy: ArrayLike,
    inputs: ArrayLike,
    depthwise_kernel: ArrayLike,
    pointwise_kernel: ArrayLike,
    strides: PerAxis = 1,
    padding: str = "valid",
    data_format: str | None = None,
    dilation_rate: PerAxis = 1,
) -> SeparableGradients:
    """Return the gradients of ``sum(dy * separable_conv(inputs, ...))`` for inputs and both kernels.

    Parameters
    ----------
    dy : array_like, shape (N, ..., O)
        Gradient for the result of `separable_conv`.
    inputs, depthwise_kernel, pointwise_kernel, strides, padding, data_format, dilation_rate
        As given to `separable_conv`.

    Returns
    -------
    SeparableGradients
        ``(dx, dw_depthwise, dw_pointwise, None, None)`` in the layouts of the operands.

    Raises
    ------
    ShapeError, ArgumentError, ArgumentTypeError, DTypeError, IntegerOverflowError
        As `separable_conv`, and ShapeError for a dy of the wrong shape.

    Examples
    --------
    >>> import numpy as np
    >>> x, wd, wp = np.ones((1, 5, 4)), np.ones((3, 4, 2)), np.ones((1, 8, 3))
    >>> separable_conv_backward(np.ones((1, 3, 3)), x, wd, wp).dw_pointwise.shape
    (1, 8, 3)
    """
    op = "keras.ops.separable_conv_backward"
    steps = _said(op, inputs, strides, padding, data_format, dilation_rate)
    with said_as(op, SEPARABLE):
        return separable.separable_conv_backward(
            dy, inputs, depthwise_kernel, pointwise_kernel, None, *_mixed(steps), pointwise_layout="*IO", bias=False
        )


Steps = tuple[PerAxis, Padding, PerAxis, str, str, str]


def _said(
    op: str, inputs: ArrayLike, strides: PerAxis, padding: str, data_format: str | None, dilation_rate: PerAxis
) -> Steps:
    """Return stride, padding, dilation, padding mode and both layouts in refconv's words."""
    rank = rank_of(op, inputs, most=2)
    said = options(op, rank, strides, padding, data_format, dilation_rate, kernel_layout="*CM")
    return said.stride, said.padding, said.dilation, "zeros", said.layout, said.kernel_layout


def _mixed(steps: Steps) -> tuple[PerAxis, Padding, PerAxis, int, str, str, str]:
    """Return the same with the groups of the pointwise step, which has one."""
    return *steps[:3], 1, *steps[3:]
