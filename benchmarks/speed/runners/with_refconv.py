"""refconv itself, and the value that everybody's is checked against."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from math import prod
from typing import Any

import numpy as np

import refconv
from benchmarks.speed.cases import Case
from benchmarks.speed.inputs import Inputs, mapped
from benchmarks.speed.runners import Work

__all__ = ["prepare", "reference", "start"]


def start(threads: int) -> str:
    """Return the version; the threads are in the environment."""
    del threads
    return refconv.__version__


def prepare(case: Case, kind: str, direction: str, given: Inputs) -> Work:
    """Return the operation on these arrays; its results are NumPy's already."""
    del kind
    return Work(_call(case, direction, given), _results)


def reference(case: Case, kind: str, direction: str, given: Inputs) -> list[tuple[Any, Any]]:
    """Return each result in float64, and how far one in the type `kind` may be from it, element by element.

    Two sums of m products, in any orders, differ by at most twice ``gamma_m`` times the sum of the absolute products.
    """
    wide = mapped(given, lambda a: a.astype(np.float64))
    values = _results(_call(case, direction, wide)())
    if case.op == "max_pool":  # which sample is the largest depends on signs; a gradient sums a few of dy's
        routed = Inputs(wide.x, None, None if wide.dy is None else np.abs(wide.dy))
        sizes = (np.zeros(case.y),) if direction == "forward" else _results(_call(case, direction, routed)())
    else:
        absolute = mapped(wide, np.abs)
        sizes = _results(_call(case, direction, absolute)())
    roundoff = float(np.finfo(kind).eps) / 2
    bounds = []
    for terms, size in zip(_terms(case, direction), sizes, strict=True):
        m = (terms + 2) * roundoff
        bounds.append(2 * m / (1 - m) * size)
    return list(zip(values, bounds, strict=True))


def _terms(case: Case, direction: str) -> list[int]:
    """Return how many products each result sums at most."""
    if case.is_pool:
        return [case.k**2]
    transposed = case.op == "conv_transpose"
    inwards, outwards = case.x[1] // case.groups, case.out // case.groups
    if direction == "forward":
        return [inwards * case.k**2]
    return [outwards * case.k**2, case.x[0] * prod((case.x if transposed else case.y)[2:])]


def _results(got: Any) -> tuple[Any, ...]:
    return got[:2] if isinstance(got, tuple) else (got,)  # dx and dw; there is no db


def _call(case: Case, direction: str, given: Inputs) -> Callable[[], Any]:
    backward = direction == "backward"
    function = getattr(refconv, f"{case.op}2d{'_backward' if backward else ''}")
    how = dict(stride=case.s, padding=case.p)
    if case.is_pool:
        how["kernel_size"] = case.k
        return partial(function, given.dy, given.x, **how) if backward else partial(function, given.x, **how)
    how |= dict(dilation=case.d, groups=case.groups)
    if case.op == "conv_transpose":
        how["output_padding"] = case.a
    if backward:
        return partial(function, given.dy, given.x, given.w, bias=False, **how)
    return partial(function, given.x, given.w, **how)
