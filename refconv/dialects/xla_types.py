"""Number types: what `preferred_element_type` may be, and how a result comes to be of it; what `precision` may be."""

from __future__ import annotations

from enum import Enum
from functools import partial
from typing import Any

import numpy as np

from refconv.arithmetic.per_axis import choice
from refconv.errors import ArgumentTypeError, DTypeError, IntegerOverflowError
from refconv.ops.dtypes import common_type
from refconv.ops.elements import Array, is_half

__all__ = ["check_precision", "preferred_type", "settled", "widened"]

PRECISIONS = ("default", "high", "highest", "fastest", "bfloat16", "bfloat16_3x", "tensorfloat32", "float32")


def check_precision(op: str, precision: Any) -> None:
    """Raise for what is neither None, nor a word for a precision or a member of an enum, nor a pair of either.

    JAX's own enum need not be loaded for this: any enum passes.

    Examples
    --------
    >>> check_precision("conv", "highest"), check_precision("conv", ("high", "default"))
    (None, None)
    """
    pair = isinstance(precision, list | tuple)
    each = list(precision) if pair else [precision]
    if precision is None or ((not pair or len(each) == 2) and all(isinstance(one, Enum) for one in each)):
        return
    if (pair and len(each) != 2) or not all(isinstance(one, str) for one in each):
        raise ArgumentTypeError(
            op,
            f"precision must be None, a word, a lax.Precision or a pair of either, but it is {precision!r}.",
            fix=f"Leave it out, or take one of {', '.join(map(repr, PRECISIONS))}.",
            fixes=[{"precision": None}],
        )
    for said in each:
        choice(op, "precision", said, PRECISIONS, partial(_mended, each) if pair else str)


def _mended(pair: list[str], word: str) -> tuple[str, ...]:
    """Return the pair with the word for each that is none."""
    return tuple(said if said in PRECISIONS else word for said in pair)


def preferred_type(op: str, lhs: Array, rhs: Array, preferred: Any) -> np.dtype[Any] | None:
    """Return the type asked for, once JAX's rules allow it for these operands; None where none is asked for.

    Integers may become wider integers (signed ones signed) or floats at least as wide, floats and complex numbers
    their own kind, and nothing becomes narrower.

    Examples
    --------
    >>> ones = np.ones(1, np.int8)
    >>> preferred_type("conv", ones, ones, np.int32)
    dtype('int32')
    """
    common_type(op, lhs, rhs)  # or it raises
    if preferred is None:
        return None
    try:
        asked: np.dtype[Any] = np.dtype(preferred)
    except TypeError:
        raise ArgumentTypeError(
            op, f"preferred_element_type is no number type: {preferred!r}.", fix="Name one, such as numpy.float32."
        ) from None
    given = np.result_type(lhs.dtype, rhs.dtype)
    allowed = {"b": "iuf", "i": "if", "u": "iuf", "f": "f", "c": "c"}.get(_kind(given), "")
    if _kind(asked) not in allowed or asked.itemsize < given.itemsize:
        raise DTypeError(
            op,
            f"operands of type {given} cannot give preferred_element_type={asked}.",
            "Allowed: integers to integers or floats, signed to signed, floats to floats, complex to complex, none "
            "to a narrower type.",
            fix=f"Take a wider type of {given}'s kind.",
        )
    return asked


def _kind(dtype: np.dtype[Any]) -> str:
    return "f" if dtype.name == "bfloat16" else dtype.kind  # which says "V" of itself


def widened(a: Array, b: Array, asked: np.dtype[Any]) -> Array:
    """Return the operand `a` in the type in which it is multiplied: integers as they are, for these are exact anyway.

    Examples
    --------
    >>> widened(np.ones(1, np.float16), np.ones(1, np.float16), np.dtype(np.float32)).dtype
    dtype('float32')
    """
    if a.dtype.kind in "biuO":
        return a
    given, wide = np.result_type(a.dtype, b.dtype), np.dtype(np.float32)
    # float16 and bfloat16 have no common type in NumPy, but both are float32s
    return a.astype(wide if is_half(given) and is_half(asked) else np.result_type(given, asked), copy=False)


def settled(op: str, y: Array, preferred: np.dtype[Any] | None) -> Array:
    """Return a result in the type asked for: rounded once, and refused where an integer does not fit.

    Examples
    --------
    >>> settled("conv", np.array([300]), np.dtype(np.uint8))
    Traceback (most recent call last):
    refconv.errors.IntegerOverflowError: conv: the result does not fit in preferred_element_type=uint8.
      It holds 0 to 255, but the result has 300.
      Ask for a wider type, or for none: then it is int64.
    """
    if preferred is None:
        return y
    if y.dtype.kind == "i" and preferred.kind in "iu" and y.size:
        limits = np.iinfo(preferred)
        for extreme in (int(y.min()), int(y.max())):
            if not limits.min <= extreme <= limits.max:
                raise IntegerOverflowError(
                    op,
                    f"the result does not fit in preferred_element_type={preferred}.",
                    f"It holds {limits.min} to {limits.max}, but the result has {extreme}.",
                    fix="Ask for a wider type, or for none: then it is int64.",
                )
    with np.errstate(over="ignore"):  # an infinity is a result
        return y.astype(preferred, copy=False)
