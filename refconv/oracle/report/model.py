"""What a check found: plain records, which the other files of this folder print, draw and write."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from refconv.oracle.cases import Case

__all__ = ["Cause", "Failure", "Report"]


@dataclass(frozen=True)
class Cause:
    """One thing that a kernel does instead of what it should.

    Parameters
    ----------
    cause : str
        A stable name for programs, such as ``"dilation_ignored"``.
    sentence : str
        The same for people: "dilation is ignored along W".
    evidence : str
        What was seen that says so.
    """

    cause: str
    sentence: str
    evidence: str


@dataclass(frozen=True)
class Failure:
    """One result of one case that is not what it should be.

    Parameters
    ----------
    case : Case
        The call.
    of : str
        Which result: "y", "dx", "dw" or "db".
    kind : str
        "wrong", "raised", "shape", "type", "wrote" (to its inputs), "timeout", "died", "unsteady" (two calls, two
        results), "accepted" (an impossible argument), or of a program's outputs "missing" and "unreadable".
    message : str
        What happened, in words and figures.
    error : float, optional
        The largest error, in units of the bound.
    index : tuple of int, optional
        The element with that error.
    smallest : Case, optional
        The smallest case found that fails in the same way.
    picture : list of list of float, optional
        Errors in units of the bound over the last two axes, in the plane that holds `index`.
    """

    case: Case
    of: str
    kind: str
    message: str
    error: float | None = None
    index: tuple[int, ...] | None = None
    smallest: Case | None = None
    picture: list[list[float]] | None = None


@dataclass(frozen=True)
class Report:
    """The verdict on a kernel.

    Parameters
    ----------
    target : str
        The kernel, as the caller named it.
    op, suite, precision : str
        What it was checked as, and against what.
    seed : int
        Of the suite.
    passed : bool
        Whether no result failed.
    cases : int
        Calls made, forward and gradients counted once a case.
    failures : tuple of Failure
        In the order of the suite.
    diagnosis : tuple of Cause
        What explains them; never anything for a kernel that passed.
    left_out : tuple of str
        What was not tried, and why: parameters that the kernel does not take.
    notes : tuple of str
        What is worth knowing and no failure: a wider result type than asked, output printed.
    seconds : float
        How long it took.
    results : dict
        How many results of each kind ("y", "dx", ...) were compared.
    environment : dict
        Versions of Python, NumPy and what else took part.
    """

    target: str
    op: str
    suite: str
    precision: str
    seed: int
    passed: bool
    cases: int
    failures: tuple[Failure, ...] = ()
    diagnosis: tuple[Cause, ...] = ()
    left_out: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    seconds: float = 0.0
    results: dict[str, int] = field(default_factory=dict)
    environment: dict[str, Any] = field(default_factory=dict)

    def __str__(self) -> str:
        """Return the report as plain text, 80 columns wide."""
        from refconv.oracle.report.table import text

        return text(self)

    def to_dict(self) -> dict[str, Any]:
        """Return the report in JSON's own types; see `refconv.oracle.report.as_json.to_dict`."""
        from refconv.oracle.report import as_json

        return as_json.to_dict(self)

    def to_json(self, *, indent: int | None = 2) -> str:
        """Return the report as one JSON document; see `refconv.oracle.report.as_json.to_json`."""
        from refconv.oracle.report import as_json

        return as_json.to_json(self, indent=indent)

    def to_junit(self) -> str:
        """Return the report as JUnit XML; see `refconv.oracle.report.junit.to_junit`."""
        from refconv.oracle.report import junit

        return junit.to_junit(self)

    def to_html(self, *, pictures: int = 12) -> str:
        """Return the report as one page of HTML; see `refconv.oracle.report.page.to_html`."""
        from refconv.oracle.report import page

        return page.to_html(self, pictures=pictures)
