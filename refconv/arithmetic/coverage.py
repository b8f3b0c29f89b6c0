"""What a layer or a stack reads along one axis: how often, with which holes, and how much of it is padding.

A stack's output reads the sums of its layers' taps, ``sum_l jump_l d_l m_l`` with each ``m_l < k_l``. Sort the layers
by their steps ``jump_l d_l``: the sums have no hole if and only if no step is larger than one more than what the
smaller ones reach together. For a larger step nothing reads the next pixel; else each tap carries the run on.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from refconv.arithmetic.geometry import Axis
from refconv.arithmetic.integers import Integer, ceil_div, floor_div, maximum, minimum, product
from refconv.arithmetic.padding import source_position
from refconv.arithmetic.reads import Read
from refconv.arithmetic.receptive_field import LayerLike, receptive_field
from refconv.arithmetic.sizes import effective_kernel_size
from refconv.errors import ArgumentError

__all__ = [
    "covers",
    "first_hole",
    "hdc_distance",
    "hdc_passes",
    "holes",
    "read_counts",
    "stack_support",
    "taps_on_real_pixels",
]


def stack_support(reads: Iterable[Read], i: int = 0) -> tuple[int, ...]:
    """Return the positions that output `i` of a stack reads, in order, on an input without end.

    Parameters
    ----------
    reads : iterable of Layer, Transposed or Resampled
        The first layer first.
    i : int
        The output.

    Examples
    --------
    >>> from refconv.arithmetic import Layer
    >>> stack_support([Layer(3, d=2), Layer(3, d=2)])
    (0, 2, 4, 6, 8)
    """
    positions = {i}
    for read in reversed(list(reads)):
        positions = {position for reader in positions for position in read.comb(reader).positions}
    return tuple(sorted(positions))


def first_hole(layers: Iterable[LayerLike]) -> int | None:
    """Return the first pixel of the field that an output of the stack does not read, from 0; None where it reads all.

    Examples
    --------
    >>> from refconv.arithmetic import Layer
    >>> first_hole([Layer(3, d=1), Layer(3, d=2), Layer(3, d=9)]), first_hole([Layer(3), Layer(3, d=3)])
    (7, None)
    """
    reach = 0
    for step, k in sorted(_steps(layers)):
        if step > reach + 1 and k > 1:
            return reach + 1
        reach += effective_kernel_size(k, step) - 1
    return None


def covers(layers: Iterable[LayerLike]) -> bool:
    """Return whether an output of the stack reads every pixel of its field: whether there is no gridding.

    Examples
    --------
    Rates 2, 2, 2 miss every other pixel; 1, 2, 5 none:

    >>> from refconv.arithmetic import Layer
    >>> [covers([Layer(3, d=rate) for rate in dilations]) for dilations in ((2, 2, 2), (1, 2, 5))]
    [False, True]
    """
    return first_hole(layers) is None


def holes(layers: Iterable[LayerLike]) -> tuple[int, ...]:
    """Return the pixels of the first output's field that it does not read, in order, counted from the field's first.

    Examples
    --------
    >>> from refconv.arithmetic import Layer
    >>> holes([Layer(2), Layer(2, d=4)])
    (2, 3)
    """
    stack = list(layers)
    read = 1
    for step, k in _steps(stack):
        read = _any_of(read << step * m for m in range(k))
    return tuple(position for position in range(receptive_field(stack).size) if not read >> position & 1)


def _steps(layers: Iterable[LayerLike]) -> list[tuple[int, int]]:
    """Return for each layer the distance of its taps in input pixels, and their number."""
    steps, jump = [], 1
    for layer in layers:
        steps.append((jump * layer.d, layer.k))
        jump *= layer.s
    return steps


def _any_of(masks: Iterable[int]) -> int:
    union = 0
    for mask in masks:
        union |= mask
    return union


def read_counts(axis: Axis, mode: str = "zeros") -> tuple[int, ...]:
    """Return for each input position how many (window, tap) pairs read it.

    Examples
    --------
    >>> read_counts(Axis(5, 3, lo=1, hi=1)), read_counts(Axis(5, 3, s=2))
    ((2, 3, 3, 3, 2), (1, 1, 2, 1, 1))
    """
    counts = [0] * axis.n
    for i in range(axis.out):
        for m in range(axis.k):
            position = source_position(axis.read(i, m), axis.n, mode)
            if position is not None:
                counts[position] += 1
    return tuple(counts)


def taps_on_real_pixels(*axes: Axis) -> tuple[Integer, Integer]:
    """Return how many (window, tap) pairs read the input and not its padding, and how many pairs there are.

    Along one axis, or along several together; the sizes may be symbols, the kernel sizes are numbers.

    Examples
    --------
    A 3x3 kernel at rate 18 on 65x65, "same" padding: a third of the taps read zeros.

    >>> inside, total = taps_on_real_pixels(*[Axis(65, 3, d=18, lo=18, hi=18)] * 2)
    >>> inside, total, round(inside / total, 4)
    (25281, 38025, 0.6649)
    """
    inside = product(sum(_windows_inside(axis, m) for m in range(axis.k)) for axis in axes)
    return inside, product(axis.out * axis.k for axis in axes)


def _windows_inside(axis: Axis, m: int) -> Integer:
    """Return how many windows have tap `m` on the input."""
    first = maximum(ceil_div(-axis.read(0, m), axis.s), 0)
    last = minimum(floor_div(axis.n - 1 - axis.read(0, m), axis.s), axis.out - 1)
    return maximum(last - first + 1, 0)


def hdc_distance(dilations: Sequence[int]) -> int:
    """Return M_2 of Wang et al. (arXiv:1702.08502, "hybrid dilated convolution") for a stack of dilations.

    ``M_i = max(M_{i+1} - 2 r_i, 2 r_i - M_{i+1}, r_i)`` from ``M_n = r_n`` down to the second layer.

    Examples
    --------
    >>> hdc_distance([1, 2, 5]), hdc_distance([1, 2, 9])
    (2, 5)
    """
    if len(dilations) < 2:
        raise ArgumentError(
            "hdc_distance", f"M_2 needs a second layer, but the dilations are {list(dilations)}.", fix="Add one."
        )
    distance, *earlier = reversed(dilations[1:])
    for rate in earlier:
        distance = max(distance - 2 * rate, 2 * rate - distance, rate)
    return distance


def hdc_passes(dilations: Sequence[int], k: int = 3) -> bool:
    """Return whether a stack of these dilations passes the criterion ``M_2 <= k``, which is not the truth.

    For k = 3 and dilations that begin with 1 and never fall it agrees with `covers`; otherwise it errs both ways.

    Examples
    --------
    >>> from refconv.arithmetic import Layer
    >>> [
    ...     (hdc_passes(dilations), covers([Layer(3, d=rate) for rate in dilations]))
    ...     for dilations in ([2, 2, 2], [1, 3, 1])
    ... ]
    [(True, False), (False, True)]
    """
    return hdc_distance(dilations) <= k
