"""WebNN's poolings: average, largest, and L2 norm of each window.

Padding is never a sample: the average counts what lies on the input. With ``outputShapeRounding: "ceil"`` windows may
hang over the end by any length; what one without a single sample should give, the specification leaves open
(webmachinelearning/webnn#935), so here that is an error. By the letter of its steps `outputSizes` would make `padding`
be ignored, which is an error in them (webmachinelearning/webnn#770); here both count.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from refconv.arithmetic.per_axis import choice
from refconv.arithmetic.plan import pooling_axes
from refconv.arithmetic.sizes import output_size, transposed_output_size
from refconv.dialects.saying import said_as
from refconv.dialects.webnn_options import INPUT_LAYOUTS, layout, numbers, padding_pairs, read_options, whole
from refconv.errors import ArgumentError, DTypeError, ShapeError
from refconv.ops import depthwise, pooling
from refconv.ops.elements import Array, check_numeric

__all__ = ["POOL2D_OPTIONS", "average_pool2d", "l2_pool2d", "max_pool2d"]

POOL2D_OPTIONS = (
    *("windowDimensions", "padding", "strides", "dilations", "layout", "outputShapeRounding", "roundingType"),
    "outputSizes",
)
"""`roundingType` is what `outputShapeRounding` was called before."""

_WORDS = {"stride": "strides", "dilation": "dilations", "kernel_size": "windowDimensions", "x": "input"}

_LARGE = 2.0**500
"""Squares of samples up to here, and down to its inverse, are numbers that float64 holds in full, and so are sums."""


class _Windows(NamedTuple):
    """One pooling, its padding stretched until the last window ends where the padded input does."""

    x: Array
    kernel: tuple[int, ...]
    strides: tuple[int, ...]
    padding: tuple[tuple[int, int], ...]
    dilations: tuple[int, ...]
    layout: str


def average_pool2d(input: ArrayLike, options: Mapping[str, Any] | None = None) -> Array:  # noqa: A002
    """Average each window as ``MLGraphBuilder.averagePool2d(input, options)`` does; padding does not count.

    Parameters
    ----------
    input : array_like, shape (N, C, H, W) or (N, H, W, C)
        In the order that `layout` says.
    options : dict, optional
        ``windowDimensions`` [height, width], by default all of the input; ``padding`` [top, bottom, left, right];
        ``strides`` (by default 1) and ``dilations`` [height, width]; ``layout`` "nchw" or "nhwc";
        ``outputShapeRounding`` "floor" or "ceil" (or, as it was called before, ``roundingType``); ``outputSizes``
        [height, width], which chooses between the two by its numbers.

    Returns
    -------
    ndarray
        In the input's layout; of its type, float64 for integers.

    Raises
    ------
    ArgumentError, ArgumentTypeError
        For an unknown option, lists of another length, and sizes that no rounding gives.
    ShapeError
        For windows that do not fit, and windows without a sample.
    DTypeError
        For an input that does not hold numbers.

    Examples
    --------
    >>> import numpy as np
    >>> x = np.arange(9.0).reshape(1, 1, 3, 3)
    >>> average_pool2d(x, {"windowDimensions": [2, 2], "strides": [2, 2], "outputShapeRounding": "ceil"})[0, 0]
    array([[2. , 3.5],
           [6.5, 8. ]])
    """
    op = "webnn.average_pool2d"
    windows = _windows(op, input, options)
    with said_as(op, _WORDS):
        return pooling.avg_pool2d(*windows[:5], count_include_pad=False, layout=windows.layout)


def max_pool2d(input: ArrayLike, options: Mapping[str, Any] | None = None) -> Array:  # noqa: A002
    """Return the largest sample of each window, as ``MLGraphBuilder.maxPool2d(input, options)`` does.

    Parameters
    ----------
    input, options
        As for `average_pool2d`.

    Returns
    -------
    ndarray
        In the input's layout, of its type.

    Raises
    ------
    ArgumentError, ArgumentTypeError, ShapeError, DTypeError
        As `average_pool2d`.

    Examples
    --------
    >>> import numpy as np
    >>> max_pool2d(np.arange(9).reshape(1, 3, 3, 1), {"windowDimensions": [2, 2], "layout": "nhwc"}).ravel()
    array([4, 5, 7, 8])
    """
    op = "webnn.max_pool2d"
    windows = _windows(op, input, options)
    with said_as(op, _WORDS):
        return pooling.max_pool2d(*windows[:5], layout=windows.layout)


def l2_pool2d(input: ArrayLike, options: Mapping[str, Any] | None = None) -> Array:  # noqa: A002
    """Return the root of the sum of squares of each window, as ``MLGraphBuilder.l2Pool2d(input, options)`` does.

    Parameters
    ----------
    input, options
        As for `average_pool2d`.

    Returns
    -------
    ndarray
        In the input's layout; of its type, float64 for integers. Squares are summed in float64, in which those of
        very large and very small samples are scaled first, so that a norm that float64 holds is returned.

    Raises
    ------
    ArgumentError, ArgumentTypeError, ShapeError
        As `average_pool2d`.
    DTypeError
        For other than real numbers.

    Examples
    --------
    >>> import numpy as np
    >>> l2_pool2d(np.array([[[[3.0, 4.0]]]]))
    array([[[[5.]]]])
    """
    op = "webnn.l2_pool2d"
    windows = _windows(op, input, options)
    if windows.x.dtype.kind in "cO":
        raise DTypeError(op, f"there is no L2 norm of arrays of dtype {windows.x.dtype}.", fix="Pass real numbers.")
    result = np.float64 if windows.x.dtype.kind in "biu" else windows.x.dtype
    with said_as(op, _WORDS), np.errstate(over="ignore", under="ignore"):
        norms: Array = _norms(windows).astype(result)
    return norms


def _norms(windows: _Windows) -> Array:
    """Return the windows' norms in float64, from up to three sums: of squares as they are, and of scaled ones."""
    x = windows.x.astype(np.float64)
    size = np.abs(x)
    large = (size > _LARGE) & np.isfinite(size)
    small = (size < 1 / _LARGE) & (size > 0)
    norms = np.sqrt(_summed(windows, np.square(np.where(large | small, 0, x))))
    for exponent, those in ((-600, large), (600, small)):
        if those.any():
            sums = _summed(windows, np.square(np.ldexp(np.where(those, x, 0), exponent)))
            norms = np.hypot(norms, np.ldexp(np.sqrt(sums), -exponent))
    return np.asarray(norms)


