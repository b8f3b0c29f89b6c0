"""Depthwise-separable convolution: depthwise, then pointwise.

The depthwise step has the stride, dilation and padding; the pointwise step mixes the channels at each position. With
groups on the pointwise step it is super-separable (arXiv:1706.03059).
"""

from __future__ import annotations

from dataclasses import replace
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from refconv.arithmetic.per_axis import flag
from refconv.ops import arguments
from refconv.ops.arguments import Call, Options, Padding, PerAxis
from refconv.ops.bilinear import correlate, depthwise_gradients, gradients
from refconv.ops.dtypes import common_type
from refconv.ops.elements import Array
from refconv.ops.layouts import parse
from refconv.ops.ranks import Ranked, per_rank

__all__ = [
    "SeparableGradients",
    "separable_conv",
    "separable_conv1d",
    "separable_conv1d_backward",
    "separable_conv2d",
    "separable_conv2d_backward",
    "separable_conv3d",
    "separable_conv3d_backward",
    "separable_conv_backward",
]


class SeparableGradients(NamedTuple):
    """The gradients of a depthwise-separable layer; the biases' are None where it has none.

    Attributes
    ----------
    dx, dw_depthwise, dw_pointwise : ndarray
        As x and the two weights: their shapes and layouts.
    db_depthwise, db_pointwise : ndarray or None
        As the biases.
    """

    dx: Array
    dw_depthwise: Array
    dw_pointwise: Array
    db_depthwise: Array | None
    db_pointwise: Array | None


def _separable_conv(
    ranked: Ranked,
    x: ArrayLike,
    w_depthwise: ArrayLike,
    w_pointwise: ArrayLike,
    b_depthwise: ArrayLike | None = None,
    b_pointwise: ArrayLike | None = None,
    stride: PerAxis = 1,
    padding: Padding = 0,
    dilation: PerAxis = 1,
    groups: int = 1,
    padding_mode: str = "zeros",
    layout: str = "NC*",
    kernel_layout: str = "CM*",
    pointwise_layout: str = "OI*",
) -> Array:
    r"""Convolve each channel by itself, then mix the channels at each position.

    .. math:: z[n, c M + j, i] = b_d[c M + j] + \sum_m x[n, c, i s + m d - lo]\; w_d[c, j, m], \qquad
              y[n, o, i] = b_p[o] + \sum_{{c}} z[n, c, i]\; w_p[o, c]

    Parameters
    ----------
    x : array_like, shape (N, C, {axes})
        Input, in the order `layout` says.
    w_depthwise : array_like, shape (C, M, {kernel})
        M filters for each channel, in the order `kernel_layout` says.
    w_pointwise : array_like, shape (O, C*M/G, {ones})
        The weights that mix, in the order `pointwise_layout` says.
    b_depthwise, b_pointwise : array_like, shapes (C*M,) and (O,), optional
        Biases of the two steps.
    stride, padding, dilation, padding_mode
        Of the depthwise step, as for `conv2d`.
    groups : int
        Groups of the *pointwise* step (super-separable convolution); the depthwise step always has C.
    layout, kernel_layout, pointwise_layout : str
        Any order of N, C, {axes}; of C, M, {axes}; of O, I, {axes}.

    Returns
    -------
    ndarray, shape (N, O, {out})
        Each output size by R15, as for `conv2d`. Each step's result is rounded to its type.

    Raises
    ------
    ShapeError, ArgumentError, ArgumentTypeError, DTypeError, IntegerOverflowError
        As `conv2d`.

    Notes
    -----
    With multiplier 1 and without biases, MACs and parameters against the dense convolution are ``1/O + 1/taps``.

    See Also
    --------
    depthwise_conv2d, pointwise_conv2d : the two steps.

    Examples
    --------
    >>> import numpy as np, refconv
    >>> x, w_depthwise, w_pointwise = np.ones((1, 3, {sizes})), np.ones((3, 1, {threes})), np.ones((8, 3, {ones}))
    >>> refconv.{op}(x, w_depthwise, w_pointwise, padding="same", dilation=2).shape
    (1, 8, {sizes})
    """
    steps = Options(stride, padding, dilation, groups, padding_mode, layout, kernel_layout)
    first, second = _separable_calls(
        ranked, x, w_depthwise, w_pointwise, (b_depthwise, b_pointwise), steps, pointwise_layout
    )
    middle = _run_depthwise(first)
    return correlate(second.op, second.plan, middle, second.w, second.b, first.x_layout)


