"""Numbers that tell how they came about: refconv's own functions, called with them, write their formula down.

A `Told` is an int, with the sum that made it in letters and in numbers beside it. So no formula is written in the
explorer: what stands beside a figure is what the function did that computed it.
"""

from __future__ import annotations

from typing import Any, NamedTuple

__all__ = ["Sum", "Told", "named"]


class Sum(NamedTuple):
    """Terms with their signs, and the plain numbers among them added up.

    Examples
    --------
    >>> Sum(((1, "n"), (-1, "d*(k - 1)")), 1).text
    'n - d*(k - 1) + 1'
    """

    terms: tuple[tuple[int, str], ...] = ()
    rest: int = 0

    @property
    def text(self) -> str:
        """The sum as one writes it."""
        parts = [*self.terms]
        if self.rest or not parts:
            parts.append((1 if self.rest >= 0 else -1, str(abs(self.rest))))
        text = "".join((" + " if sign > 0 else " - ") + term for sign, term in parts)
        return text[3:] if parts[0][0] > 0 else "-" + text[3:]

    @property
    def factor(self) -> str:
        """The same as it stands in a product."""
        alone = (len(self.terms) == 1 and not self.rest and self.terms[0][0] > 0) or (not self.terms and self.rest >= 0)
        return self.text if alone else f"({self.text})"

    @property
    def below(self) -> str:
        """The same as it stands under a fraction."""
        return f"({self.factor})" if "*" in self.factor and self.factor[0] != "(" else self.factor

    def plus(self, other: Sum) -> Sum:
        """Return the sum of both."""
        return Sum(self.terms + other.terms, self.rest + other.rest)

    def negative(self) -> Sum:
        """Return the sum with all signs turned."""
        return Sum(tuple((-sign, term) for sign, term in self.terms), -self.rest)

    def times(self, other: Sum) -> Sum:
        """Return the product as one term; a plain 1 is not written."""
        for one, two in ((self, other), (other, self)):
            if not one.terms and one.rest == 1:
                return two
        return Sum(((1, f"{self.factor}*{other.factor}"),))

    def over(self, other: Sum, *, exact: bool) -> Sum:
        """Return the quotient rounded down, as one term; where nothing is lost there is nothing to round."""
        if exact:
            return Sum(((1, f"{self.factor}/{other.below}"),))
        return Sum(((1, f"floor({self.factor}/{other.below})"),))


class Told(int):
    """An int that knows the sum it came from, in letters and in numbers.

    Examples
    --------
    >>> from refconv.arithmetic.sizes import effective_kernel_size
    >>> span = effective_kernel_size(named(3, "k"), named(2, "d"))
    >>> int(span), span.letters.text, span.numbers.text
    (5, 'd*(k - 1) + 1', '2*(3 - 1) + 1')
    """

    letters: Sum
    numbers: Sum

    def __add__(self, other: int) -> Told:
        return _told(int(self) + int(other), *(mine.plus(theirs) for mine, theirs in _both(self, other)))

    def __radd__(self, other: int) -> Told:
        return self + other  # plain numbers are collected at the end

    def __sub__(self, other: int) -> Told:
        return _told(int(self) - int(other), *(mine.plus(theirs.negative()) for mine, theirs in _both(self, other)))

    def __rsub__(self, other: int) -> Told:
        return -self + other

    def __neg__(self) -> Told:
        return _told(-int(self), self.letters.negative(), self.numbers.negative())

    def __mul__(self, other: Any) -> Any:
        if not isinstance(other, int):
            return int(self) * other
        return _told(int(self) * int(other), *(mine.times(theirs) for mine, theirs in _both(self, other)))

    def __rmul__(self, other: Any) -> Any:
        if not isinstance(other, int):
            return other * int(self)
        return _told(int(self) * int(other), *(theirs.times(mine) for mine, theirs in _both(self, other)))

    def __floordiv__(self, other: int) -> Told:
        if type(other) is int and other == 1:
            return self
        pairs = _both(self, other)
        if pairs[0][0] == pairs[0][1]:
            return _told(1, Sum(rest=1), Sum(rest=1))
        exact = int(self) % int(other) == 0 and all(one.text.isalnum() for one in pairs[0])
        return _told(int(self) // int(other), *(mine.over(theirs, exact=exact) for mine, theirs in pairs))


def named(value: int, name: str) -> Told:
    """Return a number under its name, as one gives it to a function of refconv.

    Examples
    --------
    >>> (1 + named(-2, "lo")).numbers.text
    '-2 + 1'
    """
    sign, size = (1, value) if value >= 0 else (-1, -value)
    return _told(value, Sum(((1, name),)), Sum(((sign, str(int(size))),)))


def _told(value: int, letters: Sum, numbers: Sum) -> Told:
    told = Told(value)
    told.letters, told.numbers = letters, numbers
    return told


def _both(one: Told, other: int) -> tuple[tuple[Sum, Sum], tuple[Sum, Sum]]:
    """Return the two sums in letters and the two in numbers; a plain int is the same in both."""
    plain = Sum(rest=int(other))
    if isinstance(other, Told):
        return (one.letters, other.letters), (one.numbers, other.numbers)
    return (one.letters, plain), (one.numbers, plain)
