"""torch.nn.functional's max pooling, with its gradient."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

from numpy.typing import ArrayLike

from refconv.arithmetic.geometry import Axis, Geometry
from refconv.arithmetic.per_axis import flag
from refconv.arithmetic.plan import stretched
from refconv.dialects.torch_largest import has_hollow_windows, largest_and_where, to_where
from refconv.dialects.torch_words import Batched, batched, called, numbers, pool_padding, said, within_half
from refconv.errors import DTypeError
from refconv.ops.checks import check_shape
from refconv.ops.elements import Array
from refconv.ops.pooling import max_pool, max_pool_backward
from refconv.ops.ranks import Ranked, per_rank

__all__ = [
    "max_pool1d",
    "max_pool1d_backward",
    "max_pool2d",
    "max_pool2d_backward",
    "max_pool3d",
    "max_pool3d_backward",
]


class _Request(NamedTuple):
    """A checked call; `plan` is None where no window fits, which is refconv's to say."""

    x: Batched
    options: dict[str, Any]
    plan: Geometry | None

    @property
    def plain_only(self) -> bool:
        """Whether windows of padding alone or NaN leave it to the plain road."""
        x = self.x.array
        return self.plan is not None and (has_hollow_windows(self.plan) or bool((x != x).any()))


def _max_pool(
    ranked: Ranked,
    input: ArrayLike,  # noqa: A002 - PyTorch's name
    kernel_size: int | Sequence[int],
    stride: int | Sequence[int] | None = None,
    padding: int | Sequence[int] = 0,
    dilation: int | Sequence[int] = 1,
    ceil_mode: bool = False,
    return_indices: bool = False,
) -> Array | tuple[Array, Array]:
    r"""Return what ``torch.nn.functional.{op}`` should.

    .. math:: y[n, c, i] = \max_{{m}} input[n, c, i s + m d - p]

    for each spatial axis alike, padding being minus infinity.

    Parameters
    ----------
    input : array_like, shape (N, C, {axes}) or (C, {axes})
        Input, with or without a batch.
    kernel_size : int or one per axis
        Taps of a window.
    stride : int or one per axis, optional
        Steps between windows, in input samples; by default the kernel size.
    padding : int or one per axis
        Padding at both ends of an axis, at most half the kernel size.
    dilation : int or one per axis
        Distance between the taps of a window, in input samples.
    ceil_mode : bool
        Keep a last window that hangs over the end, provided that it starts on the input or the padding before it.
    return_indices : bool
        Return where the largest samples lie, too.

    Returns
    -------
    ndarray, shape (N, C, {out}) or (C, {out})
        Of the input's type; sizes by R7. A window of padding alone, which dilation makes possible, has the padding's
        minus infinity (of integers: the smallest).
    ndarray of int64, if asked for
        For each window its largest sample's position in the plane of the input, counted along ({axes}): the first of
        equals, the last of NaN, and -1 for a window of padding alone.

    Raises
    ------
    ShapeError, ArgumentError, ArgumentTypeError, DTypeError
        As `refconv.{op}`, and ArgumentError for padding below 0 or above half the kernel size.

    See Also
    --------
    {op}_backward : its gradient.

    Examples
    --------
    >>> import numpy as np
    >>> from refconv.dialects import torch
    >>> y, where = torch.{op}(np.arange(5 ** {rank}).reshape(1, {sizes}), 3, 2, return_indices=True)
    >>> y.shape == where.shape, bool((y == where).all())
    (True, True)
    """
    op, _ = called(ranked)
    request = _request(ranked, input, (kernel_size, stride, padding, dilation, ceil_mode))
    x, plan = request.x, request.plan
    if plan is not None and (flag(op, "return_indices", return_indices) or request.plain_only):
        y, where = largest_and_where(x.array, plan)
        return (x.leave(y), x.leave(where)) if return_indices else x.leave(y)
    with said(op, check=within_half(op, request.options)):
        return x.leave(max_pool(x.array, **request.options))


def _max_pool_backward(
    ranked: Ranked,
    dy: ArrayLike,
    input: ArrayLike,  # noqa: A002 - PyTorch's name
    kernel_size: int | Sequence[int],
    stride: int | Sequence[int] | None = None,
    padding: int | Sequence[int] = 0,
    dilation: int | Sequence[int] = 1,
    ceil_mode: bool = False,
) -> Array:
    r"""Return the gradient of ``sum(dy * {forward}(input, ...))``: each dy at its window's largest sample.

    Parameters
    ----------
    dy : array_like, shape (N, C, {out}) or (C, {out})
        Gradient for the result of `{forward}`.
    input, kernel_size, stride, padding, dilation, ceil_mode
        As given to `{forward}`.

    Returns
    -------
    ndarray, shape (N, C, {axes}) or (C, {axes})
        Of dy's type; integers give int64, exactly. What a window of padding alone is given goes nowhere.

    Raises
    ------
    ShapeError, ArgumentError, ArgumentTypeError, DTypeError, IntegerOverflowError
        As `{forward}`, and ShapeError for a dy of the wrong shape.

    See Also
    --------
    {forward} : the forward pass.

    Examples
    --------
    >>> import numpy as np
    >>> from refconv.dialects import torch
    >>> x = np.arange(5 ** {rank}).reshape(1, {sizes})
    >>> int(torch.{op}(torch.{forward}(x, 5), x, 5).max()) == 5 ** {rank} - 1
    True
    """
    op, _ = called(ranked)
    request = _request(ranked, input, (kernel_size, stride, padding, dilation, ceil_mode))
    x, plan = request.x, request.plan
    given = x.enter(op, "dy", dy)
    if plan is not None and request.plain_only:
        check_shape(op, "dy", given.shape, plan.y_shape, f"the result of {ranked.forward} with the same arguments")
        with said(op, check=within_half(op, request.options)):
            return x.leave(to_where(op, given, largest_and_where(x.array, plan)[1], plan))
    with said(op, check=within_half(op, request.options)):
        return x.leave(max_pool_backward(given, x.array, **request.options))


def _request(ranked: Ranked, value: ArrayLike, how: tuple[Any, Any, Any, Any, Any]) -> _Request:
    """Return the checked call."""
    op, letters = called(ranked)
    rank = len(letters)
    kernel_size, stride, padding, dilation, ceil_mode = how
    x = batched(op, "input", value, "NC" + letters)
    if x.array.dtype.kind == "c":
        raise DTypeError(op, "complex numbers have no largest.", fix="Pool np.abs(input), or its two parts apart.")
    k = numbers(op, "kernel_size", kernel_size, rank, 1)
    s = k if stride is None else numbers(op, "stride", stride, rank, 1)
    p = pool_padding(op, padding, k)
    d = numbers(op, "dilation", dilation, rank, 1)
    hanging = flag(op, "ceil_mode", ceil_mode)
    options = {"kernel_size": k, "stride": s, "padding": p, "dilation": d, "ceil_mode": hanging}
    batch, channels, *sizes = x.array.shape
    if channels < 1 or min(sizes) < 1:
        return _Request(x, options, None)
    asked = [Axis(*each) for each in zip(sizes, k, s, d, p, p, strict=True)]
    axes = tuple(stretched(axis, hanging) for axis in asked)
    fits = all(axis.out >= 1 for axis in axes)
    return _Request(x, options, Geometry(batch, channels, channels, axes, channels) if fits else None)


max_pool1d, max_pool2d, max_pool3d = per_rank("max_pool{}", _max_pool)[1:]
max_pool1d_backward, max_pool2d_backward, max_pool3d_backward = per_rank("max_pool{}_backward", _max_pool_backward)[1:]
