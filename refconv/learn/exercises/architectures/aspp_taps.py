"""ASPP: how many taps of a 3x3 kernel with a large rate read pixels at all, and not padding."""

from __future__ import annotations

from refconv.learn.exercise import Exercise, Misconception, call
from refconv.learn.outcomes import Call

__all__ = ["EXERCISE", "aspp_taps"]


def aspp_taps(height: int, width: int, rate: int) -> int:
    """Count along each axis; a tap reads a pixel where both its row and its column are inside."""
    rows = sum(0 <= i + offset < height for i in range(height) for offset in (-rate, 0, rate))
    columns = sum(0 <= j + offset < width for j in range(width) for offset in (-rate, 0, rate))
    return rows * columns


def _cases() -> list[Call]:
    sizes = [(1, 1), (2, 2), (2, 3), (3, 3), (4, 5), (5, 5), (7, 4), (9, 9), (11, 16), (33, 33)]
    return [call(height, width, rate) for height, width in sizes for rate in (1, 2, 3, 6, 12)]


def _lost(n: int, rate: int) -> int:
    return min(n, rate)


def _in_the_middle(n: int, rate: int) -> int:
    return sum(0 <= n // 2 + offset < n for offset in (-rate, 0, rate))


EXERCISE = Exercise(
    name="aspp-taps",
    chapter=11,
    title="Taps that read more than padding",
    task="A 3x3 kernel of dilation `rate`, stride 1 and padding `rate` on all sides gives an output as large as its "
    "input, `height` by `width`. Each of the outputs has nine taps. Write `aspp_taps(height, width, rate)`: how many "
    "of all these taps, over all outputs together, read a pixel of the input and not padding.",
    right=aspp_taps,
    cases=_cases,
    ask=call(33, 33, 18),
    misconceptions=(
        Misconception(
            "counts all nine everywhere",
            "You counted nine taps for every output. Near the border some of them lie in the padding and read zeros.",
            lambda height, width, rate: 9 * height * width,
        ),
        Misconception(
            "forgets rates beyond the map",
            "Once the rate exceeds the size, no output of that axis has an outer tap inside, and their number is 0. "
            "Yours goes below 0.",
            lambda height, width, rate: (3 * height - 2 * rate) * (3 * width - 2 * rate),
        ),
        Misconception(
            "counts only the outputs without padding",
            "You counted outputs all of whose taps are inside. An output near the border still has some taps that "
            "read pixels.",
            lambda height, width, rate: 9 * max(height - 2 * rate, 0) * max(width - 2 * rate, 0),
        ),
        Misconception(
            "subtracts the corners twice",
            "You subtracted what is lost along H and what is lost along W. Taps that lie outside along both were "
            "subtracted twice: multiply the counts of the two axes instead.",
            lambda height, width, rate: (
                9 * height * width - 6 * _lost(height, rate) * width - 6 * height * _lost(width, rate)
            ),
        ),
        Misconception(
            "looks at the border of one axis",
            "You took the padding along H into account and let all taps along W read pixels. Both axes have borders.",
            lambda height, width, rate: 3 * width * (3 * height - 2 * _lost(height, rate)),
        ),
        Misconception(
            "takes the rate for 1",
            "You counted as if the outer taps were one pixel away: a border of one pixel. They are `rate` pixels "
            "away, and so many outputs lose them.",
            lambda height, width, rate: (3 * height - 2) * (3 * width - 2),
        ),
        Misconception(
            "takes the middle output for all",
            "You multiplied the taps that the output in the middle has. Others are nearer to one side, and lose taps "
            "there that the middle keeps, or keep taps on the far side that the middle has lost.",
            lambda height, width, rate: _in_the_middle(height, rate) * _in_the_middle(width, rate) * height * width,
        ),
    ),
    hints=(
        "Take one axis first. Its middle tap always reads a pixel. For how many outputs does the first tap?",
        "The first tap of output i reads i - rate: inside for n - rate outputs, or for none. The last tap: as many.",
    ),
)
