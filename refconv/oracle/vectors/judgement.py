"""One output, judged: there or not, readable or not, of the right type and shape or not, right or not."""

from __future__ import annotations

from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from refconv.ops.elements import Array
from refconv.oracle.cases import Arrays
from refconv.oracle.compare import compare
from refconv.oracle.judge import picture
from refconv.oracle.precision import Precision, precision
from refconv.oracle.report.model import Failure
from refconv.oracle.vectors.encode import decoded
from refconv.oracle.vectors.errors import VectorError
from refconv.oracle.vectors.load import load_truth
from refconv.oracle.vectors.outputs import Outputs
from refconv.oracle.vectors.records import Vector
from refconv.oracle.vectors.untrusted import LIMIT, Header

__all__ = ["Judged", "accepted_types", "judge"]


class Judged(NamedTuple):
    """What became of one output; y is None where there is nothing to compare."""

    y: Array | None = None
    failure: Failure | None = None
    notes: tuple[str, ...] = ()


FAR = 64
"""An output is read, for the diagnosis, if it has no more than so many times the bytes of the true one."""


class _UnfitError(Exception):
    """An output of a wrong type, or too far from the right shape to be read at all."""

    def __init__(self, kind: str, message: str) -> None:
        super().__init__(message)
        self.kind = kind


def accepted_types(kept: Precision) -> tuple[str, ...]:
    """Return the types that outputs may have, the expected one first; wider ones lose nothing.

    Examples
    --------
    >>> accepted_types(precision("bfloat16"))
    ('uint16', 'float32', 'float64')
    >>> accepted_types(precision("int8"))
    ('int64', 'int32')
    """
    if kept.is_integer:
        return ("int64", "int32")
    own = {"bfloat16": "uint16"}.get(kept.dtype, kept.dtype)
    sizes = {"float16": ("float32", "float64"), "bfloat16": ("float32", "float64"), "float32": ("float64",)}
    return (own, *sizes.get(kept.dtype, ()))


@np.errstate(all="ignore")  # a file may hold signalling NaN, of which NumPy would warn
def judge(
    home: Path,
    vector: Vector,
    of: str,
    inputs: Arrays,
    found: Outputs,
    *,
    algorithm: str = "direct",
    limit: int = LIMIT,
) -> Judged:
    """Return what became of the output `of` of one case; whatever is wrong with it is a failure, not an error."""
    if not found.has(vector.name, of):
        message = f"there is no {vector.name}/{of}.npy among the outputs."
        return Judged(failure=Failure(vector.case, of, "missing", message))
    kept = precision(vector.case.precision)
    truth = load_truth(home, vector, of, inputs, limit=limit)
    wording = vector.wording
    expected = truth.value.shape if wording is None else wording.shape(of, truth.value.shape)

    def fail(kind: str, message: str, **more: Any) -> Failure:
        return Failure(vector.case, of, kind, message, **more)

    def check(header: Header) -> None:
        if header.dtype.name not in accepted_types(kept):
            wanted = " or ".join(accepted_types(kept))
            raise _UnfitError("type", f"{of} is of type {header.dtype}, but it should be {wanted}.")
        if header.nbytes > FAR * (truth.value.nbytes + 1):
            raise _UnfitError("shape", misshapen(header.shape))

    def misshapen(shape: tuple[int, ...]) -> str:
        return f"{of} has shape {shape}, but it should be {expected}."

    try:
        y = decoded(found.read(vector.name, of, check), kept.dtype)
    except _UnfitError as error:
        return Judged(failure=fail(error.kind, str(error)))
    except VectorError as error:
        return Judged(failure=fail("unreadable", str(error)))
    fits, shape, y = y.shape == expected, y.shape, vector.entered(of, y)
    if not fits:
        return Judged(y, fail("shape", misshapen(shape)))
    wider = not kept.is_integer and y.dtype != kept.numpy_dtype
    notes = (f"{of} is {y.dtype}, wider than {kept.dtype}",) if wider else ()
    seen = compare(y, truth, precision=kept, policy=vector.policy, algorithm=algorithm, signs=vector.signs)
    if seen.passed:
        return Judged(y, notes=notes)
    return Judged(y, fail("wrong", seen.text, error=seen.error, index=seen.index, picture=picture(seen)), notes)
