"""The exercises of notebook 08: the separable dilated layer."""

from refconv.learn.exercise import Exercise
from refconv.learn.exercises.layer import (
    keeping_padding,
    module_shape,
    separable_backward,
    separable_forward,
    separable_parameters,
    super_separable,
)

__all__ = ["EXERCISES"]

EXERCISES: tuple[Exercise, ...] = (
    keeping_padding.EXERCISE,
    module_shape.EXERCISE,
    separable_forward.EXERCISE,
    separable_backward.EXERCISE,
    separable_parameters.EXERCISE,
    super_separable.EXERCISE,
)
