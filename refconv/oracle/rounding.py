"""Measure what a kernel rounds, and how: a handful of calls whose exact results tell the bits apart.

Every probe sums three products or fewer, so that what is lost can only have been lost in one place::

    (1 + 2**-j) * 1  -  1 * 1             2**-j survives if x keeps j bits behind its leading one
    1 * (1 + 2**-j)  -  1 * 1             the same for w
    1 * 1  +  1 * 2**-j  -  1 * 1         no input has more than one bit: what is lost, the accumulator lost
    1 * 1  +  1 * 2**-j                   and what is lost here but not there was lost on the way out

The three products are tried in every order, because a kernel may add them as it likes.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from itertools import permutations

import numpy as np

from refconv.oracle.calling import Outcome, as_array
from refconv.oracle.cases import Arrays, Case
from refconv.oracle.operations import operation
from refconv.oracle.precision import precision

__all__ = ["Rounding", "measure_rounding"]

FEWEST_BITS = 4  # of any format that kernels compute in

Call = Callable[[Case, Arrays], Outcome]
Terms = list[tuple[float, float]]


@dataclass(frozen=True)
class Rounding:
    """How many significant bits a kernel keeps, and which way it rounds.

    Parameters
    ----------
    x, w, accumulator, output : int
        Significant bits, the leading one included, as far as they could be told apart.
    mode : str
        How sums are rounded: "nearest", "toward zero", "up" or "down".
    narrow_range, narrow_output : bool
        Whether inputs, and results, that float16 cannot hold are lost.
    """

    x: int
    w: int
    accumulator: int
    output: int
    mode: str = "nearest"
    narrow_range: bool = False
    narrow_output: bool = False


def measure_rounding(call: Call, op: str, name: str) -> Rounding | None:
    """Return what a kernel keeps, or None where it does not return what such small sums can be.

    Parameters
    ----------
    call : callable
        Makes one call.
    op : str
        The operation.
    name : str
        The precision, which gives the arrays' type.
    """
    asked = precision(name)
    if asked.accumulator is None or asked.output is None:
        return None

    def total(terms: Terms) -> float:
        return _total(call, op, name, terms)

    most = asked.accumulator.p
    if total([(1, 1)]) != 1 or total([(1, 2), (3, 1)]) != 5:
        return None
    accumulator = _kept(lambda j: all(total(list(t)) == 2.0**-j for t in permutations(_accumulated(j))), most)
    x = _kept(lambda j: total([(1 + 2.0**-j, 1), (1, -1)]) == 2.0**-j, asked.output.p)
    w = _kept(lambda j: total([(1, 1 + 2.0**-j), (1, -1)]) == 2.0**-j, asked.output.p)
    output = _kept(lambda j: total([(1, 1), (1, 2.0**-j)]) == 1 + 2.0**-j, asked.output.p)
    p = min(output, accumulator)
    mode = _mode(total, p)
    tiny = 2.0**-30 if asked.dtype in ("float32", "float64", "bfloat16") else 0.0
    narrow = tiny > 0 and total([(tiny, 2.0**30)]) != 1
    wide = asked.dtype != "float16"
    narrow_output = wide and total([(2.0**10, 2.0**10)]) != 2.0**20
    # a kernel that remembers, or guesses, has been measured for nothing
    steady = total([(1, 1)]) == 1 and total([(2, 3), (5, 7)]) == 41 and total([(1, 2), (3, 1)]) == 5
    if not steady or min(x, w, accumulator, output) < FEWEST_BITS:
        return None
    return Rounding(x, w, accumulator, output, mode, narrow, narrow_output)


def _accumulated(j: int) -> Terms:
    half = j // 2  # 2**-j as a product: float16 does not hold what its sums do
    return [(1, 1), (2.0**-half, 2.0 ** (half - j)), (1, -1)]


def _kept(survives: Callable[[int], bool], most: int) -> int:
    """Return the significant bits that survive, of at most so many."""
    for j in range(1, most):
        if not survives(j):
            return j
    return most


def _mode(total: Callable[[Terms], float], p: int) -> str:
    """Return how 1 + 3/4 and 1 + 1/4 of a unit in the last place are rounded, and their negatives."""
    up = 0.75 * 2.0 ** (1 - p)
    large, small = total([(1, 1), (1, up)]), total([(1, 1), (1, up / 3)])
    below, above = total([(1, -1), (1, -up)]), total([(1, -1), (1, -up / 3)])
    seen = (large > 1, small > 1, below < -1, above < -1)
    return {
        (False, False, False, False): "toward zero",
        (True, True, False, False): "up",
        (False, False, True, True): "down",
        (True, True, True, True): "away from zero",
    }.get(seen, "nearest")


def _total(call: Call, op: str, name: str, terms: Terms) -> float:
    """Return the kernel's sum of products, as a convolution with one output; NaN where it returns anything else."""
    case, arrays = _sum_of_products(op, name, terms)
    outcome = call(case, arrays)
    try:
        y = as_array(outcome.results["y"]).astype(np.float64)
    except (KeyError, TypeError, ValueError):
        return float("nan")
    return float(y.reshape(-1)[0]) if y.size == 1 else float("nan")


def _sum_of_products(op: str, name: str, terms: Terms) -> tuple[Case, Arrays]:
    kind = operation(op)
    ones, count = (1,) * (kind.rank - 1), len(terms)
    if kind.family == "depthwise_conv":  # no sum over channels: one over taps
        x_shape = w_shape = (1, 1, *ones, count)
    elif kind.family == "conv_transpose":
        x_shape, w_shape = (1, count, *ones, 1), (count, 1, *ones, 1)
    else:
        x_shape = w_shape = (1, count, *ones, 1)
    case = Case(op, x_shape, w_shape, bias=False, precision=name)
    asked = precision(name)
    x, w = (asked.array(np.array(side, dtype=np.float64)) for side in zip(*terms, strict=True))
    arrays = Arrays(x.reshape(x_shape), w.reshape(w_shape), None, asked.array(np.ones(case.y_shape)))
    return case, arrays
