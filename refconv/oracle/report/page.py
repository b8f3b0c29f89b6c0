"""A report as one page of HTML that needs nothing but itself: no scripts, no fonts, no pictures from elsewhere.

Names, messages and what a kernel printed come from strangers. All text passes through `said`, and the page forbids
itself, by its content security policy, to run or load anything.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from importlib import resources

from refconv.oracle.report.figure import figure
from refconv.oracle.report.model import Failure, Report
from refconv.oracle.report.words import UNITS, headline, listed, place, range_of, said, units, verdict, what_happened

__all__ = ["to_html"]

_ROWS = 200
"""Of the table of failures, before it is cut short."""


def to_html(report: Report, *, pictures: int = 12) -> str:
    """Return the report as one page of HTML.

    Parameters
    ----------
    report : Report
        What a check found.
    pictures : int
        How many failures are shown in full, with a drawing of where the result is wrong.

    Returns
    -------
    str
        The page, to be written as UTF-8.

    Examples
    --------
    >>> html = to_html(Report("<f>", "conv2d", "quick", "float32", 0, passed=True, cases=12))
    >>> "&lt;f&gt; as conv2d" in html, "<f>" in html
    (True, False)
    """
    return "\n".join(_page(report, pictures)) + "\n"


def _page(report: Report, pictures: int) -> Iterator[str]:
    """Yield the page from top to bottom."""
    style = resources.files(__package__).joinpath("page.css").read_text(encoding="utf-8")
    yield '<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">'
    yield "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">"
    yield '<meta name="viewport" content="width=device-width, initial-scale=1">'
    yield f"<title>{'Passed' if report.passed else 'Failed'}: {said(report.target)}</title>"
    yield f"<style>\n{style}</style>\n</head>\n<body>"
    yield f"<h1>{said(headline(report))}</h1>"
    yield f'<p class="verdict {"passed" if report.passed else "failed"}">{said(verdict(report))}</p>'
    if report.failures:
        yield from _diagnosis(report)
        yield from _table(report.failures)
        shown = report.failures[:pictures]
        if shown:
            yield f"<h2>In full{range_of(len(shown), len(report.failures))}</h2>"
        for number, failure in enumerate(shown, 1):
            yield from _in_full(number, failure)
    yield from _list("Left out", report.left_out)
    yield from _list("Notes", report.notes)
    yield from _list("Environment", [f"{name}: {value}" for name, value in report.environment.items()])
    yield "</body>\n</html>"


def _diagnosis(report: Report) -> Iterator[str]:
    """Yield what the kernel does instead."""
    yield "<h2>What it does instead</h2>"
    if not report.diagnosis:
        yield '<p class="faint">No known mistake explains these failures.</p>'
        return
    yield '<ol class="diagnosis">'
    for cause in report.diagnosis:
        yield f"<li><strong>{said(cause.sentence)}</strong>{said(cause.evidence)}</li>"
    yield "</ol>"


def _table(failures: Sequence[Failure]) -> Iterator[str]:
    """Yield the table of failures."""
    yield f"<h2>Failures{range_of(_ROWS, len(failures))}</h2>"
    yield f'<p class="faint">Errors are in {UNITS}.</p>'
    yield '<div class="scroll" tabindex="0" role="region" aria-label="Failures"><table>'
    yield '<thead><tr><th scope="col">case</th><th scope="col">of</th>'
    yield '<th scope="col">what</th><th scope="col" class="number">error, in units</th>'
    yield '<th scope="col">worst at</th></tr></thead>\n<tbody>'
    for failure in failures[:_ROWS]:
        yield (
            f'<tr><td class="name"><code>{said(failure.case.name)}</code></td>'
            f"<td>{said(failure.of)}</td><td>{said(failure.kind)}</td>"
            f'<td class="number">{units(failure.error)}</td><td class="nowrap">{place(failure.index)}</td></tr>'
        )
    yield "</tbody>\n</table></div>"


def _in_full(number: int, failure: Failure) -> Iterator[str]:
    """Yield one failure with its message, its picture and the smallest case found."""
    yield f"<article>\n<h3>{number}. {said(failure.of)} of <code>{said(failure.case.name)}</code></h3>"
    yield f"<pre>{said(what_happened(failure))}</pre>"
    if failure.picture and any(failure.picture):
        yield from figure(failure, failure.picture)
    yield f'<p class="faint">Case: <code>{said(listed(failure.case.parameters()))}</code></p>'
    if failure.smallest is not None:
        yield f"<p>The smallest case found that fails in the same way: <code>{said(failure.smallest.name)}</code></p>"
        yield f'<p class="faint"><code>{said(listed(failure.smallest.parameters()))}</code></p>'
    yield "</article>"


def _list(title: str, lines: Sequence[str]) -> Iterator[str]:
    """Yield a list under its title, or nothing."""
    if lines:
        entries = "\n".join(f"<li>{said(line)}</li>" for line in lines)
        yield f"<h2>{title}</h2>\n<ul>\n{entries}\n</ul>"
