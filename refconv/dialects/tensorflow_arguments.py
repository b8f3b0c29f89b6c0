"""TensorFlow's words for how a window moves, said in refconv's.

Strides, dilations and window sizes may be one int, one per spatial axis, or one for every axis of the array, those of
the batch and the channels being 1; some functions take a list of one length only. Padding is a word, or a pair for
every axis of the array.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from typing import Any, TypeAlias

from numpy.typing import ArrayLike

from refconv.arithmetic.per_axis import choice, entries, integer, letters
from refconv.errors import ArgumentError, ArgumentTypeError, RefconvError, ShapeError
from refconv.ops.arguments import Options, Padding
from refconv.ops.elements import check_numeric

__all__ = ["Explicit", "Ints", "options", "order", "per_axis", "rank_of", "refuse_both", "spatial"]

Ints: TypeAlias = int | Sequence[int]
"""One int for all spatial axes, one for each, or one for each axis of the array."""

Explicit: TypeAlias = str | Sequence[Sequence[int]]
"""A word, or a pair (before, after) for each axis of the array."""

WORDS = {"SAME": "same_upper", "VALID": "valid"}


def options(
    op: str,
    rank: int,
    strides: Ints,
    padding: Explicit,
    data_format: str | None = None,
    dilations: Ints | None = None,
    *,
    name: str = "strides",
    kernel_layout: str = "*IO",
    explicit: bool = False,
    lengths: tuple[int | None, int | None] = (None, None),
) -> Options:
    """Return a call's options in refconv's words.

    Parameters
    ----------
    op : str
        What was called, for messages.
    rank : int
        The number of spatial axes.
    strides : int or sequence of int
        As the caller has it.
    padding : str or sequence of pairs
        ``"SAME"``, ``"VALID"`` or, with `explicit`, a pair for every axis of the array.
    data_format : str, optional
        The order of the array's axes, such as ``"NHWC"``; None is channels last.
    dilations : int or sequence of int, optional
        None is 1.
    name : str
        What `strides` is called there.
    kernel_layout : str
        The order of the filters' axes, as refconv's `layout` arguments say it.
    explicit : bool
        Whether padding may be pairs.
    lengths : tuple of int or None
        The only length that strides and dilations may have; None where they may be of any form.

    Returns
    -------
    Options
        Stride, padding, dilation and both layouts; everything else as it is by default.

    Raises
    ------
    ArgumentError, ArgumentTypeError
        For a word that is not known, a sequence of the wrong length, and anything but 1 (padding: 0) along the batch
        or the channels.

    Examples
    --------
    >>> said = options("tensorflow.nn.conv2d", 2, [1, 2, 3, 1], "SAME")
    >>> said.stride, said.padding, said.layout
    ((2, 3), 'same_upper', 'NHWC')
    """
    layout = order(op, rank, data_format)
    return Options(
        stride=per_axis(op, name, strides, layout, lengths[0]),
        padding=_padded(op, padding, layout, explicit=explicit),
        dilation=(1,) * rank if dilations is None else per_axis(op, "dilations", dilations, layout, lengths[1]),
        layout=layout,
        kernel_layout=kernel_layout,
    )


def order(op: str, rank: int, data_format: str | None) -> str:
    """Return the order of an array's axes; None is channels last, and ``*`` stands for all spatial axes.

    Examples
    --------
    >>> order("tensorflow.nn.conv2d", 2, None), order("tensorflow.nn.conv2d", 2, "NC*")
    ('NHWC', 'NCHW')
    """
    axes = letters(rank, op)
    said = data_format.replace("*", axes) if isinstance(data_format, str) else data_format
    return f"N{axes}C" if said is None else choice(op, "data_format", said, (f"N{axes}C", f"NC{axes}"))


def rank_of(op: str, rank: int | None, x: ArrayLike) -> int:
    """Return the number of spatial axes that a name promises, or (None) the input's, of which there are 1 to 3.

    Examples
    --------
    >>> import numpy as np
    >>> rank_of("tensorflow.nn.max_pool", None, np.ones((1, 5, 2)))
    1
    """
    if rank is None:
        shape = check_numeric(op, "input", x).shape
        rank = len(shape) - 2
        if not 1 <= rank <= 3:
            raise ShapeError(op, f"input must have 3 to 5 axes, but its shape is {shape}.", fix="Add or merge axes.")
    return rank


def spatial(values: Sequence[Any], layout: str) -> list[Any]:
    """Return the entries that belong to spatial axes, of one for every axis of the array.

    Examples
    --------
    >>> spatial([1, 5, 7, 3], "NHWC"), spatial([1, 3, 5, 7], "NCHW")
    ([5, 7], [5, 7])
    """
    return [value for letter, value in zip(layout, values, strict=True) if letter not in "NC"]


def per_axis(op: str, name: str, value: Ints, layout: str, length: int | None = None) -> tuple[int, ...]:
    """Return one int of at least 1 for each spatial axis.

    Parameters
    ----------
    op, name : str
        What was called, and what the argument is called there.
    value : int or sequence of int
        One for all spatial axes, one for each of them, or one for every axis of the array.
    layout : str
        The order of the array's axes, such as ``"NHWC"``.
    length : int, optional
        The only length that is taken: that of one for each spatial axis, or for every axis.

    Raises
    ------
    ArgumentError, ArgumentTypeError
        For another length, a number below 1, and anything but 1 along the batch or the channels.

    Examples
    --------
    >>> per_axis("tensorflow.nn.conv2d", "strides", 2, "NHWC"), per_axis("", "", [1, 1, 2, 3], "NCHW")
    ((2, 2), (2, 3))
    """
    rank = len(layout) - 2
    listed = entries(value)
    if length is not None and (listed is None or len(listed) != length):
        raise _other_length(op, name, value, layout, length)
    if listed is None:
        return (integer(op, name, value, 1),) * rank
    if len(listed) not in (1, rank, rank + 2):
        raise ArgumentError(
            op,
            f"{name} has {len(listed)} entries: {listed}.",
            fix=f"Give one for all spatial axes, {rank} for them, or {rank + 2} for all of {layout}.",
        )
    numbers = [integer(op, f"an entry of {name}", entry) for entry in listed]
    _check_positive(op, name, numbers)
    if len(numbers) == len(layout):
        _check_still(op, name, numbers, layout)
        numbers = spatial(numbers, layout)
    return tuple(numbers) * (rank if len(numbers) == 1 else 1)


def _other_length(op: str, name: str, value: Any, layout: str, length: int) -> RefconvError:
    """Return the error for what is no list of the one length, with such a list where it is clear which is meant."""
    mended = None
    with suppress(RefconvError):
        following = iter(per_axis(op, name, value, layout))
        mended = [1 if letter in "NC" else next(following) for letter in layout]
        mended = mended if length == len(layout) else spatial(mended, layout)
    axes = layout if length == len(layout) else "".join(spatial(layout, layout))
    return (ArgumentTypeError if entries(value) is None else ArgumentError)(
        op,
        f"{name} must be a list of {length} integers, one for each axis of {axes}, but it is {value!r}.",
        fix=f"Write {name}={mended}." if mended else "Give one for each.",
        fixes=[{name: mended}] if mended else None,
    )


def _check_positive(op: str, name: str, numbers: list[int]) -> None:
    if min(numbers) < 1:
        mended = [max(number, 1) for number in numbers]
        raise ArgumentError(
            op,
            f"{name} must be at least 1 everywhere, but it is {numbers}.",
            fix=f"The nearest that is allowed is {name}={mended}.",
            fixes=[{name: mended}],
        )


def _check_still(op: str, name: str, numbers: list[int], layout: str) -> None:
    mended = [1 if letter in "NC" else number for letter, number in zip(layout, numbers, strict=True)]
    if mended != numbers:
        raise ArgumentError(
            op,
            f"{name} must be 1 along the batch and the channels, but in the order {layout} it is {numbers}.",
            fix=f"Write {name}={mended}.",
            fixes=[{name: mended}],
        )


def _padded(op: str, value: Explicit, layout: str, *, explicit: bool) -> Padding:
    listed = None if isinstance(value, str) else entries(value)
    if listed is None or not explicit:
        return WORDS[_word(op, value, explicit=explicit)]
    pairs = [entries(pair) for pair in listed]
    if len(pairs) != len(layout) or any(pair is None or len(pair) != 2 for pair in pairs):
        raise ArgumentError(
            op,
            f"padding = {listed} is not a pair for each axis of {layout}.",
            fix="Write one, such as "
            f"padding={[[0, 0] if letter in 'NC' else [1, 1] for letter in layout]}: before and after.",
        )
    whole = [[integer(op, "an entry of padding", side, 0) for side in pair or ()] for pair in pairs]
    mended = [[0, 0] if letter in "NC" else pair for letter, pair in zip(layout, whole, strict=True)]
    if mended != whole:
        raise ArgumentError(
            op,
            f"padding must be 0 along the batch and the channels, but in the order {layout} it is {whole}.",
            fix=f"Write padding={mended}.",
            fixes=[{"padding": mended}],
        )
    return tuple((lo, hi) for lo, hi in spatial(whole, layout))


def _word(op: str, value: Any, *, explicit: bool) -> str:
    if isinstance(value, str) and value in WORDS:
        return value
    near = value.upper() if isinstance(value, str) and value.upper() in WORDS else None
    pairs = ", or a pair for each axis of the array" if explicit else ""
    raise ArgumentError(
        op,
        f"padding is {value!r}, which is not known here.",
        f"padding is 'SAME' or 'VALID'{pairs}.",
        fix=f"Did you mean {near!r}?" if near else "Take one of these.",
        fixes=[{"padding": near}] if near else None,
    )


def refuse_both(op: str, said: Options, dilations: str = "dilations") -> None:
    """Raise where both a stride and a dilation exceed 1: several calls are documented to take only one of them.

    Examples
    --------
    >>> refuse_both("tensorflow.nn.depthwise_conv2d", Options(stride=(2, 2), dilation=(1, 1)))
    """
    stride, dilation = (entries(each) or [each] for each in (said.stride, said.dilation))
    if max(stride) > 1 and max(dilation) > 1:
        raise ArgumentError(
            op,
            f"strides and {dilations} cannot both exceed 1.",
            f"strides = {tuple(stride)}, {dilations} = {tuple(dilation)} along the spatial axes",
            fix=f"Take {dilations}=1, or strides of 1; refconv.conv has both.",
        )
