"""Dilation in the place of stride: what DeepLab does to a ResNet, so that its output is not so small."""

from __future__ import annotations

from refconv.learn.exercise import Exercise, Misconception, call
from refconv.learn.outcomes import Call

__all__ = ["EXERCISE", "Stack", "stride_to_dilation"]

Stack = list[tuple[int, int, int, int]]
"""Layers of kernel, stride, dilation, padding."""


def stride_to_dilation(layers: Stack, output_stride: int) -> Stack:
    """Drop the strides beyond the output stride, and spread the taps of all layers after them instead."""
    total, rate, rewritten = 1, 1, []
    for k, s, d, p in layers:
        keeps = total * s <= output_stride
        rewritten.append((k, s if keeps else 1, d * rate, p * rate))
        if keeps:
            total *= s
        else:
            rate *= s  # from the next layer on: this one still reads what it read
    return rewritten


def _cases() -> list[Call]:
    plain, down, dilated = (3, 1, 1, 1), (3, 2, 1, 1), (3, 1, 2, 2)
    even, bare, wide = (2, 2, 1, 0), (3, 1, 1, 0), (7, 2, 1, 3)
    stacks: list[Stack] = [
        [down],
        [down, plain],
        [plain, down],
        [down, dilated],
        [down, bare],
        [down, down],
        [down, down, plain],
        [even, plain, even],
        [wide, plain, down, plain, down],
        [wide, down, plain, down, dilated, down, bare],
        [wide, plain, even, dilated, down, plain, down, bare, down, plain],
    ]
    return [call(stack, output_stride) for stack in stacks for output_stride in (1, 2, 4, 8)]


def _like(
    layers: Stack, output_stride: int, *, own: bool = False, early: bool = False, fixed: bool = False, change: str = ""
) -> Stack:
    """Rewrite with one mistake: by whether the layer itself is spread, when it begins, and what is changed."""
    total, rate, rewritten = 1, 1, []
    for k, s, d, p in layers:
        keeps = total * s < output_stride or s == 1 if early else total * s <= output_stride
        now = rate * s if own and not keeps else rate
        spread = {
            "": (d * now, p * now),
            "none": (d, p),
            "padding kept": (d * now, p),
            "replaced": (now if now > 1 else d, p * now),
            "same": (d * now, d * now * (k - 1) // 2),
        }
        rewritten.append((k, s if keeps else 1, *spread[change]))
        if keeps:
            total *= s
        else:
            rate = s if fixed else rate * s
    return rewritten


EXERCISE = Exercise(
    name="stride-to-dilation",
    chapter=11,
    title="Dilation in the place of stride",
    task="`layers` is a stack along one axis, a list of `(k, s, d, p)`: kernel, stride, dilation, padding on both "
    "sides; all strides are 1 or 2, and no kernel has fewer than 2 taps. Write `stride_to_dilation(layers, "
    "output_stride)`: the list with the same weights for which the product of strides stops growing once it has "
    "reached `output_stride` (1, 2, 4, ...): from there on strides become 1, and dilations and paddings change such "
    "that the first output is what it was, and all other values that the old stack computed are still there, in their "
    "order, with new ones between them.",
    right=stride_to_dilation,
    cases=_cases,
    ask=call([(3, 2, 1, 1), (3, 1, 1, 1), (3, 2, 1, 1), (3, 1, 1, 1)], 1),
    misconceptions=(
        Misconception(
            "removes the strides and nothing else",
            "The strides are gone, but the layers after them now read neighbours that were 2 apart before: their "
            "taps must be spread by the stride that was removed.",
            lambda layers, output_stride: _like(layers, output_stride, change="none"),
        ),
        Misconception(
            "spreads the layer that loses its stride",
            "You spread the taps of the layer itself by its own stride. Its input is as dense as before, so its taps "
            "stay; only the layers after it see a denser input.",
            lambda layers, output_stride: _like(layers, output_stride, own=True),
        ),
        Misconception(
            "keeps the padding",
            "You spread the taps and left the padding. A kernel that spans more needs as much more padding, or the "
            "windows start too late and the output shrinks.",
            lambda layers, output_stride: _like(layers, output_stride, change="padding kept"),
        ),
        Misconception(
            "does not multiply the strides it removed",
            "After a second removed stride you still spread by 2. The strides multiply: after two of them the samples "
            "that belonged together are 4 apart.",
            lambda layers, output_stride: _like(layers, output_stride, fixed=True),
        ),
        Misconception(
            "overwrites a dilation that was there",
            "A layer that was dilated already got the new rate in place of its own. Its taps were d old samples "
            "apart: now that is d times the rate.",
            lambda layers, output_stride: _like(layers, output_stride, change="replaced"),
        ),
        Misconception(
            "stops one stride too early",
            "You removed the stride that reaches the output stride exactly. That one stays: only what goes beyond is "
            "removed.",
            lambda layers, output_stride: _like(layers, output_stride, early=True),
        ),
        Misconception(
            "pads every layer to keep its size",
            "You set all paddings to half of what the kernel spans. A layer that was not padded, or by less, must not "
            "get more zeros now: its padding is multiplied by the rate, and 0 stays 0.",
            lambda layers, output_stride: _like(layers, output_stride, change="same"),
        ),
    ),
    hints=(
        "Take a layer of stride 2 and one after it. Without the stride, where among the new values are the old ones?",
        "Keep two numbers while you go through the list: the product of the strides kept, and that of those removed.",
        "A layer is spread by the product of the strides that were removed before it, not by its own.",
    ),
)
