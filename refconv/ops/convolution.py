"""Convolution in any number of dimensions, and its gradients for x, w and b."""

from __future__ import annotations

from numpy.typing import ArrayLike

from refconv.arithmetic.per_axis import flag
from refconv.ops import arguments
from refconv.ops.arguments import Options, Padding, PerAxis
from refconv.ops.bilinear import Gradients, correlate, gradients
from refconv.ops.dtypes import Array

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


def conv2d(
    x: ArrayLike,
    w: ArrayLike,
    b: ArrayLike | None = None,
    stride: PerAxis = 1,
    padding: Padding = 0,
    dilation: PerAxis = 1,
    groups: int = 1,
    padding_mode: str = "zeros",
    layout: str = "NCHW",
    kernel_layout: str = "OIHW",
) -> Array:
    r"""Convolve images with a bank of filters (cross-correlation: the kernel is not flipped).

    .. math:: y[n, o, i, j] = b[o] + \sum_{c=0}^{C/G-1} \sum_{m=0}^{KH-1} \sum_{l=0}^{KW-1}
              w[o, c, m, l]\; x[n,\; \lfloor o / (O/G) \rfloor\, C/G + c,\;
              i s_H + m d_H - lo_H,\; j s_W + l d_W - lo_W]

    Parameters
    ----------
    x : array_like, shape (N, C, H, W)
        Input, in the order `layout` says. N may be 0.
    w : array_like, shape (O, C/G, KH, KW)
        One filter per output channel, in the order `kernel_layout` says.
    b : array_like, shape (O,), optional
        Bias, added to every output of its channel.
    stride : int or one per axis
        Steps between windows, in input samples, along (H, W).
    padding : int, one per axis, a (lo, hi) pair per axis, or str
        Samples added before and after the input; negative ones crop it. Or "valid" (none), "same_upper" (alias
        "same": output size ``ceil(n/s)``, an odd one at the end), "same_lower" (at the beginning), "full" (every
        window that touches the input), "causal" (all of it before); words may differ per axis too.
    dilation : int or one per axis
        Distance between the taps of a window, in input samples; 1 is the ordinary kernel.
    groups : int
        G: channels and filters fall into G groups that do not see each other.
    padding_mode : {"zeros", "reflect", "replicate", "circular"}
        What the padding shows. A zero is a sample like any other: multiplied with an infinite weight it is NaN.
    layout, kernel_layout : str
        Any order of N, C, H, W and of O, I, H, W: "NHWC", "HWIO", "OHWI", "IHWO" ...

    Returns
    -------
    ndarray, shape (N, O, OH, OW)
        In x's layout, with ``OH = (H + lo + hi - d*(KH - 1) - 1)//s + 1`` (R15), OW likewise. Its type is
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
    Cost: ``N O OH OW (C/G) KH KW`` MACs. Rounding: ``abs(y - exact) <= (K + 1) u sum(abs(x w))`` for any order of the
    K + 1 terms, u the unit roundoff of the sums' type; float16 and bfloat16 are summed in float32 and rounded once.
    PyTorch takes one padding per axis for both sides, and its "same" refuses a stride. TensorFlow's and ONNX's
    SAME are "same_upper". ``numpy.convolve`` flips the kernel and defaults to "full".

    References
    ----------
    V. Dumoulin, F. Visin, A guide to convolution arithmetic for deep learning, arXiv:1603.07285.

    See Also
    --------
    conv2d_backward : its gradients.
    conv_transpose2d : its adjoint.
    refconv.algorithms.direct : its definition, as loops.

    Examples
    --------
    >>> import numpy as np, refconv
    >>> x = np.arange(25).reshape(1, 1, 5, 5)
    >>> w = np.array([[1, 0, -1]] * 3).reshape(1, 1, 3, 3)
    >>> refconv.conv2d(x, w)
    array([[[[-6, -6, -6],
             [-6, -6, -6],
             [-6, -6, -6]]]])
    >>> refconv.conv2d(x, w, stride=2, padding="same", dilation=2).shape
    (1, 1, 3, 3)
    """
    options = Options(stride, padding, dilation, groups, padding_mode, layout, kernel_layout)
    return _forward("conv2d", 2, x, w, b, options)


