"""What an output of a stack reads: the tree of its reads down to the input, the holes, the number of paths."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from typing import Any, NamedTuple

from matplotlib.axes import Axes
from matplotlib.collections import LineCollection
from matplotlib.patches import Rectangle

from refconv.arithmetic.coverage import stack_support
from refconv.arithmetic.effective import influence
from refconv.arithmetic.per_axis import integer
from refconv.arithmetic.receptive_field import Layer, receptive_field
from refconv.errors import ArgumentError
from refconv.plots.cells import PAGE, Grid, cell_size, heading, sheet, text_width, write
from refconv.plots.stacks import described_layer, stack_of
from refconv.plots.style import (
    BLACK,
    BLUE,
    EMPTY,
    GREEN,
    GREY,
    HATCH,
    HOLE,
    INK,
    LINE,
    ORANGE,
    OUTPUT,
    PADDING,
    PAPER,
    PURPLE,
    SKY,
    TAP,
    Drawing,
    in_style,
)

__all__ = ["draw_coverage"]

MOST = 160
"""Positions of the input that are still drawn one by one."""

OUTPUTS = (BLUE, ORANGE, GREEN, PURPLE, BLACK, SKY)
"""The colours of several outputs and of what they read: neighbours differ in grey print, and none is that of a hole."""


class _Level(NamedTuple):
    """What is read of one level: 0 is the input, the last one the outputs asked about."""

    positions: range
    readers: dict[int, tuple[int, ...]]
    jump: int
    offset: float

    @property
    def read(self) -> frozenset[int]:
        """What is read at all."""
        return frozenset(self.readers)


@in_style
def draw_coverage(layers: Iterable[Any], *, outputs: int = 1, n: int | None = None) -> Drawing:
    """Draw what some outputs of a stack read, layer by layer down to the input, along one axis.

    Of two to six outputs each has a colour of its own, in which all that it alone reads is drawn; a cell that several
    read is striped in the colours of all. So outputs that share nothing are seen to share nothing.

    Parameters
    ----------
    layers : iterable of Layer or (k, s, d)
        The first layer first.
    outputs : int
        How many neighbouring outputs.
    n : int, optional
        The size of the input: what lies outside is drawn as padding. By default the input has no end.

    Returns
    -------
    Drawing
        Its ``shown`` has `paths`, the number of paths from each input position that is read; `holes`, the positions
        between that are not; `read`, what is read of each level, the input first; and `shared`, the input positions
        that more than one of the outputs reads.

    Examples
    --------
    >>> drawing = draw_coverage([(3, 1, 1), (3, 1, 3)])
    >>> drawing.shown["paths"], drawing.shown["holes"]
    ({0: 1, 1: 1, 2: 1, 3: 1, 4: 1, 5: 1, 6: 1, 7: 1, 8: 1}, ())
    >>> draw_coverage([(3, 1, 2), (3, 1, 2)]).shown["holes"]
    (1, 3, 5, 7)
    >>> draw_coverage([(3, 1, 2), (3, 1, 2)], outputs=2).shown["shared"]
    ()
    """
    op = "draw_coverage"
    stack = stack_of(op, layers)
    count = integer(op, "outputs", outputs, 1)
    size = None if n is None else integer(op, "n", n, 1)
    levels = _levels(stack, range(count), size)
    if len(levels[0].positions) > MOST:
        raise ArgumentError(
            op,
            f"{len(levels[0].positions)} input positions are too many to be seen.",
            f"at most {MOST} are drawn",
            fix="Take fewer layers or outputs, or smaller dilations.",
        )
    each = [influence(stack, i) for i in range(count)]
    paths: Counter[int] = Counter()
    for reached in each:
        paths.update(reached)
    between = range(min(paths), max(paths) + 1)
    holes = tuple(q for q in between if q not in paths and (size is None or 0 <= q < size))
    shared = tuple(q for q, readers in sorted(levels[0].readers.items()) if len(readers) > 1)
    drawing = _draw(stack, levels, each, holes, size)
    drawing.shown |= {"paths": dict(sorted(paths.items())), "holes": holes, "shared": shared}
    drawing.shown["read"] = [level.read for level in levels]
    return drawing


def _levels(stack: list[Layer], outputs: range, n: int | None) -> list[_Level]:
    """Return the levels, the input first."""
    found = []
    for depth in range(len(stack) + 1):
        readers: dict[int, tuple[int, ...]] = {}
        for i in outputs:
            for q in stack_support(stack[depth:], i):
                readers[q] = (*readers.get(q, ()), i)
        field = receptive_field(stack[:depth])
        first, last = min(readers), max(readers)
        if n is not None and depth == 0:
            first, last = min(first, 0), max(last, n - 1)
        found.append(_Level(range(first, last + 1), readers, field.jump, float(field.offset)))
    return found


def _draw(
    stack: list[Layer], levels: list[_Level], each: list[dict[int, int]], holes: tuple[int, ...], n: int | None
) -> Drawing:
    colours = OUTPUTS[: len(each)] if 1 < len(each) <= len(OUTPUTS) else ()
    ground = levels[0].positions
    names = [[f"layer {depth + 1}", *described_layer(layer)] for depth, layer in enumerate(stack)]
    margin = 0.3 + max(text_width(line) for name in names for line in name)
    cell = cell_size(len(ground), PAGE - margin - 0.2, 0, 0.4)
    gap = max(0.62, min(0.95, 12 * cell))
    width = max(len(ground) * cell + margin + 0.2, 6.2)
    top, bars = 0.8, 0.95
    left = margin + (width - margin - 0.2 - len(ground) * cell) / 2
    tallest = top + len(stack) * (gap + cell)
    drawing, ax = sheet(width, tallest + cell + 0.35 + bars + 0.25)
    _heading(ax, stack, levels, (holes, n))
    rows = [
        _Row(ax, left, top + (len(stack) - depth) * (gap + cell), cell, ground, level, colours)
        for depth, level in enumerate(levels)
    ]
    for depth, layer in enumerate(stack):
        _reads(ax, layer, rows[depth], rows[depth + 1])
    for depth, row in enumerate(rows):
        row.draw(
            "output" if depth == len(stack) else "input" if depth == 0 else "between",
            n if depth == 0 else None,
            set(holes),
        )
    for depth, name in enumerate(names):
        middle = rows[depth + 1].top + cell + gap / 2 - 0.15 * (len(name) - 1) / 2
        for number, line in enumerate(name):
            write(ax, 0.15, middle + 0.15 * number, line, color=GREY, fontweight="normal" if number else "bold")
    if colours and levels[-1].jump * cell > text_width("y[0]"):
        for i in range(len(each)):
            write(ax, rows[-1].x(i), top - 0.11, f"y[{i}]", ha="center", fontweight="bold")
    grid = Grid(ax, left, rows[0].top, cell, range(1), ground)
    grid.number_columns(rows[0].top + cell + 0.11)
    _bars(ax, grid, each, colours, (rows[0].top + cell + 0.3, bars))
    return drawing


class _Row(NamedTuple):
    """One level on the sheet."""

    ax: Axes
    left: float
    top: float
    cell: float
    ground: range
    level: _Level
    colours: tuple[str, ...]
    """Of the outputs, where each has its own."""

    def x(self, position: int) -> float:
        """Return where the middle of a position's cell stands: over the middle of its field."""
        return self.left + (self.level.offset + position * self.level.jump - self.ground.start + 0.5) * self.cell

    def draw(self, kind: str, n: int | None, holes: set[int]) -> None:
        side = self.cell * (0.94 if self.cell > 0.12 else 0.8)
        for position in self.level.positions:
            read = position in self.level.read
            padding = n is not None and not 0 <= position < n
            colour = (OUTPUT if kind == "output" else TAP if kind == "input" else SKY) if read else EMPTY
            if padding and not read:
                colour = PADDING
            hole = kind == "input" and position in holes
            how: dict[str, Any] = {
                "facecolor": PAPER if hole else colour,
                "edgecolor": HOLE if hole else INK if read else LINE,
            }
            corner = (self.x(position) - side / 2, self.top + (self.cell - side) / 2)
            if read and self.colours:
                self._stripes(corner, side, self.level.readers[position])
                how["facecolor"] = "none"
            self.ax.add_patch(
                Rectangle(corner, side, side, **how, linewidth=0.8, hatch=HATCH if padding else None, zorder=3)
            )
            if hole:
                self._cross(position, side)

    def _stripes(self, corner: tuple[float, float], side: float, readers: tuple[int, ...]) -> None:
        """Fill a cell with the colours of the outputs that read it."""
        wide = side / len(readers)
        for number, i in enumerate(readers):
            at = (corner[0] + number * wide, corner[1])
            self.ax.add_patch(Rectangle(at, wide, side, facecolor=self.colours[i], edgecolor="none", zorder=2))

    def _cross(self, position: int, side: float) -> None:
        x, y, r = self.x(position), self.top + self.cell / 2, 0.3 * side
        how: dict[str, Any] = {"color": HOLE, "linewidth": 1.6 if self.cell > 0.15 else 1.0, "zorder": 4}
        self.ax.plot([x - r, x + r], [y - r, y + r], **how)
        self.ax.plot([x - r, x + r], [y + r, y - r], **how)


