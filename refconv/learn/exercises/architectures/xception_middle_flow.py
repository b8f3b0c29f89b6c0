"""Xception's middle flow: parameters of separable convolutions, normalisations among them."""

from __future__ import annotations

from refconv.learn.exercise import Misconception, Question, call

__all__ = ["EXERCISE", "xception_middle_flow"]

BLOCKS, LAYERS, CHANNELS, TAPS = 8, 3, 728, 9


def xception_middle_flow() -> int:
    """Count a separable layer's two steps and its normalisation; all layers are alike."""
    blocks, layers, channels = 8, 3, 728
    depthwise = channels * 3 * 3
    pointwise = channels * channels
    normalisation = 2 * channels  # a scale and a shift
    return blocks * layers * (depthwise + pointwise + normalisation)


def _count(each: int, layers: int = BLOCKS * LAYERS) -> int:
    return layers * each


_SEPARABLE = CHANNELS * TAPS + CHANNELS * CHANNELS
_NORM = 2 * CHANNELS

EXERCISE = Question(
    name="xception-middle-flow",
    chapter=11,
    title="Parameters of Xception's middle flow",
    task="Xception's middle flow is 8 residual blocks of 3 layers. Each layer is a separable convolution of 3x3 from "
    "728 channels to 728 without biases (depthwise with multiplier 1, then pointwise), then one batch normalisation "
    "with a scale and a shift for each channel. The shortcuts are plain additions. How many parameters are learnt in "
    "the middle flow?",
    right=xception_middle_flow,
    cases=lambda: [call()],
    misconceptions=(
        Misconception(
            "takes the convolutions for dense",
            "You counted 9 taps for each pair of channels. The depthwise step has 9 for each channel, and only the "
            "pointwise step, of 1 tap, combines channels.",
            _count(CHANNELS * CHANNELS * TAPS + _NORM),
        ),
        Misconception(
            "leaves out the normalisations",
            "Those are the convolutions' weights. Each normalisation learns a scale and a shift for every channel.",
            _count(_SEPARABLE),
        ),
        Misconception(
            "counts four numbers for each channel beside the weights",
            "Beside the weights you counted 4 numbers for each channel: biases of both steps, a second normalisation, "
            "or the running mean and variance, which are not learnt. It is 2: one scale and one shift.",
            _count(_SEPARABLE + 2 * _NORM),
        ),
        Misconception(
            "adds a bias for each filter",
            "You counted a bias for each filter of the pointwise step, as Keras' separable layer has by default. "
            "There is none here: the normalisation's shift would undo it.",
            _count(_SEPARABLE + _NORM + CHANNELS),
        ),
        Misconception(
            "counts one layer for each block",
            "You multiplied by 8. Each of the 8 blocks has 3 layers.",
            _count(_SEPARABLE + _NORM, BLOCKS),
        ),
        Misconception(
            "leaves out the pointwise step",
            "You counted the depthwise kernels and normalisations. Nearly all parameters are in the pointwise step, "
            "728 * 728 of them for each layer.",
            _count(CHANNELS * TAPS + _NORM),
        ),
        Misconception(
            "leaves out the depthwise step",
            "You counted the pointwise weights and normalisations. The depthwise step adds 9 for every channel.",
            _count(CHANNELS * CHANNELS + _NORM),
        ),
    ),
    hints=(
        "Count one layer: the depthwise step, the pointwise step, the normalisation. All 24 layers are alike.",
        "Depthwise: 9 for each of 728 channels. Pointwise: 1 for each of 728 * 728 pairs.",
    ),
)
