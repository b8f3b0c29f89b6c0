"""JAX: jax.lax's convolutions, as XLA compiles them for the CPU, against StableHLO's specification."""

from __future__ import annotations

import numpy as np

from tests.disagreements.model import Disagreement

__all__ = ["CASES"]


def cropped_and_padded():
    import jax

    x, w = np.arange(1.0, 17, dtype=np.float32).reshape(2, 2, 4), np.ones((2, 2, 4), np.float32)
    return jax.lax.conv_general_dilated(x, w, (1,), [(-2, 2)])


def cropped_and_padded_right():
    import refconv

    x, w = np.arange(1.0, 17, dtype=np.float32).reshape(2, 2, 4), np.ones((2, 2, 4), np.float32)
    return refconv.conv1d(x, w, padding=[(-2, 2)])


def small_letters():
    import jax

    x, w = np.array([1, 2, 3.0], np.float32).reshape(1, 3, 1), np.array([1, 10.0], np.float32).reshape(2, 1, 1)
    return jax.lax.conv_transpose(x, w, (1,), "same", dimension_numbers=("NHC", "HIO", "NHC"))


def small_letters_right():
    from refconv.dialects import xla

    x, w = np.array([1, 2, 3.0], np.float32).reshape(1, 3, 1), np.array([1, 10.0], np.float32).reshape(2, 1, 1)
    return xla.conv_transpose(x, w, (1,), "SAME", dimension_numbers=("NHC", "HIO", "NHC"))


CASES = (
    Disagreement(
        "jax_cropped_and_padded",
        "jax",
        "conv_general_dilated: cropped at one end and padded as much at the other",
        cropped_and_padded,
        cropped_and_padded_right,
        "The specification crops and pads first and takes windows of what is left. Compiled for the CPU, with a kernel "
        "as long as the input, the padding seems to be left out and memory read from further on. No error is raised.",
        local=True,
    ),
    Disagreement(
        "jax_transpose_small_letters",
        "jax",
        'conv_transpose: "same" in small letters is another operation',
        small_letters,
        small_letters_right,
        'The documentation knows "SAME" and "VALID", and other functions take either case. Here small letters are '
        "passed on to the convolution inside, whose padding is not the transposed one's; with a stride they raise.",
    ),
)
