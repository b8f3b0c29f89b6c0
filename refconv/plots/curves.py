"""Lines with their names written at their ends: learning curves, sizes, ratios."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import inf
from typing import Any, TypeAlias

import numpy as np
from matplotlib.axes import Axes
from matplotlib.axis import Axis
from matplotlib.colors import to_rgb
from matplotlib.ticker import FuncFormatter, LogLocator, NullFormatter
from numpy.typing import ArrayLike, NDArray

from refconv.arithmetic.per_axis import real
from refconv.errors import ArgumentError
from refconv.ops.elements import check_numeric
from refconv.plots.style import CYCLE, GREY, MARKERS, Drawing, in_style

__all__ = ["Series", "draw_curves", "name_ends", "plain_ticks"]

Series: TypeAlias = Mapping[str, Any] | ArrayLike
"""For each label its values, or a pair (x, y) of arrays; or the values of one line."""

_DASHES = ("-", "--", "-.", ":", (0, (5, 1, 1, 1, 1, 1)))
_SCALES = {False: "", True: "y", "": "", "x": "x", "y": "y", "both": "xy", "xy": "xy"}
_LINE = 0.175  # inches from one name to the next


@in_style
def draw_curves(
    series: Series,
    *,
    x: ArrayLike | None = None,
    xlabel: str = "",
    ylabel: str = "",
    title: str = "",
    log: bool | str = False,
    marks: Mapping[str, float] | None = None,
    width: float = 7.0,
    height: float = 3.8,
) -> Drawing:
    """Draw lines, each in a colour, with a marker and dashes of its own and its name at its end.

    Parameters
    ----------
    series : dict or array_like
        For each label its values, or a pair of arrays x and y as a tuple; or the values of a single line.
    x : array_like, optional
        Where the values stand that come without an x of their own; by default 0, 1, 2 ...
    xlabel, ylabel, title : str
        Words along the axes and above.
    log : bool or {"x", "y", "both"}
        Which axis is logarithmic; True is y.
    marks : dict, optional
        Levels to draw as thin lines across, by their names: a bound, a chance level.
    width, height : float
        The size in inches.

    Returns
    -------
    Drawing
        `shown` has for each label its x and y; NaN makes a gap.

    Examples
    --------
    >>> drawing = draw_curves({"loss": [2.3, 1.1, 0.6]}, xlabel="epoch")
    >>> drawing.shown["loss"]
    (array([0., 1., 2.]), array([2.3, 1.1, 0.6]))
    """
    real("draw_curves", "width", width, 2.2, 60, fix="Give inches, such as 7.0.")
    real("draw_curves", "height", height, 1.2, 60, fix="Give inches, such as 3.8.")
    if not isinstance(marks, Mapping | None):
        raise ArgumentError("draw_curves", f"marks is {marks!r}.", fix='Give levels by their names: {"bound": 1.0}.')
    for label, level in (marks or {}).items():
        real("draw_curves", f"marks[{label!r}]", level, -inf, fix="Give a number.")
    if not isinstance(log, bool | str) or log not in _SCALES:
        raise ArgumentError("draw_curves", f"log is {log!r}.", fix='Take False, True, "x", "y" or "both".')
    lines = _lines(series, x)
    names = [*lines, *(marks or {})]
    drawing = Drawing(width, height)
    axes = _frame(drawing, max(map(len, names), default=0), title)
    for number, (label, (xs, ys)) in enumerate(lines.items()):
        few = len(xs) <= 40
        axes.plot(
            *(xs, ys),
            color=CYCLE[number % len(CYCLE)],
            linestyle=_DASHES[number % len(_DASHES)],
            marker=MARKERS[number % len(MARKERS)],
            markevery=1 if few else max(1, len(xs) // 12),
            label=label,
        )
    for letter in _SCALES[log]:
        _check_positive(lines, letter)
        axes.set(**{f"{letter}scale": "log"})
        plain_ticks(axes, letter)
    for level in (marks or {}).values():
        axes.axhline(level, color=GREY, linewidth=1, zorder=1)
    axes.set(xlabel=xlabel, ylabel=ylabel)
    axes.grid(axis="y")
    axes.set_axisbelow(True)
    _whole_numbers(axes, lines, "x" in _SCALES[log])
    ends = [(label, *_end(*line), CYCLE[number % len(CYCLE)]) for number, (label, line) in enumerate(lines.items())]
    right = max((end[1] for end in ends), default=1.0)
    ends += [(label, right, level, GREY) for label, level in (marks or {}).items()]
    if names != [""]:
        name_ends(axes, ends)
    drawing.shown = dict(lines) | {label: float(level) for label, level in (marks or {}).items()}
    return drawing


def name_ends(axes: Axes, ends: Sequence[tuple[str, float, float, str]]) -> None:
    """Write names to the right of the axes, each as near the end (x, y) of its line as its neighbours allow.

    The axes have their final place and limits.
    """
    height = float(axes.get_window_extent().height) / float(axes.figure.dpi)
    apart = _LINE / height
    axes.get_xlim(), axes.get_ylim()  # limits are found lazily: only now transData knows of them
    to_axes = axes.transData + axes.transAxes.inverted()
    places = [to_axes.transform((x, y)) for _, x, y, _ in ends]
    order = sorted(range(len(ends)), key=lambda number: places[number][1])
    levels = _spread([min(max(float(places[number][1]), 0.0), 1.0) for number in order], apart)
    for number, level in zip(order, levels, strict=True):
        label, _, _, colour = ends[number]
        x, y = places[number]
        axes.annotate(
            label,
            (float(x), min(max(float(y), 0.0), 1.0)),
            (1.03, level),
            xycoords="axes fraction",
            textcoords="axes fraction",
            va="center",
            color=_darker(colour),
            size=9.5,
            arrowprops={"arrowstyle": "-", "color": colour, "linewidth": 0.6, "shrinkA": 1, "shrinkB": 3},
            annotation_clip=False,
        )


def _darker(colour: str) -> tuple[float, float, float]:
    """Return a line's colour as letters have it: dark enough to be read on white."""
    red, green, blue = to_rgb(colour)
    darker = min(1.0, 0.3 / (0.2126 * red + 0.7152 * green + 0.0722 * blue + 1e-9))
    return red * darker, green * darker, blue * darker


