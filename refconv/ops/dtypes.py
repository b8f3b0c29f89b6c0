"""Which number type a result has, in which one sums are kept, and how two tiles are multiplied in it.

==================  =================  ====================================================================
operands            result             sums
==================  =================  ====================================================================
integers, bool      int64              exact (`refconv.ops.integers`); an overflow raises
float16, bfloat16   the same           float32, rounded once at the end
other float types   np.result_type     the same type
complex             np.result_type     the same type
object              object             the elements' own ``+`` and ``*``
==================  =================  ====================================================================
"""

from __future__ import annotations

from typing import Any, Protocol, TypeAlias

import numpy as np
from numpy.typing import NDArray

from refconv.errors import DTypeError
from refconv.ops.integers import ExactIntegers

__all__ = [
    "Arithmetic",
    "Array",
    "Conjugated",
    "Floats",
    "Objects",
    "arithmetic_for",
    "check_numeric",
    "conjugate",
    "is_integer",
    "sum_arithmetic",
]

Array: TypeAlias = NDArray[Any]

SUPPORTED = "float16, bfloat16, float32, float64, longdouble, complex, integers, bool, and object"


class Arithmetic(Protocol):
    """How one operation computes: multiply tiles, add what comes out, finish once."""

    @property
    def result(self) -> np.dtype[Any]: ...  # noqa: D102
    @property
    def accumulator(self) -> np.dtype[Any]: ...  # noqa: D102
    @property
    def width(self) -> int:
        """Bytes that one element of an operand may take while it is multiplied."""

    def multiply(self, a: Array, b: Array) -> Array:
        """Return ``a @ b`` in the accumulator's type."""

    def finish(self, total: Array) -> Array:
        """Return sums in the result's type, rounded once, or raise."""


class Floats:
    """Real and complex floating point: BLAS where NumPy has it, half precision by way of float32."""

    def __init__(self, result: np.dtype[Any]) -> None:
        """Keep sums in the result's type, unless it is half precision."""
        self.result = result
        self.accumulator = np.dtype(np.float32) if _is_half(result) else result
        self.width = self.accumulator.itemsize + (result.itemsize if _is_half(result) else 0)

    def multiply(self, a: Array, b: Array) -> Array:
        """Return ``a @ b``."""
        product: Array = np.matmul(a.astype(self.accumulator, copy=False), b.astype(self.accumulator, copy=False))
        return product

    def finish(self, total: Array) -> Array:
        """Round to the result's type."""
        return total.astype(self.result, copy=False)


class Objects:
    """Fractions, sympy expressions and whatever else adds and multiplies."""

    result = accumulator = np.dtype(object)
    width = 8

    def __init__(self, op: str) -> None:
        """Remember whose elements these are, for the error that they may cause."""
        self.op = op

    def multiply(self, a: Array, b: Array) -> Array:
        """Return ``a @ b``, by the elements' own operations."""
        try:
            product: Array = np.matmul(_as_objects(a), _as_objects(b))
        except TypeError as error:
            raise DTypeError(self.op, f"the elements cannot be multiplied and added: {error}.") from error
        return product

    def finish(self, total: Array) -> Array:
        """Return the sums as they are."""
        return total


class Conjugated:
    """Another arithmetic with one of its operands conjugated, tile by tile."""

    def __init__(self, inner: Arithmetic, operand: int) -> None:
        """Conjugate the first (0) or second (1) operand of every product."""
        self.inner, self.operand = inner, operand
        self.result, self.accumulator, self.width = inner.result, inner.accumulator, inner.width

    def multiply(self, a: Array, b: Array) -> Array:
        """Return ``conj(a) @ b``, or ``a @ conj(b)``."""
        return self.inner.multiply(conjugate(a), b) if self.operand == 0 else self.inner.multiply(a, conjugate(b))

    def finish(self, total: Array) -> Array:
        """Finish as the inner one does."""
        return self.inner.finish(total)


