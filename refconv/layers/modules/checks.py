"""What the constructors of layers, losses and optimisers ask of their arguments, beyond whole numbers."""

from __future__ import annotations

from typing import Any

import numpy as np

from refconv.errors import ArgumentError, ArgumentTypeError, DTypeError
from refconv.ops.elements import Array, is_half

__all__ = ["generator", "narrowed", "real_arrays", "weight_type", "widened"]


def generator(op: str, seed: Any) -> np.random.Generator:
    """Return where random numbers come from; a Generator is returned as it is.

    Examples
    --------
    >>> generator("Dropout", 0).integers(10, size=3)
    array([8, 6, 5])
    """
    try:
        return np.random.default_rng(seed)
    except (TypeError, ValueError) as error:
        kind = ArgumentTypeError if isinstance(error, TypeError) else ArgumentError
        fix = "Give an int from 0 on, a numpy.random.Generator, or None."
        raise kind(op, f"seed is {seed!r}, from which no random numbers come.", fix=fix) from error


def weight_type(op: str, dtype: Any) -> np.dtype[Any]:
    """Return a dtype that weights can have: whole numbers cannot, the first weights would all be 0.

    Examples
    --------
    >>> weight_type("Conv2d", "float32")
    dtype('float32')
    """
    try:
        kind: np.dtype[Any] | None = np.dtype(dtype)
    except (TypeError, ValueError):
        kind = None
    if kind is None or not (kind.kind in "fcO" or kind.name == "bfloat16"):
        fix = "Take a type of floating-point numbers, such as float32 or float64."
        raise DTypeError(op, f"dtype is {dtype!r}, which is no type for weights.", fix=fix)
    return kind


def real_arrays(op: str, **arrays: Array) -> None:
    """Raise unless arrays hold real numbers: comparing and averaging mean nothing else here.

    Examples
    --------
    >>> real_arrays("ReLU", x=np.array([1j]))
    Traceback (most recent call last):
    refconv.errors.DTypeError: ReLU: x is complex128, but real numbers are needed.
      Give numbers of type float32 or float64.
    """
    for name, array in arrays.items():
        if array.dtype.kind not in "biuf" and array.dtype.name != "bfloat16":
            problem = f"{name} is {array.dtype}, but real numbers are needed."
            raise DTypeError(op, problem, fix="Give numbers of type float32 or float64.")


def narrowed(array: Array, given: np.dtype[Any]) -> Array:
    """Return what was computed from `widened` halves as halves again; what was wider as it is.

    Examples
    --------
    >>> narrowed(np.ones(2, np.float32), np.dtype(np.float16)).dtype, narrowed(np.ones(2), np.dtype(np.float32)).dtype
    (dtype('float16'), dtype('float64'))
    """
    return array.astype(given, copy=False) if is_half(given) else array


def widened(array: Array) -> Array:
    """Return halves as float32, for sums and means; what is wider as it is.

    Examples
    --------
    >>> ones = np.ones((4096, 2), np.float16)
    >>> ones.sum(axis=0).tolist(), widened(ones).sum(axis=0).tolist()
    ([2048.0, 2048.0], [4096.0, 4096.0])
    """
    return array.astype(np.float32) if is_half(array.dtype) else array
