"""What a kernel computes in: the type of its arrays, of its sums and of its result."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from refconv.errors import ArgumentError
from refconv.missing import needed
from refconv.ops.elements import Array
from refconv.oracle.formats import FORMATS, Format, round_to

__all__ = ["PRECISIONS", "Precision", "precision"]


@dataclass(frozen=True, slots=True)
class Precision:
    """The number types of one kernel.

    Parameters
    ----------
    name : str
        A key of `PRECISIONS`.
    dtype : str
        The NumPy type of x, w, b, dy and of the result; integers may come back as int32 or int64.
    inputs : Format or None
        What the kernel may round its inputs to before it multiplies them. None for integers, which are exact.
    accumulator : Format or None
        What the sums are kept in.
    output : Format or None
        What the result is rounded to, once.

    Examples
    --------
    >>> precision("bfloat16").accumulator.name
    'float32'
    >>> precision("float16").array([1 / 3, 1e6])
    array([0.3333,    inf], dtype=float16)
    """

    name: str
    dtype: str
    inputs: Format | None
    accumulator: Format | None
    output: Format | None

    @property
    def is_integer(self) -> bool:
        """Whether sums are exact."""
        return self.accumulator is None

    @property
    def numpy_dtype(self) -> np.dtype[Any]:
        """The type as NumPy knows it; bfloat16 is that of ml_dtypes, without which there is an ArgumentError."""
        return _bfloat16() if self.dtype == "bfloat16" else np.dtype(self.dtype)

    def array(self, a: ArrayLike) -> Array:
        """Return float64 or integer numbers as an array of the type, rounded to nearest even once."""
        numbers = np.asarray(a)
        if self.output is None or numbers.dtype == self.numpy_dtype:
            return numbers.astype(self.dtype if self.is_integer else self.numpy_dtype)
        # ml_dtypes rounds float64 to bfloat16 by way of float32: twice
        return round_to(numbers, self.output).astype(self.numpy_dtype)


def _bfloat16() -> np.dtype[Any]:
    ml_dtypes = needed("ml_dtypes", "oracle", "bfloat16, which NumPy has not,", ArgumentError)
    bfloat16: np.dtype[Any] = np.dtype(ml_dtypes.bfloat16)
    return bfloat16


def _floating(name: str, dtype: str, inputs: str, accumulator: str) -> Precision:
    return Precision(name, dtype, FORMATS[inputs], FORMATS[accumulator], FORMATS[dtype])


PRECISIONS = {
    each.name: each
    for each in (
        _floating("float64", "float64", "float64", "float64"),
        _floating("float32", "float32", "float32", "float32"),
        _floating("tf32", "float32", "tf32", "float32"),
        _floating("float16", "float16", "float16", "float32"),
        _floating("bfloat16", "bfloat16", "bfloat16", "float32"),
        _floating("float16_acc", "float16", "float16", "float16"),
        *(Precision(name, name, None, None, None) for name in ("int8", "int16", "int32", "int64")),
    )
}
"""The precisions, by name. ``tf32`` is float32 arrays whose products may be taken of inputs rounded to TF32."""


def precision(name: str) -> Precision:
    """Return the precision of this name.

    Raises
    ------
    ArgumentError
        If there is none.

    Examples
    --------
    >>> precision("tf32").dtype, precision("tf32").inputs.p
    ('float32', 11)
    """
    if name not in PRECISIONS:
        raise ArgumentError("oracle", f"there is no precision {name!r}.", fix=f"Known: {', '.join(PRECISIONS)}.")
    return PRECISIONS[name]
