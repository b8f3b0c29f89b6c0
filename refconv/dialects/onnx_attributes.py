"""What all ONNX operators share: inputs by name, attributes with their defaults, and the attributes of windows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from difflib import get_close_matches
from typing import Any, NamedTuple

import numpy as np

from refconv.arithmetic.per_axis import choice, entries, integer, integers, letters
from refconv.errors import ArgumentError, ArgumentTypeError, DTypeError, ShapeError
from refconv.ops.arguments import Padding
from refconv.ops.elements import Array, as_objects, check_numeric

__all__ = [
    "WINDOWS",
    "WORDS",
    "Windows",
    "as_type",
    "auto_padded",
    "numbers",
    "read_attributes",
    "read_inputs",
    "read_windows",
    "spatial",
]

WINDOWS: dict[str, Any] = {
    "auto_pad": "NOTSET",
    "dilations": None,
    "kernel_shape": None,
    "pads": None,
    "strides": None,
}
"""The attributes of every operator with windows, and their defaults."""

WORDS = {"x": "X", "w": "W", "b": "B", "groups": "group", "stride": "strides", "dilation": "dilations"}
"""ONNX's word for each of refconv's, in operators with a kernel."""

_AUTO_PAD = {"NOTSET": None, "SAME_UPPER": "same_upper", "SAME_LOWER": "same_lower", "VALID": "valid"}


def read_inputs(op: str, inputs: Sequence[Any], names: Sequence[str], required: int) -> list[Array | None]:
    """Return a node's inputs as arrays of numbers, one for each name; None for an optional one that is absent.

    Parameters
    ----------
    op : str
        What was called, such as ``"onnx.Conv"``.
    inputs : sequence of array_like or None
        The inputs as given; at the end they may be left out.
    names : sequence of str
        What the specification calls them.
    required : int
        How many of them, from the first, the operator cannot do without.

    Raises
    ------
    ArgumentError
        For too many inputs, or a required one that is absent.
    ArgumentTypeError, DTypeError
        For inputs that are no sequence, and one that is not an array of numbers.

    Examples
    --------
    >>> [a if a is None else a.shape for a in read_inputs("onnx.Conv", [[1.0, 2.0], [3.0]], ("X", "W", "B"), 2)]
    [(2,), (1,), None]
    """
    if not isinstance(inputs, Sequence) or isinstance(inputs, str | bytes):
        raise ArgumentTypeError(
            op,
            f"inputs must be a list of arrays, but it is of type {type(inputs).__name__}.",
            fix=f"Write [{', '.join(names[:required])}].",
        )
    if len(inputs) > len(names):
        raise ArgumentError(
            op,
            f"there are {len(inputs)} inputs, but it has {len(names)}: {', '.join(names)}.",
            fix="Leave out the rest.",
        )
    given = [*inputs, *[None] * (len(names) - len(inputs))]
    for name, value in zip(names[:required], given, strict=False):
        if value is None:
            raise ArgumentError(op, f"its input {name} is missing.", fix=f"It needs {', '.join(names[:required])}.")
    return [None if value is None else check_numeric(op, name, value) for name, value in zip(names, given, strict=True)]


def read_attributes(op: str, attributes: Mapping[str, Any] | None, known: Mapping[str, Any]) -> dict[str, Any]:
    """Return a node's attributes, all that the operator knows, with the defaults of those that are absent or None.

    Parameters
    ----------
    op : str
        What was called, such as ``"onnx.Conv"``.
    attributes : mapping or None
        As given. Words may be bytes, as ONNX's own files have them.
    known : mapping
        The operator's attributes and their defaults.

    Raises
    ------
    ArgumentError
        For an attribute that the operator does not have, and bytes that are not UTF-8.
    ArgumentTypeError
        For attributes that are not a mapping.

    Examples
    --------
    >>> read_attributes("onnx.Conv", {"auto_pad": b"VALID"}, {"auto_pad": "NOTSET", "group": 1})
    {'auto_pad': 'VALID', 'group': 1}
    """
    if attributes is not None and not isinstance(attributes, Mapping):
        raise ArgumentTypeError(
            op, f"attributes must be a dict, but it is of type {type(attributes).__name__}.", fix="Write {} for none."
        )
    said = dict(known)
    for name, value in (attributes or {}).items():
        if name not in known:
            near = get_close_matches(str(name), known, n=1)
            raise ArgumentError(
                op,
                f"it has no attribute {name!r}.",
                f"Its attributes are {', '.join(known)}.",
                fix=f"Did you mean {near[0]!r}?" if near else "Leave it out.",
            )
        if value is not None:
            said[name] = _decoded(op, name, value) if isinstance(value, bytes) else value
    return said


def _decoded(op: str, name: str, value: bytes) -> str:
    try:
        return value.decode()
    except UnicodeDecodeError:
        raise ArgumentError(op, f"{name} is {value!r}, which is not UTF-8.", fix="Write a word.") from None


def as_type(op: str, name: str, array: Array, dtype: np.dtype[Any]) -> Array:
    """Return numbers in another type: rounded if that is a floating-point type, and not changed if it is of integers.

    Parameters
    ----------
    op, name : str
        What was called, and what the array is to it.
    array : ndarray
        The numbers, of any type.
    dtype : dtype
        The type they get.

    Raises
    ------
    DTypeError
        Where an integer type would change a number, a finite one would become infinite, or a complex one real.

    Examples
    --------
    >>> as_type("onnx.run_model", "x", np.array([1.0, 2.0]), np.dtype(np.int8))
    array([1, 2], dtype=int8)
    """
    try:
        with np.errstate(all="ignore"):
            fits = (dtype.kind == "c" or array.dtype.kind != "c") and dtype != object
            cast = array.astype(dtype) if fits else array
            if fits and (dtype.kind in "biu" or "int" in dtype.name):
                fits = bool(np.all(as_objects(cast) == as_objects(array)))
            elif fits:
                wide = (
                    array.astype(np.complex128 if dtype.kind == "c" else np.float64) if array.dtype == object else array
                )
                fits = not bool(np.any(np.isfinite(wide) & ~np.isfinite(cast)))
    except (TypeError, ValueError, OverflowError):
        fits = False
    if not fits:
        problem = f"{name} has numbers that {'a string' if dtype == object else dtype} cannot hold."
        raise DTypeError(op, problem, fix=f"Pass an array of type {dtype}.")
    return cast


def numbers(op: str, name: str, value: Any, axes: str, default: int, minimum: int | None = None) -> tuple[int, ...]:
    """Return an attribute with one int per spatial axis, or its default along each.

    Parameters
    ----------
    op, name : str
        What was called, and the attribute's name.
    value : sequence of int or None
        The attribute; None if it is absent.
    axes : str
        The spatial axes' letters.
    default, minimum : int
        What an absent one is along every axis, and the least that is allowed.

    Raises
    ------
    ArgumentError, ArgumentTypeError
        For a wrong number of entries, entries that are too small, and what is no list of ints.

    Examples
    --------
    >>> numbers("onnx.Conv", "strides", [2, 1], "HW", 1), numbers("onnx.Conv", "strides", None, "HW", 1)
    ((2, 1), (1, 1))
    """
    if value is None:
        return (default,) * len(axes)
    listed = entries(value)
    if listed is None:
        raise ArgumentTypeError(
            op,
            f"{name} must be a list of ints, but it is {value!r}.",
            fix=f"Write {name}={[value] * len(axes)}."
            if isinstance(value, int) and not isinstance(value, bool)
            else "Give one int per spatial axis.",
        )
    if len(listed) != len(axes):
        raise ArgumentError(
            op,
            f"{name} has {len(listed)} entries, but the spatial axes are {len(axes)}.",
            f"{name} = {listed}",
            fix="Give one int per spatial axis.",
        )
    return integers(op, name, listed, axes, minimum)


def auto_padded(op: str, said: Mapping[str, Any], axes: str) -> str | tuple[tuple[int, int], ...]:
    """Return the padding of a node: refconv's word for its auto_pad, or its pads as (lo, hi) for each axis.

    Parameters
    ----------
    op : str
        What was called.
    said : mapping
        The attributes, with auto_pad, and pads: all beginnings, then all ends.
    axes : str
        The spatial axes' letters.

    Raises
    ------
    ArgumentError, ArgumentTypeError
        For an unknown auto_pad, for negative pads or a wrong number of them, and for both at once.

    Examples
    --------
    >>> auto_padded("onnx.Conv", {"auto_pad": "NOTSET", "pads": [1, 2, 3, 4]}, "HW")
    ((1, 3), (2, 4))
    >>> auto_padded("onnx.Conv", {"auto_pad": "SAME_LOWER", "pads": None}, "HW")
    'same_lower'
    """
    word = _AUTO_PAD[choice(op, "auto_pad", said["auto_pad"], _AUTO_PAD)]
    pads = said["pads"]
    if word and pads is not None:
        raise ArgumentError(
            op,
            f"pads and auto_pad={said['auto_pad']!r} are both given, and only one may be.",
            f"pads = {pads}",
            fix="Leave out pads, or auto_pad.",
            fixes=[{"pads": None}, {"auto_pad": "NOTSET"}],
        )
    if word:
        return word
    if pads is None:
        return ((0, 0),) * len(axes)
    listed = entries(pads)
    if listed is None or len(listed) != 2 * len(axes):
        raise (ArgumentTypeError if listed is None else ArgumentError)(
            op,
            f"pads must have {2 * len(axes)} entries: the beginning of every spatial axis, then the end of every one.",
            f"pads = {pads}",
            fix="Write [0, ..., 0] or leave it out for none.",
        )
    flat = [integer(op, "pads", entry) for entry in listed]
    if min(flat) < 0:
        mended = [max(entry, 0) for entry in flat]
        raise ArgumentError(
            op,
            "pads must be at least 0 everywhere.",
            f"pads = {flat}",
            fix=f"Crop the input itself, and take pads={mended}.",
            fixes=[{"pads": mended}],
        )
    return tuple(zip(flat[: len(axes)], flat[len(axes) :], strict=True))


class Windows(NamedTuple):
    """The windows that a node's attributes ask for, in refconv's words."""

    stride: tuple[int, ...]
    padding: Padding
    dilation: tuple[int, ...]


def read_windows(op: str, said: Mapping[str, Any], axes: str, kernel: tuple[int, ...]) -> Windows:
    """Return the windows of a node with weights, whose kernel_shape must be that of the weights.

    Parameters
    ----------
    op : str
        What was called.
    said : mapping
        The attributes, with those of `WINDOWS`.
    axes : str
        The spatial axes' letters.
    kernel : tuple of int
        The kernel size of the weights.

    Raises
    ------
    ArgumentError, ArgumentTypeError
        For what `numbers` and `auto_padded` refuse.
    ShapeError
        For another kernel_shape.

    Examples
    --------
    >>> read_windows("onnx.Conv", {**WINDOWS, "strides": [2], "pads": [1, 0]}, "W", (3,))
    Windows(stride=(2,), padding=((1, 0),), dilation=(1,))
    """
    if said["kernel_shape"] is not None and numbers(op, "kernel_shape", said["kernel_shape"], axes, 1) != kernel:
        raise ShapeError(
            op,
            "kernel_shape is not that of the weights.",
            f"kernel_shape = {tuple(said['kernel_shape'])}, the weights have {kernel}",
            fix="Leave it out: it follows from the weights.",
            fixes=[{"kernel_shape": None}],
        )
    return Windows(
        stride=numbers(op, "strides", said["strides"], axes, 1, minimum=1),
        padding=auto_padded(op, said, axes),
        dilation=numbers(op, "dilations", said["dilations"], axes, 1, minimum=1),
    )


def spatial(op: str, name: str, shape: tuple[int, ...]) -> str:
    """Return the letters of the spatial axes of an input (N, C, D1, ..., Dn).

    Raises
    ------
    ShapeError
        For an input without spatial axes.

    Examples
    --------
    >>> spatial("onnx.Conv", "X", (1, 3, 32, 32))
    'HW'
    """
    if len(shape) < 3:
        raise ShapeError(
            op,
            f"{name} must have at least 3 axes (N, C, D1), but its shape is {shape}.",
            fix=f"Add the axes that are missing, such as {name}[np.newaxis, np.newaxis].",
        )
    return letters(len(shape) - 2, op)
