r"""Two products for each result, and a sum that has to be rounded: correctly rounded results, at zero tolerance.

Let p be the significant bits of the result. One factor is dense: odd integers of B bits, B at most 8, of any sign. The
other is zero but for two places that each result meets: ``+-1`` and ``+-2**-(p + t)``, t from 0 to 3. A result is then

.. math:: \pm m_1 \pm m_2\, 2^{-(p + t)}, \qquad m_1, m_2 \text{ odd, of } B \text{ bits.}

Both products are exact, as one factor is a power of two. The unit in the last place of ``m1``, in p bits, is
``2**(B - p)``, so that the second term is the fraction ``m2 / 2**(B + t)`` of it: a number between ``2**-(t + 1)`` and
``2**-t``, neither 0 nor 1/2 nor 1, because m2 is odd and B at least 2. As m1 is neither ``2**(B - 1)`` nor ``2**B``,
the sum stays in its binade. It falls strictly between two neighbours and not halfway: with t = 0 just above the
middle to just below the far one, with t = 1 just below the middle, with t = 3 close to the near one. (db, which sums dy
alone, may lie halfway, and goes to the even one.)

Whatever the order, with FMA or without, adding zeros rounds nothing: a kernel makes one rounding, and to nearest is
the only right one. It has no room for truncation, for a second rounding, or for a scale of ``1 + 2e-6``. There is no
bias, as that would be a third term.

Which factor is sparse depends on the result that has two terms; the third array has a single 1, so that the other
results are exact (or again sums of two products).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from refconv.arithmetic.geometry import Geometry
from refconv.arithmetic.integers import product
from refconv.oracle.fills.room import Arrays, Numbers, Rng, by_role, formats, signs

if TYPE_CHECKING:
    from refconv.oracle.cases import Case

__all__ = ["two_terms", "two_terms_dw", "two_terms_dx"]


def two_terms(case: Case, rng: Rng) -> Arrays:
    """Return arrays for which y has two products: w is sparse.

    Each filter has two weights, where it can at one tap of two channels: a window has both or, where that tap lies on
    padding, neither.
    """
    return _two_terms(case, rng, "y")


def two_terms_dx(case: Case, rng: Rng) -> Arrays:
    """Return arrays for which dx has two products, where a window's tap lands at all: w is sparse, dy dense."""
    return _two_terms(case, rng, "dx")


def two_terms_dw(case: Case, rng: Rng) -> Arrays:
    """Return arrays for which dw has two products: dy (of a transposed convolution x) has two samples a channel."""
    return _two_terms(case, rng, "dw")


def _two_terms(case: Case, rng: Rng, result: str) -> Arrays:
    plan = case.plan
    x, w, y = (np.zeros(shape) for shape in (plan.x_shape, plan.w_shape, plan.y_shape))
    bits = _bits(case, plan)
    role = case.operation.role(result)
    if role == "y":
        x = _odd(plan.x_shape, bits, rng)
        w = _pairs(case, rng, plan.filters, plan.group_channels, product(plan.kernel_size)).reshape(plan.w_shape)
        _spot(y)
    elif role == "x":
        y = _odd(plan.y_shape, bits, rng)
        if plan.padding_mode != "zeros":
            _clear_rims(y, plan)
        pairs = _pairs(case, rng, plan.channels, plan.group_filters, product(plan.kernel_size))
        w = pairs.reshape(plan.groups, plan.group_channels, plan.group_filters, -1).swapaxes(1, 2).reshape(plan.w_shape)
        _spot(x)
    else:
        x = _odd(plan.x_shape, bits, rng)
        y = _pairs(case, rng, plan.filters, 1, plan.batch * product(plan.output_size))
        y = y.reshape(plan.filters, plan.batch, *plan.output_size).swapaxes(0, 1)
        _spot(w)
    return by_role(case, x, w, y, np.zeros(case.y_shape[1]))


def _bits(case: Case, plan: Geometry) -> int:
    """Return B: few, and few enough for db, the sum of a whole channel, to need no rounding."""
    inputs, sums, _ = formats(case)
    summed = plan.batch * max(product(plan.size), product(plan.output_size))
    return max(min(8, inputs.p, sums.p - int(summed).bit_length()), 2)


def _odd(shape: tuple[int, ...], bits: int, rng: Rng) -> Numbers:
    return (2.0 * rng.integers(2 ** (bits - 2), 2 ** (bits - 1), shape) + 1) * signs(rng, shape)


def _pairs(case: Case, rng: Rng, rows: int, channels: int, places: int) -> Numbers:
    """Return rows of ``channels * places`` zeros, each with its two weights: in one place of two channels if it can."""
    _, _, output = formats(case)
    table = np.zeros((rows, channels, places))
    for row in table:
        if channels > 1:
            here = [(channel, rng.integers(places)) for channel in rng.choice(channels, 2, replace=False)]
            here[1] = (here[1][0], here[0][1])
        else:
            here = [(0, place) for place in rng.choice(places, min(places, 2), replace=False)]
        for place, size in zip(here, (1.0, 2.0 ** -(output.p + int(rng.integers(4)))), strict=False):
            row[place] = size * (2 * rng.integers(2) - 1)
    return table


def _clear_rims(y: Numbers, plan: Geometry) -> None:
    """Put 0 at windows with a tap on padding: what it shows belongs to an input that has its two products already."""
    for number, axis in enumerate(plan.axes, start=2):
        np.moveaxis(y, number, 0)[list(axis.rim)] = 0


def _spot(array: Numbers) -> None:
    """Put a 1 in the middle."""
    if array.size:
        array.reshape(-1)[array.size // 2] = 1.0
