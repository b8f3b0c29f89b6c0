"""A sum that stops growing."""

from __future__ import annotations

from refconv.learn.exercise import Misconception, Question, call
from refconv.oracle.formats import FORMATS, round_to

__all__ = ["EXERCISE", "sum_of_ones"]


def sum_of_ones() -> float:
    """Add, and round after each addition."""
    total = 0.0
    for _ in range(1000):
        total = float(round_to(total + 1.0, FORMATS["bfloat16"]))
    return total


EXERCISE = Question(
    name="stuck-sum",
    chapter=10,
    title="A thousand ones in bfloat16",
    task="A kernel keeps its sum in bfloat16 (8 significant bits, ties to even) and adds 1.0 to it, 1000 times, "
    "starting at 0. Where does the sum end?",
    right=sum_of_ones,
    cases=lambda: [call()],
    misconceptions=(
        Misconception(
            "the result fits, so it is right",
            "1000 is a bfloat16 number, but the sum never gets there: from some point on, adding 1 rounds back to "
            "where it was.",
            1000,
        ),
        Misconception(
            "does not count the leading bit",
            "You stopped at 2**7. bfloat16 stores 7 bits behind the leading 1, which counts too: 128 + 1 still fits.",
            128,
        ),
        Misconception(
            "takes ties up",
            "You let 257, which lies halfway between 256 and 258, go up. Ties go to the even neighbour, and that is "
            "256.",
            512,
        ),
        Misconception(
            "takes float16's bits",
            "That is where float16 gets stuck: it has 11 significant bits. bfloat16 spent three of them on its range.",
            2048,
        ),
        Misconception(
            "takes the last number without a gap",
            "255 + 1 is 256, which is a bfloat16 number too. The next addition is the one that is lost.",
            255,
        ),
    ),
    hints=(
        "How far apart are the numbers of 8 bits above 128? And above 256?",
        "Once they are 2 apart, adding 1 leads halfway between two of them.",
    ),
)
