"""Which road a convolution takes: chosen from its geometry alone, by predicted cost.

==============  ================================================  ===========================================
road            what it does                                      best for
==============  ================================================  ===========================================
``columns``     im2col in tiles, a matrix product for each        all but the next three
``bands``       im2col but for the first axis, a product a row    stride 1 and many channels, or long kernels
``shifted``     a pass over x for each tap                        few filters to a channel: depthwise
``scattered``   (gradient for x) products added home, tap by tap  fewer channels than filters: first layers
==============  ================================================  ===========================================

The gradient for x by the first two is itself a convolution of dy, one for each phase of the strides
(`refconv.arithmetic.phases`). Costs are nanoseconds of one of two threads at work on float64, on the machine of
docs/performance.md. Only their ratios matter, and they differ little between machines: each counts passes over memory.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import product as combinations
from typing import Any, NamedTuple

from refconv.arithmetic.geometry import Axis, Geometry
from refconv.arithmetic.integers import ceil_div, product
from refconv.arithmetic.phases import adjoint_phases, phase_count, unstrided
from refconv.ops import bands, columns, shifted
from refconv.ops.dtypes import Arithmetic
from refconv.ops.engine import settings
from refconv.ops.patches import reach_of
from refconv.ops.threads import thread_count

__all__ = ["Choice", "Phase", "backward_road", "forward_road", "weights_road"]

COPIED = 0.35
"""An element that is read once and written once, neighbours side by side."""

PICKED = 1.2
"""The same where neighbours lie a stride apart."""

READ = 0.25
"""An element of columns, read by a matrix product."""

TURNED = 1.6
"""How much longer a product takes that sums along the columns' rows, as that for dw does."""

SCATTERED = 1.0
"""An element of columns that is added to its pixel: written, read, and the pixel read and written."""

MULTIPLIED = 0.03
"""A MAC of a matrix product."""

ADDED = 1.1
"""An element of y (or dy) that one more product is added to (or reads), and what the product loses by being smaller."""

SHIFTED = 0.25
"""A MAC of a pass for each tap: two elements read, one written."""

RUN = 300.0
"""To begin another run."""

DOTTED, DOT = 0.17, 50.0
"""The same of scalar products: two elements read and none written."""

PHASES = 64
"""Phases of a gradient; where strides have more, each is too small to be worth a convolution."""

FAR = 16
"""Times the MACs of a gradient; convolutions of dy that need more, most of them on padding, are not a road to it."""

STEP = 10000.0
"""To begin with another phase."""


@dataclass(frozen=True, slots=True)
class Choice:
    """A road, how it cuts the work, and its predicted cost beside that of the others that lead there."""

    road: str
    sizes: Any
    cost: float
    others: tuple[tuple[str, float], ...] = ()
    phases: tuple[Phase, ...] = ()
    unread: bool = False
    """For dx by convolutions: one for each phase, and whether there are pixels in none of them."""


class Phase(NamedTuple):
    """A phase of dx: its plan as a convolution of dy, its taps of w, its pixels of dx, and its road."""

    plan: Geometry
    taps: tuple[slice, ...]
    pixels: tuple[slice, ...]
    choice: Choice


def forward_road(plan: Geometry, arithmetic: Arithmetic) -> Choice:
    """Return the road for y."""
    return _forward(plan, arithmetic.width, arithmetic.plain is not None, thread_count(), settings().road)


def weights_road(plan: Geometry, arithmetic: Arithmetic) -> Choice:
    """Return the road for dw."""
    return _weights(plan, arithmetic.width, arithmetic.plain is not None, thread_count(), settings().road)


def backward_road(plan: Geometry, arithmetic: Arithmetic, *, finite: bool) -> Choice:
    """Return the road for dx; with an infinite or NaN weight only one leads there."""
    return _backward(plan, arithmetic.width, arithmetic.plain is not None, thread_count(), settings().road, finite)


@lru_cache(maxsize=1024)
def _forward(plan: Geometry, width: int, plain: bool, threads: int, forced: str | None) -> Choice:
    by_columns = Choice("columns", columns.correlate_sizes(plan, width, threads), _columns_cost(plan))
    return _best([by_columns, *_bands(plan, width), *_shifted(plan, width, plain, threads)], forced)


@lru_cache(maxsize=1024)
def _weights(plan: Geometry, width: int, plain: bool, threads: int, forced: str | None) -> Choice:
    by_columns = Choice("columns", columns.weights_sizes(plan, width, threads), _columns_cost(plan, TURNED))
    by_bands = _bands(plan, width, weights=True)
    return _best([by_columns, *by_bands, *_shifted(plan, width, plain, threads, dot=True)], forced)


@lru_cache(maxsize=1024)
def _backward(plan: Geometry, width: int, plain: bool, threads: int, forced: str | None, finite: bool) -> Choice:
    found = [Choice("scattered", None, SCATTERED * _written(plan) + MULTIPLIED * _macs(plan))]
    if finite:
        found += _by_phases(plan, plan.axes, lambda phase: [_forward(phase, width, plain, threads, forced)], forced)
        *leading, last = plan.axes
        if last.s > 1:
            in_place = (*leading, unstrided(last))
            found += _by_phases(plan, in_place, lambda phase: _shifted(phase, width, plain, threads, int(last.s)))
    return _best(found, forced)


