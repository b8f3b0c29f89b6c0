"""Binary floating-point formats as numbers: precision and exponent range, and rounding to them from float64.

Nothing here needs the format to exist in hardware or in NumPy: TF32 and bfloat16 are a precision and a range like the
others. Rounding is to nearest, ties to even, with subnormals, and overflows to infinity, as IEEE 754 says.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from refconv.errors import ArgumentError

__all__ = ["FORMATS", "Format", "format_of", "round_to"]

Doubles = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Format:
    """A binary floating-point format.

    Parameters
    ----------
    name : str
        What it is called.
    p : int
        Significant bits, the hidden one included.
    emin, emax : int
        Exponents of the smallest normal number and of the binade of the largest.

    Examples
    --------
    >>> half = FORMATS["float16"]
    >>> half.largest, half.smallest_normal == 2**-14, half.smallest_subnormal == 2**-24
    (65504.0, True, True)
    """

    name: str
    p: int
    emin: int
    emax: int

    @property
    def unit_roundoff(self) -> float:
        """The largest relative error of rounding to nearest, u = 2**-p."""
        return 2.0**-self.p

    @property
    def largest(self) -> float:
        """The largest finite number."""
        return (2.0 - 2.0 ** (1 - self.p)) * 2.0**self.emax

    @property
    def smallest_normal(self) -> float:
        """The smallest positive normal number."""
        return 2.0**self.emin

    @property
    def smallest_subnormal(self) -> float:
        """The smallest positive number, and the spacing of all subnormals."""
        return 2.0 ** (self.emin - self.p + 1)


FORMATS = {
    each.name: each
    for each in (
        Format("float64", 53, -1022, 1023),
        Format("float32", 24, -126, 127),
        Format("tf32", 11, -126, 127),
        Format("float16", 11, -14, 15),
        Format("bfloat16", 8, -126, 127),
    )
}
"""The formats, by name."""


def format_of(dtype: Any) -> Format:
    """Return the format of a NumPy (or ml_dtypes) floating-point type.

    Raises
    ------
    ArgumentError
        If it is none of `FORMATS`.

    Examples
    --------
    >>> format_of(np.float32).p
    24
    """
    name = dtype if isinstance(dtype, str) else np.dtype(dtype).name
    if name not in FORMATS:
        raise ArgumentError(
            "oracle", f"there is no floating-point format {name!r}.", fix=f"Known: {', '.join(FORMATS)}."
        )
    return FORMATS[name]


def round_to(a: ArrayLike, to: Format, tail: ArrayLike | None = None) -> Doubles:
    """Return float64 numbers rounded to a format, to nearest even; the result is float64 again.

    Parameters
    ----------
    a : array_like
        Float64 numbers.
    to : Format
        What to round to.
    tail : array_like, optional
        What the true numbers have beyond `a`, less than half a unit in its last place. Only its sign matters, and only
        where `a` lies halfway between two numbers of the format: there it decides, instead of evenness.

    Examples
    --------
    >>> half = FORMATS["float16"]
    >>> round_to([2049.0, 1e-8, 65519.9, 65520.0], half)
    array([ 2048.,     0., 65504.,    inf])
    >>> round_to(2049.0, half, tail=1e-30)
    array(2050.)
    """
    values = np.asarray(a, dtype=np.float64)
    with np.errstate(all="ignore"):
        _, exponent = np.frexp(values)
        # frexp's fraction lies in [1/2, 1): its exponent is one more than that of the leading bit
        spacing = np.maximum(exponent - 1, to.emin) - to.p + 1
        units = np.ldexp(values, -spacing)
        rounded = np.rint(units)
        if tail is not None:
            beyond = np.sign(np.asarray(tail, dtype=np.float64))
            halfway = (np.abs(units - np.trunc(units)) == 0.5) & (beyond != 0)
            rounded = np.where(halfway, np.where(beyond > 0, np.ceil(units), np.floor(units)), rounded)
        result = np.copysign(np.ldexp(rounded, spacing), values)
        result = np.where(np.abs(result) > to.largest, np.copysign(np.inf, values), result)
    return np.asarray(np.where(np.isfinite(values), result, values))
