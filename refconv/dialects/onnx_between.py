"""The ONNX operators that usually stand between convolutions: no more than running a model of these asks for."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from numbers import Real
from typing import Any, cast

import numpy as np

from refconv.arithmetic.per_axis import integer
from refconv.dialects.onnx_attributes import as_type, read_attributes, read_inputs
from refconv.dialects.onnx_pool_words import switch
from refconv.dialects.saying import said_as
from refconv.errors import ArgumentError, ArgumentTypeError, DTypeError, ShapeError
from refconv.ops.checks import check_rank
from refconv.ops.convolution import conv
from refconv.ops.elements import Array, as_objects, check_numeric, is_half, is_integer
from refconv.ops.integers import fit

__all__ = ["BETWEEN", "add", "constant", "flatten", "gemm", "identity", "relu", "reshape"]


def identity(inputs: Sequence[Any], attributes: Mapping[str, Any]) -> tuple[Array, ...]:
    """Return the input.

    Examples
    --------
    >>> identity([np.arange(2)], {})
    (array([0, 1]),)
    """
    x, _ = _read("onnx.Identity", inputs, ("input",), attributes, {})
    return (x[0],)


def relu(inputs: Sequence[Any], attributes: Mapping[str, Any]) -> tuple[Array, ...]:
    """Return the input, with 0 for what is negative.

    Examples
    --------
    >>> relu([np.array([-1, 2])], {})
    (array([0, 2]),)
    """
    (x,), _ = _read("onnx.Relu", inputs, ("X",), attributes, {})
    if x.dtype.kind == "c":
        raise DTypeError("onnx.Relu", "complex numbers have no order.", fix="Pass X.real.")
    return (np.maximum(x, x.dtype.type(0)),)


def add(inputs: Sequence[Any], attributes: Mapping[str, Any]) -> tuple[Array, ...]:
    """Return the sum of two arrays, which are broadcast.

    Examples
    --------
    >>> add([np.ones((2, 1)), np.arange(2.0)], {})[0].shape
    (2, 2)
    """
    (a, b), _ = _read("onnx.Add", inputs, ("A", "B"), attributes, {})
    try:
        np.broadcast_shapes(a.shape, b.shape)
    except ValueError:
        problem = f"shapes {a.shape} and {b.shape} cannot be broadcast."
        fix = "Along each axis, counted from the last, sizes are equal, or one of them is 1."
        raise ShapeError("onnx.Add", problem, fix=fix) from None
    with np.errstate(all="ignore"):
        return (np.add(a, b),)


def constant(inputs: Sequence[Any], attributes: Mapping[str, Any]) -> tuple[Array, ...]:
    """Return the array that the one attribute holds: value, value_float, value_floats, value_int or value_ints.

    Examples
    --------
    >>> constant([], {"value_ints": [1, 2]})
    (array([1, 2]),)
    """
    op = "onnx.Constant"
    types = {"value_float": np.float32, "value_floats": np.float32, "value_int": np.int64, "value_ints": np.int64}
    others = ("sparse_value", "value_string", "value_strings")
    _, said = _read(op, inputs, (), attributes, dict.fromkeys(["value", *types, *others]))
    given = [name for name, value in said.items() if value is not None]
    if len(given) != 1:
        raise ArgumentError(
            op, f"it has {len(given)} attributes, not one.", fix=f"Give value, or {' or '.join(types)}."
        )
    name = given[0]
    if name in others:
        raise ArgumentError(op, f"{name} is not read here.", fix=f"There are value, {', '.join(types)}.")
    array = check_numeric(op, name, said[name])
    return (as_type(op, name, array, np.dtype(types[name])) if name in types else array,)


def flatten(inputs: Sequence[Any], attributes: Mapping[str, Any]) -> tuple[Array, ...]:
    """Return the input as a matrix: the axes before `axis`, 1 unless said, are its rows; all others its columns.

    Examples
    --------
    >>> flatten([np.ones((2, 3, 4))], {})[0].shape, flatten([np.ones((2, 3, 4))], {"axis": -1})[0].shape
    ((2, 12), (6, 4))
    """
    (x,), said = _read("onnx.Flatten", inputs, ("input",), attributes, {"axis": 1})
    axis = integer("onnx.Flatten", "axis", said["axis"])
    if not -x.ndim <= axis <= x.ndim:
        problem = f"axis = {axis}, but the input has {x.ndim} axes."
        raise ArgumentError("onnx.Flatten", problem, fix=f"It lies in -{x.ndim} .. {x.ndim}.")
    cut = axis if axis >= 0 else axis + x.ndim
    rows = int(np.prod(x.shape[:cut], dtype=int))
    return (x.reshape(rows, int(np.prod(x.shape[cut:], dtype=int))),)


def reshape(inputs: Sequence[Any], attributes: Mapping[str, Any]) -> tuple[Array, ...]:
    """Return the input in another shape: -1 is what is left, 0 the input's own size there, unless `allowzero`.

    Examples
    --------
    >>> reshape([np.ones((2, 3, 4)), [0, -1]], {})[0].shape
    (2, 12)
    """
    op = "onnx.Reshape"
    (x, shape), said = _read(op, inputs, ("data", "shape"), attributes, {"allowzero": 0})
    check_rank(op, "shape", shape.shape, "(n,)", 1)
    wanted = [integer(op, "shape", size, -1) for size in shape.tolist()]
    problem = f"an array of shape {x.shape} cannot have shape {tuple(wanted)}."
    if switch(op, "allowzero", said["allowzero"]):
        if 0 in wanted and -1 in wanted:
            raise ShapeError(op, problem, fix="With allowzero, 0 and -1 do not go together.")
    elif 0 in wanted[x.ndim :]:
        raise ShapeError(op, problem, fix="0 is the input's own size there, and it has no such axis.")
    else:
        wanted = [x.shape[axis] if size == 0 else size for axis, size in enumerate(wanted)]
    try:
        return (x.reshape(wanted),)
    except (ValueError, OverflowError):
        raise ShapeError(op, problem, fix="The product of the sizes must stay the same, and one may be -1.") from None


def gemm(inputs: Sequence[Any], attributes: Mapping[str, Any]) -> tuple[Array, ...]:
    """Return ``alpha * A @ B + beta * C``, with A or B transposed where `transA` or `transB` say so.

    The product is that of a convolution with one tap: integers are exact; half precision is kept in float32, with
    alpha, beta and C, and rounded once. C is broadcast to the product's shape, and never the other way.

    Examples
    --------
    >>> gemm([np.arange(4).reshape(2, 2), np.eye(2, dtype=int), [1, 2]], {"transA": 1})
    (array([[1, 4],
           [2, 5]]),)
    """
    op = "onnx.Gemm"
    known = {"alpha": 1.0, "beta": 1.0, "transA": 0, "transB": 0}
    a, b, c = read_inputs(op, inputs, ("A", "B", "C"), required=2)
    a, b, said = cast("Array", a), cast("Array", b), read_attributes(op, attributes, known)
    if a.ndim != 2 or b.ndim != 2:
        raise ShapeError(op, "A and B must be matrices.", fix="Flatten them first.")
    a = a.T if switch(op, "transA", said["transA"]) else a
    b = b if switch(op, "transB", said["transB"]) else b.T
    if a.shape[1] != b.shape[1]:
        problem = f"A has {a.shape[1]} columns, but B has {b.shape[1]} rows."
        raise ShapeError(op, problem, fix="Look at transA and transB.")
    if c is not None:
        c = _to_shape(op, c, (a.shape[0], b.shape[0]))
    result = np.result_type(*(each.dtype for each in (a, b, c) if each is not None))
    if is_half(result):
        a, b, c = (None if each is None else each.astype(np.float32) for each in (a, b, c))
    alpha, beta = (_factor(op, name, said[name]) for name in ("alpha", "beta"))
    with said_as(op, {"x": "A", "w": "B"}), np.errstate(all="ignore"):
        y = _sum(op, conv(cast("Array", a)[..., np.newaxis], cast("Array", b)[..., np.newaxis])[..., 0], alpha, c, beta)
        return (y.astype(result) if is_half(result) else y,)


def _to_shape(op: str, c: Array, shape: tuple[int, int]) -> Array:
    try:
        return np.broadcast_to(c, shape)
    except ValueError:
        problem = f"C of shape {c.shape} cannot be broadcast to {shape}, the shape of the product."
        raise ShapeError(op, problem, fix=f"Take shape {shape}, {shape[1:]}, {(shape[0], 1)} or ().") from None


def _factor(op: str, name: str, value: Any) -> float:
    """Return a number as a float, or as an int where it is whole."""
    try:
        if isinstance(value, bool) or not isinstance(value, Real):
            raise ArgumentTypeError(op, f"{name} must be a number, but it is {value!r}.", fix="Write a float, as 1.0.")
        number = float(value)
    except OverflowError:
        raise ArgumentError(op, f"{name} is larger than any float.", fix="Write a float, as 1.0.") from None
    return int(number) if number.is_integer() else number


def _sum(op: str, y: Array, alpha: float, c: Array | None, beta: float) -> Array:
    """Return ``alpha * y + beta * c``, exactly where all of them are whole."""
    arrays = [(y, alpha)] if c is None else [(y, alpha), (c, beta)]
    exact = all(is_integer(array) and isinstance(factor, int) for array, factor in arrays)
    if exact and c is None and alpha == 1:
        return y
    parts = [as_objects(array) * factor if exact else _times(array, factor) for array, factor in arrays]
    total: Array = parts[0] if c is None else parts[0] + parts[1]
    return fit(op, total) if exact else total


def _times(a: Array, factor: float) -> Array:
    if factor == 1:
        return a
    return a * (factor if a.dtype == object else float(factor))


def _read(
    op: str, inputs: Sequence[Any], names: Sequence[str], attributes: Mapping[str, Any], known: Mapping[str, Any]
) -> tuple[list[Array], dict[str, Any]]:
    """Return a node's inputs, all of which are required, and its attributes."""
    arrays = read_inputs(op, inputs, names, required=len(names))
    return cast("list[Array]", arrays), read_attributes(op, attributes, known)


BETWEEN = {
    "Add": add,
    "Constant": constant,
    "Flatten": flatten,
    "Gemm": gemm,
    "Identity": identity,
    "Relu": relu,
    "Reshape": reshape,
}
"""These operators by name, each a function of a node's inputs and attributes."""
