"""Causes that need no numbers: a kernel that raises, hangs, dies, writes to its inputs, or returns another type."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import replace

import numpy as np

from refconv.oracle.calling import Refused
from refconv.oracle.conditions import when
from refconv.oracle.diagnosis.record import Record, told
from refconv.oracle.report.model import Cause, Failure

__all__ = ["conduct", "remembered"]

SOME = 8  # elements that are not equal by chance
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


def remembered(record: Record) -> Iterator[Cause]:
    """Yield the cause of results that do not depend on the numbers any more once the shapes have been seen."""
    for failure in record.open("wrong"):
        observation = record.seen(failure)
        if record.again is None or observation is None or failure.case.fill != "integers" or observation.y.size < SOME:
            continue
        other = replace(failure.case, seed=failure.case.seed + 1)
        arrays = other.arrays()
        try:
            y = record.again(other, arrays, failure.of).results.get(failure.of)
        except Refused:
            return
        if not isinstance(y, np.ndarray) or not np.array_equal(y, observation.y) or not np.any(y):
            return
        record.explain(record.open("wrong"))
        sentence = "it returns an earlier result for other numbers of the same shape"
        yield Cause("remembers", sentence, f"{failure.case.name}, called with two different sets of numbers")
        return


def _gist(message: str) -> str:
    """Return what messages of one cause share: the exception and its line, or else the text without its numbers."""
    kind, _, rest = message.partition(":")
    if rest.endswith(")") and "(line " in rest:
        return kind + rest[rest.rindex("(line ") :]
    head = message.splitlines()[0] if message else ""
    return "".join("#" if character.isdigit() else character for character in head)[:60]