def _by_phases(
    plan: Geometry,
    axes: tuple[Axis, ...],
    ways: Callable[[Geometry], Iterable[Choice]],
    forced: str | None = None,
) -> Iterator[Choice]:
    """Yield the choice of dx as convolutions of dy, one for each phase of the axes, if all of them have a way."""
    phases: list[Phase] = []
    if product(map(phase_count, axes)) > PHASES:
        return
    for parts in combinations(*map(adjoint_phases, axes)):
        along = tuple(part.axis for part in parts)
        phase = replace(plan, channels=plan.filters, filters=plan.channels, axes=along)
        best = min(ways(phase), key=lambda choice: choice.cost, default=None)
        if best is None:
            return
        phases.append(Phase(phase, tuple(part.taps for part in parts), tuple(part.pixels for part in parts), best))
    if sum(_macs(phase.plan) for phase in phases) > FAR * _macs(plan):
        return
    pixels_cost = PICKED if axes[-1].s > 1 else COPIED
    cost = sum(phase.choice.cost + STEP for phase in phases) + pixels_cost * plan.batch * plan.channels * product(
        plan.size
    )
    # of several, the one that was asked for
    taken = sorted({phase.choice.road for phase in phases}, key=lambda road: (road == forced, road))
    road = taken[-1] if taken else "columns"
    pixels = (zip(phase.pixels, plan.size, strict=True) for phase in phases)
    read = sum(product(len(range(*cut.indices(n))) for cut, n in some) for some in pixels)
    yield Choice(road, None, cost, phases=tuple(phases), unread=read < product(plan.size))


def _columns_cost(plan: Geometry, turned: float = 1.0) -> float:
    used = READ * turned * _written(plan) + MULTIPLIED * _macs(plan)
    return used if _is_view(plan) else used + _reading(plan, split=True) + COPIED * _written(plan)


def _reading(plan: Geometry, *, split: bool) -> float:
    """Return the cost of cutting what is read out of x, the last axis split into phases or not."""
    elements = plan.batch * plan.channels * product(plan.size)
    return float(elements * (PICKED if split and plan.axes[-1].s > 1 else COPIED))


def _macs(plan: Geometry) -> int:
    return int(plan.batch * product(plan.output_size) * plan.filters * plan.taps)


def _written(plan: Geometry) -> int:
    """Return how many elements all columns have."""
    return int(plan.batch * product(plan.output_size) * plan.groups * plan.taps)


def _bands(plan: Geometry, width: int, *, weights: bool = False) -> Iterator[Choice]:
    """Yield the road's way, if it leads."""
    sizes = bands.sizes_of(plan, width)
    if sizes is None:
        return
    first, *others = plan.axes
    landings = (first.landing(m, first.lo, first.lo + first.n)[0] for m in range(first.k))
    rows = sum(landing.stop - landing.start for landing in landings)  # of windows, that read something by a tap
    tiles = ceil_div(first.out, sizes.rows)
    held = min(first.out + tiles * reach_of(plan.axes[:1])[0], tiles * first.n)  # rows of x, in all tiles
    beside = product(axis.out * axis.k for axis in others)
    written = plan.batch * plan.channels * beside * rows
    copied = plan.batch * plan.channels * beside * held if others else 0
    added = plan.batch * plan.filters * product(axis.out for axis in others) * max(rows - first.out, 0)
    used = READ * (TURNED if weights else 1) * written + MULTIPLIED * written * plan.group_filters
    moved = _reading(plan, split=True) + COPIED * copied + ADDED * added
    yield Choice("bands", sizes, moved + used + STEP * plan.batch * plan.groups * tiles * first.k)


def _shifted(
    plan: Geometry, width: int, plain: bool, threads: int, stuffed: int = 1, *, dot: bool = False
) -> Iterator[Choice]:
    """Yield the road's ways to walk the last axis' stride, by its phases and in place, as far as they lead."""
    if not plain:
        return
    for every in {1, int(plan.axes[-1].s)}:
        sizes = shifted.sizes_of(plan, width, threads, in_place=every > 1, stuffed=stuffed, dot=dot)
        if sizes is None:
            continue
        first, *rest = plan.output_size
        wide = zip(rest, reach_of(plan.axes)[1:], strict=True)
        macs = _macs(plan) * every * product(1 + reach / count for count, reach in wide)
        runs = _macs(plan) / product(plan.output_size) * ceil_div(first, sizes.rows) / sizes.samples
        per_mac, per_run = (DOTTED, DOT) if dot else (SHIFTED, RUN)
        cost = _reading(plan, split=every == 1) + per_mac * macs + per_run * runs
        yield Choice("shifted", sizes, cost)


def _is_view(plan: Geometry) -> bool:
    """Return whether the columns are x itself: one tap on each pixel."""
    return all(axis.k == axis.s == 1 and axis.lo == axis.hi == 0 for axis in plan.axes)


def _best(found: list[Choice], forced: str | None) -> Choice:
    first, *others = sorted(found, key=lambda choice: (choice.road != forced, choice.cost))
    return replace(first, others=tuple((choice.road, choice.cost) for choice in others)) if others else first
