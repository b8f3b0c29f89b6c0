"""Causes that need no numbers: a kernel that raises, hangs, dies, writes to its inputs, or returns another type."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from refconv.oracle.conditions import when
from refconv.oracle.diagnosis.record import Record, told
from refconv.oracle.report.model import Cause, Failure

__all__ = ["conduct"]

_SAID = {
    "raised": ("raises", "it raises {message}"),
    "timeout": ("hangs", "it does not come back in time"),
    "died": ("dies", "its process dies: {message}"),
    "type": ("wrong_type", "{message}"),
    "wrote": ("writes_to_inputs", "{message}"),
    "unsteady": ("unsteady", "two calls with the same inputs give different results"),
    "missing": ("output_missing", "outputs are missing"),
}


def conduct(record: Record) -> Iterator[Cause]:
    """Yield a cause for each way of misbehaving, with the condition that its cases share."""
    groups: dict[tuple[str, str], list[Failure]] = defaultdict(list)
    for failure in record.open(*_SAID):
        groups[failure.kind, _gist(failure.message) if failure.kind in ("raised", "type", "wrote") else ""].append(
            failure
        )
    for (kind, _), failures in groups.items():
        record.explain(failures)
        cause, sentence = _SAID[kind]
        said = sentence.format(message=failures[0].message.rstrip("."))
        of = sorted({failure.of for failure in failures})
        fine = [case for case, result in record.returned if result in of]
        condition = when([failure.case for failure in failures], fine) if fine else ""
        if condition:
            said += f", when {condition}"
        if of != ["y"] and record.op:
            said += f" ({told(of)})"
        yield Cause(cause, said, f"{len(failures)} of {len(failures) + len(fine)} calls, first {failures[0].case.name}")


def _gist(message: str) -> str:
    """Return a message without its numbers, which differ from case to case."""
    head = message.splitlines()[0] if message else ""
    return "".join("#" if character.isdigit() else character for character in head)[:60]
