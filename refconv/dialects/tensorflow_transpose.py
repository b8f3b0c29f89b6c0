"""tf.nn.conv_transpose, and its names for one, two and three axes, with their gradients.

The caller says the shape of the result, and padding means that of the convolution from there to the input.
"""

from __future__ import annotations

from collections.abc import Sequence

from numpy.typing import ArrayLike

from refconv.dialects.tensorflow_adjoint import transpose, transpose_backward
from refconv.dialects.tensorflow_arguments import Explicit, Ints, options, rank_of
from refconv.ops.bilinear import Gradients
from refconv.ops.elements import Array
from refconv.ops.ranks import Ranked, per_rank

__all__ = [
    "conv1d_transpose",
    "conv1d_transpose_backward",
    "conv2d_transpose",
    "conv2d_transpose_backward",
    "conv3d_transpose",
    "conv3d_transpose_backward",
    "conv_transpose",
    "conv_transpose_backward",
]


def _conv_transpose(
    ranked: Ranked,
    input: ArrayLike,  # noqa: A002 - the name it has there
    filters: ArrayLike,
    output_shape: Sequence[int],
    strides: Ints,
    padding: Explicit = "SAME",
    data_format: str | None = "N*C",
    dilations: Ints | None = None,
    name: str | None = None,
) -> Array:
    """Return the adjoint of the convolution of the same name, as `tf.nn.{op}` is documented to.

    Parameters
    ----------
    input : array_like, shape (N, {axes}, C)
        Input.
    filters : array_like, shape ({kernel}, O, C)
        One bank of filters per input channel.
    output_shape : list of int
        The result's shape, in the order of `data_format`: such that the convolution takes it to input's.
    strides : int or list of int
        Steps between the outputs of neighbouring inputs, in output samples.
    padding : "SAME", "VALID" or list of pairs
        Of the convolution whose adjoint this is; pairs with two spatial axes only, one for every axis of
        `data_format`.
    data_format : str, optional
        The order of input's axes: the channels last, or after the batch; None is channels last.
    dilations : int or list of int, optional
        Distance between the taps, in output samples.
    name : str, optional
        Ignored.

    Returns
    -------
    ndarray, shape (N, {out}, O)
        Of that shape. Samples that no window reads are 0.

    Raises
    ------
    ShapeError
        For an output_shape from which the convolution leads elsewhere.
    ArgumentError, ArgumentTypeError, DTypeError, IntegerOverflowError
        As `refconv.conv_transpose2d`, in TensorFlow's words.

    Examples
    --------
    >>> import numpy as np
    >>> from refconv.dialects.tensorflow import {op}
    >>> x, w, shape = np.ones((1, {threes}, 4)), np.ones(({threes}, 2, 4)), [1, {sizes}, 2]
    >>> {op}(x, w, shape, 2).shape
    (1, {sizes}, 2)
    """
    op = f"tensorflow.nn.{ranked.op}"
    rank = rank_of(op, ranked.rank, input)
    said = options(op, rank, strides, padding, data_format, dilations, kernel_layout="*OI", explicit=rank == 2)
    return transpose(op, (input, filters), output_shape, said)


def _conv_transpose_backward(
    ranked: Ranked,
    dy: ArrayLike,
    input: ArrayLike,  # noqa: A002
    filters: ArrayLike,
    output_shape: Sequence[int],
    strides: Ints,
    padding: Explicit = "SAME",
    data_format: str | None = "N*C",
    dilations: Ints | None = None,
    name: str | None = None,
) -> Gradients:
    """Return the gradients of ``sum(dy * {forward}(input, filters, ...))`` for input and filters.

    Parameters
    ----------
    dy : array_like, shape (N, {out}, O)
        Gradient for the result of `{forward}`.
    input, filters, output_shape, strides, padding, data_format, dilations, name
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
    >>> x, w, shape = np.ones((1, {threes}, 4)), np.ones(({threes}, 2, 4)), [1, {sizes}, 2]
    >>> dx, dw, db = {op}(np.ones(shape), x, w, shape, 2)
    >>> dx.shape == x.shape, dw.shape == w.shape, db
    (True, True, None)
    """
    op = f"tensorflow.nn.{ranked.op}"
    rank = rank_of(op, ranked.rank, input)
    said = options(op, rank, strides, padding, data_format, dilations, kernel_layout="*OI", explicit=rank == 2)
    return transpose_backward(op, (dy, input, filters), output_shape, said)


conv_transpose, conv1d_transpose, conv2d_transpose, conv3d_transpose = per_rank("conv{}_transpose", _conv_transpose)
conv_transpose_backward, conv1d_transpose_backward, conv2d_transpose_backward, conv3d_transpose_backward = per_rank(
    "conv{}_transpose_backward", _conv_transpose_backward
)
