"""The exercises of notebook 10: numbers, and how close is close enough."""

from refconv.learn.exercise import Exercise
from refconv.learn.exercises.numbers import bfloat16_dot, bound, cancelled, exact_length, rounding, spacing, stuck_sum

__all__ = ["EXERCISES"]

EXERCISES: tuple[Exercise, ...] = (
    rounding.EXERCISE,
    spacing.EXERCISE,
    stuck_sum.EXERCISE,
    bfloat16_dot.EXERCISE,
    bound.EXERCISE,
    cancelled.EXERCISE,
    exact_length.EXERCISE,
)
