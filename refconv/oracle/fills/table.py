"""What stands in a case's arrays: named fills, each with what it promises and how its results are judged."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from refconv.errors import ArgumentError
from refconv.oracle.fills.exact import impulse, impulse_w, integers, odd12, odd12_dy, odd12_w
from refconv.oracle.fills.nonfinite import nonfinite, nonfinite_dy
from refconv.oracle.fills.room import Arrays, Rng
from refconv.oracle.fills.rounded import cancellation, half_normal, normal, small_onto_large, uniform, wide, zeros
from refconv.oracle.fills.two_terms import two_terms, two_terms_dw, two_terms_dx

if TYPE_CHECKING:
    from refconv.oracle.cases import Case

__all__ = ["FILLS", "Fill", "fill"]


@dataclass(frozen=True, slots=True)
class Fill:
    """One way to fill the arrays of a case.

    Parameters
    ----------
    function : callable
        From a case and a generator to float64 or integer arrays, which the case then rounds to its type.
    policy : {"exact", "statistical", "worst_case"}
        How a result is judged. "exact" is for sums that one rounding gives: they must be the correctly rounded ones.
    signs : {"random", "any"}
        "random" where the products have random signs, so that rounding errors tell nothing of their own sign.
    purpose : str
        What it shows.
    whole : bool
        Whether integer types have it too.
    """

    function: Callable[[Case, Rng], Arrays]
    policy: str
    signs: str
    purpose: str
    whole: bool = False


FILLS = {
    "integers": Fill(integers, "exact", "any", "a wrong index, at zero tolerance", whole=True),
    "impulse": Fill(impulse, "exact", "any", "where each weight goes", whole=True),
    "impulse_w": Fill(impulse_w, "exact", "any", "which samples are read", whole=True),
    "odd12": Fill(odd12, "exact", "any", "x rounded to fewer bits; sums kept in fewer"),
    "odd12_w": Fill(odd12_w, "exact", "any", "w rounded to fewer bits; sums kept in fewer"),
    "odd12_dy": Fill(odd12_dy, "exact", "any", "dy rounded to fewer bits; sums kept in fewer"),
    "two_terms": Fill(two_terms, "exact", "any", "y rounded, but not to nearest, or scaled a little"),
    "two_terms_dx": Fill(two_terms_dx, "exact", "any", "dx rounded, but not to nearest"),
    "two_terms_dw": Fill(two_terms_dw, "exact", "any", "dw rounded, but not to nearest"),
    "normal": Fill(normal, "statistical", "random", "rounding errors too many or of one sign"),
    "uniform": Fill(uniform, "statistical", "random", "the same on numbers of one size"),
    "half_normal": Fill(half_normal, "statistical", "any", "errors that grow with the sum"),
    "cancellation": Fill(cancellation, "worst_case", "any", "a small rest of large terms"),
    "wide": Fill(wide, "worst_case", "any", "overflow and underflow on the way; a lost exponent"),
    "small_onto_large": Fill(small_onto_large, "worst_case", "any", "many small terms lost in a sum of few bits"),
    "zeros": Fill(zeros, "worst_case", "any", "memory that was never written; a zero that is not one"),
    "nonfinite": Fill(nonfinite, "worst_case", "any", "infinities and NaN of x lost or spread"),
    "nonfinite_dy": Fill(nonfinite_dy, "worst_case", "any", "infinities and NaN of dy lost or spread"),
}
"""The fills, by name."""


def fill(name: str) -> Fill:
    """Return the fill of this name.

    Raises
    ------
    ArgumentError
        If there is none.

    Examples
    --------
    >>> fill("normal").policy, fill("integers").whole
    ('statistical', True)
    """
    if name not in FILLS:
        raise ArgumentError("oracle", f"there is no fill {name!r}.", fix=f"Known: {', '.join(FILLS)}.")
    return FILLS[name]
