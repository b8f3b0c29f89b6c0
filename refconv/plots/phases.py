"""Dilation as phases: the samples `d` apart belong together, and each phase sees an ordinary kernel."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import product as pairs

from matplotlib.axes import Axes

from refconv.arithmetic.geometry import Axis
from refconv.errors import ArgumentError
from refconv.plots.asked import axes_of, cell_of, positions
from refconv.plots.cells import PAGE, Grid, cell_size, heading, sheet, write
from refconv.plots.style import GREY, INK, TAPS, Drawing, in_style
from refconv.plots.toeplitz import ink_on

__all__ = ["draw_phases"]

MOST = 16
"""Phases that are still drawn."""


@in_style
def draw_phases(n: int | Sequence[int], dilation: int | Sequence[int], kernel_size: int | Sequence[int] = 3) -> Drawing:
    """Draw the phases of an input under a dilation: gathered, each is read by the kernel without dilation.

    Parameters
    ----------
    n : int or (H, W)
        Input size in samples: one axis, or two.
    dilation : int or one per axis
        Distance between the taps; there are so many phases along each axis.
    kernel_size : int or one per axis
        Taps of the kernel; the window of the first output is framed, before and after.

    Returns
    -------
    Drawing
        Its ``shown`` has `phases`, the positions of each phase by its index, and `taps`, those of the first window.

    Examples
    --------
    >>> drawing = draw_phases(7, 2)
    >>> drawing.shown["phases"]
    {(0,): [(0,), (2,), (4,), (6,)], (1,): [(1,), (3,), (5,)]}
    >>> drawing.shown["taps"]
    [(0,), (2,), (4,)]
    """
    axes = axes_of("draw_phases", n, kernel_size, 1, 0, dilation)
    members = [_members(axis) for axis in axes]
    if len(list(pairs(*members))) > MOST:
        raise ArgumentError(
            "draw_phases",
            f"{len(list(pairs(*members)))} phases are too many to be seen.",
            fix="Take a smaller dilation.",
        )
    phases = {
        phase: list(pairs(*(along[p] for along, p in zip(members, phase, strict=True))))
        for phase in pairs(*(range(len(along)) for along in members))
    }
    taps = list(pairs(*([axis.read(0, m) for m in range(axis.k)] for axis in axes)))
    drawing = _lines(axes[0], members[0], taps) if len(axes) == 1 else _tables(axes, members, taps)
    drawing.shown |= {"axes": axes, "phases": phases, "taps": taps}
    return drawing


def _members(axis: Axis) -> list[range]:
    """Return the positions of each phase that has any: those that a tap meets, window after window."""
    return [range(p, axis.n, axis.d) for p in range(min(axis.d, axis.n))]


def _colour(phase: int) -> str:
    return TAPS[phase % len(TAPS)]


def _lines(axis: Axis, members: list[range], taps: list[tuple[int, ...]]) -> Drawing:
    margin = 1.0
    cell = cell_size(axis.n, PAGE - margin - 0.3, 2, 0.42)
    width = max(axis.n * cell + margin + 0.3, 6.2)
    step = cell + 0.18
    drawing, ax = sheet(width, 0.75 + cell + 0.5 + len(members) * step + 0.15)
    _title(ax, (axis,), len(members))
    top = Grid(ax, margin, 0.75, cell, range(1), positions(axis))
    write(ax, margin - 0.12, top.centre(0, 0)[1], "x", ha="right", fontsize=11, fontweight="bold")
    for phase, along in enumerate(members):
        row = Grid(ax, margin, top.top + cell + 0.5 + phase * step, cell, range(1), range(len(along)))
        write(ax, margin - 0.12, row.centre(0, 0)[1], f"phase {phase}", ha="right", color=GREY)
        for place, q in enumerate(along):
            for grid, column in ((top, q), (row, place)):
                grid.fill(0, column, _colour(phase))
                grid.write(0, column, str(q), color=ink_on(_colour(phase)))
    for (q,) in taps:
        top.fill(0, q, "none", edge=INK, linewidth=3, zorder=4)
    first = Grid(ax, margin, top.top + cell + 0.5, cell, range(1), range(axis.k))
    first.block(range(1), range(axis.k), "none", edge=INK, linewidth=3, zorder=4)
    return drawing


def _tables(axes: tuple[Axis, ...], members: list[list[range]], taps: list[tuple[int, ...]]) -> Drawing:
    rows, columns = axes
    down, across = len(members[0]), len(members[1])
    gap, left, top = 0.3, 0.5, 0.75
    cell = min(cell_size(2 * columns.n, PAGE - 1.4 - gap * (across - 1), 4, 0.4), 6.0 / rows.n)
    blocks = [sum(map(len, along)) * cell + gap * (len(along) - 1) for along in members]
    width = max(left + columns.n * cell + 0.8 + blocks[1] + 0.25, 6.2)
    drawing, ax = sheet(width, top + blocks[0] + gap + 0.2)
    _title(ax, axes, down * across)
    x = Grid(ax, left, top + gap, cell, range(rows.n), range(columns.n))
    x.number_columns()
    x.number_rows()
    write(ax, left - 0.12, x.top - 0.12, "x", ha="right", fontsize=11, fontweight="bold")
    y = x.top
    for p, along_rows in enumerate(members[0]):
        z = left + x.width + 0.8
        for q, along_columns in enumerate(members[1]):
            table = Grid(ax, z, y, cell, range(len(along_rows)), range(len(along_columns)))
            write(ax, z, y - 0.12, f"phase {p}, {q}", color=GREY)
            _table(table, x, (along_rows, along_columns), _colour(p * across + q))
            if p == q == 0:
                table.block(range(rows.k), range(columns.k), "none", edge=INK, linewidth=3, zorder=4)
            z += table.width + gap
        y += len(along_rows) * cell + gap
    for tap in taps:
        x.fill(*cell_of(tap), "none", edge=INK, linewidth=3, zorder=4)
    return drawing


def _table(table: Grid, x: Grid, members: tuple[range, range], colour: str) -> None:
    for (row, i), (column, j) in pairs(enumerate(members[0]), enumerate(members[1])):
        for grid, at in ((x, (i, j)), (table, (row, column))):
            grid.fill(*at, colour, linewidth=0.5)
            grid.write(*at, f"{i},{j}", color=ink_on(colour))


def _title(ax: Axes, axes: tuple[Axis, ...], count: int) -> None:
    dilation = " x ".join(str(axis.d) for axis in axes)
    kernel = " x ".join(str(axis.k) for axis in axes)
    many = f"{count} phases, each read without dilation" if count > 1 else "1 phase, the input itself"
    heading(ax, f"Dilation {dilation}: {many}", f"framed: the first window of a kernel with {kernel} taps")
