"""The cheapest stack of dilated layers that reaches a receptive field and reads every pixel of it.

Layers of stride 1 are put on top of something whose own field is known and full: `size` pixels, a `jump` apart for
neighbouring outputs. Tap m of a layer with dilation d shifts that field by ``m*d*jump``. Sort the layers by dilation.
Then every pixel is read if and only if each layer's dilation, in pixels, is at most the field that those before it
have: were it larger, the pixel right after that field could not be reached by any sum, for each of the layers to come
moves too far; and if none is larger, every layer continues the field without a gap. With `size` 1 the most that L
layers of k taps can reach is therefore ``k**L``, by the dilations 1, k, k**2, ... The order of the layers has no
influence on field or coverage, so the dilations are always given from the smallest on.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from functools import partial, reduce
from heapq import heappop, heappush
from itertools import count, cycle, repeat
from math import gcd
from typing import TypeAlias

from refconv.arithmetic.coverage import holes
from refconv.arithmetic.receptive_field import Layer, ReceptiveField
from refconv.arithmetic.sizes import effective_kernel_size
from refconv.errors import ArgumentError

__all__ = ["Stack", "cheapest_stack", "compare_stacks", "covering_stacks", "full_dilation", "stack_on"]

PIXEL = ReceptiveField()
Pairs: TypeAlias = tuple[tuple[int, int], ...]
"""Dilation and kernel size of each layer, sorted."""
Progress: TypeAlias = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class Stack:
    """A stack of layers of stride 1, from the smallest dilation on, and what it reaches.

    Attributes
    ----------
    layers : tuple of Layer
        Kernel size and dilation of each.
    field : ReceptiveField
        The field of one output, together with what the stack stands on.
    cost : int
        Multiply-accumulates per output position and pair of channels: the sum of ``k**rank``.
    unread : int
        Pixels between the field's first and last that are not read.

    Examples
    --------
    >>> stack = stack_on(PIXEL, [Layer(3), Layer(3, d=3)])
    >>> stack.dilations, stack.field.size, stack.cost, stack.unread
    ((1, 3), 9, 18, 0)
    """

    layers: tuple[Layer, ...]
    field: ReceptiveField
    cost: int
    unread: int

    @property
    def dilations(self) -> tuple[int, ...]:
        """The dilations, from the smallest on."""
        return tuple(layer.d for layer in self.layers)


def stack_on(start: ReceptiveField, layers: Iterable[Layer], rank: int = 2) -> Stack:
    """Return a stack of layers of stride 1 with its field, cost and number of unread pixels.

    Examples
    --------
    Three times dilation 2 reads every other pixel of 13:

    >>> stack_on(PIXEL, [Layer(3, d=2)] * 3).unread
    6
    """
    chosen = tuple(sorted(layers, key=lambda layer: (layer.d, layer.k)))
    stack = _stack(start, tuple((layer.d, layer.k) for layer in chosen), rank)
    below = Layer(start.size, s=start.jump)  # one layer that reads what the stack stands on
    return replace(stack, unread=len(holes([below, *chosen])))


def full_dilation(field: ReceptiveField) -> int:
    """Return the largest dilation that a layer on top of a full field may have without leaving a hole.

    Less than 1 where even neighbouring outputs have fields with a gap between them.

    Examples
    --------
    >>> full_dilation(ReceptiveField(size=9)), full_dilation(ReceptiveField(size=11, jump=4))
    (9, 2)
    """
    most: int = field.size // field.jump
    return most


def covering_stacks(
    size: int,
    kernels: Iterable[int],
    start: ReceptiveField = PIXEL,
    most_dilation: int | None = None,
    rank: int = 2,
) -> Iterator[Stack]:
    """Yield every stack with these kernels whose field is exactly `size` pixels, all of them read.

    Parameters
    ----------
    size : int
        The field to reach.
    kernels : iterable of int
        The kernel sizes of the layers, in any order, each at least 2.
    start : ReceptiveField
        What the stack stands on; every pixel of that field counts as read. Padding is left alone.
    most_dilation : int, optional
        The largest dilation allowed.
    rank : int
        Spatial axes, for the cost.

    Yields
    ------
    Stack
        Each set of layers once, sorted by dilation and kernel size.

    Raises
    ------
    ArgumentError
        Where a kernel has fewer than two taps.

    Examples
    --------
    >>> [stack.dilations for stack in covering_stacks(15, [3, 3, 3])]
    [(1, 1, 5), (1, 2, 4), (1, 3, 3)]
    """
    ordered = tuple(sorted(kernels))
    _check_kernels("covering_stacks", ordered)
    return (_stack(start, pairs, rank) for pairs in _pairs(start.size, start.jump, size, ordered, most_dilation))


def cheapest_stack(
    size: int,
    kernels: int | Iterable[int] = 3,
    *,
    start: ReceptiveField = PIXEL,
    most_dilation: int | None = None,
    most_layers: int | None = None,
    rank: int = 2,
    exact: bool = False,
    progress: Progress | None = None,
) -> Stack | None:
    """Return the cheapest stack whose field is at least `size` pixels, all of them read.

    Cheapest means: the lowest sum of ``k**rank``, among those the fewest layers, among those the smallest field,
    among those the dilations that come first in the dictionary.

    Parameters
    ----------
    size : int
        The field to reach, in pixels.
    kernels : int or iterable of int
        The kernel sizes to choose from, each at least 2; every layer may take another.
    start : ReceptiveField
        What the stack stands on, as a backbone of a given field and output stride; all of it counts as read.
    most_dilation, most_layers : int, optional
        The largest dilation and the largest number of layers allowed.
    rank : int
        Spatial axes.
    exact : bool
        Ask for exactly `size`.
    progress : callable, optional
        Called as ``progress(tried, cost)`` after each set of kernels.

    Returns
    -------
    Stack or None
        None where no stack will do.

    Raises
    ------
    ArgumentError
        Where a kernel has fewer than two taps, or `most_dilation` is less than 1.

    Examples
    --------
    >>> cheapest_stack(65).dilations
    (1, 3, 7, 21)
    >>> cheapest_stack(65, most_dilation=8).dilations
    (1, 2, 5, 8, 8, 8)
    >>> mixed = cheapest_stack(50, kernels=(2, 3, 4), rank=1)
    >>> [(layer.k, layer.d) for layer in mixed.layers], mixed.cost
    ([(2, 1), (3, 2), (3, 6), (3, 16)], 11)
    """
    offered = tuple(sorted({kernels} if isinstance(kernels, int) else set(kernels)))
    _check_kernels("cheapest_stack", offered)
    if most_dilation is not None and most_dilation < 1:
        raise ArgumentError("cheapest_stack", f"most_dilation is {most_dilation}.", "needed: at least 1.")
    if exact and (size - start.size) % (start.jump * gcd(*(_reach((k,)) for k in offered))):
        return None  # every layer adds a multiple of that
    best: tuple[int, int, int, Pairs] | None = None
    waiting: list[tuple[int, int, tuple[int, ...]]] = [(0, 0, ())]  # sets of kernels, the cheapest first
    tried = 0
    while waiting:
        cost, depth, chosen = heappop(waiting)
        if best is not None and (cost, depth) > best[:2]:
            break
        for field, pairs in _smallest(start, size, chosen, most_dilation, exact):
            best = min(best or (cost, depth, field, pairs), (cost, depth, field, pairs))
        tried += 1
        if progress is not None:
            progress(tried, cost)
        if best is None and depth != most_layers and full_dilation(start) >= 1:
            for k in offered:
                grown = (*chosen, k)
                if k >= max(grown) and not (exact and _least(start, grown) > size):
                    heappush(waiting, (cost + k**rank, depth + 1, grown))
    return None if best is None else _stack(start, best[3], rank)


def compare_stacks(size: int, k: int = 3, *, start: ReceptiveField = PIXEL, rank: int = 2) -> dict[str, Stack]:
    """Return the cheapest stack of layers of k taps beside the usual ones, each as deep as `size` pixels need.

    "undilated" is dilation 1 throughout; "doubling" is 1, 2, 4, ...; "powers of k" is 1, k, k**2, ...; "hybrid" is
    1, 2, 5 over and over, as Wang et al. (arXiv:1702.08502) propose against gridding.

    Examples
    --------
    >>> for name, stack in compare_stacks(81).items():
    ...     print(name, stack.dilations if len(stack.layers) < 9 else len(stack.layers), stack.field.size, stack.unread)
    cheapest (1, 3, 9, 27) 81 0
    undilated 40 81 0
    doubling (1, 2, 4, 8, 16, 32) 127 0
    powers of k (1, 3, 9, 27) 81 0
    hybrid 15 81 0
    """
    cheapest = cheapest_stack(size, k, start=start, rank=rank)
    schedules: dict[str, Iterable[int]] = {
        "undilated": repeat(1),
        "doubling": (2**i for i in count()),
        "powers of k": (k**i for i in count()),
        "hybrid": cycle((1, 2, 5)),
    }
    table = {} if cheapest is None else {"cheapest": cheapest}
    return table | {name: _until(size, k, dilations, start, rank) for name, dilations in schedules.items()}


def _until(size: int, k: int, dilations: Iterable[int], start: ReceptiveField, rank: int) -> Stack:
    layers: list[Layer] = []
    field, coming = start, iter(dilations)
    while field.size < size:
        layers.append(Layer(k, d=next(coming)))
        field = field.through(layers[-1])
    return stack_on(start, layers, rank)


def _stack(start: ReceptiveField, pairs: Pairs, rank: int) -> Stack:
    layers = tuple(Layer(k, d=d) for d, k in pairs)
    field = reduce(ReceptiveField.through, layers, start)
    return Stack(layers, field, sum(layer.k**rank for layer in layers), unread=0)


def _smallest(
    start: ReceptiveField, size: int, kernels: tuple[int, ...], cap: int | None, exact: bool
) -> Iterator[tuple[int, Pairs]]:
    """Yield, if there is one, the smallest field that will do with these kernels and its first set of dilations."""
    last = size if exact else _most(start.size, start.jump, kernels, cap)
    for field in range(size if exact else max(size, _least(start, kernels)), last + 1):
        pairs = next(_pairs(start.size, start.jump, field, kernels, cap), None)
        if pairs is not None:
            yield field, pairs
            return


def _least(start: ReceptiveField, kernels: tuple[int, ...]) -> int:
    """Return the smallest field that layers with these kernels give: that of dilation 1."""
    size: int = start.size + start.jump * _reach(kernels)
    return size


def _most(size: int, jump: int, kernels: tuple[int, ...], cap: int | None) -> int:
    """Return an upper bound of the fields that layers with these kernels, in order, give without a hole.

    With the dilation bounded the small kernels must come first for that: a large one grows most on a large field.
    """
    for k in kernels:
        size += (size if cap is None else min(size, cap * jump)) * _reach((k,))
    return size


def _reach(kernels: tuple[int, ...]) -> int:
    taps: int = sum(effective_kernel_size(k) - 1 for k in kernels)
    return taps


def _pairs(
    size: int, jump: int, target: int, kernels: tuple[int, ...], cap: int | None, least: tuple[int, int] = (1, 0)
) -> Iterator[Pairs]:
    """Yield every sorted (dilation, kernel) sequence from `least` on that takes a full field to the target, full."""
    if not kernels:
        if size == target:
            yield ()
        return
    if (target - size) % (jump * gcd(*(_reach((k,)) for k in kernels))):
        return
    distinct = sorted(set(kernels))
    rest = {k: _without(kernels, k) for k in distinct}

    def bound(d: int, k: int) -> int:
        return _most(_grown(size, jump, d, k), jump, rest[k], cap)

    # the dilations still to come are at least as large, so all of them together must not exceed the target
    stop = min(size // jump, (target - size) // (jump * _reach(kernels)), size if cap is None else cap) + 1
    span = range(least[0], stop)
    for d in span[min(bisect_left(span, target, key=partial(bound, k=k)) for k in distinct) :]:
        for k in distinct:
            if (d, k) >= least and bound(d, k) >= target:
                for others in _pairs(_grown(size, jump, d, k), jump, target, rest[k], cap, (d, k)):
                    yield ((d, k), *others)


def _grown(size: int, jump: int, d: int, k: int) -> int:
    grown: int = size + effective_kernel_size(k, d * jump) - 1
    return grown


def _without(kernels: tuple[int, ...], k: int) -> tuple[int, ...]:
    at = kernels.index(k)
    return kernels[:at] + kernels[at + 1 :]


def _check_kernels(op: str, kernels: tuple[int, ...]) -> None:
    if kernels and kernels[0] < 2:
        raise ArgumentError(op, f"a kernel of {kernels[0]} does not widen a field.", "needed: 2 taps at least.")
