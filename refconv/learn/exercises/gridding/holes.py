"""The holes of a stack: pixels of the field that no path reaches."""

from __future__ import annotations

from itertools import product

from refconv.learn.exercise import Exercise, Misconception, call
from refconv.learn.outcomes import Call

__all__ = ["EXERCISE", "holes"]

Layers = list[tuple[int, int, int]]


def holes(layers: Layers) -> list[int]:
    """Collect all that one output reads, layer by layer; the rest of the field are holes."""
    read, jump = {0}, 1
    for k, s, d in layers:
        read = {there + m * d * jump for there in read for m in range(k)}
        jump *= s
    return [position for position in range(max(read)) if position not in read]


def _cases() -> list[Call]:
    single = [(k, s, d) for k, s, d in product((2, 3), (1, 2), (1, 2, 3))]
    stacks = [[one] for one in single] + [[one, other] for one in single for other in single[1::2]]
    rates = [(1, 2, 4), (2, 2, 2), (1, 2, 5), (1, 2, 9), (3, 1, 1), (2, 4, 8), (1, 3, 9), (4, 1, 2), (1, 1, 6)]
    stacks += [[(3, 3, 1), (3, 1, 1)], [(2, 3, 1), (3, 2, 1), (2, 1, 1)], [(2, 2, 1), (2, 3, 1), (2, 2, 2), (2, 1, 1)]]
    return [call(stack) for stack in [*stacks, *[[(3, 1, d) for d in each] for each in rates]]]


def _missing(positions: set[int]) -> list[int]:
    return [position for position in range(max(positions)) if position not in positions]


def _side_by_side(layers: Layers) -> list[int]:
    read, jump, end = {0}, 1, 0
    for k, s, d in layers:
        read |= {m * d * jump for m in range(k)}
        end += (k - 1) * d * jump
        jump *= s
    return [position for position in range(end) if position not in read]


def _widest_layer(layers: Layers) -> list[int]:
    steps, jump = [], 1
    for k, s, d in layers:
        steps.append((d * jump, k))
        jump *= s
    step, k = max(steps)
    return _missing({m * step for m in range(k)})


def _neighbours_fill(layers: Layers) -> list[int]:
    """Take for read whatever some output reads."""
    jump = 1
    for _, s, _ in layers:
        jump *= s
    size = max(holes(layers) or [0]) + 1
    everywhere = {
        position for position in range(size) for i in range(-size, size) if _reads(layers, position - i * jump)
    }
    return [position for position in holes(layers) if position not in everywhere]


def _reads(layers: Layers, position: int) -> bool:
    end, jump = 0, 1
    for k, s, d in layers:
        end += (k - 1) * d * jump
        jump *= s
    return 0 <= position <= end and position not in holes(layers)


EXERCISE = Exercise(
    name="holes-of-a-stack",
    chapter=6,
    title="Which pixels does nobody read?",
    task="Write `holes(layers)`: the pixels of the receptive field of output 0, along one axis, that this output "
    "does *not* read through any choice of taps, as a sorted list. `layers` is a list of `(k, s, d)`, the layer next "
    "to the input first, without padding, so that the field begins at pixel 0.",
    right=holes,
    cases=_cases,
    ask=call([(3, 1, 2), (3, 1, 2)]),
    misconceptions=(
        Misconception(
            "lays the layers side by side",
            "You collected what each layer's taps would read on the input. In a stack they add: one tap from each "
            "layer, and the sum is where a path ends.",
            _side_by_side,
        ),
        Misconception(
            "looks at the widest layer alone",
            "You looked at the gaps of the layer that reaches furthest. The other layers may fill such gaps.",
            _widest_layer,
        ),
        Misconception(
            "looks at the first layer alone",
            "You looked at the layer next to the input. The layers after it read several of its windows, which lie "
            "elsewhere.",
            lambda layers: holes(layers[:1]),
        ),
        Misconception(
            "ignores the strides",
            "You added d*m for each layer. After strides a layer's samples stand apart by their product: it is "
            "d*jump*m.",
            lambda layers: holes([(k, 1, d) for k, _, d in layers]),
        ),
        Misconception(
            "begins at the output",
            "You went through the layers in the wrong direction, so that later strides spread earlier taps.",
            lambda layers: holes(layers[::-1]),
        ),
        Misconception(
            "lets neighbours fill the holes",
            "You took a pixel for read if any output reads it. A hole is a hole of one output, whatever its neighbours "
            "read: they know what it does not.",
            _neighbours_fill,
        ),
        Misconception(
            "returns what is read",
            "You returned the pixels that are read. The others were asked for.",
            lambda layers: sorted({*range(max(holes(layers), default=0) + 1)} - {*holes(layers)}),
        ),
    ),
    hints=(
        "Keep a set of the pixels that are read, {0} at first. What does one layer make of it?",
        (
            "Each pixel becomes k pixels, m*d*jump further on for m = 0 ... k - 1, where jump is the product of the "
            "strides before."
        ),
    ),
)
