"""torch.nn.functional's unfold and fold: im2col and its adjoint, for two spatial axes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from numpy.typing import ArrayLike

from refconv.arithmetic.per_axis import integers
from refconv.dialects.torch_words import batched, said
from refconv.ops.elements import Array
from refconv.ops.unfold import col2im, im2col

__all__ = ["fold", "unfold"]

WORDS = {
    "x": "input",
    "columns": "input",
    "input_size": "output_size",
    **{word: word for word in ("kernel_size", "dilation", "padding", "stride")},
}


def unfold(
    input: ArrayLike,  # noqa: A002 - PyTorch's name
    kernel_size: int | Sequence[int],
    dilation: int | Sequence[int] = 1,
    padding: int | Sequence[int] = 0,
    stride: int | Sequence[int] = 1,
) -> Array:
    """Return what ``torch.nn.functional.unfold`` should: the windows, each as a column.

    Parameters
    ----------
    input : array_like, shape (N, C, H, W) or (C, H, W)
        Input, with or without a batch.
    kernel_size : int or one per axis
        Taps of a window. A sequence of one is refused here, as by PyTorch.
    dilation, padding, stride : int or one per axis
        As for `conv2d`, in this order; padding shows zeros.

    Returns
    -------
    ndarray, shape (N, C*KH*KW, OH*OW) or (C*KH*KW, OH*OW)
        Rows are ordered by channel, then tap.

    Raises
    ------
    ShapeError, ArgumentError, ArgumentTypeError, DTypeError
        As `refconv.im2col`, and ArgumentError for negative padding.

    See Also
    --------
    fold : its adjoint, and so its gradient; and the other way round.

    Examples
    --------
    >>> import numpy as np
    >>> from refconv.dialects import torch
    >>> torch.unfold(np.arange(4).reshape(1, 2, 2), (1, 2))
    array([[0, 2],
           [1, 3]])
    """
    op = "torch.unfold"
    x = batched(op, "input", input, "NCHW")
    options = _options(op, kernel_size, dilation, padding, stride)
    with said(op, WORDS):
        return x.leave(im2col(x.array, **options))


def fold(
    input: ArrayLike,  # noqa: A002 - PyTorch's name
    output_size: int | Sequence[int],
    kernel_size: int | Sequence[int],
    dilation: int | Sequence[int] = 1,
    padding: int | Sequence[int] = 0,
    stride: int | Sequence[int] = 1,
) -> Array:
    """Return what ``torch.nn.functional.fold`` should: every entry of a column added to the sample it stands for.

    Parameters
    ----------
    input : array_like, shape (N, C*KH*KW, OH*OW) or (C*KH*KW, OH*OW)
        Columns, as `unfold` makes them.
    output_size : int or one per axis
        The size (H, W) of the result.
    kernel_size, dilation, padding, stride
        As given to `unfold`.

    Returns
    -------
    ndarray, shape (N, C, H, W) or (C, H, W)
        Of the input's type; integers give int64, exactly.

    Raises
    ------
    ShapeError, ArgumentError, ArgumentTypeError, DTypeError, IntegerOverflowError
        As `refconv.col2im`, and ArgumentError for negative padding.

    See Also
    --------
    unfold : the map of which this is the adjoint.

    Examples
    --------
    >>> import numpy as np
    >>> from refconv.dialects import torch
    >>> torch.fold(np.ones((2, 4), int), (2, 3), (1, 2))
    array([[[1, 2, 1],
            [1, 2, 1]]])
    """
    op = "torch.fold"
    columns = batched(op, "input", input, ("N", "C*KH*KW", "OH*OW"))
    size = integers(op, "output_size", output_size, "HW", 1)
    options = _options(op, kernel_size, dilation, padding, stride)
    with said(op, WORDS):
        return columns.leave(col2im(columns.array, size, **options))


def _options(op: str, kernel_size: Any, dilation: Any, padding: Any, stride: Any) -> dict[str, Any]:
    return {
        "kernel_size": integers(op, "kernel_size", kernel_size, "HW", 1),
        "dilation": integers(op, "dilation", dilation, "HW", 1),
        "padding": integers(op, "padding", padding, "HW", 0),
        "stride": integers(op, "stride", stride, "HW", 1),
    }
