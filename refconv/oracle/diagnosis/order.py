"""The cause of everything being wrong at once: the kernel expects another order of axes."""

from __future__ import annotations

from collections.abc import Iterator

from refconv.oracle.calling import Refused
from refconv.oracle.diagnosis.record import Record
from refconv.oracle.judge import judge
from refconv.oracle.layout import find_layouts
from refconv.oracle.report.model import Cause, Failure

__all__ = ["order"]

TRIED = 12  # failures of all sizes


def order(record: Record) -> Iterator[Cause]:
    """Yield the layouts under which a kernel that is wrong almost everywhere is right."""
    failures = [failure for failure in record.open("wrong", "shape", "raised", "type") if failure.of == "y"]
    fine = sum(of == "y" for _, of in record.returned) - sum(f.kind != "raised" for f in failures)
    if record.again is None or fine > len(failures):
        return
    found = find_layouts(record.again, record.op, record.precision, record.layouts)
    if found is None:
        return
    right = found.around(record.again)

    def cured(failure: Failure) -> bool:
        arrays = failure.case.arrays()
        try:
            outcome = right(failure.case, arrays, "y")
        except Refused:
            return False
        return judge(failure.case, arrays, outcome, "y", algorithm=record.algorithm) is None

    some = sorted(failures, key=lambda failure: failure.case.macs)[:: len(failures) // TRIED + 1]
    if not all(cured(failure) for failure in some):
        return  # memory read in another order looks the same where sizes are equal
    record.explain([failure for failure in record.open() if failure.of == "y" and cured(failure)])
    yield Cause("layout", str(found), "with arrays in these orders the same calls give the right results")
