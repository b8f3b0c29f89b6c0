r"""What convolutions by Winograd's transforms and by FFT may round: bounds by norms, not by each element's own terms.

**Winograd, F(m, k).** Along one axis m outputs of a k-tap filter are :math:`A^T[(G w) \odot (B^T x)]`, with matrices
made from m + k - 2 points and infinity (Cook and Toom). Rounded, each step errs relative to the sums of absolute values
that it forms, so with N roundings on the way an output errs by at most

.. math:: \big((1 + u)^N - 1\big) \sum_c |A^T| \big( |G| |w_c| \odot |B^T| |x_c| \big)
          \le \big((1 + u)^N - 1\big) \beta \sum_c \max|x_c| \max|w_c|, \qquad
          \beta = \max_i \sum_j |A^T|_{ij} \Big(\sum_l |G|_{jl}\Big) \Big(\sum_l |B^T|_{jl}\Big),

and in several axes by the product of their :math:`\beta`. Those are exact here, computed with fractions for an axis 8
for F(2,3), 48 for F(4,3), 68 for F(6,3), where plain sums have at most k. N counts for each axis the transforms of w
(k), of x and of the result (m + k - 1 each), with one rounding more each for a coefficient, and then the product and
the channels. The gradient for w sums, for k outputs, products over tiles of m: F(k, m), over all tiles. A kernel may
compute with smaller tiles than its name says; the bound of larger ones covers it.

**FFT.** With transforms of length 2^t and unit roundoff u for the twiddle factors too, a cyclic convolution errs, in
its largest element, by at most

.. math:: \|x\|_2 \|w\|_2 \big( (1 + u)^{6t} (1 + \sqrt5 u)^{3t + 1} - 1 \big)

(Percival, Math. Comp. 72, 2003; the transforms are those of Higham, Accuracy and Stability, ch. 24). Here t adds up the
axes, each padded to a power of two, and the sum over channels is one rounding each more. Transforms of other radices
round a little differently; the next power of two is granted for them.
"""

from __future__ import annotations

from fractions import Fraction

import numpy as np

from refconv.arithmetic.integers import ceil_div, product
from refconv.errors import ArgumentError
from refconv.oracle.products import Doubles
from refconv.oracle.requests import Request
from refconv.oracle.truth import Truth

__all__ = ["ALGORITHMS", "amplification", "cook_toom", "mixed_bound"]

ALGORITHMS = ("direct", "winograd", "winograd2", "winograd4", "winograd6", "fft")
"""``winograd6`` is F(6, k), and ``winograd`` the same: the largest tile in common use."""

Matrix = list[list[Fraction]]


def mixed_bound(true: Truth, u: float, algorithm: str) -> Doubles:
    """Return what an algorithm that mixes samples may round, for each element."""
    asked = true.request
    if asked is None or asked.of == "db":
        if asked is None:
            raise ArgumentError(
                "compare", f"the bound of {algorithm!r} needs the arrays.", fix="Pass what truth(...) returned."
            )
        return np.zeros(true.value.shape)
    if algorithm == "fft":
        return asked.norms(2) * _fft_factor(asked, true.terms, u)
    tile = 6 if algorithm == "winograd" else int(algorithm.removeprefix("winograd"))
    return asked.norms(np.inf) * _winograd_factor(asked, tile, u)


def _winograd_factor(asked: Request, tile: int, u: float) -> float:
    plan = asked.call.plan
    beta, roundings = 1.0, 1
    tiles = 1
    for axis in plan.axes:
        if axis.k == 1:
            continue
        outputs, taps = (axis.k, tile) if asked.role == "w" else (tile, axis.k)
        beta *= float(amplification(outputs, taps))
        roundings += (taps + 1) + 2 * (outputs + taps)
        tiles *= ceil_div(axis.out, tile)
    summed = {"y": plan.group_channels, "x": plan.group_filters, "w": plan.batch * tiles}[asked.role]
    scale = tiles if asked.role == "w" else 1
    return float(np.expm1((roundings + summed + 1) * np.log1p(u)) * beta * scale)


def _fft_factor(asked: Request, terms: int, u: float) -> float:
    plan = asked.call.plan
    t = sum(int(axis.padded + axis.span - 1).bit_length() + 1 for axis in plan.axes)
    return float(np.expm1(6 * t * np.log1p(u) + (3 * t + 1) * np.log1p(np.sqrt(5) * u) + terms * np.log1p(u)))


def amplification(m: int, k: int) -> Fraction:
    r"""Return :math:`\beta` of F(m, k): how much larger the sums of absolute values may be than max|x| max|w|.

    Examples
    --------
    >>> [float(round(amplification(m, 3), 1)) for m in (2, 4, 6)]
    [8.0, 48.0, 67.7]
    """
    a, g, b = cook_toom(m, k)
    weight = [sum(map(abs, g_row)) * sum(map(abs, b_row)) for g_row, b_row in zip(g, b, strict=True)]
    return max(sum((abs(entry) * each for entry, each in zip(row, weight, strict=True)), Fraction(0)) for row in a)


def cook_toom(m: int, k: int) -> tuple[Matrix, Matrix, Matrix]:
    """Return the matrices A^T, G and B^T of F(m, k), for the points 0, 1, -1, 2, -2, 1/2, -1/2, 4, ... and infinity.

    Examples
    --------
    >>> [[int(entry) for entry in row] for row in cook_toom(2, 3)[2]]
    [[-1, 0, 1, 0], [0, 1, 1, 0], [0, -1, 1, 0], [0, -1, 0, 1]]
    """
    count = m + k - 1
    points = _points(count - 1)
    a = [[*(point**i for point in points), Fraction(i == m - 1)] for i in range(m)]
    g, b = [], []
    for at, point in enumerate(points):
        others = points[:at] + points[at + 1 :]
        norm = product([point - other for other in others])
        g.append([point**i / norm for i in range(k)])
        b.append(_polynomial(others, count))
    g.append([Fraction(i == k - 1) for i in range(k)])
    b.append(_polynomial(points, count))
    return a, g, b


def _points(count: int) -> list[Fraction]:
    points = [Fraction(0), Fraction(1), Fraction(-1)]
    power = 2
    while len(points) < count:
        points += [Fraction(power), Fraction(-power), Fraction(1, power), Fraction(-1, power)]
        power *= 2
    return points[:count]


def _polynomial(roots: list[Fraction], length: int) -> list[Fraction]:
    """Return the coefficients of the product of (x - root), lowest first."""
    coefficients = [Fraction(1)]
    for root in roots:
        shifted = [Fraction(0), *coefficients]
        coefficients = [s - root * c for s, c in zip(shifted, [*coefficients, Fraction(0)], strict=True)]
    return coefficients + [Fraction(0)] * (length - len(coefficients))
