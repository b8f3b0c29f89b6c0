"""Maximum and average pooling: what is asked for, checked, and done piece by piece.

How a piece is pooled is in `refconv.ops.pool_max` and `refconv.ops.pool_average`, along one axis after the other, as
`refconv.ops.pool_axis` says; how pieces are cut, in `refconv.ops.pool_pieces`.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from refconv.arithmetic.padding import terms_per_pixel
from refconv.arithmetic.per_axis import flag
from refconv.errors import DTypeError
from refconv.ops import arguments
from refconv.ops.arguments import Padding, PerAxis
from refconv.ops.calls import Windows
from refconv.ops.dtypes import sum_arithmetic
from refconv.ops.elements import Array, is_integer
from refconv.ops.integers import FLOAT_EXACT
from refconv.ops.integers import largest as largest_integer
from refconv.ops.pool_average import counts, spread_evenly, sums
from refconv.ops.pool_max import largest, to_the_largest
from refconv.ops.pool_pieces import Piece, each_piece, each_piece_back
from refconv.ops.ranks import Ranked, per_rank
from refconv.ops.tiles import Box

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


def _max_pool(
    ranked: Ranked,
    x: ArrayLike,
    kernel_size: PerAxis,
    stride: PerAxis | None = None,
    padding: Padding = 0,
    dilation: PerAxis = 1,
    ceil_mode: bool = False,
    layout: str = "NC*",
) -> Array:
    r"""Return the largest sample of each window.

    .. math:: y[n, c, i] = \max_{{m:\; 0 \le i s + m d - lo < n}} x[n, c, i s + m d - lo]

    for each spatial axis alike. Padding is not a sample and never the largest.

    Parameters
    ----------
    x : array_like, shape (N, C, {axes})
        Input, of real numbers.
    kernel_size : int or one per axis
        Taps of a window.
    stride : int or one per axis, optional
        Steps between windows, in input samples; by default the kernel size.
    padding, dilation
        As for `conv2d`, but padding is never negative.
    ceil_mode : bool
        Keep a last window that hangs over the end, provided that it starts on the input or the padding before it.
    layout : str
        Any order of N, C, {axes}.

    Returns
    -------
    ndarray, shape (N, C, {out})
        Of x's type, sizes by R7 with padding and dilation as for `conv2d`. A NaN in a window is its maximum.

    Raises
    ------
    ShapeError
        For a kernel that does not fit, and a window with no sample of the input in it.
    ArgumentError, ArgumentTypeError, DTypeError
        As `conv2d`; DTypeError for complex numbers, which have no order.

    Notes
    -----
    One axis is pooled after the other: a comparison per output and tap of an axis, not of the kernel. PyTorch
    allows padding of half the kernel; here a window needs one sample.

    See Also
    --------
    {op}_backward : its gradient.
    refconv.algorithms.pooling : the definition, as lists of samples.

    Examples
    --------
    >>> import numpy as np, refconv
    >>> refconv.{op}(np.ones((1, 2, {sizes})), 2, ceil_mode=True).shape
    (1, 2, {threes})
    """
    how = (stride, padding, dilation, ceil_mode)
    call = arguments.pooling(ranked.op, ranked.rank, x, kernel_size, how, layout)
    _check_ordered(call)
    plan, order = call.plan, call.x_layout
    samples = order.leave(call.x)
    y = np.empty(order.shape(plan.y_shape), samples.dtype)

    def fill(box: Box) -> None:
        piece = Piece(plan, order, box)
        largest(samples[piece.pixels], piece, y[box])

    each_piece(fill, y.shape, plan, [y.dtype], arrays=2)
    return y


def _max_pool_backward(
    ranked: Ranked,
    dy: ArrayLike,
    x: ArrayLike,
    kernel_size: PerAxis,
    stride: PerAxis | None = None,
    padding: Padding = 0,
    dilation: PerAxis = 1,
    ceil_mode: bool = False,
    layout: str = "NC*",
) -> Array:
    r"""Return the gradient of ``sum(dy * {forward}(x))`` for x: each dy goes to its window's largest sample.

    .. math:: dx[n, c, q] = \sum_{{i:\; q \text{{ is the largest of window }} i}} dy[n, c, i]

    Parameters
    ----------
    dy : array_like, shape (N, C, {out})
        Gradient for the result of `{forward}`, of exactly its shape and layout.
    x, kernel_size, stride, padding, dilation, ceil_mode, layout
        As given to `{forward}`.

    Returns
    -------
    ndarray, shape (N, C, {axes})
        Of dy's type; integers give int64, exactly. Among equal samples the first tap's is the largest, as in PyTorch;
        among several NaN the first, where PyTorch takes the last.

    Raises
    ------
    ShapeError, ArgumentError, ArgumentTypeError, DTypeError, IntegerOverflowError
        As `{forward}`, and ShapeError for a dy of the wrong shape.

    See Also
    --------
    {forward} : the forward pass.

    Examples
    --------
    >>> import numpy as np, refconv
    >>> x = np.arange(5 ** {rank}).reshape(1, 1, {sizes})
    >>> int(refconv.{op}(refconv.{forward}(x, 3), x, 3).max()) == int(refconv.{forward}(x, 3).max())
    True
    """
    how = (stride, padding, dilation, ceil_mode)
    call = arguments.pooling(ranked.op, ranked.rank, x, kernel_size, how, layout)
    _check_ordered(call)
    upstream = arguments.upstream(call.op, dy, call.x_layout, call.plan.y_shape, ranked.forward)
    arithmetic = sum_arithmetic(call.op, terms_per_pixel(call.plan), upstream)
    plan, order = call.plan, call.x_layout
    samples, given = order.leave(call.x), order.leave(upstream)
    dx = np.empty(order.shape(plan.x_shape), arithmetic.result)

    def send(piece: Piece, out: Array) -> None:
        to_the_largest(given[piece.windows], samples[piece.pixels], piece, arithmetic.accumulator, out)

    types = [samples.dtype, arithmetic.accumulator]
    each_piece_back(send, dx, plan, order, (arithmetic.accumulator, arithmetic.finish), types, arrays=6)
    return dx


def _avg_pool(
    ranked: Ranked,
    x: ArrayLike,
    kernel_size: PerAxis,
    stride: PerAxis | None = None,
    padding: Padding = 0,
    dilation: PerAxis = 1,
    ceil_mode: bool = False,
    count_include_pad: bool = True,
    layout: str = "NC*",
) -> Array:
    r"""Return the average of each window.

    .. math:: y[n, c, i] = \frac{{1}}{{count(i)}} \sum_{{m:\; 0 \le i s + m d - lo < n}} x[n, c, i s + m d - lo]

    for each spatial axis alike.

    Parameters
    ----------
    x : array_like, shape (N, C, {axes})
        Input.
    kernel_size : int or one per axis
        Taps of a window.
    stride : int or one per axis, optional
        Steps between windows, in input samples; by default the kernel size.
    padding, dilation
        As for `conv2d`, but padding is never negative.
    ceil_mode : bool
        Keep a last window that hangs over the end, provided that it starts on the input or the padding before it.
    count_include_pad : bool
        Whether the count has the window's taps on padding. What hangs over the padding's end never counts.
    layout : str
        Any order of N, C, {axes}.

    Returns
    -------
    ndarray, shape (N, C, {out})
        Of x's type, sizes by R7 with padding and dilation as for `conv2d`; integers give float64, of their exact sum.

    Raises
    ------
    ShapeError
        For a kernel that does not fit, and a window with no sample of the input in it.
    ArgumentError, ArgumentTypeError, DTypeError, IntegerOverflowError
        As `conv2d`.

    Notes
    -----
    One axis is summed after the other: an addition per output and tap of an axis. The default counts
    are PyTorch's; TensorFlow never counts padding.

    See Also
    --------
    {op}_backward : its gradient.
    refconv.algorithms.pooling : the definition, as lists of samples.

    Examples
    --------
    >>> import numpy as np, refconv
    >>> refconv.{op}(np.ones((1, 1, {sizes})), 2, padding=1, count_include_pad=False).ravel()[:2]
    array([1., 1.])
    """
    how = (stride, padding, dilation, ceil_mode)
    call = arguments.pooling(ranked.op, ranked.rank, x, kernel_size, how, layout)
    include = flag(call.op, "count_include_pad", count_include_pad)
    arithmetic = sum_arithmetic(call.op, call.plan.taps, call.x)
    result = np.dtype(np.float64) if is_integer(call.x) else arithmetic.result
    plan, order = call.plan, call.x_layout
    samples = order.leave(call.x)
    y = np.empty(order.shape(plan.y_shape), result)

    def fill(box: Box) -> None:
        piece = Piece(plan, order, box)
        total = sums(samples[piece.pixels], piece, arithmetic.accumulator)
        if is_integer(samples) and largest_integer(total) > FLOAT_EXACT:
            total = total.astype(object)  # Python divides ints of any size with one rounding
        y[box] = total / counts(call, box, total.dtype, include_padding=include)

    each_piece(fill, y.shape, plan, [arithmetic.accumulator], arrays=4)
    return y


def _avg_pool_backward(
    ranked: Ranked,
    dy: ArrayLike,
    x: ArrayLike,
    kernel_size: PerAxis,
    stride: PerAxis | None = None,
    padding: Padding = 0,
    dilation: PerAxis = 1,
    ceil_mode: bool = False,
    count_include_pad: bool = True,
    layout: str = "NC*",
) -> Array:
    r"""Return the gradient of ``sum(dy * {forward}(x))`` for x: each dy spread evenly over its window.

    .. math:: dx[n, c, q] = \sum_{{(i, m):\; i s + m d - lo \,=\, q}} \frac{{dy[n, c, i]}}{{count(i)}}

    Parameters
    ----------
    dy : array_like, shape (N, C, {out})
        Gradient for the result of `{forward}`, of exactly its shape and layout.
    x, kernel_size, stride, padding, dilation, ceil_mode, count_include_pad, layout
        As given to `{forward}`; of x only the shape matters.

    Returns
    -------
    ndarray, shape (N, C, {axes})
        Of dy's type; float64 for integers.

    Raises
    ------
    ShapeError, ArgumentError, ArgumentTypeError, DTypeError
        As `{forward}`, and ShapeError for a dy of the wrong shape.

    See Also
    --------
    {forward} : the forward pass.

    Examples
    --------
    >>> import numpy as np, refconv
    >>> x = np.ones((1, 1, {sizes}))
    >>> float(refconv.{op}(refconv.{forward}(x, 2), x, 2).sum()) == float(refconv.{forward}(x, 2).sum())
    True
    """
    how = (stride, padding, dilation, ceil_mode)
    call = arguments.pooling(ranked.op, ranked.rank, x, kernel_size, how, layout)
    include = flag(call.op, "count_include_pad", count_include_pad)
    upstream = arguments.upstream(call.op, dy, call.x_layout, call.plan.y_shape, ranked.forward)
    result = np.dtype(np.float64) if is_integer(upstream) else upstream.dtype
    accumulator = sum_arithmetic(call.op, 1, np.empty(0, result)).accumulator
    plan, order = call.plan, call.x_layout
    given = order.leave(upstream)
    dx = np.empty(order.shape(plan.x_shape), result)

    def send(piece: Piece, out: Array) -> None:
        count = counts(call, piece.windows, accumulator, include_padding=include)
        spread_evenly(given[piece.windows].astype(accumulator, copy=False) / count, piece, out)

    each_piece_back(send, dx, plan, order, (accumulator, np.asarray), [accumulator], arrays=4)
    return dx


def _check_ordered(call: Windows) -> None:
    if call.x.dtype.kind == "c":
        raise DTypeError(call.op, "complex numbers have no largest.", fix="Pool np.abs(x), or x.real and x.imag apart.")


max_pool, max_pool1d, max_pool2d, max_pool3d = per_rank("max_pool{}", _max_pool)
max_pool_backward, max_pool1d_backward, max_pool2d_backward, max_pool3d_backward = per_rank(
    "max_pool{}_backward", _max_pool_backward
)
avg_pool, avg_pool1d, avg_pool2d, avg_pool3d = per_rank("avg_pool{}", _avg_pool)
avg_pool_backward, avg_pool1d_backward, avg_pool2d_backward, avg_pool3d_backward = per_rank(
    "avg_pool{}_backward", _avg_pool_backward
)
