r"""ONNX's DeformConv: a convolution whose taps read where the offsets send them, between the pixels.

.. math:: y[n, o, i] = b[o] + \sum_{c, m} w[o, c, m] \; mask[n, m, i] \; x(n, c,\; i s + m d - lo + offset[n, m, i])

where ``x(n, c, p)`` interpolates linearly along each axis between the pixels around p, of which those outside are 0.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import product
from typing import Any, cast

import numpy as np
from numpy.typing import ArrayLike

from refconv.arithmetic.geometry import Axis, Geometry
from refconv.arithmetic.per_axis import integer
from refconv.dialects.onnx_attributes import WORDS, read_attributes, read_inputs, read_windows, spatial
from refconv.dialects.saying import said_as
from refconv.errors import DTypeError, ShapeError
from refconv.ops import arguments
from refconv.ops.arguments import Options
from refconv.ops.checks import check_rank, check_shape
from refconv.ops.convolution import conv
from refconv.ops.elements import Array, as_objects, is_half, is_integer
from refconv.ops.integers import fit

__all__ = ["deform_conv"]

_INPUTS = ("X", "W", "offset", "B", "mask")
_ATTRIBUTES = {"dilations": None, "group": 1, "kernel_shape": None, "offset_group": 1, "pads": None, "strides": None}


def deform_conv(inputs: Sequence[ArrayLike | None], attributes: Mapping[str, Any]) -> tuple[Array, ...]:
    """Run ONNX's DeformConv.

    Parameters
    ----------
    inputs : sequence of array_like or None
        X (N, C, D1, ..., Dn), W (M, C/group, k1, ..., kn), offset (N, offset_group * k1 * ... * kn * n, o1, ..., on),
        and optionally B (M,) and mask (N, offset_group * k1 * ... * kn, o1, ..., on). The n offsets of a tap, one along
        each axis, follow each other.
    attributes : mapping
        dilations, group, kernel_shape, offset_group, pads, strides.

    Returns
    -------
    tuple of one ndarray
        Y (N, M, o1, ..., on), of the inputs' common type; exact int64 if all of them are integers.

    Raises
    ------
    ShapeError, ArgumentError, ArgumentTypeError, DTypeError, IntegerOverflowError
        As `refconv.conv2d`; ShapeError also for an offset or a mask of another shape, and for channels that
        offset_group does not divide; ArgumentError for negative pads.

    Notes
    -----
    Any number of axes. Offsets and mask of one group serve ``C / offset_group`` channels. Positions and interpolation
    are kept in float64. What has weight 0 is not read: at whole offsets an infinite neighbour does no harm.

    References
    ----------
    Dai et al., Deformable Convolutional Networks, arXiv:1703.06211; Zhu et al., with the mask, arXiv:1811.11168.

    See Also
    --------
    refconv.conv2d : what it is where all offsets are 0.

    Examples
    --------
    >>> X, W = np.array([[[0.0, 10, 20, 30]]]), np.array([[[1.0]]])
    >>> deform_conv([X, W, np.array([[[0.5, 1, -1, 0.25]]])], {})[0]
    array([[[ 5. , 20. , 10. , 22.5]]])
    """
    op = "onnx.DeformConv"
    x, w, offset, b, mask = read_inputs(op, inputs, _INPUTS, required=3)
    x, w, offset = cast("Array", x), cast("Array", w), cast("Array", offset)
    said = read_attributes(op, attributes, _ATTRIBUTES)
    axes = spatial(op, "X", x.shape)
    check_rank(op, "W", w.shape, "as X has", x.ndim)
    stride, padding, dilation = read_windows(op, {**said, "auto_pad": "NOTSET"}, axes, w.shape[2:])
    group = integer(op, "group", said["group"], 1)
    with said_as(op, WORDS):
        plan = arguments.convolution(op, None, x, w, b, Options(stride, padding, dilation, group)).plan
    shared = _offset_groups(op, said["offset_group"], plan, offset, mask)
    result, kept = _types(x, w, offset, b, mask)
    samples = _sampled(op, x, offset, mask, plan, shared)
    kernel = w.reshape(*w.shape[:2], -1, 1)
    y = conv(samples.astype(kept), kernel.astype(kept), None if b is None else b.astype(kept), groups=group)
    return (y.reshape(plan.y_shape).astype(result, copy=False),)


def _offset_groups(op: str, said: Any, plan: Geometry, offset: Array, mask: Array | None) -> int:
    """Return offset_group, once offset and mask have the shapes that follow from it."""
    for name, array in (("offset", offset), ("mask", mask)):
        if array is not None and array.dtype.kind == "c":
            raise DTypeError(op, f"{name} is complex.", fix=f"Pass {name}.real.")
    groups = integer(op, "offset_group", said, 1)
    if plan.channels % groups:
        problem = f"the {plan.channels} channels of X cannot be split into offset_group={groups} groups."
        raise ShapeError(op, problem, fix="With offset_group=1 it works, and an offset for that.")
    taps = groups * int(np.prod(plan.kernel_size))
    size = (taps * plan.rank, *plan.output_size)
    check_shape(op, "offset", offset.shape, (plan.batch, *size), f"{plan.rank} offsets for each tap, group and window")
    if mask is not None:
        expected = (plan.batch, taps, *plan.output_size)
        check_shape(op, "mask", mask.shape, expected, "one factor for each tap, group and window")
    return groups


def _types(*arrays: Array | None) -> tuple[np.dtype[Any], np.dtype[Any]]:
    """Return the type of the result, and that in which the convolution gets its operands."""
    given = [a for a in arrays if a is not None]
    if all(is_integer(a) for a in given):
        return np.dtype(np.int64), np.dtype(np.int64)
    result = np.result_type(*(a.dtype for a in given))
    return result, np.dtype(np.float32) if is_half(result) else result


def _sampled(op: str, x: Array, offset: Array, mask: Array | None, plan: Geometry, groups: int) -> Array:
    """Return what each tap of each window reads, times the mask: (N, C, taps, windows)."""
    whole = all(is_integer(a) for a in (x, offset, mask) if a is not None)
    if whole:
        x, offset, mask = as_objects(x), as_objects(offset), None if mask is None else as_objects(mask)
    taps = int(np.prod(plan.kernel_size))
    pixels = x.reshape(plan.batch, groups, plan.channels // groups, *plan.size)
    offset = offset.reshape(plan.batch, groups, taps, plan.rank, *plan.output_size)
    kinds = [a.dtype for a in (x, offset, mask) if a is not None]
    kind = np.dtype(object) if np.dtype(object) in kinds else np.result_type(np.float64, *kinds)
    samples = np.empty((*pixels.shape[:3], taps, *plan.output_size), kind)
    for number, tap in enumerate(np.ndindex(*plan.kernel_size)):
        positions = [
            _positions(axis, m, along, plan.rank) + offset[:, :, number, along]
            for along, (axis, m) in enumerate(zip(plan.axes, tap, strict=True))
        ]
        read = _interpolated(pixels, positions, plan.axes)
        if mask is not None:
            factors = mask.reshape(plan.batch, groups, 1, taps, *plan.output_size)[:, :, :, number]
            with np.errstate(invalid="ignore"):  # infinity times a mask of 0: NaN, as the equation says
                read = read * factors
        samples[:, :, :, number] = read
    samples = samples.reshape(plan.batch, plan.channels, taps, int(np.prod(plan.output_size)))
    return fit(op, samples) if whole else samples


def _positions(axis: Axis, m: int, along: int, rank: int) -> Array:
    """Return where tap m of each window reads without an offset, upright along its axis."""
    windows = np.arange(axis.out).reshape([-1 if number == along else 1 for number in range(rank)])
    return cast("Array", axis.read(cast("Any", windows), m))


def _interpolated(pixels: Array, positions: list[Array], axes: tuple[Axis, ...]) -> Array:
    """Return x between its pixels: `pixels` are (N, G, C/G, *size), `positions` along each axis (N, G, *windows)."""
    neighbours = [_neighbours(p, axis.n) for p, axis in zip(positions, axes, strict=True)]
    flat = pixels.reshape(*pixels.shape[:3], int(np.prod(pixels.shape[3:])))  # no -1: the batch may be empty
    total: Any = 0
    for corner in product(*neighbours):
        where: Any = 0
        share: Any = 1
        for axis, (index, weight) in zip(axes, corner, strict=True):
            where, share = where * axis.n + index, share * weight
        shape = (*where.shape[:2], 1, *where.shape[2:])
        values = np.take_along_axis(flat, where.reshape(*where.shape[:2], 1, int(np.prod(where.shape[2:]))), 3)
        values = values.reshape(*pixels.shape[:3], *where.shape[2:])
        with np.errstate(invalid="ignore"):  # infinity times 0, which is not read
            total = total + np.where((share == 0).reshape(shape), 0, values * share.reshape(shape))
    return cast("Array", total)


def _neighbours(p: Array, n: int) -> list[tuple[Array, Array]]:
    """Return the pixels before and after each position along an axis, and their weights: 0 for one outside."""
    p = np.minimum(np.maximum(p, -1), n)  # further out it is 0, too
    below = np.floor(np.where(p == p, p, -1)).astype(np.intp)  # NaN goes nowhere, but into the weights
    beyond = p - below
    found = []
    for index, weight in ((below, 1 - beyond), (below + 1, beyond)):
        inside = (index >= 0) & (index < n)
        found.append((np.where(inside, index, 0), np.where(inside, weight, 0)))
    return found
