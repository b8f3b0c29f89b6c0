"""What a caller of XLA's convolutions said, checked: the general call behind every name here."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from numpy.typing import ArrayLike

from refconv.arithmetic.fit import check_addressable
from refconv.arithmetic.geometry import Axis, Geometry
from refconv.arithmetic.per_axis import integer
from refconv.dialects.saying import said_as
from refconv.dialects.xla_general import GeneralCall
from refconv.dialects.xla_numbers import ConvDimensionNumbers, DimensionNumbers, enter, numbers_for
from refconv.dialects.xla_types import check_precision, preferred_type
from refconv.dialects.xla_window import Window, dilated, window_for
from refconv.errors import ArgumentError, RefconvError, ShapeError
from refconv.ops.checks import check_channels
from refconv.ops.elements import Array, check_numeric

__all__ = ["checked_call", "general_call", "operands", "ungrouped"]


def operands(op: str, lhs: ArrayLike, rhs: ArrayLike) -> tuple[Array, Array]:
    """Return lhs and rhs as arrays of numbers, or raise.

    Examples
    --------
    >>> [a.dtype.kind for a in operands("conv", [[1, 2]], [[0.5, 1]])]
    ['i', 'f']
    """
    return check_numeric(op, "lhs", lhs), check_numeric(op, "rhs", rhs)


@contextmanager
def ungrouped(op: str) -> Iterator[None]:
    """Raise what is wrong in here without the fixes that name groups: this call has no such argument.

    Examples
    --------
    >>> import numpy as np
    >>> with ungrouped("conv"):
    ...     general_call("conv", np.ones((1, 4, 9)), np.ones((6, 2, 3)), ((1,), "SAME", None, None, None))
    Traceback (most recent call last):
    refconv.errors.ShapeError: conv: a filter of rhs must read the channels of one group of lhs.
      lhs has C = 4 channels, groups = 1  ->  C/G = 4
      rhs is (O, C/G) = (6, 2)  ->  C/G = 2
      needed: 4 == 2.
      Here feature_group_count is what refconv calls groups.
      Call conv_general_dilated, which takes feature_group_count=2.
    """
    try:
        yield
    except RefconvError as error:
        kept = [fix for fix in error.fixes if "feature_group_count" not in fix]
        if len(kept) == len(error.fixes):
            raise
        groups = next(fix for fix in error.fixes if "feature_group_count" in fix)["feature_group_count"]
        advice = f"Call conv_general_dilated, which takes feature_group_count={groups}."
        (_, problem, *lines), _ = error.parts
        raise type(error)(op, problem, *lines, fix=advice, fixes=kept) from None


def general_call(
    op: str,
    lhs: ArrayLike,
    rhs: ArrayLike,
    said: tuple[Any, ...],
    dimension_numbers: DimensionNumbers = None,
    groups: tuple[Any, Any] = (1, 1),
    types: tuple[Any, Any] = (None, None),
) -> GeneralCall:
    """Return the checked call of a convolution in jax.lax's words.

    Parameters
    ----------
    op : str
        What was called.
    lhs, rhs, dimension_numbers
        As the caller gave them.
    said, groups, types : tuple
        What `window_for` reads, and what `checked_call` does.

    Raises
    ------
    ShapeError, ArgumentError, ArgumentTypeError, DTypeError
        Where something does not go together.

    Examples
    --------
    >>> import numpy as np
    >>> general_call("conv", np.ones((1, 4, 9)), np.ones((6, 4, 3)), ((2,), "SAME", None, None, None)).out_shape
    (1, 6, 5)
    """
    arrays = operands(op, lhs, rhs)
    numbers, names = numbers_for(op, arrays[0].shape, arrays[1].shape, dimension_numbers)
    x, w = ([a.shape[axis] for axis in spec[2:]] for a, spec in zip(arrays, numbers[:2], strict=True))
    return checked_call(op, arrays, numbers, window_for(op, names, (x, w), said), groups, types)


def checked_call(
    op: str,
    arrays: tuple[Array, Array],
    numbers: ConvDimensionNumbers,
    window: Window,
    counts: tuple[Any, Any] = (1, 1),
    types: tuple[Any, Any] = (None, None),
    *,
    cropped_away: bool = False,
) -> GeneralCall:
    """Return the call, once its channels, groups and types go together.

    Parameters
    ----------
    op : str
        What was called.
    arrays : pair of ndarray
        lhs and rhs, as `operands` returns them.
    numbers, window
        As read already.
    counts : pair
        feature_group_count and batch_group_count, as the caller gave them.
    types : pair
        precision and preferred_element_type, as the caller gave them.
    cropped_away : bool
        Whether padding may crop more than there is, which leaves no window: StableHLO counts it so, JAX refuses it.

    Raises
    ------
    ShapeError, ArgumentError, ArgumentTypeError, DTypeError
        Where they do not.

    Examples
    --------
    >>> import numpy as np
    >>> order = (0, 1, 2)
    >>> window = Window((1,), ((0, 0),), (1,), (1,), (False,))
    >>> arrays = np.ones((1, 4, 9)), np.ones((6, 2, 3))
    >>> checked_call("conv", arrays, ConvDimensionNumbers(order, order, order), window, (2, 1)).out_shape
    (1, 6, 7)
    """
    check_precision(op, types[0])
    preferred = preferred_type(op, *arrays, types[1])
    feature_groups = integer(op, "feature_group_count", counts[0], 1)
    batch_groups = integer(op, "batch_group_count", counts[1], 1)
    x, w = enter(arrays[0], numbers.lhs_spec), enter(arrays[1], numbers.rhs_spec)
    if feature_groups > 1 and batch_groups > 1:
        raise ArgumentError(
            op,
            "features and batch cannot both be grouped.",
            f"feature_group_count = {feature_groups}, batch_group_count = {batch_groups}",
            fix="Leave one of them at 1.",
            fixes=[{"batch_group_count": 1}],
        )
    _check_features(op, x.shape[1], w.shape[:2], feature_groups)
    _check_batch(op, x.shape[0], w.shape[0], batch_groups)
    call = GeneralCall(op, *arrays, numbers, window, feature_groups, batch_groups, preferred)
    if not cropped_away:
        _check_cropping(op, window, x.shape[2:])
    _check_memory(call, x.shape, w.shape)
    return call


def _check_cropping(op: str, window: Window, sizes: tuple[int, ...]) -> None:
    for axis, left in enumerate(window.padded(sizes[: len(window.strides)])):
        if left < 0:
            raise ShapeError(
                op,
                f"padding crops more than there is along spatial axis {axis}.",
                f"lhs has size {sizes[axis]}, lhs_dilation = {window.lhs_dilation[axis]}  ->  "
                f"{dilated(sizes[axis], window.lhs_dilation[axis])}",
                f"padding = {window.padding[axis]}  ->  {left}",
                fix=f"Crop {-left} less.",
            )


def _check_features(op: str, channels: int, kernel: tuple[int, ...], groups: int) -> None:
    if kernel[1] == 0 and channels:
        raise ShapeError(
            op,
            "rhs reads no input feature.",
            f"lhs has {channels} features, feature_group_count = {groups}, rhs has 0 input features.",
            fix=f"Take an rhs with {channels // groups} of them.",
        )
    with said_as(op, {"groups": "feature_group_count"}):
        check_channels(op, channels, kernel, groups, ("rhs", "b", "lhs"))


def _check_batch(op: str, batch: int, features: int, groups: int) -> None:
    for what, count in (("batch of lhs", batch), ("output features of rhs", features)):
        if count % groups:
            raise ShapeError(
                op,
                f"the {what} cannot be split into {groups} groups.",
                f"batch_group_count = {groups}, but {count} = {count // groups}*{groups} + {count % groups}",
                fix="With batch_group_count=1 it works.",
                fixes=[{"batch_group_count": 1}],
            )


def _check_memory(call: GeneralCall, x_shape: tuple[int, ...], w_shape: tuple[int, ...]) -> None:
    """Raise before zeros are written that no memory holds."""
    window = call.filled
    sizes = map(dilated, x_shape[2:], window.lhs_dilation)
    along = zip(sizes, w_shape[2:], window.strides, window.rhs_dilation, window.padding, strict=True)
    axes = tuple(Axis(n, k, s, d, *around) for n, k, s, d, around in along)
    check_addressable(call.op, Geometry(x_shape[0], x_shape[1], w_shape[0], axes, call.groups))
