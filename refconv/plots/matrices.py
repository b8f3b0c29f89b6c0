"""A convolution as matrices: the windows as the columns of one, and the taps as the entries of another."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import product as pairs
from typing import Any, NamedTuple

from numpy.typing import ArrayLike, NDArray

from refconv.arithmetic.geometry import Axis
from refconv.arithmetic.integers import product
from refconv.arithmetic.per_axis import integer
from refconv.errors import ArgumentError
from refconv.ops.elements import check_numeric
from refconv.ops.unfold import im2col
from refconv.plots.asked import axes_of, cell_of, described, is_real, number, numbers, options_of, positions, taps_of
from refconv.plots.cells import PAGE, Grid, cell_size, heading, sheet, text_width, write
from refconv.plots.films import Film
from refconv.plots.inputs import input_grid
from refconv.plots.style import EMPTY, GREY, INK, OUTPUT, PADDING, PAPER, TAP, Drawing, in_style

__all__ = ["draw_im2col", "film_im2col"]

MOST = 128
"""Rows and columns of a matrix that is still drawn cell by cell."""

Position = tuple[int, ...]


class _Asked(NamedTuple):
    axes: tuple[Axis, ...]
    channels: int
    x: NDArray[Any] | None
    """Of shape (C, n) or (C, H, W)."""
    matrix: NDArray[Any] | None

    @property
    def rows(self) -> list[tuple[int, Position]]:
        """Channel and tap of each row of the matrix."""
        return list(pairs(range(self.channels), pairs(*(range(axis.k) for axis in self.axes))))

    @property
    def outputs(self) -> list[Position]:
        """The output of each column of the matrix."""
        return list(pairs(*(range(axis.out) for axis in self.axes)))

    def read(self, tap: Position, output: Position) -> Position:
        """Return the input position that an entry of the matrix is taken from."""
        along = zip(self.axes, output, tap, strict=True)
        return tuple(axis.read(i, m) for axis, i, m in along)


@in_style
def draw_im2col(
    n: int | Sequence[int],
    kernel_size: int | Sequence[int],
    *,
    stride: int | Sequence[int] = 1,
    padding: Any = 0,
    dilation: int | Sequence[int] = 1,
    channels: int = 1,
    upto: int | None = None,
    x: ArrayLike | None = None,
) -> Drawing:
    """Draw how `refconv.im2col` copies each window of the input into a column of its matrix.

    Parameters
    ----------
    n : int or (H, W)
        Input size in samples: one axis, or two.
    kernel_size, stride, padding, dilation
        As for `refconv.im2col`, per axis and per side.
    channels : int
        Channels of the input; the rows of the matrix are ordered channel first, then tap.
    upto : int, optional
        How many columns are filled, the last of them with the window in orange; by default all.
    x : array_like, optional
        The input, of shape `n`, or with its channels in front: its numbers are written in the cells. Without it each
        entry of the matrix names the position it is copied from.

    Returns
    -------
    Drawing
        Its ``shown`` has `reads`: for each row of the matrix the channel and the position that each filled column
        takes there; with `x` also `matrix`.

    Examples
    --------
    >>> drawing = draw_im2col(5, 3, padding=1, upto=2)
    >>> drawing.shown["reads"]
    [[(0, -1), (0, 0)], [(0, 0), (0, 1)], [(0, 1), (0, 2)]]
    """
    asked = _asked("draw_im2col", n, kernel_size, (stride, padding, dilation), channels, x)
    count = len(asked.outputs)
    filled = count if upto is None else integer("draw_im2col", "upto", upto, 0)
    if filled > count:
        raise ArgumentError(
            "draw_im2col", f"upto = {upto}, but there are {count} columns.", fix="Leave it out for all of them."
        )
    return _draw(asked, filled)


def film_im2col(
    n: int | Sequence[int],
    kernel_size: int | Sequence[int],
    *,
    stride: int | Sequence[int] = 1,
    padding: Any = 0,
    dilation: int | Sequence[int] = 1,
    channels: int = 1,
    x: ArrayLike | None = None,
    seconds: float = 0.6,
) -> Film:
    """Return the film of `draw_im2col`: the matrix fills up, a column in each frame.

    Parameters
    ----------
    n, kernel_size, stride, padding, dilation, channels, x
        As for `draw_im2col`.
    seconds : float
        How long each frame stays.

    Examples
    --------
    >>> film = film_im2col((4, 4), 3)
    >>> len(film), film.frame(-1).shown["reads"][8]
    (4, [(0, 2, 2), (0, 2, 3), (0, 3, 2), (0, 3, 3)])
    """
    asked = _asked("film_im2col", n, kernel_size, (stride, padding, dilation), channels, x)

    @in_style
    def frame(step: int, caption: str) -> Drawing:
        return _draw(asked, step + 1, caption)

    return Film(frame, len(asked.outputs), seconds=seconds)


def _asked(op: str, n: Any, kernel_size: Any, how: tuple[Any, Any, Any], channels: Any, x: Any) -> _Asked:
    axes = axes_of(op, n, kernel_size, *how)
    count = integer(op, "channels", channels, 1)
    rows, columns = count * product(axis.k for axis in axes), product(axis.out for axis in axes)
    if max(rows, columns) > MOST:
        raise ArgumentError(
            op,
            f"a matrix of {rows} x {columns} has too many cells to be seen.",
            f"at most {MOST} rows and columns are drawn",
            fix="Take a smaller n or kernel, or a larger stride.",
        )
    size = tuple(axis.n for axis in axes)
    if x is not None:
        x = check_numeric(op, "x", x)
        x = x[None] if count == 1 and x.shape == size else x
    given = numbers(op, "x", x, (count, *size))
    if given is None:
        return _Asked(axes, count, None, None)
    matrix = im2col(given[None], tuple(axis.k for axis in axes), **options_of(axes))
    return _Asked(axes, count, given, matrix[0])


class _Plan(NamedTuple):
    """Where everything stands, in inches."""

    width: float
    height: float
    cell: float
    inputs: list[tuple[float, float]]
    entry: float
    matrix: tuple[float, float]


def _planned(asked: _Asked) -> _Plan:
    """Lay the inputs and the matrix out: beside each other where both fit, else below each other."""
    rows, columns = len(asked.rows), len(asked.outputs)
    wide = len(positions(asked.axes[-1]))
    tall = len(positions(asked.axes[0])) if len(asked.axes) > 1 else 1
    longest = _longest(asked)
    label = text_width(_label(asked, rows - 1)) + 0.15
    left, top, gap = 0.5, 1.1, 0.6
    beside = len(asked.axes) > 1 and asked.channels * tall <= 16 and wide + columns <= 28
    if beside:
        room = PAGE - left - 0.55 - label - 0.25
        cell = entry = cell_size(wide + columns, room, longest, 0.36)
        inputs = [(left, top + c * (tall * cell + gap)) for c in range(asked.channels)]
        matrix = (left + wide * cell + 0.55 + label, top)
        bottom = max(inputs[-1][1] + tall * cell, top + rows * entry)
        return _Plan(max(matrix[0] + columns * entry + 0.3, 6.2), bottom + 0.25, cell, inputs, entry, matrix)
    across = asked.channels if len(asked.axes) > 1 else 1
    cell = min(cell_size(wide * across, PAGE - left * (across + 1), longest, 0.36), 4.0 / tall)
    entry = min(cell_size(columns, PAGE - label - 0.5, longest, 0.36), max(5.5 / rows, 0.16))
    step = (wide * cell + left, 0.0) if across > 1 or len(asked.axes) > 1 else (0.0, cell + gap)
    inputs = [(left + c * step[0], top + c * step[1]) for c in range(asked.channels)]
    matrix = (0.25 + label, inputs[-1][1] + tall * cell + 0.75)
    width = max(inputs[-1][0] + wide * cell + 0.3, matrix[0] + columns * entry + 0.25, 6.2)
    return _Plan(width, matrix[1] + rows * entry + 0.25, cell, inputs, entry, matrix)


def _longest(asked: _Asked) -> int:
    if asked.x is not None:
        return max(len(number(value)) for value in asked.x.flat)
    corners = pairs(*((positions(axis)[0], positions(axis)[-1]) for axis in asked.axes))
    return max(len(_position(corner)) for corner in corners)


def _position(at: Position) -> str:
    return ",".join(map(str, at))


def _label(asked: _Asked, row: int) -> str:
    channel, tap = asked.rows[row]
    return f"{f'c{channel} ' if asked.channels > 1 else ''}w[{', '.join(map(str, tap))}]"


def _draw(asked: _Asked, filled: int, caption: str = "") -> Drawing:
    plan = _planned(asked)
    drawing, ax = sheet(plan.width, plan.height)
    outputs = asked.outputs
    current = outputs[filled - 1] if filled else None
    title = f"im2col: {filled} of {len(outputs)} windows are columns"
    heading(ax, title, "; ".join(filter(None, [described(asked.axes), caption])))
    for channel, (left, top) in enumerate(plan.inputs):
        _input(Grid(ax, left, top, plan.cell, *_ranges(asked.axes)), asked, channel, current)
    grid = Grid(ax, *plan.matrix, plan.entry, range(len(asked.rows)), range(len(outputs)))
    write(ax, grid.left, grid.top - 0.3, "columns", fontsize=11, fontweight="bold", color=OUTPUT)
    grid.number_columns()
    grid.block(grid.rows, grid.columns, PAPER)
    reads = _entries(grid, asked, filled)
    grid.lines()
    if current is not None:
        grid.block(grid.rows, range(filled - 1, filled), "none", edge=INK, linewidth=1.4, zorder=3)
    if plan.entry >= 0.15:
        for row in grid.rows:
            write(ax, grid.left - 0.07, grid.centre(row, 0)[1], _label(asked, row), ha="right", color=GREY)
    drawing.shown |= {"axes": asked.axes, "reads": reads, "upto": filled}
    if asked.matrix is not None:
        drawing.shown["matrix"] = asked.matrix[:, :filled]
    return drawing


def _ranges(axes: tuple[Axis, ...]) -> tuple[range, range]:
    return (positions(axes[0]) if len(axes) > 1 else range(1)), positions(axes[-1])


def _input(grid: Grid, asked: _Asked, channel: int, current: Position | None) -> None:
    taps = set() if current is None else set(taps_of(asked.axes, current))
    input_grid(grid, asked.axes, taps)
    grid.number_columns()
    if len(asked.axes) > 1:
        grid.number_rows()
    name = "x" if asked.channels == 1 else f"x, channel {channel}"
    write(grid.ax, grid.left, grid.top - 0.3, name, fontsize=11, fontweight="bold")
    if asked.x is None:
        return
    written = grid.writer(asked.x)
    for q in pairs(*(positions(axis) for axis in asked.axes)):
        value = written(asked.x[(channel, *q)]) if is_real(asked.axes, q) else written(0)
        grid.write(*cell_of(q), value, color=INK if q in taps else GREY)


def _entries(grid: Grid, asked: _Asked, filled: int) -> list[list[Position]]:
    """Colour and write the filled entries, and return what each of them is taken from."""
    written = number if asked.matrix is None else grid.writer(asked.matrix)
    reads: list[list[Position]] = []
    alike: dict[tuple[str, bool], list[tuple[int, int]]] = {}
    for row, (channel, tap) in enumerate(asked.rows):
        sources = [asked.read(tap, output) for output in asked.outputs[:filled]]
        for column, source in enumerate(sources):
            real = is_real(asked.axes, source)
            colour = TAP if column == filled - 1 else EMPTY if real else PADDING
            alike.setdefault((colour, not real), []).append((row, column))
            text = _position(source) if asked.matrix is None else written(asked.matrix[row, column])
            if real or asked.matrix is not None:
                grid.write(row, column, text)
        reads.append([(channel, *source) for source in sources])
    for (colour, hatched), cells in alike.items():
        grid.fill_all(cells, colour, hatched=hatched)
    return reads
