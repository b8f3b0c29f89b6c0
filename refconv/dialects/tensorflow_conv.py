"""tf.nn.conv1d, conv2d and conv3d, with their gradients.

Groups follow from the filters' shape: where these read fewer channels than the input has, it has as many groups.
"""

from __future__ import annotations

from numpy.typing import ArrayLike

from refconv.dialects.tensorflow_arguments import Explicit, Ints, options
from refconv.dialects.tensorflow_calls import WORDS, convolve, convolve_backward
from refconv.ops.bilinear import Gradients
from refconv.ops.elements import Array
from refconv.ops.ranks import Ranked, per_rank

__all__ = ["conv1d", "conv1d_backward", "conv2d", "conv2d_backward", "conv3d", "conv3d_backward"]

LENGTHS = {2: (None, None), 3: (5, 5)}
"""conv3d takes strides and dilations as lists of five only."""

WORDS_1D = {**WORDS, "stride": "stride"}


def conv1d(
    input: ArrayLike,  # noqa: A002 - the name it has there
    filters: ArrayLike,
    stride: Ints,
    padding: str,
    data_format: str = "NWC",
    dilations: Ints | None = None,
    name: str | None = None,
) -> Array:
    """Convolve along one axis, as `tf.nn.conv1d` is documented to.

    Parameters
    ----------
    input : array_like, shape (..., W, C)
        Input; the axes before these are all batch. With data_format ``"NCW"``, shape (..., C, W).
    filters : array_like, shape (KW, C/G, O)
        One filter per output channel.
    stride : int or list of int
        Steps between windows, in input samples; a list has 1 or 3 entries, one for each axis of `data_format`.
    padding : {"SAME", "VALID"}
        "SAME" is refconv's "same_upper", "VALID" none.
    data_format : {"NWC", "NCW"}
        The order of input's axes.
    dilations : int or list of int, optional
        Distance between the taps, in input samples; as `stride`.
    name : str, optional
        Ignored.

    Returns
    -------
    ndarray, shape (..., OW, O)
        ``ceil(W / stride)`` outputs for "SAME", R15's for "VALID".

    Raises
    ------
    ShapeError, ArgumentError, ArgumentTypeError, DTypeError, IntegerOverflowError
        As `refconv.conv1d`, in TensorFlow's words.

    Examples
    --------
    >>> import numpy as np
    >>> conv1d(np.arange(5.0).reshape(1, 5, 1), np.ones((3, 1, 1)), 2, "SAME").ravel()
    array([1., 6., 7.])
    """
    op = "tensorflow.nn.conv1d"
    said = options(op, 1, stride, padding, data_format, dilations, name="stride")
    return convolve(op, 1, input, filters, said, WORDS_1D)


def conv1d_backward(
    dy: ArrayLike,
    input: ArrayLike,  # noqa: A002
    filters: ArrayLike,
    stride: Ints,
    padding: str,
    data_format: str = "NWC",
    dilations: Ints | None = None,
    name: str | None = None,
) -> Gradients:
    """Return the gradients of ``sum(dy * conv1d(input, filters, ...))`` for input and filters.

    Parameters
    ----------
    dy : array_like, shape (..., OW, O)
        Gradient for the result of `conv1d`.
    input, filters, stride, padding, data_format, dilations, name
        As given to `conv1d`.

    Returns
    -------
    Gradients
        ``(dx, dw, None)`` in the layouts of input and filters.

    Raises
    ------
    ShapeError, ArgumentError, ArgumentTypeError, DTypeError, IntegerOverflowError
        As `conv1d`, and ShapeError for a dy of the wrong shape.

    Examples
    --------
    >>> import numpy as np
    >>> conv1d_backward(np.ones((1, 3, 1)), np.ones((1, 5, 1)), np.ones((3, 1, 1)), 1, "VALID").dx.ravel()
    array([1., 2., 3., 2., 1.])
    """
    op = "tensorflow.nn.conv1d_backward"
    said = options(op, 1, stride, padding, data_format, dilations, name="stride")
    return convolve_backward(op, 1, (dy, input, filters), said, WORDS_1D)


