"""torch.nn.functional.pad, and its gradient."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from refconv.arithmetic.fit import check_addressable
from refconv.arithmetic.geometry import Axis, Geometry
from refconv.arithmetic.integers import product
from refconv.arithmetic.padding import terms_per_pixel
from refconv.arithmetic.per_axis import choice, entries, integer
from refconv.errors import ArgumentError, ArgumentTypeError, ShapeError
from refconv.ops import padding as ops
from refconv.ops.checks import check_shape
from refconv.ops.dtypes import sum_arithmetic
from refconv.ops.elements import Array, check_numeric

__all__ = ["pad", "pad_backward"]

MODES = {"constant": "zeros", "reflect": "reflect", "replicate": "replicate", "circular": "circular"}
"""refconv's word for each of PyTorch's."""


class _Request(NamedTuple):
    """A checked call: the input, its padding as a plan of windows of one tap, and what to crop before that."""

    x: Array
    plan: Geometry
    kept: tuple[Any, ...]

    @property
    def shape(self) -> tuple[int, ...]:
        """The shape of the result."""
        leading = self.x.ndim - self.plan.rank
        return (*self.x.shape[:leading], *self.plan.padded_size)


def pad(
    input: ArrayLike,  # noqa: A002 - PyTorch's name
    pad: Sequence[int],
    mode: str = "constant",
    value: float | None = None,
) -> Array:
    """Return what ``torch.nn.functional.pad`` should.

    Parameters
    ----------
    input : array_like
        Any shape for "constant"; for other modes (N, C, ...) or (C, ...) with as many spatial axes as are padded.
    pad : sequence of int
        Two ints per axis, before and after, beginning with the *last* axis. Negative ones crop.
    mode : {"constant", "reflect", "replicate", "circular"}
        What the padding shows: `value`, the input mirrored about its edge, its edge, or the input from the other end.
        "circular" crops before it pads; the others show samples that are cropped at the other end.
    value : number, optional
        For "constant"; 0 by default.

    Returns
    -------
    ndarray
        A new array of the input's type.

    Raises
    ------
    ArgumentError, ArgumentTypeError
        For an odd number of ints, an unknown mode, a value where none is used, that the type does not hold or that is
        not one number.
    DTypeError
        For an input or a value that does not hold numbers.
    ShapeError
        For more axes than there are, or other than a mode takes; reflection of as much as the input or more; circular
        padding of more than the input has before it is cropped; and cropping more than there is.

    See Also
    --------
    pad_backward : its gradient.

    Examples
    --------
    >>> from refconv.dialects import torch
    >>> torch.pad([[1, 2, 3]], (2, 1), "reflect")
    array([[3, 2, 1, 2, 3, 2]])
    >>> torch.pad([[1, 2, 3]], (1, -1), value=7)
    array([[7, 1, 2]])
    """
    op = "torch.pad"
    request = _request(op, input, pad, mode)
    fill = _fill(op, request.x, mode, value)
    plan = request.plan
    x = request.x[(..., *request.kept)].reshape(plan.x_shape)
    if mode == "constant":
        around = ops.extended(plan, x.dtype)
        around[...] = fill
        ops.interior(around, plan)[...] = x
        padded = ops.crop(around, plan)
    else:
        padded = ops.pad(x, plan)
    return padded.reshape(request.shape).copy()


def pad_backward(
    dy: ArrayLike,
    input: ArrayLike,  # noqa: A002 - PyTorch's name
    pad: Sequence[int],
    mode: str = "constant",
    value: float | None = None,
) -> Array:
    """Return the gradient of ``sum(dy * pad(input, ...))`` for the input: each sample's from wherever it is shown.

    Parameters
    ----------
    dy : array_like
        Gradient for the result, of its shape.
    input, pad, mode, value
        As given to `pad`; of the input only the shape matters.

    Returns
    -------
    ndarray
        Of the input's shape and dy's type; integers give int64, exactly.

    Raises
    ------
    ShapeError, ArgumentError, ArgumentTypeError, DTypeError, IntegerOverflowError
        As `pad`, and ShapeError for a dy of the wrong shape.

    See Also
    --------
    pad : the forward pass.

    Examples
    --------
    >>> from refconv.dialects import torch
    >>> torch.pad_backward([[1, 1, 1, 1, 1, 1]], [[0, 0, 0]], (2, 1), "reflect")
    array([[1, 3, 2]])
    """
    op = "torch.pad_backward"
    request = _request(op, input, pad, mode)
    _fill(op, request.x, mode, value)
    given = check_numeric(op, "dy", dy)
    check_shape(op, "dy", given.shape, request.shape, "the result of pad with the same arguments")
    plan = request.plan
    arithmetic = sum_arithmetic(op, terms_per_pixel(plan), given)
    around = given.astype(arithmetic.accumulator).reshape(*plan.x_shape[:2], *plan.padded_size)
    dx = np.zeros(request.x.shape, arithmetic.result)
    kept = dx[(..., *request.kept)]
    kept[...] = arithmetic.finish(ops.pad_adjoint(around, plan)).reshape(kept.shape)
    return dx


def _request(op: str, value: ArrayLike, pad: Any, mode: str) -> _Request:
    """Return the checked call."""
    x = check_numeric(op, "input", value)
    ours = MODES[choice(op, "mode", mode, MODES)]
    listed = entries(pad)
    if listed is None or len(listed) % 2:
        raise ArgumentError(
            op,
            f"pad must have two ints for each axis, but it is {pad!r}.",
            fix="Write (before, after) for the last axis, then for the one before it, and so on.",
        )
    sides = [integer(op, "pad", side) for side in listed]
    pairs = list(zip(sides[::2], sides[1::2], strict=True))[::-1]
    _check_axes(op, x, len(pairs), mode)
    leading = x.ndim - len(pairs)
    channels = product(x.shape[:leading])
    first, kept = [], []
    for n, (lo, hi) in zip(x.shape[leading:], pairs, strict=True):
        axis = Axis(n, 1, lo=lo, hi=hi)
        _check_side(op, axis, ours)
        # circular padding shows what cropping has left
        crop = (max(-lo, 0), max(-hi, 0)) if ours == "circular" else (0, 0)
        kept.append(slice(crop[0], n - crop[1]))
        first.append(replace(axis, n=n - sum(crop), lo=lo + crop[0], hi=hi + crop[1]))
    # what is built before cropping, an empty array too
    whole = tuple(replace(axis, lo=max(axis.lo, 0), hi=max(axis.hi, 0)) for axis in first)
    check_addressable(op, Geometry(1, max(channels, 1), 1, whole))
    plan = Geometry(1, channels, 1, tuple(first), padding_mode=ours)
    return _Request(x, plan, tuple(kept))


def _check_axes(op: str, x: Array, padded: int, mode: str) -> None:
    """Raise unless the mode pads so many of this many axes."""
    if mode == "constant":
        allowed = padded <= x.ndim
        rule = f"at most the input's {x.ndim} axes"
    else:
        allowed = 1 <= padded <= 3 and x.ndim in (padded + 1, padded + 2)
        rule = "the 1 to 3 spatial axes of (C, ...) or (N, C, ...), all of them"
    if not allowed:
        raise ShapeError(
            op,
            f"pad has ints for {padded} axes, and input.shape is {x.shape}.",
            fix=f"mode={mode!r} pads {rule}.",
        )


def _check_side(op: str, axis: Axis, mode: str) -> None:
    """Raise where an axis does not have what its padding shows, or crops."""
    widest = max(axis.lo, axis.hi)
    left = axis.n + min(axis.lo, 0) + min(axis.hi, 0)
    limit = {"reflect": axis.n - 1, "circular": axis.n}.get(mode)
    if limit is not None and widest > limit:
        raise ShapeError(
            op,
            f"{mode} padding of {widest} is more than an axis of size {axis.n} can show.",
            fix=f"Pad by at most {limit} there, or take mode='replicate'.",
            fixes=[{"mode": "replicate"}],
        )
    # reflection shows what is cropped at the other end, circular padding does not; and these two PyTorch wants whole
    whole = mode in ("reflect", "replicate")
    if axis.padded < 1 if whole else left < (mode == "circular" and widest > 0):
        raise ShapeError(
            op,
            f"pad = {axis.lo} + {axis.hi} leaves nothing of an axis of size {axis.n}.",
            fix=f"Crop by at most {axis.n if mode == 'zeros' else axis.n - 1} in all.",
        )


def _fill(op: str, x: Array, mode: str, value: Any) -> Any:
    """Return what constant padding shows, in the input's type."""
    if value is None:
        return 0
    number = check_numeric(op, "value", value)
    if number.ndim:
        raise ArgumentTypeError(
            op, f"value must be one number, but it has the shape {number.shape}.", fix="Give a number, such as 0.0."
        )
    if mode != "constant" and number.item() != 0:
        raise ArgumentError(
            op, f"mode={mode!r} shows the input, not a value.", fix="Leave value out.", fixes=[{"value": None}]
        )
    fill = _cast(number, x.dtype)
    if fill is None:
        raise ArgumentError(
            op,
            f"value={value!r} is no element of an array of {x.dtype}.",
            fix="Cast the input to a type that holds it, such as float64.",
        )
    return fill


def _cast(number: Array, dtype: np.dtype[Any]) -> Any:
    """Return the number as an element of the type, rounded where that rounds; None where it holds nothing like it."""
    if dtype == object:
        return number.item()
    if number.dtype.kind == "c" and dtype.kind != "c":
        return None
    try:
        if dtype.kind not in "biu":
            with np.errstate(over="ignore", under="ignore", invalid="ignore"):
                return number.astype(dtype)
        whole = int(number.item())
    except (TypeError, ValueError, OverflowError):  # nan, an infinity, an int that no float holds
        return None
    low, high = (0, 1) if dtype.kind == "b" else (np.iinfo(dtype).min, np.iinfo(dtype).max)
    return whole if whole == number.item() and low <= whole <= high else None
