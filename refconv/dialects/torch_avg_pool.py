"""torch.nn.functional's average pooling, with its gradient."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

from numpy.typing import ArrayLike

from refconv.arithmetic.per_axis import flag, integer
from refconv.dialects.torch_divided import divided_sums, divided_sums_back
from refconv.dialects.torch_words import Batched, batched, called, numbers, pool_padding, said, within_half
from refconv.errors import ArgumentError
from refconv.ops.elements import Array
from refconv.ops.pooling import avg_pool, avg_pool_backward
from refconv.ops.ranks import Ranked, per_rank

__all__ = [
    "avg_pool1d",
    "avg_pool1d_backward",
    "avg_pool2d",
    "avg_pool2d_backward",
    "avg_pool3d",
    "avg_pool3d_backward",
]


class _Request(NamedTuple):
    """A checked call: the input, refconv's options, and what sums are divided by instead of the windows' counts."""

    x: Batched
    options: dict[str, Any]
    divisor: int | None


def _avg_pool(
    ranked: Ranked,
    input: ArrayLike,  # noqa: A002 - PyTorch's name
    kernel_size: int | Sequence[int],
    stride: int | Sequence[int] | None = None,
    padding: int | Sequence[int] = 0,
    ceil_mode: bool = False,
    count_include_pad: bool = True,
    divisor_override: int | None = None,
) -> Array:
    r"""Return what ``torch.nn.functional.{op}`` should.

    .. math:: y[n, c, i] = \frac{{1}}{{count(i)}} \sum_{{m}} input[n, c, i s + m - p]

    for each spatial axis alike, padding being zeros.

    Parameters
    ----------
    input : array_like, shape (N, C, {axes}) or (C, {axes})
        Input, with or without a batch.
    kernel_size : int or one per axis
        Taps of a window.
    stride : int or one per axis, optional
        Steps between windows, in input samples; by default the kernel size.
    padding : int or one per axis
        Zeros at both ends of an axis, at most half the kernel size.
    ceil_mode : bool
        Keep a last window that hangs over the end, provided that it starts on the input or the padding before it.
    count_include_pad : bool
        Whether the count has the window's taps on padding. What hangs over the padding's end never counts.
    divisor_override : int, optional
        What to divide every window's sum by instead; not 0.

    Returns
    -------
    ndarray, shape (N, C, {out}) or (C, {out})
        Of the input's type, sizes by R7; integers give float64, of their exact sum.

    Raises
    ------
    ShapeError, ArgumentError, ArgumentTypeError, DTypeError, IntegerOverflowError
        As `refconv.{op}`, and ArgumentError for padding below 0 or above half the kernel size, and a divisor of 0.

    See Also
    --------
    {op}_backward : its gradient.

    Examples
    --------
    >>> import numpy as np
    >>> from refconv.dialects import torch
    >>> torch.{op}(np.ones((1, {sizes})), 3, 1, 1, False, True, 1).max() == 3 ** {rank}
    np.True_
    """
    how = (kernel_size, stride, padding, ceil_mode, divisor_override)
    return _forward(ranked, input, how, count_include_pad)


def _avg_pool_1d(
    ranked: Ranked,
    input: ArrayLike,  # noqa: A002 - PyTorch's name
    kernel_size: int | Sequence[int],
    stride: int | Sequence[int] | None = None,
    padding: int | Sequence[int] = 0,
    ceil_mode: bool = False,
    count_include_pad: bool = True,
) -> Array:
    r"""Return what ``torch.nn.functional.{op}`` should; it has no divisor_override.

    .. math:: y[n, c, i] = \frac{{1}}{{count(i)}} \sum_{{m}} input[n, c, i s + m - p]

    Parameters
    ----------
    input : array_like, shape (N, C, {axes}) or (C, {axes})
        Input, with or without a batch.
    kernel_size, stride, padding, ceil_mode, count_include_pad
        As for `avg_pool2d`.

    Returns
    -------
    ndarray, shape (N, C, {out}) or (C, {out})
        Of the input's type, sizes by R7; integers give float64, of their exact sum.

    Raises
    ------
    ShapeError, ArgumentError, ArgumentTypeError, DTypeError, IntegerOverflowError
        As for `avg_pool2d`.

    See Also
    --------
    {op}_backward : its gradient.

    Examples
    --------
    >>> from refconv.dialects import torch
    >>> torch.{op}([[1.0, 2.0, 3.0]], 2, padding=1)
    array([[0.5, 2.5]])
    """
    return _forward(ranked, input, (kernel_size, stride, padding, ceil_mode, None), count_include_pad)


def _avg_pool_backward(
    ranked: Ranked,
    dy: ArrayLike,
    input: ArrayLike,  # noqa: A002 - PyTorch's name
    kernel_size: int | Sequence[int],
    stride: int | Sequence[int] | None = None,
    padding: int | Sequence[int] = 0,
    ceil_mode: bool = False,
    count_include_pad: bool = True,
    divisor_override: int | None = None,
) -> Array:
    r"""Return the gradient of ``sum(dy * {forward}(input, ...))``: each dy spread evenly over its window.

    Parameters
    ----------
    dy : array_like, shape (N, C, {out}) or (C, {out})
        Gradient for the result of `{forward}`.
    input, kernel_size, stride, padding, ceil_mode, count_include_pad, divisor_override
        As given to `{forward}`; of the input only the shape matters.

    Returns
    -------
    ndarray, shape (N, C, {axes}) or (C, {axes})
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
    >>> import numpy as np
    >>> from refconv.dialects import torch
    >>> x = np.ones((1, {sizes}))
    >>> torch.{op}(torch.{forward}(x, 5, divisor_override=1), x, 5, divisor_override=1).max() == 5 ** {rank}
    np.True_
    """
    how = (kernel_size, stride, padding, ceil_mode, divisor_override)
    return _backward(ranked, dy, input, how, count_include_pad)


def _avg_pool_1d_backward(
    ranked: Ranked,
    dy: ArrayLike,
    input: ArrayLike,  # noqa: A002 - PyTorch's name
    kernel_size: int | Sequence[int],
    stride: int | Sequence[int] | None = None,
    padding: int | Sequence[int] = 0,
    ceil_mode: bool = False,
    count_include_pad: bool = True,
) -> Array:
    r"""Return the gradient of ``sum(dy * {forward}(input, ...))``: each dy spread evenly over its window.

    Parameters
    ----------
    dy : array_like, shape (N, C, {out}) or (C, {out})
        Gradient for the result of `{forward}`.
    input, kernel_size, stride, padding, ceil_mode, count_include_pad
        As given to `{forward}`; of the input only the shape matters.

    Returns
    -------
    ndarray, shape (N, C, {axes}) or (C, {axes})
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
    >>> from refconv.dialects import torch
    >>> torch.{op}([[6.0, 8.0]], [[0.0, 0.0, 0.0]], 2, padding=1)
    array([[3., 4., 4.]])
    """
    return _backward(ranked, dy, input, (kernel_size, stride, padding, ceil_mode, None), count_include_pad)


def _forward(ranked: Ranked, value: ArrayLike, how: tuple[Any, Any, Any, Any, Any], include: bool) -> Array:
    op, _ = called(ranked)
    x, options, divisor = _request(ranked, value, how)
    include = flag(op, "count_include_pad", include)
    with said(op, check=within_half(op, options)):
        if divisor is not None:
            return x.leave(divided_sums(op, x.array, divisor, **options))
        return x.leave(avg_pool(x.array, **options, count_include_pad=include))


def _backward(
    ranked: Ranked, dy: ArrayLike, value: ArrayLike, how: tuple[Any, Any, Any, Any, Any], include: bool
) -> Array:
    op, _ = called(ranked)
    x, options, divisor = _request(ranked, value, how)
    include = flag(op, "count_include_pad", include)
    given = x.enter(op, "dy", dy)
    with said(op, check=within_half(op, options)):
        if divisor is not None:
            return x.leave(divided_sums_back(op, given, x.array, divisor, **options))
        return x.leave(avg_pool_backward(given, x.array, **options, count_include_pad=include))


def _request(ranked: Ranked, value: ArrayLike, how: tuple[Any, Any, Any, Any, Any]) -> _Request:
    """Return the checked call."""
    op, letters = called(ranked)
    kernel_size, stride, padding, ceil_mode, divisor = how
    x = batched(op, "input", value, "NC" + letters)
    k = numbers(op, "kernel_size", kernel_size, len(letters), 1)
    options = {
        "kernel_size": k,
        "stride": k if stride is None else numbers(op, "stride", stride, len(letters), 1),
        "padding": pool_padding(op, padding, k),
        "ceil_mode": ceil_mode,
    }
    if divisor is not None and integer(op, "divisor_override", divisor) == 0:
        raise ArgumentError(
            op,
            "divisor_override is 0.",
            fix="Leave it out to divide by each window's count, or take 1 for its sum.",
            fixes=[{"divisor_override": None}, {"divisor_override": 1}],
        )
    return _Request(x, options, divisor)


avg_pool2d, avg_pool3d = per_rank("avg_pool{}", _avg_pool)[2:]
avg_pool2d_backward, avg_pool3d_backward = per_rank("avg_pool{}_backward", _avg_pool_backward)[2:]
avg_pool1d = per_rank("avg_pool{}", _avg_pool_1d)[1]
avg_pool1d_backward = per_rank("avg_pool{}_backward", _avg_pool_1d_backward)[1]
