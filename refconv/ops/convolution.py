"""Convolution in any number of dimensions, and its gradients for x, w and b."""

from __future__ import annotations

from numpy.typing import ArrayLike

from refconv.arithmetic.per_axis import flag
from refconv.ops import arguments
from refconv.ops.arguments import Options, Padding, PerAxis
from refconv.ops.bilinear import Gradients, correlate, gradients
from refconv.ops.elements import Array
from refconv.ops.ranks import Ranked, per_rank

__all__ = [
    "conv",
    "conv1d",
    "conv1d_backward",
    "conv2d",
    "conv2d_backward",
    "conv3d",
    "conv3d_backward",
    "conv_backward",
]


def _conv(
    ranked: Ranked,
    x: ArrayLike,
    w: ArrayLike,
    b: ArrayLike | None = None,
    stride: PerAxis = 1,
    padding: Padding = 0,
    dilation: PerAxis = 1,
    groups: int = 1,
    padding_mode: str = "zeros",
    layout: str = "NC*",
    kernel_layout: str = "OI*",
) -> Array:
    r"""Convolve x with a bank of filters (cross-correlation: the kernel is not flipped).

    .. math:: y[n, o, i] = b[o] + \sum_{{c=0}}^{{C/G-1}} \sum_{{m=0}}^{{k-1}} w[o, c, m]\;
              x[n,\; \lfloor o / (O/G) \rfloor\, C/G + c,\; i s + m d - lo]

    for each spatial axis alike: i, m, k, s, d and lo stand for one number per axis, ({axes}).

    Parameters
    ----------
    x : array_like, shape (N, C, {axes})
        Input, in the order `layout` says. N may be 0.
    w : array_like, shape (O, C/G, {kernel})
        One filter per output channel, in the order `kernel_layout` says.
    b : array_like, shape (O,), optional
        Bias, added to every output of its channel.
    stride : int or one per axis
        Steps between windows, in input samples, along ({axes}).
    padding : int, one per axis, a (lo, hi) pair per axis, or str
        Samples added before and after the input; negative ones crop it. Or "valid" (none), "same_upper" (alias
        "same": output size ``ceil(n/s)``, an odd one at the end), "same_lower" (at the beginning), "full" (every
        window that touches the input), "causal" (all of it before); words may differ per axis too.
    dilation : int or one per axis
        Distance between the taps of a window, in input samples; 1 is the ordinary kernel.
    groups : int
        G: channels and filters fall into G groups that do not see each other.
    padding_mode : {{"zeros", "reflect", "replicate", "circular"}}
        What the padding shows. A zero is a sample like any other: multiplied with an infinite weight it is NaN.
    layout, kernel_layout : str
        Any order of N, C, {axes} and of O, I, {axes}; ``*`` stands for all the axes: ``"N*C"``, ``"*IO"``.

    Returns
    -------
    ndarray, shape (N, O, {out})
        In x's layout; along each axis ``(n + lo + hi - d*(k - 1) - 1)//s + 1`` outputs (R15). Its type is
        ``np.result_type(x, w)``; integers give int64, exactly.

    Raises
    ------
    ShapeError
        For ranks, channels, groups and sizes that do not go together.
    ArgumentError, ArgumentTypeError
        For an argument out of range or of the wrong type.
    DTypeError
        For arrays that do not hold numbers, and a bias that the result's type cannot hold.
    IntegerOverflowError
        For an exact integer result outside int64.

    Notes
    -----
    Cost: as many MACs as outputs times K, the ``C/G`` times the kernel's taps that each sums. Rounding:
    ``abs(y - exact) <= gamma * (abs(b) + sum(abs(x * w)))``, gamma about ``(K + 1) u`` for any order of the terms, u
    the unit roundoff of the sums' type (`docs/numbers.md`); float16 and bfloat16 are summed in float32 and rounded
    once. PyTorch takes one padding for both sides of an axis, and its "same" refuses a stride. TensorFlow's and
    ONNX's SAME are "same_upper". ``numpy.convolve`` flips the kernel and defaults to "full".

    References
    ----------
    V. Dumoulin, F. Visin, A guide to convolution arithmetic for deep learning, arXiv:1603.07285.

    See Also
    --------
    {op}_backward : its gradients.
    conv_transpose2d : its adjoint.
    refconv.algorithms.direct : its definition, as loops.

    Examples
    --------
    >>> import numpy as np, refconv
    >>> x, w = np.arange(5 ** {rank}).reshape(1, 1, {sizes}), np.ones((2, 1, {threes}), int)
    >>> refconv.{op}(x, w, stride=2, padding="same", dilation=2).shape
    (1, 2, {threes})
    >>> bool(refconv.{op}(x, w)[(0, 0, {zeros})] == x[(0, 0{first_three})].sum())
    True
    """
    options = Options(stride, padding, dilation, groups, padding_mode, layout, kernel_layout)
    call = arguments.convolution(ranked.op, ranked.rank, x, w, b, options)
    return correlate(call.op, call.plan, call.x, call.w, call.b, call.x_layout)


