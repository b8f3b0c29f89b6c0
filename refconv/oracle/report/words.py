"""The words and figures that the table, the page and the JUnit file have in common; none of them trusts its text."""

from __future__ import annotations

import math
import unicodedata
from collections.abc import Mapping, Sequence
from html import escape
from typing import Any

from refconv.oracle.cases import Case
from refconv.oracle.report.model import Failure, Report

__all__ = [
    "UNITS",
    "clean",
    "count",
    "failed_cases",
    "headline",
    "listed",
    "place",
    "range_of",
    "said",
    "unit_of",
    "units",
    "verdict",
    "what_happened",
]

_KEPT = "\n\t"


def clean(text: object) -> str:
    r"""Return a text with everything that could steer a terminal, a browser or an XML reader written out.

    Control characters, the marks that turn the direction of writing, halves of surrogate pairs and code points that
    are no characters become escapes; new lines and tabs stay.

    Examples
    --------
    >>> clean("red: \x1b[31m, turned: \u202e")
    'red: \\x1b[31m, turned: \\u202e'
    """
    return "".join(c if _harmless(c) else c.encode("unicode_escape").decode("ascii") for c in str(text))


def said(text: object) -> str:
    r"""Return somebody's text for HTML, harmless in an element and in a quoted attribute.

    Examples
    --------
    >>> said("<b> & \x07")
    '&lt;b&gt; &amp; \\x07'
    """
    return escape(clean(text))


def _harmless(character: str) -> bool:
    """Return whether a character may be shown as it is."""
    if character in _KEPT:
        return True
    # Cc control, Cf format (direction marks and the like), Cs surrogates, Cn not characters, Zl and Zp line breaks
    return unicodedata.category(character) not in {"Cc", "Cf", "Cs", "Cn", "Zl", "Zp"}


UNITS = "units of the bound; where results must be exact, in units in the last place"
"""What errors are counted in."""


def unit_of(case: Case) -> str:
    """Return what the errors of one case are counted in.

    Examples
    --------
    >>> unit_of(Case("conv2d", (1, 1, 5, 5), (1, 1, 3, 3), fill="normal"))
    'units of the bound'
    """
    return "units in the last place" if case.policy == "exact" else "units of the bound"


def units(error: float | None) -> str:
    """Return an error, in whatever units, short.

    Examples
    --------
    >>> [units(e) for e in (None, 0.25, 37.4, 123456.0, float("inf"))]
    ['', '0.25', '37.4', '1.2e+05', 'inf']
    """
    if error is None:
        return ""
    if not math.isfinite(error) or error == 0:
        return f"{error:g}"
    return f"{error:.1e}" if abs(error) >= 1e4 or abs(error) < 1e-3 else f"{error:.3g}"


def place(index: Sequence[int] | None) -> str:
    """Return an element's index as it is written after an array's name.

    Examples
    --------
    >>> place((0, 2, 5, 1)), place(None)
    ('[0, 2, 5, 1]', '')
    """
    return "" if index is None else f"[{', '.join(str(i) for i in index)}]"


def count(number: int, thing: str) -> str:
    """Return a number of things.

    Examples
    --------
    >>> count(1, "case"), count(12, "case")
    ('1 case', '12 cases')
    """
    return f"{number} {thing}" if number == 1 else f"{number} {thing}s"


def range_of(shown: int, total: int) -> str:
    """Return how many of a list are shown, where that is not all of them.

    Examples
    --------
    >>> range_of(20, 37), range_of(3, 3)
    (' (the first 20 of 37)', ' (3)')
    """
    return f" ({total})" if shown >= total else f" (the first {shown} of {total})"


def listed(parameters: dict[str, Any]) -> str:
    """Return a case's parameters on one line, as they would be written in Python; what is empty is left out.

    Examples
    --------
    >>> listed({"x_shape": [1, 2, 5, 5], "options": {"stride": [1, 2], "groups": 1}, "fill": "normal", "purpose": ""})
    "x_shape=(1, 2, 5, 5), stride=(1, 2), groups=1, fill='normal'"
    """
    flat: dict[str, Any] = {}
    for name, value in parameters.items():
        flat.update(value if isinstance(value, Mapping) else {name: value})
    return clean(", ".join(f"{name}={_tuples(value)!r}" for name, value in flat.items() if value not in ("", None)))


def _tuples(value: Any) -> Any:
    """Return lists as tuples, all the way down."""
    return tuple(map(_tuples, value)) if isinstance(value, list | tuple) else value


def failed_cases(report: Report) -> int:
    """Return how many cases have a result that is not what it should be."""
    return len({failure.case.name for failure in report.failures})


def verdict(report: Report) -> str:
    """Return the verdict in one line.

    Examples
    --------
    >>> verdict(Report("f", "conv2d", "quick", "float32", 0, passed=True, cases=12, results={"y": 12}, seconds=0.5))
    'PASSED: 12 cases in 0.5 s (results compared: y 12)'
    """
    if report.failures:
        said = f"FAILED: {failed_cases(report)} of {count(report.cases, 'case')}"
    elif report.passed:
        said = f"PASSED: {count(report.cases, 'case')}" if report.cases else "PASSED, but nothing was checked,"
    else:
        said = f"FAILED: no result of {count(report.cases, 'case')} is wrong; see below"
    compared = clean(", ".join(f"{of} {number}" for of, number in report.results.items()))
    return f"{said} in {report.seconds:.1f} s" + (f" (results compared: {compared})" if compared else "")


def headline(report: Report) -> str:
    """Return what was checked, and against what.

    Examples
    --------
    >>> headline(Report("kernel.py:f", "conv2d", "quick", "float32", 7, passed=True, cases=1))
    'kernel.py:f as conv2d, float32, suite quick, seed 7'
    """
    return clean(f"{report.target} as {report.op}, {report.precision}, suite {report.suite}, seed {report.seed}")


def what_happened(failure: Failure, lines: int | None = None) -> str:
    """Return a failure's message, or its kind where there is none; of a long one the first `lines` lines."""
    said = clean(failure.message.strip() or failure.kind).splitlines()
    if lines is not None and len(said) > lines:
        said[lines:] = [f"... and {count(len(said) - lines, 'line')} more"]
    return "\n".join(said)
