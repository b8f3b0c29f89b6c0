r"""Integer sums of products, exact at any size of the numbers, at the speed of float64 matrix products.

A float64 holds every integer up to 2^53. While ``terms * max|a| * max|b| <= 2^53`` no partial sum, in whatever
order, leaves that range, so the float64 product is exact. Larger integers are cut into limbs of `bits` bits each,

.. math:: a = \sum_i a_i\,2^{i \cdot bits}, \qquad b = \sum_j b_j\,2^{j \cdot bits}, \qquad
          \sum a b = \sum_{i,j} 2^{(i+j) \cdot bits} \sum a_i b_j,

with the limbs so short that each inner sum is exact again. The limbs carry their number's sign, hence no partial
result exceeds ``terms * max|a| * max|b|``: below 2^63 it is put together in int64, above in Python's ints, and only
a *result* outside int64 is an overflow.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from refconv.errors import IntegerOverflowError
from refconv.ops.tiles import boxes, whole

__all__ = ["FLOAT_EXACT", "ExactIntegers", "exact_sum", "fit", "largest"]

FLOAT_EXACT = 2**53
INT64 = np.iinfo(np.int64)
SUMMED_AT_ONCE = 2**20
WHOLE = 64  # no integer type has more bits: one limb holds all of a number


def largest(a: NDArray[Any]) -> int:
    """Return ``max |a|`` as a Python int, which int64's smallest number does not overflow.

    Examples
    --------
    >>> largest(np.array([3, -128], np.int8))
    128
    """
    return max(int(a.max(initial=0)), -int(a.min(initial=0)))


class ExactIntegers:
    """The exact integer arithmetic for sums of `terms` products of an element of `a` with one of `b`."""

    result = np.dtype(np.int64)

    def __init__(
        self, op: str, terms: int, a: NDArray[Any], b: NDArray[Any], offset: NDArray[Any] | None = None
    ) -> None:
        """Bound the sums, and choose the limbs and the type in which they are put together."""
        bound = terms * largest(a) * largest(b)
        total = bound + (0 if offset is None else largest(offset))
        self.op = op
        self.accumulator = np.dtype(np.int64 if total <= INT64.max else object)
        self.bits = WHOLE if bound <= FLOAT_EXACT else (53 - terms.bit_length()) // 2
        self.plain = np.dtype(np.float64) if self.bits == WHOLE else None
        self.width = 8 if self.plain else 8 * (1 + max(self._limbs_of(a), self._limbs_of(b)))

    def multiply(self, a: NDArray[Any], b: NDArray[Any], out: NDArray[Any] | None = None) -> NDArray[Any]:
        """Return ``a @ b`` exactly: of float64 as float64, of integers, cut into limbs, in the accumulator's type."""
        if self.plain:
            product: NDArray[Any] = np.matmul(a, b, out=out)
            return product
        total: Any = 0
        for i, a_limb in enumerate(_limbs(a, self._limbs_of(a), self.bits)):
            for j, b_limb in enumerate(_limbs(b, self._limbs_of(b), self.bits)):
                total = total + self._exact_product(a_limb, b_limb) * 2 ** ((i + j) * self.bits)
        exact: NDArray[Any] = total
        return exact

    def _exact_product(self, a: NDArray[Any], b: NDArray[Any]) -> NDArray[Any]:
        product: NDArray[Any] = np.matmul(a, b).astype(np.int64)
        return product.astype(self.accumulator, copy=False)

    def summed(self, total: NDArray[Any]) -> NDArray[Any]:
        """Return sums of products, which float64 may have held, in the accumulator's type."""
        if total.dtype == np.float64:
            total = total.astype(np.int64)
        return total.astype(self.accumulator, copy=False)

    def _limbs_of(self, a: NDArray[Any]) -> int:
        return max(-(-largest(a).bit_length() // self.bits), 1)

    def finish(self, total: NDArray[Any]) -> NDArray[Any]:
        """Return the sums as int64, or raise if one of them does not fit."""
        if self.accumulator != object:
            return total
        return fit(self.op, total)


def exact_sum(op: str, a: NDArray[Any], axes: tuple[int, ...]) -> NDArray[Any]:
    """Return the exact int64 sum of integers along `axes`, or raise if one of them does not fit."""
    terms = int(np.prod([a.shape[axis] for axis in axes]))
    if terms * largest(a) <= INT64.max:
        total: NDArray[Any] = a.sum(axis=axes, dtype=np.int64)
        return total
    # halves of 32 bits add up in int64 without a carry for as long as a box is shorter than 2^31
    total = np.zeros([size for axis, size in enumerate(a.shape) if axis not in axes], object)
    for box in boxes(whole(*a.shape), SUMMED_AT_ONCE):
        high, low = (a[box] >> 32).sum(axis=axes), (a[box] & 0xFFFFFFFF).sum(axis=axes)
        kept = tuple(part for axis, part in enumerate(box) if axis not in axes)
        total[kept] += high.astype(object) * 2**32 + low.astype(object)
    return fit(op, total)


def _limbs(a: NDArray[Any], count: int, bits: int) -> list[NDArray[Any]]:
    # abs wraps -2^63 onto itself, and read as unsigned that is 2^63, which is right
    magnitude = a if a.dtype == np.uint64 else np.abs(a.astype(np.int64)).astype(np.uint64)
    sign = np.where(a < 0, -1.0, 1.0)
    mask = np.uint64(2**bits - 1)
    return [((magnitude >> np.uint64(i * bits)) & mask).astype(np.float64) * sign for i in range(count)]


def fit(op: str, total: NDArray[Any]) -> NDArray[Any]:
    """Return Python ints as int64, or raise if one of them does not fit."""
    for value in total.flat:
        if not INT64.min <= value <= INT64.max:
            raise IntegerOverflowError(
                op,
                "an exact result does not fit in int64.",
                f"result = {value}, but int64 ends at {INT64.min if value < 0 else INT64.max}.",
                fix="Pass the operands with astype(object) for Python's unbounded ints, or astype(float) to round.",
            )
    return total.astype(np.int64)
