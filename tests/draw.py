"""Draw convolutions: the output size first, the input size from it, every parameter per axis and per side.

One recipe serves Hypothesis (which shrinks) and NumPy's generators (which are fast): both hand it a function that
draws an int between two bounds.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from hypothesis import strategies as st

MODES = ("zeros", "reflect", "replicate", "circular")
Integer = Callable[[int, int], int]


@dataclass(frozen=True)
class Case:
    """One drawn call: shapes, options, and a seed for its arrays."""

    x_shape: tuple[int, ...]
    w_shape: tuple[int, ...]
    y_shape: tuple[int, ...]
    options: dict[str, Any]
    seed: int = field(default=0)

    @property
    def rank(self) -> int:
        return len(self.x_shape) - 2

    def integers(self, *shapes: tuple[int, ...], low: int = -9, high: int = 9) -> list[np.ndarray]:
        rng = np.random.default_rng(self.seed)
        return [rng.integers(low, high + 1, shape) for shape in shapes]

    def normals(self, *shapes: tuple[int, ...], dtype: Any = np.float64) -> list[np.ndarray]:
        rng = np.random.default_rng(self.seed)
        return [rng.standard_normal(shape).astype(dtype) for shape in shapes]


def from_rng(rng: np.random.Generator) -> Integer:
    return lambda low, high: int(rng.integers(low, high + 1))


def draw_axis(integer: Integer, mode: str = "zeros", widest: int = 3) -> dict[str, int]:
    """Return n, k, s, d, lo, hi and out of one axis."""
    k, s, d, out = integer(1, 3), integer(1, 3), integer(1, 3), integer(1, widest)
    lo, hi = integer(-2, 3), integer(-2, 3)
    n = (out - 1) * s + d * (k - 1) + 1 - lo - hi + integer(0, s - 1)
    smallest = max(lo, hi) + 1 if mode == "reflect" else 1
    n += max(-(-(smallest - n) // s), 0) * s  # a larger input in whole strides: some more windows, nothing rejected
    out = (n + lo + hi - d * (k - 1) - 1) // s + 1
    return {"n": n, "k": k, "s": s, "d": d, "lo": lo, "hi": hi, "out": out}


def draw_convolution(integer: Integer, rank: int | None = None) -> Case:
    """Return a case of `conv` with any padding mode and groups."""
    rank = rank or integer(1, 3)
    mode = MODES[integer(0, 3)]
    axes = [draw_axis(integer, mode, widest=4 - rank) for _ in range(rank)]
    case = _with_channels(integer, axes, transposed=False)
    case.options["padding_mode"] = mode
    return case


def draw_transposed(integer: Integer, rank: int | None = None) -> Case:
    """Return a case of `conv_transpose`: here n is the input size and `out` what comes of it."""
    rank = rank or integer(1, 3)
    axes = []
    for _ in range(rank):
        k, s, d, n, lo = integer(1, 3), integer(1, 3), integer(1, 3), integer(1, 4 - rank), integer(-2, 3)
        extra = integer(0, max(s, d) - 1)
        whole = (n - 1) * s + d * (k - 1) + 1 + extra
        hi = min(integer(-2, 3), whole - lo - 1)
        axes.append({"n": n, "k": k, "s": s, "d": d, "lo": lo, "hi": hi, "a": extra, "out": whole - lo - hi})
    case = _with_channels(integer, axes, transposed=True)
    case.options["output_padding"] = tuple(a["a"] for a in axes)
    return case


def _with_channels(integer: Integer, axes: list[dict[str, int]], *, transposed: bool) -> Case:
    """Return the case of the axes, with drawn batch, groups, channels and filters."""
    batch, groups, per_group, filters = integer(1, 2), integer(1, 3), integer(1, 2), integer(1, 2)
    channels = (groups * per_group, filters) if transposed else (groups * filters, per_group)
    return Case(
        x_shape=(batch, groups * per_group, *(a["n"] for a in axes)),
        w_shape=(*channels, *(a["k"] for a in axes)),
        y_shape=(batch, groups * filters, *(a["out"] for a in axes)),
        options={
            "stride": tuple(a["s"] for a in axes),
            "padding": tuple((a["lo"], a["hi"]) for a in axes),
            "dilation": tuple(a["d"] for a in axes),
            "groups": groups,
        },
        seed=integer(0, 2**16),
    )


def draw_pooling(integer: Integer, rank: int | None = None) -> Case:
    """Return a case of pooling; every window has a tap on the input, and `ceil_mode` is drawn too."""
    rank = rank or integer(1, 3)
    axes = []
    for _ in range(rank):
        k, s, d = integer(1, 3), integer(1, 3), integer(1, 2)
        lo, hi = integer(0, (k - 1) // 2 + (k > 1)), integer(0, k - 1)
        # wide enough for each tap's neighbour to be on the input
        n = max(d * (k - 1) + 1, lo + 1, hi + 1) + integer(0, 3)
        axes.append({"n": n, "k": k, "s": s, "d": d, "lo": min(lo, d), "hi": min(hi, d)})
    return Case(
        x_shape=(integer(1, 2), integer(1, 3), *(a["n"] for a in axes)),
        w_shape=(),
        y_shape=(),
        options={
            "kernel_size": tuple(a["k"] for a in axes),
            "stride": tuple(a["s"] for a in axes),
            "padding": tuple((a["lo"] * (a["k"] > 1), a["hi"] * (a["k"] > 1)) for a in axes),
            "dilation": tuple(a["d"] for a in axes),
            "ceil_mode": bool(integer(0, 1)),
        },
        seed=integer(0, 2**16),
    )


def cases(draw_one: Callable[..., Case], rank: int | None = None) -> st.SearchStrategy[Case]:
    """Return the Hypothesis strategy of a recipe."""

    @st.composite
    def strategy(draw: Any) -> Case:
        return draw_one(lambda low, high: draw(st.integers(low, high)), rank)

    return strategy()
