"""What shape does the source documents' module return? They print another one."""

from __future__ import annotations

from refconv.learn.exercise import Misconception, Question, call
from refconv.learn.outcomes import Call

__all__ = ["EXERCISE", "module_shape"]

Shape = tuple[int, int, int, int]


def module_shape() -> Shape:
    """The pointwise step sets the channels; the depthwise step takes 2*(3-1) from each axis."""
    batch, filters, size = 1, 64, 10
    k, d, padding = 3, 2, 0  # the padding that nobody mentioned
    out = size + 2 * padding - d * (k - 1)
    return batch, filters, out, out


def _cases() -> list[Call]:
    return [call()]


EXERCISE = Question(
    name="module-shape",
    chapter=8,
    title="Which shape comes out?",
    task="`DepthwiseSeparableDilatedConv2d(in_channels=3, out_channels=64, kernel_size=3, dilation=2)` has padding 0 "
    "unless told otherwise, and stride 1. It is given an input of shape `(1, 3, 10, 10)`, in NCHW. Which shape comes "
    "out? Answer with a tuple of four numbers.",
    right=module_shape,
    cases=_cases,
    misconceptions=(
        Misconception(
            "takes dilation to keep the size",
            "So it is printed in a tutorial. Only padding keeps the size, and it is 0 here: each axis loses d*(k-1) = "
            "4.",
            (1, 64, 10, 10),
        ),
        Misconception(
            "forgets dilation",
            "You let three neighbours slide over ten samples. Taps 2 apart span 5, so two windows fewer fit.",
            (1, 64, 8, 8),
        ),
        Misconception(
            "counts a window too few",
            "Taps 2 apart span 2*(3-1) + 1 = 5 samples, not 6, and the first window counts too: 10 - 5 + 1.",
            (1, 64, 5, 5),
        ),
        Misconception(
            "stops after the depthwise step",
            "That is what the depthwise step returns: as many channels as came in. The pointwise step makes 64 of "
            "them.",
            (1, 3, 6, 6),
        ),
        Misconception(
            "takes 64 for a multiplier",
            "You let each of 3 channels make 64. The module has multiplier 1: 3 channels, mixed into 64.",
            (1, 192, 6, 6),
        ),
        Misconception(
            "puts the channels last",
            "The numbers are right, in another order. The input is NCHW, and so is the output.",
            (1, 6, 6, 64),
        ),
    ),
    hints=(
        "Which of the two steps changes the size, and which one the number of channels?",
        "Three taps, 2 apart, span 5 samples. How many windows of 5 start within 10?",
    ),
)
