"""tf.nn.max_pool and avg_pool for one, two and three spatial axes, with their gradients. Padding never counts."""

from __future__ import annotations

from numpy.typing import ArrayLike

from refconv.dialects.saying import said_as
from refconv.dialects.tensorflow_arguments import Explicit, Ints, options, per_axis, rank_of
from refconv.ops import pooling
from refconv.ops.arguments import Padding, PerAxis
from refconv.ops.elements import Array
from refconv.ops.ranks import Ranked, per_rank

__all__ = [
    "avg_pool",
    "avg_pool1d",
    "avg_pool1d_backward",
    "avg_pool2d",
    "avg_pool2d_backward",
    "avg_pool3d",
    "avg_pool3d_backward",
    "avg_pool_backward",
    "max_pool",
    "max_pool1d",
    "max_pool1d_backward",
    "max_pool2d",
    "max_pool2d_backward",
    "max_pool3d",
    "max_pool3d_backward",
    "max_pool_backward",
]

WORDS = {"x": "input", "kernel_size": "ksize", "stride": "strides", "layout": "data_format"}


def _max_pool(
    ranked: Ranked,
    input: ArrayLike,  # noqa: A002 - the name it has there
    ksize: Ints,
    strides: Ints,
    padding: Explicit,
    data_format: str | None = "N*C",
    name: str | None = None,
) -> Array:
    """Return the largest sample of each window, as `tf.nn.{op}` is documented to.

    Parameters
    ----------
    input : array_like, shape (N, {axes}, C)
        Input, of real numbers.
    ksize : int or list of int
        Taps of a window; a list is for ({axes}), or for all axes of `data_format`.
    strides : int or list of int
        Steps between windows, in input samples; as `ksize`.
    padding : "SAME", "VALID" or list of pairs
        "SAME" is refconv's "same_upper", "VALID" none. Pairs, not with three spatial axes, are the samples before and
        after for every axis of `data_format`.
    data_format : str, optional
        The order of input's axes: the channels last, or after the batch; None is channels last.
    name : str, optional
        Ignored.

    Returns
    -------
    ndarray, shape (N, {out}, C)
        Along each axis ``ceil(n / s)`` windows for "SAME", else R7's.

    Raises
    ------
    ShapeError, ArgumentError, ArgumentTypeError, DTypeError
        As `refconv.max_pool2d`, in TensorFlow's words.

    Examples
    --------
    >>> import numpy as np
    >>> from refconv.dialects.tensorflow import {op}
    >>> {op}(np.ones((1, {sizes}, 4)), 2, 2, "SAME").shape
    (1, {threes}, 4)
    """
    op = f"tensorflow.nn.{ranked.op}"
    windows = _windows(op, ranked.rank, input, ksize, (strides, padding, data_format), explicit=True)
    with said_as(op, WORDS):
        return pooling.max_pool(input, *windows[:3], layout=windows[3])


def _max_pool_backward(
    ranked: Ranked,
    dy: ArrayLike,
    input: ArrayLike,  # noqa: A002
    ksize: Ints,
    strides: Ints,
    padding: Explicit,
    data_format: str | None = "N*C",
    name: str | None = None,
) -> Array:
    """Return the gradient of ``sum(dy * {forward}(input, ...))``: each dy goes to its window's first largest sample.

    Parameters
    ----------
    dy : array_like, shape (N, {out}, C)
        Gradient for the result of `{forward}`.
    input, ksize, strides, padding, data_format, name
        As given to `{forward}`.

    Returns
    -------
    ndarray, shape (N, {axes}, C)
        In input's layout.

    Raises
    ------
    ShapeError, ArgumentError, ArgumentTypeError, DTypeError
        As `{forward}`, and ShapeError for a dy of the wrong shape.

    Examples
    --------
    >>> import numpy as np
    >>> from refconv.dialects.tensorflow import {op}
    >>> float({op}(np.ones((1, {threes}, 4)), np.ones((1, {sizes}, 4)), 2, 2, "SAME").sum()) == 4 * 3 ** {rank}
    True
    """
    op = f"tensorflow.nn.{ranked.op}"
    windows = _windows(op, ranked.rank, input, ksize, (strides, padding, data_format), explicit=True)
    with said_as(op, WORDS):
        return pooling.max_pool_backward(dy, input, *windows[:3], layout=windows[3])


