"""Causes in the numbers: what was rounded, to how many bits and which way; scaled results; NaNs that leak."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace

import numpy as np

from refconv.errors import RefconvError
from refconv.oracle.compare import compare
from refconv.oracle.diagnosis.record import Record, key_of, told
from refconv.oracle.explain import Observation
from refconv.oracle.formats import FORMATS, Format, round_to
from refconv.oracle.precision import precision
from refconv.oracle.report.model import Cause, Failure
from refconv.oracle.rounding import Rounding, measure_rounding

__all__ = ["leaks", "rounding", "scaled"]

SMALL = ("integers", "impulse", "impulse_w")  # fills of numbers with few bits
SLACK = 2.0**-22  # a few units in the last place of float32
_SHORT = ("tf32", "float16", "bfloat16")
_SHOWN = {"tf32": "TF32", "float16": "float16", "bfloat16": "bfloat16", "float32": "float32"}


def leaks(record: Record) -> Iterator[Cause]:
    """Yield the cause of NaNs and infinities where there should be none, or none where there should."""
    for of in ("y", "dx", "dw", "db"):
        failures = [f for f in record.open("wrong") if f.of == of]
        finite = [f for f in failures if not f.case.fill.startswith("nonfinite")]
        made = [f for f in finite if _not_a_number(record, f)]
        if any(f.case.fill in SMALL for f in made):  # wide ranges may overflow a short type, and be NaN by that
            record.explain(made)
            sentence = f"{of} holds NaN though all inputs are finite: memory not written, or padded with it"
            yield Cause("nan_made", sentence, f"{len(made)} cases, first {made[0].case.name}")
        if finite:
            continue  # what is wrong with finite numbers is wrong with the others too
        for cause, sentence, there in (
            ("nan_leaks", "NaN or infinity in x reaches outputs that do not read it", True),
            ("nan_lost", "NaN or infinity in x does not reach the outputs that read it", False),
        ):
            found = [f for f in record.open("wrong") if f.of == of and _finite_differs(record, f, there=there)]
            if found:
                record.explain(found)
                yield Cause(cause, sentence, f"{len(found)} cases, first {found[0].case.name}")


def _not_a_number(record: Record, failure: Failure) -> bool:
    observation = record.seen(failure)
    return observation is not None and bool(np.any(np.isnan(observation.y.astype(np.float64))))


def _finite_differs(record: Record, failure: Failure, *, there: bool) -> bool:
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
    if measured and causes:
        accounted = [
            failure
            for failure in failures
            if key_of(failure) in record.nearly or _rounded_away(record, failure, measured)
        ]
        if not accounted:
            return
        record.explain(accounted)
        yield from causes
        return
    rounded = [
        failure for failure in failures if failure.case.fill not in ("integers", "impulse", "impulse_w", "zeros")
    ]
    causes = list(_reproduced(record, rounded)) if len(rounded) > len(failures) / 2 else []
    if causes:
        record.explain(rounded)
    yield from causes


def _rounded_away(record: Record, failure: Failure, measured: Rounding) -> bool:
    """Whether an error is no larger than the measured roundings make it, and of numbers that need more bits."""
    bits = min(measured.x, measured.w, measured.accumulator, measured.output)
    sums = precision(record.precision).accumulator
    whole_sums = sums is not None and measured.accumulator >= sums.p
    observation = record.seen(failure)
    if observation is None:
        return failure.case.fill not in SMALL
    truth = failure.case.truth(failure.of, observation.arrays)
    to = replace(FORMATS["float32"], p=bits)
    numbers = [*(a for a in observation.arrays if a is not None), truth.value]
    if (
        whole_sums
        and failure.case.fill in SMALL
        and all(np.array_equal(round_to(a, to), a.astype(np.float64)) for a in numbers)
    ):
        return False  # nothing here needs more bits than are kept
    with np.errstate(all="ignore"):
        error = np.abs(observation.y.astype(np.float64) - truth.value)
        limit = 4 * truth.terms * 2.0**-bits * truth.magnitude
    return bool(np.all((error <= limit) | ~np.isfinite(error)))


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
            "output_rounded",
            f"the result was rounded to {_name_of(found.output, narrow=found.narrow_output)}",
            evidence,
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
            if name == "tf32" and cause != "inputs_rounded":
                continue  # a type of inputs only
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
    if all(a is None or np.array_equal(round_to(a, to), a.astype(np.float64), equal_nan=True) for a in arrays):
        return False  # that rounding changes nothing
    rounded = {
        name: array if array is None or name == "b" else round_to(array, to).astype(array.dtype)
        for name, array in arrays._asdict().items()
    }
    name = observation.case.precision
    return not _agrees(observation, arrays, name) and _agrees(observation, type(arrays)(**rounded), name)


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
            if truth.shape != observation.y.shape or np.abs(observation.y).max(initial=0) > 2 ** (bits - 1):
                continue  # what wrapped fits
            if np.all((truth - observation.y.astype(np.int64)) % 2**bits == 0):
                wrapped.append(failure)
        if len(wrapped) > len(failures) / 2:
            record.explain(wrapped)
            sentence = f"sums overflow {bits}-bit integers"
            evidence = f"all errors are multiples of 2**{bits}, in {len(wrapped)} cases ({told(_names(wrapped))})"
            yield Cause("integer_overflow", sentence, evidence)
            return


def _names(failures: list[Failure]) -> list[str]:
    return sorted({replace(failure.case, seed=0).name for failure in failures})[:2]
