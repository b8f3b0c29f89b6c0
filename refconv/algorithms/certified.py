r"""When a convolution by FFT may be rounded to integers: a bound on its error, below 1/2 by construction.

Take transforms whose lengths are powers of two, t in the exponents' sum over the axes. On its way from an entry to an
output each number passes t levels of the transform; a level multiplies with a twiddle factor and adds, which in complex
numbers errs by at most :math:`\sqrt5 u` and u, relatively. With `LEVEL` = 8 in their place, twiddle factors may be
wrong by :math:`4.7 u` themselves. Then for sums over C channels

.. math:: |\hat y - y| \le \kappa \sum_c \|x_c\|_2 \|w_c\|_2, \qquad
          \kappa = (1 + 8u)^{3t} (1 + 3u) (1 + u)^{C + 1} - 1

three transforms, one complex product and C - 1 sums each, one division by the length: for the first two transforms in
the 2-norm, for the last entry by entry, with Parseval and Cauchy-Schwarz between them. (C. Percival, Math. Comp. 72,
2003; R. Brent, C. Percival, P. Zimmermann, Math. Comp. 76, 2007; N. Higham, Accuracy and Stability, ch. 24.)

Integers of a and b bits have :math:`\|x\| \|w\| < 2^{a+b} \sqrt{n_x n_w}`. Where that is too much, they are cut into
limbs, and the transforms of the limbs are put together in Python's ints.
"""

from __future__ import annotations

from collections.abc import Iterator
from math import expm1, floor, log1p, log2, sqrt
from typing import Any

import numpy as np

from refconv.arithmetic.integers import ceil_div
from refconv.ops.elements import Array

__all__ = ["LEVEL", "cuts", "integers_of", "kappa", "largest_bits", "limbs", "room"]

LEVEL = 8
"""Units of roundoff that one level of a transform may err by, relatively."""


def kappa(levels: int, terms: int, u: float) -> float:
    """Return the error of a convolution by FFT, as a multiple of ``sum_c |x_c| |w_c|``.

    Examples
    --------
    >>> kappa(levels=12, terms=64, u=2.0**-53) < 1e-13
    True
    """
    return expm1(3 * levels * log1p(LEVEL * u) + log1p(3 * u) + (terms + 1) * log1p(u))


def room(levels: int, terms: int, sizes: tuple[int, int]) -> int:
    """Return how many bits both operands of a product may have together for float64 to give it exactly.

    Parameters
    ----------
    levels : int
        Sum of the exponents of the transforms' lengths.
    terms : int
        Channels (filters, samples) that are summed.
    sizes : tuple of int
        Samples of one plane of each operand, zeros between them not counted.

    Returns
    -------
    int
        Less than 2 where nothing can be certified: for some 10^8 channels.

    Examples
    --------
    >>> room(levels=12, terms=64, sizes=(58 * 58, 9))
    29
    """
    terms = max(terms, 1)
    # half a bit is left for the rounding of these lines themselves
    return floor(-log2(kappa(levels, terms, 2.0**-53) * terms * sqrt(sizes[0]) * sqrt(sizes[1])) - 1.5)


def cuts(bits: int, a_bits: int, b_bits: int) -> tuple[int, int]:
    """Return the lengths of the limbs of two operands: as long as both together have room for, the shorter one whole.

    Examples
    --------
    >>> cuts(30, 12, 18), cuts(30, 5, 60), cuts(30, 60, 60)
    ((12, 18), (5, 25), (15, 15))
    """
    short = min(a_bits, b_bits, bits // 2)
    if a_bits + b_bits <= bits:
        return a_bits, b_bits
    return (short, bits - short) if a_bits <= b_bits else (bits - short, short)


def integers_of(a: Array) -> bool:
    """Return whether an array of objects holds nothing but ints.

    Examples
    --------
    >>> integers_of(np.array([1, 2**70], object)), integers_of(np.array([1, 0.5], object))
    (True, False)
    """
    return all(isinstance(e, int) for e in a.flat)


def largest_bits(a: Array) -> int:
    """Return the bits of the largest number, at least 1.

    Examples
    --------
    >>> largest_bits(np.array([3, -8], object)), largest_bits(np.array([0], object))
    (4, 1)
    """
    return max((abs(int(e)).bit_length() for e in a.flat), default=1) or 1


def limbs(a: Array, bits: int, length: int) -> Iterator[tuple[int, Array]]:
    """Yield the limbs of an array of ints as floats, each with the power of two that it counts.

    Examples
    --------
    >>> [(shift, limb.tolist()) for shift, limb in limbs(np.array([9, -6], object), 4, 2)]
    [(0, [1.0, -2.0]), (2, [2.0, -1.0])]
    """
    flat = [int(e) for e in a.flat]
    for place in range(ceil_div(bits, length)):
        shift, mask = place * length, (1 << length) - 1
        digits: list[Any] = [((abs(e) >> shift) & mask) * (-1 if e < 0 else 1) for e in flat]
        yield shift, np.array(digits, np.float64).reshape(a.shape)
