"""How far four layers can reach without a hole."""

from __future__ import annotations

from refconv.learn.exercise import Misconception, Question, call

__all__ = ["EXERCISE", "widest_field"]


def widest_field() -> int:
    """Give each layer the largest rate allowed: the size of the field so far."""
    size = 1
    for _ in range(4):
        size += (3 - 1) * size
    return size


EXERCISE = Question(
    name="widest-full-field",
    chapter=6,
    title="How far do four layers reach?",
    task="You may choose the dilations of four layers of 3 taps and stride 1, along one axis. Every pixel of the "
    "receptive field must be read. How many pixels wide can the field be?",
    right=widest_field,
    cases=lambda: [call()],
    misconceptions=(
        Misconception(
            "doubles the rates",
            "With 1, 2, 4, 8 you get this field, and nothing is missing. But three taps allow more: each rate may be "
            "as large as the field before it.",
            31,
        ),
        Misconception(
            "stays undilated",
            "This is the field of four ordinary layers. Dilation widens it at no cost.",
            9,
        ),
        Misconception(
            "forgets the pixel itself",
            "You added up the reaches, 2 + 6 + 18 + 54. The pixel that one begins with counts too.",
            80,
        ),
        Misconception(
            "takes the last layer alone",
            "You computed the span of the layer with rate 27. Every layer adds its own reach.",
            55,
        ),
        Misconception(
            "keeps to the rates of a paper",
            "With 1, 2, 5, 9, which the paper on hybrid dilated convolution uses, nothing is missing. But the rates "
            "can be larger.",
            35,
        ),
        Misconception(
            "goes one too far",
            "You let each rate be one larger than the field before it: 1, 4, 12, 36 leaves a hole at each step. "
            "Allowed is as large as the field.",
            107,
        ),
        Misconception(
            "stops a layer early",
            "This is the field of three layers with 1, 3, 9. A fourth one can be added.",
            27,
        ),
    ),
    hints=(
        "If so far `size` pixels are read without a hole, how large may the next rate be?",
        "As large as `size`; with 3 taps that makes the field three times as wide.",
    ),
)
