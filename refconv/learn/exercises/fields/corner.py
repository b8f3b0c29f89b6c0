"""How much of a field lies on the image."""

from __future__ import annotations

from refconv.learn.exercise import Misconception, Question, call

__all__ = ["EXERCISE", "real_pixels"]


def real_pixels() -> int:
    """The first field runs from -213 to 213; the image begins at 0."""
    size, padding, n = 427, 213, 224
    first, last = -padding, size - 1 - padding
    return min(last, n - 1) - max(first, 0) + 1


EXERCISE = Question(
    name="field-in-the-corner",
    chapter=5,
    title="How much of a field is image?",
    task="In torchvision's ResNet-50 an output of the last 7x7 map has a receptive field of 427 pixels along each "
    "axis, jump 32, padding 213: the field of output 0 begins 213 pixels before the image does. The image has 224 "
    "pixels along the axis. How many of them lie in the field of output 0?",
    right=real_pixels,
    cases=lambda: [call()],
    misconceptions=(
        Misconception(
            "counts padding as image",
            "That is the whole field. Of output 0 nearly half of it lies in front of the image, on zeros.",
            427,
        ),
        Misconception(
            "sees the whole image",
            "The field is larger than the image, but it does not lie over it: the one of output 0 begins at -213 and "
            "ends before the image does.",
            224,
        ),
        Misconception(
            "forgets pixel 0",
            "You subtracted 0 from the last pixel. Pixels 0 to 213 are one more than 213.",
            213,
        ),
        Misconception(
            "loses a pixel of the field",
            "You took 427 - 213 pixels and then dropped one. The pixels from -213 to -1 are 213, and all others of "
            "the 427 are image.",
            212,
        ),
        Misconception(
            "sees one jump",
            "32 is the distance between the fields of two neighbouring outputs. The fields themselves are much "
            "wider, and overlap.",
            32,
        ),
        Misconception(
            "pads the image on both sides",
            "You subtracted the padding from the image. It lies outside of the image: what is lost is a part of the "
            "field.",
            224 - 213,
        ),
    ),
    hints=(
        "The field begins at pixel -213 and has 427 pixels. Which is its last?",
        "It ends at -213 + 427 - 1 = 213, and the image begins at 0.",
    ),
)
