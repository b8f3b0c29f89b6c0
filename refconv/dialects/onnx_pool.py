"""ONNX's poolings: MaxPool with its indices, AveragePool, LpPool, and the global ones."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, cast

import numpy as np
from numpy.typing import ArrayLike

from refconv.arithmetic.fit import check_addressable, check_fit
from refconv.arithmetic.geometry import Axis, Geometry
from refconv.arithmetic.per_axis import integer, letters
from refconv.arithmetic.plan import pooling_axes, stretched
from refconv.dialects.onnx_pool_words import Pool, axes_of, global_pool, switch, windowed_pool
from refconv.dialects.saying import said_as
from refconv.ops import pooling
from refconv.ops.depthwise import depthwise_conv
from refconv.ops.elements import Array, is_integer

__all__ = ["average_pool", "global_average_pool", "global_lp_pool", "global_max_pool", "lp_pool", "max_pool"]

_WORDS = {"x": "X", "kernel_size": "kernel_shape", "stride": "strides", "dilation": "dilations"}


def max_pool(inputs: Sequence[ArrayLike | None], attributes: Mapping[str, Any]) -> tuple[Array, ...]:
    """Run ONNX's MaxPool; both outputs, whether a model names the second or not.

    Parameters
    ----------
    inputs : sequence of one array_like
        X (N, C, D1, ..., Dn).
    attributes : mapping
        kernel_shape, which is required; auto_pad ("NOTSET", "SAME_UPPER", "SAME_LOWER" or "VALID"), ceil_mode,
        dilations, pads, storage_order, strides (1 unless said, not the kernel size).

    Returns
    -------
    tuple of two ndarrays
        Y, of X's type; and Indices, int64: where in the flattened X each largest sample stands, the first of equals.
        With storage_order 1 the spatial axes are counted in column-major order, batch and channels still before them.

    Raises
    ------
    ShapeError
        For a kernel that does not fit, and for a window with no sample of X in it.
    ArgumentError, ArgumentTypeError, DTypeError
        As `refconv.max_pool2d`; ArgumentError also for pads beside an auto_pad.

    Notes
    -----
    With ceil_mode a last window may hang over the end, and all windows that start in the padding there, or beyond it,
    are left out. Beside an auto_pad it changes nothing: the sizes that the specification gives for it are the same.
    SAME counts with the dilated kernel's span; where a stride exceeds that, the specification's equation for the
    padding is negative, and none is added or cropped, for pads are never negative.

    See Also
    --------
    refconv.max_pool2d

    Examples
    --------
    >>> X = np.array([[[1, 3, 2, 3, 0]]])
    >>> Y, Indices = max_pool([X], {"kernel_shape": [2], "strides": [2], "ceil_mode": 1})
    >>> Y, Indices
    (array([[[3, 3, 0]]]), array([[[1, 3, 4]]]))
    """
    op = "onnx.MaxPool"
    x, said, pool = windowed_pool(op, inputs, attributes, {"storage_order": 0})
    columns = switch(op, "storage_order", said["storage_order"])
    with said_as(op, _WORDS):
        y = pooling.max_pool(x, *pool)
        _, axes = pooling_axes(
            op, x.shape[2:], pool.kernel_size, pool.stride, pool.padding, pool.dilation, pool.ceil_mode
        )
    return y, _indices(x, y, axes, _numbered(x.shape, columns=columns))


def average_pool(inputs: Sequence[ArrayLike | None], attributes: Mapping[str, Any]) -> tuple[Array, ...]:
    """Run ONNX's AveragePool.

    Parameters
    ----------
    inputs : sequence of one array_like
        X (N, C, D1, ..., Dn).
    attributes : mapping
        kernel_shape, which is required; auto_pad, ceil_mode, dilations, pads, strides as for MaxPool; and
        count_include_pad, 0 unless said.

    Returns
    -------
    tuple of one ndarray
        Y, of X's type; float64 for integers.

    Raises
    ------
    ShapeError
        For a kernel that does not fit, and, unless padding counts, for a window with no sample of X in it.
    ArgumentError, ArgumentTypeError, DTypeError, IntegerOverflowError
        As `refconv.avg_pool2d`; ArgumentError also for pads beside an auto_pad.

    Notes
    -----
    What a window has beyond the padding's end, with ceil_mode, never counts.

    See Also
    --------
    refconv.avg_pool2d

    Examples
    --------
    >>> X = np.array([[[2.0, 4, 6, 8, 10]]])
    >>> attributes = {"kernel_shape": [3], "strides": [2], "pads": [1, 0], "ceil_mode": 1}
    >>> average_pool([X], attributes)[0]
    array([[[3., 6., 9.]]])
    >>> average_pool([X], {**attributes, "count_include_pad": 1})[0]
    array([[[2., 6., 9.]]])
    """
    op = "onnx.AveragePool"
    x, said, pool = windowed_pool(op, inputs, attributes, {"count_include_pad": 0})
    with said_as(op, _WORDS):
        if not switch(op, "count_include_pad", said["count_include_pad"]):
            return (pooling.avg_pool(x, *pool, count_include_pad=False),)
        # zeros that count are samples: there may be windows of nothing else
        asked = axes_of(op, x.shape[2:], pool)
        check_addressable(op, Geometry(x.shape[0], x.shape[1], x.shape[1], tuple(asked), x.shape[1]))
        padded = np.pad(x, [(0, 0), (0, 0), *((axis.lo, axis.hi) for axis in asked)])
        y = pooling.avg_pool(padded, *pool._replace(padding=0))
        return (y[:, :, *(slice(stretched(axis, pool.ceil_mode).out) for axis in asked)],)


def lp_pool(inputs: Sequence[ArrayLike | None], attributes: Mapping[str, Any]) -> tuple[Array, ...]:
    """Run ONNX's LpPool: the p-norm of each window's samples.

    Parameters
    ----------
    inputs : sequence of one array_like
        X (N, C, D1, ..., Dn).
    attributes : mapping
        kernel_shape, which is required; auto_pad, ceil_mode, dilations, pads, strides as for MaxPool; and p, an int of
        at least 1, which is 2 unless said.

    Returns
    -------
    tuple of one ndarray
        Y, of X's type, real for a complex one; float64 for integers. Sums are kept in float64, and scaled by a window's
        largest sample where a power would overflow or underflow.

    Raises
    ------
    ShapeError, ArgumentError, ArgumentTypeError, DTypeError
        As `refconv.conv2d`; ArgumentError also for pads beside an auto_pad.

    Notes
    -----
    Padding is zeros, which add nothing. ceil_mode is as for MaxPool, which only ONNX's shape inference says.

    See Also
    --------
    refconv.depthwise_conv2d : the sum, with a kernel of ones.

    Examples
    --------
    >>> lp_pool([np.array([[[3.0, -4, 0, 5]]])], {"kernel_shape": [2], "strides": [2]})[0]
    array([[[5., 5.]]])
    """
    op = "onnx.LpPool"
    x, said, pool = windowed_pool(op, inputs, attributes, {"p": 2})
    return (_norms(op, x, pool, integer(op, "p", said["p"], 1)),)


def global_max_pool(inputs: Sequence[ArrayLike | None], attributes: Mapping[str, Any]) -> tuple[Array, ...]:
    """Run ONNX's GlobalMaxPool: the largest sample of each channel, spatial axes kept with size 1.

    Parameters
    ----------
    inputs : sequence of one array_like
        X (N, C, D1, ..., Dn).
    attributes : mapping
        It has none.

    Returns
    -------
    tuple of one ndarray
        Y (N, C, 1, ..., 1), of X's type.

    Raises
    ------
    ShapeError, ArgumentError, DTypeError
        As `refconv.max_pool2d`.

    Examples
    --------
    >>> global_max_pool([np.arange(6).reshape(1, 2, 3)], {})[0].ravel()
    array([2, 5])
    """
    op = "onnx.GlobalMaxPool"
    x, _, pool = global_pool(op, inputs, attributes, {})
    with said_as(op, _WORDS):
        return (pooling.max_pool(x, *pool),)


def global_average_pool(inputs: Sequence[ArrayLike | None], attributes: Mapping[str, Any]) -> tuple[Array, ...]:
    """Run ONNX's GlobalAveragePool: the average of each channel, spatial axes kept with size 1.

    Parameters
    ----------
    inputs : sequence of one array_like
        X (N, C, D1, ..., Dn).
    attributes : mapping
        It has none.

    Returns
    -------
    tuple of one ndarray
        Y (N, C, 1, ..., 1), of X's type; float64 for integers.

    Raises
    ------
    ShapeError, ArgumentError, DTypeError, IntegerOverflowError
        As `refconv.avg_pool2d`.

    Examples
    --------
    >>> global_average_pool([np.arange(6.0).reshape(1, 2, 3)], {})[0].ravel()
    array([1., 4.])
    """
    op = "onnx.GlobalAveragePool"
    x, _, pool = global_pool(op, inputs, attributes, {})
    with said_as(op, _WORDS):
        return (pooling.avg_pool(x, *pool),)


def global_lp_pool(inputs: Sequence[ArrayLike | None], attributes: Mapping[str, Any]) -> tuple[Array, ...]:
    """Run ONNX's GlobalLpPool: the p-norm of each channel, spatial axes kept with size 1.

    Parameters
    ----------
    inputs : sequence of one array_like
        X (N, C, D1, ..., Dn).
    attributes : mapping
        p, an int of at least 1, which is 2 unless said.

    Returns
    -------
    tuple of one ndarray
        Y (N, C, 1, ..., 1), of X's type; float64 for integers.

    Raises
    ------
    ShapeError, ArgumentError, ArgumentTypeError, DTypeError
        As `refconv.conv2d`.

    Examples
    --------
    >>> global_lp_pool([np.array([[[2.0, -3, 6]]])], {})[0]
    array([[[7.]]])
    """
    op = "onnx.GlobalLpPool"
    x, said, pool = global_pool(op, inputs, attributes, {"p": 2})
    return (_norms(op, x, pool, integer(op, "p", said["p"], 1)),)


def _norms(op: str, x: Array, pool: Pool, p: int) -> Array:
    sizes = np.abs(x.astype(np.float64) if is_integer(x) else x)  # an int8's -128 has no size of its type
    result = sizes.dtype
    kept = result if result == object else np.result_type(result, np.float64)
    axes = tuple(stretched(axis, pool.ceil_mode) for axis in axes_of(op, x.shape[2:], pool))
    with said_as(op, _WORDS), np.errstate(all="ignore"):
        check_fit(op, letters(len(axes), op), axes)
        check_addressable(op, Geometry(x.shape[0], x.shape[1], x.shape[1], axes, x.shape[1]))
        ones = np.ones((x.shape[1], 1, *pool.kernel_size), kept)
        sizes = sizes.astype(kept)
        powers, padding = sizes**p, [(axis.lo, axis.hi) for axis in axes]
        sums = depthwise_conv(powers, ones, None, pool.stride, padding, pool.dilation)
        if p > 1 and kept != object and _out_of_range(sizes, powers, sums):
            return _scaled_norms(sizes, sums.shape, axes, p).astype(result)
        roots: Array = np.sqrt(sums) if p == 2 and result != object else sums if p == 1 else sums ** (1 / p)
        return roots.astype(result)


def _out_of_range(sizes: Array, powers: Array, sums: Array) -> bool:
    """Return whether a sum is infinite, or a power so small that it lost digits."""
    small = (powers < np.finfo(powers.dtype).tiny) & (sizes > 0)
    return bool(np.isinf(sums).any() or small.any())


def _scaled_norms(sizes: Array, shape: tuple[int, ...], axes: tuple[Axis, ...], p: int) -> Array:
    """Return the norms, each as its window's largest size times the norm of what is divided by that."""
    largest, sums = np.zeros(shape, sizes.dtype), np.zeros(shape, sizes.dtype)
    taps = list(np.ndindex(*(axis.k for axis in axes)))
    for tap in taps:
        windows, pixels = _landing(axes, tap)
        largest[windows] = np.maximum(largest[windows], sizes[pixels])
    plain = (largest > 0) & (largest < np.inf)
    scale = np.where(plain, largest, 1)
    for tap in taps:
        windows, pixels = _landing(axes, tap)
        sums[windows] += (sizes[pixels] / scale[windows]) ** p
    return np.where(plain, scale * sums ** (1 / p), largest)  # else 0, infinite or NaN


