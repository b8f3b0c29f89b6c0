"""The receptive fields of a graph of layers, on an input without end.

After an up-sampling the outputs differ: a field then has a *period* of P outputs, each *phase* with a first and a
last input pixel, and P outputs further on the same again `advance` input pixels further on. Where nothing was
up-sampled P is 1, all is as in `receptive_field`, and everything may be a symbol.

A *join* (sum, product, concatenation) depends on all that its branches depend on. Branches whose jumps differ drift
apart without end, so that their join has no field of this kind: it is *undefined*; `support` still tells, for an input
of a given size, which pixels are read. Branches whose centres differ are joined, and reported in the `Alignment`.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import astuple, dataclass
from fractions import Fraction
from functools import reduce
from itertools import pairwise
from math import gcd, lcm
from numbers import Integral, Rational
from typing import TypeAlias

from refconv.arithmetic.integers import Integer, half, maximum, minimum
from refconv.arithmetic.reads import Comb, Layer, Read, Transposed
from refconv.arithmetic.receptive_field import LayerLike
from refconv.errors import ArgumentError, ArgumentTypeError

__all__ = ["Alignment", "Field", "join"]

Interval: TypeAlias = "tuple[Integer, Integer] | None"
"""The first and the last of some positions; None for no position."""


@dataclass(frozen=True, slots=True)
class Field:
    """The receptive fields of all outputs along one axis, in input pixels.

    Attributes
    ----------
    phases : tuple of (first, last)
        The field of each of the first P outputs; None for one that depends on nothing.
    advance : int
        How much further on the next P fields lie. None where branches of unequal jump were joined: undefined.

    Examples
    --------
    >>> field = Field().through(Layer(3, s=2)).through(Transposed(2, s=2)).through(Layer(3))
    >>> field.period, field.sizes, field.size, field.jump, field.offset
    (2, (5, 5), 5, 1, Fraction(2, 1))
    """

    phases: tuple[Interval, ...] = ((0, 0),)
    advance: Integer = 1

    @property
    def period(self) -> int:
        """The number of phases, P."""
        return len(self.phases)

    @property
    def defined(self) -> bool:
        """Whether there is such a field; False after a join of unequal jumps, where all else here is None."""
        return self.advance is not None

    @property
    def reads(self) -> bool:
        """Whether any output depends on anything."""
        return any(phase is not None for phase in self.phases)

    @property
    def jump(self) -> Integer:
        """Distance between neighbouring outputs' fields, on average over a period: an int or a Fraction."""
        if not self.defined:
            return None
        return self.advance if self.period == 1 else _part(self.advance, Fraction(1, self.period))

    @property
    def sizes(self) -> tuple[Integer, ...]:
        """The size of each phase's field, from its first pixel to its last; 0 for none."""
        if not self.defined:
            return ()
        return tuple(0 if phase is None else phase[1] - phase[0] + 1 for phase in self.phases)

    @property
    def size(self) -> Integer:
        """The largest of the sizes."""
        return reduce(maximum, self.sizes) if self.defined else None

    @property
    def padding(self) -> Integer:
        """How far the first output's field begins before input pixel 0; None where it depends on nothing."""
        first = self.region(0)
        return None if first is None else -first[0]

    @property
    def offset(self) -> Integer:
        """The centre of the first output's field; a Fraction, as in `ReceptiveField`. None where it has none."""
        region = self.region(0)
        return None if region is None else half(region[0] + region[1])

    @property
    def centre(self) -> Integer:
        """Where the first output stands: the offset, or the mean over a period of each field's centre less its jumps.

        An up-sampling gives neighbouring outputs the same field; on average the centres still move on by the jump.
        """
        if not self.defined or not self.reads or self.period == 1:
            return self.offset
        along = enumerate(self.phases)
        places = [half(phase[0] + phase[1]) - i * self.jump for i, phase in along if phase is not None]
        return sum(places, Fraction(0)) / len(places)

    def region(self, i: Integer) -> Interval:
        """Return the first and the last input pixel of output `i`'s field, or None where it depends on nothing.

        Examples
        --------
        >>> upsampled = Field().through(Transposed(4, s=2, lo=1))
        >>> [upsampled.region(i) for i in range(4)]
        [(-1, 0), (0, 1), (0, 1), (1, 2)]
        """
        if not self.defined:
            return None
        turns, phase = (i, self.phases[0]) if self.period == 1 else (i // self.period, self.phases[i % self.period])
        return None if phase is None else (phase[0] + turns * self.advance, phase[1] + turns * self.advance)

    def through(self, read: Read | LayerLike) -> Field:
        """Return the field after one more layer.

        Examples
        --------
        >>> Field(((-1, 3),), 2).through(Layer(3, s=2))
        Field(phases=((-1, 7),), advance=4)
        """
        layer: Read = read if isinstance(read, Read) else Layer(read.k, read.s, read.d, read.lo)
        if not self.defined:
            return self
        _check_numbers(self, layer)
        outputs, inputs = layer.cycle
        if self.period == 1:
            period, advance = outputs, self.advance * inputs
        else:
            turns = self.period // gcd(self.period, inputs)
            period, advance = outputs * turns, self.advance * (inputs * turns // self.period)
        _check_period(period)
        return _shortest(tuple(self._hull(layer.comb(i)) for i in range(period)), advance)

    def _hull(self, comb: Comb) -> Interval:
        """Return the first and the last pixel that the outputs at these positions depend on."""
        start, step, count = comb
        phase = self.phases[0]
        if self.period == 1:
            if phase is None or count == 0:
                return None
            return phase[0] + start * self.advance, phase[1] + (start + (count - 1) * step) * self.advance
        # of positions in the same phase only the first and the last count
        classes = self.period // gcd(self.period, step)
        numbers = {*range(min(count, classes)), *range(max(count - classes, 0), count)}
        return _around(self.region(start + number * step) for number in numbers)


NOTHING = Field((None,), 0)
"""The field of an output that depends on no pixel of the input."""

UNDEFINED = Field((None,), None)
"""The field after a join of branches whose jumps differ."""

MAX_PERIOD = 2**16
"""More phases than this are refused: they come of resizing by unlike ratios, one after the other."""


@dataclass(frozen=True, slots=True)
class Alignment:
    """How the branches of a join lie to one another, along one axis; branches that read nothing are left out.

    Attributes
    ----------
    jumps : tuple
        The jump of each branch.
    offsets : tuple
        Where each branch's first output stands: its field's `centre`.
    jumps_equal : bool or None
        None where symbols leave it open; the join is then taken as if they were.
    centres_equal : bool or None
        Whether all branches stand at the same place, on average over a period. None where symbols leave it open.
    """

    jumps: tuple[Integer, ...]
    offsets: tuple[Integer, ...]
    jumps_equal: bool | None = True
    centres_equal: bool | None = True

    @property
    def aligned(self) -> bool | None:
        """Whether jumps and centres are equal; None where symbols leave it open."""
        return _all((self.jumps_equal, self.centres_equal))


def join(fields: Iterable[Field]) -> tuple[Field, Alignment]:
    """Return the field of what depends on all of these, and how they lie to one another.

    Examples
    --------
    >>> wide, narrow = Field().through(Layer(3, d=2, lo=2)), Field().through(Layer(2))
    >>> field, alignment = join((wide, narrow))
    >>> field.size, field.padding, alignment.aligned, alignment.offsets
    (5, 2, False, (Fraction(0, 1), Fraction(1, 2)))
    >>> join((Field(), Field().through(Layer(1, s=2))))[0].defined
    False
    """
    branches = [field for field in fields if field.reads or not field.defined]
    jumps, offsets = tuple(field.jump for field in branches), tuple(field.centre for field in branches)
    if not branches:
        return NOTHING, Alignment((), ())
    first, *others = branches
    if not others and first.defined:
        return first, Alignment(jumps, offsets)
    if not all(field.defined for field in branches):
        return UNDEFINED, Alignment(jumps, offsets, None, None)
    jumps_equal = _all(_equal(first.jump, field.jump) for field in others)
    if jumps_equal is False:
        return UNDEFINED, Alignment(jumps, offsets, False, False)
    period = lcm(*(field.period for field in branches))
    _check_period(period)
    regions = [tuple(field.region(i) for field in branches) for i in range(period)]
    centres_equal = _all(_equal(first.centre, field.centre) for field in others)
    advance = first.advance * (period // first.period)
    if period > 1 and not all(map(_apart_by_numbers, regions)):
        raise ArgumentTypeError(
            "receptive field",
            "branches are joined behind an up-sampling, and symbols leave open how they lie to one another.",
            fix="Give numbers from the first up-sampling on.",
        )
    field = _shortest(tuple(map(_around, regions)), advance)
    return field, Alignment(jumps, offsets, jumps_equal, centres_equal)


def _apart_by_numbers(regions: Iterable[Interval]) -> bool:
    """Return whether branches lie at numbers from one another, so that the outermost of them is known."""
    found = [region for region in regions if region is not None]
    differences = [there - here for one, other in pairwise(found) for here, there in zip(one, other, strict=True)]
    return all(isinstance(each, Rational) or each.expand().is_number for each in differences)


def _around(regions: Iterable[Interval]) -> Interval:
    found = [region for region in regions if region is not None]
    if not found:
        return None
    return reduce(minimum, (first for first, _ in found)), reduce(maximum, (last for _, last in found))


def _shortest(phases: tuple[Interval, ...], advance: Integer) -> Field:
    """Return the same field with the smallest period."""
    if all(phase is None for phase in phases):
        return NOTHING
    whole = len(phases)
    for period in range(1, whole // 2 + 1):
        if whole % period == 0 and all(
            _follows(before, after, advance, Fraction(period, whole))
            for before, after in zip(phases, phases[period:], strict=False)
        ):
            return Field(phases[:period], _part(advance, Fraction(period, whole)))
    return Field(phases, advance)


def _follows(before: Interval, after: Interval, advance: Integer, part: Fraction) -> bool:
    """Return whether `after` lies that part of `advance` further on than `before`."""
    if before is None or after is None:
        return before is after
    return all(
        _equal((there - here) * part.denominator, advance * part.numerator) is True
        for here, there in zip(before, after, strict=True)
    )


def _part(whole: Integer, part: Fraction) -> Integer:
    """Return that part of a whole: an int where it is one, else a Fraction or an expression."""
    quotient = Fraction(whole) * part if isinstance(whole, Integral) else whole * part.numerator / part.denominator
    return int(quotient) if isinstance(quotient, Fraction) and quotient.denominator == 1 else quotient


def _equal(a: Integer, b: Integer) -> bool | None:
    """Return whether two numbers or expressions are equal, or None where that is open."""
    difference = a - b
    if isinstance(difference, Rational):
        return difference == 0
    answer: bool | None = difference.expand().is_zero
    return answer


def _all(answers: Iterable[bool | None]) -> bool | None:
    """Return the `and` of answers of which some are open."""
    given = set(answers)
    return False if False in given else None if None in given else True


def _check_period(period: int) -> None:
    if period > MAX_PERIOD:
        raise ArgumentError(
            "receptive field",
            f"the fields of {period} outputs all differ, which is more than {MAX_PERIOD}.",
            fix="Resize by ratios with smaller numerator and denominator, or ask `support` for one output.",
        )


def _check_numbers(field: Field, layer: Read) -> None:
    """Symbols go through window layers, and stride-1 transposed ones, as long as all outputs are alike."""
    alike = field.period == 1 and (isinstance(layer, Layer) or (isinstance(layer, Transposed) and layer.s == 1))
    if not alike and not all(isinstance(value, Integral) for value in astuple(layer)):
        raise ArgumentTypeError(
            "receptive field",
            f"{layer} has symbols, but from an up-sampling on the outputs differ, and a layer must have numbers.",
            fix="Give numbers from the first up-sampling on.",
        )
