"""Windows as a view; im2col, which writes them out; col2im, its adjoint.

The adjoint is not the inverse: where windows overlap, `col2im` adds up what `im2col` had copied.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.lib.stride_tricks import as_strided
from numpy.typing import ArrayLike

from refconv.arithmetic.geometry import Geometry
from refconv.arithmetic.integers import product
from refconv.arithmetic.padding import terms_per_pixel
from refconv.ops import arguments
from refconv.ops.arguments import Padding, PerAxis
from refconv.ops.dtypes import sum_arithmetic
from refconv.ops.elements import Array
from refconv.ops.guard import guarded
from refconv.ops.padding import pad, pad_adjoint

__all__ = ["col2im", "fold", "im2col", "unfold", "windows"]


def windows(x_padded: Array, plan: Geometry) -> Array:
    """Return every window of a padded x as a view of shape ``(N, C, *kernel_size, *output_size)``.

    Element ``[n, c, m, i]`` is ``x_padded[n, c, i*s + m*d]``: no memory is copied, one element appears once for each
    window that reads it, and the view is read-only.

    Examples
    --------
    >>> from refconv.arithmetic import Axis
    >>> x = np.arange(5).reshape(1, 1, 5)
    >>> windows(x, Geometry(1, 1, 1, (Axis(5, 2, d=3),)))[0, 0]
    array([[0, 1],
           [3, 4]])
    """
    # where there is one tap, or one window, nobody steps: a huge stride or dilation must not overflow
    steps = list(zip(plan.axes, x_padded.strides[2:], strict=True))
    return as_strided(
        x_padded,
        shape=(*x_padded.shape[:2], *plan.kernel_size, *plan.output_size),
        strides=(
            *x_padded.strides[:2],
            *(axis.d * step if axis.k > 1 else 0 for axis, step in steps),
            *(axis.s * step if axis.out > 1 else 0 for axis, step in steps),
        ),
        writeable=False,
    )


def unfold(x: Array, plan: Geometry) -> Array:
    """Return the whole im2col matrix ``(N, C * taps, outputs)`` of an x in canonical order: always a copy."""
    view = windows(pad(x, plan), plan)
    return view.copy().reshape(plan.batch, plan.channels * product(plan.kernel_size), product(plan.output_size))


@np.errstate(all="ignore")
def fold(columns: Array, plan: Geometry) -> Array:
    """Return the adjoint of `unfold`, in the type of the columns: each entry added where it was read."""
    entries: Any = columns.reshape(plan.batch, plan.channels, *plan.kernel_size, *plan.output_size)
    x_padded: Any = np.zeros((plan.batch, plan.channels, *plan.padded_size), columns.dtype)
    for tap in np.ndindex(*plan.kernel_size):
        landings = [axis.landing(m, 0, axis.padded)[1] for axis, m in zip(plan.axes, tap, strict=True)]
        x_padded[:, :, *landings] += entries[:, :, *tap]
    return pad_adjoint(x_padded, plan)


def im2col(
    x: ArrayLike,
    kernel_size: PerAxis,
    stride: PerAxis = 1,
    padding: Padding = 0,
    dilation: PerAxis = 1,
    padding_mode: str = "zeros",
    layout: str = "NC*",
) -> Array:
    r"""Return the matrix whose columns are the windows of x: a convolution is a matrix product with it.

    .. math:: columns[n,\, (c, m),\, i] = x[n,\, c,\, i s + m d - lo]

    Parameters
    ----------
    x : array_like, shape (N, C, H, W)
        Or any number of spatial axes, in the order `layout` says.
    kernel_size : int or one per axis
        Taps of a window.
    stride, padding, dilation, padding_mode, layout
        As for `conv2d`.

    Returns
    -------
    ndarray, shape (N, C * KH * KW, OH * OW)
        Of x's type. Its rows are ordered channel first, then tap; its columns by output position (R15).

    Raises
    ------
    ShapeError, ArgumentError, ArgumentTypeError, DTypeError
        Before any work, as for `conv2d`.

    Notes
    -----
    The order is that of ``torch.nn.functional.unfold``, which knows two spatial axes and zeros only. The matrix
    takes ``C KH KW OH OW`` elements: `conv2d` itself never builds it whole.

    See Also
    --------
    col2im : its adjoint.

    Examples
    --------
    >>> import numpy as np, refconv
    >>> refconv.im2col(np.arange(5).reshape(1, 1, 5), 3, dilation=2)
    array([[[0],
            [2],
            [4]]])
    """
    call = arguments.unfolding("im2col", x, kernel_size, (stride, padding, dilation, padding_mode), layout)
    return unfold(call.x, call.plan)


def col2im(
    columns: ArrayLike,
    input_size: PerAxis,
    kernel_size: PerAxis,
    stride: PerAxis = 1,
    padding: Padding = 0,
    dilation: PerAxis = 1,
    padding_mode: str = "zeros",
    layout: str = "NC*",
) -> Array:
    r"""Return the adjoint of `im2col`: every entry of `columns` added to the pixel it was read from.

    .. math:: x[n,\, c,\, q] = \sum_{(m, i):\; i s + m d - lo \,=\, q} columns[n,\, (c, m),\, i]

    Parameters
    ----------
    columns : array_like, shape (N, C * KH * KW, OH * OW)
        As `im2col` returns it.
    input_size : int or one per axis
        The spatial size of the x to return; an int for one axis.
    kernel_size, stride, padding, dilation, padding_mode, layout
        As for `im2col`.

    Returns
    -------
    ndarray, shape (N, C, H, W)
        In the order `layout` says, of the columns' type; integers give int64, exactly, and half precision is rounded
        once.

    Raises
    ------
    ShapeError, ArgumentError, ArgumentTypeError, DTypeError, IntegerOverflowError
        As for `im2col`, and IntegerOverflowError for an exact integer result outside int64.

    See Also
    --------
    im2col : the map of which this is the adjoint, not the inverse.

    Examples
    --------
    Ones come back as the number of windows that read each pixel:

    >>> import numpy as np, refconv
    >>> refconv.col2im(np.ones((1, 3, 3), int), 5, 3)
    array([[[1, 2, 3, 2, 1]]])
    """
    call = arguments.folding(
        "col2im", columns, input_size, kernel_size, (stride, padding, dilation, padding_mode), layout
    )
    arithmetic = sum_arithmetic(call.op, terms_per_pixel(call.plan), call.x)
    with guarded("col2im", (columns,)), np.errstate(all="ignore"):
        folded = fold(call.x.astype(arithmetic.accumulator), call.plan)
        return call.x_layout.leave(arithmetic.finish(folded)).copy()