def _numbered(shape: tuple[int, ...], *, columns: bool) -> Array:
    """Return the number of each sample: in row-major order, or with `columns` the first spatial axis fastest."""
    if not columns:
        return np.arange(int(np.prod(shape))).reshape(shape)
    turned = np.arange(int(np.prod(shape))).reshape(*shape[:2], *shape[:1:-1])
    return cast("Array", turned.transpose(0, 1, *range(len(shape) - 1, 1, -1)))


def _indices(x: Array, y: Array, axes: tuple[Axis, ...], numbered: Array) -> Array:
    """Return the number of the first sample of each window that is its largest."""
    found = np.zeros(y.shape, np.int64)
    for tap in reversed(list(np.ndindex(*(axis.k for axis in axes)))):
        windows, pixels = _landing(axes, tap)
        sample = x[pixels]
        largest = (sample == y[windows]) | (sample != sample)  # a NaN in a window is its largest
        np.copyto(found[windows], numbered[pixels], where=largest.astype(bool))
    return found


def _landing(axes: tuple[Axis, ...], tap: tuple[int, ...]) -> tuple[Any, Any]:
    """Return the windows for which a tap reads the input, and the pixels that it reads, as indices."""
    reads = [axis.landing(m, axis.lo, axis.lo + axis.n) for axis, m in zip(axes, tap, strict=True)]
    windows, pixels = ((slice(None), slice(None), *part) for part in zip(*reads, strict=True))
    return windows, pixels
