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

from typing import Any, Protocol

import numpy as np

from refconv.errors import DTypeError
from refconv.ops.elements import Array, as_objects, conjugate, is_half, is_integer
from refconv.ops.integers import ExactIntegers

__all__ = ["Arithmetic", "Floats", "Objects", "arithmetic_for", "common_type", "is_finite", "operand", "sum_arithmetic"]


class Arithmetic(Protocol):
    """How one operation computes: multiply tiles, add what comes out, finish once."""

    @property
    def result(self) -> np.dtype[Any]: ...  # noqa: D102
    @property
    def accumulator(self) -> np.dtype[Any]: ...  # noqa: D102
    @property
    def width(self) -> int:
        """Bytes that one element of an operand may take while it is multiplied."""

    @property
    def plain(self) -> np.dtype[Any] | None:
        """The floating-point type whose own ``*`` and ``+`` give these sums; None where only `multiply` does."""

    def multiply(self, a: Array, b: Array, out: Array | None = None) -> Array:
        """Return ``a @ b``: in the plain type, which the operands then have, or else in the accumulator's."""

    def summed(self, total: Array) -> Array:
        """Return sums of products, in whatever type they were taken, in the accumulator's."""

    def finish(self, total: Array) -> Array:
        """Return sums in the result's type, rounded once, or raise."""


class Floats:
    """Real and complex floating point: BLAS where NumPy has it, half precision by way of float32."""

    def __init__(self, result: np.dtype[Any]) -> None:
        """Keep sums in the result's type, unless it is half precision."""
        self.result = result
        self.accumulator = np.dtype(np.float32) if is_half(result) else result
        self.plain = self.accumulator
        self.width = self.accumulator.itemsize

    def multiply(self, a: Array, b: Array, out: Array | None = None) -> Array:
        """Return ``a @ b``."""
        product: Array = np.matmul(a, b, out=out)
        return product

    def summed(self, total: Array) -> Array:
        """Return the sums as they are."""
        return total

    def finish(self, total: Array) -> Array:
        """Round to the result's type."""
        return total.astype(self.result, copy=False)


class Objects:
    """Fractions, sympy expressions and whatever else adds and multiplies."""

    result = accumulator = np.dtype(object)
    width = 8
    plain = None

    def multiply(self, a: Array, b: Array, out: Array | None = None) -> Array:
        """Return ``a @ b``, by the elements' own operations."""
        product: Array = np.matmul(as_objects(a), as_objects(b), out=out)
        return product

    def summed(self, total: Array) -> Array:
        """Return the sums as they are."""
        return total

    def finish(self, total: Array) -> Array:
        """Return the sums as they are."""
        return total


def operand(a: Array, arithmetic: Arithmetic, *, conjugated: bool = False) -> Array:
    """Return an operand as the arithmetic multiplies it, conjugated on request: a view where nothing is to be done."""
    a = conjugate(a) if conjugated else a
    return a if arithmetic.plain is None else a.astype(arithmetic.plain, copy=False)


def is_finite(a: Array, arithmetic: Arithmetic) -> bool:
    """Return whether no element turns a zero into NaN (a sum that overflows says no, too, which costs only time)."""
    if arithmetic.plain is None:  # integers, or beside objects anything
        return is_integer(a) or (a.dtype != object and bool(np.isfinite(a).all()))
    return bool(np.isfinite(a.sum(dtype=arithmetic.plain)))


def arithmetic_for(op: str, terms: int, a: Array, b: Array, offset: Array | None = None) -> Arithmetic:
    """Return the arithmetic for sums of `terms` products of an element of `a` with one of `b`, plus an `offset`."""
    result = common_type(op, a, b, offset)
    if result == object:
        return Objects()
    if is_integer(a) and is_integer(b):
        return ExactIntegers(op, terms, a, b, offset)
    return Floats(result)


def sum_arithmetic(op: str, terms: int, a: Array) -> Arithmetic:
    """Return the arithmetic for sums of `terms` elements of `a`: each times one."""
    return arithmetic_for(op, terms, a, np.ones(1, a.dtype))


def common_type(op: str, a: Array, b: Array, offset: Array | None = None, name: str = "b") -> np.dtype[Any]:
    """Return the type of the result of products of `a` and `b`, to which `offset`, called `name`, is added.

    Raises
    ------
    DTypeError
        If the two types have no common one, or the offset (the bias) would lose its fraction or imaginary part in it.
    """
    if any(array.dtype == object for array in (a, b, offset) if array is not None):
        return np.dtype(object)
    try:
        result = np.dtype(np.int64) if is_integer(a) and is_integer(b) else np.result_type(a.dtype, b.dtype)
    except TypeError:
        raise DTypeError(
            op,
            f"there is no common number type for {a.dtype} and {b.dtype}.",
            fix="Cast one of them to a type that holds both, such as float64.",
        ) from None
    fraction_lost = offset is not None and result.kind == "i" and not is_integer(offset)
    if offset is not None and (fraction_lost or (offset.dtype.kind == "c" and result.kind != "c")):
        raise DTypeError(
            op,
            f"{name} is {offset.dtype}, but the result is of type {result}, which cannot hold it.",
            fix=f"Cast an operand to {offset.dtype}, or {name} to {result}.",
        )
    return result
