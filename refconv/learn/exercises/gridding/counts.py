"""How often each pixel is read by one layer."""

from __future__ import annotations

from itertools import product

from refconv.learn.exercise import Exercise, Misconception, call
from refconv.learn.outcomes import Call

__all__ = ["EXERCISE", "read_counts"]


def read_counts(n: int, k: int, s: int = 1, d: int = 1, lo: int = 0, hi: int = 0) -> list[int]:
    """Go through all windows and taps, and count those that fall on a real pixel."""
    windows = (n + lo + hi - d * (k - 1) - 1) // s + 1
    counts = [0] * n
    for i in range(windows):
        for m in range(k):
            position = i * s + m * d - lo
            if 0 <= position < n:
                counts[position] += 1
    return counts


def _cases() -> list[Call]:
    drawn = product(range(3, 8), (2, 3), (1, 2, 3), (1, 2, 3), (0, 2), (0, 1))
    fitting = [each for each in drawn if each[0] + each[4] + each[5] > each[3] * (each[1] - 1)]
    return [call(*each) for each in sorted(fitting, key=sum)[::2]]


def _where(n: int, positions: list[int]) -> list[int]:
    """Count positions; what lies beyond an end is left out."""
    return [positions.count(position) for position in range(n)]


def _all_read(n: int, k: int, s: int, d: int, lo: int, hi: int) -> list[int]:
    windows = (n + lo + hi - d * (k - 1) - 1) // s + 1
    return [i * s + m * d - lo for i in range(windows) for m in range(k)]


def _wrapped(n: int, k: int, s: int = 1, d: int = 1, lo: int = 0, hi: int = 0) -> list[int]:
    return _where(n, [q + n if -n <= q < 0 else q for q in _all_read(n, k, s, d, lo, hi)])


def _clipped(n: int, k: int, s: int = 1, d: int = 1, lo: int = 0, hi: int = 0) -> list[int]:
    return _where(n, [min(max(q, 0), n - 1) for q in _all_read(n, k, s, d, lo, hi)])


def _spans(n: int, k: int, s: int = 1, d: int = 1, lo: int = 0, hi: int = 0) -> list[int]:
    return read_counts(n, d * (k - 1) + 1, s, 1, lo, hi)


def _unshifted(n: int, k: int, s: int = 1, d: int = 1, lo: int = 0, hi: int = 0) -> list[int]:
    return _where(n, [q + lo for q in _all_read(n, k, s, d, lo, hi)])


def _with_padding(n: int, k: int, s: int = 1, d: int = 1, lo: int = 0, hi: int = 0) -> list[int]:
    return read_counts(n + lo + hi, k, s, d)


EXERCISE = Exercise(
    name="read-counts",
    chapter=6,
    title="How often is each pixel read?",
    task="Write `read_counts(n, k, s=1, d=1, lo=0, hi=0)` for one layer along one axis: a list that says for each of "
    "the `n` input pixels how many pairs of a window and one of its taps read it. The padding is not in the list. "
    "Only windows inside the padded input count.",
    right=read_counts,
    cases=_cases,
    ask=call(5, 3, 1, 1, 1, 1),
    misconceptions=(
        Misconception(
            "counts from the end",
            "Taps on the padding before the input have negative positions, and in Python `counts[-1]` is the last "
            "pixel. Leave out what is below 0.",
            _wrapped,
        ),
        Misconception(
            "moves the padding onto the edge",
            "You gave what falls on the padding to the pixel at the edge. That is how padding_mode 'replicate' "
            "reads; zeros are nobody's pixel.",
            _clipped,
        ),
        Misconception(
            "counts whole spans",
            "You counted every pixel between the first and the last tap. A dilated window reads just k of them; the "
            "others are its gaps.",
            _spans,
        ),
        Misconception(
            "forgets where the input begins",
            "You counted positions of the padded input. Pixel 0 stands at padded position lo, so subtract lo.",
            _unshifted,
        ),
        Misconception(
            "counts the padding as pixels",
            "Your list is as long as the padded input. The list was to have one number for each of the n real pixels.",
            _with_padding,
        ),
        Misconception(
            "takes the border for the middle",
            "You gave each pixel k. That is so in the middle at stride 1; near the ends fewer windows reach a pixel, "
            "and with a stride most pixels are read less often.",
            lambda n, k, s=1, d=1, lo=0, hi=0: [k] * n,
        ),
        Misconception(
            "asks only whether",
            "You noted whether a pixel is read at all. How often was asked: it is this count that shows up as a "
            "pattern.",
            lambda n, k, s=1, d=1, lo=0, hi=0: [min(c, 1) for c in read_counts(n, k, s, d, lo, hi)],
        ),
    ),
    hints=(
        "Two loops: over the windows, and over the taps of each.",
        "Window i, tap m reads i*s + m*d - lo. Count it if that is one of 0 ... n - 1.",
    ),
)
