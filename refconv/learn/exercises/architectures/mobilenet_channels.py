"""MobileNet's width multiplier: how many channels are left, in multiples of 8."""

from __future__ import annotations

from fractions import Fraction
from math import ceil, floor

from refconv.learn.exercise import Exercise, Misconception, call
from refconv.learn.outcomes import Call

__all__ = ["EXERCISE", "mobilenet_channels"]


def mobilenet_channels(channels: int, alpha: Fraction) -> int:
    """Take the nearest multiple of 8, and the next one where too much would be lost."""
    wanted = channels * alpha
    rounded = int(wanted + 4) // 8 * 8
    rounded = max(rounded, 8)
    if 10 * rounded < 9 * wanted:
        rounded += 8
    return rounded


def _cases() -> list[Call]:
    alphas = [Fraction(each) for each in ("1", "0.75", "0.5", "0.35", "0.25", "10/9", "1.3", "1.4")]
    channels = (3, 8, 12, 16, 24, 32, 40, 56, 64, 72, 96, 160, 320)
    return [call(count, alpha) for count in channels for alpha in alphas]


def _kept(rounded: int, wanted: Fraction) -> int:
    """Return a number of channels after the two rules that follow the rounding."""
    rounded = max(rounded, 8)
    return rounded + 8 if 10 * rounded < 9 * wanted else rounded


EXERCISE = Exercise(
    name="mobilenet-channels",
    chapter=11,
    title="Channels after the width multiplier",
    task="MobileNet v2 multiplies the `channels` of every layer by `alpha` (here an exact `Fraction`) and rounds to a "
    "multiple of 8: to the nearest one, the upper one if both are equally near; to 8 if that would be 0; and if the "
    "result is less than 90 % of `channels * alpha`, to the next multiple above it instead. Write "
    "`mobilenet_channels(channels, alpha)`.",
    right=mobilenet_channels,
    cases=_cases,
    ask=call(24, Fraction("0.75")),
    misconceptions=(
        Misconception(
            "only cuts off what follows the point",
            "You took the whole part of channels * alpha, as MobileNet v1 does. Version 2 rounds to multiples of 8.",
            lambda channels, alpha: max(int(channels * alpha), 8),
        ),
        Misconception(
            "rounds down to a multiple of 8",
            "You rounded down before the other two rules. It is the nearest multiple: add 4, then cut off.",
            lambda channels, alpha: _kept(int(channels * alpha) // 8 * 8, channels * alpha),
        ),
        Misconception(
            "rounds up to a multiple of 8",
            "You rounded up. It is the nearest multiple, above or below.",
            lambda channels, alpha: _kept(8 * ceil(channels * alpha / 8), channels * alpha),
        ),
        Misconception(
            "lets Python's round decide between equals",
            "Python's `round` takes the even one of two that are equally near: round(2.5) is 2. Here the upper one is "
            "taken: floor(x + 1/2).",
            lambda channels, alpha: _kept(8 * round(channels * alpha / 8), channels * alpha),
        ),
        Misconception(
            "forgets the last rule",
            "You rounded to the nearest. Where this loses more than a tenth of the channels, the next multiple is "
            "taken instead: 10.4 channels become 16, not 8.",
            lambda channels, alpha: max(8 * floor(channels * alpha / 8 + Fraction(1, 2)), 8),
        ),
        Misconception(
            "compares with the channels before scaling",
            "You compared the result with 90 % of `channels`. What counts is how much the rounding lost: compare with "
            "`channels * alpha`.",
            lambda channels, alpha: _compared_with(channels, channels * alpha),
        ),
        Misconception(
            "rounds to the nearest whole number",
            "You rounded to a whole number of channels. Only multiples of 8 are allowed: even an exact 12 becomes 16.",
            lambda channels, alpha: max(floor(channels * alpha + Fraction(1, 2)), 8),
        ),
    ),
    hints=(
        "Adding 4 and cutting off to a multiple of 8 rounds to the nearest one.",
        "Three steps, in this order: the nearest multiple of 8, at least 8, and 8 more if 10 * rounded < 9 * wanted.",
    ),
)


def _compared_with(channels: int, wanted: Fraction) -> int:
    rounded = max(int(wanted + 4) // 8 * 8, 8)
    return rounded + 8 if 10 * rounded < 9 * channels else rounded
