"""When a wanted size can be had: the conditions behind the inverse problems, stated in symbols and proved.

Every claim is made of `refconv.arithmetic` called with symbols, so it is a statement about the code that solves the
problem for numbers.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import sympy

from refconv.arithmetic.integers import ceil_div
from refconv.arithmetic.inverse.inputs import input_interval, preserving_padding, total_padding
from refconv.arithmetic.sizes import effective_kernel_size, output_size
from refconv.errors import ArgumentError
from refconv.symbolic.proof import Counterexample, Proof, Undecided
from refconv.symbolic.proving import prove
from refconv.symbolic.symbols import symbol

__all__ = ["CONDITIONS", "Claim", "Condition", "condition"]

n, k, s, d, p, j, m = map(symbol, "nksdpjm")
lo, hi = symbol("lo"), symbol("hi")
out = sympy.Symbol("out", integer=True, positive=True)


@dataclass(frozen=True, slots=True)
class Claim:
    """A relation, what it assumes, and what it says in words.

    Attributes
    ----------
    words : str
        What is claimed.
    relation : sympy relation
        The same as a formula.
    assumptions : tuple of sympy relations
        What it takes for true.

    Examples
    --------
    >>> bool(condition("same").claims[0].prove())
    True
    """

    words: str
    relation: Any
    assumptions: tuple[Any, ...] = ()

    def prove(self) -> Proof | Counterexample | Undecided:
        """Prove it, by `refconv.symbolic.prove`."""
        return prove(self.relation, *self.assumptions)


@dataclass(frozen=True, slots=True)
class Condition:
    """When something can be had: a sentence, and the claims that together show it.

    Attributes
    ----------
    name : str
        One of `CONDITIONS`.
    statement : str
        The sentence.
    claims : tuple of Claim
        What shows it.

    Examples
    --------
    >>> print(condition("same").statement)
    Total padding d(k - 1) gives the size ceil(n/s) for every n, and no other total padding does for every n.
    """

    name: str
    statement: str
    claims: tuple[Claim, ...]

    def prove(self) -> tuple[Proof | Counterexample | Undecided, ...]:
        """Prove each claim."""
        return tuple(claim.prove() for claim in self.claims)


def _equal(a: Any, b: Any) -> Any:
    return sympy.Eq(a, b, evaluate=False)  # sympy would fold some of them to True, and show nothing


def _at_most(a: Any, b: Any) -> Any:
    return sympy.Le(a, b, evaluate=False)


def _inputs() -> Condition:
    first, last = input_interval(out, k, s, d, lo, hi)
    return Condition(
        "inputs",
        "The output size is `out` for the s input sizes from (out - 1)*s + d(k - 1) + 1 - lo - hi on, and no other.",
        (
            Claim(
                "each of the s sizes gives out",
                _equal(output_size(first + j, k, s, d, lo, hi), out),
                (sympy.Le(j, s - 1),),
            ),
            Claim("every smaller one gives less", _at_most(output_size(first - 1 - j, k, s, d, lo, hi), out - 1)),
            Claim("every larger one gives more", _at_most(out + 1, output_size(last + 1 + j, k, s, d, lo, hi))),
        ),
    )


def _symmetric() -> Condition:
    each = preserving_padding(k, m)
    return Condition(
        "symmetric",
        "At stride 1, padding p on both sides keeps the size just if 2p = d(k - 1); "
        "there is such a p just if d(k - 1) is even: if k is odd or d is even.",
        (
            Claim(
                "padding p changes the size by 2p - d(k - 1)",
                _equal(output_size(n, k, 1, d, p, p) - n, 2 * p - preserving_padding(k, d)),
            ),
            Claim("for k = 2*m + 1 that is 0 at p = d*m", _equal(2 * d * m, preserving_padding(2 * m + 1, d))),
            Claim("for d = 2*m that is 0 at p = m(k - 1)", _equal(output_size(n, k, 1, 2 * m, each, each), n)),
            Claim(
                "for k = 2*j + 2 and d = 2*m + 1 the two differ by an odd number, whatever p",
                _equal(sympy.Mod(2 * p - preserving_padding(2 * j + 2, 2 * m + 1), 2), 1),
            ),
        ),
    )


def _strided() -> Condition:
    first, last = total_padding(n, n, k, s, d)
    twice = 2 * ceil_div(first, 2)
    later, _ = total_padding(n + 2, n + 2, k, s, d)
    return Condition(
        "strided",
        "At stride 2 or more there always is a p that keeps a given size n, but it depends on n: "
        "one padding keeps two sizes at most, n and n + 1.",
        (
            Claim(
                "total padding from (n - 1)*(s - 1) + d(k - 1) on keeps n, s values of it",
                _equal(output_size(n, k, s, d, first + j, 0), n),
                (sympy.Le(j, s - 1),),
            ),
            Claim("the least even number that is no smaller than the first of them", _at_most(first, twice)),
            Claim("is no larger than the last, where there are two", _at_most(twice, last), (sympy.Ge(s, 2),)),
            Claim("what keeps n + 2 is more than what keeps n", _at_most(last + 1, later), (sympy.Ge(s, 2),)),
        ),
    )


def _same() -> Condition:
    total = preserving_padding(k, d)
    return Condition(
        "same",
        "Total padding d(k - 1) gives the size ceil(n/s) for every n, and no other total padding does for every n.",
        (
            Claim("it does", _equal(output_size(n, k, s, d, total, 0), ceil_div(n, s))),
            Claim("less gives nothing at n = 1", _at_most(output_size(1, k, s, d, total - 1 - j, 0), 0)),
            Claim("more gives two windows at n = s", _at_most(2, output_size(s, k, s, d, total + 1 + j, 0))),
        ),
    )


def _span() -> Condition:
    return Condition(
        "span",
        "Kernel and dilation enter the sizes through the span d(k - 1) + 1 alone: the span of a dilated kernel can "
        "be had from an undilated one.",
        (
            Claim(
                "a kernel as large as the span gives the same size",
                _equal(output_size(n, k, s, d, lo, hi), output_size(n, effective_kernel_size(k, d), s, 1, lo, hi)),
            ),
        ),
    )


_MAKERS: dict[str, Callable[[], Condition]] = {
    "inputs": _inputs,
    "same": _same,
    "span": _span,
    "strided": _strided,
    "symmetric": _symmetric,
}
CONDITIONS = tuple(_MAKERS)
"""The names that `condition` knows."""


def condition(name: str) -> Condition:
    """Return a condition by its name.

    Parameters
    ----------
    name : str
        One of `CONDITIONS`: "inputs" (which input sizes give an output size), "symmetric" and "strided" (when some
        padding on both sides keeps the size, at stride 1 and above), "same" (the one padding that gives ceil(n/s) for
        every n), "span" (kernel and dilation count only together).

    Returns
    -------
    Condition
        A sentence and its claims, each to be proved.

    Raises
    ------
    ArgumentError
        For any other name.

    Examples
    --------
    >>> all(condition("symmetric").prove())
    True
    """
    if name not in _MAKERS:
        known = ", ".join(CONDITIONS)
        raise ArgumentError("condition", f"there is no condition {name!r}.", fix=f"There are: {known}.")
    return _MAKERS[name]()
