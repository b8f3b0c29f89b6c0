"""Which output of a layer reads which input, along one axis; and how paths are counted along such links."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from itertools import repeat
from operator import add

from refconv.arithmetic.geometry import Axis

__all__ = ["Links", "links", "pairs", "pulled", "reached"]

Links = tuple[tuple[slice, slice], ...]
"""For each tap the outputs that have it on a pixel, and that pixel for each of them."""


@lru_cache(maxsize=1024)
def links(axis: Axis, transposed: bool = False) -> Links:
    """Return, tap by tap, which outputs read which inputs; what lies on padding is left out.

    Examples
    --------
    >>> links(Axis(4, 3, lo=1, hi=1))
    ((slice(1, 4, None), slice(0, 3, 1)), (slice(0, 4, None), slice(0, 4, 1)), (slice(0, 3, None), slice(1, 4, 1)))
    """
    found = []
    for m in range(axis.k):
        windows, positions = axis.landing(m, axis.lo, axis.lo + axis.n)
        found.append((positions, windows) if transposed else (windows, positions))
    return tuple(found)


def pulled(counts: list[int], ways: Links, n: int) -> list[int]:
    """Return how many paths lead to each of `n` inputs, from how many led to each output.

    Examples
    --------
    >>> pulled([1, 1, 1, 1], links(Axis(4, 3, lo=1, hi=1)), 4)
    [2, 3, 3, 2]
    """
    found = [0] * n
    for outputs, inputs in ways:
        found[inputs] = list(map(add, found[inputs], counts[outputs]))
    return found


def pairs(ways: Links) -> Iterator[tuple[int, int, int]]:
    """Yield each link: its tap, the output and the input.

    Examples
    --------
    >>> list(pairs(links(Axis(2, 3, lo=1, hi=1))))
    [(0, 1, 0), (1, 0, 0), (1, 1, 1), (2, 0, 1)]
    """
    for m, both in enumerate(ways):
        outputs, inputs = (range(part.start, part.stop, part.step or 1) for part in both)
        yield from zip(repeat(m), outputs, inputs)


def reached(counts: list[int]) -> list[int]:
    """Return the positions that at least one path leads to.

    Examples
    --------
    >>> reached([2, 0, 3])
    [0, 2]
    """
    return [q for q, paths in enumerate(counts) if paths]
