"""The exercises of notebook 12: training."""

from refconv.learn.exercise import Exercise
from refconv.learn.exercises.training import cross_entropy, looks_ahead, momentum, separable_width, statistics

__all__ = ["EXERCISES"]

EXERCISES: tuple[Exercise, ...] = (
    cross_entropy.EXERCISE,
    momentum.EXERCISE,
    statistics.EXERCISE,
    separable_width.EXERCISE,
    looks_ahead.EXERCISE,
)
