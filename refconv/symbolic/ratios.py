"""Quotients of polynomials with a denominator known to be at least 1: adding, multiplying, cancelling, dividing out."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from refconv.symbolic.polynomials import Polynomial, total

__all__ = ["ONE", "NotUnderstood", "Ratio", "added", "cancelled", "divided", "multiplied", "reduced", "scaled"]

ONE = Polynomial.constant(1)
_MOST_TERMS = 4000


class NotUnderstood(Exception):  # noqa: N818 - not an error of the caller's: it ends as an `Undecided`
    """What occurs in the expression is beyond this method; the message says what."""


@dataclass(slots=True)
class Ratio:
    """A numerator over a denominator that is a product of polynomials known to be at least 1."""

    top: Polynomial
    bottom: Polynomial = ONE


def scaled(a: Ratio, factor: int) -> Ratio:
    """Return a multiple."""
    return Ratio(a.top.scaled(factor), a.bottom)


def multiplied(parts: list[Ratio]) -> Ratio:
    """Return the product."""
    top, bottom = ONE, ONE
    for part in parts:
        if len(top.terms) * len(part.top.terms) > _MOST_TERMS:
            raise NotUnderstood(f"a product of {len(parts)} factors has too many terms")
        top, bottom = top * part.top, bottom * part.bottom
    return Ratio(top, bottom)


def added(parts: list[Ratio]) -> Ratio:
    """Return the sum."""
    bottoms = {part.bottom for part in parts}
    if len(bottoms) == 1:
        return reduced(Ratio(total(part.top for part in parts), parts[0].bottom))
    result = parts[0]
    for part in parts[1:]:
        result = reduced(Ratio(result.top * part.bottom + part.top * result.bottom, result.bottom * part.bottom))
    return result


def reduced(a: Ratio) -> Ratio:
    """Cancel numbers, and variables where the denominator is one monomial."""
    if not a.top:
        return Ratio(a.top)
    if len(a.bottom.terms) != 1:
        return a
    ((monomial, c),) = a.bottom.terms.items()
    return cancelled(Ratio(a.top.scaled(Fraction(1, c)), Polynomial({monomial: 1})))


def cancelled(a: Ratio) -> Ratio:
    """Cancel common variables where the denominator is one monomial: each variable in it is then at least 1."""
    if len(a.bottom.terms) != 1:
        return a
    ((monomial, _),) = a.bottom.terms.items()
    for x in monomial:
        if all(x in m for m in a.top.terms):
            a = Ratio(_without(a.top, x), _without(a.bottom, x))
    return a


def _without(p: Polynomial, x: int) -> Polynomial:
    return Polynomial({(*m[: (i := m.index(x))], *m[i + 1 :]): c for m, c in p.terms.items()})


def divided(u: Polynomial, v: Polynomial) -> tuple[Polynomial, Polynomial]:
    """Return ``w, u - v*w``, taking out of each term the multiples of a divisor that is one monomial."""
    if len(v.terms) != 1:
        return Polynomial({}), u
    ((divisor, c),) = v.terms.items()
    whole: dict[tuple[int, ...], Any] = {}
    for m, a in u.terms.items():
        rest = list(m)
        for x in divisor:
            if x not in rest:
                break
            rest.remove(x)
        else:
            whole[tuple(rest)] = a // c
    w = Polynomial(whole)
    return w, u - v * w
