"""Formulas from text, by a small grammar of its own: nothing of the text is ever executed.

::

    claim      = relation { "and" relation }
    relation   = sum { ("==" | "=" | "!=" | "<=" | ">=" | "<" | ">") sum }     a chain means all of it, as in Python
    sum        = product { ("+" | "-") product }
    product    = signed { ("*" | "/" | "//" | "%" | "mod") signed }            "/" is exact, "//" rounds down
    signed     = { "+" | "-" } power
    power      = atom [ "**" signed ]                                          the exponent is an integer, or a name
    atom       = integer | name | function "(" claim { "," claim } ")" | "(" claim ")"
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, NoReturn

import sympy

from refconv.errors import ArgumentError
from refconv.symbolic.symbols import symbol

__all__ = ["FUNCTIONS", "parse", "parse_with_divisors"]

_MOST_CHARACTERS, _MOST_DEPTH, _MOST_DIGITS, _MOST_BITS = 2000, 40, 40, 4096

_TOKEN = re.compile(r"\s*(?:(\d+)|([^\W\d]\w*)|(\*\*|//|==|!=|<=|>=|[-+*/%()<>=,])|(\S))", re.ASCII)

FUNCTIONS: dict[str, tuple[int, int, Callable[..., Any]]] = {
    "floor": (1, 1, sympy.floor),
    "ceil": (1, 1, sympy.ceiling),
    "ceiling": (1, 1, sympy.ceiling),
    "abs": (1, 1, sympy.Abs),
    "mod": (2, 2, sympy.Mod),
    "min": (1, 16, sympy.Min),
    "max": (1, 16, sympy.Max),
}
"""What may be called, with the least and the most arguments. Capitals make no difference: ``Mod``, ``Max``."""

_RELATIONS = {
    "==": sympy.Eq,
    "=": sympy.Eq,
    "!=": sympy.Ne,
    "<=": sympy.Le,
    ">=": sympy.Ge,
    "<": sympy.Lt,
    ">": sympy.Gt,
}


def parse(text: str) -> Any:
    """Read a formula or a claim.

    Parameters
    ----------
    text : str
        Integers, names, ``+ - * / // % **``, parentheses, floor, ceil, mod, min, max, abs, comparisons and ``and``.
        Names become the symbols of `refconv.symbolic.symbol`.

    Returns
    -------
    sympy expression, relation, or And of relations
        Functions and relations are kept as they are written, not simplified.

    Raises
    ------
    ArgumentError
        For anything else; it points at the character.

    Examples
    --------
    >>> parse("(n + 2*p - k)//s + 1")
    floor((-k + n + 2*p)/s) + 1
    >>> parse("ceil(h/2) == floor((h - 1)/2) + 1")
    Eq(ceiling(h/2), floor(h/2 - 1/2) + 1)
    >>> parse("n + $")
    Traceback (most recent call last):
        ...
    refconv.errors.ArgumentError: parse: '$' means nothing here.
      n + $
          ^
      Use integers, names, + - * / // % ** and comparisons.
    """
    if not isinstance(text, str):
        raise ArgumentError("parse", f"{text!r} is not text.", fix="Give a formula such as 'floor(n/2) + 1'.")
    return parse_with_divisors(text)[0]


def parse_with_divisors(text: str) -> tuple[Any, tuple[Any, ...]]:
    """Return what `parse` does, and what the text divides by that may be 0: sympy cancels ``x/x`` at once.

    Examples
    --------
    >>> parse_with_divisors("x/x == n/n")
    (Eq(1, 1), (x,))
    """
    if len(text) > _MOST_CHARACTERS:
        fix = f"Use at most {_MOST_CHARACTERS}."
        raise ArgumentError("parse", f"the formula has {len(text)} characters.", fix=fix)
    reader = _Reader(text)
    result = reader.claim()
    if reader.kind != "end":
        reader.fail(f"{reader.token!r} comes after the end of the formula.", "Join the parts with an operator.")
    return result, tuple(dict.fromkeys(reader.divisors))


@dataclass(slots=True)
class _Reader:
    text: str
    end: int = 0
    start: int = 0
    depth: int = 0
    kind: str = ""
    token: str = ""
    used: list[str] = field(default_factory=list)
    divisors: list[Any] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.advance()

    def advance(self) -> None:
        """Read the next token."""
        found = _TOKEN.match(self.text, self.end)
        if found is None:
            self.kind, self.token, self.start = "end", "", len(self.text.rstrip())
            return
        self.kind = ("number", "name", "sign", "unknown")[(found.lastindex or 4) - 1]
        self.token, self.start, self.end = found[found.lastindex or 4], found.start(found.lastindex or 4), found.end()
        if self.kind == "unknown":
            self.fail(f"{self.token!r} means nothing here.", "Use integers, names, + - * / // % ** and comparisons.")

    def fail(self, problem: str, fix: str, at: int | None = None) -> NoReturn:
        """Complain, with a caret under the character."""
        at = self.start if at is None else at
        left = max(0, at - 60)
        line = re.sub(r"\s", " ", self.text[left : at + 40])
        raise ArgumentError("parse", problem, line, " " * (at - left) + "^", fix=fix)

    def accept(self, *tokens: str) -> str:
        """Take the next token if it is one of these."""
        if self.kind in ("sign", "name") and self.token in tokens:
            taken = self.token
            self.advance()
            return taken
        return ""

    def claim(self) -> Any:
        """Read relations joined by ``and``."""
        self.depth += 1
        if self.depth > _MOST_DEPTH:
            self.fail(f"more than {_MOST_DEPTH} levels of parentheses.", "Use fewer.")
        parts, at = [self.relation()], self.start
        while self.accept("and"):
            parts.append(self.relation())
        if len(parts) > 1 and not all(map(_is_claim, parts)):
            self.fail("'and' joins comparisons.", "Compare both sides with something.", at)
        self.depth -= 1
        return sympy.And(*parts, evaluate=False) if len(parts) > 1 else parts[0]

    def relation(self) -> Any:
        """Read a comparison, or a chain of them, or just an expression."""
        at, left = self.start, self.sum()
        parts = []
        while sign := self.accept(*_RELATIONS):
            right = self.sum()
            if _is_claim(left) or _is_claim(right):
                self.fail("a comparison is compared.", "Compare numbers.", at)
            parts.append(_RELATIONS[sign](left, right, evaluate=False))
            left = right
        if not parts:
            return left
        return sympy.And(*parts, evaluate=False) if len(parts) > 1 else parts[0]

    def sum(self) -> Any:
        """Read terms."""
        at, result = self.start, self.product()
        while sign := self.accept("+", "-"):
            other = self.product()
            result = self.number(result, at) + (1 if sign == "+" else -1) * self.number(other, at)
        return result

    def product(self) -> Any:
        """Read factors."""
        at, result = self.start, self.signed()
        while sign := self.accept("*", "/", "//", "%", "mod"):
            there = self.start
            other = self.number(self.signed(), there)
            result = self.number(result, at)
            if sign != "*" and other == 0:
                self.fail("division by zero.", "Divide by something positive.", there)
            if sign != "*":
                self.divides_by(other)
            result = self.bounded(
                {
                    "*": lambda a, b: a * b,
                    "/": lambda a, b: a / b,
                    "//": lambda a, b: _as_written(sympy.floor, a / b),
                    "%": lambda a, b: _as_written(sympy.Mod, a, b),
                    "mod": lambda a, b: _as_written(sympy.Mod, a, b),
                }[sign](result, other),
                there,
            )
        return result

    def signed(self) -> Any:
        """Read signs before a power."""
        sign = 1
        while taken := self.accept("+", "-"):
            sign = -sign if taken == "-" else sign
        at, result = self.start, self.power()
        return result if sign == 1 else -self.number(result, at)

    def power(self) -> Any:
        """Read a power; it binds to the right."""
        at, base = self.start, self.atom()
        if not self.accept("**"):
            return base
        self.depth += 1
        if self.depth > _MOST_DEPTH:
            self.fail("too many powers of powers.", "Use fewer.")
        there = self.start
        exponent = self.number(self.signed(), there)
        self.depth -= 1
        base = self.number(base, at)
        if exponent.is_number and not (exponent.is_Integer and abs(exponent) <= 64):
            self.fail(f"the exponent {_short(exponent)} is not an integer up to 64.", "Use a smaller one.", there)
        if base.is_Rational and exponent.is_Integer:
            if base == 0 and exponent < 0:
                self.fail("division by zero.", "Use a positive exponent.", there)
            if max(abs(base.p), base.q).bit_length() * abs(int(exponent)) > _MOST_BITS:
                self.fail("the number is too large.", "Use a smaller exponent.", there)
        if not exponent.is_nonnegative:
            self.divides_by(base)
        return self.bounded(base**exponent, at)

    def divides_by(self, divisor: Any) -> None:
        """Remember a divisor that may be 0."""
        if divisor.is_zero is not False:
            self.divisors.append(divisor)

    def atom(self) -> Any:
        """Read a number, a name, a call or something in parentheses."""
        kind, token, at = self.kind, self.token, self.start
        if kind == "number":
            if len(token) > _MOST_DIGITS:
                self.fail(f"a number of {len(token)} digits.", f"Use at most {_MOST_DIGITS} digits.")
            self.advance()
            return sympy.Integer(int(token))
        if self.accept("("):
            result = self.claim()
            self.expect(")", at)
            return result
        if kind == "name" and token not in ("and", "mod"):
            self.advance()
            return self.call(token, at) if self.accept("(") else symbol(token)
        if kind == "name" and token == "mod":  # noqa: S105 - a word of the formula
            self.advance()
            if self.accept("("):
                return self.call("mod", at)
        what = repr(token) if token else "the end"
        return self.fail(f"a number, a name or a parenthesis is missing before {what}.", "Complete the formula.", at)

    def call(self, name: str, at: int) -> Any:
        """Read the arguments of a function whose parenthesis is open."""
        if name.lower() not in FUNCTIONS:
            known = ", ".join(FUNCTIONS)
            self.fail(f"there is no function {name!r}.", f"There are {known}. A product needs its *.", at)
        arguments = [self.number(self.claim(), at)]
        while self.accept(","):
            arguments.append(self.number(self.claim(), at))
        self.expect(")", at)
        least, most, function = FUNCTIONS[name.lower()]
        if not least <= len(arguments) <= most:
            self.fail(
                f"{name} takes {least if least == most else f'{least} to {most}'}, not {len(arguments)}.", "Count.", at
            )
        if function is sympy.Mod and arguments[1] == 0:
            self.fail("division by zero.", "Divide by something positive.", at)
        if function is sympy.Mod:
            self.divides_by(arguments[1])
        return self.bounded(_as_written(function, *arguments), at)

    def expect(self, token: str, opened: int) -> None:
        """Take a token that must be there."""
        if not self.accept(token):
            self.fail("this parenthesis is not closed.", "Close it.", opened)

    def number(self, value: Any, at: int) -> Any:
        """Return a value that is not a comparison."""
        if _is_claim(value):
            self.fail("a comparison is used as a number.", "Leave its parentheses out, or compare less.", at)
        return value

    def bounded(self, value: Any, at: int) -> Any:
        """Return a value that is a number, and not a gigantic one."""
        if value.has(sympy.zoo, sympy.nan, sympy.oo, sympy.I):
            self.fail("that is not a real number.", "Mind divisions by zero.", at)
        if value.is_Rational and max(abs(value.p), value.q).bit_length() > 4 * _MOST_BITS:
            self.fail("the number is too large.", "Use smaller ones.", at)
        return value


def _as_written(function: Callable[..., Any], *arguments: Any) -> Any:
    # sympy (1.14) takes Max(2*n, 4)/6 for an integer and drops the floor around it: it gets to simplify numbers only
    return function(*arguments, evaluate=all(a.is_Rational for a in arguments))


def _is_claim(value: Any) -> bool:
    return isinstance(value, sympy.core.relational.Relational | sympy.And)


def _short(value: Any) -> str:
    text = str(value)
    return text if len(text) < 20 else text[:17] + "..."
