"""A convolution as one matrix: it maps the input, written as a column, to the output; its transpose maps back."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import product as pairs
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from numpy.typing import ArrayLike

from refconv.arithmetic.geometry import Axis
from refconv.arithmetic.integers import product
from refconv.errors import ArgumentError
from refconv.plots.asked import axes_of, described, number, numbers
from refconv.plots.cells import PAGE, Grid, cell_size, heading, sheet, text_width, write
from refconv.plots.style import BLUE, EMPTY, INK, OUTPUT, PAPER, TAPS, VERMILION, Drawing, in_style

__all__ = ["draw_toeplitz", "ink_on", "tap_matrix"]

MOST = 100
"""Rows and columns of a matrix that is still drawn cell by cell."""

TALLEST = 6.5
"""The height of the matrix, at most, in inches."""


def tap_matrix(axes: tuple[Axis, ...]) -> dict[tuple[int, int], tuple[int, ...]]:
    """Return the tap that stands in each entry of the matrix of a convolution: by row and column, both flattened.

    Examples
    --------
    >>> tap_matrix((Axis(3, 2),))
    {(0, 0): (0,), (0, 1): (1,), (1, 1): (0,), (1, 2): (1,)}
    """
    size = tuple(axis.n for axis in axes)
    entries = {}
    for row, output in enumerate(pairs(*(range(axis.out) for axis in axes))):
        for tap in pairs(*(range(axis.k) for axis in axes)):
            at = tuple(axis.read(i, m) for axis, i, m in zip(axes, output, tap, strict=True))
            if all(0 <= q < n for q, n in zip(at, size, strict=True)):
                entries[row, int(np.ravel_multi_index(at, size))] = tap
    return entries


@in_style
def draw_toeplitz(
    n: int | Sequence[int],
    kernel_size: int | Sequence[int],
    *,
    stride: int | Sequence[int] = 1,
    padding: Any = 0,
    dilation: int | Sequence[int] = 1,
    w: ArrayLike | None = None,
    transposed: bool = False,
    names: Sequence[str] | None = None,
) -> Drawing:
    """Draw the convolution as one sparse matrix, each tap in a colour of its own.

    Parameters
    ----------
    n : int or (H, W)
        Input size in samples: one axis, or two, whose samples are then numbered row by row.
    kernel_size, stride, padding, dilation
        As for `refconv.conv`, per axis and per side. Padding is of zeros, and has no column.
    w : array_like, optional
        The kernel, of shape `kernel_size`: its numbers are written in the matrix.
    transposed : bool
        Draw the transpose: the matrix of the adjoint, which takes dy to dx.
    names : (str, str), optional
        What the product and the vector that is multiplied are called: by default y and x, transposed dx and dy. A
        transposed convolution that makes a map larger wants ``("y", "x")``.

    Returns
    -------
    Drawing
        Its ``shown`` has `taps`, the tap of each entry that is not zero, by row and column; with `w` also `matrix`.

    Examples
    --------
    >>> drawing = draw_toeplitz(4, 3, padding=("same"), w=[1, 2, 3])
    >>> drawing.shown["matrix"].tolist()
    [[2, 3, 0, 0], [1, 2, 3, 0], [0, 1, 2, 3], [0, 0, 1, 2]]
    """
    called = ("dx", "dy") if transposed else ("y", "x")
    if names is not None:
        called = _two(names)
    axes = axes_of("draw_toeplitz", n, kernel_size, stride, padding, dilation)
    rows, columns = product(axis.out for axis in axes), product(axis.n for axis in axes)
    if max(rows, columns) > MOST:
        raise ArgumentError(
            "draw_toeplitz",
            f"a matrix of {rows} x {columns} has too many cells to be seen.",
            f"at most {MOST} rows and columns are drawn",
            fix="Take a smaller n.",
        )
    weights = numbers("draw_toeplitz", "w", w, tuple(axis.k for axis in axes))
    taps = tap_matrix(axes)
    labels = {tap: _label(tap) if weights is None else number(weights[tap]) for tap in set(taps.values())}
    blocks = (axes[-1].out, axes[-1].n) if len(axes) > 1 else (0, 0)
    if transposed:
        taps, rows, columns, blocks = {(c, r): tap for (r, c), tap in taps.items()}, columns, rows, blocks[::-1]
    drawing = _draw(axes, taps, (rows, columns), labels, blocks, called, transposed=transposed)
    drawing.shown |= {"axes": axes, "taps": taps}
    if weights is not None:
        matrix = np.zeros((rows, columns), weights.dtype)
        for entry, tap in taps.items():
            matrix[entry] = weights[tap]
        drawing.shown["matrix"] = matrix
    return drawing


def _draw(
    axes: tuple[Axis, ...],
    taps: dict[tuple[int, int], tuple[int, ...]],
    shape: tuple[int, int],
    labels: dict[tuple[int, ...], str],
    blocks: tuple[int, int],
    names: tuple[str, str],
    *,
    transposed: bool,
) -> Drawing:
    rows, columns = shape
    result, given = names
    output = given if given.endswith("y") and not result.endswith("y") else result
    longest = max(map(len, labels.values()), default=1)
    cell = min(cell_size(columns + 2, PAGE - 2.4, longest, 0.36), TALLEST / rows)
    legend = axes[-1].k <= len(TAPS)
    tall = max(rows * cell, min(columns * cell, 2.4))
    width = max((columns + 2) * cell + 2.4, 6.2)
    top = 1.0
    height = top + tall + (0.6 if legend else 0.3)
    drawing, ax = sheet(width, height)
    name = "The transpose" if transposed else "The convolution"
    title = f"{name} as one matrix: {rows} x {columns}, a tap in {len(taps)} of {rows * columns} entries"
    heading(ax, title, described(axes))
    out = _vector(ax, (0.6, top), cell, rows, result, OUTPUT if output == result else INK)
    write(ax, out.left + cell + 0.22, top + rows * cell / 2, "=", ha="center", fontsize=14)
    grid = Grid(ax, out.left + cell + 0.75, top, cell, range(rows), range(columns))
    grid.number_columns()
    grid.number_rows()
    grid.block(grid.rows, grid.columns, PAPER)
    for colour in {_colour(tap) for tap in taps.values()}:
        grid.fill_all([entry for entry, tap in taps.items() if _colour(tap) == colour], colour)
    if all(map(grid.fits, labels.values())):
        for entry, tap in taps.items():
            grid.write(*entry, labels[tap], color=ink_on(_colour(tap)), zorder=4)
    grid.lines()
    _block_lines(grid, *blocks)
    write(ax, grid.left + grid.width + 0.22, top + rows * cell / 2, "\N{DOT OPERATOR}", ha="center", fontsize=16)
    colour = INK if output == result else OUTPUT
    _vector(ax, (grid.left + grid.width + 0.65, top), min(cell, tall / columns), columns, given, colour)
    if legend:
        _legend(ax, axes, 0.6, height - 0.38)
    return drawing


def _two(names: Sequence[str]) -> tuple[str, str]:
    """Return two names; ArgumentError where it is something else."""
    called = () if isinstance(names, str) else tuple(names)
    if len(called) != 2 or not all(isinstance(name, str) for name in called):
        problem = f"names = {names!r} are not two: of the product, and of what is multiplied."
        raise ArgumentError("draw_toeplitz", problem, fix='Give two, such as ("y", "x").')
    return called[0], called[1]


def _vector(ax: Axes, corner: tuple[float, float], cell: float, length: int, name: str, colour: str) -> Grid:
    grid = Grid(ax, *corner, cell, range(length), range(1))
    grid.block(grid.rows, grid.columns, EMPTY)
    grid.lines()
    grid.block(grid.rows, grid.columns, "none", edge=colour, linewidth=1.4)
    grid.number_rows()
    write(ax, grid.left + cell / 2, grid.top - 0.14, name, ha="center", fontsize=11, fontweight="bold", color=colour)
    return grid


def _block_lines(grid: Grid, down: int, across: int) -> None:
    """Frame the blocks that belong to one row of the input and one of the output."""
    if down and across:
        for row in range(0, len(grid.rows), down):
            for column in range(0, len(grid.columns), across):
                rows, columns = range(row, row + down), range(column, column + across)
                grid.block(rows, columns, "none", edge=INK, linewidth=1.2, zorder=3)


def _label(tap: tuple[int, ...]) -> str:
    return ",".join(map(str, tap)) if len(tap) > 1 else f"w{tap[0]}"


def _colour(tap: tuple[int, ...]) -> str:
    return TAPS[tap[-1] % len(TAPS)]


def ink_on(colour: str) -> str:
    """Return the colour of letters that can be read on `colour`."""
    return PAPER if colour in {BLUE, VERMILION} else INK


def _names(axes: tuple[Axis, ...]) -> list[tuple[str, str]]:
    """Return the colours, and what is drawn in each: a tap, or a column of the kernel."""
    before = ":, " * (len(axes) - 1)
    return [(_colour((m,)), f"w[{before}{m}]") for m in range(min(axes[-1].k, len(TAPS)))]


def _legend(ax: Axes, axes: tuple[Axis, ...], left: float, top: float) -> None:
    for colour, name in _names(axes):
        key = Grid(ax, left, top, 0.18, range(1), range(1))
        key.fill(0, 0, colour)
        write(ax, left + 0.25, top + 0.09, name)
        left += 0.5 + text_width(name)
