"""Causes in what is read and where it lands: the known mistakes, one or several at once, for y and each gradient."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from refconv.errors import RefconvError
from refconv.oracle.diagnosis.record import Record, key_of, told
from refconv.oracle.explain import Explanation, Observation, explain, suitable
from refconv.oracle.report.model import Cause, Failure
from refconv.oracle.sketch import Sketch

__all__ = ["structure"]

RESULTS = ("y", "dx", "dw", "db")
EXACT, ROUNDED = 2.0**-15, 2.0**-6  # of the sum of absolute values: float32 in any order, and shorter types
UNDERFLOW = 2.0**-120  # what float32 may lose near zero
MOST_PRODUCTS = 3_000_000  # of a case with other numbers than integers that is simulated to see whether it is covered


def structure(record: Record) -> Iterator[Cause]:
    """Yield the known mistakes that give the failing results exactly."""
    found: dict[str, Explanation] = {}
    for of in RESULTS:
        open_here = {id(failure.case) for failure in record.open("wrong", "shape") if failure.of == of}
        observations = [
            o for o in record.observations if o.of == of and (o.right or id(o.case) in open_here) and suitable(o)
        ]
        explanation = explain(observations)
        if explanation is not None:
            found[of] = explanation
            record.explain(_covered(record, of, explanation))
    yield from _merged(found)


def _covered(record: Record, of: str, explanation: Explanation) -> list[Failure]:
    """Return the failures that an explanation accounts for, those with other numbers than integers among them."""
    covered = []
    for failure in record.open("wrong", "shape", "raised"):
        if failure.of != of:
            continue
        if failure.kind == "raised":
            covered += [failure] if _impossible(explanation, failure) else []
            continue
        observation = record.seen(failure)
        part = 0.0 if observation is None else _unaccounted(explanation, observation)
        if part <= EXACT:
            covered.append(failure)
        elif part <= ROUNDED:
            record.nearly.add(key_of(failure))
    return covered


def _impossible(explanation: Explanation, failure: Failure) -> bool:
    """Whether the mistakes leave nothing that could be computed for a case."""
    try:
        Sketch.of_case(failure.case, failure.of).edited(mistake.edit for mistake in explanation.mistakes)
    except ValueError:
        return True
    return False


def _unaccounted(explanation: Explanation, observation: Observation) -> float:
    """Return how far a result is from what the mistakes give, as a part of the sum of absolute values.

    0 where that would take too long to compute, infinite where it is not of that shape or cannot be computed.
    """
    if observation.case.macs > MOST_PRODUCTS:
        return 0.0
    arrays = observation.arrays
    try:
        sketch = Sketch.of_case(observation.case, observation.of).edited(m.edit for m in explanation.mistakes)
        if sketch.products > 2 * MOST_PRODUCTS:
            return 0.0
        with np.errstate(all="ignore"):
            result = sketch.result(arrays)
            absolute = type(arrays)(*(None if a is None else np.abs(a.astype(np.float64)) for a in arrays))  # type: ignore[arg-type]
            magnitude = np.abs(sketch.result(absolute))
    except (ValueError, IndexError, ZeroDivisionError, RefconvError):
        return np.inf
    if result.shape != observation.y.shape:
        return np.inf
    with np.errstate(all="ignore"):
        seen = observation.y.astype(np.float64)
        error = np.abs(result - seen)
        parts = np.where(error <= UNDERFLOW, 0.0, (error - UNDERFLOW) / magnitude)
    return float(np.max(parts, initial=0.0, where=np.isfinite(result) & np.isfinite(seen)))


def _merged(found: dict[str, Explanation]) -> Iterator[Cause]:
    """Yield the causes, each once, with all the results it was found in."""
    said: dict[tuple[str, str, str], list[str]] = {}
    for of, explanation in found.items():
        for mistake in explanation.mistakes:
            said.setdefault((mistake.cause, mistake.sentence, explanation.condition), []).append(of)
    for (cause, sentence, condition), results in said.items():
        first = found[results[0]]
        full = sentence + (f", when {condition}" if condition else "")
        if results != ["y"]:
            full = f"{told(results)}: {full}"
        made = "these mistakes" if len(first.mistakes) > 1 else "this mistake"
        failing, passing, left = (
            sum(getattr(found[of], count) for of in results) for count in ("failing", "passing", "left")
        )
        share = f"{failing} of {failing + left}" if left else f"all {failing}"
        evidence = f"a convolution with {made} gives the failing results of {told(results)} exactly, {share}"
        evidence += f", and {passing} right ones" if passing else ""
        yield Cause(cause, full, evidence)
