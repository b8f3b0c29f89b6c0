"""Maximum and average pooling, tap by tap: padding is never read, so it needs no stand-in value.

Only the windows whose tap lands on the input take part in a step (`Axis.landing`), for the value and for the gradient
alike; both work box by box, so that what they need beside input and output is bounded.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from refconv.arithmetic.geometry import Geometry
from refconv.arithmetic.padding import terms_per_pixel
from refconv.arithmetic.per_axis import flag
from refconv.errors import DTypeError
from refconv.ops import arguments
from refconv.ops.arguments import Padding, PerAxis, Windows
from refconv.ops.dtypes import sum_arithmetic
from refconv.ops.elements import Array, is_integer
from refconv.ops.integers import FLOAT_EXACT, largest
from refconv.ops.ranks import Ranked, per_rank
from refconv.ops.tiles import Box, boxes, lengths, whole

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

PIXELS_AT_ONCE = 2**18


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
    One comparison per output and tap. PyTorch allows padding of half the kernel; here a window needs one sample.

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
    y = call.x_layout.empty(call.plan.y_shape, call.x.dtype)
    for n, channels, *box in _blocks(y.shape, call.plan):
        y[n, channels, *box] = _largest(call.x[n, channels], tuple(box), call.plan)[0]
    return call.x_layout.leave(y)


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
    dx = call.x_layout.empty(call.plan.x_shape, arithmetic.result)
    with np.errstate(all="ignore"):
        for n, channels, *box in _blocks(dx.shape, call.plan):
            part = np.zeros(dx[n, channels, *box].shape, arithmetic.accumulator)
            readers = _readers(box, call.plan)
            winner = _largest(call.x[n, channels], readers, call.plan)[1]
            terms = upstream[n, channels, *readers].astype(arithmetic.accumulator)
            for number, windows, pixels in _taps(call.plan, readers, tuple(box)):
                # adding a zero elsewhere would not do: an infinite dy must stay where it belongs
                part[:, *pixels] += np.where(winner[:, *windows] == number, terms[:, *windows], 0)
            dx[n, channels, *box] = arithmetic.finish(part)
    return call.x_layout.leave(dx)


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
    One addition per output and tap. The default counts are PyTorch's; TensorFlow never counts padding.

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
    y = call.x_layout.empty(call.plan.y_shape, result)
    with np.errstate(all="ignore"):
        for n, channels, *box in _blocks(y.shape, call.plan):
            total = np.zeros(y[n, channels, *box].shape, arithmetic.accumulator)
            for _, windows, pixels in _taps(call.plan, tuple(box)):
                total[:, *windows] += call.x[n, channels, *pixels].astype(arithmetic.accumulator, copy=False)
            if is_integer(call.x) and largest(total) > FLOAT_EXACT:
                total = total.astype(object)  # Python divides ints of any size with one rounding
            y[n, channels, *box] = total / _count(call, tuple(box), include, total.dtype)
    return call.x_layout.leave(y)


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
    dx = call.x_layout.empty(call.plan.x_shape, result)
    with np.errstate(all="ignore"):
        for n, channels, *box in _blocks(dx.shape, call.plan):
            part = np.zeros(dx[n, channels, *box].shape, accumulator)
            readers = _readers(box, call.plan)
            terms = upstream[n, channels, *readers].astype(accumulator) / _count(call, readers, include, accumulator)
            for _, windows, pixels in _taps(call.plan, readers, tuple(box)):
                part[:, *pixels] += terms[:, *windows]
            dx[n, channels, *box] = part
    return call.x_layout.leave(dx)


def _taps(plan: Geometry, readers: Box, pixels: Box | None = None) -> Iterator[tuple[int, Box, Box]]:
    """Yield each tap's number, which of the `readers` have it on `pixels` (default: all of x), and where.

    The windows count from the first reader, the positions from the first of the pixels.
    """
    for number, tap in enumerate(np.ndindex(*plan.kernel_size)):
        windows, positions = [], []
        for axis, m, reader, part in zip(plan.axes, tap, readers, pixels or whole(*plan.size), strict=True):
            hit, where = axis.landing(m, axis.lo + part.start, axis.lo + part.stop, reader)
            first = min(reader.start, hit.start)  # an empty hit stays empty
            windows.append(slice(hit.start - first, hit.stop - first))
            positions.append(where)
        yield number, tuple(windows), tuple(positions)


def _readers(pixels: list[slice], plan: Geometry) -> Box:
    """Return the windows that may read any of the pixels."""
    return plan.readers(whole(*plan.kernel_size), plan.in_padded(tuple(pixels)))


def _largest(x: Any, windows: Box, plan: Geometry) -> tuple[Any, Any]:
    """Return each window's largest sample and the number of its tap: the first among equals, or the first NaN."""
    best = np.zeros((x.shape[0], *lengths(windows)), x.dtype)  # compared with, though not chosen, at first
    winner = np.full(best.shape, -1, np.int32)
    for number, here, pixels in _taps(plan, windows):
        candidate, current, holder = x[:, *pixels], best[:, *here], winner[:, *here]
        with np.errstate(all="ignore"):
            # NaN is all that differs from itself, in every number type
            beats = (holder < 0) | ((current == current) & ((candidate != candidate) | (candidate > current)))
        holder[...] = np.where(beats, number, holder)
        current[...] = np.where(beats, candidate, current)
    return best, winner


def _count(call: Windows, windows: Box, include_padding: bool, dtype: np.dtype[Any]) -> Array:
    """Return the number that each window's sum is divided by: all taps, but at the rim only those that count."""
    count = np.ones((), dtype)
    for axis, asked, part in zip(call.plan.axes, call.asked, windows, strict=True):
        inside = (0, asked.padded) if include_padding else (axis.lo, axis.lo + axis.n)
        along = np.full(part.stop - part.start, axis.k).astype(dtype)
        for i in axis.rim:
            if part.start <= i < part.stop:
                along[i - part.start] = axis.taps_inside(i, *inside)
        count = np.multiply.outer(count, along)
    return count


def _blocks(shape: tuple[int, ...], plan: Geometry) -> Iterator[tuple[Any, ...]]:
    """Yield a sample's number and boxes of channels and positions that bound the temporaries."""
    for n in range(plan.batch):
        for box in boxes(whole(*shape[1:]), PIXELS_AT_ONCE):
            yield n, *box


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
