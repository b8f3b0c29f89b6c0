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

__all__ = ["Arithmetic", "Array", "Floats", "Objects", "arithmetic_for", "check_numeric", "conjugate", "is_integer"]

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

    def multiply(self, a: Array, b: Array) -> Array:
        """Return ``a @ b``, by the elements' own operations."""
        product: Array = np.matmul(a.astype(object, copy=False), b.astype(object, copy=False))
        return product

    def finish(self, total: Array) -> Array:
        """Return the sums as they are."""
        return total


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
        return Objects()
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
            fix="Cast one of them to float32, which holds both exactly.",
        ) from None
    if offset is not None and not np.can_cast(offset.dtype, result, "same_kind") and not is_integer(offset):
        _misfit(op, offset, result)
    return Floats(result)


def check_numeric(op: str, name: str, value: Any) -> Array:
    """Return `value` as an array of numbers in native byte order, without a copy where it is one; else raise."""
    if isinstance(value, np.ma.MaskedArray):
        raise DTypeError(op, f"{name} is a masked array, and its mask would be lost.", fix=f"Pass {name}.filled(0).")
    try:
        array = np.asarray(value)
    except (TypeError, ValueError, RuntimeError) as error:
        raise DTypeError(op, f"{name} cannot be read as an array: {error}") from error
    if value is None or not _is_numeric(array):
        kind = "None" if value is None else f"an array of dtype {array.dtype}"
        raise DTypeError(op, f"{name} must be an array of numbers, but it is {kind}.", f"Supported: {SUPPORTED}.")
    return array if array.dtype.isnative else array.astype(array.dtype.newbyteorder("="))


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
        flat = [e.conjugate() if isinstance(e, complex) else e for e in a.ravel()]
        return _object_array(flat, a.shape)
    return a


def _object_array(elements: list[Any], shape: tuple[int, ...]) -> Array:
    result = np.empty(len(elements), dtype=object)
    result[:] = elements
    return result.reshape(shape)


def _is_half(dtype: np.dtype[Any]) -> bool:
    return dtype.name in ("float16", "bfloat16")


def _is_numeric(array: Array) -> bool:
    if array.dtype == object:
        return all(hasattr(e, "__add__") and hasattr(e, "__mul__") and not hasattr(e, "__len__") for e in array.flat)
    # ml_dtypes' bfloat16 says that its kind is "V", as structured types do
    return array.dtype.kind in "biufc" or array.dtype.name == "bfloat16"


def _misfit(op: str, offset: Array, result: np.dtype[Any]) -> None:
    raise DTypeError(
        op,
        f"b is {offset.dtype}, but x and w make a result of type {result}, which cannot hold it.",
        fix=f"Cast x or w to {offset.dtype}, or b to {result}.",
    )
