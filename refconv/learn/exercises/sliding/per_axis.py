"""Two axes, each with a stride of its own, and each side with a padding of its own."""

from __future__ import annotations

from typing import Any

import numpy as np

from refconv.learn.exercise import Exercise, Misconception, call
from refconv.learn.outcomes import Call
from refconv.ops.elements import Array

__all__ = ["EXERCISE", "slide2d"]


def slide2d(x: Array, w: Array, stride: Any, padding: Any) -> Array:
    """Pad each side with its own zeros, then move down by sh and to the right by sw."""
    (sh, sw), ((top, bottom), (left, right)) = stride, padding
    kh, kw = w.shape
    h, v = x.shape
    padded = np.zeros((top + h + bottom, left + v + right), x.dtype)
    padded[top : top + h, left : left + v] = x
    rows = range(0, padded.shape[0] - kh + 1, sh)
    columns = range(0, padded.shape[1] - kw + 1, sw)
    return np.array([[(padded[i : i + kh, j : j + kw] * w).sum() for j in columns] for i in rows])


def _filled(mode: Any) -> Any:
    """Return the sum over windows with other values than zeros around x."""

    def answer(x: Array, w: Array, stride: Any, padding: Any) -> Array:
        return slide2d(np.pad(x, padding, mode=mode), w, stride, ((0, 0), (0, 0)))

    return answer


def _cases() -> list[Call]:
    rng = np.random.default_rng(3)
    cases = [
        ((2, 2), (2, 2), (1, 1), ((0, 0), (0, 0))),
        ((2, 3), (2, 2), (1, 1), ((1, 0), (0, 0))),
        ((3, 2), (2, 2), (1, 1), ((0, 0), (0, 1))),
        ((3, 3), (2, 2), (2, 1), ((0, 0), (0, 0))),
        ((4, 4), (2, 2), (1, 2), ((0, 0), (0, 0))),
        ((4, 4), (3, 3), (2, 1), ((1, 0), (0, 2))),
        ((4, 5), (2, 3), (1, 3), ((0, 1), (2, 1))),
        ((5, 4), (3, 2), (3, 2), ((2, 1), (1, 0))),
        ((6, 6), (3, 3), (2, 2), ((1, 1), (1, 1))),
    ]
    return [call(rng.integers(1, 10, n), rng.integers(1, 10, k), s, p) for n, k, s, p in cases]


EXERCISE = Exercise(
    name="slide-in-two-dimensions",
    chapter=1,
    title="Each axis, and each side, for itself",
    task="Write `slide2d(x, w, stride, padding)`: the cross-correlation of two two-dimensional arrays, as an array or "
    "nested lists. `stride` is `(sh, sw)`, the steps down and to the right. `padding` is "
    "`((top, bottom), (left, right))`: so many rows and columns of zeros on each side.",
    right=slide2d,
    cases=_cases,
    ask=call(np.array([[1, 2], [3, 4]]), np.array([[1, 2], [0, 1]]), (1, 2), ((0, 1), (1, 0))),
    misconceptions=(
        Misconception(
            "exchanges the strides",
            "You moved by sh along the rows and by sw down the columns. The first number belongs to the first axis, H.",
            lambda x, w, stride, padding: slide2d(x, w, stride[::-1], padding),
        ),
        Misconception(
            "one stride for both axes",
            "You used the first stride along both axes. Each axis has its own.",
            lambda x, w, stride, padding: slide2d(x, w, (stride[0], stride[0]), padding),
        ),
        Misconception(
            "exchanges the axes of the padding",
            "You put the first pair left and right. That is the order of PyTorch's `pad`, which counts axes from the "
            "last; here the first pair belongs to H.",
            lambda x, w, stride, padding: slide2d(x, w, stride, padding[::-1]),
        ),
        Misconception(
            "pads both sides alike",
            "You used the first number of each pair on both sides. Top and bottom may differ, and so may left and "
            "right.",
            lambda x, w, stride, padding: slide2d(x, w, stride, [(lo, lo) for lo, _ in padding]),
        ),
        Misconception(
            "exchanges the sides",
            "You put at the end what belongs before the beginning. The output often has the right shape even so, and "
            "its values are those of other windows.",
            lambda x, w, stride, padding: slide2d(x, w, stride, [(hi, lo) for lo, hi in padding]),
        ),
        Misconception(
            "reads from the other end",
            "You let the index run below 0 or over the end, and it came in again at the other side: that is circular "
            "padding. In Python x[-1] is no error, it is the last sample.",
            _filled("wrap"),
        ),
        Misconception(
            "repeats the edge",
            "You continued the edge outwards. That is replicate padding; here what lies outside counts as 0.",
            _filled("edge"),
        ),
        Misconception(
            "flips the kernel",
            "You turned the kernel by half a turn. In cross-correlation tap (0, 0) meets the window's first sample.",
            lambda x, w, stride, padding: slide2d(x, w[::-1, ::-1], stride, padding),
        ),
    ),
    hints=(
        "Make a larger array of zeros first, and put `x` into it. Where does its first sample go?",
        "The rows where a window may start are 0, sh, 2 sh, ... up to the padded height less KH.",
        "`np.pad(x, padding)` does the padding; `padded[i : i + kh, j : j + kw]` is the window.",
    ),
)
