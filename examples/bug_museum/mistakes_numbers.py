"""Mistakes of precision: what is rounded where, integers that overflow, NaN that spreads."""

from __future__ import annotations

import numpy as np

try:
    from examples.bug_museum import rounding
    from examples.bug_museum.mistake import ODD, PLAIN, Table
    from examples.bug_museum.right import RIGHT_STEPS, Steps
except ModuleNotFoundError:  # run as a script: this folder is on the path
    import rounding  # type: ignore[import-not-found, no-redef]
    from mistake import ODD, PLAIN, Table  # type: ignore[import-not-found, no-redef]
    from right import RIGHT_STEPS, Steps  # type: ignore[import-not-found, no-redef]

TABLE = Table()
add = TABLE.add


# Numbers
def rounded_inputs(to):
    to = rounding.floats_only(to)
    return Steps(operands=lambda x, w: (to(x), to(w)))


def summed_in_float16(windows, weights):
    y = 0
    over = tuple(range(3, windows.ndim, 2))
    terms = np.moveaxis(windows, (1, *over), range(weights.ndim))
    for at in np.ndindex(weights.shape):
        y = rounding.float16(np.asarray(y + terms[at] * weights[at], np.float32))
    return y


def rounded_output(y, x):
    return RIGHT_STEPS.result(rounding.floats_only(rounding.bfloat16)(y), x)


def wrapped(y, x):
    """Sums of integers in 16 bits."""
    return y.astype(np.int16).astype(np.int32) if x.dtype.kind in "iu" else RIGHT_STEPS.result(y, x)


def one_tap_more(windows, weights):
    """Taps of W are taken two at a time: a window of an odd number reads one more, with weight 0."""
    if weights.shape[-1] % 2 == 0:
        return RIGHT_STEPS.product(windows, weights)
    beside = np.roll(windows[..., -1:], -1, axis=-2)
    return RIGHT_STEPS.product(np.concatenate([windows, beside], axis=-1), np.pad(weights, [(0, 0), (0, 0), (0, 1)]))


WIDE = dict(x=(2, 2, 5, 6), w=(3, 2, 3, 3))
EIGHT_BITS = WIDE | dict(dtype="int8", fill="extreme")
add("inputs_rounded_tf32", "inputs_rounded", rounded_inputs(rounding.tf32), ODD, PLAIN)
add("inputs_rounded_bfloat16", "inputs_rounded", rounded_inputs(rounding.bfloat16), ODD, PLAIN)
add("inputs_rounded_float16", "inputs_rounded", rounded_inputs(rounding.float16), ODD, PLAIN)
add("accumulator_rounded", "accumulator_rounded", Steps(product=summed_in_float16), ODD, PLAIN)
add("output_rounded", "output_rounded", Steps(result=rounded_output), ODD, PLAIN | dict(fill="ones"))
add(
    "integer_overflow",
    "integer_overflow",
    Steps(result=wrapped),
    EIGHT_BITS,
    WIDE | dict(dtype="int8"),
    precision="int8",
)
add("nan_leaks", "nan_leaks", Steps(product=one_tap_more), WIDE | dict(fill="nan"), WIDE)