def _conv_backward(
    ranked: Ranked,
    dy: ArrayLike,
    x: ArrayLike,
    w: ArrayLike,
    stride: PerAxis = 1,
    padding: Padding = 0,
    dilation: PerAxis = 1,
    groups: int = 1,
    padding_mode: str = "zeros",
    layout: str = "NC*",
    kernel_layout: str = "OI*",
    bias: bool = True,
) -> Gradients:
    r"""Return the gradients of ``sum(dy * {forward}(x, w, b))`` for x, w and b.

    .. math:: dx[n, c, q] = \sum_{{o}} \sum_{{(i, m):\; i s + m d - lo \,=\, q}} dy[n, o, i]\, w[o, c, m]

    .. math:: dw[o, c, m] = \sum_{{n, i}} dy[n, o, i]\, x[n, c, i s + m d - lo], \qquad
              db[o] = \sum_{{n, i}} dy[n, o, i]

    for each spatial axis alike, o and c running over one group.

    Parameters
    ----------
    dy : array_like, shape (N, O, {out})
        Gradient for the result of `{forward}`, of exactly its shape and in x's layout.
    x, w : array_like
        As given to `{forward}`.
    stride, padding, dilation, groups, padding_mode, layout, kernel_layout
        As given to `{forward}`.
    bias : bool
        Whether the layer has a bias; without one `db` is None.

    Returns
    -------
    Gradients
        ``(dx, dw, db)`` with the shapes and layouts of x, w and b. Types are ``np.result_type`` of the two operands;
        float16 and bfloat16 are summed in float32 and rounded once. Input samples that no window reads get 0.

    Raises
    ------
    ShapeError, ArgumentError, ArgumentTypeError, DTypeError, IntegerOverflowError
        As `{forward}`, and ShapeError for a dy of the wrong shape.

    Notes
    -----
    Complex operands enter conjugated, as PyTorch defines it; the gradient of a real operand is real. dx and dw each
    cost as many MACs as `{forward}`. Convolution is bilinear: the gradients' own gradients are convolutions again
    (`docs/gradients.md`).

    See Also
    --------
    {forward} : the forward pass.
    refconv.algorithms.direct : the definition, as loops.

    Examples
    --------
    >>> import numpy as np, refconv
    >>> x, w = np.arange(5 ** {rank}).reshape(1, 1, {sizes}), np.ones((2, 1, {threes}), int)
    >>> y = refconv.{forward}(x, w)
    >>> dx, dw, db = refconv.{op}(y, x, w)
    >>> bool((dx * x).sum() == (dw * w).sum() == (y * y).sum())
    True
    """
    options = Options(stride, padding, dilation, groups, padding_mode, layout, kernel_layout)
    call = arguments.convolution(ranked.op, ranked.rank, x, w, None, options)
    upstream = arguments.upstream(call.op, dy, call.x_layout, call.plan.y_shape, ranked.forward)
    return gradients(call, upstream, call.w_layout, bias=flag(call.op, "bias", bias))


conv, conv1d, conv2d, conv3d = per_rank("conv{}", _conv)
conv_backward, conv1d_backward, conv2d_backward, conv3d_backward = per_rank("conv{}_backward", _conv_backward)
