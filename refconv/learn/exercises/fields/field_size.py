"""The size of the receptive field of a stack, with strides and dilations."""

from __future__ import annotations

from itertools import product

from refconv.learn.exercise import Exercise, Misconception, call
from refconv.learn.outcomes import Call

__all__ = ["EXERCISE", "field_size"]

Layers = list[tuple[int, int, int]]


def field_size(layers: Layers) -> int:
    """Add each layer's reach, measured in input pixels; its stride counts for the layers after it."""
    size, jump = 1, 1
    for k, s, d in layers:
        size += d * (k - 1) * jump
        jump *= s
    return size


def _cases() -> list[Call]:
    single = [(k, s, d) for k, s, d in product((1, 3, 2), (1, 2), (1, 2))]
    stacks = [[one] for one in single] + [[one, other] for one in single for other in single[4:]]
    stacks += [[(3, 3, 1), (3, 1, 1)], [(2, 3, 1), (3, 2, 2), (3, 3, 1), (2, 1, 1)]]
    stacks += [[(3, 1, 1), (3, 1, 2), (3, 1, 4)], [(3, 2, 1), (3, 2, 1), (3, 2, 1)], [(3, 1, 2)] * 3]
    return [call(stack) for stack in [*stacks, [(7, 2, 1), (3, 2, 1), (3, 1, 2), (3, 1, 4)]]]


def _own_stride(layers: Layers) -> int:
    size, jump = 1, 1
    for k, s, d in layers:
        jump *= s
        size += d * (k - 1) * jump
    return size


def _spans(layers: Layers) -> int:
    size, jump = 0, 1
    for k, s, d in layers:
        size += (d * (k - 1) + 1) * jump
        jump *= s
    return size


def _dilation_stays(layers: Layers) -> int:
    size, jump = 1, 1
    for k, s, d in layers:
        size += d * (k - 1) * jump
        jump *= s * d
    return size


EXERCISE = Exercise(
    name="receptive-field-size",
    chapter=5,
    title="How much does one output see?",
    task="Write `field_size(layers)`: how many neighbouring input pixels, along one axis, from the first to the last "
    "that one output can depend on. `layers` is a list of `(k, s, d)`: kernel size, stride, dilation, the layer next "
    "to the input first.",
    right=field_size,
    cases=_cases,
    ask=call([(3, 2, 1), (3, 1, 1)]),
    misconceptions=(
        Misconception(
            "counts a layer's own stride",
            "You multiplied each layer's reach by its own stride as well. A stride spreads the outputs of its layer, "
            "so it counts only for the layers after it.",
            _own_stride,
        ),
        Misconception(
            "ignores the strides",
            "You added the reaches as if all strides were 1. After a stride of 2 neighbouring outputs stand 2 input "
            "pixels apart, and so do the taps of the next layer.",
            lambda layers: field_size([(k, 1, d) for k, _, d in layers]),
        ),
        Misconception(
            "ignores the dilations",
            "You took every kernel for an ordinary one. Tools in wide use do the same, and report fields that are "
            "too small.",
            lambda layers: field_size([(k, s, 1) for k, s, _ in layers]),
        ),
        Misconception(
            "adds spans",
            "You added the spans d*(k - 1) + 1. The windows of a layer overlap: each layer adds d*(k - 1), and the "
            "one pixel that they begin with counts once.",
            _spans,
        ),
        Misconception(
            "begins at the output",
            "You went through the layers in the wrong direction, so that later strides spread earlier taps. The "
            "strides that count for a layer are those between it and the input.",
            lambda layers: field_size(layers[::-1]),
        ),
        Misconception(
            "lets the dilation accumulate",
            "You multiplied the dilation of one layer into those after it. Strides accumulate, since they thin the "
            "signal out; a dilated layer keeps all of its outputs.",
            _dilation_stays,
        ),
        Misconception(
            "forgets the pixel itself",
            "You added up what the layers reach, and began with 0. Without any layer an output sees one pixel: begin "
            "with 1.",
            lambda layers: field_size(layers) - 1,
        ),
    ),
    hints=(
        "Begin with one pixel. By how much does one layer of stride 1 widen that?",
        "By d*(k - 1) of its own input's samples. How many input pixels apart are two of these samples?",
        "As many as the product of the strides of the layers before it: keep that product in a variable.",
    ),
)
