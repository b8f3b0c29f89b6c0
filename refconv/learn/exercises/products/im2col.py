"""Every window as a column: one channel, two axes, strides and padding."""

from __future__ import annotations

from typing import Any

import numpy as np

from refconv.learn.exercise import Exercise, Misconception, call
from refconv.learn.outcomes import Call
from refconv.ops.elements import Array

__all__ = ["EXERCISE", "columns_of"]


def columns_of(x: Array, kernel_size: Any, stride: Any = (1, 1)) -> Array:
    """Write each window down as a column: its rows one after another, from the top."""
    (kh, kw), (sh, sw) = kernel_size, stride
    columns = []
    for i in range(0, x.shape[0] - kh + 1, sh):
        for j in range(0, x.shape[1] - kw + 1, sw):
            window = x[i : i + kh, j : j + kw]
            columns.append(window.ravel())
    return np.stack(columns, axis=1)


def _transposed(x: Array, kernel_size: Any, stride: Any = (1, 1)) -> Array:
    """Return the matrix of x with its axes exchanged: taps and outputs run down first."""
    return columns_of(x.T, kernel_size[::-1], stride[::-1])


def _taps_down_first(x: Array, kernel_size: Any, stride: Any = (1, 1)) -> Array:
    kh, kw = kernel_size
    columns = columns_of(x, kernel_size, stride)
    return columns.reshape(kh, kw, -1).swapaxes(0, 1).reshape(kh * kw, -1)


def _outputs_down_first(x: Array, kernel_size: Any, stride: Any = (1, 1)) -> Array:
    kh, kw = kernel_size
    return _transposed(x, kernel_size, stride).reshape(kw, kh, -1).swapaxes(0, 1).reshape(kh * kw, -1)


def _cases() -> list[Call]:
    rng = np.random.default_rng(5)
    cases = [
        ((2, 2), (1, 2), (1, 1)),
        ((3, 3), (2, 2), (1, 1)),
        ((3, 4), (2, 2), (1, 2)),
        ((4, 4), (2, 2), (2, 2)),
        ((4, 5), (2, 3), (2, 1)),
        ((5, 5), (3, 2), (1, 3)),
    ]
    return [call(rng.permutation(n * m).reshape(n, m), k, s) for (n, m), k, s in cases]


EXERCISE = Exercise(
    name="columns-of-windows",
    chapter=2,
    title="Every window becomes a column",
    task="Write `columns_of(x, kernel_size, stride=(1, 1))` for a two-dimensional `x`, without padding. The result has "
    "one column for each window and one row for each tap: KH * KW rows. Windows and taps are both read like a page, "
    "along a line from the left, line after line from the top.",
    right=columns_of,
    cases=_cases,
    ask=call(np.arange(6).reshape(2, 3), (2, 2)),
    misconceptions=(
        Misconception(
            "windows in rows",
            "You wrote each window as a row: your matrix is the transpose. Then the filters would have to stand on "
            "the right in the product.",
            lambda x, kernel_size, stride=(1, 1): columns_of(x, kernel_size, stride).T,
        ),
        Misconception(
            "reads a window down first",
            "Inside of a window you went down the columns. Rows of the matrix would then meet other weights than "
            "`w.reshape(O, -1)` has in that place, since NumPy reads along the last axis first.",
            _taps_down_first,
        ),
        Misconception(
            "goes through the windows down first",
            "You went through the windows down the columns. The product would give the right sums, but reshaped to "
            "(OH, OW) they would stand in other places.",
            _outputs_down_first,
        ),
        Misconception(
            "windows side by side",
            "You cut `x` into tiles. The stride says where the next window starts; at stride 1 windows overlap, and "
            "most samples are copied several times.",
            lambda x, kernel_size, stride=(1, 1): columns_of(x, kernel_size, kernel_size),
        ),
        Misconception(
            "ignores the stride",
            "You wrote down every window. With strides (sh, sw) only those count that start sh rows and sw columns "
            "apart.",
            lambda x, kernel_size, stride=(1, 1): columns_of(x, kernel_size),
        ),
        Misconception(
            "exchanges the strides",
            "You moved down by sw and to the right by sh. The first number belongs to the first axis.",
            lambda x, kernel_size, stride=(1, 1): columns_of(x, kernel_size, stride[::-1]),
        ),
    ),
    hints=(
        "Two loops over the places where a window may start; in each, one slice of `x`.",
        "`.ravel()` reads a window like a page.",
        "Collect the columns in a list; `np.stack(columns, axis=1)` puts them side by side.",
    ),
)
