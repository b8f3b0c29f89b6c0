"""tf.nn.depthwise_conv2d and separable_conv2d, with their gradients.

Both are documented to take a stride or a dilation, not both.
"""

from __future__ import annotations

from collections.abc import Sequence

from numpy.typing import ArrayLike

from refconv.dialects.saying import said_as
from refconv.dialects.tensorflow_arguments import Explicit, options, refuse_both
from refconv.dialects.tensorflow_calls import WORDS
from refconv.ops import depthwise, separable
from refconv.ops.arguments import Options, Padding, PerAxis
from refconv.ops.bilinear import Gradients
from refconv.ops.elements import Array
from refconv.ops.separable import SeparableGradients

__all__ = [
    "depthwise_conv2d",
    "depthwise_conv2d_backward",
    "separable_conv2d",
    "separable_conv2d_backward",
]

DEPTHWISE = {**WORDS, "w": "filter"}
SEPARABLE = {**WORDS, "w_depthwise": "depthwise_filter", "w_pointwise": "pointwise_filter"}


def depthwise_conv2d(
    input: ArrayLike,  # noqa: A002 - the names it has there
    filter: ArrayLike,  # noqa: A002
    strides: Sequence[int],
    padding: Explicit,
    data_format: str | None = None,
    dilations: Sequence[int] | None = None,
    name: str | None = None,
) -> Array:
    """Convolve each channel by itself, as `tf.nn.depthwise_conv2d` is documented to.

    Parameters
    ----------
    input : array_like, shape (N, H, W, C)
        Input.
    filter : array_like, shape (KH, KW, C, M)
        M filters for each channel; output channel ``c*M + m``.
    strides : list of int
        Steps between windows, in input samples: four, one for every axis of `data_format`.
    padding : "SAME", "VALID" or list of pairs
        "SAME" is refconv's "same_upper", "VALID" none; or samples before and after for every axis of `data_format`.
    data_format : {"NHWC", "NCHW"}, optional
        The order of input's axes; None is "NHWC".
    dilations : list of int, optional
        Distance between the taps along (H, W), in input samples: two. Where one exceeds 1, strides must be 1.
    name : str, optional
        Ignored.

    Returns
    -------
    ndarray, shape (N, OH, OW, C*M)
        Along each axis ``ceil(n / s)`` outputs for "SAME", else R15's.

    Raises
    ------
    ShapeError, ArgumentError, ArgumentTypeError, DTypeError, IntegerOverflowError
        As `refconv.depthwise_conv2d`; ArgumentError for a stride and a dilation above 1.

    Examples
    --------
    >>> import numpy as np
    >>> depthwise_conv2d(np.ones((1, 5, 5, 4)), np.ones((3, 3, 4, 2)), [1, 2, 2, 1], "SAME").shape
    (1, 3, 3, 8)
    """
    op = "tensorflow.nn.depthwise_conv2d"
    said = _said(op, strides, padding, data_format, dilations)
    with said_as(op, DEPTHWISE):
        return depthwise.depthwise_conv2d(input, filter, None, *_steps(said))


def depthwise_conv2d_backward(
    dy: ArrayLike,
    input: ArrayLike,  # noqa: A002
    filter: ArrayLike,  # noqa: A002
    strides: Sequence[int],
    padding: Explicit,
    data_format: str | None = None,
    dilations: Sequence[int] | None = None,
    name: str | None = None,
) -> Gradients:
    """Return the gradients of ``sum(dy * depthwise_conv2d(input, filter, ...))`` for input and filter.

    Parameters
    ----------
    dy : array_like, shape (N, OH, OW, C*M)
        Gradient for the result of `depthwise_conv2d`.
    input, filter, strides, padding, data_format, dilations, name
        As given to `depthwise_conv2d`.

    Returns
    -------
    Gradients
        ``(dx, dw, None)`` in the layouts of input and filter.

    Raises
    ------
    ShapeError, ArgumentError, ArgumentTypeError, DTypeError, IntegerOverflowError
        As `depthwise_conv2d`, and ShapeError for a dy of the wrong shape.

    Examples
    --------
    >>> import numpy as np
    >>> x, w = np.ones((1, 5, 5, 4)), np.ones((3, 3, 4, 2))
    >>> depthwise_conv2d_backward(np.ones((1, 3, 3, 8)), x, w, [1, 2, 2, 1], "SAME").dw.shape
    (3, 3, 4, 2)
    """
    op = "tensorflow.nn.depthwise_conv2d_backward"
    said = _said(op, strides, padding, data_format, dilations)
    with said_as(op, DEPTHWISE):
        return depthwise.depthwise_conv2d_backward(dy, input, filter, *_steps(said), bias=False)