def conv2d_backward(
    dy: ArrayLike,
    x: ArrayLike,
    w: ArrayLike,
    stride: PerAxis = 1,
    padding: Padding = 0,
    dilation: PerAxis = 1,
    groups: int = 1,
    padding_mode: str = "zeros",
    layout: str = "NCHW",
    kernel_layout: str = "OIHW",
    bias: bool = True,
) -> Gradients:
    r"""Return the gradients of ``sum(dy * conv2d(x, w, b))`` for x, w and b.

    .. math:: dx[n, c, p, q] = \sum_{o, (i, m):\, i s_H + m d_H - lo_H = p,\; (j, l):\, j s_W + l d_W - lo_W = q}
              dy[n, o, i, j]\, w[o, c, m, l]

    .. math:: dw[o, c, m, l] = \sum_{n, i, j} dy[n, o, i, j]\, x[n, c, i s_H + m d_H - lo_H, j s_W + l d_W - lo_W],
              \qquad db[o] = \sum_{n, i, j} dy[n, o, i, j]

    Parameters
    ----------
    dy : array_like, shape (N, O, OH, OW)
        Gradient for the result of `conv2d`, of exactly its shape and in x's layout.
    x, w : array_like
        As given to `conv2d`.
    stride, padding, dilation, groups, padding_mode, layout, kernel_layout
        As given to `conv2d`.
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
        As `conv2d`, and ShapeError for a dy of the wrong shape.

    Notes
    -----
    Complex operands enter conjugated, as PyTorch defines it; the gradient of a real operand is real. dx and dw each
    cost as many MACs as `conv2d`. Convolution is bilinear: the gradients' own gradients are convolutions again
    (`docs/gradients.md`).

    See Also
    --------
    conv2d : the forward pass.
    refconv.algorithms.direct : the definition, as loops.

    Examples
    --------
    >>> import numpy as np, refconv
    >>> x, w = np.arange(5).reshape(1, 1, 1, 5), np.array([1, 2, 3]).reshape(1, 1, 1, 3)
    >>> dx, dw, db = refconv.conv2d_backward(np.ones((1, 1, 1, 3), int), x, w)
    >>> dx.ravel(), dw.ravel(), db
    (array([1, 3, 6, 5, 3]), array([3, 6, 9]), array([3]))
    """
    options = Options(stride, padding, dilation, groups, padding_mode, layout, kernel_layout)
    return _backward("conv2d", 2, dy, x, w, options, bias)


def conv(
    x: ArrayLike,
    w: ArrayLike,
    b: ArrayLike | None = None,
    stride: PerAxis = 1,
    padding: Padding = 0,
    dilation: PerAxis = 1,
    groups: int = 1,
    padding_mode: str = "zeros",
    layout: str | None = None,
    kernel_layout: str | None = None,
) -> Array:
    """Convolve along any number of spatial axes, as many as x has beyond N and C.

    Parameters
    ----------
    x : array_like, shape (N, C, *sizes)
        Input; by default in the order N, C and the spatial axes.
    w : array_like, shape (O, C/G, *kernel_sizes)
        Filters; by default in the order O, I and the spatial axes.
    b, stride, padding, dilation, groups, padding_mode
        As for `conv2d`, per spatial axis.
    layout, kernel_layout : str, optional
        Spatial axes are called W, HW, DHW, and with more of them A, B, ... before D.

    Returns
    -------
    ndarray, shape (N, O, *output_sizes)
        Each output size by R15, as for `conv2d`.

    Raises
    ------
    ShapeError, ArgumentError, ArgumentTypeError, DTypeError, IntegerOverflowError
        As `conv2d`.

    See Also
    --------
    conv2d : the same for images, with the formula written out.

    Examples
    --------
    >>> import numpy as np, refconv
    >>> refconv.conv(np.ones((1, 2, 4, 5, 6, 7)), np.ones((3, 2, 2, 2, 2, 2))).shape
    (1, 3, 3, 4, 5, 6)
    """
    options = Options(stride, padding, dilation, groups, padding_mode, layout, kernel_layout)
    return _forward("conv", None, x, w, b, options)


