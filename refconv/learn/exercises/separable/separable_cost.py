"""What a depthwise-separable convolution costs: parameters and MACs."""

from __future__ import annotations

from itertools import product
from typing import Any

from refconv.learn.exercise import Exercise, Misconception, call
from refconv.learn.outcomes import Call

__all__ = ["EXERCISE", "separable_cost"]

Pair = tuple[int, int]


def separable_cost(C: int, O: int, kernel: Pair, out: Pair, M: int = 1) -> tuple[int, int]:
    """Count each step's weights; every weight is used once at every output position."""
    depthwise = C * M * kernel[0] * kernel[1]  # M filters for each channel, reading that channel only
    pointwise = O * C * M  # every output channel reads all C*M channels
    parameters = depthwise + pointwise
    return parameters, parameters * out[0] * out[1]


def _cases() -> list[Call]:
    drawn = product((1, 2, 3, 8), (1, 2, 5, 16), ((1, 1), (3, 3), (2, 3)), ((1, 1), (4, 4), (5, 2)), (1, 2, 3))
    return sorted((call(*each) for each in drawn), key=lambda each: _size(*each.args))


def _size(C: int, O: int, kernel: Pair, out: Pair, M: int) -> int:
    return C + O + sum(kernel) + sum(out) + M


def _fractional(C: int, O: int, kernel: Pair, out: Pair, M: int = 1) -> tuple[Any, Any]:
    parameters, macs = separable_cost(C, O, kernel, out, M)
    return parameters, macs / (C * kernel[0] * kernel[1] + O)


def _dense(C: int, O: int, kernel: Pair, out: Pair, M: int = 1) -> tuple[int, int]:
    return _at_each(C * M * kernel[0] * kernel[1] * O, out)


def _plain_pointwise(C: int, O: int, kernel: Pair, out: Pair, M: int = 1) -> tuple[int, int]:
    return _at_each(C * M * kernel[0] * kernel[1] + O * C, out)


def _all_channels(C: int, O: int, kernel: Pair, out: Pair, M: int = 1) -> tuple[int, int]:
    return _at_each(C * C * M * kernel[0] * kernel[1] + O * C * M, out)


def _shared(C: int, O: int, kernel: Pair, out: Pair, M: int = 1) -> tuple[int, int]:
    depthwise, pointwise = M * kernel[0] * kernel[1], O * C * M
    return depthwise + pointwise, (C * depthwise + pointwise) * out[0] * out[1]


def _once(C: int, O: int, kernel: Pair, out: Pair, M: int = 1) -> tuple[int, int]:
    depthwise, pointwise = C * M * kernel[0] * kernel[1], O * C * M
    return depthwise + pointwise, depthwise * out[0] * out[1] + pointwise


def _square(C: int, O: int, kernel: Pair, out: Pair, M: int = 1) -> tuple[int, int]:
    return separable_cost(C, O, (kernel[0], kernel[0]), out, M)


def _flops(C: int, O: int, kernel: Pair, out: Pair, M: int = 1) -> tuple[int, int]:
    parameters, macs = separable_cost(C, O, kernel, out, M)
    return parameters, 2 * macs


def _at_each(parameters: int, out: Pair) -> tuple[int, int]:
    return parameters, parameters * out[0] * out[1]


EXERCISE = Exercise(
    name="separable-cost",
    chapter=7,
    title="What does it cost?",
    task="Write `separable_cost(C, O, kernel, out, M=1)`, which returns `(parameters, macs)` of a depthwise "
    "convolution followed by a pointwise one, without biases, for one sample: `C` input channels, `O` output "
    "channels, `kernel` is `(KH, KW)`, `out` is `(OH, OW)`, `M` the depth multiplier. One MAC is one product added to "
    "a sum; taps on padding count like all others.",
    right=separable_cost,
    cases=_cases,
    ask=call(8, 16, (3, 3), (10, 10)),
    misconceptions=(
        Misconception(
            "divides MACs by parameters",
            "You divided the MACs by something like the number of parameters, C*KH*KW + O: a formula found in print. "
            "The numerator alone is the number of MACs.",
            _fractional,
        ),
        Misconception(
            "multiplies the two steps",
            "You multiplied the costs of the steps, which gives a dense convolution's. They follow each other: "
            "their costs add up, and that is the saving.",
            _dense,
        ),
        Misconception(
            "forgets that the pointwise step reads C*M channels",
            "With multiplier M the depthwise step makes C*M channels, and the pointwise step reads all of them: "
            "O*C*M weights.",
            _plain_pointwise,
        ),
        Misconception(
            "lets each depthwise filter read all channels",
            "You gave every depthwise filter C slices. A depthwise filter reads one channel: KH*KW weights.",
            _all_channels,
        ),
        Misconception(
            "shares one kernel between the channels",
            "You counted the depthwise weights of one channel. Each of the C channels has filters of its own.",
            _shared,
        ),
        Misconception(
            "runs the pointwise step once",
            "You counted the pointwise MACs once for the whole image. It is a convolution too: it runs at each of the "
            "OH*OW positions.",
            _once,
        ),
        Misconception(
            "takes the kernel to be square",
            "You used KH twice. The kernel has KH*KW taps.",
            _square,
        ),
        Misconception(
            "counts FLOPs for MACs",
            "You counted multiplications and additions apart. A MAC is one of each together, so MACs are half of that.",
            _flops,
        ),
    ),
    hints=(
        "How many weights does each of the two steps have?",
        "C*M filters of KH*KW, then O filters of C*M. And how often is each weight used?",
    ),
)
