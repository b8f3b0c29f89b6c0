"""The exercises of notebook 02: im2col, a matrix product."""

from refconv.learn.exercise import Exercise
from refconv.learn.exercises.products import col2im, im2col, memory, product, rows

__all__ = ["EXERCISES"]

EXERCISES: tuple[Exercise, ...] = (
    im2col.EXERCISE,
    rows.EXERCISE,
    product.EXERCISE,
    memory.EXERCISE,
    col2im.EXERCISE,
)