def _summed(windows: _Windows, squares: Array) -> Array:
    """Return each window's sum."""
    return depthwise.depthwise_conv2d(
        squares,
        np.ones((squares.shape[windows.layout.index("C")], 1, *windows.kernel)),
        stride=windows.strides,
        padding=windows.padding,
        dilation=windows.dilations,
        layout=windows.layout,
    )


def _windows(op: str, image: ArrayLike, options: Mapping[str, Any] | None) -> _Windows:
    """Return what the options ask for, in refconv's words."""
    given = read_options(op, options, POOL2D_OPTIONS)
    order, x = layout(op, given, "layout", INPUT_LAYOUTS), check_numeric(op, "input", image)
    if x.ndim != 4:
        raise ShapeError(op, f"input must have 4 axes, but it has {x.ndim}.", f"input has shape {x.shape}.")
    sizes = tuple(x.shape[order.index(axis)] for axis in "HW")
    if 0 in sizes:
        raise ShapeError(
            op,
            f"input has size 0 along {'HW'[sizes.index(0)]}.",
            f"input has shape {x.shape}, in the order {order}",
            fix="Height and width need at least 1 each.",
        )
    kernel = whole(op, given, "windowDimensions", sizes)
    how = kernel, whole(op, given, "strides"), padding_pairs(op, given), whole(op, given, "dilations")
    with said_as(op, _WORDS):
        padding = _stretched(op, given, sizes, *how)
        pooling_axes(op, sizes, kernel, how[1], padding, how[3])
    return _Windows(x, kernel, how[1], padding, how[3], order)


def _stretched(
    op: str,
    given: Mapping[str, Any],
    sizes: Sequence[int],
    kernel: Sequence[int],
    strides: Sequence[int],
    padding: Sequence[tuple[int, int]],
    dilations: Sequence[int],
) -> tuple[tuple[int, int], ...]:
    """Return the padding with which exactly as many windows fit as the rounding, or `outputSizes`, asks for."""
    # to round up is to have s - 1 more at the end and round down; no window at all stays none
    down, up = (
        [
            output_size(n, k, s, d, lo, hi + spare * (s - 1))
            for n, k, s, (lo, hi), d in zip(sizes, kernel, strides, padding, dilations, strict=True)
        ]
        for spare in (0, 1)
    )
    rounding = given.get("outputShapeRounding", given.get("roundingType", "floor"))
    wanted = up if choice(op, "outputShapeRounding", rounding, ("floor", "ceil")) == "ceil" else down
    if "outputSizes" in given:
        wanted = list(numbers(op, "outputSizes", given["outputSizes"], 2, 1))
        if wanted not in (down, up):
            raise ArgumentError(
                op,
                f"outputSizes must be {down} (rounded down) or {up} (rounded up), but it is {wanted}.",
                fix="Leave it out, and say outputShapeRounding.",
            )
    if min(wanted) < 1:
        return tuple(padding)  # too large a window, which has an error of its own
    return tuple(
        (lo, max(hi, transposed_output_size(out, k, s, d, lo) - n))
        for n, k, s, (lo, hi), d, out in zip(sizes, kernel, strides, padding, dilations, wanted, strict=True)
    )
