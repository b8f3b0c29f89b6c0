"""What the attributes of ONNX's poolings ask for, in refconv's words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple, cast

from numpy.typing import ArrayLike

from refconv.arithmetic.geometry import Axis
from refconv.arithmetic.per_axis import integer, letters, paddings, resolve
from refconv.dialects.onnx_attributes import WINDOWS, numbers, read_attributes, read_inputs, read_windows, spatial
from refconv.errors import ArgumentError
from refconv.ops.arguments import Padding
from refconv.ops.elements import Array

__all__ = ["Pool", "axes_of", "global_pool", "switch", "windowed_pool"]


class Pool(NamedTuple):
    """The windows of a pooling, in the order of refconv's arguments."""

    kernel_size: tuple[int, ...]
    stride: tuple[int, ...]
    padding: Padding
    dilation: tuple[int, ...]
    ceil_mode: bool


def windowed_pool(
    op: str, inputs: Sequence[ArrayLike | None], attributes: Mapping[str, Any], more: Mapping[str, Any]
) -> tuple[Array, dict[str, Any], Pool]:
    """Return X, all attributes, and the windows that they ask for.

    Parameters
    ----------
    op : str
        What was called, such as ``"onnx.MaxPool"``.
    inputs, attributes
        As given.
    more : mapping
        The attributes that this operator has beside those of all poolings, and their defaults.

    Raises
    ------
    ShapeError, ArgumentError, ArgumentTypeError, DTypeError
        As `refconv.dialects.onnx_attributes` does, and ArgumentError without a kernel_shape.

    Examples
    --------
    >>> import numpy as np
    >>> attributes = {"kernel_shape": [2], "auto_pad": "VALID", "ceil_mode": 1}
    >>> windowed_pool("onnx.MaxPool", [np.ones((1, 1, 3))], attributes, {})[2]
    Pool(kernel_size=(2,), stride=(1,), padding='valid', dilation=(1,), ceil_mode=False)
    """
    x = cast("Array", read_inputs(op, inputs, ("X",), required=1)[0])
    said = read_attributes(op, attributes, {**WINDOWS, "ceil_mode": 0, **more})
    axes = spatial(op, "X", x.shape)
    if said["kernel_shape"] is None:
        raise ArgumentError(op, "kernel_shape is missing.", fix="Give the taps of a window along each spatial axis.")
    kernel = numbers(op, "kernel_shape", said["kernel_shape"], axes, 1, minimum=1)
    stride, padding, dilation = read_windows(op, said, axes, kernel)
    # beside an auto_pad both of the specification's equations, floor and ceil, give one and the same size
    ceil_mode = switch(op, "ceil_mode", said["ceil_mode"]) and not isinstance(padding, str)
    return x, said, Pool(kernel, stride, padding, dilation, ceil_mode)


def global_pool(
    op: str, inputs: Sequence[ArrayLike | None], attributes: Mapping[str, Any], known: Mapping[str, Any]
) -> tuple[Array, dict[str, Any], Pool]:
    """Return X, all attributes, of which `known` has the defaults, and the one window that there is.

    Raises
    ------
    ShapeError, ArgumentError, ArgumentTypeError, DTypeError
        As `refconv.dialects.onnx_attributes` does.

    Examples
    --------
    >>> import numpy as np
    >>> global_pool("onnx.GlobalMaxPool", [np.ones((1, 2, 3, 4))], {}, {})[2].kernel_size
    (3, 4)
    """
    x = cast("Array", read_inputs(op, inputs, ("X",), required=1)[0])
    ones = (1,) * len(spatial(op, "X", x.shape))
    return x, read_attributes(op, attributes, known), Pool(x.shape[2:], ones, 0, ones, ceil_mode=False)


def switch(op: str, name: str, value: Any) -> bool:
    """Return an attribute that is 0 or 1: ONNX has no booleans there.

    Raises
    ------
    ArgumentError, ArgumentTypeError
        For anything else.

    Examples
    --------
    >>> switch("onnx.MaxPool", "ceil_mode", 1)
    True
    """
    number = integer(op, name, int(value) if isinstance(value, bool) else value)
    if number not in (0, 1):
        raise ArgumentError(op, f"{name} must be 0 or 1, but it is {number}.", fix=f"Write {name}=1 to switch it on.")
    return bool(number)


def axes_of(op: str, size: tuple[int, ...], pool: Pool) -> list[Axis]:
    """Return the axes as asked for, their padding in numbers.

    Examples
    --------
    >>> axes_of("onnx.MaxPool", (5,), Pool((2,), (1,), "same_upper", (2,), ceil_mode=False))
    [Axis(n=5, k=2, s=1, d=2, lo=1, hi=1)]
    """
    said = paddings(op, pool.padding, letters(len(size), op))
    along = zip(said, size, pool.kernel_size, pool.stride, pool.dilation, strict=True)
    return [Axis(n, k, s, d, *resolve(entry, n, k, s, d)) for entry, n, k, s, d in along]
