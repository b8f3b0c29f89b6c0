"""The exercises of notebook 03: the three gradients."""

from refconv.learn.exercise import Exercise
from refconv.learn.exercises.backward import adjoint_test, bias, grouped, input_gradient, padding, weights

__all__ = ["EXERCISES"]

EXERCISES: tuple[Exercise, ...] = (
    bias.EXERCISE,
    weights.EXERCISE,
    input_gradient.EXERCISE,
    padding.EXERCISE,
    grouped.EXERCISE,
    adjoint_test.EXERCISE,
)
