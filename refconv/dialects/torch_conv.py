"""torch.nn.functional's convolutions, with their gradients."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from numpy.typing import ArrayLike

from refconv.arithmetic.per_axis import PaddingEntry, choice, resolve
from refconv.dialects.torch_words import Batched, batched, called, numbers, said
from refconv.errors import ArgumentError, ShapeError
from refconv.ops.bilinear import Gradients
from refconv.ops.convolution import conv, conv_backward
from refconv.ops.elements import Array, check_numeric
from refconv.ops.ranks import Ranked, per_rank

__all__ = ["conv1d", "conv1d_backward", "conv2d", "conv2d_backward", "conv3d", "conv3d_backward"]

PADDING_WORDS = ("valid", "same")
PADDING_MODES = ("zeros", "reflect", "replicate", "circular")
ARGUMENTS = ("stride", "padding", "dilation", "groups", "padding_mode")


def _conv(
    ranked: Ranked,
    input: ArrayLike,  # noqa: A002 - PyTorch's name
    weight: ArrayLike,
    bias: ArrayLike | None = None,
    stride: int | Sequence[int] = 1,
    padding: int | Sequence[int] | str = 0,
    dilation: int | Sequence[int] = 1,
    groups: int = 1,
    *,
    padding_mode: str = "zeros",
) -> Array:
    r"""Return what ``torch.nn.functional.{op}`` should.

    .. math:: y[n, o, i] = bias[o] + \sum_{{c, m}} weight[o, c, m]\; input[n, c, i s + m d - p]

    for each spatial axis alike, c running over one group.

    Parameters
    ----------
    input : array_like, shape (N, C, {axes}) or (C, {axes})
        Input, with or without a batch.
    weight : array_like, shape (O, C/groups, {kernel})
        One filter per output channel.
    bias : array_like, shape (O,), optional
        Added to every output of its channel.
    stride : int or one per axis
        Steps between windows, in input samples.
    padding : int, one per axis, "valid" or "same"
        Samples added at both ends of an axis; never negative. "valid" adds none. "same" adds ``d*(k - 1)`` in all, an
        odd one at the end, and takes no stride.
    dilation : int or one per axis
        Distance between the taps of a window, in input samples.
    groups : int
        Groups of channels that do not see each other.
    padding_mode : {{"zeros", "reflect", "replicate", "circular"}}
        What padding shows. An argument of the module ``torch.nn.Conv{rank}d``; the function pads with zeros.

    Returns
    -------
    ndarray, shape (N, O, {out}) or (O, {out})
        Along each axis ``(n + 2*p - d*(k - 1) - 1)//s + 1`` outputs (R15).

    Raises
    ------
    ShapeError, ArgumentError, ArgumentTypeError, DTypeError, IntegerOverflowError
        As `refconv.{op}`. ArgumentError too for "same" with a stride, and for negative padding; ShapeError for
        reflected padding that is not less than the input, and for circular padding that is more.

    See Also
    --------
    {op}_backward : its gradients.
    refconv.{op} : the same with padding per side.

    Examples
    --------
    >>> import numpy as np
    >>> from refconv.dialects import torch
    >>> torch.{op}(np.ones((1, {sizes})), np.ones((2, 1, {threes})), None, 1, "same").shape
    (2, {sizes})
    """
    op, axes = called(ranked)
    x = batched(op, "input", input, "NC" + axes)
    how = (stride, padding, dilation, groups, padding_mode)
    options = _options(op, x, weight, how)
    with said(op, check=lambda fix: _options(op, x, weight, _mended(how, fix))):
        return x.leave(conv(x.array, weight, bias, **options))


def _conv_backward(
    ranked: Ranked,
    dy: ArrayLike,
    input: ArrayLike,  # noqa: A002 - PyTorch's name
    weight: ArrayLike,
    stride: int | Sequence[int] = 1,
    padding: int | Sequence[int] | str = 0,
    dilation: int | Sequence[int] = 1,
    groups: int = 1,
    *,
    padding_mode: str = "zeros",
    bias: bool = True,
) -> Gradients:
    r"""Return the gradients of ``sum(dy * {forward}(input, weight, bias))``, as autograd should.

    Parameters
    ----------
    dy : array_like, shape (N, O, {out}) or (O, {out})
        Gradient for the result of `{forward}`.
    input, weight, stride, padding, dilation, groups, padding_mode
        As given to `{forward}`.
    bias : bool
        Whether there is one; without it `db` is None.

    Returns
    -------
    Gradients
        ``(dx, dw, db)`` with the shapes of input, weight and bias.

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
    >>> dx, dw, db = torch.{op}(np.ones((2, {threes})), np.ones((1, {sizes})), np.ones((2, 1, {threes})))
    >>> dx.shape == (1, {sizes}), int(db[0]) == 3 ** {rank}
    (True, True)
    """
    op, axes = called(ranked)
    x = batched(op, "input", input, "NC" + axes)
    how = (stride, padding, dilation, groups, padding_mode)
    options = _options(op, x, weight, how)
    with said(op, check=lambda fix: _options(op, x, weight, _mended(how, fix))):
        found = conv_backward(x.enter(op, "dy", dy), x.array, weight, **options, bias=bias)
    return found._replace(dx=x.leave(found.dx))


def _options(op: str, x: Batched, weight: ArrayLike, how: tuple[Any, Any, Any, Any, Any]) -> dict[str, Any]:
    """Return refconv's options for PyTorch's; raise for what is PyTorch's alone to refuse."""
    rank = x.array.ndim - 2
    stride, padding, dilation, groups, padding_mode = how
    strides = numbers(op, "stride", stride, rank, 1)
    dilations = numbers(op, "dilation", dilation, rank, 1)
    if isinstance(padding, str):
        padding = choice(op, "padding", padding, PADDING_WORDS)
        if padding == "same" and any(s != 1 for s in strides):
            raise ArgumentError(
                op,
                f"padding='same' takes no stride, but stride is {stride}.",
                fix="Take stride=1, or give the padding in numbers.",
                fixes=[{"stride": 1}],
            )
    else:
        padding = numbers(op, "padding", padding, rank, 0)
    padding_mode = choice(op, "padding_mode", padding_mode, PADDING_MODES)
    if padding_mode == "circular":
        kernel = check_numeric(op, "weight", weight).shape[2:]
        if len(kernel) == rank:
            _check_once_round(op, x.array.shape[2:], padding, kernel, dilations)
    return {
        "stride": strides,
        "padding": padding,
        "dilation": dilations,
        "groups": groups,
        "padding_mode": padding_mode,
    }


