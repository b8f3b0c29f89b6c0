"""The arrays of a case, from a seed, so that every process has the same without sending any."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from benchmarks.speed.cases import Case

__all__ = ["KINDS", "Inputs", "inputs", "mapped"]

Array = np.ndarray[Any, np.dtype[Any]]

KINDS = {"int64_wide": 2**26}
"""Kinds that are not a NumPy type by name: int64 with samples up to this, so that K of their products pass 2^53."""


@dataclass(frozen=True, slots=True)
class Inputs:
    """`x`, `w` and `dy`; pooling has no `w`, a forward pass no `dy`."""

    x: Array
    w: Array | None
    dy: Array | None


def inputs(case: Case, kind: str, direction: str, seed: int) -> Inputs:
    """Return what the operation is given.

    Examples
    --------
    >>> a = inputs(Case("small", (1, 2, 5, 5), 3, 3), "float32", "backward", seed=0)
    >>> a.x.dtype, a.w.shape, a.dy.shape
    (dtype('float32'), (3, 2, 3, 3), (1, 3, 3, 3))
    """
    rng = np.random.default_rng([seed, *case.x, case.out, case.k])
    return Inputs(
        _drawn(rng, case.x, kind),
        None if case.is_pool else _drawn(rng, case.w, kind),
        _drawn(rng, case.y, kind) if direction == "backward" else None,
    )


def mapped(given: Inputs, change: Callable[[Array], Array]) -> Inputs:
    """Return the inputs, each changed."""
    x, w, dy = given.x, given.w, given.dy
    return Inputs(change(x), None if w is None else change(w), None if dy is None else change(dy))


def _drawn(rng: np.random.Generator, shape: tuple[int, ...], kind: str) -> Array:
    if kind in KINDS:
        return rng.integers(-KINDS[kind], KINDS[kind], shape)
    dtype = np.dtype(kind)
    if dtype.kind in "iu":
        return rng.integers(-100, 101, shape).astype(dtype)
    if dtype.kind == "c":
        return (rng.standard_normal(shape) + 1j * rng.standard_normal(shape)).astype(dtype)
    return rng.standard_normal(shape, np.float64 if dtype == np.float64 else np.float32).astype(dtype, copy=False)
