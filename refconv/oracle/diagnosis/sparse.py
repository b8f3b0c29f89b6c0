"""Causes that touch a few outputs only: what a wrong output lacks."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

import numpy as np

from refconv.ops.elements import Array
from refconv.oracle.diagnosis.record import Record
from refconv.oracle.explain import Observation, suitable
from refconv.oracle.operations import FACTORS
from refconv.oracle.report.model import Cause, Failure
from refconv.oracle.wiring import Triples, Wiring

__all__ = ["sparse"]

FEW = 1 / 16  # of the outputs, or one
MOSTLY = 2 / 3  # of the results with few wrong outputs


def sparse(record: Record) -> Iterator[Cause]:
    """Yield the cause of results in which a few elements are wrong and all others are right."""
    for of in ("y", "dx", "dw"):
        found: list[tuple[Failure, str | None]] = []
        for failure in record.open("wrong"):
            observation = record.seen(failure) if failure.of == of else None
            if observation is None or observation.y.shape != failure.case.shape_of(of):
                continue
            wrong = _wrong(failure, observation)
            if 0 < len(wrong) <= max(1, FEW * observation.y.size):
                told = suitable(observation) and failure.case.plan.taps > 1
                found.append((failure, _lacking(observation, wrong) if told else None))
        lacks = Counter(what for _, what in found if what)
        asked = sum(what is not None for _, what in found)
        if not lacks:
            continue
        what, count = lacks.most_common(1)[0]
        if count < max(2, MOSTLY * asked):
            continue
        # sums of other numbers are wrong in the same few places, or their error is lost among roundings
        record.explain([failure for failure, lacking in found if lacking in (what, None)])
        sentence = f"{'' if of == 'y' else of + ': '}a few outputs lack {what}, all others are right"
        evidence = f"in {count} of the {len(found)} results with few wrong elements, first {found[0][0].case.name}"
        yield Cause("lost_at_some_outputs", sentence, evidence)


def _wrong(failure: Failure, observation: Observation) -> list[int]:
    """Return the flat indices of elements that are off by more than roundings."""
    truth = failure.case.truth(failure.of, observation.arrays)
    with np.errstate(all="ignore"):
        error = np.abs(observation.y.astype(np.float64) - truth.value)
        return list(map(int, np.nonzero((error > truth.magnitude * 2.0**-16).reshape(-1))[0]))


def _lacking(observation: Observation, wrong: list[int]) -> str:
    """Return the part of its sum that each wrong element lacks: the same tap or channel everywhere, or "" for none."""
    case, of = observation.case, observation.of
    plan, role = case.plan, case.operation.role
    triples = Wiring.of(plan).triples()
    operands = [(role(name), getattr(observation.arrays, name).reshape(-1)) for name in FACTORS[of]]
    truth = case.truth(of, observation.arrays).value.reshape(-1)
    common: set[str] | None = None
    for element in wrong:
        here = (getattr(triples, role(of)) == element) & (triples.x >= 0)
        mine = triples.without(~here)
        products = np.prod([values.astype(np.float64)[getattr(mine, r)] for r, values in operands], axis=0)
        missing = truth[element] - float(observation.y.reshape(-1)[element])
        fitting = {what for what, those in _parts(mine, plan.w_shape) if products[those].sum() == missing}
        common = fitting if common is None else common & fitting
    return min(common, key=len) if common else ""


def _parts(mine: Triples, w_shape: tuple[int, ...]) -> Iterator[tuple[str, Array]]:
    """Yield the parts of a sum that a kernel may lose, with the products that belong to them."""
    taps = [mine.coordinate("w", axis, w_shape) for axis in range(2, len(w_shape))]
    for at in np.ndindex(*w_shape[2:]):
        those = np.logical_and.reduce([tap == k for tap, k in zip(taps, at, strict=True)])
        last = all(k == size - 1 for k, size in zip(at, w_shape[2:], strict=True))
        yield ("the last tap" if last else f"tap {at}"), those
    channel = mine.coordinate("w", 1, w_shape)
    for c in range(w_shape[1]):
        yield ("the last channel" if c == w_shape[1] - 1 else f"channel {c}"), channel == c
    for number in range(len(mine.w)):
        yield "one product", np.arange(len(mine.w)) == number
