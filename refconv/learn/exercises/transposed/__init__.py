"""The exercises of notebook 09: transposed convolution and checkerboards."""

from refconv.learn.exercise import Exercise
from refconv.learn.exercises.transposed import channels, output_padding, scatter, size, write_counts, zeros_between

__all__ = ["EXERCISES"]

EXERCISES: tuple[Exercise, ...] = (
    scatter.EXERCISE,
    size.EXERCISE,
    output_padding.EXERCISE,
    zeros_between.EXERCISE,
    channels.EXERCISE,
    write_counts.EXERCISE,
)
