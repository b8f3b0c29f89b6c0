"""What may stand in an array, and what is made of it on the way in.

NumPy's scalars inside object arrays wrap and round; here they become Python's numbers. A list of ints that no integer
type holds, which NumPy would read as floats, stays a list of ints.
"""

from __future__ import annotations

from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from refconv.errors import DTypeError

__all__ = ["Array", "as_objects", "check_numeric", "conjugate", "is_half", "is_integer"]

Array: TypeAlias = NDArray[Any]

SUPPORTED = "float16, bfloat16, float32, float64, longdouble, complex, integers, bool, and object"


def check_numeric(op: str, name: str, value: Any) -> Array:
    """Return `value` as an array of numbers in native byte order, without a copy where it is one; else raise."""
    if type(value) is np.ndarray and value.dtype.kind in "biufc" and value.dtype.isnative:
        return value  # as nearly always
    if isinstance(value, np.ma.MaskedArray):
        raise DTypeError(op, f"{name} is a masked array, and its mask would be lost.", fix=f"Pass {name}.filled(0).")
    try:
        array = np.asarray(value)
    except (TypeError, ValueError, RuntimeError) as error:
        raise DTypeError(
            op, f"{name} cannot be read as an array: {error}", fix="Pass an array of numbers of one rectangular shape."
        ) from error
    if array.dtype.kind == "f" and not hasattr(value, "dtype"):
        array = _exact_integers(value, array)
    if array.dtype == object:
        array = _python_numbers(op, name, array)
    # ml_dtypes' bfloat16 says that its kind is "V", as structured types do
    if array.dtype.kind not in "biufcO" and array.dtype.name != "bfloat16":
        raise DTypeError(
            op,
            f"{name} must be an array of numbers, but it is an array of dtype {array.dtype}.",
            fix=f"Supported: {SUPPORTED}.",
        )
    return array if array.dtype.isnative else array.astype(array.dtype.newbyteorder("="))


def _exact_integers(value: Any, array: Array) -> Array:
    """Undo what NumPy does to a list of ints that no integer type holds: it makes floats of them, and rounds."""
    exact = np.asarray(value, dtype=object)
    return exact if array.size and all(isinstance(e, int | np.integer) for e in exact.flat) else array


def _python_numbers(op: str, name: str, array: Array) -> Array:
    """Return an array of objects with NumPy's scalars, which wrap and round, as Python's numbers, which do not."""
    for e in array.flat:
        if not (hasattr(e, "__add__") and hasattr(e, "__mul__")) or hasattr(e, "__len__") or isinstance(e, type):
            kind = "None" if e is None else f"{e!r}, of type {type(e).__name__}"
            what = "an element" if array.ndim else "it"
            raise DTypeError(
                op, f"{name} must be an array of numbers, but {what} is {kind}.", fix="Leave out what is not a number."
            )
    if not any(isinstance(e, np.generic) for e in array.flat):
        return array
    return _object_array([e.item() if isinstance(e, np.generic) else e for e in array.flat], array.shape)


def as_objects(a: Array) -> Array:
    """Return an array of Python's numbers, or of whatever objects it held."""
    # bfloat16's scalars would round every sum; those of float32 become Python's floats
    return (a.astype(np.float32) if is_half(a.dtype) else a).astype(object, copy=False)


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


def is_half(dtype: np.dtype[Any]) -> bool:
    """Return whether sums want a wider type: float16 and bfloat16."""
    return dtype.itemsize == 2 and dtype.name in ("float16", "bfloat16")  # NumPy is slow at names
