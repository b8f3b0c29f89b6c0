"""The exercises of notebook 04: dilation."""

from refconv.learn.exercise import Exercise
from refconv.learn.exercises.dilation import (
    dilated_convolution,
    grouped,
    inflated_kernel,
    phases,
    same_padding,
    span,
)

__all__ = ["EXERCISES"]

EXERCISES: tuple[Exercise, ...] = (
    span.EXERCISE,
    dilated_convolution.EXERCISE,
    inflated_kernel.EXERCISE,
    phases.EXERCISE,
    same_padding.EXERCISE,
    grouped.EXERCISE,
)