def arithmetic_for(op: str, terms: int, a: Array, b: Array, offset: Array | None = None) -> Arithmetic:
    """Return the arithmetic for sums of `terms` products of an element of `a` with one of `b`, plus an `offset`.

    Raises
    ------
    DTypeError
        If the two types have no common one, or the offset's (the bias') would lose its fraction or imaginary
        part in it.
    """
    types = [a.dtype, b.dtype] + ([] if offset is None else [offset.dtype])
    if any(dtype == object for dtype in types):
        return Objects(op)
    if is_integer(a) and is_integer(b):
        if offset is not None and not is_integer(offset):
            _misfit(op, offset, np.dtype(np.int64))
        return ExactIntegers(op, terms, a, b, offset)
    try:
        result = np.result_type(a.dtype, b.dtype)
    except TypeError:
        raise DTypeError(
            op,
            f"there is no common number type for {a.dtype} and {b.dtype}.",
            fix="Cast one of them to a type that holds both, such as float64.",
        ) from None
    if offset is not None and offset.dtype.kind == "c" and result.kind != "c":
        _misfit(op, offset, result)
    return Floats(result)


def sum_arithmetic(op: str, terms: int, a: Array) -> Arithmetic:
    """Return the arithmetic for sums of `terms` elements of `a`: each times one."""
    return arithmetic_for(op, terms, a, np.ones(1, a.dtype))


def check_numeric(op: str, name: str, value: Any) -> Array:
    """Return `value` as an array of numbers in native byte order, without a copy where it is one; else raise."""
    if isinstance(value, np.ma.MaskedArray):
        raise DTypeError(op, f"{name} is a masked array, and its mask would be lost.", fix=f"Pass {name}.filled(0).")
    try:
        array = np.asarray(value)
    except (TypeError, ValueError, RuntimeError) as error:
        raise DTypeError(op, f"{name} cannot be read as an array: {error}") from error
    if array.dtype.kind == "f" and not hasattr(value, "dtype"):
        array = _exact_integers(value, array)
    if array.dtype == object:
        array = _python_numbers(op, name, array)
    # ml_dtypes' bfloat16 says that its kind is "V", as structured types do
    if array.dtype.kind not in "biufcO" and array.dtype.name != "bfloat16":
        raise DTypeError(
            op,
            f"{name} must be an array of numbers, but it is an array of dtype {array.dtype}.",
            f"Supported: {SUPPORTED}.",
        )
    return array if array.dtype.isnative else array.astype(array.dtype.newbyteorder("="))


def _exact_integers(value: Any, array: Array) -> Array:
    """Undo what NumPy does to a list of ints that no integer type holds: it makes floats of them, and rounds."""
    exact = np.asarray(value, dtype=object)
    return exact if array.size and all(isinstance(e, int) for e in exact.flat) else array


def _python_numbers(op: str, name: str, array: Array) -> Array:
    """Return an array of objects with NumPy's scalars, which wrap and round, as Python's numbers, which do not."""
    for e in array.flat:
        if not (hasattr(e, "__add__") and hasattr(e, "__mul__")) or hasattr(e, "__len__") or isinstance(e, type):
            kind = "None" if e is None else f"{e!r}, of type {type(e).__name__}"
            what = "an element" if array.ndim else "it"
            raise DTypeError(op, f"{name} must be an array of numbers, but {what} is {kind}.")
    if not any(isinstance(e, np.generic) for e in array.flat):
        return array
    return _object_array([e.item() if isinstance(e, np.generic) else e for e in array.flat], array.shape)


def _as_objects(a: Array) -> Array:
    # bfloat16's scalars would round every sum; those of float32 become Python's floats
    return (a.astype(np.float32) if _is_half(a.dtype) else a).astype(object, copy=False)


def is_integer(a: Array) -> bool:
    """Return whether the elements are integers or bools."""
    return a.dtype.kind in "biu"


def conjugate(a: Array) -> Array:
    """Return the complex conjugate, for gradients; expressions in an object array are taken as real.

    Examples
    --------
    >>> conjugate(np.array([1 + 2j]))
    array([1.-2.j])
    """
    if a.dtype.kind == "c":
        return np.conjugate(a)
    if a.dtype == object:
        # a sympy symbol's conjugate() would litter every formula; Python's complex numbers are meant as such
        flat = [e.conjugate() if isinstance(e, complex) else e for e in a.flat]
        return _object_array(flat, a.shape)
    return a


def _object_array(elements: list[Any], shape: tuple[int, ...]) -> Array:
    result = np.empty(len(elements), dtype=object)
    result[:] = elements
    return result.reshape(shape)


def _is_half(dtype: np.dtype[Any]) -> bool:
    return dtype.name in ("float16", "bfloat16")


def _misfit(op: str, offset: Array, result: np.dtype[Any]) -> None:
    raise DTypeError(
        op,
        f"b is {offset.dtype}, but x and w make a result of type {result}, which cannot hold it.",
        fix=f"Cast x or w to {offset.dtype}, or b to {result}.",
    )
