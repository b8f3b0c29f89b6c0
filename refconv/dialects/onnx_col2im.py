"""ONNX's Col2Im."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, cast

import numpy as np
from numpy.typing import ArrayLike

from refconv.arithmetic.per_axis import integers, letters
from refconv.dialects.onnx_attributes import auto_padded, numbers, read_attributes, read_inputs
from refconv.dialects.saying import said_as
from refconv.errors import IntegerOverflowError
from refconv.ops import unfold
from refconv.ops.checks import check_rank
from refconv.ops.elements import Array

__all__ = ["col2im"]

_WORDS = {
    "columns": "input",
    "input_size": "image_shape",
    "kernel_size": "block_shape",
    "stride": "strides",
    "dilation": "dilations",
}


def col2im(inputs: Sequence[ArrayLike | None], attributes: Mapping[str, Any]) -> tuple[Array, ...]:
    """Run ONNX's Col2Im: every entry of the columns added to the pixel that it belongs to.

    Parameters
    ----------
    inputs : sequence of three array_like
        input (N, C * k1 * ... * kn, L), image_shape (n,) and block_shape (n,): the sizes of the result's spatial axes,
        and of a block before dilation.
    attributes : mapping
        dilations, pads, strides.

    Returns
    -------
    tuple of one ndarray
        output (N, C, *image_shape), of the input's type.

    Raises
    ------
    ShapeError
        For an input that has not as many rows as blocks have taps, times C, or not as many columns as there are blocks.
    ArgumentError, ArgumentTypeError, DTypeError
        As `refconv.col2im`; ArgumentError also for negative pads.
    IntegerOverflowError
        For a sum that the input's integer type cannot hold, of which the specification says nothing.

    Notes
    -----
    The specification asks for two spatial axes at least; one works, too.

    See Also
    --------
    refconv.col2im

    Examples
    --------
    >>> col2im([np.ones((1, 4, 4)), [3, 3], [2, 2]], {})[0]
    array([[[[1., 2., 1.],
             [2., 4., 2.],
             [1., 2., 1.]]]])
    """
    op = "onnx.Col2Im"
    columns, *shapes = (
        cast("Array", a) for a in read_inputs(op, inputs, ("input", "image_shape", "block_shape"), required=3)
    )
    said = read_attributes(op, attributes, {"dilations": None, "pads": None, "strides": None})
    for name, shape in zip(("image_shape", "block_shape"), shapes, strict=True):
        check_rank(op, name, shape.shape, "(n,)", 1)
    axes = letters(shapes[0].size, op)
    size, kernel = (
        integers(op, name, shape, axes, 1) for name, shape in zip(("image_shape", "block_shape"), shapes, strict=True)
    )
    stride, dilation = (numbers(op, name, said[name], axes, 1, minimum=1) for name in ("strides", "dilations"))
    padding = auto_padded(op, {**said, "auto_pad": "NOTSET"}, axes)
    with said_as(op, _WORDS):
        image = unfold.col2im(columns, size, kernel, stride, padding, dilation)
    return (_narrowed(op, image, columns.dtype),)


def _narrowed(op: str, image: Array, dtype: np.dtype[Any]) -> Array:
    """Return exact sums in the type of what was summed, or raise where it cannot hold one."""
    narrow = image.astype(dtype)
    if dtype.kind in "biu" and (narrow != image).any():
        raise IntegerOverflowError(
            op,
            f"an exact sum does not fit in {dtype}, the input's type.",
            f"sums = {image.min()} .. {image.max()}",
            fix="Pass the input as int64.",
        )
    return narrow
