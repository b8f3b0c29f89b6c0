"""The road "scattered" in long runs: the adjoint of reading windows as runs over flat planes.

Where the gradient's pixels are laid out by the phases of the strides, and dy with as many zeros after each row as taps
reach beyond it, what a tap gives to all windows' pixels is one run (`refconv.ops.patches.run_of`), quickly added. The
zeros' products fall on rows' ends, or add nothing to the next row; so a weight must not be infinite or NaN.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np

from refconv.arithmetic.geometry import Geometry
from refconv.arithmetic.integers import product
from refconv.arithmetic.phases import places_inside, read_span
from refconv.ops.dtypes import Arithmetic, operand
from refconv.ops.elements import Array
from refconv.ops.patches import Planes, phases_of, reach_of, run_length, run_of
from refconv.ops.sums import matrix
from refconv.ops.tiles import Box, lengths

__all__ = ["by_runs", "elements_of"]


def elements_of(plan: Geometry, windows: Box, kernels: Array) -> int:
    """Return how many elements the planes, the columns and dy with its zeros take together."""
    groups, filters, channels, *taps = kernels.shape
    planes = len(phases_of(plan.axes)) * channels
    return int(product(_places(plan, windows)) * groups * (planes + channels * product(taps) + filters))


def by_runs(dy: Any, kernels: Array, plan: Geometry, area: Box, windows: Box, arithmetic: Arithmetic) -> Array:
    """Return the sums (G, C/G, *pixels) of an area of the padded input, from the windows that read any of it.

    dy is (G, O/G, *outputs), kernels are (G, O/G, C/G, *taps).
    """
    size, counts = _places(plan, windows), lengths(windows)
    spread: Any = np.zeros((*dy.shape[:2], *size), arithmetic.plain)
    spread[:, :, *(slice(count) for count in counts)] = dy[:, :, *windows]
    run = run_length(size, counts)
    weights = matrix(operand(kernels, arithmetic), 2).swapaxes(1, 2)
    columns = arithmetic.multiply(weights, matrix(spread, 2)[:, :, :run])
    columns = columns.reshape(len(dy), *kernels.shape[2:], run)
    phases = phases_of(plan.axes)
    grid = Planes(np.zeros((len(dy), kernels.shape[2], len(phases), 1, *size), columns.dtype), size)
    for number, phase in enumerate(phases):
        given = columns[:, :, *(along.taps for along in phase)]
        taken = run_of(grid, number, phase, counts)
        for tap in np.ndindex(taken.shape[2:-1]):
            taken[:, :, *tap] += given[:, :, *tap]
    return _pixels(grid, plan, area, windows)


def _places(plan: Geometry, windows: Box) -> tuple[int, ...]:
    """Return how many places of a phase these windows read, along each axis."""
    return tuple(count + reach for count, reach in zip(lengths(windows), reach_of(plan.axes), strict=True))


def _pixels(grid: Planes, plan: Geometry, area: Box, windows: Box) -> Array:
    """Return the pixels of an area, interleaved from the phases: what `refconv.ops.patches.planes` does, backwards."""
    groups, channels = grid.array.shape[:2]
    pixels: Any = np.zeros((groups, channels, *lengths(area)), grid.array.dtype)
    every_tap = [slice(0, axis.k) for axis in plan.axes]
    for number, phase in enumerate(phases_of(plan.axes)):
        of_phase: Any = grid.array[:, :, number, 0]
        here, there = [], []
        for axis, part, among, run, taps in zip(plan.axes, area, windows, phase, every_tap, strict=True):
            in_area = replace(axis, n=part.stop - part.start, lo=part.start)
            places, positions = places_inside(in_area, read_span(axis, among, taps), run.phase, axis.s)
            here.append(places)
            there.append(positions)
        pixels[:, :, *there] = of_phase[:, :, *here]
    filled: Array = pixels
    return filled
