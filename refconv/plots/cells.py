"""Rows and tables of cells on a sheet that is measured in inches, from its upper left corner."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from textwrap import wrap
from typing import Any

from matplotlib.axes import Axes
from matplotlib.collections import LineCollection, PolyCollection
from matplotlib.patches import Rectangle

from refconv.plots.asked import number
from refconv.plots.style import EMPTY, GREY, HATCH, INK, LINE, SMALL, Drawing

__all__ = ["PAGE", "Grid", "cell_size", "heading", "sheet", "step_for", "text_width", "write"]

PAGE = 9.0
"""The widest sheet, in inches: what a notebook shows without shrinking it."""


def sheet(width: float, height: float) -> tuple[Drawing, Axes]:
    """Return an empty drawing and its one axes: inches to the right, inches down."""
    drawing = Drawing(width, height)
    ax = drawing.add_axes((0.0, 0.0, 1.0, 1.0))
    ax.set_xlim(0, width)
    ax.set_ylim(height, 0)
    ax.axis("off")
    return drawing, ax


def text_width(text: str, size: float = SMALL) -> float:
    """Return about how many inches a text takes."""
    return len(text) * size * 0.0088


def cell_size(columns: int, room: float, longest: int = 0, largest: float = 0.42) -> float:
    """Return the side of a cell: `columns` of them in `room` inches, each wide enough for `longest` characters.

    Examples
    --------
    >>> cell_size(8, 9.0), round(cell_size(40, 8.0), 2)
    (0.42, 0.2)
    """
    wanted = max(largest, text_width("0" * longest) + 0.12)
    return min(wanted, room / max(columns, 1))


def write(ax: Axes, x: float, y: float, text: str, **how: Any) -> None:
    """Write a text on a sheet, left of the middle unless told otherwise."""
    how = {"fontsize": SMALL, "color": INK, "va": "center", "ha": "left", **how}
    ax.text(x, y, text, **how)


def heading(ax: Axes, title: str, line: str = "") -> None:
    """Write a sheet's title, and a lesser line below it, or two where it is long."""
    write(ax, 0.15, 0.2, title, fontsize=11, fontweight="bold")
    letters = int((ax.get_xlim()[1] - 0.3) / text_width("0"))
    for row, part in enumerate(wrap(line, letters)):
        write(ax, 0.15, 0.42 + 0.15 * row, part, color=GREY)


@dataclass(frozen=True)
class Grid:
    """A table of square cells, counted from `rows.start` and `columns.start` on.

    Parameters
    ----------
    ax : Axes
        The sheet.
    left, top : float
        Its upper left corner, in inches.
    cell : float
        The side of a cell.
    rows, columns : range
        The indices it has cells for.
    """

    ax: Axes
    left: float
    top: float
    cell: float
    rows: range
    columns: range

    @property
    def width(self) -> float:
        """Its width in inches."""
        return len(self.columns) * self.cell

    @property
    def height(self) -> float:
        """Its height in inches."""
        return len(self.rows) * self.cell

    def corner(self, row: float, column: float) -> tuple[float, float]:
        """Return the upper left corner of a cell, in inches."""
        return self.left + (column - self.columns.start) * self.cell, self.top + (row - self.rows.start) * self.cell

    def centre(self, row: float, column: float) -> tuple[float, float]:
        """Return the centre of a cell, in inches."""
        return self.corner(row + 0.5, column + 0.5)

    def block(
        self, rows: range, columns: range, colour: str = EMPTY, *, hatched: bool = False, edge: str = LINE, **how: Any
    ) -> None:
        """Colour a block of cells, with one edge around it."""
        if not (rows and columns):
            return
        size = len(columns) * self.cell, len(rows) * self.cell
        how = {"linewidth": 0.8, "hatch": HATCH if hatched else None, **how}
        self.ax.add_patch(
            Rectangle(self.corner(rows.start, columns.start), *size, facecolor=colour, edgecolor=edge, **how)
        )

    def fill(self, row: int, column: int, colour: str, *, hatched: bool = False, edge: str = INK, **how: Any) -> None:
        """Colour one cell."""
        self.block(range(row, row + 1), range(column, column + 1), colour, hatched=hatched, edge=edge, **how)

    def fill_all(self, cells: Iterable[tuple[int, int]], colour: str, *, hatched: bool = False, **how: Any) -> None:
        """Colour many cells alike: the same as `fill` for each, in one stroke."""
        corners = [
            [self.corner(r, c), self.corner(r, c + 1), self.corner(r + 1, c + 1), self.corner(r + 1, c)]
            for r, c in cells
        ]
        if corners:
            how = {"linewidths": 0.4, "edgecolors": LINE, "hatch": HATCH if hatched else None, **how}
            self.ax.add_collection(PolyCollection(corners, facecolors=colour, **how))

    def lines(self, colour: str = LINE) -> None:
        """Draw the lines between all cells."""
        (x0, y0), (x1, y1) = (
            self.corner(self.rows.start, self.columns.start),
            self.corner(self.rows.stop, self.columns.stop),
        )
        across = [
            ((x0, y), (x1, y)) for y in (self.corner(r, 0)[1] for r in range(self.rows.start, self.rows.stop + 1))
        ]
        down = [
            ((x, y0), (x, y1)) for x in (self.corner(0, c)[0] for c in range(self.columns.start, self.columns.stop + 1))
        ]
        self.ax.add_collection(LineCollection([*across, *down], colors=colour, linewidths=0.8))

    def write(self, row: int, column: int, text: str, **how: Any) -> bool:
        """Write in a cell what fits in it; return whether it did."""
        fits = self.fits(text)
        if fits:
            write(self.ax, *self.centre(row, column), text, **{"ha": "center", **how})
        return fits

    def fits(self, text: str) -> bool:
        """Return whether a text fits in a cell."""
        return 1.15 * text_width(text) <= self.cell and self.cell >= 0.16

    def writer(self, values: Any) -> Callable[[Any], str]:
        """Return how the numbers of this table are written: all with as many digits as fit, or none of them."""
        for digits in (4, 3, 2, 1):
            if all(self.fits(number(value, digits)) for value in values.flat):
                return lambda value: number(value, digits)
        return lambda value: ""

    def number_columns(self, at: float | None = None) -> None:
        """Write the columns' indices above the cells (or at height `at`), as many as there is room for."""
        y = self.top - 0.11 if at is None else at
        for column in _every(self.columns, self.cell, text_width("-00") + 0.04):
            write(self.ax, self.centre(0, column)[0], y, str(column), ha="center", color=GREY)

    def number_rows(self) -> None:
        """Write the rows' indices to the left of the cells."""
        for row in _every(self.rows, self.cell, 0.16):
            write(self.ax, self.left - 0.07, self.centre(row, 0)[1], str(row), ha="right", color=GREY)


def _every(along: range, cell: float, needed: float) -> list[int]:
    """Return the indices to be written: all, or the multiples of 2, 5, 10, ... for which there is room."""
    step = step_for(cell, needed)
    return [position for position in along if position % step == 0]


def step_for(cell: float, needed: float) -> int:
    """Return how far apart labels must stand that need so much room: 1, 2, 5, 10 ... cells."""
    return next(step for step in (1, 2, 5, 10, 20, 50, 100, 1000) if step * cell >= needed)