def _avg_pool(
    ranked: Ranked,
    input: ArrayLike,  # noqa: A002
    ksize: Ints,
    strides: Ints,
    padding: str,
    data_format: str | None = "N*C",
    name: str | None = None,
) -> Array:
    """Return the average of each window's samples, as `tf.nn.{op}` is documented to; padding does not count.

    Parameters
    ----------
    input : array_like, shape (N, {axes}, C)
        Input.
    ksize : int or list of int
        Taps of a window; a list is for ({axes}), or for all axes of `data_format`.
    strides : int or list of int
        Steps between windows, in input samples; as `ksize`.
    padding : {{"SAME", "VALID"}}
        "SAME" is refconv's "same_upper", "VALID" none.
    data_format : str, optional
        The order of input's axes: the channels last, or after the batch; None is channels last.
    name : str, optional
        Ignored.

    Returns
    -------
    ndarray, shape (N, {out}, C)
        Along each axis ``ceil(n / s)`` windows for "SAME", else R7's; integers give float64.

    Raises
    ------
    ShapeError, ArgumentError, ArgumentTypeError, DTypeError, IntegerOverflowError
        As `refconv.avg_pool2d`, in TensorFlow's words.

    Examples
    --------
    >>> import numpy as np
    >>> from refconv.dialects.tensorflow import {op}
    >>> bool(({op}(np.ones((1, {sizes}, 4)), 2, 2, "SAME") == np.ones((1, {threes}, 4))).all())
    True
    """
    op = f"tensorflow.nn.{ranked.op}"
    windows = _windows(op, ranked.rank, input, ksize, (strides, padding, data_format), explicit=False)
    with said_as(op, WORDS):
        return pooling.avg_pool(input, *windows[:3], count_include_pad=False, layout=windows[3])


def _avg_pool_backward(
    ranked: Ranked,
    dy: ArrayLike,
    input: ArrayLike,  # noqa: A002
    ksize: Ints,
    strides: Ints,
    padding: str,
    data_format: str | None = "N*C",
    name: str | None = None,
) -> Array:
    """Return the gradient of ``sum(dy * {forward}(input, ...))``: each dy spread evenly over its window's samples.

    Parameters
    ----------
    dy : array_like, shape (N, {out}, C)
        Gradient for the result of `{forward}`.
    input, ksize, strides, padding, data_format, name
        As given to `{forward}`; of input only the shape matters.

    Returns
    -------
    ndarray, shape (N, {axes}, C)
        In input's layout.

    Raises
    ------
    ShapeError, ArgumentError, ArgumentTypeError, DTypeError
        As `{forward}`, and ShapeError for a dy of the wrong shape.

    Examples
    --------
    >>> import numpy as np
    >>> from refconv.dialects.tensorflow import {op}
    >>> float({op}(np.ones((1, {threes}, 4)), np.ones((1, {sizes}, 4)), 2, 2, "SAME").sum()) == 4 * 3 ** {rank}
    True
    """
    op = f"tensorflow.nn.{ranked.op}"
    windows = _windows(op, ranked.rank, input, ksize, (strides, padding, data_format), explicit=False)
    with said_as(op, WORDS):
        return pooling.avg_pool_backward(dy, input, *windows[:3], count_include_pad=False, layout=windows[3])


def _windows(
    op: str,
    rank: int | None,
    x: ArrayLike,
    ksize: Ints,
    moved: tuple[Ints, Explicit, str | None],
    *,
    explicit: bool,
) -> tuple[PerAxis, PerAxis, Padding, str]:
    """Return kernel size, stride, padding and layout."""
    strides, padding, data_format = moved
    rank = rank_of(op, rank, x)
    said = options(op, rank, strides, padding, data_format, explicit=explicit and rank < 3)
    return per_axis(op, "ksize", ksize, said.layout), said.stride, said.padding, said.layout


max_pool, max_pool1d, max_pool2d, max_pool3d = per_rank("max_pool{}", _max_pool)
max_pool_backward, max_pool1d_backward, max_pool2d_backward, max_pool3d_backward = per_rank(
    "max_pool{}_backward", _max_pool_backward
)
avg_pool, avg_pool1d, avg_pool2d, avg_pool3d = per_rank("avg_pool{}", _avg_pool)
avg_pool_backward, avg_pool1d_backward, avg_pool2d_backward, avg_pool3d_backward = per_rank(
    "avg_pool{}_backward", _avg_pool_backward
)
