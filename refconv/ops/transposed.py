"""Transposed convolution: the adjoint of convolution, with its own gradients.

`y = conv_transpose(x, w)` is what `conv`'s gradient for its input does to x. Its plan is that of the convolution from
y to x, so nothing here has index arithmetic of its own.
"""

from __future__ import annotations

from numpy.typing import ArrayLike

from refconv.arithmetic.per_axis import flag
from refconv.ops import arguments
from refconv.ops.arguments import Options, Padding, PerAxis
from refconv.ops.bilinear import FIRST, Gradients, adjoint, bias_gradient, correlate, real_like, weights
from refconv.ops.elements import Array
from refconv.ops.ranks import Ranked, per_rank

__all__ = [
    "conv_transpose",
    "conv_transpose1d",
    "conv_transpose1d_backward",
    "conv_transpose2d",
    "conv_transpose2d_backward",
    "conv_transpose3d",
    "conv_transpose3d_backward",
    "conv_transpose_backward",
]


def _conv_transpose(
    ranked: Ranked,
    x: ArrayLike,
    w: ArrayLike,
    b: ArrayLike | None = None,
    stride: PerAxis = 1,
    padding: Padding = 0,
    dilation: PerAxis = 1,
    groups: int = 1,
    output_padding: PerAxis = 0,
    layout: str = "NC*",
    kernel_layout: str = "IO*",
) -> Array:
    r"""Write each sample of x, times the kernel, over the outputs that it reaches: the adjoint of convolution.

    .. math:: y[n, o, q] = b[o] + \sum_{{c}} \sum_{{(i, m):\; i s + m d - lo \,=\, q}} x[n, c, i]\, w[c, o, m]

    for each spatial axis alike, c and o running over one group.

    Parameters
    ----------
    x : array_like, shape (N, C, {axes})
        Input, in the order `layout` says.
    w : array_like, shape (C, O/G, {kernel})
        One bank of filters per *input* channel, in the order `kernel_layout` says (I is C here, O is O/G).
    b : array_like, shape (O,), optional
        Bias, one per output channel.
    stride : int or one per axis
        Steps between the outputs of neighbouring inputs, in output samples.
    padding : int, one per axis, a (lo, hi) pair per axis, or str
        Samples cropped from both ends of the output (negative: added). A word means the adjoint of the convolution so
        padded; "same" gives ``n*s``.
    dilation : int or one per axis
        Distance between the taps, in output samples.
    groups : int
        G: channels fall into G groups that do not see each other.
    output_padding : int or one per axis
        Samples more at the end of the output, less than ``max(stride, dilation)``.
    layout, kernel_layout : str
        Any order of N, C, {axes} and of I, O, {axes}.

    Returns
    -------
    ndarray, shape (N, O, {out})
        Along each axis ``(n - 1)*s + d*(k - 1) + 1 - lo - hi + a`` (R14), of type ``np.result_type(x, w)``.

    Raises
    ------
    ShapeError, ArgumentError, ArgumentTypeError, DTypeError, IntegerOverflowError
        As `conv2d`; ArgumentError for an output padding that a larger input would account for.

    Notes
    -----
    Each input costs ``O/G * taps`` MACs. The arguments stand in the order of `conv2d`; PyTorch has output_padding
    and groups before dilation.

    See Also
    --------
    conv2d : of which this is the adjoint: ``sum(u * conv(x, w)) == sum(conv_transpose(u, w) * x)``.

    Examples
    --------
    >>> import numpy as np, refconv
    >>> refconv.{op}(np.ones((1, 2, {sizes})), np.ones((2, 1, {threes})), stride=2, padding=1).shape[:2]
    (1, 1)
    """
    options = Options(
        stride, padding, dilation, groups, layout=layout, kernel_layout=kernel_layout, output_padding=output_padding
    )
    call = arguments.transposed(ranked.op, ranked.rank, x, w, b, options)
    return adjoint(call.op, call.plan, call.x, call.w, call.b, call.x_layout)


def _conv_transpose_backward(
    ranked: Ranked,
    dy: ArrayLike,
    x: ArrayLike,
    w: ArrayLike,
    stride: PerAxis = 1,
    padding: Padding = 0,
    dilation: PerAxis = 1,
    groups: int = 1,
    output_padding: PerAxis = 0,
    layout: str = "NC*",
    kernel_layout: str = "IO*",
    bias: bool = True,
) -> Gradients:
    r"""Return the gradients of ``sum(dy * {forward}(x, w, b))`` for x, w and b.

    .. math:: dx[n, c, i] = \sum_{{o, m}} dy[n, o, i s + m d - lo]\, w[c, o, m], \qquad
              dw[c, o, m] = \sum_{{n, i}} dy[n, o, i s + m d - lo]\, x[n, c, i], \qquad
              db[o] = \sum_{{n, q}} dy[n, o, q]

    for each spatial axis alike, o and c running over one group: dx is the convolution of dy with w.

    Parameters
    ----------
    dy : array_like, shape (N, O, {out})
        Gradient for the result of `{forward}`, of exactly its shape and in x's layout.
    x, w, stride, padding, dilation, groups, output_padding, layout, kernel_layout
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
    >>> x, w = np.ones((1, 2, {sizes})), np.ones((2, 1, {threes}))
    >>> dx, dw, db = refconv.{op}(refconv.{forward}(x, w), x, w)
    >>> dx.shape == x.shape, dw.shape == w.shape, db.shape
    (True, True, (1,))
    """
    options = Options(
        stride, padding, dilation, groups, layout=layout, kernel_layout=kernel_layout, output_padding=output_padding
    )
    call = arguments.transposed(ranked.op, ranked.rank, x, w, None, options)
    upstream = arguments.upstream(call.op, dy, call.x_layout, call.plan.x_shape, ranked.forward)
    biased = flag(call.op, "bias", bias)
    dx = correlate(call.op, call.plan, upstream, call.w, None, call.x_layout, conjugated=True)
    dw = weights(call.op, call.plan, call.x, upstream, call.w_layout, conjugated=FIRST)
    return Gradients(
        dx=real_like(dx, call.x),
        dw=real_like(dw, call.w),
        db=bias_gradient(call.op, upstream) if biased else None,
    )


conv_transpose, conv_transpose1d, conv_transpose2d, conv_transpose3d = per_rank("conv_transpose{}", _conv_transpose)
conv_transpose_backward, conv_transpose1d_backward, conv_transpose2d_backward, conv_transpose3d_backward = per_rank(
    "conv_transpose{}_backward", _conv_transpose_backward
)
