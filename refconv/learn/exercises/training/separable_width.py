"""A fair comparison: how wide separable layers may be for the weights of a dense one."""

from __future__ import annotations

from itertools import product

from refconv.learn.exercise import Exercise, Misconception, call
from refconv.learn.outcomes import Call

__all__ = ["EXERCISE", "separable_width"]


def separable_width(channels: int, taps: int, groups: int = 1) -> int:
    """Widen while the separable layer has no more weights than the dense one."""
    budget = taps * channels * channels
    width = 0
    while True:
        wider = width + groups
        if taps * wider + wider * wider // groups > budget:
            return width
        width = wider


def _fits(channels: int, taps: int, groups: int, weights: int, budget: int) -> int:
    """Return the widest whose weights, `weights` per channel and its squares over the groups, fit."""
    width = 0
    while weights * (width + groups) + (width + groups) ** 2 // groups <= budget:
        width += groups
    return width


def _cases() -> list[Call]:
    calls = [call(*drawn) for drawn in product((1, 2, 3, 4, 6, 8, 16), (2, 3, 9, 25))]
    grouped = [call(*drawn) for drawn in product((4, 8, 12), (3, 9), (2, 4))]
    return sorted([*calls, *grouped], key=lambda each: sum(each.args))


EXERCISE = Exercise(
    name="separable-width",
    chapter=12,
    title="As many weights, but wider",
    task="A dense layer from `channels` to `channels` has `taps` weights per pair of channels. Write "
    "`separable_width(channels, taps, groups=1)`: the largest width W, a multiple of `groups` (0 if none fits), for "
    "which a depthwise-separable layer from W to W channels has no more weights than the dense one. Its depthwise step "
    "has `taps` weights per channel, its pointwise step `groups` groups. There are no biases.",
    right=separable_width,
    cases=_cases,
    ask=call(4, 9),
    misconceptions=(
        Misconception(
            "forgets the depthwise step",
            "You counted the pointwise weights alone. The depthwise step has `taps` more for each channel.",
            lambda channels, taps, groups=1: _fits(channels, taps, groups, 0, taps * channels**2),
        ),
        Misconception(
            "inverts the ratio at the old width",
            "You multiplied the width by how much cheaper the layer gets at the same width. The pointwise weights grow "
            "with the square of the width, so it may grow only about as the root.",
            lambda channels, taps, groups=1: _whole(channels * taps * channels // (taps + channels), groups),
        ),
        Misconception(
            "multiplies the width by the taps",
            "You gave each tap's weights to as many channels. Weights grow with the square of the width: that is many "
            "times over the budget.",
            lambda channels, taps, groups=1: _whole(channels * taps, groups),
        ),
        Misconception(
            "goes one over",
            "Your layer has more weights than the dense one. You stopped at the first width that does not fit.",
            lambda channels, taps, groups=1: separable_width(channels, taps, groups) + groups,
        ),
        Misconception(
            "ignores the groups",
            "You counted the pointwise step as if every channel saw every other. With groups it has fewer weights.",
            lambda channels, taps, groups=1: _whole(separable_width(channels, taps), groups),
        ),
        Misconception(
            "leaves the old width on one side",
            "You let only the outputs grow and kept the dense layer's width for the inputs. The width is W on "
            "both sides: layers are stacked.",
            lambda channels, taps, groups=1: _whole((taps * channels - taps) * groups, groups),
        ),
    ),
    hints=(
        "How many weights has the dense layer? And the two steps of the separable one, of width W?",
        "The largest W with taps * W + W * W / groups <= taps * channels * channels: try one after the other.",
    ),
)


def _whole(width: int, groups: int) -> int:
    return width // groups * groups
