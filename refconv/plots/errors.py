"""Where a result errs, and by how much of what is allowed: the error map of a Comparison."""

from __future__ import annotations

from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import BoundaryNorm, ListedColormap
from numpy.typing import ArrayLike, NDArray

from refconv.arithmetic.per_axis import integer
from refconv.errors import ArgumentError
from refconv.oracle import Comparison, compare, truth
from refconv.plots.images import frame_only, sheet
from refconv.plots.style import INK, Drawing, in_style

__all__ = ["CLASSES", "draw_errors"]

CLASSES = (
    (0.0, "#FFFFFF", "none"),
    (0.01, "#E3EEF7", "up to 0.01"),
    (0.1, "#C6DDEF", "0.01 to 0.1"),
    (1.0, "#9CC4E4", "0.1 to 1: allowed"),
    (10.0, "#E08A00", "1 to 10: too large"),
    (1e3, "#C04A00", "10 to 1000"),
    (1e6, "#7A2200", "to a million"),
    (np.inf, "#111111", "more, or not finite"),
)
"""Up to which error, in units of the bound, which colour: darker is worse, and what is too large is of another hue."""

_TOO_LARGE = 4
"""The first class of errors that are too large."""


@in_style
def draw_errors(
    y: ArrayLike,
    x: ArrayLike,
    w: ArrayLike,
    b: ArrayLike | None = None,
    *,
    op: str | None = None,
    precision: str = "float32",
    policy: str = "worst_case",
    algorithm: str = "direct",
    signs: str = "any",
    of: str = "y",
    channels: int = 8,
    sample: int | None = None,
    title: str | None = None,
    **options: Any,
) -> Drawing:
    """Draw the error of each element of a kernel's result, in units of the bound that is allowed to it.

    Parameters
    ----------
    y : array_like
        What the kernel returned: its result, or the gradient that `of` names.
    x, w, b : array_like
        What the kernel was given.
    op : str, optional
        The operation; by default conv1d, conv2d or conv3d, after the axes of x.
    precision, policy, algorithm, signs : str
        As for `refconv.oracle.compare`: what the kernel computes in, and what is allowed.
    of : {"y", "dx", "dw", "db"}
        What `y` is; a gradient needs dy among the options.
    channels : int
        How many channels are drawn at most: those with the largest errors.
    sample : int, optional
        Which of the batch; by default that with the largest error.
    title : str, optional
        Above the verdict; by default what was compared.
    **options
        As for the operation: stride, padding, dilation, groups, layout, ...

    Returns
    -------
    Drawing
        `shown` has the `comparison`, the `sample` and `channels` drawn, and their `units`, signed.

    Examples
    --------
    >>> import refconv
    >>> x = np.ones((1, 1, 6, 6), np.float32) / 3
    >>> y = refconv.conv2d(x, x[:, :, :3, :3], padding=1)
    >>> y[0, 0, 2, 3] += 1e-3
    >>> drawing = draw_errors(y, x, x[:, :, :3, :3], padding=1)
    >>> drawing.shown["comparison"].passed, drawing.shown["comparison"].index
    (False, (0, 0, 2, 3))
    """
    channels = integer("draw_errors", "channels", channels, 1)
    name = op or f"conv{np.ndim(x) - 2}d"
    true = truth(name, x, w, b, of=of, **options)
    found = compare(y, true, precision=precision, policy=policy, algorithm=algorithm, signs=signs)
    heading = f"{title or f'{name}, {of} in {precision}, policy {found.policy}'}\n{_verdict(found)}"
    layout = options.get("kernel_layout" if of == "dw" else "layout")
    if found.index is None:
        drawing = Drawing(max(4.0, 0.1 * len(heading)), 1.2)
        drawing.text(0.02, 0.92, heading, va="top", weight="bold", linespacing=1.5)
        drawing.text(0.02, 0.3, "".join(found.reasons), va="center")
        drawing.shown = {"comparison": found}
        return drawing
    planes, at, chosen = _planes(found, layout, sample, channels)
    drawing = _draw(planes, at, chosen, heading, exact=found.policy == "exact")
    drawing.shown = {"comparison": found, "sample": at[0], "channels": chosen, "units": planes}
    return drawing


def _verdict(found: Comparison) -> str:
    if found.index is None:
        return "FAILED"
    worst = f"largest error {_figure(found.error)} times the bound, at {found.index}"
    if found.policy == "exact":
        worst = f"largest error {_figure(found.error)} units in the last place, at {found.index}"
    return f"{'passed' if found.passed else 'FAILED'}: {worst}"


