"""torch.nn.functional's transposed convolutions, with their gradients."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from numpy.typing import ArrayLike

from refconv.dialects.torch_words import batched, called, numbers, said
from refconv.ops.bilinear import Gradients
from refconv.ops.elements import Array
from refconv.ops.ranks import Ranked, per_rank
from refconv.ops.transposed import conv_transpose, conv_transpose_backward

__all__ = [
    "conv_transpose1d",
    "conv_transpose1d_backward",
    "conv_transpose2d",
    "conv_transpose2d_backward",
    "conv_transpose3d",
    "conv_transpose3d_backward",
]


def _conv_transpose(
    ranked: Ranked,
    input: ArrayLike,  # noqa: A002 - PyTorch's name
    weight: ArrayLike,
    bias: ArrayLike | None = None,
    stride: int | Sequence[int] = 1,
    padding: int | Sequence[int] = 0,
    output_padding: int | Sequence[int] = 0,
    groups: int = 1,
    dilation: int | Sequence[int] = 1,
) -> Array:
    r"""Return what ``torch.nn.functional.{op}`` should.

    .. math:: y[n, o, q] = bias[o] + \sum_{{c}} \sum_{{(i, m):\; i s + m d - p \,=\, q}} input[n, c, i]\;
              weight[c, o, m]

    for each spatial axis alike, c and o running over one group. The order of the arguments is PyTorch's.

    Parameters
    ----------
    input : array_like, shape (N, C, {axes}) or (C, {axes})
        Input, with or without a batch.
    weight : array_like, shape (C, O/groups, {kernel})
        One bank of filters per input channel.
    bias : array_like, shape (O,), optional
        Added to every output of its channel.
    stride : int or one per axis
        Steps between the outputs of neighbouring inputs, in output samples.
    padding : int or one per axis
        Samples cropped from both ends of the output; never negative.
    output_padding : int or one per axis
        Samples more at the end of the output, less than ``max(stride, dilation)``.
    groups : int
        Groups of channels that do not see each other.
    dilation : int or one per axis
        Distance between the taps, in output samples.

    Returns
    -------
    ndarray, shape (N, O, {out}) or (O, {out})
        Along each axis ``(n - 1)*s - 2*p + d*(k - 1) + output_padding + 1`` (R14).

    Raises
    ------
    ShapeError, ArgumentError, ArgumentTypeError, DTypeError, IntegerOverflowError
        As `refconv.{op}`, and ArgumentError for negative padding.

    See Also
    --------
    {op}_backward : its gradients.
    refconv.{op} : the same, with padding per side, and dilation and groups before output_padding.

    Examples
    --------
    >>> import numpy as np
    >>> from refconv.dialects import torch
    >>> torch.{op}(np.ones((1, {sizes})), np.ones((1, 2, {threes})), None, 1, 1).shape
    (2, {sizes})
    """
    op, axes = called(ranked)
    x = batched(op, "input", input, "NC" + axes)
    options = _options(op, len(axes), stride, padding, output_padding, groups, dilation)
    with said(op):
        return x.leave(conv_transpose(x.array, weight, bias, **options))


def _conv_transpose_backward(
    ranked: Ranked,
    dy: ArrayLike,
    input: ArrayLike,  # noqa: A002 - PyTorch's name
    weight: ArrayLike,
    stride: int | Sequence[int] = 1,
    padding: int | Sequence[int] = 0,
    output_padding: int | Sequence[int] = 0,
    groups: int = 1,
    dilation: int | Sequence[int] = 1,
    *,
    bias: bool = True,
) -> Gradients:
    r"""Return the gradients of ``sum(dy * {forward}(input, weight, bias))``, as autograd should.

    Parameters
    ----------
    dy : array_like, shape (N, O, {out}) or (O, {out})
        Gradient for the result of `{forward}`.
    input, weight, stride, padding, output_padding, groups, dilation
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
    >>> x, w = np.ones((1, {sizes})), np.ones((1, 2, {threes}))
    >>> dx, dw, db = torch.{op}(torch.{forward}(x, w), x, w)
    >>> dx.shape == x.shape, dw.shape == w.shape, db.shape
    (True, True, (2,))
    """
    op, axes = called(ranked)
    x = batched(op, "input", input, "NC" + axes)
    options = _options(op, len(axes), stride, padding, output_padding, groups, dilation)
    with said(op):
        found = conv_transpose_backward(x.enter(op, "dy", dy), x.array, weight, **options, bias=bias)
    return found._replace(dx=x.leave(found.dx))


def _options(
    op: str, rank: int, stride: Any, padding: Any, output_padding: Any, groups: Any, dilation: Any
) -> dict[str, Any]:
    return {
        "stride": numbers(op, "stride", stride, rank, 1),
        "padding": numbers(op, "padding", padding, rank, 0),
        "output_padding": numbers(op, "output_padding", output_padding, rank, 0),
        "groups": groups,
        "dilation": numbers(op, "dilation", dilation, rank, 1),
    }


conv_transpose1d, conv_transpose2d, conv_transpose3d = per_rank("conv_transpose{}", _conv_transpose)[1:]
conv_transpose1d_backward, conv_transpose2d_backward, conv_transpose3d_backward = per_rank(
    "conv_transpose{}_backward", _conv_transpose_backward
)[1:]
