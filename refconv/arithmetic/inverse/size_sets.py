"""Sets of sizes that repeat: arithmetic progressions, listed, tested and put into words."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from heapq import merge
from itertools import count, takewhile
from math import lcm
from typing import NamedTuple

__all__ = ["Period", "Progression", "SizeSet"]


@dataclass(frozen=True, slots=True, order=True)
class Progression:
    """The sizes ``first, first + step, ...`` up to `last`, or without end.

    Attributes
    ----------
    first, step : int
        The smallest size, and the distance to the next.
    last : int or None
        The largest size; None where there is none.

    Examples
    --------
    >>> 28 in Progression(12, 16), 28 in Progression(12, 16, last=20)
    (True, False)
    """

    first: int
    step: int
    last: int | None = None

    def __contains__(self, n: object) -> bool:
        """Tell whether a size is one of them."""
        inside = isinstance(n, int) and n >= self.first and (self.last is None or n <= self.last)
        return inside and (n - self.first) % self.step == 0  # type: ignore[operator]

    def __iter__(self) -> Iterator[int]:
        """Go through them in order."""
        if self.last is None:
            return count(self.first, self.step)
        return iter(range(self.first, self.last + 1, self.step))


class Period(NamedTuple):
    """How a set of sizes repeats: from `start` on, n is in it just if ``n mod modulus`` is one of `residues`.

    `modulus` and `start` are the least for which that is so; `exceptions` are the sizes of the set before `start`.

    Examples
    --------
    >>> Period(modulus=16, residues=(12,), start=173, exceptions=())
    Period(modulus=16, residues=(12,), start=173, exceptions=())
    """

    modulus: int
    residues: tuple[int, ...]
    start: int
    exceptions: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class SizeSet:
    """Sizes, as disjoint progressions; endless ones mostly.

    Attributes
    ----------
    progressions : tuple of Progression
        Disjoint ones; their sizes together are the set.

    Examples
    --------
    >>> sizes = SizeSet((Progression(188, 16),))
    >>> print(sizes)
    n mod 16 = 12, n >= 188
    >>> 572 in sizes, sizes.within(180, 240)
    (True, [188, 204, 220, 236])
    """

    progressions: tuple[Progression, ...]

    def __contains__(self, n: object) -> bool:
        """Tell whether a size is in the set."""
        return any(n in progression for progression in self.progressions)

    def __iter__(self) -> Iterator[int]:
        """Go through the sizes in order; that may not end."""
        return merge(*self.progressions)

    def __bool__(self) -> bool:
        """Tell whether there is any."""
        return bool(self.progressions)

    def within(self, first: int, last: int) -> list[int]:
        """Return the sizes from `first` to `last`, both included.

        Examples
        --------
        >>> SizeSet((Progression(3, 4), Progression(2, 4, last=9))).within(5, 12)
        [6, 7, 11]
        """
        cut = []
        for each in self.progressions:
            start = each.first + max(-(-(first - each.first) // each.step), 0) * each.step
            cut.append(Progression(start, each.step, last if each.last is None else min(each.last, last)))
        return list(merge(*cut))

    @property
    def smallest(self) -> int | None:
        """The smallest size; None where there is no size at all."""
        return min((each.first for each in self.progressions), default=None)

    @property
    def period(self) -> Period:
        """The same set as residues: see `Period`."""
        endless = [each for each in self.progressions if each.last is None]
        modulus = lcm(*(each.step for each in endless))
        residues = {(each.first + shift) % modulus for each in endless for shift in range(0, modulus, each.step)}
        shorter = next(m for m in range(1, modulus + 1) if modulus % m == 0 and _repeats(residues, modulus, m))
        wrong = [each.first - each.step for each in endless]  # the last size that lacks what the residue promises
        wrong += [
            each.last - (each.last - each.first) % each.step for each in self.progressions if each.last is not None
        ]
        start = max([0, *wrong]) + 1
        before = tuple(takewhile(lambda n: n < start, self))
        return Period(shorter, tuple(sorted({r % shorter for r in residues})), start, before)

    def __str__(self) -> str:
        """Say it in a line."""
        modulus, residues, start, exceptions = self.period
        words = []
        if exceptions:
            words.append(f"n = {_listed(exceptions)}")
        if residues:
            first = next(n for n in self if n >= start)
            which = "" if modulus == 1 else f"n mod {modulus} = {_listed(residues)}, "
            words.append(f"{which}n >= {first}")
        return "; or ".join(words) or "no size"


def _repeats(residues: set[int], modulus: int, shorter: int) -> bool:
    return all((r + shorter) % modulus in residues for r in residues)


def _listed(numbers: tuple[int, ...]) -> str:
    *most, last = map(str, numbers)
    return f"{', '.join(most)} or {last}" if most else last