def conv_backward(
    dy: ArrayLike,
    x: ArrayLike,
    w: ArrayLike,
    stride: PerAxis = 1,
    padding: Padding = 0,
    dilation: PerAxis = 1,
    groups: int = 1,
    padding_mode: str = "zeros",
    layout: str | None = None,
    kernel_layout: str | None = None,
    bias: bool = True,
) -> Gradients:
    """Return the gradients of ``sum(dy * conv(x, w, b))`` for x, w and b; see `conv2d_backward`.

    Parameters
    ----------
    dy : array_like, shape (N, O, *output_sizes)
        Gradient for the result of `conv`.
    x, w, stride, padding, dilation, groups, padding_mode, layout, kernel_layout
        As given to `conv`.
    bias : bool
        Whether the layer has a bias; without one `db` is None.

    Returns
    -------
    Gradients
        ``(dx, dw, db)`` with the shapes and layouts of x, w and b.

    Raises
    ------
    ShapeError, ArgumentError, ArgumentTypeError, DTypeError, IntegerOverflowError
        As `conv2d_backward`.

    Examples
    --------
    >>> import numpy as np, refconv
    >>> dx, dw, db = refconv.conv_backward(np.ones((2, 3, 4)), np.ones((2, 1, 6)), np.ones((3, 1, 3)), bias=False)
    >>> dx.shape, dw.shape, db
    ((2, 1, 6), (3, 1, 3), None)
    """
    options = Options(stride, padding, dilation, groups, padding_mode, layout, kernel_layout)
    return _backward("conv", None, dy, x, w, options, bias)


def conv1d(
    x: ArrayLike,
    w: ArrayLike,
    b: ArrayLike | None = None,
    stride: PerAxis = 1,
    padding: Padding = 0,
    dilation: PerAxis = 1,
    groups: int = 1,
    padding_mode: str = "zeros",
    layout: str = "NCW",
    kernel_layout: str = "OIW",
) -> Array:
    """Convolve sequences: `conv2d` with the one spatial axis W.

    Parameters
    ----------
    x : array_like, shape (N, C, W)
        Input.
    w : array_like, shape (O, C/G, KW)
        Filters.
    b, stride, padding, dilation, groups, padding_mode, layout, kernel_layout
        As for `conv2d`. One padding per side is written ``padding=((lo, hi),)``.

    Returns
    -------
    ndarray, shape (N, O, OW)
        ``OW = (W + lo + hi - d*(KW - 1) - 1)//s + 1`` (R15).

    Raises
    ------
    ShapeError, ArgumentError, ArgumentTypeError, DTypeError, IntegerOverflowError
        As `conv2d`.

    Examples
    --------
    With "causal" padding an output sees nothing after itself:

    >>> import numpy as np, refconv
    >>> refconv.conv1d(np.arange(5).reshape(1, 1, 5), np.array([[[1, 10]]]), padding="causal", dilation=2)
    array([[[ 0, 10, 20, 31, 42]]])
    """
    options = Options(stride, padding, dilation, groups, padding_mode, layout, kernel_layout)
    return _forward("conv1d", 1, x, w, b, options)


def conv1d_backward(
    dy: ArrayLike,
    x: ArrayLike,
    w: ArrayLike,
    stride: PerAxis = 1,
    padding: Padding = 0,
    dilation: PerAxis = 1,
    groups: int = 1,
    padding_mode: str = "zeros",
    layout: str = "NCW",
    kernel_layout: str = "OIW",
    bias: bool = True,
) -> Gradients:
    """Return the gradients of ``sum(dy * conv1d(x, w, b))`` for x, w and b; see `conv2d_backward`.

    Parameters
    ----------
    dy : array_like, shape (N, O, OW)
        Gradient for the result of `conv1d`.
    x, w, stride, padding, dilation, groups, padding_mode, layout, kernel_layout
        As given to `conv1d`.
    bias : bool
        Whether the layer has a bias; without one `db` is None.

    Returns
    -------
    Gradients
        ``(dx, dw, db)`` with the shapes and layouts of x, w and b.

    Raises
    ------
    ShapeError, ArgumentError, ArgumentTypeError, DTypeError, IntegerOverflowError
        As `conv2d_backward`.

    Examples
    --------
    >>> import numpy as np, refconv
    >>> dx, dw, db = refconv.conv1d_backward([[[1, 1]]], [[[3, 4, 5]]], [[[1, 2]]])
    >>> dx, dw, db
    (array([[[1, 3, 2]]]), array([[[7, 9]]]), array([2]))
    """
    options = Options(stride, padding, dilation, groups, padding_mode, layout, kernel_layout)
    return _backward("conv1d", 1, dy, x, w, options, bias)


