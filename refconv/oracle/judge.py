"""Judge one call: whether what came back is what should have, and if not, how far off and where."""

from __future__ import annotations

import numpy as np

from refconv.ops.elements import Array
from refconv.oracle.calling import Outcome
from refconv.oracle.cases import Arrays, Case
from refconv.oracle.compare import Comparison, compare
from refconv.oracle.precision import precision
from refconv.oracle.report.model import Failure

__all__ = ["judge", "judge_array", "picture"]

SHOWN = 64  # rows and columns of a picture, at most


def judge(case: Case, arrays: Arrays, outcome: Outcome, of: str, *, algorithm: str = "direct") -> Failure | None:
    """Return what is wrong with one result of a call, or None.

    Parameters
    ----------
    case : Case
        The call.
    arrays : Arrays
        Its inputs.
    outcome : Outcome
        What the kernel did.
    of : str
        The result to judge.
    algorithm : str
        What the kernel claims to be, for the tolerance: "direct", "winograd" or "fft".
    """
    if outcome.kind != "returned":
        return Failure(case, of, outcome.kind, outcome.message)
    if of not in outcome.results:
        return Failure(case, of, "type", f"no {of} was returned.")
    result = outcome.results[of]
    if not isinstance(result, np.ndarray):
        return Failure(case, of, "type", f"{of} is {_article(type(result).__name__)}, not an array of numbers.")
    return judge_array(case, arrays, result, of, algorithm=algorithm)


def judge_array(case: Case, arrays: Arrays, result: Array, of: str, *, algorithm: str = "direct") -> Failure | None:
    """Return what is wrong with an array that should be one result of a case, or None.

    Examples
    --------
    >>> case = Case("conv1d", (1, 1, 5), (1, 1, 3))
    >>> arrays = case.arrays()
    >>> y = case.operation.forward(arrays.x, arrays.w, arrays.b)
    >>> judge_array(case, arrays, y, "y") is None
    True
    >>> judge_array(case, arrays, y[:, :, 1:], "y").message
    'y has shape (1, 1, 2), but it should be (1, 1, 3).'
    """
    expected = case.shape_of(of)
    if result.shape != expected:
        return Failure(case, of, "shape", f"{of} has shape {result.shape}, but it should be {expected}.")
    refused = _type_refused(case, result)
    if refused:
        return Failure(case, of, "type", f"{of} is {refused}")
    comparison = compare(
        _as_asked(case, result),
        case.truth(of, arrays),
        precision=case.precision,
        # what a transform rounds is exact for no input
        policy=case.policy if algorithm == "direct" else "worst_case",
        algorithm=algorithm,
        signs=case.signs,
    )
    if comparison.passed:
        return None
    return Failure(case, of, "wrong", comparison.text, comparison.error, comparison.index, picture=picture(comparison))


def _as_asked(case: Case, result: Array) -> Array:
    """Return a result in the type that was asked for, if a wider one holds nothing more."""
    asked = precision(case.precision).numpy_dtype
    if result.dtype.kind != "f" or result.dtype == asked or asked.kind in "iu":
        return result
    with np.errstate(all="ignore"):
        narrow = result.astype(asked)
        same = np.array_equal(narrow.astype(result.dtype), result, equal_nan=True)
    return narrow if same else result


def _type_refused(case: Case, result: Array) -> str:
    """Return what is wrong with the type of a result, "" if nothing is: a wider one is no mistake."""
    asked = precision(case.precision)
    if asked.is_integer:
        fits = result.dtype.name in ("int32", "int64")
        return "" if fits else f"{result.dtype}, but integers should give int32 or int64."
    if result.dtype == asked.numpy_dtype:
        return ""
    floating = result.dtype.kind == "f" and result.dtype.itemsize > asked.numpy_dtype.itemsize
    return "" if floating else f"{result.dtype}, but it should be {asked.dtype}."


def picture(comparison: Comparison) -> list[list[float]] | None:
    """Return the errors over the last two axes around the worst element, as far as a picture can show them.

    Examples
    --------
    >>> case = Case("conv1d", (1, 1, 5), (1, 1, 3))
    >>> picture(compare(case.truth().value + [0, 0, 1], case.truth()))[0][:2]
    [0.0, 0.0]
    """
    index, units = comparison.index, np.atleast_2d(comparison.units)
    if index is None:
        return None
    plane = units[index[:-2]] if units.ndim > 2 else units
    first = (max(min(at - SHOWN // 2, n - SHOWN), 0) for at, n in zip((0, *index)[-2:], plane.shape, strict=True))
    shown: list[list[float]] = plane[tuple(slice(start, start + SHOWN) for start in first)].tolist()
    return shown


def _article(noun: str) -> str:
    return f"{'an' if noun[:1].lower() in 'aeiou' else 'a'} {noun}"
