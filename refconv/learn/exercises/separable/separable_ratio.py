"""How much cheaper a separable convolution is than a dense one, as an exact fraction."""

from __future__ import annotations

from fractions import Fraction
from itertools import product

from refconv.learn.exercise import Exercise, Misconception, call
from refconv.learn.outcomes import Call

__all__ = ["EXERCISE", "separable_ratio"]

Pair = tuple[int, int]


def separable_ratio(C: int, O: int, kernel: Pair, M: int = 1) -> Fraction:
    """Divide the separable weights by the dense ones: C falls out."""
    taps = kernel[0] * kernel[1]
    separable = C * M * taps + C * M * O
    dense = C * O * taps
    return Fraction(separable, dense)  # = M/O + M/taps


def _cases() -> list[Call]:
    drawn = product((1, 2, 3, 7), (1, 2, 3, 10), ((1, 1), (3, 3), (1, 5), (2, 3)), (1, 2, 3))
    return sorted((call(*each) for each in drawn), key=lambda each: sum((*each.args[:2], *each.args[2], each.args[3])))


def _taps(kernel: Pair) -> int:
    return kernel[0] * kernel[1]


EXERCISE = Exercise(
    name="separable-ratio",
    chapter=7,
    title="Separable against dense",
    task="Write `separable_ratio(C, O, kernel, M=1)`: the MACs of the separable convolution (multiplier `M`) divided "
    "by those of the dense one with the same input, output and kernel `(KH, KW)`, without biases. Return a "
    "`fractions.Fraction` or a float. It is the ratio of their parameters too.",
    right=separable_ratio,
    cases=_cases,
    ask=call(32, 64, (3, 3)),
    misconceptions=(
        Misconception(
            "forgets the depthwise step",
            "You returned M/(KH*KW): that is the pointwise step alone. The depthwise step adds M/O.",
            lambda C, O, kernel, M=1: Fraction(M, _taps(kernel)),
        ),
        Misconception(
            "divides by the kernel's side",
            "You took M/O + M/KH. The dense kernel has KH*KW taps, so the second term is M/(KH*KW).",
            lambda C, O, kernel, M=1: Fraction(M, O) + Fraction(M, kernel[0]),
        ),
        Misconception(
            "uses the input channels",
            "You took M/C + M/(KH*KW). The input channels are in every term and fall out; what stays is O, the number "
            "of output channels.",
            lambda C, O, kernel, M=1: Fraction(M, C) + Fraction(M, _taps(kernel)),
        ),
        Misconception(
            "turns the fraction over",
            "You divided dense by separable: how many times cheaper. The question was which part of the cost is left.",
            lambda C, O, kernel, M=1: 1 / separable_ratio(C, O, kernel, M),
        ),
        Misconception(
            "multiplies the two terms",
            "You multiplied the shares of the two steps. They follow each other, so the shares are added.",
            lambda C, O, kernel, M=1: Fraction(M, O) * Fraction(M, _taps(kernel)),
        ),
        Misconception(
            "lets only the depthwise step grow with M",
            "A multiplier of M makes the depthwise step M times as costly, and the pointwise step too, since it reads "
            "C*M channels: (1/O + 1/(KH*KW)) * M.",
            lambda C, O, kernel, M=1: Fraction(M, O) + Fraction(1, _taps(kernel)),
        ),
    ),
    hints=(
        "Write both counts down as products, then cancel.",
        "(C*M*KH*KW + C*M*O) / (C*O*KH*KW): which factor stands in every term?",
    ),
)
