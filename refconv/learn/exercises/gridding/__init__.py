"""The exercises of notebook 06: gridding, and how to choose rates."""

from refconv.learn.exercise import Exercise
from refconv.learn.exercises.gridding import counts, criterion, holes, paths, real_taps, widest

__all__ = ["EXERCISES"]

EXERCISES: tuple[Exercise, ...] = (
    counts.EXERCISE,
    holes.EXERCISE,
    paths.EXERCISE,
    criterion.EXERCISE,
    widest.EXERCISE,
    real_taps.EXERCISE,
)
