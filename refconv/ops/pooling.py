"""Maximum and average pooling, tap by tap: padding is never read, so it needs no stand-in value.

Only the windows whose tap lands on the input take part in a step (`Axis.landing`), for the value and for the gradient
alike; a full-sized temporary is made for a bounded number of channels at a time.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from refconv.arithmetic.geometry import Geometry
from refconv.arithmetic.integers import product
from refconv.errors import DTypeError
from refconv.ops import arguments
from refconv.ops.arguments import Padding, PerAxis, Windows
from refconv.ops.dtypes import Array, arithmetic_for, is_integer
from refconv.ops.ranks import Ranked, per_rank
from refconv.ops.tiles import boxes

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

PIXELS_AT_ONCE = 2**20


def _max_pool(
    ranked: Ranked,
    x: ArrayLike,
    kernel_size: PerAxis,
    stride: PerAxis | None = None,
    padding: Padding = 0,
    dilation: PerAxis = 1,
    ceil_mode: bool = False,
    layout: str | None = None,
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
        As for `conv2d`.
    ceil_mode : bool
        Keep a last window that hangs over the end, provided that it starts on the input or the padding before it.
    layout : str, optional
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

    See Also
    --------
    {op}_backward : its gradient.

    Examples
    --------
    >>> import numpy as np, refconv
    >>> refconv.{op}(np.ones((1, 2, {sizes})), 2, ceil_mode=True).shape
    (1, 2, {threes})
    """
    call = arguments.pooling(ranked.op, ranked.rank, x, kernel_size, (stride, padding, dilation, ceil_mode), layout)
    _check_ordered(call)
    y = call.x_layout.empty(call.plan.y_shape, call.x.dtype)
    for n, channels in _channel_blocks(call.plan):
        y[n, channels] = _largest(call.x[n, channels], call.plan)[0]
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
    layout: str | None = None,
) -> Array:
    """Return the gradient of ``sum(dy * {forward}(x))`` for x: each dy goes to its window's largest sample.

    Parameters
    ----------
    dy : array_like, shape (N, C, {out})
        Gradient for the result of `{forward}`, of exactly its shape and layout.
    x, kernel_size, stride, padding, dilation, ceil_mode, layout
        As given to `{forward}`.

    Returns
    -------
    ndarray, shape (N, C, {axes})
        Of dy's type; integers give int64, exactly. Among equal samples the first tap's is the largest, as in PyTorch.

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
    call = arguments.pooling(ranked.op, ranked.rank, x, kernel_size, (stride, padding, dilation, ceil_mode), layout)
    _check_ordered(call)
    upstream = arguments.upstream(call.op, dy, call.x_layout, call.plan.y_shape, ranked.forward)
    # one sample may be the largest of every window that reads it: that many terms, each times one
    one = np.ones(1, upstream.dtype)
    arithmetic = arithmetic_for(call.op, product(call.plan.kernel_size), upstream, one)
    dx = call.x_layout.empty(call.plan.x_shape, arithmetic.result)
    for n, channels in _channel_blocks(call.plan):
        winner = _largest(call.x[n, channels], call.plan)[1]
        part = np.zeros(dx[n, channels].shape, arithmetic.accumulator)
        terms = upstream[n, channels].astype(arithmetic.accumulator)
        for number, windows, pixels in _taps(call.plan):
            # adding a zero elsewhere would not do: an infinite dy must stay where it belongs
            part[:, *pixels] += np.where(winner[:, *windows] == number, terms[:, *windows], 0)
        dx[n, channels] = arithmetic.finish(part)
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
    layout: str | None = None,
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
        As for `conv2d`.
    ceil_mode : bool
        Keep a last window that hangs over the end, provided that it starts on the input or the padding before it.
    count_include_pad : bool
        Whether the count has the window's taps on padding. What hangs over the padding's end never counts.
    layout : str, optional
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

    See Also
    --------
    {op}_backward : its gradient.

    Examples
    --------
    >>> import numpy as np, refconv
    >>> refconv.{op}(np.ones((1, 1, {sizes})), 2, padding=1, count_include_pad=False).ravel()[:2]
    array([1., 1.])
    """
    call = arguments.pooling(ranked.op, ranked.rank, x, kernel_size, (stride, padding, dilation, ceil_mode), layout)
    sums = arithmetic_for(call.op, product(call.plan.kernel_size), call.x, np.ones(1, call.x.dtype))
    result = np.dtype(np.float64) if is_integer(call.x) else sums.result
    counts = _counts(call, count_include_pad, sums.accumulator)
    y = call.x_layout.empty(call.plan.y_shape, result)
    with np.errstate(all="ignore"):
        for n, channels in _channel_blocks(call.plan):
            total = np.zeros(y[n, channels].shape, sums.accumulator)
            terms = call.x[n, channels].astype(sums.accumulator)
            for _, windows, pixels in _taps(call.plan):
                total[:, *windows] += terms[:, *pixels]
            y[n, channels] = total / counts
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
    layout: str | None = None,
) -> Array:
    """Return the gradient of ``sum(dy * {forward}(x))`` for x: each dy spread evenly over its window.

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
    call = arguments.pooling(ranked.op, ranked.rank, x, kernel_size, (stride, padding, dilation, ceil_mode), layout)
    upstream = arguments.upstream(call.op, dy, call.x_layout, call.plan.y_shape, ranked.forward)
    share = upstream.astype(np.float64) if is_integer(upstream) else upstream
    arithmetic = arithmetic_for(call.op, 1, share, share)
    counts = _counts(call, count_include_pad, arithmetic.accumulator)
    dx = call.x_layout.empty(call.plan.x_shape, arithmetic.result)
    with np.errstate(all="ignore"):
        for n, channels in _channel_blocks(call.plan):
            part = np.zeros(dx[n, channels].shape, arithmetic.accumulator)
            terms = share[n, channels].astype(arithmetic.accumulator) / counts
            for _, windows, pixels in _taps(call.plan):
                part[:, *pixels] += terms[:, *windows]
            dx[n, channels] = arithmetic.finish(part)
    return call.x_layout.leave(dx)


def _taps(plan: Geometry) -> Iterator[tuple[int, tuple[slice, ...], tuple[slice, ...]]]:
    """Yield each tap's number, the windows whose tap lands on the input, and the samples it reads there."""
    for number, tap in enumerate(np.ndindex(*plan.kernel_size)):
        hits = [axis.landing(m, axis.lo, axis.lo + axis.n) for axis, m in zip(plan.axes, tap, strict=True)]
        yield number, tuple(windows for windows, _ in hits), tuple(pixels for _, pixels in hits)