def separable_conv2d(
    input: ArrayLike,  # noqa: A002
    depthwise_filter: ArrayLike,
    pointwise_filter: ArrayLike,
    strides: Sequence[int],
    padding: Explicit,
    data_format: str | None = None,
    dilations: Sequence[int] | None = None,
    name: str | None = None,
) -> Array:
    """Convolve each channel by itself, then mix the channels, as `tf.nn.separable_conv2d` is documented to.

    Parameters
    ----------
    input : array_like, shape (N, H, W, C)
        Input.
    depthwise_filter : array_like, shape (KH, KW, C, M)
        M filters for each channel.
    pointwise_filter : array_like, shape (1, 1, C*M, O)
        The weights that mix.
    strides, padding, data_format, dilations
        Of the depthwise step, as for `depthwise_conv2d`.
    name : str, optional
        Ignored.

    Returns
    -------
    ndarray, shape (N, OH, OW, O)
        Sizes as of `depthwise_conv2d`.

    Raises
    ------
    ShapeError, ArgumentError, ArgumentTypeError, DTypeError, IntegerOverflowError
        As `refconv.separable_conv2d`; ArgumentError for a stride and a dilation above 1.

    Examples
    --------
    >>> import numpy as np
    >>> x, wd, wp = np.ones((1, 5, 5, 4)), np.ones((3, 3, 4, 2)), np.ones((1, 1, 8, 3))
    >>> separable_conv2d(x, wd, wp, [1, 1, 1, 1], "VALID").shape
    (1, 3, 3, 3)
    """
    op = "tensorflow.nn.separable_conv2d"
    said = _said(op, strides, padding, data_format, dilations)
    with said_as(op, SEPARABLE):
        return separable.separable_conv2d(
            input, depthwise_filter, pointwise_filter, None, None, *_both(said), pointwise_layout="*IO"
        )


def separable_conv2d_backward(
    dy: ArrayLike,
    input: ArrayLike,  # noqa: A002
    depthwise_filter: ArrayLike,
    pointwise_filter: ArrayLike,
    strides: Sequence[int],
    padding: Explicit,
    data_format: str | None = None,
    dilations: Sequence[int] | None = None,
    name: str | None = None,
) -> SeparableGradients:
    """Return the gradients of ``sum(dy * separable_conv2d(input, ...))`` for input and both filters.

    Parameters
    ----------
    dy : array_like, shape (N, OH, OW, O)
        Gradient for the result of `separable_conv2d`.
    input, depthwise_filter, pointwise_filter, strides, padding, data_format, dilations, name
        As given to `separable_conv2d`.

    Returns
    -------
    SeparableGradients
        ``(dx, dw_depthwise, dw_pointwise, None, None)`` in the layouts of the operands.

    Raises
    ------
    ShapeError, ArgumentError, ArgumentTypeError, DTypeError, IntegerOverflowError
        As `separable_conv2d`, and ShapeError for a dy of the wrong shape.

    Examples
    --------
    >>> import numpy as np
    >>> x, wd, wp = np.ones((1, 5, 5, 4)), np.ones((3, 3, 4, 2)), np.ones((1, 1, 8, 3))
    >>> separable_conv2d_backward(np.ones((1, 3, 3, 3)), x, wd, wp, [1, 1, 1, 1], "VALID").dw_pointwise.shape
    (1, 1, 8, 3)
    """
    op = "tensorflow.nn.separable_conv2d_backward"
    said = _said(op, strides, padding, data_format, dilations)
    with said_as(op, SEPARABLE):
        return separable.separable_conv2d_backward(
            dy, input, depthwise_filter, pointwise_filter, None, *_both(said), pointwise_layout="*IO", bias=False
        )


def _said(
    op: str, strides: Sequence[int], padding: Explicit, data_format: str | None, dilations: Sequence[int] | None
) -> Options:
    said = options(
        *(op, 2, strides, padding, data_format, dilations), kernel_layout="*CM", explicit=True, lengths=(4, 2)
    )
    refuse_both(op, said)
    return said


def _steps(said: Options) -> tuple[PerAxis, Padding, PerAxis, str, str, str]:
    return said.stride, said.padding, said.dilation, said.padding_mode, said.layout, said.kernel_layout


def _both(said: Options) -> tuple[PerAxis, Padding, PerAxis, int, str, str, str]:
    return said.stride, said.padding, said.dilation, 1, said.padding_mode, said.layout, said.kernel_layout
