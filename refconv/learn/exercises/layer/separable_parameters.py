"""The parameters of a separable dilated layer, biases and all."""

from __future__ import annotations

from itertools import product

from refconv.learn.exercise import Exercise, Misconception, call
from refconv.learn.outcomes import Call

__all__ = ["EXERCISE", "separable_parameters"]


def separable_parameters(C: int, O: int, k: int, d: int = 1, M: int = 1, bias: bool = True) -> int:
    """Add up both steps' weights, and a bias for each channel that either step makes."""
    middle = C * M
    depthwise = middle * k * k + (middle if bias else 0)
    pointwise = O * middle + (O if bias else 0)
    return depthwise + pointwise  # d moves the taps, and adds none


def _cases() -> list[Call]:
    drawn = product((1, 3, 5), (1, 2, 64), (1, 2, 3), (1, 2, 4), (1, 2, 3), (True, False))
    return sorted((call(*each) for each in drawn), key=lambda each: sum(each.args))


def _inflated(C: int, O: int, k: int, d: int = 1, M: int = 1, bias: bool = True) -> int:
    return separable_parameters(C, O, d * (k - 1) + 1, 1, M, bias)


EXERCISE = Exercise(
    name="separable-parameters",
    chapter=8,
    title="How many parameters, with biases?",
    task="Write `separable_parameters(C, O, k, d=1, M=1, bias=True)`: all parameters of a depthwise step with "
    "multiplier `M` and a k x k kernel of dilation `d` on `C` channels, and of the pointwise step to `O` channels. "
    "With `bias`, each of the two steps has one for every channel it makes; without, neither has any.",
    right=separable_parameters,
    cases=_cases,
    ask=call(3, 64, 3, 2),
    misconceptions=(
        Misconception(
            "gives only the pointwise step a bias",
            "You counted O biases. As in the module, the depthwise step has its own: one for each of the C*M channels "
            "it makes.",
            lambda C, O, k, d=1, M=1, bias=True: separable_parameters(C, O, k, d, M, False) + (O if bias else 0),
        ),
        Misconception(
            "gives the depthwise step C biases",
            "You counted a bias for each channel that goes in. A bias belongs to a channel that comes out: C*M of "
            "them.",
            lambda C, O, k, d=1, M=1, bias=True: separable_parameters(C, O, k, d, M, False) + (C + O if bias else 0),
        ),
        Misconception(
            "counts the zeros between the taps",
            "You counted the span of the dilated kernel. There are still k*k weights; the gaps hold none, whatever d.",
            _inflated,
        ),
        Misconception(
            "leaves the multiplier out of the pointwise step",
            "The depthwise step makes C*M channels, and each output channel has a weight for all of them.",
            lambda C, O, k, d=1, M=1, bias=True: C * M * k * k + (C * M if bias else 0) + O * C + (O if bias else 0),
        ),
        Misconception(
            "counts a dense layer",
            "You counted k*k weights for each pair of input and output channel. Here a pair has one weight; the k*k "
            "belong to the input channels.",
            lambda C, O, k, d=1, M=1, bias=True: O * C * k * k + (O if bias else 0),
        ),
        Misconception(
            "counts biases that are not there",
            "You counted biases where `bias` is False. Layers followed by batch normalisation leave them out.",
            lambda C, O, k, d=1, M=1, bias=True: separable_parameters(C, O, k, d, M, True),
        ),
    ),
    hints=(
        "List the four arrays of the layer, and the shape of each.",
        "Weights (C*M, 1, k, k) and bias (C*M,), then weights (O, C*M, 1, 1) and bias (O,).",
    ),
)
