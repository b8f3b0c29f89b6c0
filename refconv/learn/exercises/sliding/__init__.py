"""The exercises of notebook 01: sliding a window."""

from refconv.learn.exercise import Exercise
from refconv.learn.exercises.sliding import channels, flip, output_size, per_axis, same_padding, weighted_sum

__all__ = ["EXERCISES"]

EXERCISES: tuple[Exercise, ...] = (
    weighted_sum.EXERCISE,
    flip.EXERCISE,
    output_size.EXERCISE,
    same_padding.EXERCISE,
    per_axis.EXERCISE,
    channels.EXERCISE,
)
