"""The exercises of notebook 07: depthwise, pointwise, separable."""

from refconv.learn.exercise import Exercise
from refconv.learn.exercises.separable import (
    best_separable,
    depthwise_channels,
    pointwise_product,
    separable_cost,
    separable_ratio,
)

__all__ = ["EXERCISES"]

EXERCISES: tuple[Exercise, ...] = (
    depthwise_channels.EXERCISE,
    pointwise_product.EXERCISE,
    separable_cost.EXERCISE,
    separable_ratio.EXERCISE,
    best_separable.EXERCISE,
)
