"""The exercises of notebook 13: the oracle."""

from refconv.learn.exercise import Exercise
from refconv.learn.exercises.oracle import accepts, adjoint, diagnosis, is_right, measure

__all__ = ["EXERCISES"]

EXERCISES: tuple[Exercise, ...] = (
    is_right.EXERCISE,
    accepts.EXERCISE,
    measure.EXERCISE,
    adjoint.EXERCISE,
    diagnosis.EXERCISE,
)
