"""Gridding: which pixels of their field stacks of dilated layers read, how often, and which they never see."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import LinearSegmentedColormap
from matplotlib.patches import Rectangle

from refconv.arithmetic.coverage import hdc_distance, hdc_passes
from refconv.arithmetic.effective import influence
from refconv.arithmetic.integers import ceil_div
from refconv.arithmetic.per_axis import entries, integer
from refconv.arithmetic.receptive_field import Layer, receptive_field
from refconv.errors import ArgumentError
from refconv.plots.style import GREY, HOLE, INK, LINE, SMALL, Drawing, in_style

__all__ = ["READ", "draw_gridding"]

READ = LinearSegmentedColormap.from_list("read", ["#A9CFE8", "#0072B2", "#062B45"])
"""From few paths to many; what is never read is white, with a cross."""


PANEL, ABOVE = 3.0, 0.75
"""The side of a panel and the room for its title, in inches."""


MOST = 501
"""Pixels along an axis of a field that is still drawn."""


@in_style
def draw_gridding(choices: Iterable[int | Sequence[int]], *, kernel_size: int = 3) -> Drawing:
    """Draw, for several lists of dilations, how often one output reads each pixel of its field.

    Parameters
    ----------
    choices : iterable of sequences of int
        Each a stack: the dilations of its layers, the first layer first, the same along H and W.
    kernel_size : int
        Taps of every layer, along H and along W.

    Returns
    -------
    Drawing
        Its ``shown`` has a list for each name: `counts`, the paths from each pixel; `holes`, how many pixels are not
        read; and `hdc`, whether the criterion of hybrid dilated convolution passes (None for fewer than two layers).

    Examples
    --------
    >>> drawing = draw_gridding([(2, 2, 2), (1, 2, 5)])
    >>> drawing.shown["holes"], drawing.shown["hdc"]
    ([120, 0], [True, True])
    """
    op = "draw_gridding"
    k = integer(op, "kernel_size", kernel_size, 1)
    if not isinstance(choices, Iterable):
        raise ArgumentError(op, f"choices is {choices!r}.", fix="Give lists of dilations, such as [(1, 2, 5)].")
    stacks = [_dilations(op, number, given) for number, given in enumerate(choices)]
    if not 1 <= len(stacks) <= 12:
        raise ArgumentError(op, f"there are {len(stacks)} choices.", fix="Give 1 to 12 lists of dilations.")
    across = 2 if len(stacks) in {2, 4} else min(len(stacks), 3)
    down = ceil_div(len(stacks), across)
    drawing = Drawing(max(PANEL * across, 4.0), (PANEL + ABOVE) * down + 0.25)
    shown: dict[str, list[Any]] = {"counts": [], "holes": [], "hdc": []}
    for number, dilations in enumerate(stacks):
        ax = _panel(drawing, *divmod(number, across))
        layers = [Layer(k, d=d) for d in dilations]
        if (field := receptive_field(layers).size) > MOST:
            problem = f"a field of {field} x {field} is too large for its pixels to be seen."
            raise ArgumentError(op, problem, f"at most {MOST} x {MOST} are drawn", fix="Take smaller dilations.")
        counts = _counts(layers)
        _map(ax, counts)
        passes = hdc_passes(dilations, k) if len(dilations) > 1 else None
        missed = int((counts == 0).sum())
        _title(ax, dilations, counts, missed, passes)
        for name, value in zip(shown, (counts, missed, passes), strict=True):
            shown[name].append(value)
    footer = "darker: more paths lead there; white with a cross: never read"
    drawing.text(0.1 / drawing.get_size_inches()[0], 0.02, footer, fontsize=SMALL, color=GREY)
    drawing.shown |= shown
    return drawing


def _dilations(op: str, number: int, given: Any) -> tuple[int, ...]:
    listed = entries(given)
    listed = [given] if listed is None else listed
    if not listed:
        raise ArgumentError(
            op, f"choice {number} is empty.", fix="Give the dilations of its layers, such as (1, 2, 5)."
        )
    return tuple(integer(op, f"dilation {place} of choice {number}", d, 1) for place, d in enumerate(listed))


def _panel(drawing: Drawing, row: int, column: int) -> Axes:
    """Return the axes of a panel, below the room for its title."""
    width, height = drawing.get_size_inches()
    side = PANEL - 0.2
    top = row * (PANEL + ABOVE) + ABOVE
    ax = drawing.add_axes(((column * PANEL + 0.1) / width, 1 - (top + side) / height, side / width, side / height))
    ax.axis("off")
    return ax


def _counts(layers: list[Layer]) -> Any:
    """Return the number of paths from each pixel of the field: along both axes, their product."""
    along = influence(layers)
    line = np.array([along.get(q, 0) for q in range(receptive_field(layers).size)])
    return np.multiply.outer(line, line)


def _map(ax: Axes, counts: Any) -> None:
    size = len(counts)
    read = np.ma.masked_equal(counts, 0)
    ax.imshow(read, cmap=READ, vmin=0, vmax=max(counts.max(), 2), interpolation="nearest")
    ax.add_patch(Rectangle((-0.5, -0.5), size, size, facecolor="none", edgecolor=INK, linewidth=1, clip_on=False))
    if size <= 33:
        for edge in range(1, size):
            ax.axhline(edge - 0.5, color=LINE, linewidth=0.4)
            ax.axvline(edge - 0.5, color=LINE, linewidth=0.4)
    rows, columns = np.nonzero(counts == 0)
    points = 150 / size
    if points >= 2:
        ax.scatter(columns, rows, s=(0.5 * points) ** 2, marker="x", color=HOLE, linewidths=min(1.2, 0.12 * points))


def _title(ax: Axes, dilations: tuple[int, ...], counts: Any, missed: int, passes: bool | None) -> None:
    many = "no holes" if not missed else f"{missed} hole{'s' * (missed != 1)} of {counts.size}"
    verdict = "" if passes is None else f"HDC: M2 = {hdc_distance(dilations)}, {'passes' if passes else 'fails'}"
    name = f"dilation{'s' * (len(dilations) != 1)} {', '.join(map(str, dilations))}"
    how: dict[str, Any] = {"xycoords": "axes fraction", "textcoords": "offset points", "va": "baseline"}
    ax.annotate(name, (0, 1), (0, 33), **how, fontsize=11 if len(name) < 28 else SMALL, fontweight="bold")
    ax.annotate(f"field {len(counts)} x {len(counts)}: {many}", (0, 1), (0, 19), **how, fontsize=SMALL)
    ax.annotate(verdict, (0, 1), (0, 6), **how, fontsize=SMALL)
