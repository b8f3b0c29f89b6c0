"""The exercises of notebook 11: published architectures."""

from refconv.learn.exercise import Exercise
from refconv.learn.exercises.architectures import (
    aspp_taps,
    fc6_decimated,
    mobilenet_channels,
    stride_to_dilation,
    wavenet_blocks,
    xception_middle_flow,
)

__all__ = ["EXERCISES"]

EXERCISES: tuple[Exercise, ...] = (
    wavenet_blocks.EXERCISE,
    stride_to_dilation.EXERCISE,
    aspp_taps.EXERCISE,
    fc6_decimated.EXERCISE,
    xception_middle_flow.EXERCISE,
    mobilenet_channels.EXERCISE,
)
