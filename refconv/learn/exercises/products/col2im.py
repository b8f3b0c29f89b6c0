"""The adjoint of im2col, along one axis: what was copied is added up."""

from __future__ import annotations

import numpy as np

from refconv.learn.exercise import Exercise, Misconception, call
from refconv.learn.outcomes import Call
from refconv.ops.elements import Array

__all__ = ["EXERCISE", "add_back"]


def add_back(columns: Array, n: int, s: int, lo: int) -> Array:
    """Add each entry to the sample it was read from; what was read from the padding is dropped."""
    x = np.zeros(n, columns.dtype)
    k, outputs = columns.shape
    for m in range(k):
        for i in range(outputs):
            q = i * s + m - lo
            if 0 <= q < n:
                x[q] += columns[m, i]
    return x


def _counts(columns: Array, n: int, s: int, lo: int) -> Array:
    return np.maximum(add_back(np.ones_like(columns), n, s, lo), 1)


def _windows_overwrite(columns: Array, n: int, s: int, lo: int) -> Array:
    x = np.zeros(n, columns.dtype)
    for i, m in np.ndindex(*columns.shape[::-1]):
        if 0 <= i * s + m - lo < n:
            x[i * s + m - lo] = columns[m, i]
    return x


def _taps_overwrite(columns: Array, n: int, s: int, lo: int) -> Array:
    x = np.zeros(n, columns.dtype)
    for m, i in np.ndindex(*columns.shape):
        if 0 <= i * s + m - lo < n:
            x[i * s + m - lo] = columns[m, i]
    return x


def _wraps(columns: Array, n: int, s: int, lo: int) -> Array:
    x = np.zeros(n, columns.dtype)
    for m, i in np.ndindex(*columns.shape):
        x[(i * s + m - lo) % n] += columns[m, i]
    return x


def _cases() -> list[Call]:
    rng = np.random.default_rng(7)
    cases = []
    for n, k, s, lo, hi in [
        (2, 1, 1, 0, 0),
        (3, 2, 1, 0, 0),
        (4, 2, 2, 0, 0),
        (3, 2, 1, 1, 0),
        (4, 3, 1, 0, 1),
        (5, 3, 2, 0, 0),
        (6, 2, 3, 0, 0),
        (5, 3, 1, 1, 1),
        (6, 3, 2, 2, 1),
        (8, 4, 2, 1, 3),
        (7, 5, 3, 2, 2),
    ]:
        outputs = (n + lo + hi - k) // s + 1
        cases.append(call(rng.integers(1, 10, (k, outputs)), n, s, lo))
    return cases


EXERCISE = Exercise(
    name="add-back",
    chapter=2,
    title="col2im: the way back",
    task="Write `add_back(columns, n, s, lo)`, the adjoint of im2col along one axis. `columns[m, i]` belongs to tap "
    "`m` of window `i`, which reads sample `i*s + m - lo`; where that is no sample of the input it read padding. "
    "Return an array of `n` samples, each the sum of all entries that were read from it.",
    right=add_back,
    cases=_cases,
    ask=call(np.ones((2, 3), int), 4, 1, 0),
    misconceptions=(
        Misconception(
            "the last window wins",
            "You assigned, window after window, so the last one that read a sample overwrote the others. Where windows "
            "overlap, their entries are added.",
            _windows_overwrite,
        ),
        Misconception(
            "the last tap wins",
            "Of the entries for one sample only that of the last tap is left. So it goes with `=`, and with "
            "`x[indices] += values` where an index occurs twice: NumPy adds once. `np.add.at` adds all of them.",
            _taps_overwrite,
        ),
        Misconception(
            "averages overlaps",
            "You divided by the number of windows that read a sample. That would be an inverse of im2col; the adjoint "
            "adds up and does not divide.",
            lambda columns, n, s, lo: add_back(columns, n, s, lo) / _counts(columns, n, s, lo),
        ),
        Misconception(
            "padding comes in at the other end",
            "What was read from the padding came in again at the other end: in Python x[-1] is the last sample. It has "
            "to be dropped.",
            _wraps,
        ),
        Misconception(
            "crops at the end only",
            "You left out `lo`: your samples are those of the padded input, from its first zero on. The first `lo` of "
            "them are padding and go.",
            lambda columns, n, s, lo: add_back(columns, n, s, 0),
        ),
        Misconception(
            "ignores the stride",
            "You put window `i` at sample `i`. It starts at `i * s`.",
            lambda columns, n, s, lo: add_back(columns, n, 1, lo),
        ),
    ),
    hints=(
        "Which entries were read from sample q? Those with i*s + m - lo == q, and there may be several or none.",
        "Turn it round: go through all entries, and add each one where it belongs.",
        "Two loops, over m and i; `q = i*s + m - lo`; if 0 <= q < n, `x[q] += columns[m, i]`.",
    ),
)
