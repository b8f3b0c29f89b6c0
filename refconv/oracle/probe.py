"""Measure a black box: which input element it reads for each weight and each output.

A convolution is bilinear, so one operand can be an impulse (a single one among zeros) while the other carries codes, a
different small number in every element. Where the result shows a code, the element that carries it was read::

    y    impulse in w,  codes in x         dx   impulse in w,  codes in dy         dw   impulse in dy, codes in x

(or the other way round, where the larger operand has more elements than there are codes).

Two codings, one a shuffle of the other, tell a single read from a sum of two. The codes stay below 2**8, so that
bfloat16 and TF32 hold them exactly; those for int8 below 2**7.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np

from refconv.ops.elements import Array
from refconv.oracle.calling import Outcome, as_array
from refconv.oracle.cases import Arrays, Case
from refconv.oracle.operations import FACTORS
from refconv.oracle.precision import precision
from refconv.oracle.wiring import NOTHING, Ints, Triples

__all__ = ["MOST_CODES", "Call", "Measured", "Unmeasurable", "measure", "measure_bias"]

Call = Callable[[Case, Arrays, str], Outcome]
"""Makes a call of a case, with these arrays, for "y" or for the gradients."""

MOST_CODES = 250
SEVERAL = -2
"""In a table of reads: a sum of several elements, or none that any two of them give."""


class Unmeasurable(Exception):  # noqa: N818 - a verdict on the kernel, which the caller words
    """The kernel returns nothing that can be read: it raises, or its result has no numbers."""


class Measured(NamedTuple):
    """What was read.

    `reads[r, p]` is the flat index of the coded operand's element that result element r takes with impulse p, or
    `NOTHING`, or `SEVERAL`; `factor` is what it is multiplied with.
    """

    of: str
    impulse: str
    coded: str
    result_shape: tuple[int, ...]
    reads: Ints
    factor: Array
    calls: int

    def triples(self, case: Case) -> Triples:
        """Return the single reads as triples of the plan's roles."""
        result, probe = np.nonzero(self.reads >= 0)
        role = case.operation.role
        found = {role(self.of): result, role(self.impulse): probe, role(self.coded): self.reads[result, probe]}
        return Triples(found["y"], found["x"], found["w"])


def _most_codes(case: Case) -> int:
    """Return how many codes the type of a case's arrays holds."""
    kept = precision(case.precision)
    return min(MOST_CODES, int(np.iinfo(kept.numpy_dtype).max)) if kept.is_integer else MOST_CODES


def _operands(of: str, sizes: dict[str, int], most: int) -> tuple[str, str]:
    """Return the operand that carries impulses, and the one with codes: the larger one, if there are enough of them."""
    small, large = sorted(FACTORS[of], key=lambda name: sizes[name])
    if sizes[small] > most:
        raise Unmeasurable(f"{sizes[small]} elements of {small} need a code each, but there are {most}")
    return (small, large) if sizes[large] <= most else (large, small)


@dataclass
class _Probe:
    """The calls of one measurement."""

    call: Call
    case: Case
    of: str
    calls: int = 0

    def result(self, **given: Array) -> Array:
        """Return the kernel's result for some operands, zeros in the others."""
        case, cast = self.case, precision(self.case.precision).array
        shapes = {"x": case.x_shape, "w": case.w_shape, "dy": case.y_shape}
        operands = {name: cast(given.get(name, np.zeros(shape)).reshape(shape)) for name, shape in shapes.items()}
        self.calls += 1
        outcome = self.call(case, Arrays(operands["x"], operands["w"], None, operands["dy"]), self.of)
        if outcome.kind != "returned" or self.of not in outcome.results:
            raise Unmeasurable(outcome.message or f"there is no {self.of}")
        try:
            return as_array(outcome.results[self.of]).astype(np.float64)
        except (TypeError, ValueError) as error:
            raise Unmeasurable(f"{self.of} is no array of numbers: {error}") from None


def measure(call: Call, case: Case, of: str = "y") -> Measured:
    """Return what a kernel reads, for one call's shapes and options.

    Raises
    ------
    Unmeasurable
        If the kernel raises or returns no numbers, or the arrays are too large.
    """
    shapes = {"x": case.x_shape, "w": case.w_shape, "dy": case.y_shape}
    sizes = {name: int(np.prod(size)) for name, size in shapes.items()}
    impulse, coded = _operands(of, sizes, _most_codes(case))
    count, probes = sizes[coded], sizes[impulse]
    codes = np.arange(1.0, count + 1)
    shuffled = np.random.default_rng(count).permutation(codes)
    probe = _Probe(call, case, of)
    rows: list[tuple[Ints, Array]] = []
    shape: tuple[int, ...] = ()
    for p in range(probes):
        one = np.zeros(probes)
        one[p] = 1
        seen = [probe.result(**{impulse: one, coded: coding}) for coding in (codes, shuffled)]
        shape = seen[0].shape
        rows.append(_decode(seen[0].reshape(-1), seen[1].reshape(-1), codes, shuffled))
    reads, factors = (np.stack(columns, axis=1) for columns in zip(*rows, strict=True))
    return Measured(of, impulse, coded, shape, reads, factors, probe.calls)


def _decode(first: Array, second: Array, codes: Array, shuffled: Array) -> tuple[Ints, Array]:
    """Return the element and the factor behind each pair of values."""
    # a factor f makes f*code and f*shuffled of them: their ratio belongs to the element, whatever f is
    with np.errstate(all="ignore"):
        factors = first[:, None] / codes
        fits = np.isclose(factors * shuffled, second[:, None], rtol=1e-5, atol=0) & (first[:, None] != 0)
    exact = fits & (factors == 1)
    found = np.where(exact.any(axis=1), exact.argmax(axis=1), fits.argmax(axis=1))
    there = fits.any(axis=1)
    silent = (first == 0) & (second == 0)
    reads = np.where(silent, NOTHING, np.where(there, found, SEVERAL))
    return reads, np.where(there, np.take_along_axis(factors, found[:, None], axis=1)[:, 0], 1.0)


def measure_bias(call: Call, case: Case) -> Ints | None:
    """Return which entry of b each channel of y gets (`NOTHING`: none), or None where that cannot be said."""
    count = case.y_shape[1]
    codes = np.arange(1.0, count + 1)
    cast = precision(case.precision).array
    zeros: dict[str, Any] = {name: cast(np.zeros(getattr(case, f"{name}_shape"))) for name in ("x", "w")}
    outcome = call(case, Arrays(zeros["x"], zeros["w"], cast(codes), cast(np.zeros(case.y_shape))), "y")
    try:
        y = as_array(outcome.results["y"]).astype(np.float64)
    except (KeyError, TypeError, ValueError):
        return None
    if y.ndim < 2 or y.shape[1] != count or y.size == 0:
        return None
    by_channel = np.moveaxis(y, 1, 0).reshape(count, -1)
    values = by_channel[:, 0]
    if (
        np.any(by_channel != values[:, None])
        or np.any(values != np.rint(values))
        or np.any((values < 0) | (values > count))
    ):
        return None
    return values.astype(np.int64) - 1
