"""Round arrays to narrower floating-point types and back, NumPy only."""

from __future__ import annotations

import numpy as np


def to_bits(a, dropped):
    """Round float32 to nearest, ties to even, after dropping so many bits of the fraction."""
    a = a.astype(np.float32)
    bits = a.view(np.uint32)
    odd = bits >> np.uint32(dropped) & np.uint32(1)
    half = np.uint32(2 ** (dropped - 1) - 1) + odd
    kept = np.uint32(2**32 - 2**dropped)
    return np.where(np.isfinite(a), (bits + half & kept).view(np.float32), a)


def tf32(a):
    return to_bits(a, 13)


def bfloat16(a):
    return to_bits(a, 16)


def float16(a):
    with np.errstate(over="ignore"):
        return a.astype(np.float16).astype(np.float32)


def floats_only(rounding):
    """Leave integers alone."""
    return lambda a: a if a.dtype.kind in "iu" else rounding(a)