def _figure(error: float) -> str:
    if not np.isfinite(error):
        return "infinitely many"
    return f"{error:,.0f}" if 100 <= error < 1e6 else f"{error:.3g}"


def _planes(
    found: Comparison, layout: str | None, sample: int | None, channels: int
) -> tuple[NDArray[np.float64], tuple[int, ...], tuple[int, ...]]:
    """Return the planes to draw, the worst element in canonical order, and the channels that they show."""
    units, index = found.units, found.index or ()
    if units.ndim < 2:
        return units.reshape(1, 1, -1), (0, 0, 0, index[0] if index else 0), (0,)
    if layout is not None:
        first = [layout.index(letter) for letter in ("N" if "N" in layout else "O", "C" if "C" in layout else "I")]
        order = first + [axis for axis in range(len(layout)) if axis not in first]
        units, index = units.transpose(order), tuple(index[axis] for axis in order)
    if sample is not None:
        sample = integer("draw_errors", "sample", sample, 0)
        if sample >= len(units):
            problem = f"there is no sample {sample}: there are {len(units)}."
            raise ArgumentError("draw_errors", problem, fix="Count from 0.")
        rest = units[sample]
        index = (sample, *(int(i) for i in np.unravel_index(int(np.abs(rest).argmax()), rest.shape)))
    of_sample = units[index[0]]
    size = np.abs(of_sample).reshape(len(of_sample), -1).max(axis=1)
    chosen = tuple(sorted(int(i) for i in np.argsort(-size, kind="stable")[:channels]))
    planes = of_sample[list(chosen)]
    while planes.ndim > 3:  # of a volume the slice with the worst element
        planes, index = planes[:, index[2]], (*index[:2], *index[3:])
    if planes.ndim == 2:
        planes, index = planes[:, np.newaxis], (*index[:2], 0, *index[2:])
    return planes, index, chosen


def _draw(
    planes: NDArray[np.float64], at: tuple[int, ...], chosen: tuple[int, ...], heading: str, *, exact: bool
) -> Drawing:
    """Draw a panel for each channel; of what has one axis only a single panel with a row for each channel."""
    classes = _classes(planes, exact)
    flat = classes.shape[1] == 1
    if flat:
        classes = classes.transpose(1, 0, 2)
    rows, columns = classes.shape[1:]
    across = min(len(classes), 4)
    side = min(9.0, max(4.0, 0.1 * columns)) if flat else 4.0 if len(classes) == 1 else 2.4
    shown = sorted(set(classes.ravel().tolist()))
    shape = (max(rows, columns * 0.3 / side), columns) if not flat else (rows, max(columns, rows))
    keys = [CLASSES[number][1:] for number in shown]
    meaning = "size of the error, in units of the bound"
    if exact:
        keys = [(colour, words.replace("1 to 10: too large", "up to 10")) for colour, words in keys]
        meaning = "size of the error, in units in the last place; none is allowed"
    drawing, places = sheet(
        [shape] * len(classes),
        across,
        named=not flat,
        title=heading,
        rows=["channel"] if flat else None,
        keys=keys,
        side=side,
        meaning=meaning,
    )
    colours = ListedColormap([colour for _, colour, _ in CLASSES])
    for number, (axes, values) in enumerate(zip(places, classes, strict=True)):
        frame_only(axes, "" if flat else f"channel {chosen[number]}")
        aspect: Any = "auto"
        axes.imshow(values, colours, BoundaryNorm(np.arange(len(CLASSES) + 1) - 0.5, len(CLASSES)), aspect=aspect)
    if flat:
        places[0].set_ylabel("channel")
        _ring(places[0], chosen.index(at[1]), at[-1])
    else:
        _ring(places[chosen.index(at[1])], at[2], at[3])
    return drawing


def _ring(axes: Axes, row: int, column: int) -> None:
    """Mark the worst element."""
    for width, colour in ((4.0, "white"), (1.8, INK)):
        style: dict[str, Any] = {"markerfacecolor": "none", "markeredgecolor": colour, "markeredgewidth": width}
        axes.plot([column], [row], "o", markersize=14, clip_on=False, **style)


def _classes(planes: NDArray[np.float64], exact: bool = False) -> NDArray[np.int64]:
    """Return the number of each error's class; where the result must be exact every error is too large."""
    limits = [limit for limit, _, _ in CLASSES[:-1]]
    size = np.where(np.isnan(planes), np.inf, np.abs(planes))
    numbers = np.searchsorted(limits, size, side="left")
    return np.where((numbers > 0) & (numbers < _TOO_LARGE), _TOO_LARGE, numbers) if exact else numbers
