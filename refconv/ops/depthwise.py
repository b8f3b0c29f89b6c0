"""Depthwise convolution: every channel by itself, with as many filters each as the depth multiplier says."""

from __future__ import annotations

from numpy.typing import ArrayLike

from refconv.arithmetic.per_axis import flag
from refconv.ops import arguments
from refconv.ops.arguments import Options, Padding, PerAxis
from refconv.ops.bilinear import Gradients, correlate, depthwise_gradients
from refconv.ops.elements import Array
from refconv.ops.ranks import Ranked, per_rank

__all__ = [
    "depthwise_conv",
    "depthwise_conv1d",
    "depthwise_conv1d_backward",
    "depthwise_conv2d",
    "depthwise_conv2d_backward",
    "depthwise_conv3d",
    "depthwise_conv3d_backward",
    "depthwise_conv_backward",
]


def _depthwise_conv(
    ranked: Ranked,
    x: ArrayLike,
    w: ArrayLike,
    b: ArrayLike | None = None,
    stride: PerAxis = 1,
    padding: Padding = 0,
    dilation: PerAxis = 1,
    padding_mode: str = "zeros",
    layout: str = "NC*",
    kernel_layout: str = "CM*",
) -> Array:
    r"""Convolve each channel with its own `multiplier` filters; channels are not mixed.

    .. math:: y[n,\; c M + j,\; i] = b[c M + j] + \sum_m x[n, c, i s + m d - lo]\; w[c, j, m]

    for each spatial axis alike.

    Parameters
    ----------
    x : array_like, shape (N, C, {axes})
        Input, in the order `layout` says.
    w : array_like, shape (C, M, {kernel})
        M filters for each channel, M the depth multiplier, in the order `kernel_layout` says.
    b : array_like, shape (C*M,), optional
        Bias.
    stride, padding, dilation, padding_mode
        As for `conv2d`, in input samples per axis.
    layout, kernel_layout : str
        Any order of N, C, {axes} and of C, M, {axes}; TensorFlow's depthwise kernels are "HWCM".

    Returns
    -------
    ndarray, shape (N, C*M, {out})
        Each output size by R15, as for `conv2d`; its type is ``np.result_type(x, w)``.

    Raises
    ------
    ShapeError, ArgumentError, ArgumentTypeError, DTypeError, IntegerOverflowError
        As `conv2d`.

    Notes
    -----
    It is the grouped convolution with G = C, whose w is (C*M, 1, {kernel}). Each output costs as many MACs as the
    kernel has taps.

    See Also
    --------
    separable_conv2d : with the pointwise step after it.
    refconv.algorithms.direct : the definition, as loops.

    Examples
    --------
    >>> import numpy as np, refconv
    >>> refconv.{op}(np.ones((1, 4, {sizes})), np.ones((4, 2, {threes})), dilation=2).shape
    (1, 8, {ones})
    """
    options = Options(stride, padding, dilation, padding_mode=padding_mode, layout=layout, kernel_layout=kernel_layout)
    call = arguments.depthwise(ranked.op, ranked.rank, x, w, b, options)
    return correlate(call.op, call.plan, call.x, call.w, call.b, call.x_layout)


def _depthwise_conv_backward(
    ranked: Ranked,
    dy: ArrayLike,
    x: ArrayLike,
    w: ArrayLike,
    stride: PerAxis = 1,
    padding: Padding = 0,
    dilation: PerAxis = 1,
    padding_mode: str = "zeros",
    layout: str = "NC*",
    kernel_layout: str = "CM*",
    bias: bool = True,
) -> Gradients:
    r"""Return the gradients of ``sum(dy * {forward}(x, w, b))`` for x, w and b.

    .. math:: dx[n, c, q] = \sum_{{j}} \sum_{{(i, m):\; i s + m d - lo \,=\, q}} dy[n, c M + j, i]\, w[c, j, m], \qquad
              dw[c, j, m] = \sum_{{n, i}} dy[n, c M + j, i]\, x[n, c, i s + m d - lo]

    and db the sum of dy over the batch and all positions.

    Parameters
    ----------
    dy : array_like, shape (N, C*M, {out})
        Gradient for the result of `{forward}`, of exactly its shape and in x's layout.
    x, w, stride, padding, dilation, padding_mode, layout, kernel_layout
        As given to `{forward}`.
    bias : bool
        Whether the layer has a bias; without one `db` is None.

    Returns
    -------
    Gradients
        ``(dx, dw, db)`` with the shapes and layouts of x, w and b.

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
    >>> x, w = np.ones((1, 4, {sizes})), np.ones((4, 2, {threes}))
    >>> dx, dw, db = refconv.{op}(refconv.{forward}(x, w), x, w)
    >>> dx.shape == x.shape, dw.shape == w.shape, db.shape
    (True, True, (8,))
    """
    options = Options(stride, padding, dilation, padding_mode=padding_mode, layout=layout, kernel_layout=kernel_layout)
    call = arguments.depthwise(ranked.op, ranked.rank, x, w, None, options)
    upstream = arguments.upstream(call.op, dy, call.x_layout, call.plan.y_shape, ranked.forward)
    return depthwise_gradients(call, upstream, bias=flag(call.op, "bias", bias))


depthwise_conv, depthwise_conv1d, depthwise_conv2d, depthwise_conv3d = per_rank("depthwise_conv{}", _depthwise_conv)
depthwise_conv_backward, depthwise_conv1d_backward, depthwise_conv2d_backward, depthwise_conv3d_backward = per_rank(
    "depthwise_conv{}_backward", _depthwise_conv_backward
)