def conv3d(
    x: ArrayLike,
    w: ArrayLike,
    b: ArrayLike | None = None,
    stride: PerAxis = 1,
    padding: Padding = 0,
    dilation: PerAxis = 1,
    groups: int = 1,
    padding_mode: str = "zeros",
    layout: str = "NCDHW",
    kernel_layout: str = "OIDHW",
) -> Array:
    """Convolve volumes: `conv2d` with the spatial axes D, H, W.

    Parameters
    ----------
    x : array_like, shape (N, C, D, H, W)
        Input.
    w : array_like, shape (O, C/G, KD, KH, KW)
        Filters.
    b, stride, padding, dilation, groups, padding_mode, layout, kernel_layout
        As for `conv2d`, along (D, H, W).

    Returns
    -------
    ndarray, shape (N, O, OD, OH, OW)
        Each output size by R15, as for `conv2d`.

    Raises
    ------
    ShapeError, ArgumentError, ArgumentTypeError, DTypeError, IntegerOverflowError
        As `conv2d`.

    Examples
    --------
    >>> import numpy as np, refconv
    >>> refconv.conv3d(np.ones((1, 1, 4, 5, 6)), np.ones((2, 1, 3, 3, 3)), padding=(1, 0, "same")).shape
    (1, 2, 4, 3, 6)
    """
    options = Options(stride, padding, dilation, groups, padding_mode, layout, kernel_layout)
    return _forward("conv3d", 3, x, w, b, options)


def conv3d_backward(
    dy: ArrayLike,
    x: ArrayLike,
    w: ArrayLike,
    stride: PerAxis = 1,
    padding: Padding = 0,
    dilation: PerAxis = 1,
    groups: int = 1,
    padding_mode: str = "zeros",
    layout: str = "NCDHW",
    kernel_layout: str = "OIDHW",
    bias: bool = True,
) -> Gradients:
    """Return the gradients of ``sum(dy * conv3d(x, w, b))`` for x, w and b; see `conv2d_backward`.

    Parameters
    ----------
    dy : array_like, shape (N, O, OD, OH, OW)
        Gradient for the result of `conv3d`.
    x, w, stride, padding, dilation, groups, padding_mode, layout, kernel_layout
        As given to `conv3d`.
    bias : bool
        Whether the layer has a bias; without one `db` is None.

    Returns
    -------
    Gradients
        ``(dx, dw, db)`` with the shapes and layouts of x, w and b.

    Raises
    ------
    ShapeError, ArgumentError, ArgumentTypeError, DTypeError, IntegerOverflowError
        As `conv2d_backward`.

    Examples
    --------
    >>> import numpy as np, refconv
    >>> x, w = np.ones((1, 1, 3, 3, 3)), np.ones((2, 1, 3, 3, 3))
    >>> refconv.conv3d_backward(np.ones((1, 2, 1, 1, 1)), x, w).db
    array([1., 1.])
    """
    options = Options(stride, padding, dilation, groups, padding_mode, layout, kernel_layout)
    return _backward("conv3d", 3, dy, x, w, options, bias)


def _forward(op: str, rank: int | None, x: ArrayLike, w: ArrayLike, b: ArrayLike | None, options: Options) -> Array:
    call = arguments.convolution(op, rank, x, w, b, options)
    return correlate(op, call.plan, call.x, call.w, call.b, call.x_layout)


def _backward(
    forward: str, rank: int | None, dy: ArrayLike, x: ArrayLike, w: ArrayLike, options: Options, bias: bool
) -> Gradients:
    op = f"{forward}_backward"
    call = arguments.convolution(op, rank, x, w, None, options)
    upstream = arguments.upstream(op, dy, call.x_layout, call.plan.y_shape, forward)
    return gradients(call, upstream, call.w_layout, bias=flag(call.op, "bias", bias))