def _separable_conv_backward(
    ranked: Ranked,
    dy: ArrayLike,
    x: ArrayLike,
    w_depthwise: ArrayLike,
    w_pointwise: ArrayLike,
    b_depthwise: ArrayLike | None = None,
    stride: PerAxis = 1,
    padding: Padding = 0,
    dilation: PerAxis = 1,
    groups: int = 1,
    padding_mode: str = "zeros",
    layout: str = "NC*",
    kernel_layout: str = "CM*",
    pointwise_layout: str = "OI*",
    bias: bool = True,
) -> SeparableGradients:
    r"""Return the gradients of ``sum(dy * {forward}(x, ...))`` for x, both kernels and both biases.

    The chain rule through z, the depthwise result, of which ``b_depthwise`` is a part:

    .. math:: dz[n, c, i] = \sum_o dy[n, o, i]\, w_p[o, c], \qquad dw_p[o, c] = \sum_{{n, i}} dy[n, o, i]\, z[n, c, i]

    and from dz the gradients of the depthwise step, as `depthwise_conv2d_backward` has them.

    Parameters
    ----------
    dy : array_like, shape (N, O, {out})
        Gradient for the result of `{forward}`, of exactly its shape and in x's layout.
    x, w_depthwise, w_pointwise, b_depthwise
        As given to `{forward}`. The depthwise bias is needed: it is part of what the pointwise step saw.
    stride, padding, dilation, groups, padding_mode, layout, kernel_layout, pointwise_layout
        As given to `{forward}`.
    bias : bool
        Whether the layer has biases; without them both their gradients are None.

    Returns
    -------
    SeparableGradients
        ``(dx, dw_depthwise, dw_pointwise, db_depthwise, db_pointwise)``, shaped and laid out as the operands.

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
    >>> x, w_depthwise, w_pointwise = np.ones((1, 3, {sizes})), np.ones((3, 1, {threes})), np.ones((8, 3, {ones}))
    >>> y = refconv.{forward}(x, w_depthwise, w_pointwise)
    >>> gradients = refconv.{op}(y, x, w_depthwise, w_pointwise)
    >>> gradients.dx.shape == x.shape, gradients.db_depthwise.shape, gradients.db_pointwise.shape
    (True, (3,), (8,))
    """
    steps = Options(stride, padding, dilation, groups, padding_mode, layout, kernel_layout)
    first, second = _separable_calls(ranked, x, w_depthwise, w_pointwise, (b_depthwise, None), steps, pointwise_layout)
    upstream = arguments.upstream(ranked.op, dy, first.x_layout, second.plan.y_shape, ranked.forward)
    biased = flag(ranked.op, "bias", bias)
    seen = replace(second, x=_run_depthwise(first))
    pointwise = gradients(seen, upstream, second.w_layout, bias=biased)
    depthwise = depthwise_gradients(first, pointwise.dx, bias=biased)
    return SeparableGradients(depthwise.dx, depthwise.dw, pointwise.dw, depthwise.db, pointwise.db)


def _separable_calls(
    ranked: Ranked,
    x: ArrayLike,
    w_depthwise: ArrayLike,
    w_pointwise: ArrayLike,
    biases: tuple[ArrayLike | None, ArrayLike | None],
    steps: Options,
    pointwise_layout: str,
) -> tuple[Call, Call]:
    """Return the checked calls of both steps; of the second's x only the shape is right as yet."""
    depthwise_names = ("w_depthwise", "b_depthwise", "x")
    pointwise_names = ("w_pointwise", "b_pointwise", "the depthwise result")
    first = arguments.depthwise(ranked.op, ranked.rank, x, w_depthwise, biases[0], steps, depthwise_names)
    parse(ranked.op, "pointwise_layout", pointwise_layout, "OI" + first.x_layout.canonical[2:])
    middle = np.broadcast_to(np.zeros((), common_type(first.op, first.x, first.w)), first.plan.y_shape)
    mixing = Options(groups=steps.groups, kernel_layout=pointwise_layout)
    second = arguments.pointwise(ranked.op, first.plan.rank, middle, w_pointwise, biases[1], mixing, pointwise_names)
    return first, second


def _run_depthwise(call: Call) -> Array:
    """Return the depthwise step's result in canonical order."""
    return correlate(call.op, call.plan, call.x, call.w, call.b, call.x_layout.own)


separable_conv, separable_conv1d, separable_conv2d, separable_conv3d = per_rank("separable_conv{}", _separable_conv)
separable_conv_backward, separable_conv1d_backward, separable_conv2d_backward, separable_conv3d_backward = per_rank(
    "separable_conv{}_backward", _separable_conv_backward
)