def _largest(x: Array, plan: Geometry) -> tuple[Array, Array]:
    """Return each window's largest sample and the number of its tap, the first among equals; any NaN is largest."""
    best = np.zeros((x.shape[0], *plan.output_size), x.dtype)  # compared with, though not chosen, at first
    winner = np.full(best.shape, -1, np.intp)
    for number, windows, pixels in _taps(plan):
        candidate, current, holder = x[:, *pixels], best[:, *windows], winner[:, *windows]
        # NaN is all that differs from itself, in every number type
        beats = (holder < 0) | ((current == current) & ((candidate != candidate) | (candidate > current)))
        holder[...] = np.where(beats, number, holder)
        current[...] = np.where(beats, candidate, current)
    return best, winner


def _counts(call: Windows, include_padding: bool, dtype: np.dtype[Any]) -> Array:
    """Return the number each window's sum is divided by, shaped as the output, in the type of the sum."""
    counts = np.ones((), np.int64)
    for axis, asked in zip(call.plan.axes, call.asked, strict=True):
        inside = (0, asked.padded) if include_padding else (asked.lo, asked.lo + asked.n)
        counts = np.multiply.outer(counts, np.array(axis.taps_inside(*inside)))
    return counts.astype(dtype)


def _channel_blocks(plan: Geometry) -> Iterator[tuple[int, slice]]:
    pixels = max(product(plan.size), product(plan.output_size))
    for n in range(plan.batch):
        for (channels,) in boxes((plan.channels,), PIXELS_AT_ONCE // pixels):
            yield n, channels


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
