"""Causes in the numbers: what was rounded, to how many bits and which way; scaled results; NaNs that leak."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace

import numpy as np

from refconv.errors import RefconvError
from refconv.oracle.compare import compare
from refconv.oracle.diagnosis.record import Record, told
from refconv.oracle.explain import Observation
from refconv.oracle.formats import FORMATS, Format, round_to
from refconv.oracle.precision import precision
from refconv.oracle.report.model import Cause, Failure
from refconv.oracle.rounding import Rounding, measure_rounding

__all__ = ["leaks", "rounding", "scaled"]

SLACK = 2.0**-22  # a few units in the last place of float32
_SHORT = ("tf32", "float16", "bfloat16")
_SHOWN = {"tf32": "TF32", "float16": "float16", "bfloat16": "bfloat16", "float32": "float32"}


def leaks(record: Record) -> Iterator[Cause]:
    """Yield the cause of NaNs and infinities in outputs that read none."""
    for cause, sentence, there in (
        ("nan_leaks", "NaN or infinity in x reaches outputs that do not read it", True),
        ("nan_lost", "NaN or infinity in x does not reach the outputs that read it", False),
    ):
        failures = [f for f in record.open("wrong") if f.case.fill == "nonfinite" and _finite_differs(record, f, there)]
        if failures:
            record.explain(failures)
            yield Cause(cause, sentence, f"{len(failures)} cases, first {failures[0].case.name}")


def _finite_differs(record: Record, failure: Failure, there: bool) -> bool:
    """Whether some element should be finite and is not (`there`), or is finite and should not be."""
    observation = record.seen(failure)
    if observation is None:
        return False
    truth = np.isfinite(failure.case.truth(failure.of, observation.arrays).value)
    seen = np.isfinite(observation.y.astype(np.float64))
    return bool(np.any(truth & ~seen if there else ~truth & seen))


def scaled(record: Record) -> Iterator[Cause]:
    """Yield the cause of results that are all the right ones times one number."""
    for of in ("y", "dx", "dw", "db"):
        failures = [failure for failure in record.open("wrong") if failure.of == of]
        ratios = []
        for failure in failures:
            observation = record.seen(failure)
            if observation is not None and failure.case.policy == "exact":
                truth = failure.case.truth(of, observation.arrays).value.astype(np.float64)
                there = (np.abs(truth) > 0) & np.isfinite(truth)
                ratios.append(observation.y.astype(np.float64)[there] / truth[there])
        if not ratios or not any(ratio.size for ratio in ratios):
            continue
        together = np.concatenate(ratios)
        factor = float(np.median(together))
        # the product of a float32 and the factor is rounded: half a unit in the last place
        if factor != 0 and abs(factor - 1) > 2 * SLACK and np.all(np.abs(together / factor - 1) <= SLACK):
            record.explain(failures)
            sentence = f"{'the result' if of == 'y' else of} is multiplied by {factor:.7g}"
            yield Cause("scaled", sentence, f"{together.size} elements of {len(ratios)} cases, all by the same factor")


def rounding(record: Record) -> Iterator[Cause]:
    """Yield the causes in precision: measured by probes where the kernel can be called, else by reproduction."""
    failures = record.open("wrong")
    if not failures or precision(record.precision).is_integer:
        yield from _overflow(record, failures)
        return
    measured = _measured(record)
    causes = list(_from_probes(measured, record.precision)) if measured else []
    if not causes:
        causes = list(_reproduced(record, failures))
    if causes:
        record.explain(failures)
    yield from causes


def _measured(record: Record) -> Rounding | None:
    again = record.again
    if again is None or record.algorithm != "direct":
        return None
    return measure_rounding(lambda case, arrays: again(case, arrays, "y"), record.op, record.precision)


def _from_probes(found: Rounding, name: str) -> Iterator[Cause]:
    asked = precision(name)
    if asked.inputs is None or asked.accumulator is None or asked.output is None:
        return
    evidence = f"measured: x keeps {found.x} bits, w {found.w}, the accumulator {found.accumulator}, y {found.output}"
    short_sums = found.accumulator < asked.accumulator.p
    if short_sums:
        kind = _name_of(found.accumulator, narrow=True)
        yield Cause("accumulator_rounded", f"accumulated in {kind}", evidence)
    for which, bits in (("the inputs", min(found.x, found.w)),):
        if bits < asked.inputs.p and not (short_sums and bits >= found.accumulator):
            only = "" if found.x == found.w else (" x" if found.x < found.w else " w")
            shown = f"{which}{' of' + only if only else ''}" if not only else f"the values of{only}"
            kind = _name_of(bits, narrow=found.narrow_range)
            yield Cause("inputs_rounded", f"{shown} were rounded to {kind}", evidence)
    if found.output < min(asked.output.p, found.accumulator):
        yield Cause(
            "output_rounded", f"the result was rounded to {_name_of(found.output, narrow=found.narrow_range)}", evidence
        )
    if found.mode != "nearest":
        sentence = f"sums are rounded {found.mode}, not to nearest"
        yield Cause("directed_rounding", sentence, "measured: two products whose sum lies between two numbers")


def _name_of(bits: int, *, narrow: bool) -> str:
    if bits == 11:
        return "float16" if narrow else "TF32"
    return {8: "bfloat16", 24: "float32"}.get(bits, f"{bits} significant bits")


def _reproduced(record: Record, failures: list[Failure]) -> Iterator[Cause]:
    """Yield the rounding of inputs or result that makes the failing results right."""
    observations = [o for o in map(record.seen, failures) if o is not None and np.all(np.isfinite(o.y))][:12]
    if not observations:
        return
    tries: list[tuple[str, str, Callable[[Observation, Format], bool]]] = [
        ("inputs_rounded", "the inputs were rounded to {}", _right_with_rounded_inputs),
        ("output_rounded", "the result was rounded to {}", _right_but_for_output),
        ("accumulator_rounded", "accumulated in {}", _right_with_short_sums),
    ]
    for cause, sentence, agrees in tries:
        for name in _SHORT:
            if name == "tf32" and cause == "accumulator_rounded":
                continue
            if FORMATS[name].p < precision(record.precision).numpy_dtype.itemsize * 8 and all(
                agrees(observation, FORMATS[name]) for observation in observations
            ):
                evidence = f"with that rounding all {len(observations)} failing results that were tried are right"
                yield Cause(cause, sentence.format(_SHOWN[name]), evidence)
                return


def _agrees(observation: Observation, arrays: object, name: str, output: Format | None = None) -> bool:
    try:
        truth = observation.case.truth(observation.of, arrays)  # type: ignore[arg-type]
    except RefconvError:
        return False
    if output is not None:
        rounded = round_to(truth.value, output)
        return bool(np.array_equal(rounded, round_to(observation.y, output))) and bool(
            np.array_equal(observation.y.astype(np.float64), round_to(observation.y, output))
        )
    return compare(observation.y, truth, precision=name, policy="worst_case").passed


def _right_with_rounded_inputs(observation: Observation, to: Format) -> bool:
    arrays = observation.arrays
    rounded = {
        name: array if array is None or name == "b" else round_to(array, to).astype(array.dtype)
        for name, array in arrays._asdict().items()
    }
    return _agrees(observation, type(arrays)(**rounded), observation.case.precision)


def _right_but_for_output(observation: Observation, to: Format) -> bool:
    return _agrees(observation, observation.arrays, observation.case.precision, to)


def _right_with_short_sums(observation: Observation, to: Format) -> bool:
    asked = precision(observation.case.precision)
    if asked.accumulator is None or to.p >= asked.accumulator.p:
        return False
    truth = observation.case.truth(observation.of, observation.arrays)
    seen = observation.y.astype(np.float64)
    limit = truth.terms * to.unit_roundoff * truth.magnitude
    representable = bool(np.array_equal(round_to(seen, to), seen))
    return representable and bool(np.all(np.abs(seen - truth.value) <= limit))


def _overflow(record: Record, failures: list[Failure]) -> Iterator[Cause]:
    """Yield the cause of integer results that are right but for multiples of a power of two."""
    for bits in (8, 16, 32):
        wrapped = []
        for failure in failures:
            observation = record.seen(failure)
            if observation is None:
                continue
            truth = failure.case.truth(failure.of, observation.arrays).value
            if truth.shape == observation.y.shape and np.all((truth - observation.y.astype(np.int64)) % 2**bits == 0):
                wrapped.append(failure)
        if wrapped:
            record.explain(wrapped)
            sentence = f"sums overflow {bits}-bit integers"
            evidence = f"all errors are multiples of 2**{bits}, in {len(wrapped)} cases ({told(_names(wrapped))})"
            yield Cause("integer_overflow", sentence, evidence)
            return


def _names(failures: list[Failure]) -> list[str]:
    return sorted({replace(failure.case, seed=0).name for failure in failures})[:2]