def _mended(how: tuple[Any, Any, Any, Any, Any], fix: Mapping[str, Any]) -> tuple[Any, Any, Any, Any, Any]:
    """Return the arguments with a fix in them."""
    stride, padding, dilation, groups, mode = (fix.get(name, old) for name, old in zip(ARGUMENTS, how, strict=True))
    return stride, padding, dilation, groups, mode


def _check_once_round(op: str, sizes: Any, padding: Any, kernel: Any, dilations: Any) -> None:
    """Raise where circular padding shows a sample twice on one side."""
    entries: list[PaddingEntry] = [padding] * len(sizes) if isinstance(padding, str) else [(p, p) for p in padding]
    for entry, n, k, d in zip(entries, sizes, kernel, dilations, strict=True):
        widest = max(resolve(entry, n, k, 1, d))
        if widest > n:
            raise ShapeError(
                op,
                f"circular padding of {widest} goes round more than once.",
                f"the input has sizes {tuple(sizes)}",
                f"needed: padding <= size, but {widest} > {n}.",
                fix=f"Pad by at most {n} there, or take padding_mode='replicate'.",
                fixes=[{"padding_mode": "replicate"}],
            )


conv1d, conv2d, conv3d = per_rank("conv{}", _conv)[1:]  # PyTorch has none for any number of axes
conv1d_backward, conv2d_backward, conv3d_backward = per_rank("conv{}_backward", _conv_backward)[1:]
