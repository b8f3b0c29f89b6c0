"""Ask for causes in turn: what explains a failure first keeps it from being explained again, worse."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from refconv.oracle.diagnosis.conduct import conduct, remembered
from refconv.oracle.diagnosis.numeric import leaks, rounding, scaled
from refconv.oracle.diagnosis.order import order
from refconv.oracle.diagnosis.placement import indices, memory
from refconv.oracle.diagnosis.record import Record, told
from refconv.oracle.diagnosis.sparse import sparse
from refconv.oracle.diagnosis.structure import structure
from refconv.oracle.explain import Observation
from refconv.oracle.judge import judge_array
from refconv.oracle.report.model import Cause

__all__ = ["diagnose", "diagnose_outputs"]


def diagnose(record: Record) -> tuple[Cause, ...]:
    """Return what explains the failures of a kernel; nothing for one that has none.

    Parameters
    ----------
    record : Record
        What a check saw.
    """
    if not record.failures:
        return ()
    found: list[Cause] = []
    for look in (order, remembered, memory, structure, indices, conduct, leaks, scaled, sparse, rounding, _rest):
        found += look(record)
    return tuple(found)


def _rest(record: Record) -> Iterator[Cause]:
    """Yield one honest sentence about what no known mistake explains."""
    left = record.open()
    if not left:
        return
    results = told(sorted({failure.of for failure in left}))
    smallest = min(left, key=lambda failure: failure.case.macs)
    sentence = f"{results} {'is' if ' ' not in results else 'are'} wrong in a way that no known mistake gives"
    yield Cause(
        "unexplained", sentence, f"{len(left)} results, the smallest in {smallest.case.name}: {smallest.message}"
    )


def diagnose_outputs(observations: Sequence[Observation], *, algorithm: str = "direct") -> tuple[Cause, ...]:
    """Return what explains the outputs of a program that cannot be called: nothing for right ones.

    Parameters
    ----------
    observations : sequence of Observation
        Its outputs, right and wrong: the right ones tell which mistakes it does not make.
    algorithm : str
        What it claims to be, for the tolerance.

    Returns
    -------
    tuple of Cause
        The sentences, what explains most first.

    Examples
    --------
    >>> import refconv
    >>> from refconv.oracle.suites import suite
    >>> seen = []
    >>> for case in suite("quick"):
    ...     arrays, stride = case.arrays(), case.options["stride"][::-1]  # the strides change places
    ...     try:
    ...         y = refconv.conv2d(arrays.x, arrays.w, arrays.b, **{**case.options, "stride": stride})
    ...     except refconv.ShapeError:
    ...         continue
    ...     seen.append(Observation(case, "y", arrays, y))
    >>> [cause.sentence for cause in diagnose_outputs(seen)]
    ['the strides of H and W are exchanged, and the size follows']
    """
    if not observations:
        return ()
    failures = []
    judged = []
    for each in observations:
        failure = judge_array(each.case, each.arrays, each.y, each.of, algorithm=algorithm)
        judged.append(Observation(each.case, each.of, each.arrays, each.y, right=failure is None))
        if failure is not None:
            failures.append(failure)
    first = observations[0].case
    returned = [(o.case, o.of) for o in judged]
    return diagnose(Record(first.op, first.precision, algorithm, failures, judged, returned))
