"""The separable bank nearest to a dense one: a truncated SVD for each input channel."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from refconv.learn.exercise import Exercise, Misconception, call
from refconv.learn.outcomes import Call

__all__ = ["EXERCISE", "best_separable"]

Array = NDArray[Any]


def best_separable(w: Array, M: int) -> Array:
    """For each input channel, keep the M largest singular values of its (outputs, taps) matrix."""
    O, C, KH, KW = w.shape
    nearest = np.zeros(w.shape)
    for c in range(C):
        u, s, v = np.linalg.svd(w[:, c].reshape(O, KH * KW), full_matrices=False)
        kept = (u[:, :M] * s[:M]) @ v[:M]  # NumPy's v has the right singular vectors as rows
        nearest[:, c] = kept.reshape(O, KH, KW)
    return nearest


def _cases() -> list[Call]:
    rng = np.random.default_rng(9)
    shapes = [
        (2, 1, 1, 2, 1),
        (2, 2, 1, 2, 1),
        (3, 1, 2, 2, 1),
        (2, 2, 2, 2, 1),
        (4, 2, 2, 2, 2),
        (9, 2, 3, 3, 1),
        (12, 3, 3, 3, 3),
    ]
    return [call(rng.integers(-5, 6, shape), M) for *shape, M in shapes]


def _kept(matrix: Array, M: int) -> Array:
    u, s, v = np.linalg.svd(matrix, full_matrices=False)
    return np.asarray((u[:, :M] * s[:M]) @ v[:M])


def _whole_bank(w: Array, M: int) -> Array:
    return _kept(w.reshape(len(w), -1), M).reshape(w.shape)


def _within_kernels(w: Array, M: int) -> Array:
    return np.stack([np.stack([_kept(kernel, M) for kernel in bank]) for bank in w])


def _shared_taps(w: Array, M: int) -> Array:
    O, C, KH, KW = w.shape
    return _kept(w.reshape(O * C, KH * KW), M).reshape(w.shape)


def _smallest(w: Array, M: int) -> Array:
    rank = min(len(w), w.shape[2] * w.shape[3])
    return w - best_separable(w, rank - M)


def _unscaled(w: Array, M: int) -> Array:
    O, C, KH, KW = w.shape
    nearest = np.zeros(w.shape)
    for c in range(C):
        u, _, v = np.linalg.svd(w[:, c].reshape(O, KH * KW), full_matrices=False)
        nearest[:, c] = (u[:, :M] @ v[:M]).reshape(O, KH, KW)
    return nearest


def _columns(w: Array, M: int) -> Array:
    O, C, KH, KW = w.shape
    nearest = np.zeros(w.shape)
    for c in range(C):
        u, s, v = np.linalg.svd(w[:, c].reshape(O, KH * KW), full_matrices=False)
        nearest[:, c] = ((u[:, :M] * s[:M]) @ v[:, :M].T).reshape(O, KH, KW)
    return nearest


EXERCISE = Exercise(
    name="best-separable",
    chapter=7,
    title="The nearest separable bank",
    task="Write `best_separable(w, M)`. `w` is a dense bank `(O, C, KH, KW)`. Of all banks that a depthwise step with "
    "multiplier `M` and a pointwise step can make together, return the one nearest to `w` (least sum of squared "
    "differences), as a dense bank of the same shape.",
    right=best_separable,
    cases=_cases,
    ask=call(np.array([[[[3, 0]]], [[[0, 2]]]]), 1),
    misconceptions=(
        Misconception(
            "cuts the whole bank's rank",
            "You took one SVD of the (O, C*KH*KW) matrix. That makes a dense layer to M channels and a 1x1 after it: a "
            "bottleneck, which mixes channels first. A separable bank has rank M for each input channel.",
            _whole_bank,
        ),
        Misconception(
            "splits each kernel into rows and columns",
            "You cut the rank of each KH x KW kernel: spatially separable, a column filter and a row filter. "
            "Depthwise separable is about outputs against taps, one matrix for each input channel.",
            _within_kernels,
        ),
        Misconception(
            "shares the filters between the channels",
            "You used the same M spatial filters for all input channels, by one SVD of (O*C, KH*KW). Depthwise, every "
            "channel has M filters of its own.",
            _shared_taps,
        ),
        Misconception(
            "keeps the smallest singular values",
            "You kept the M smallest singular values, which is the part to drop. NumPy returns the largest first.",
            _smallest,
        ),
        Misconception(
            "leaves the singular values out",
            "You multiplied u by v and left out the singular values between them: they carry the size.",
            _unscaled,
        ),
        Misconception(
            "takes columns of NumPy's v",
            "`numpy.linalg.svd` returns v already transposed: the right singular vectors are its rows, `v[:M]`.",
            _columns,
        ),
    ),
    hints=(
        "With M = 1, channel c adds P[o, c] times one kernel to output o: outputs by taps, a column times a row.",
        "With multiplier M it is a matrix of rank M for each c. The nearest comes from the SVD: keep the M largest.",
    ),
)
