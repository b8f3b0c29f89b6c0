"""Correct rounding by fractions, bit by bit: independent of what refconv.oracle does with floats."""

from __future__ import annotations

import math
from fractions import Fraction


def nearest(value: Fraction, kind) -> float:
    """Return the number of the format nearest to `value`, ties to even, as a float; infinite where it overflows."""
    if value == 0:
        return 0.0
    size = abs(value)
    exponent = size.numerator.bit_length() - size.denominator.bit_length()
    exponent -= size < Fraction(2) ** exponent
    spacing = Fraction(2) ** (max(exponent, kind.emin) - kind.p + 1)
    rounded = round(size / spacing) * spacing  # Python rounds a fraction's ties to even
    if rounded >= Fraction(2) ** (kind.emax + 1):
        return math.inf if value > 0 else -math.inf
    return float(rounded) * (1 if value > 0 else -1)
