"""From an expression to polynomials and inequalities: where floors, remainders, maxima and minima go.

A floor ``Q = floor(u / v)`` with ``v > 0`` is a new integer variable, and all that is known of it are two
inequalities: ``v*Q <= u`` and ``u <= v*Q + v - 1``. Before one is made, it is brought to a normal form by four rules
(`RULES`), so that equal floors get the same variable. A ceiling is a floor, a remainder is ``u - v*floor(u / v)``; a
maximum is a new variable, or, where a case was chosen, the argument that was chosen.

Part of what a proof rests on: `refconv.symbolic.checking` lowers again what it checks.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from fractions import Fraction
from math import gcd
from typing import Any

import sympy

from refconv.symbolic.polynomials import Polynomial
from refconv.symbolic.ratios import (
    ONE,
    NotUnderstood,
    Ratio,
    added,
    cancelled,
    divided,
    multiplied,
    reduced,
    scaled,
)

__all__ = ["RULES", "Fact", "Lowering", "NeedsCase", "NotUnderstood", "Setting", "rounded"]

RULES = {
    "multiples": "multiples of the divisor come out of a floor: floor((x + m*s)/s) = floor(x/s) + m",
    "factor": "a common factor of divisor and terms is divided out: floor((g*x + c)/(g*s)) = floor((x + floor(c/g))/s)",
    "nested": "nested floors are one floor: floor((floor(x/a) + m)/b) = floor((x + a*m)/(a*b))",
    "ceiling": "a ceiling is a floor: -floor(-x/s) = floor((x - 1)/s) + 1",
}
"""The identities by which floors are brought to a normal form."""

_MOST_POWER = 12


class NeedsCase(Exception):  # noqa: N818
    """A maximum, minimum or absolute value (`args[0]`) that needs a case before it can be lowered."""


@dataclass(frozen=True, slots=True)
class Setting:
    """Where we are in a proof: what is assumed, and which case was entered.

    Examples
    --------
    >>> n, q = sympy.symbols("n q", integer=True)
    >>> Setting((n >= 1,)).remainder(n, 2, 1, q).splits
    ((n, 2, 1, q),)
    """

    assumptions: tuple[Any, ...] = ()
    splits: tuple[tuple[sympy.Symbol, int, int, sympy.Symbol], ...] = ()
    choices: tuple[tuple[sympy.Expr, int], ...] = ()
    extra: tuple[sympy.Expr, ...] = ()

    def remainder(self, x: sympy.Symbol, modulus: int, r: int, q: sympy.Symbol) -> Setting:
        """Return the case ``x = modulus*q + r``."""
        return replace(self, splits=(*self.splits, (x, modulus, r, q)))

    def choosing(self, extremum: sympy.Expr, which: int) -> Setting:
        """Return the case in which a maximum, minimum or absolute value is its argument number `which`."""
        return replace(self, choices=(*self.choices, (extremum, which)))

    def knowing(self, expression: sympy.Expr) -> Setting:
        """Return the case ``expression >= 0``."""
        return replace(self, extra=(*self.extra, expression))


@dataclass(frozen=True, slots=True)
class Fact:
    """Something that is at least 0, and why: a reason, and what it is about."""

    polynomial: Polynomial
    reason: str
    about: Any = None

    def __str__(self) -> str:
        return self.reason if self.about is None else f"{self.about} {self.reason}"


@dataclass(slots=True)
class Lowering:
    """Expressions lowered in one setting: the variables met, and the facts known of them.

    Examples
    --------
    >>> n = sympy.Symbol("n", integer=True, positive=True)
    >>> low = Lowering(Setting())
    >>> low.expression(low.integer(2 * sympy.floor(n / 2) + sympy.Mod(n, 2)))
    n
    """

    setting: Setting
    names: list[sympy.Expr] = field(default_factory=list)
    facts: list[Fact] = field(default_factory=list)
    floors: list[tuple[int, Polynomial, Polynomial]] = field(default_factory=list)
    extrema: list[sympy.Expr] = field(default_factory=list)
    apart: list[tuple[sympy.Expr, Polynomial]] = field(default_factory=list)
    rules: list[tuple[str, tuple[Polynomial, Polynomial], Polynomial]] = field(default_factory=list)
    lower_bounds: dict[int, int] = field(default_factory=dict)
    _index: dict[Any, int] = field(default_factory=dict)
    _done: dict[sympy.Expr, Ratio] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Enter the assumptions: those without floors first, since later ones may divide by what they make positive."""
        plain: list[Any] = []
        rest: list[Any] = []
        for assumption in self.setting.assumptions:
            (rest if assumption.atoms(sympy.Function) else plain).append(assumption)
        for assumption in (*plain, *rest):
            self._assume(assumption)
        for expression in self.setting.extra:
            self.know(self.integer(expression), "this case")

    def integer(self, expression: Any) -> Polynomial:
        """Return an expression as a polynomial with ints as coefficients, or complain."""
        ratio = self.ratio(sympy.sympify(expression))
        if ratio.bottom != ONE or not ratio.top.is_integral:
            raise NotUnderstood(f"{expression} is not known to be an integer")
        return ratio.top

    def sign(self, expression: Any) -> Polynomial:
        """Return a polynomial over the integers that has the sign of an expression: a positive multiple of it."""
        top = self.ratio(sympy.sympify(expression)).top
        return top.scaled(top.denominator)

    def difference(self, relation: Any) -> Polynomial:
        """Return what has the sign of ``lhs - rhs``."""
        return self.sign(sympy.Add(relation.lhs, sympy.Mul(-1, relation.rhs, evaluate=False), evaluate=False))

    def know(self, polynomial: Polynomial, reason: str, about: Any = None) -> None:
        """Enter a fact, rounded: where all terms but the constant share a factor, the constant is floored to it."""
        polynomial = rounded(polynomial)
        if polynomial.is_constant and polynomial.constant_term >= 0:
            return
        if all(polynomial != fact.polynomial for fact in self.facts):
            self.facts.append(Fact(polynomial, reason, about))
        variables = polynomial.variables()
        if len(variables) == 1 and polynomial.degree == 1:
            (x,) = variables
            c = polynomial.terms[x,]
            if c > 0:
                least = -int(polynomial.constant_term // c)
                self.lower_bounds[x] = max(least, self.lower_bounds.get(x, least))

    def least(self, polynomial: Polynomial) -> int | None:
        """Return a lower bound that is plain to see: written from the variables' bounds on, all terms are positive."""
        if not polynomial.variables() <= self.lower_bounds.keys():
            return None
        shifted = polynomial.shifted(self.lower_bounds)
        if any(c < 0 for m, c in shifted.terms.items() if m):
            return None
        return int(shifted.constant_term // 1)

    def expression(self, polynomial: Polynomial) -> sympy.Expr:
        """Return a polynomial in the caller's words."""
        return sympy.Add(
            *(
                sympy.Mul(sympy.Rational(c.numerator, c.denominator), *(self.names[v] for v in m))
                for m, c in polynomial.terms.items()
            )
        )

    def ratio(self, expression: sympy.Expr) -> Ratio:
        """Lower an expression."""
        if expression not in self._done:
            self._done[expression] = self._lowered(expression)
        return self._done[expression]

    def _lowered(self, e: sympy.Expr) -> Ratio:  # noqa: PLR0911 - one for each kind
        if e.is_Rational:
            return Ratio(Polynomial.constant(Fraction(int(e.p), int(e.q))))
        if e.is_Symbol:
            return Ratio(self._symbol(e))
        if e.is_Add:
            return added([self.ratio(a) for a in e.args])
        if e.is_Mul:
            return reduced(multiplied([self.ratio(a) for a in e.args]))
        if e.is_Pow and e.exp.is_Integer and abs(int(e.exp)) <= _MOST_POWER:
            base = self.ratio(e.base)
            if int(e.exp) < 0:
                base = self._inverse(base, e.base)
            return reduced(multiplied([base] * abs(int(e.exp))))
        if isinstance(e, sympy.floor):
            return Ratio(self._floor(self.ratio(e.args[0])))
        if isinstance(e, sympy.ceiling):
            return Ratio(-self._floor(scaled(self.ratio(e.args[0]), -1)))
        if isinstance(e, sympy.Mod):
            u, v = (self.ratio(a) for a in e.args)
            whole = self._floor(reduced(multiplied([u, self._inverse(v, e.args[1])])))
            return added([u, scaled(multiplied([v, Ratio(whole)]), -1)])
        if isinstance(e, sympy.Max | sympy.Min | sympy.Abs):
            return self._extremum(e)
        raise NotUnderstood(f"{e} is not made of +, -, *, /, floor, ceiling, mod, max, min and abs of integers")

    def _symbol(self, x: sympy.Symbol) -> Polynomial:
        if not x.is_integer:
            raise NotUnderstood(f"{x} is not declared an integer")
        for name, modulus, r, q in self.setting.splits:
            if name == x:
                value = self._symbol(q).scaled(modulus).plus(r)
                break
        else:
            if x in self._index:
                return Polynomial.variable(self._index[x])
            value = self._new(x, x)
        if x.is_positive or x.is_nonnegative:
            self.know(value.plus(-1 if x.is_positive else 0), "is positive" if x.is_positive else "is at least 0", x)
        if x.is_negative or x.is_nonpositive:
            self.know(-value.plus(1 if x.is_negative else 0), "is negative" if x.is_negative else "is at most 0", x)
        return value

    def _new(self, key: Any, name: sympy.Expr) -> Polynomial:
        self._index[key] = len(self.names)
        self.names.append(name)
        return Polynomial.variable(self._index[key])

    def _inverse(self, a: Ratio, said: sympy.Expr) -> Ratio:
        for top, bottom in ((a.top, a.bottom), (-a.top, -a.bottom)):
            whole = top.scaled(top.denominator)
            least = self.least(whole)
            if least is not None and least >= 1:
                return Ratio(bottom.scaled(top.denominator), whole)
        raise NotUnderstood(f"the divisor {said} is not known to be positive")

    def _extremum(self, e: sympy.Expr) -> Ratio:
        sign, args = (-1, [-a for a in e.args]) if isinstance(e, sympy.Min) else (1, list(e.args))
        if isinstance(e, sympy.Abs):
            args = [e.args[0], -e.args[0]]
        values = [self.ratio(a) for a in args]
        for chosen, which in self.setting.choices:
            if chosen == e:
                for other in values:
                    more = added([values[which], scaled(other, -1)]).top
                    self.know(more.scaled(more.denominator), "is the argument chosen", e)
                return scaled(values[which], sign)
        if e not in self.extrema:
            self.extrema.append(e)
        if any(v.bottom != ONE or not v.top.is_integral for v in values):
            raise NeedsCase(e)
        key = (sign, frozenset(v.top for v in values))
        if key in self._index:
            return Ratio(Polynomial.variable(self._index[key]).scaled(sign))
        # the variable stands for the maximum itself: of a minimum it is the negative
        result = self._new(key, sign * e)
        bounds = [self.least(v.top) for v in values]
        for v in values:
            self.know(result - v.top, "bounds its arguments", e)
        if known := [b for b in bounds if b is not None]:
            self.know(result.plus(-max(known)), "bounds its arguments", e)
        return Ratio(result.scaled(sign))

    def _floor(self, a: Ratio) -> Polynomial:
        factor = a.top.denominator
        return self._floored(a.top.scaled(factor), a.bottom.scaled(factor))

    def _floored(self, u: Polynomial, v: Polynomial, turned: bool = False) -> Polynomial:  # noqa: PLR0911
        """Return ``floor(u / v)`` for ints as coefficients and v at least 1, by `RULES`, then by a new variable."""
        whole, rest = divided(u, v)
        if whole:
            return self._by("multiples", (u, v), whole + self._floored(rest, v, turned))
        if not u or (u.is_constant and v.is_constant):  # what is left of a constant is in 0 .. v-1
            return Polynomial({})
        if v == ONE:
            return u
        if (g := gcd(u.content, v.content, int(v.constant_term))) > 1:
            small = Polynomial({m: c // g for m, c in u.terms.items()})
            return self._by("factor", (u, v), self._floored(small, Polynomial({m: c // g for m, c in v.terms.items()})))
        smaller = cancelled(Ratio(u, v))
        if smaller.bottom != v:
            return self._by("factor", (u, v), self._floored(smaller.top, smaller.bottom))
        for index, inner, divisor in self.floors:
            x = Polynomial.variable(index)
            if u.terms.get((index,)) == 1 and index not in (u - x).variables():
                return self._by("nested", (u, v), self._floored(inner + divisor * (u - x), divisor * v))
        if not turned and not v.is_constant and u.terms[max(u.terms)] < 0:
            return self._by("ceiling", (u, v), -self._floored((-u).plus(-1), v, turned=True).plus(1))
        return self._floor_variable(u, v)

    def _by(self, rule: str, before: tuple[Polynomial, Polynomial], after: Polynomial) -> Polynomial:
        if (rule, before, after) not in self.rules:
            self.rules.append((rule, before, after))
        return after

    def _floor_variable(self, u: Polynomial, v: Polynomial) -> Polynomial:
        if (u, v) in self._index:
            return Polynomial.variable(self._index[u, v])
        name = sympy.floor(self.expression(u) / self.expression(v), evaluate=False)
        result = self._new((u, v), name)
        self.floors.append((self._index[u, v], u, v))
        self.know(u - v * result, "times the divisor is at most what is divided", name)
        self.know(v * result + v - u.plus(1), "leaves a rest below the divisor", name)
        if not v.is_constant:
            self.know(v.plus(-1), "has a divisor of at least 1", name)
        least = self.least(u)
        if least is not None:
            # a floor of at least 0 is at least 0; of something negative, at least that, since the divisor is at least 1
            least = least // int(v.constant_term) if v.is_constant else min(least, 0)
            self.know(result.plus(-least), f"is at least {least}, as what is divided shows", name)
        return result

    def _assume(self, assumption: Any) -> None:
        if assumption == sympy.true:
            return
        if assumption == sympy.false:
            self.know(Polynomial.constant(-1), "what is assumed contradicts itself")
            return
        difference, reason = self.difference(assumption), "is assumed"
        if isinstance(assumption, sympy.Ne):
            self.apart.append((assumption.lhs - assumption.rhs, difference))
            return
        if isinstance(assumption, sympy.Ge | sympy.Gt | sympy.Eq):
            self.know(difference.plus(-1 if isinstance(assumption, sympy.Gt) else 0), reason, assumption)
        if isinstance(assumption, sympy.Le | sympy.Lt | sympy.Eq):
            self.know((-difference).plus(-1 if isinstance(assumption, sympy.Lt) else 0), reason, assumption)


def rounded(p: Polynomial) -> Polynomial:
    """Return what is at least 0 exactly where `p` is, at integers: divided by a common factor, the constant floored.

    Examples
    --------
    >>> rounded(Polynomial({(0,): 2, (): -1})).terms
    {(0,): 1, (): -1}
    """
    g = p.content
    return Polynomial({m: c // g for m, c in p.terms.items()}) if g > 1 else p
