"""How many taps fall on real pixels, and how many on padding."""

from __future__ import annotations

from itertools import product

from refconv.learn.exercise import Exercise, Misconception, call
from refconv.learn.outcomes import Call

__all__ = ["EXERCISE", "real_taps"]


def real_taps(h: int, w: int, k: int, d: int) -> tuple[int, int]:
    """Count along each axis; in two dimensions a tap is real where both its row and its column are."""
    lo = d * (k - 1) // 2
    real = 1
    for n in (h, w):
        real *= sum(0 <= i + m * d - lo < n for i in range(n) for m in range(k))
    return real, h * k * w * k


def _cases() -> list[Call]:
    drawn = product(range(1, 6), range(1, 8), (1, 3, 5), range(1, 5))
    return [call(*each) for each in sorted(drawn, key=sum)[::3]]


def _along(n: int, k: int, d: int) -> int:
    return sum(0 <= i + m * d - d * (k - 1) // 2 < n for i in range(n) for m in range(k))


def _whole_windows(h: int, w: int, k: int, d: int) -> tuple[int, int]:
    inside = max(0, h - d * (k - 1)) * max(0, w - d * (k - 1))
    return inside * k * k, h * w * k * k


def _either(h: int, w: int, k: int, d: int) -> tuple[int, int]:
    all_rows, all_columns = h * k, w * k
    lost = (all_rows - _along(h, k, d)) * (all_columns - _along(w, k, d))
    return all_rows * all_columns - lost, all_rows * all_columns


EXERCISE = Exercise(
    name="taps-on-real-pixels",
    chapter=6,
    title="How many taps meet a real pixel?",
    task="A layer of `k` x `k` taps (`k` odd), stride 1 and dilation `d` runs on an image of `h` x `w` pixels, with "
    "`d*(k - 1)/2` zeros on every side, so that the size stays. Write `real_taps(h, w, k, d)`: over all windows "
    "together, the number of taps that fall on a real pixel, and the number of all taps, as a pair.",
    right=real_taps,
    cases=_cases,
    ask=call(3, 3, 3, 2),
    misconceptions=(
        Misconception(
            "counts one axis",
            "You counted along one axis. A kernel of k x k meets rows and columns: the counts of both axes multiply.",
            lambda h, w, k, d: (_along(h, k, d), h * k),
        ),
        Misconception(
            "adds the axes",
            "You added the counts of rows and columns. Each row of taps meets each column of taps: they multiply.",
            lambda h, w, k, d: (_along(h, k, d) + _along(w, k, d), h * k + w * k),
        ),
        Misconception(
            "counts whole windows only",
            "You counted the windows that lie inside the image. A window at the border has taps on real pixels, too.",
            _whole_windows,
        ),
        Misconception(
            "takes one real coordinate for two",
            "You counted a tap as real if its row or its column is real. It takes both.",
            _either,
        ),
        Misconception(
            "ignores the dilation",
            "Your taps are neighbours. The wider the dilation, the more of them fall on padding; at a rate as large "
            "as the image only the middle one does not.",
            lambda h, w, k, d: real_taps(h, w, k, 1),
        ),
        Misconception(
            "takes the image for a square",
            "You used the height for both axes. The width counts for itself.",
            lambda h, w, k, d: real_taps(h, h, k, d),
        ),
        Misconception(
            "takes every tap for real",
            "You counted all taps. Near the border some fall on the zeros around the image: work is done on them, "
            "nothing is seen.",
            lambda h, w, k, d: (h * w * k * k, h * w * k * k),
        ),
    ),
    hints=(
        "Along one axis: window i, tap m reads i + m*d - lo. For how many pairs is that one of 0 ... n - 1?",
        "In two dimensions a tap has a row and a column, and any row goes with any column: multiply the two counts.",
    ),
)