def _conv(
    ranked: Ranked,
    input: ArrayLike,  # noqa: A002
    filters: ArrayLike,
    strides: Ints,
    padding: Explicit,
    data_format: str = "N*C",
    dilations: Ints | None = None,
    name: str | None = None,
) -> Array:
    """Convolve, as `tf.nn.{op}` is documented to (cross-correlation: the kernel is not flipped).

    Parameters
    ----------
    input : array_like, shape (N, {axes}, C)
        Input; more axes before these are all batch.
    filters : array_like, shape ({kernel}, C/G, O)
        One filter per output channel.
    strides : int or list of int
        Steps between windows, in input samples: a list for all axes of `data_format`. With two spatial axes also an
        int, or a list for these alone.
    padding : "SAME", "VALID" or list of pairs
        "SAME" is refconv's "same_upper", "VALID" none. With two spatial axes also the samples before and after for
        every axis of `data_format`, none along the batch and the channels.
    data_format : str
        The order of input's axes: the channels last, or after the batch.
    dilations : int or list of int, optional
        Distance between the taps, in input samples; as `strides`.
    name : str, optional
        Ignored.

    Returns
    -------
    ndarray, shape (N, {out}, O)
        Along each axis ``ceil(n / s)`` outputs for "SAME", else R15's.

    Raises
    ------
    ShapeError, ArgumentError, ArgumentTypeError, DTypeError, IntegerOverflowError
        As `refconv.conv2d`, in TensorFlow's words.

    Examples
    --------
    >>> import numpy as np
    >>> from refconv.dialects.tensorflow import {op}
    >>> {op}(np.ones((1, {sizes}, 4)), np.ones(({threes}, 2, 6)), [1, {ones}, 1], "SAME").shape
    (1, {sizes}, 6)
    """
    op = f"tensorflow.nn.{ranked.op}"
    rank = ranked.rank or 2
    said = options(op, rank, strides, padding, data_format, dilations, explicit=rank == 2, lengths=LENGTHS[rank])
    return convolve(op, rank, input, filters, said)


def _conv_backward(
    ranked: Ranked,
    dy: ArrayLike,
    input: ArrayLike,  # noqa: A002
    filters: ArrayLike,
    strides: Ints,
    padding: Explicit,
    data_format: str = "N*C",
    dilations: Ints | None = None,
    name: str | None = None,
) -> Gradients:
    """Return the gradients of ``sum(dy * {forward}(input, filters, ...))`` for input and filters.

    Parameters
    ----------
    dy : array_like, shape (N, {out}, O)
        Gradient for the result of `{forward}`.
    input, filters, strides, padding, data_format, dilations, name
        As given to `{forward}`.

    Returns
    -------
    Gradients
        ``(dx, dw, None)`` in the layouts of input and filters.

    Raises
    ------
    ShapeError, ArgumentError, ArgumentTypeError, DTypeError, IntegerOverflowError
        As `{forward}`, and ShapeError for a dy of the wrong shape.

    Examples
    --------
    >>> import numpy as np
    >>> from refconv.dialects.tensorflow import {op}
    >>> x, w = np.ones((1, {sizes}, 4)), np.ones(({threes}, 2, 6))
    >>> dx, dw, db = {op}(np.ones((1, {sizes}, 6)), x, w, [1, {ones}, 1], "SAME")
    >>> dx.shape == x.shape, dw.shape == w.shape, db
    (True, True, None)
    """
    op = f"tensorflow.nn.{ranked.op}"
    rank = ranked.rank or 2
    said = options(op, rank, strides, padding, data_format, dilations, explicit=rank == 2, lengths=LENGTHS[rank])
    return convolve_backward(op, rank, (dy, input, filters), said)


conv2d, conv3d = per_rank("conv{}", _conv)[2:]
conv2d_backward, conv3d_backward = per_rank("conv{}_backward", _conv_backward)[2:]
