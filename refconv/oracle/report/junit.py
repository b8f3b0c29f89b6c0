"""A report as JUnit XML, which continuous integration servers show as tests."""

from __future__ import annotations

from xml.etree import ElementTree as ET

from refconv.oracle.report.model import Failure, Report
from refconv.oracle.report.words import clean, headline, listed, place, unit_of, units, verdict, what_happened

__all__ = ["to_junit"]

_BROKEN_CALLS = ("raised", "timeout", "died", "missing", "unreadable")
"""Kinds of failure where no result came back: errors, in JUnit's words."""


def to_junit(report: Report) -> str:
    """Return the report as one JUnit XML document.

    A report keeps the results that failed one by one, and only the number of the others. So each failed result is one
    test case, the results of one kind that are right are one test case together, and what was left out is a skipped
    one. The diagnosis stands in the suite's output, and its sentences at the head of each failure.

    Parameters
    ----------
    report : Report
        What a check found.

    Returns
    -------
    str
        The document, to be written as UTF-8.

    Examples
    --------
    >>> xml = to_junit(Report("f", "conv2d", "quick", "float32", 0, passed=True, cases=12, results={"y": 12}))
    >>> print(xml.splitlines()[3].strip())
    <testcase classname="refconv.conv2d.y" name="all 12 results of y" />
    """
    suite = ET.Element("testsuite", name=headline(report), time=f"{report.seconds:.3f}")
    for failure in report.failures:
        _failed(suite, report, failure)
    for of, number in report.results.items():
        _right(suite, report, of, number)
    for reason in report.left_out:
        skipped = ET.SubElement(suite, "testcase", classname=f"refconv.{clean(report.op)}", name=clean(reason))
        ET.SubElement(skipped, "skipped", message=clean(reason))
    if not report.passed and not report.failures:
        ET.SubElement(_testcase(suite, report, "check", "the whole"), "failure", message=verdict(report))
    ET.SubElement(suite, "system-out").text = "\n".join(
        [verdict(report), *_diagnosis(report), *map(clean, report.notes)]
    )
    for name, tag in (("tests", "testcase"), ("failures", "failure"), ("errors", "error"), ("skipped", "skipped")):
        suite.set(name, str(len(suite.findall(f".//{tag}"))))
    root = ET.Element("testsuites")
    root.append(suite)
    ET.indent(root)
    return '<?xml version="1.0" encoding="utf-8"?>\n' + ET.tostring(root, encoding="unicode") + "\n"


def _testcase(suite: ET.Element, report: Report, of: str, name: str) -> ET.Element:
    """Add a test case."""
    return ET.SubElement(suite, "testcase", classname=clean(f"refconv.{report.op}.{of}"), name=clean(name))


def _failed(suite: ET.Element, report: Report, failure: Failure) -> None:
    """Add a result that is not what it should be."""
    testcase = _testcase(suite, report, failure.of, failure.case.name)
    tag = "error" if failure.kind in _BROKEN_CALLS else "failure"
    first = what_happened(failure).splitlines()[0]
    lines = [*(clean(cause.sentence) for cause in report.diagnosis), what_happened(failure)]
    if failure.error is not None:
        worst = f"{clean(failure.of)}{place(failure.index)}"
        lines.append(f"largest error: {units(failure.error)} {unit_of(failure.case)}, at {worst}")
    lines.append(f"case: {listed(failure.case.parameters())}")
    if failure.smallest is not None:
        lines.append(f"smallest that fails: {listed(failure.smallest.parameters())}")
    ET.SubElement(testcase, tag, type=clean(failure.kind), message=first).text = "\n".join(lines)


def _right(suite: ET.Element, report: Report, of: str, number: int) -> None:
    """Add what is right among the results of one kind."""
    failed = len({failure.case.name for failure in report.failures if failure.of == of})
    if number > failed:
        which = f"the other {number - failed} results" if failed else f"all {number} results"
        _testcase(suite, report, of, f"{which} of {of}")


def _diagnosis(report: Report) -> list[str]:
    """Return the diagnosis, a line for each cause."""
    return [clean(f"{cause.sentence} ({cause.evidence})") for cause in report.diagnosis]
