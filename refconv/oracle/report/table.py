"""A report for the eyes: the verdict, the diagnosis, a table of failures, one in full, what was left out."""

from __future__ import annotations

import io
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, TextIO

from refconv.oracle.report.model import Failure, Report
from refconv.oracle.report.words import UNITS, clean, headline, listed, place, range_of, units, verdict, what_happened

if TYPE_CHECKING:
    from rich.console import Group, RenderableType

__all__ = ["render", "show", "text"]

_LINES = 30
"""Of a message, before it is cut short; JSON, JUnit and the page have all of it."""


def render(report: Report, *, failures: int = 10) -> Group:
    """Return the report as something that rich prints; `failures` is how many of them the table has at most.

    Examples
    --------
    >>> from rich.console import Console
    >>> report = Report("f", "conv2d", "quick", "float32", 0, passed=True, cases=12)
    >>> Console(width=80).print(render(report))
    f as conv2d, float32, suite quick, seed 0
    PASSED: 12 cases in 0.0 s
    """
    from rich.console import Group

    return Group(*_parts(report, failures))


def text(report: Report, *, width: int = 80, failures: int = 10) -> str:
    """Return the report as plain text, without colour, in lines of at most `width` characters.

    Examples
    --------
    >>> print(text(Report("f", "conv2d", "quick", "float32", 0, passed=True, cases=12, left_out=("no groups",))))
    f as conv2d, float32, suite quick, seed 0
    PASSED: 12 cases in 0.0 s
    <BLANKLINE>
    Left out
      - no groups
    """
    from rich.console import Console

    page = io.StringIO()
    Console(file=page, width=width, color_system=None, force_terminal=False).print(render(report, failures=failures))
    return "\n".join(line.rstrip() for line in page.getvalue().splitlines())


def show(report: Report, file: TextIO, *, failures: int = 10) -> None:
    """Print the report to a stream, as wide as the terminal, in colour only where it is one."""
    from rich.console import Console

    if file.isatty():
        Console(file=file).print(render(report, failures=failures))
    else:
        file.write(text(report, failures=failures) + "\n")


def _parts(report: Report, failures: int) -> Iterator[RenderableType]:
    """Yield the report from top to bottom."""
    from rich.text import Text

    yield Text(headline(report))
    yield Text(verdict(report), style="bold green" if report.passed else "bold red")
    if report.failures:
        yield from _diagnosis(report)
        yield from _heading("Failures" + range_of(failures, len(report.failures)))
        yield _indented(f"errors in {UNITS}", style="dim")
        yield _table(report.failures[:failures])
        yield from _in_full(next((f for f in report.failures if f.smallest), report.failures[0]))
    yield from _list("Left out", report.left_out)
    yield from _list("Notes", report.notes)


def _heading(title: str) -> Iterator[RenderableType]:
    """Yield an empty line and a title."""
    from rich.text import Text

    yield Text()
    yield Text(title, style="bold")


def _indented(body: str, columns: int = 2, style: str = "") -> RenderableType:
    """Return a text set in from the left; long lines wrap under their own beginning."""
    from rich.console import Group
    from rich.padding import Padding
    from rich.text import Text

    bare = [(line.lstrip(" "), columns + len(line) - len(line.lstrip(" "))) for line in body.splitlines()]
    return Group(*(Padding(Text(line, style=style, overflow="fold"), (0, 0, 0, left)) for line, left in bare))


def _diagnosis(report: Report) -> Iterator[RenderableType]:
    """Yield what the kernel does instead, the causes numbered."""
    yield from _heading("What it does instead")
    if not report.diagnosis:
        yield _indented("No known mistake explains these failures.")
    for number, cause in enumerate(report.diagnosis, 1):
        yield _indented(f"{number}. {clean(cause.sentence)}")
        yield _indented(clean(cause.evidence), 5, "dim")


def _table(failures: Sequence[Failure]) -> RenderableType:
    """Return the failures as a table; names too long for their column go on below."""
    from rich.padding import Padding
    from rich.table import Table
    from rich.text import Text

    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="underline")
    table.add_column("case", overflow="fold")
    table.add_column("of", no_wrap=True)
    table.add_column("what", no_wrap=True)
    table.add_column("error", no_wrap=True, justify="right")
    table.add_column("worst at", no_wrap=True)
    for failure in failures:
        row = (failure.case.name, failure.of, failure.kind, units(failure.error), place(failure.index))
        table.add_row(*(Text(clean(entry)) for entry in row))
    return Padding(table, (0, 0, 0, 2))


def _in_full(failure: Failure) -> Iterator[RenderableType]:
    """Yield one failure with its message and the smallest case found."""
    yield from _heading(clean(f"In full: {failure.of} of {failure.case.name}"))
    yield _indented(what_happened(failure, lines=_LINES))
    yield _indented(f"case: {listed(failure.case.parameters())}", style="dim")
    if failure.smallest is not None:
        yield _indented(f"smallest that fails in the same way: {clean(failure.smallest.name)}")
        yield _indented(listed(failure.smallest.parameters()), 4, "dim")


def _list(title: str, lines: Sequence[str]) -> Iterator[RenderableType]:
    """Yield a list under its title, or nothing."""
    from rich.padding import Padding
    from rich.table import Table
    from rich.text import Text

    if not lines:
        return
    yield from _heading(title)
    table = Table.grid(padding=(0, 1))
    for line in lines:
        table.add_row("-", Text(clean(line), overflow="fold"))
    yield Padding(table, (0, 0, 0, 2))
