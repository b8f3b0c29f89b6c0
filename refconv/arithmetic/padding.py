"""Which input position a padded position shows, for each padding mode.

The same map serves the numeric padding, its adjoint and the loops of the definition.
"""

from __future__ import annotations

from collections import Counter

from refconv.arithmetic.geometry import Axis, Geometry
from refconv.arithmetic.integers import product

__all__ = ["PADDING_MODES", "multiplicity", "source_position", "terms_per_pixel"]

PADDING_MODES = ("zeros", "reflect", "replicate", "circular")


def source_position(q: int, n: int, mode: str = "zeros") -> int | None:
    """Return the input position seen at position `q`, or None where a zero is seen.

    Inside ``0 .. n-1`` that is `q` itself. "reflect" mirrors about the edge pixels without repeating them and
    so reaches at most ``n - 1`` beyond either end; "replicate" repeats the edge pixel; "circular" goes round.

    Examples
    --------
    >>> [source_position(q, 4, "reflect") for q in range(-2, 6)]
    [2, 1, 0, 1, 2, 3, 2, 1]
    >>> [source_position(q, 4, "circular") for q in range(-2, 6)]
    [2, 3, 0, 1, 2, 3, 0, 1]
    """
    if 0 <= q < n:
        return q
    if mode == "reflect":
        return -q if q < 0 else 2 * (n - 1) - q
    if mode == "replicate":
        return 0 if q < 0 else n - 1
    if mode == "circular":
        return q % n
    return None


def multiplicity(axis: Axis, mode: str = "zeros") -> int:
    """Return how often, at most, one input position is seen in the padded axis: a bound, at least 1.

    Examples
    --------
    >>> multiplicity(Axis(4, 3, lo=3), "replicate")
    4
    """
    if mode == "zeros":
        return 1
    seen = Counter(source_position(q, axis.n, mode) for q in axis.margins)
    return 1 + max(seen.values(), default=0)


def terms_per_pixel(plan: Geometry) -> int:
    """Return how many (window, tap) pairs, at most, see one input position: every tap, wherever padding shows it.

    Examples
    --------
    >>> terms_per_pixel(Geometry(1, 1, 1, (Axis(4, 3, lo=3),), padding_mode="replicate"))
    12
    """
    seen: int = product(multiplicity(axis, plan.padding_mode) * axis.k for axis in plan.axes)
    return seen