def _reads(ax: Axes, layer: Layer, lower: _Row, upper: _Row) -> None:
    """Draw a line from each position that is read to each position that it reads: grey where several outputs do."""
    lines, colours = [], []
    for i in sorted(upper.level.read):
        (reader, *others) = upper.level.readers[i]
        for q in layer.comb(i).positions:
            lines.append([(upper.x(i), upper.top + upper.cell * 0.95), (lower.x(q), lower.top + lower.cell * 0.05)])
            colours.append(upper.colours[reader] if upper.colours and not others else GREY)
    thin = (1.2 if len(lines) < 120 else 0.6) * (1.4 if upper.colours else 1)
    ax.add_collection(LineCollection(lines, colors=colours, linewidths=thin, zorder=1))


def _bars(
    ax: Axes, grid: Grid, each: list[dict[int, int]], colours: tuple[str, ...], room: tuple[float, float]
) -> None:
    """Draw the number of paths from each position as a bar, hanging down: a part of it for each output."""
    top, height = room
    paths = {q: sum(reached.get(q, 0) for reached in each) for q in sorted(set().union(*each))}
    most = max(paths.values())
    write(ax, grid.left - 0.08, top + 0.05, "paths", ha="right", color=GREY)
    for q, count in paths.items():
        x, _ = grid.corner(0, q)
        tall = (height - 0.2) * count / most
        part = top
        for reached, colour in zip(each, colours, strict=True) if colours else [(paths, TAP)]:
            long = tall * reached.get(q, 0) / count
            how: dict[str, Any] = {"facecolor": colour, "edgecolor": INK, "linewidth": 0.5 if long else 0}
            ax.add_patch(Rectangle((x + 0.1 * grid.cell, part), 0.8 * grid.cell, long, **how))
            part += long
        if text_width(str(count)) < grid.cell * 1.1:
            write(ax, x + grid.cell / 2, top + tall + 0.09, str(count), ha="center")


def _heading(
    ax: Axes,
    stack: list[Layer],
    levels: list[_Level],
    input_: tuple[tuple[int, ...], int | None],
) -> None:
    holes, n = input_
    outputs, paths = len(levels[-1].read), levels[0].read
    who = "One output reads" if outputs == 1 else f"{outputs} outputs read"
    missed = f"{len(holes) or 'no'} hole{'s' * (len(holes) != 1)}"
    real = len(paths) if n is None else sum(0 <= q < n for q in paths)
    what = f"{real} pixel{'s' * (real != 1)}"
    if real < len(paths):
        what += f" and {len(paths) - real} position{'s' * (len(paths) - real != 1)} of padding"
    elif n is None:
        what = f"{real} of the {max(paths) - min(paths) + 1} pixels in the field"
    field = receptive_field(stack)
    line = f"field of one output {field.size}, jump {field.jump}"
    if outputs > 1:
        common = sum(len(readers) > 1 and (n is None or 0 <= q < n) for q, readers in levels[0].readers.items())
        line += f"; {common or 'no'} pixel{'s are' if common > 1 else ' is'} shared"
    heading(ax, f"{who} {what}: {missed}", line)
