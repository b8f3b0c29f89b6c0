"""Cases by the thousand: every small combination along one axis, and drawn ones."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product

import numpy as np

from refconv.arithmetic.sizes import transposed_output_size
from refconv.oracle.cases import Case
from refconv.oracle.draw import draw_case, from_rng
from refconv.oracle.suites.draft import Draft

__all__ = ["drawn", "grid"]

_NUMBERS = tuple(product((1, 2, 3), (1, 2, 3), (1, 2, 3), (0, 1, 2), (0, 1, 2)))
"""Kernel size, stride, dilation, and padding on both sides."""


def grid() -> Iterator[Draft]:
    """Yield a draft for each combination of small numbers along W, with and without groups.

    The other axes go through the same combinations in another order, so that pairs of axes differ.

    Examples
    --------
    >>> len(list(grid()))
    486
    """
    count = len(_NUMBERS)
    # 64 and 100 share no factor with 3: every combination occurs on each axis
    for number, groups in product(range(count), (1, 2)):
        rows = (number * 100 % count, (number * 64 + 11) % count, number)
        k, s, d, lo, hi = zip(*(_NUMBERS[row] for row in rows), strict=True)
        # 5 windows without the padding, and as many outputs of a transposed convolution as are not cropped
        n = tuple(transposed_output_size(5, *each) + number % each[1] for each in zip(k, s, d, strict=True))
        yield Draft(
            "every small combination",
            n=(n[0], n[1], n[2]),
            k=k,
            s=s,
            d=d,
            p=((lo[0], hi[0]), (lo[1], hi[1]), (lo[2], hi[2])),
            groups=groups,
            inside=1 + number % 2,
            outside=1 + number // 2 % 2,
        )


def drawn(op: str, count: int, precision: str, seed: int, fills: tuple[str, ...] = ("integers",)) -> list[Case]:
    """Return drawn cases, one fill after the other.

    Examples
    --------
    >>> len(drawn("conv1d", 3, "float32", 0))
    3
    """
    integer = from_rng(np.random.default_rng(seed))
    return [draw_case(integer, op, fill=fills[i % len(fills)], precision=precision) for i in range(count)]
