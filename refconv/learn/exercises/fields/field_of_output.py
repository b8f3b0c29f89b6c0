"""Where the field of an output lies: jump, padding, centre."""

from __future__ import annotations

from itertools import product

from refconv.learn.exercise import Exercise, Misconception, call
from refconv.learn.outcomes import Call

__all__ = ["EXERCISE", "field_of"]

Layers = list[tuple[int, int, int, int]]


def field_of(layers: Layers, i: int) -> tuple[int, int]:
    """Go back from the output to the input: the first pixel by the first tap, the last one by the last."""
    first = last = i
    for k, s, d, lo in reversed(layers):
        first = first * s - lo
        last = last * s - lo + d * (k - 1)
    return first, last


def _cases() -> list[Call]:
    single = [(k, s, d, lo) for k, s, d, lo in product((3, 2), (1, 2), (1, 2), (0, 1, 2))]
    stacks = [[one] for one in single] + [[one, other] for one in single[::4] for other in single[1::3]]
    stacks += [[(3, 3, 1, 1), (3, 1, 1, 1)], [(2, 3, 1, 0), (3, 2, 2, 1), (3, 3, 1, 2), (2, 1, 1, 1)]]
    stacks += [[(3, 2, 1, 1), (3, 1, 2, 2), (3, 2, 1, 0)], [(7, 2, 1, 3), (3, 2, 1, 1), (3, 1, 4, 4)]]
    return [call(stack, i) for stack in stacks for i in (0, 1, 5)]


def _by_sums(layers: Layers, i: int, padded: bool = True, jumps: bool = True) -> tuple[int, int]:
    """Go forward instead, with size, jump and padding: with the padding in pixels of its own layer unless `jumps`."""
    size, jump, padding = 1, 1, 0
    for k, s, d, lo in layers:
        size, padding, jump = size + d * (k - 1) * jump, padding + lo * (jump if jumps else 1), jump * s
    first = i * jump - (padding if padded else 0)
    return first, first + size - 1


def _centred(layers: Layers, i: int) -> tuple[int, int]:
    """Put the field's middle at i * jump."""
    first, last = _by_sums(layers, 0, padded=False)
    jump = _by_sums(layers, 1, padded=False)[0]
    return i * jump - (last - first) // 2, i * jump - (last - first) // 2 + last - first


def _tiled(layers: Layers, i: int) -> tuple[int, int]:
    """Put the fields side by side."""
    first, last = field_of(layers, 0)
    size = last - first + 1
    return first + i * size, last + i * size


EXERCISE = Exercise(
    name="field-of-an-output",
    chapter=5,
    title="Where does an output look?",
    task="Write `field_of(layers, i)`: the first and the last input pixel, along one axis, of the receptive field of "
    "output `i`. `layers` is a list of `(k, s, d, lo)`, the layer next to the input first; `lo` is the padding "
    "before that layer's input. Pixel 0 is the first of the input; pixels in the padding have negative numbers and "
    "belong to the field, so nothing is cut off at the border.",
    right=field_of,
    cases=_cases,
    ask=call([(3, 2, 1, 1), (3, 1, 1, 1)], 2),
    misconceptions=(
        Misconception(
            "forgets the padding",
            "You left `lo` out. Padding does not change a field's size, but it shifts the field towards the beginning.",
            lambda layers, i: _by_sums(layers, i, padded=False),
        ),
        Misconception(
            "adds the paddings unscaled",
            "You added the paddings as they are. A layer pads with pixels of its own input, and each is worth as many "
            "input pixels as the strides before it multiply to.",
            lambda layers, i: _by_sums(layers, i, jumps=False),
        ),
        Misconception(
            "takes i for a pixel",
            "You took the output's number for the place where its field begins. Neighbouring fields begin a jump "
            "apart, the product of all strides.",
            lambda layers, i: tuple(end + i for end in field_of(layers, 0)),
        ),
        Misconception(
            "puts the fields side by side",
            "You moved on by the size of a field from one output to the next. Fields overlap: they move on by the "
            "jump.",
            _tiled,
        ),
        Misconception(
            "puts the centre at i times the jump",
            "You centred the field on i*jump. That holds only if every layer pads by half of its reach; here "
            "paddings differ, so go by `lo`.",
            _centred,
        ),
        Misconception(
            "stops at the border",
            "You cut the field off at pixel 0. Whether a pixel is real or padding is another question; here the "
            "whole field is asked for.",
            lambda layers, i: (max(0, field_of(layers, i)[0]), field_of(layers, i)[1]),
        ),
        Misconception(
            "returns first and size",
            "Your second number is the size of the field. The last pixel is asked for: first + size - 1.",
            lambda layers, i: (field_of(layers, i)[0], field_of(layers, i)[1] - field_of(layers, i)[0] + 1),
        ),
    ),
    hints=(
        "One layer: where does tap 0 of window i read, and where tap k - 1?",
        "Tap m of window i reads position i*s + m*d - lo. For a stack go back from the last layer to the first.",
        (
            "Keep two numbers, the first and the last position, and put both through each layer: the first with tap 0, "
            "the last with tap k - 1."
        ),
    ),
)
