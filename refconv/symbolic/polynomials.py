"""Polynomials with exact coefficients: the little algebra that proofs are made of and checked by.

A variable is a number (an index into a table that its owner keeps), a monomial a sorted tuple of variables, repeated
as often as the power says. Kept apart from sympy's polynomials: small, quick, and a second opinion.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from fractions import Fraction
from functools import reduce
from math import gcd, lcm
from typing import TypeAlias

__all__ = ["Coefficient", "Monomial", "Polynomial", "total"]

Coefficient: TypeAlias = int | Fraction
Monomial: TypeAlias = tuple[int, ...]


class Polynomial:
    """A polynomial in numbered variables; never changed after it is made.

    Parameters
    ----------
    terms : mapping
        Monomial to coefficient; zeros are dropped.

    Examples
    --------
    >>> x, y = Polynomial.variable(0), Polynomial.variable(1)
    >>> ((x + y) * (x - y)).terms
    {(0, 0): 1, (1, 1): -1}
    """

    __slots__ = ("_hash", "terms")

    def __init__(self, terms: Mapping[Monomial, Coefficient]) -> None:
        """Drop the zeros, and the denominators that are 1."""
        self.terms: dict[Monomial, Coefficient] = {m: _plain(c) for m, c in terms.items() if c}
        self._hash: int | None = None

    @staticmethod
    def constant(value: Coefficient) -> Polynomial:
        """Return a constant."""
        return Polynomial({(): value})

    @staticmethod
    def variable(index: int) -> Polynomial:
        """Return one variable."""
        return Polynomial({(index,): 1})

    def __add__(self, other: Polynomial) -> Polynomial:
        terms = dict(self.terms)
        for monomial, c in other.terms.items():
            terms[monomial] = terms.get(monomial, 0) + c
        return Polynomial(terms)

    def __neg__(self) -> Polynomial:
        return self.scaled(-1)

    def __sub__(self, other: Polynomial) -> Polynomial:
        return self + other.scaled(-1)

    def __mul__(self, other: Polynomial) -> Polynomial:
        terms: dict[Monomial, Coefficient] = {}
        for a, x in self.terms.items():
            for b, y in other.terms.items():
                monomial = tuple(sorted(a + b))
                terms[monomial] = terms.get(monomial, 0) + x * y
        return Polynomial(terms)

    def scaled(self, factor: Coefficient) -> Polynomial:
        """Return a multiple."""
        return Polynomial({m: c * factor for m, c in self.terms.items()})

    def plus(self, number: Coefficient) -> Polynomial:
        """Return it with a number added."""
        return self + Polynomial.constant(number)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Polynomial) and self.terms == other.terms

    def __hash__(self) -> int:
        if self._hash is None:
            self._hash = hash(frozenset(self.terms.items()))
        return self._hash

    def __bool__(self) -> bool:
        return bool(self.terms)

    @property
    def constant_term(self) -> Coefficient:
        """The term without variables."""
        return self.terms.get((), 0)

    @property
    def is_constant(self) -> bool:
        """Whether no variable occurs."""
        return not self.terms or self.terms.keys() == {()}

    @property
    def is_integral(self) -> bool:
        """Whether all coefficients are ints, so that integers go to integers."""
        return all(isinstance(c, int) for c in self.terms.values())

    @property
    def denominator(self) -> int:
        """The least positive number whose multiple of this has ints as coefficients."""
        return lcm(*(c.denominator for c in self.terms.values()))

    @property
    def content(self) -> int:
        """The greatest divisor of all coefficients but the constant one; 0 where there are none. Ints only."""
        return gcd(*(int(c) for m, c in self.terms.items() if m))

    @property
    def degree(self) -> int:
        """The most factors in one monomial; 0 for a constant."""
        return max(map(len, self.terms), default=0)

    def variables(self) -> set[int]:
        """Return the variables that occur."""
        return {v for m in self.terms for v in m}

    def shifted(self, by: Mapping[int, int]) -> Polynomial:
        """Return it with ``x + by[x]`` written for each x that `by` names."""
        if not any(by.values()):
            return self
        return total(
            reduce(Polynomial.__mul__, (Polynomial({(v,): 1, (): by.get(v, 0)}) for v in m), Polynomial.constant(c))
            for m, c in self.terms.items()
        )


def total(polynomials: Iterable[Polynomial]) -> Polynomial:
    """Return the sum.

    Examples
    --------
    >>> total([Polynomial.constant(2), Polynomial.constant(3)]).terms
    {(): 5}
    """
    terms: dict[Monomial, Coefficient] = {}
    for polynomial in polynomials:
        for monomial, c in polynomial.terms.items():
            terms[monomial] = terms.get(monomial, 0) + c
    return Polynomial(terms)


def _plain(c: Coefficient) -> Coefficient:
    return int(c) if c.denominator == 1 else c
