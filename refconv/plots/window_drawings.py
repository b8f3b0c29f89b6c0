"""A window on its input, drawn: one axis as two rows of cells, two axes as three tables."""

from __future__ import annotations

from itertools import product as pairs
from typing import Any

from matplotlib.axes import Axes

from refconv.arithmetic.geometry import Axis
from refconv.plots.asked import cell_of, described, index, is_real, number, positions, taps_of
from refconv.plots.cells import PAGE, Grid, cell_size, heading, sheet, step_for, text_width, write
from refconv.plots.inputs import input_grid
from refconv.plots.style import GREY, INK, OUTPUT, PAPER, TAP, Drawing
from refconv.plots.window_sums import Window

__all__ = ["drawn_below", "drawn_beside"]

NAME: dict[str, Any] = {"fontsize": 11, "fontweight": "bold"}
"""How x, w and y are named."""


def drawn_below(asked: Window, at: tuple[int, ...], caption: str) -> Drawing:
    """Draw one axis: the output in a row below the input, each under the middle of its window."""
    (axis,) = asked.axes
    margin, along = 0.45, positions(axis)
    cell = cell_size(len(along), PAGE - 2 * margin, asked.longest, 0.5)
    width = max(len(along) * cell + 2 * margin, 6.2)
    lines = asked.most_lines(width - 2 * margin)
    gap = max(0.75, min(1.1, 2.2 * cell))
    drawing, ax = sheet(width, 1.25 + 2 * cell + gap + (0.2 * lines + 0.17 if lines else 0))
    _title(ax, asked, at, caption)
    left = margin + (width - 2 * margin - len(along) * cell) / 2
    upper = Grid(ax, left, 0.88, cell, range(1), along)
    lower = Grid(ax, left, upper.top + cell + gap, cell, range(1), along)
    _input(upper, asked, at)
    upper.number_columns()
    _outputs_below(lower, asked, at[0])
    _threads(upper, lower, asked, at[0])
    for name, grid, colour in (("x", upper, INK), ("y", lower, OUTPUT)):
        write(ax, left - 0.1, grid.centre(0, 0)[1], name, ha="right", color=colour, **NAME)
    _sum(ax, asked.lines(at, width - 2 * margin), margin, lower.top + cell + 0.42)
    return drawing


def drawn_beside(asked: Window, at: tuple[int, ...], caption: str) -> Drawing:
    """Draw two axes: input, kernel and output side by side."""
    rows, columns = asked.axes
    wide = len(positions(columns)) + columns.k + columns.out
    most = max(len(positions(rows)), rows.out, rows.k)
    gaps = 2.15
    cell = min(cell_size(wide, PAGE - gaps, asked.longest, 0.36), 6.0 / most)
    width = max(wide * cell + gaps, 6.2)
    lines = asked.most_lines(width - 0.6)
    top, tall = 1.1, most * cell
    drawing, ax = sheet(width, top + 0.2 + tall + (0.2 * lines + 0.1 if lines else 0))
    _title(ax, asked, at, caption)

    def table(left: float, along: tuple[range, range], name: str, colour: str = INK) -> Grid:
        grid = Grid(ax, left, top + (tall - len(along[0]) * cell) / 2, cell, *along)
        write(ax, left, grid.top - 0.3, name, color=colour, **NAME)
        grid.number_columns()
        grid.number_rows()
        return grid

    x = table(0.5, (positions(rows), positions(columns)), "x")
    kernel = table(x.left + x.width + 0.6, (range(rows.k), range(columns.k)), "w")
    y = table(kernel.left + kernel.width + 0.75, (range(rows.out), range(columns.out)), "y", OUTPUT)
    _input(x, asked, at)
    weight = None if asked.w is None else kernel.writer(asked.w)
    for m in pairs(kernel.rows, kernel.columns):
        kernel.fill(*m, TAP)
        if asked.w is not None and weight is not None:
            kernel.write(*m, weight(asked.w[m]))
    _outputs_beside(y, asked, at)
    write(ax, x.left + x.width + 0.22, top + tall / 2, "\N{ASTERISK OPERATOR}", ha="center", fontsize=14)
    write(ax, kernel.left + kernel.width + 0.3, top + tall / 2, "\N{RIGHTWARDS ARROW}", ha="center", fontsize=14)
    _sum(ax, asked.lines(at, width - 0.6), 0.3, top + tall + 0.25)
    return drawing


