"""How one layer reads, along one axis: records, whatever the size of the input.

Every output reads a comb of its input's positions, evenly spaced; and after some outputs the pattern comes again, some
positions further on. `comb(i)` gives the comb, `cycle` gives the two numbers. All that is said about fields, coverage
and influence asks a layer for nothing else.

===========  ==========================================================================================
record       layers
===========  ==========================================================================================
Layer        convolution, pooling (global: k = n), linear over all pixels (k = n), crop, slice and pad
             (k = 1, lo = -begin), elementwise (k = 1), broadcast of one position (k = 1, s = 0)
Transposed   transposed convolution, up-sampling by repetition and pixel shuffle (k = s)
Resampled    nearest, linear and cubic resizing by any ratio; `resized` makes one
===========  ==========================================================================================
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction
from math import gcd, lcm
from typing import NamedTuple, TypeAlias

from refconv.arithmetic.integers import Integer, ceil_div
from refconv.arithmetic.sizes import effective_kernel_size, read_position
from refconv.errors import ArgumentError

__all__ = ["METHODS", "Comb", "Layer", "Read", "Resampled", "Transposed", "resized"]


class Comb(NamedTuple):
    """Evenly spaced positions: `count` of them from `start` on, `step` apart.

    Examples
    --------
    >>> list(Comb(start=-1, step=2, count=3).positions)
    [-1, 1, 3]
    """

    start: Integer
    step: Integer
    count: Integer

    @property
    def positions(self) -> range:
        """The positions in order; for numbers only."""
        return range(self.start, self.start + self.count * self.step, self.step)


@dataclass(frozen=True, slots=True)
class Layer:
    """A convolution or pooling: output `i` reads ``i*s + m*d - lo`` with each tap ``m < k``.

    Attributes
    ----------
    k, s, d : int
        Taps, stride and dilation.
    lo : int
        Padding before the input; that after it moves no window.

    Examples
    --------
    >>> Layer(k=3, d=2, lo=2)
    Layer(k=3, s=1, d=2, lo=2)
    """

    k: Integer
    s: Integer = 1
    d: Integer = 1
    lo: Integer = 0

    @property
    def cycle(self) -> tuple[Integer, Integer]:
        """After how many outputs the pattern comes again, and how many positions further on."""
        return 1, self.s

    def comb(self, i: Integer) -> Comb:
        """Return the positions that output `i` reads, on an input without end.

        Examples
        --------
        >>> Layer(3, s=2, d=4, lo=1).comb(5)
        Comb(start=9, step=4, count=3)
        """
        return Comb(read_position(i, 0, self.s, self.d, self.lo), self.d, self.k)


@dataclass(frozen=True, slots=True)
class Transposed:
    """A transposed convolution: output `i` reads each `j` with ``j*s + m*d - lo == i`` for some tap ``m < k``.

    The stride is a number; with stride 1 all else may be symbols.

    Attributes
    ----------
    k, s, d : int
        Taps, stride and dilation.
    lo : int
        Samples cropped from the output's beginning; what is cropped from its end moves no window.
    """

    k: Integer
    s: Integer = 1
    d: Integer = 1
    lo: Integer = 0

    @property
    def cycle(self) -> tuple[Integer, Integer]:
        """After how many outputs the pattern comes again, and how many positions further on."""
        return self.s, 1

    def comb(self, i: Integer) -> Comb:
        """Return the positions that output `i` reads, on an input without end; there may be none.

        Examples
        --------
        >>> [list(Transposed(3, s=2).comb(i).positions) for i in range(3)]
        [[-1, 0], [0], [0, 1]]
        >>> Transposed(1, s=2).comb(1).count
        0
        """
        if self.s == 1:
            return Comb(i + self.lo + 1 - effective_kernel_size(self.k, self.d), self.d, self.k)
        shared = gcd(self.d, self.s)
        step, turn = self.d // shared, self.s // shared
        target, rest = divmod(i + self.lo, shared)
        # the first tap that lands on i; every turn-th after it does too
        first = target * pow(step, -1, turn) % turn
        if rest or first >= self.k:
            return Comb(0, 1, 0)
        count = ceil_div(self.k - first, turn)
        last = first + (count - 1) * turn
        return Comb((i + self.lo - last * self.d) // self.s, step, count)


@dataclass(frozen=True, slots=True)
class Resampled:
    """A resizing: output `i` reads ``floor((a*i + b) / c) + t`` for ``t < taps``, no further than the input's ends.

    Attributes
    ----------
    a, b, c : int
        Output `i` stands at ``(a*i + b) / c`` of the input, as far as its first tap goes; ``a >= 0``, ``c > 0``.
    taps : int
        How many neighbouring positions.
    interpolate : bool
        Whether the weights are those of an interpolation: on a whole position all but tap ``(taps - 1) // 2`` have
        weight zero and do not count as read.
    """

    a: int
    b: int = 0
    c: int = 1
    taps: int = 1
    interpolate: bool = False

    @property
    def cycle(self) -> tuple[int, int]:
        """After how many outputs the pattern comes again, and how many positions further on."""
        shared = gcd(self.a, self.c)
        return self.c // shared, self.a // shared

    def comb(self, i: int) -> Comb:
        """Return the positions that output `i` reads, on an input without end.

        Examples
        --------
        >>> doubled = resized(5, 10, "linear")
        >>> [list(doubled.comb(i).positions) for i in range(3)]
        [[-1, 0], [0, 1], [0, 1]]
        """
        start, rest = divmod(self.a * i + self.b, self.c)
        if self.interpolate and rest == 0:
            return Comb(start + (self.taps - 1) // 2, 1, 1)
        return Comb(start, 1, self.taps)


Read: TypeAlias = Layer | Transposed | Resampled
"""How a layer reads along one axis."""

METHODS = {"nearest": 1, "linear": 2, "cubic": 4}
"""Resizing methods, and how many taps each has."""


def resized(
    n: int,
    out: int,
    method: str = "nearest",
    coordinates: str = "half_pixel",
    rounding: str = "round_prefer_floor",
    ratio: Fraction | None = None,
) -> Resampled:
    """Return how a resizing from `n` to `out` positions reads.

    Parameters
    ----------
    n, out : int
        The sizes before and after.
    method : str
        "nearest", "linear" or "cubic" (the cubic of four taps).
    coordinates : str
        Where output `i` stands on the input: "half_pixel" ``(i + 1/2) * ratio - 1/2``, "pytorch_half_pixel" the
        same but 0 where out is 1, "asymmetric" ``i * ratio``, or "align_corners" ``i * (n - 1) / (out - 1)``.
    rounding : str
        For "nearest", how that place becomes a position: "floor", "ceil", "round_prefer_floor" or "round_prefer_ceil".
    ratio : Fraction, optional
        Input positions per output; by default ``n / out``. Not used with "align_corners".

    Returns
    -------
    Resampled
        Computed exactly; programs that round places to float32 may read a neighbour of it where one is near an edge.

    Examples
    --------
    PyTorch's "nearest" is asymmetric with floor; its "nearest-exact" is half_pixel with round_prefer_ceil.

    >>> resized(3, 5, "nearest", "asymmetric", "floor")
    Resampled(a=3, b=0, c=5, taps=1, interpolate=False)
    >>> resized(3, 5, "linear", "align_corners")
    Resampled(a=1, b=0, c=2, taps=2, interpolate=True)
    """
    slope, intercept = _place(n, out, coordinates, Fraction(n, out) if ratio is None else ratio)
    width = METHODS.get(method)
    if width is None:
        raise _unknown("method", method, METHODS)
    if width == 1:
        shift = _rounding_shift(rounding, (slope, intercept))
        place, interpolate = intercept + shift, False
    else:
        place, interpolate = intercept - (width - 2) // 2, True
    c = _common(slope, place)
    return Resampled(int(slope * c), int(place * c), c, width, interpolate)


def _place(n: int, out: int, coordinates: str, ratio: Fraction) -> tuple[Fraction, Fraction]:
    """Return slope and intercept of an output's place on the input."""
    lines = {
        "half_pixel": (ratio, (ratio - 1) / 2),
        "pytorch_half_pixel": (ratio, (ratio - 1) / 2 if out > 1 else Fraction(0)),
        "asymmetric": (ratio, Fraction(0)),
        "align_corners": (Fraction(n - 1, out - 1) if out > 1 else Fraction(0), Fraction(0)),
    }
    if coordinates not in lines:
        raise _unknown("coordinates", coordinates, lines)
    return lines[coordinates]


def _rounding_shift(rounding: str, line: tuple[Fraction, Fraction]) -> Fraction:
    """Return what to add before taking the floor; places are multiples of one over their common denominator."""
    half = Fraction(1, 2)
    atom = Fraction(1, _common(*line, half))
    shifts = {
        "floor": Fraction(0),
        "ceil": 1 - atom,
        "round_prefer_ceil": half,
        "round_prefer_floor": half - atom,
    }
    if rounding not in shifts:
        raise _unknown("rounding", rounding, shifts)
    return shifts[rounding]


def _common(*fractions: Fraction) -> int:
    return lcm(*(fraction.denominator for fraction in fractions))


def _unknown(name: str, value: str, words: Iterable[str]) -> ArgumentError:
    return ArgumentError(
        "resized",
        f"{name} is {value!r}, which is not known.",
        f"{name} is one of {', '.join(map(repr, words))}.",
        fix="Take one of these.",
    )
