"""The exercises of notebook 05: receptive fields."""

from refconv.learn.exercise import Exercise
from refconv.learn.exercises.fields import (
    branches,
    corner,
    field_of_output,
    field_size,
    variance,
    wavenet,
)

__all__ = ["EXERCISES"]

EXERCISES: tuple[Exercise, ...] = (
    field_size.EXERCISE,
    wavenet.EXERCISE,
    field_of_output.EXERCISE,
    corner.EXERCISE,
    branches.EXERCISE,
    variance.EXERCISE,
)