def _input(grid: Grid, asked: Window, at: tuple[int, ...]) -> None:
    """Draw the input with its taps, and write what is known of its cells."""
    taps = set(taps_of(asked.axes, at))
    input_grid(grid, asked.axes, taps)
    written = number if asked.x is None else grid.writer(asked.x)
    for q in pairs(*(positions(axis) for axis in asked.axes)):
        text = asked.value(q, written)
        zeros = text == "0" and asked.x is None and len(asked.axes) > 1
        if text and not zeros:  # a table full of zeros only tires the eye
            grid.write(*cell_of(q), text, color=INK if q in taps else GREY)


def _middle(axis: Axis, i: int) -> float:
    """Return the position under the middle of window `i`, in halves."""
    first, last = int(axis.read(i, 0)), int(axis.read(i, axis.k - 1))
    return (first + last) / 2


def _outputs_below(grid: Grid, asked: Window, i: int) -> None:
    (axis,) = asked.axes
    apart = axis.s * grid.cell
    needed = text_width("00") + 0.05
    written = number if asked.y is None else grid.writer(asked.y)
    for j in range(axis.out):
        x, y = grid.corner(0, _middle(axis, j))
        one = Grid(grid.ax, x, y, grid.cell, range(1), range(1))
        this = j == i
        one.fill(0, 0, OUTPUT if this else PAPER, edge=INK if this else GREY, zorder=3 if this else 1)
        if asked.y is not None and j <= i:
            one.write(0, 0, written(asked.y[j]), color=PAPER if this else INK, zorder=4)
        if this or (j % step_for(apart, needed) == 0 and abs(j - i) * apart >= needed):
            how = {"color": OUTPUT, "fontweight": "bold"} if this else {"color": GREY}
            write(grid.ax, x + grid.cell / 2, y + grid.cell + 0.11, str(j), ha="center", **how)


def _threads(upper: Grid, lower: Grid, asked: Window, i: int) -> None:
    """Draw a line from each tap to the output, with the weight on it."""
    (axis,) = asked.axes
    part = 0.15  # of the line, from above: where the lines are still apart
    texts = [f"w[{m}]" if asked.w is None else number(asked.w[m]) for m in range(axis.k)]
    apart = axis.d * upper.cell * (1 - part)
    fit = apart > max(map(text_width, texts)) + (0.07 if asked.w is None else 0.03)
    end = lower.centre(0, _middle(axis, i))
    for m in range(axis.k):
        start = upper.centre(0, axis.read(i, m))
        (x0, y0), (x1, y1) = (start[0], start[1] + upper.cell / 2), (end[0], end[1] - lower.cell / 2)
        upper.ax.plot([x0, x1], [y0, y1], color=TAP, linewidth=2, zorder=2, solid_capstyle="round")
        if fit or axis.k == 1:
            box = {"facecolor": PAPER, "edgecolor": "none", "pad": 1.0}
            write(upper.ax, x0 + part * (x1 - x0), y0 + part * (y1 - y0), texts[m], ha="center", bbox=box, zorder=3)


def _outputs_beside(grid: Grid, asked: Window, at: tuple[int, ...]) -> None:
    grid.block(grid.rows, grid.columns, PAPER)
    grid.lines()
    grid.fill(*cell_of(at), OUTPUT, zorder=2)
    if asked.y is not None:
        written = grid.writer(asked.y)
        for i in pairs(grid.rows, grid.columns):
            if i <= at:
                grid.write(*i, written(asked.y[i]), color=PAPER if i == at else INK, zorder=3)


def _sum(ax: Axes, lines: list[str], left: float, top: float) -> None:
    for number_, line in enumerate(lines):
        write(ax, left, top + 0.2 * number_, line, fontsize=10)


def _title(ax: Axes, asked: Window, at: tuple[int, ...], caption: str) -> None:
    taps = taps_of(asked.axes, at)
    outside = sum(not is_real(asked.axes, tap) for tap in taps)
    ending = f", {outside} of them on padding" if outside else ""
    line = "; ".join(filter(None, [described(asked.axes), caption]))
    heading(ax, f"{index('y', at)} sums {len(taps)} tap{'s' * (len(taps) != 1)}{ending}", line)
