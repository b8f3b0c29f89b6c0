"""The padded input as a table of cells: what is padding, what is cropped, and what some taps read."""

from __future__ import annotations

from refconv.arithmetic.geometry import Axis
from refconv.plots.asked import cell_of, is_real, positions
from refconv.plots.cells import Grid
from refconv.plots.style import EMPTY, INK, PADDING, PAPER, TAP

__all__ = ["input_grid"]


def input_grid(grid: Grid, axes: tuple[Axis, ...], taps: set[tuple[int, ...]]) -> None:
    """Draw a padded input: padding hatched, what is cropped grey, and the taps coloured."""
    rows = positions(axes[0]) if len(axes) > 1 else grid.rows
    columns = positions(axes[-1])
    grid.block(rows, columns, PADDING, hatched=True)
    real = [range(axis.n) for axis in axes]
    grid.block(real[0] if len(axes) > 1 else rows, real[-1], PAPER)
    kept = [range(max(0, -axis.lo), min(axis.n, axis.n + axis.hi)) for axis in axes]
    if kept != real:
        grid.block(real[0] if len(axes) > 1 else rows, real[-1], PADDING)
    grid.block(kept[0] if len(axes) > 1 else rows, kept[-1], EMPTY)
    grid.lines()
    grid.block(real[0] if len(axes) > 1 else rows, real[-1], "none", edge=INK, linewidth=1.4)
    for tap in taps:
        grid.fill(*cell_of(tap), TAP, hatched=not is_real(axes, tap), zorder=2)