def _spread(wanted: Sequence[float], apart: float) -> list[float]:
    """Return rising levels at least so far apart and from 0 to 1 if they fit, crowds about where they want to be."""
    groups: list[tuple[float, int]] = []  # the sum of what is wanted, and by how many
    for level in wanted:
        groups.append((level, 1))
        while (
            len(groups) > 1
            and _middle(*groups[-1], apart) - _middle(*groups[-2], apart) < apart * (groups[-1][1] + groups[-2][1]) / 2
        ):
            (above, many), (below, few) = groups.pop(), groups.pop()
            groups.append((above + below, many + few))
    return [
        _middle(total, count, apart) + apart * (number - (count - 1) / 2)
        for total, count in groups
        for number in range(count)
    ]


def _middle(total: float, count: int, apart: float) -> float:
    """Return the middle of a crowd, moved so that all of it lies between 0 and 1."""
    half = apart * (count - 1) / 2
    return max(min(total / count, 1 - half), half)


def plain_ticks(axes: Axes, letter: str) -> None:
    """Write the ticks of a logarithmic axis as people write numbers: 0.1, 1, 1,000; the limits are final."""
    low, high = axes.get_xlim() if letter == "x" else axes.get_ylim()
    axis: Axis = axes.xaxis if letter == "x" else axes.yaxis
    if high < 200 * low:  # few powers of ten: mark 2 and 5 too
        axis.set_major_locator(LogLocator(subs=(1.0, 2.0, 5.0)))
    axis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:,g}" if 1e-4 <= value < 1e6 else f"{value:.0e}"))
    axis.set_minor_formatter(NullFormatter())


def _lines(series: Any, x: ArrayLike | None) -> dict[str, tuple[NDArray[np.float64], NDArray[np.float64]]]:
    given = series if isinstance(series, Mapping) else {"": series}
    lines = {}
    for label, values in given.items():
        own = isinstance(values, tuple) and len(values) == 2 and np.ndim(values[0]) == 1
        ys = _floats(str(label), values[1] if own else values)
        xs = _floats("x", values[0] if own else np.arange(ys.size) if x is None else x)
        if ys.ndim != 1 or xs.shape != ys.shape:
            problem = f"{label!r} has x of shape {xs.shape} and y of shape {ys.shape}."
            raise ArgumentError("draw_curves", problem, fix="Give one x for each y.")
        lines[str(label)] = (xs, ys)
    return lines


def _floats(name: str, values: Any) -> NDArray[np.float64]:
    array = check_numeric("draw_curves", name, values)
    if array.dtype.kind == "c":
        raise ArgumentError("draw_curves", f"{name!r} is complex.", fix="Draw real and imaginary part each.")
    return array.astype(float)


def _check_positive(lines: Mapping[str, Any], letter: str) -> None:
    values = [line["xy".index(letter)] for line in lines.values()]
    if any(each.size for each in values) and not any((each > 0).any() for each in values):
        problem = f"the axis of {letter} is logarithmic, but no {letter} is above 0."
        raise ArgumentError("draw_curves", problem, fix=f"Leave {letter} out of log, or give an x that begins at 1.")


def _end(xs: NDArray[np.float64], ys: NDArray[np.float64]) -> tuple[float, float]:
    """Return the last point that is a number."""
    real = np.flatnonzero(np.isfinite(ys))
    return (float(xs[real[-1]]), float(ys[real[-1]])) if real.size else (0.0, 0.0)


def _frame(drawing: Drawing, longest: int, title: str) -> Axes:
    """Return axes that leave room for names to their right."""
    width, height = drawing.get_size_inches()
    right = width - 0.25 - min(0.079 * longest + (0.15 if longest else 0), 0.45 * width)
    top = height - (0.4 if title else 0.15)
    axes = drawing.add_axes((0.8 / width, 0.55 / height, (right - 0.8) / width, (top - 0.55) / height))
    axes.set_title(title)
    return axes


def _whole_numbers(axes: Axes, lines: Mapping[str, Any], is_log: bool) -> None:
    """Mark whole numbers only, where all x are whole: there is no epoch 2.5."""
    if not is_log and all((xs == np.round(xs)).all() for xs, _ in lines.values()):
        axes.locator_params("x", integer=True)
