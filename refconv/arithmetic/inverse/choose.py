"""Which dilations to choose for a task: ranked answers, with their reasons in words.

The task says how large a field is wanted, how large the input is, and how deep the stack may be. The rules:

- coverage: every pixel of the field is read;
- share: in every layer, at least so many of the taps fall on real pixels rather than on padding;
- depth: no more layers than allowed.

Among what keeps the rules the cheapest comes first; then come deeper stacks, each for a larger share than the ones
before it, and stacks that people would write down, with what they lose.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction

from refconv.arithmetic.coverage import taps_on_real_pixels
from refconv.arithmetic.geometry import Axis
from refconv.arithmetic.integers import ceil_div
from refconv.arithmetic.inverse.stacks import (
    Stack,
    cheapest_stack,
    compare_stacks,
    covering_stacks,
    stack_on,
)
from refconv.arithmetic.receptive_field import Layer, ReceptiveField
from refconv.arithmetic.sizes import effective_kernel_size, same_padding
from refconv.errors import ArgumentError

__all__ = ["Choice", "choose_dilations", "share_on_real_pixels", "widest_dilation"]

PIXEL = ReceptiveField()


@dataclass(frozen=True, slots=True)
class Choice:
    """One answer to `choose_dilations`.

    Attributes
    ----------
    name : str
        What it is: "cheapest", "gentler", or the name of a usual schedule.
    stack : Stack
        Its layers, field, cost and unread pixels.
    share : Fraction
        Taps on real pixels, in the layer that has the fewest of them.
    broken : tuple of str
        The rules that it breaks, of "coverage", "share", "depth"; none of them for a good answer.
    reasons : tuple of str
        What speaks for it and against it, in words.

    Examples
    --------
    >>> choice = choose_dilations(15, input_size=65)[0]
    >>> print(choice)
    cheapest: dilations 1, 3, 3
      the field is 15 pixels wide, as asked for
      every pixel of it is read
      at dilation 3 on a map of 65, 93.9% of the taps fall on real pixels (at least 50.0% asked for)
      3 layers of 3x3 taps (at most 6 allowed): 27 multiply-accumulates per position and pair of channels
    """

    name: str
    stack: Stack
    share: Fraction
    broken: tuple[str, ...]
    reasons: tuple[str, ...]

    @property
    def dilations(self) -> tuple[int, ...]:
        """The dilations, from the smallest on."""
        return self.stack.dilations

    def __str__(self) -> str:
        """Say what, and why."""
        dilations = ", ".join(map(str, self.dilations)) or "none"
        verdict = f" - breaks: {', '.join(self.broken)}" if self.broken else ""
        return "\n  ".join([f"{self.name}: dilations {dilations}{verdict}", *self.reasons])


@dataclass(frozen=True, slots=True)
class _Task:
    """What was asked for, and the size of the map that the layers work on."""

    target: int
    map_size: int
    k: int
    depth: int
    start: ReceptiveField
    least_share: Fraction | float
    rank: int
    cap: int

    def judge(self, name: str, stack: Stack) -> Choice:
        widest = max(stack.dilations, default=1)
        share = share_on_real_pixels(self.map_size, self.k, widest, self.rank) if stack.layers else Fraction(1)
        kept = {
            "coverage": stack.unread == 0,
            "share": widest <= self.cap or not stack.layers,
            "depth": len(stack.layers) <= self.depth,
        }
        broken = tuple(rule for rule, held in kept.items() if not held)
        return Choice(name, stack, share, broken, tuple(self._reasons(stack, widest, share)))

    def _reasons(self, stack: Stack, widest: int, share: Fraction) -> Iterator[str]:
        size, more = stack.field.size, stack.field.size - self.target
        yield f"the field is {size} pixels wide, " + (f"{more} more than asked for" if more else "as asked for")
        yield f"{stack.unread} of its {size} pixels are never read" if stack.unread else "every pixel of it is read"
        if not stack.layers:
            yield "what the stack would stand on sees as much already"
            return
        yield (
            f"at dilation {widest} on a map of {self.map_size}, {float(share):.1%} of the taps fall on real pixels "
            f"(at least {float(self.least_share):.1%} asked for)"
        )
        if not _outer_taps_read(self.map_size, self.k, widest):
            yield "there its outer taps read nothing but padding, at any position"
        count = len(stack.layers)
        taps = "x".join([str(self.k)] * self.rank)
        yield (
            f"{count} layer{'s' * (count > 1)} of {taps} taps (at most {self.depth} allowed): {stack.cost} "
            "multiply-accumulates per position and pair of channels"
        )


def choose_dilations(
    target: int,
    input_size: int,
    *,
    k: int = 3,
    depth: int = 6,
    start: ReceptiveField = PIXEL,
    least_share: Fraction | float = Fraction(1, 2),
    rank: int = 2,
) -> list[Choice]:
    """Return the dilations to choose for a task, the best first, with the reasons.

    Parameters
    ----------
    target : int
        The field to reach in input pixels: the size of what is to be recognised, with as much around it as it takes.
    input_size : int
        The size of the input in pixels, along one axis.
    k : int
        Taps of every layer, along one axis; at least 2.
    depth : int
        Most layers of stride 1 allowed.
    start : ReceptiveField
        What the layers stand on: a backbone's field, its `jump` the output stride. It counts as full.
    least_share : Fraction or float
        The least share of taps that fall on real pixels with "same" padding, in every layer.
    rank : int
        Spatial axes, all of `input_size`.

    Returns
    -------
    list of Choice
        Those that keep all rules first, by cost. The first of them is the cheapest there is; at its depth no other
        stack of so small a field has a smaller largest dilation, and so none a larger share in its worst layer. The
        ones called "gentler" are the same for larger depths. Where no stack keeps all rules, the first ones break the
        fewest.

    Raises
    ------
    ArgumentError
        Where a number is out of range.

    Examples
    --------
    >>> for choice in choose_dilations(31, input_size=33, depth=5, least_share=0.75):
    ...     print(choice.name, choice.dilations, f"{float(choice.share):.2f}", choice.broken)
    cheapest (1, 2, 6, 6) 0.77 ()
    gentler (1, 2, 4, 4, 4) 0.84 ()
    doubling (1, 2, 4, 8) 0.70 ('share',)
    one layer (15,) 0.49 ('coverage', 'share')
    """
    for name, value, least in (
        ("target", target, 1),
        ("input_size", input_size, 1),
        ("k", k, 2),
        ("depth", depth, 0),
        ("rank", rank, 1),
    ):
        if value < least:
            raise ArgumentError("choose_dilations", f"{name} is {value}.", f"needed: {name} >= {least}.")
    map_size = ceil_div(input_size, start.jump)
    cap = widest_dilation(map_size, k, least_share, rank)
    task = _Task(target, map_size, k, depth, start, least_share, rank, cap)
    choices: list[Choice] = []
    for choice in (task.judge(name, stack) for name, stack in _candidates(task)):
        if all(choice.dilations != known.dilations for known in choices):
            choices.append(choice)
    return sorted(choices, key=_rank)


def _rank(choice: Choice) -> tuple[int, int, int, int]:
    stack = choice.stack
    return len(choice.broken), stack.cost, stack.field.size, max(stack.dilations, default=0)


def _candidates(task: _Task) -> Iterator[tuple[str, Stack]]:
    kept = list(_keeping_the_rules(task))
    yield from kept
    wider = cheapest_stack(task.target, task.k, start=task.start, most_layers=task.depth, rank=task.rank)
    if wider is not None and (not kept or wider.cost < kept[0][1].cost):
        yield "as wide as it takes", wider
    deeper = None
    if task.cap and not kept:
        deeper = cheapest_stack(task.target, task.k, start=task.start, most_dilation=task.cap, rank=task.rank)
    if deeper is not None:
        yield "as deep as it takes", deeper
    missing = task.target - task.start.size
    if missing > 0:  # what people would write down
        alone = ceil_div(missing, (effective_kernel_size(task.k) - 1) * task.start.jump)
        yield "one layer", stack_on(task.start, [Layer(task.k, d=alone)], task.rank)
        yield "doubling", compare_stacks(task.target, task.k, start=task.start, rank=task.rank)["doubling"]


def _keeping_the_rules(task: _Task) -> Iterator[tuple[str, Stack]]:
    """Yield the gentlest stack of each depth, as long as each is gentler than the one before."""
    name, widest = "cheapest", task.cap + 1
    for count in range(task.depth + 1):
        stack = _gentlest(task, count, widest - 1)
        if stack is not None:
            yield name, stack
            name, widest = "gentler", max(stack.dilations, default=1)


def _gentlest(task: _Task, count: int, cap: int) -> Stack | None:
    """Return the stack of so many layers with the smallest field that will do, and the smallest largest dilation.

    A stack of a larger field is no gentler: lower one of its largest dilations by one and no hole opens.
    """
    if not count:
        return stack_on(task.start, ()) if task.start.size >= task.target else None
    kernels = (task.k,) * count
    step = (effective_kernel_size(task.k) - 1) * task.start.jump
    steps = max(ceil_div(task.target - task.start.size, step), count)
    size = task.start.size + steps * step

    def stacks(most: int) -> Iterator[Stack]:
        return covering_stacks(size, kernels, task.start, most, task.rank)

    caps = range(1, cap + 1)
    at = bisect_left(caps, True, key=lambda most: next(stacks(most), None) is not None)
    return next(stacks(caps[at])) if at < len(caps) else None


def share_on_real_pixels(map_size: int, k: int, d: int = 1, rank: int = 2) -> Fraction:
    """Return the share of taps that fall on real pixels rather than on padding, with "same" padding and stride 1.

    Examples
    --------
    Of a 3x3 kernel at the dilations of DeepLab v3, on a map of 65:

    >>> [round(float(share_on_real_pixels(65, 3, d)), 4) for d in (6, 12, 18)]
    [0.8807, 0.769, 0.6649]
    """
    lo, hi = same_padding(map_size, k, 1, d)
    return Fraction(*taps_on_real_pixels(Axis(map_size, k, 1, d, lo, hi))) ** rank


def widest_dilation(map_size: int, k: int, least_share: Fraction | float, rank: int = 2) -> int:
    """Return the largest dilation with at least such a share of taps on real pixels; 0 where there is none.

    Nor may it be so large that the outer taps never read a real pixel at all.

    Examples
    --------
    >>> widest_dilation(65, 3, 0.75), widest_dilation(65, 3, 0), widest_dilation(4, 3, 0.95)
    (13, 64, 0)
    """
    least = Fraction(str(least_share))  # 0.9 means nine tenths, not the float next to it
    dilations = range(1, 2 * map_size + 1)  # two taps at dilation 2*map_size: neither reads a pixel
    return bisect_left(
        dilations,
        True,
        key=lambda d: not _outer_taps_read(map_size, k, d) or share_on_real_pixels(map_size, k, d, rank) < least,
    )


def _outer_taps_read(map_size: int, k: int, d: int) -> bool:
    return bool(max(same_padding(map_size, k, 1, d)) < map_size)
