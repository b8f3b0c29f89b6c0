"""Draw a case: the output size first, the input size from it, so that nothing is rejected.

One recipe serves Hypothesis (which shrinks: smaller draws are simpler cases) and NumPy's generators (which are fast).
Both hand it a function that draws an int between two bounds.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple, TypeAlias

import numpy as np

from refconv.arithmetic.integers import ceil_div
from refconv.arithmetic.padding import PADDING_MODES
from refconv.arithmetic.sizes import effective_kernel_size, transposed_output_size
from refconv.oracle.cases import Case
from refconv.oracle.operations import Operation, operation

__all__ = ["Integer", "draw_case", "from_rng"]

Integer: TypeAlias = Callable[[int, int], int]
"""Draws an int between two bounds, both of them included."""

WORDS = ("valid", "same_upper", "same_lower")


class _Axis(NamedTuple):
    n: int
    k: int
    s: int = 1
    d: int = 1
    padding: tuple[int, int] | str = (0, 0)
    a: int = 0


def from_rng(rng: np.random.Generator) -> Integer:
    """Return the function that draws from a generator of NumPy's.

    Examples
    --------
    >>> from_rng(np.random.default_rng(0))(3, 3)
    3
    """
    return lambda low, high: int(rng.integers(low, high + 1))


def draw_case(integer: Integer, op: str, **chosen: Any) -> Case:
    """Return a case of an operation, every parameter drawn per axis and per side.

    Parameters
    ----------
    integer : callable
        Draws an int between two bounds.
    op : str
        A name in `refconv.oracle.operations.OPERATIONS`.
    **chosen
        Fields of the case that are not drawn: ``fill``, ``memory``, ``precision``, ``bias``, ``seed``, ``purpose``.

    Examples
    --------
    >>> draw_case(lambda low, high: low, "conv2d", bias=True, seed=1).name
    'n1c1h5w5-o1k1x1-p-2.-2x-2.-2-integers-seed1'
    """
    kind = operation(op)
    mode = PADDING_MODES[integer(0, 3)] if "padding_mode" in kind.parameters else "zeros"
    axes = [_axis(integer, kind, mode) for _ in range(kind.rank)]
    batch, groups, inside, outside = integer(1, 2), integer(1, 3), integer(1, 3), integer(1, 3)
    channels = groups * inside
    # a transposed or depthwise kernel has its rows by channel, the others by filter
    by_channel = kind.family in ("conv_transpose", "depthwise_conv")
    kernel = (channels, outside) if by_channel else (groups * outside, inside)
    options = {
        "stride": tuple(axis.s for axis in axes),
        "padding": tuple(axis.padding for axis in axes),
        "output_padding": tuple(axis.a for axis in axes),
        "dilation": tuple(axis.d for axis in axes),
        "groups": groups,
        "padding_mode": mode,
    }
    drawn = {"bias": bool(integer(0, 1)), "seed": integer(0, 2**16)}
    return Case(
        op,
        (batch, channels, *(axis.n for axis in axes)),
        (*kernel, *(axis.k for axis in axes)),
        {name: options[name] for name in kind.parameters},
        **{**drawn, "purpose": "drawn", **chosen},
    )


def _axis(integer: Integer, kind: Operation, mode: str) -> _Axis:
    """Return an axis; `out` windows of it lie inside the padded input, with up to ``s - 1`` samples left over."""
    widest = 5 - kind.rank
    s, out = integer(1, 3), integer(1, widest)
    if kind.family == "pointwise_conv":
        return _Axis(transposed_output_size(out, 1, s) + integer(0, s - 1), 1, s)
    k, d = integer(1, 3), integer(1, 3)
    if integer(0, 5) == 5 and mode == "zeros":
        least = effective_kernel_size(k, d)
        return _Axis(integer(least, least + widest), k, s, d, WORDS[integer(0, 2)])
    lo, hi = integer(-2, 3), integer(-2, 3)
    if kind.family == "conv_transpose":
        a = integer(0, max(s, d) - 1)
        # a crop leaves at least one output
        hi = min(hi, transposed_output_size(out, k, s, d, lo, 0, a) - 1)
        return _Axis(out, k, s, d, (lo, hi), a)
    n = transposed_output_size(out, k, s, d, lo, hi) + integer(0, s - 1)
    least = max(lo, hi) + 1 if mode == "reflect" else 1
    # a larger input in whole strides: more windows, nothing rejected
    n += max(ceil_div(least - n, s), 0) * s
    return _Axis(n, k, s, d, (lo, hi))
