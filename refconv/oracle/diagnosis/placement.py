"""Causes that lie in memory: kernels that are right for contiguous arrays only, or up to some number of elements."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from refconv.arithmetic.integers import product
from refconv.oracle.cases import Arrays
from refconv.oracle.diagnosis.record import Record, told
from refconv.oracle.judge import judge
from refconv.oracle.report.model import Cause, Failure

__all__ = ["indices", "memory"]

FEWEST_BITS = 14  # of an index that anybody uses


def memory(record: Record) -> Iterator[Cause]:
    """Yield the cause of failures that vanish when the same numbers are passed in contiguous arrays."""
    if record.again is None:
        return
    cured: list[Failure] = []
    for failure in record.open("wrong", "raised"):
        if failure.case.memory == "contiguous":
            continue
        flat = _contiguous(failure.case.arrays())
        plain = replace(failure.case, memory="contiguous")
        if judge(plain, flat, record.again(plain, flat, failure.of), failure.of, algorithm=record.algorithm) is None:
            cured.append(failure)
    if not cured:
        return
    record.explain(cured)
    which = told(_guilty(record, cured[0]) or ["x"])
    kinds = sorted({failure.case.memory for failure in cured})
    sentence = f"right for contiguous {which} only: wrong for {told([kind.replace('_', ' ') for kind in kinds])} memory"
    evidence = f"the same numbers in contiguous arrays give the right {cured[0].of} in all {len(cured)} cases"
    yield Cause("contiguous_only", sentence, evidence)


def _guilty(record: Record, failure: Failure) -> list[str]:
    """Return the arrays of which each alone, lying as in the case, spoils the result."""
    arrays = failure.case.arrays()
    flat = _contiguous(arrays)
    guilty = []
    for name, array in arrays._asdict().items():
        if array is None or record.again is None:
            continue
        mixed = flat._replace(**{name: array})
        outcome = record.again(replace(failure.case, memory="contiguous"), mixed, failure.of)
        if judge(failure.case, mixed, outcome, failure.of, algorithm=record.algorithm) is not None:
            guilty.append(name)
    return guilty


def _contiguous(arrays: Arrays) -> Arrays:
    b = None if arrays.b is None else np.ascontiguousarray(arrays.b)
    x, w, dy = (np.ascontiguousarray(array) for array in (arrays.x, arrays.w, arrays.dy))
    return Arrays(x, w, b, dy)


def indices(record: Record) -> Iterator[Cause]:
    """Yield the cause of results that are right up to element 2**k and wrong beyond: an index that is too narrow."""
    found: dict[int, list[Failure]] = {}
    for failure in record.open("wrong"):
        observation = record.seen(failure)
        if observation is None or observation.y.size <= 2**FEWEST_BITS:
            continue
        truth = failure.case.truth(failure.of, observation.arrays)
        with np.errstate(all="ignore"):  # a rounding is no wrong element
            wrong = np.abs(observation.y.astype(np.float64) - truth.value) > truth.magnitude / 16
        bits = _wraps(wrong) or _wraps(np.moveaxis(wrong, 1, -1))
        if bits:
            found.setdefault(bits, []).append(failure)
    small = {f.case.y_shape for f in record.open("wrong", "shape") if record.seen(f) is not None}
    for bits, failures in found.items():
        if any(product(shape) <= 2**bits for shape in small):
            continue  # smaller ones are wrong too
        record.explain(failures)
        sentence = f"wrong from element 2**{bits} on: an index wraps"
        evidence = f"the first {2**bits} elements of {failures[0].case.name} are right, most of the rest are not"
        yield Cause("index_wraps", sentence, evidence)


def _wraps(wrong: NDArray[np.bool_]) -> int:
    """Return k if, in the order of the axes, most elements from number 2**k on are wrong, and hardly one before."""
    flat = wrong.reshape(-1)
    for bits in range(FEWEST_BITS, (flat.size - 1).bit_length()):
        before, after = flat[: 2**bits], flat[2**bits :]
        if after[0] and not before[-1] and before.mean() < 1 / 16 and after.mean() > 1 / 2:
            return bits
    return 0
