"""A report as JSON: one document that any reader takes, whatever stands in the report."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence, Set
from typing import Any

from refconv.oracle.cases import Case
from refconv.oracle.report.model import Failure, Report

__all__ = ["plain", "to_dict", "to_json"]


def plain(value: Any) -> Any:
    """Return a value in JSON's own types.

    JSON has no word for what is not finite; such numbers become the strings ``"NaN"``, ``"Infinity"`` and
    ``"-Infinity"``, which ``float`` in Python and ``Number`` in JavaScript turn back. NumPy's numbers and arrays become
    numbers and lists, and what is of no known type its text.

    Examples
    --------
    >>> plain({"padding": ((1, 2), (0, 0)), "error": float("inf")})
    {'padding': [[1, 2], [0, 0]], 'error': 'Infinity'}
    """
    if hasattr(value, "tolist"):  # NumPy's scalars and arrays, without importing NumPy
        value = value.tolist()
    if isinstance(value, Mapping):
        return {str(key): plain(entry) for key, entry in value.items()}
    if isinstance(value, Sequence | Set) and not isinstance(value, str | bytes):
        entries = sorted(value, key=str) if isinstance(value, Set) else value
        return [plain(entry) for entry in entries]
    if isinstance(value, float) and not math.isfinite(value):
        return "NaN" if math.isnan(value) else "Infinity" if value > 0 else "-Infinity"
    return value if value is None or isinstance(value, bool | int | float | str) else str(value)


def to_dict(report: Report) -> dict[str, Any]:
    """Return the report in JSON's own types.

    Parameters
    ----------
    report : Report
        What a check found.

    Returns
    -------
    dict
        ``passed`` first, then what was checked, ``diagnosis`` (each with cause, sentence, evidence), ``failures`` (each
        with name, parameters, of, kind, message, index, error in units of the bound, and the smallest case that fails
        in the same way), ``left_out``, ``notes`` and ``environment``.

    Examples
    --------
    >>> report = Report("f", "conv2d", "quick", "float32", 0, passed=True, cases=12)
    >>> to_dict(report)["passed"], to_dict(report)["diagnosis"]
    (True, [])
    """
    document: dict[str, Any] = plain(
        {
            "passed": report.passed,
            "target": report.target,
            "op": report.op,
            "suite": report.suite,
            "precision": report.precision,
            "seed": report.seed,
            "cases": report.cases,
            "results": report.results,
            "seconds": report.seconds,
            "diagnosis": [
                {"cause": cause.cause, "sentence": cause.sentence, "evidence": cause.evidence}
                for cause in report.diagnosis
            ],
            "failures": [_failure(failure) for failure in report.failures],
            "left_out": report.left_out,
            "notes": report.notes,
            "environment": report.environment,
        }
    )
    return document


def to_json(report: Report, *, indent: int | None = 2) -> str:
    """Return the report as one JSON document, in ASCII; see `to_dict` for what is in it.

    Examples
    --------
    >>> to_json(Report("f", "conv2d", "quick", "float32", 0, passed=True, cases=12), indent=None)[:30]
    '{"passed": true, "target": "f"'
    """
    return json.dumps(to_dict(report), indent=indent, allow_nan=False)


def _failure(failure: Failure) -> dict[str, Any]:
    """Return a failure; its picture stays behind, it is for eyes."""
    return {
        **_case(failure.case),
        "of": failure.of,
        "kind": failure.kind,
        "message": failure.message,
        "index": failure.index,
        "error": failure.error,
        "smallest": None if failure.smallest is None else _case(failure.smallest),
    }


def _case(case: Case) -> dict[str, Any]:
    """Return a case by its name and its parameters."""
    return {"name": case.name, "parameters": case.parameters()}
