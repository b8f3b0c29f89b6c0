"""The value of an expression at integers, by plain Python; and the search for integers at which a claim fails.

Shares nothing with the lowering that proofs rest on, so that it can check them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from fractions import Fraction
from functools import lru_cache, reduce
from itertools import islice, product
from random import Random
from typing import Any

import sympy

__all__ = ["Undefined", "compiled", "is_allowed", "points", "symbols_of"]

Function = Callable[[Sequence[int]], Any]

_RELATIONS: dict[type, Callable[[Any, Any], bool]] = {
    sympy.Eq: lambda a, b: a == b,
    sympy.Ne: lambda a, b: a != b,
    sympy.Le: lambda a, b: a <= b,
    sympy.Lt: lambda a, b: a < b,
    sympy.Ge: lambda a, b: a >= b,
    sympy.Gt: lambda a, b: a > b,
}


class Undefined(ArithmeticError):  # noqa: N818 - no mistake of anyone's
    """There is no value there, or none that plain Python can give."""


def symbols_of(*expressions: Any) -> tuple[sympy.Symbol, ...]:
    """Return the symbols that occur, in the order of their names."""
    found = {x for e in expressions for x in getattr(e, "free_symbols", ())}
    return tuple(sorted(found, key=lambda x: (x.name, str(x.assumptions0))))


def compiled(expression: Any, symbols: Sequence[sympy.Symbol]) -> Function:
    """Return a function of the symbols' values that gives the value of an expression or relation, exactly.

    Examples
    --------
    >>> n = sympy.Symbol("n", integer=True)
    >>> value = compiled(sympy.floor((n - 1) / 2) + 1, [n])
    >>> [value([x]) for x in range(5)]
    [0, 1, 1, 2, 2]
    """
    e = sympy.sympify(expression)
    if e in (sympy.true, sympy.false):
        return lambda values: bool(e)
    if e.is_Symbol:
        if e not in symbols:  # bound inside, as that of a sum is
            raise Undefined(f"no value is known for {e}")
        i = list(symbols).index(e)
        return lambda values: values[i]
    if e.is_Rational:
        number = int(e) if e.is_Integer else Fraction(int(e.p), int(e.q))
        return lambda values: number
    if isinstance(e, sympy.floor | sympy.ceiling):
        top, bottom = (compiled(part, symbols) for part in e.args[0].as_numer_denom())
        if isinstance(e, sympy.floor):
            return lambda values: _floor(top(values), bottom(values))
        return lambda values: -_floor(-top(values), bottom(values))
    parts = [compiled(a, symbols) for a in e.args]
    return _combined(e, parts)


def _combined(e: Any, parts: list[Function]) -> Function:  # noqa: PLR0911 - one for each kind
    if e.is_Add:
        return lambda values: sum(part(values) for part in parts)
    if e.is_Mul:
        return lambda values: reduce(lambda a, b: a * b, (part(values) for part in parts))
    if isinstance(e, sympy.Max):
        return lambda values: max(part(values) for part in parts)
    if isinstance(e, sympy.Min):
        return lambda values: min(part(values) for part in parts)
    if isinstance(e, sympy.Abs):
        return lambda values: abs(parts[0](values))
    if isinstance(e, sympy.And):
        return lambda values: all(part(values) for part in parts)
    if len(parts) == 2:
        first, second = parts
        if e.is_Pow:
            return lambda values: _power(first(values), second(values))
        if isinstance(e, sympy.Mod):
            return lambda values: _mod(first(values), second(values))
        if type(e) in _RELATIONS:
            compare = _RELATIONS[type(e)]
            return lambda values: compare(first(values), second(values))
    raise Undefined(f"no value is known for {e}")


def _floor(top: Any, bottom: Any) -> int:
    if bottom == 0:
        raise Undefined("division by zero")
    return int(top // bottom)


def _mod(a: Any, b: Any) -> Any:
    if b == 0:
        raise Undefined("division by zero")
    return a % b


def _power(base: Any, exponent: Any) -> Any:
    if exponent.denominator != 1 or abs(exponent) > 64 or (exponent < 0 and base == 0):
        raise Undefined("a power that is not computed here")
    return Fraction(base) ** int(exponent) if exponent < 0 else base ** int(exponent)


def is_allowed(x: sympy.Symbol, value: int) -> bool:
    """Return whether a symbol may have a value, by all that is assumed of it.

    Examples
    --------
    >>> is_allowed(sympy.Symbol("n", positive=True), 0)
    False
    """
    number = sympy.Integer(value)
    return all(getattr(number, f"is_{fact}", None) in (said, None) for fact, said in x.assumptions0.items())


def points(symbols: Sequence[sympy.Symbol], most: int) -> Iterator[tuple[int, ...]]:
    """Yield up to `most` points: a full box about the smallest values, then some far from it, always the same ones.

    Examples
    --------
    >>> list(points([sympy.Symbol("n", integer=True, positive=True)], 4))[:3]
    [(1,), (2,), (3,)]
    """
    if not symbols:
        yield ()
        return
    per_axis = max(2, int((most * 0.75) ** (1 / len(symbols))))
    small = [_smallest(x, min(per_axis, 300)) for x in symbols]
    yield from islice(product(*small), most)
    random = Random(0)  # noqa: S311 - the same points every time
    wide = [sorted({*_smallest(x, 20), *(v for v in _FAR if _may_be(x, v))}) for x in symbols]
    if all(wide):
        for _ in range(most // 4):
            yield tuple(random.choice(values) for values in wide)


_FAR = [
    sign * (base + more) for sign in (1, -1) for base in (24, 36, 60, 97, 128, 224, 1000, 4096) for more in (-1, 0, 1)
]

_may_be = lru_cache(maxsize=20000)(is_allowed)


def _smallest(x: sympy.Symbol, count: int) -> list[int]:
    nearest = [v for i in range(2 * count + 8) if _may_be(x, v := (i + 1) // 2 * (1 if i % 2 else -1))]
    return nearest[:count]
