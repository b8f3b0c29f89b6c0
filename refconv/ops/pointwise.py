"""Pointwise convolution: the channels mixed at each position, by a kernel of one tap."""

from __future__ import annotations

from numpy.typing import ArrayLike

from refconv.arithmetic.per_axis import flag
from refconv.ops import arguments
from refconv.ops.arguments import Options, PerAxis
from refconv.ops.bilinear import Gradients, correlate, gradients
from refconv.ops.elements import Array
from refconv.ops.ranks import Ranked, per_rank

__all__ = [
    "pointwise_conv",
    "pointwise_conv1d",
    "pointwise_conv1d_backward",
    "pointwise_conv2d",
    "pointwise_conv2d_backward",
    "pointwise_conv3d",
    "pointwise_conv3d_backward",
    "pointwise_conv_backward",
]


def _pointwise_conv(
    ranked: Ranked,
    x: ArrayLike,
    w: ArrayLike,
    b: ArrayLike | None = None,
    stride: PerAxis = 1,
    groups: int = 1,
    layout: str = "NC*",
    kernel_layout: str = "OI*",
) -> Array:
    r"""Mix the channels at each position: a convolution whose kernel has one tap.

    .. math:: y[n, o, i] = b[o] + \sum_c x[n, c, i s]\; w[o, c]

    Parameters
    ----------
    x : array_like, shape (N, C, {axes})
        Input, in the order `layout` says.
    w : array_like, shape (O, C/G, {ones})
        One weight per output and input channel, in the order `kernel_layout` says.
    b : array_like, shape (O,), optional
        Bias.
    stride : int or one per axis
        Steps between the positions that are kept, in input samples.
    groups : int
        G: channels are only mixed within their group.
    layout, kernel_layout : str
        As for `conv2d`.

    Returns
    -------
    ndarray, shape (N, O, {out})
        Each output size ``(n - 1)//s + 1``; its type is ``np.result_type(x, w)``.

    Raises
    ------
    ShapeError, ArgumentError, ArgumentTypeError, DTypeError, IntegerOverflowError
        As `conv2d`, and ShapeError for a kernel of more than one tap.

    Notes
    -----
    Each output costs ``C/G`` MACs: at stride 1 it is one matrix product per sample.

    See Also
    --------
    conv2d : any kernel.
    refconv.algorithms.direct : the definition, as loops.

    Examples
    --------
    >>> import numpy as np, refconv
    >>> refconv.{op}(np.ones((1, 4, {sizes})), np.ones((2, 4, {ones}))).shape
    (1, 2, {sizes})
    """
    options = Options(stride, groups=groups, layout=layout, kernel_layout=kernel_layout)
    call = arguments.pointwise(ranked.op, ranked.rank, x, w, b, options)
    return correlate(call.op, call.plan, call.x, call.w, call.b, call.x_layout)


def _pointwise_conv_backward(
    ranked: Ranked,
    dy: ArrayLike,
    x: ArrayLike,
    w: ArrayLike,
    stride: PerAxis = 1,
    groups: int = 1,
    layout: str = "NC*",
    kernel_layout: str = "OI*",
    bias: bool = True,
) -> Gradients:
    r"""Return the gradients of ``sum(dy * {forward}(x, w, b))`` for x, w and b.

    .. math:: dx[n, c, i s] = \sum_o dy[n, o, i]\, w[o, c], \qquad
              dw[o, c] = \sum_{{n, i}} dy[n, o, i]\, x[n, c, i s]

    with dx 0 at the positions that the stride leaves out, and db the sum of dy over the batch and all positions.

    Parameters
    ----------
    dy : array_like, shape (N, O, {out})
        Gradient for the result of `{forward}`, of exactly its shape and in x's layout.
    x, w, stride, groups, layout, kernel_layout
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
    >>> x, w = np.ones((1, 4, {sizes})), np.ones((2, 4, {ones}))
    >>> dx, dw, db = refconv.{op}(refconv.{forward}(x, w), x, w)
    >>> dx.shape == x.shape, dw.shape == w.shape, db.shape
    (True, True, (2,))
    """
    options = Options(stride, groups=groups, layout=layout, kernel_layout=kernel_layout)
    call = arguments.pointwise(ranked.op, ranked.rank, x, w, None, options)
    upstream = arguments.upstream(call.op, dy, call.x_layout, call.plan.y_shape, ranked.forward)
    return gradients(call, upstream, call.w_layout, bias=flag(call.op, "bias", bias))


pointwise_conv, pointwise_conv1d, pointwise_conv2d, pointwise_conv3d = per_rank("pointwise_conv{}", _pointwise_conv)
pointwise_conv_backward, pointwise_conv1d_backward, pointwise_conv2d_backward, pointwise_conv3d_backward = per_rank(
    "pointwise_conv{}_backward", _pointwise_conv_backward
)
