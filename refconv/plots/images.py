"""Images and feature maps in rows; segmentations with the names of their classes."""

from __future__ import annotations

from collections.abc import Sequence
from math import inf
from typing import Any

import numpy as np
from matplotlib import colormaps
from matplotlib.axes import Axes
from matplotlib.colors import ListedColormap, to_hex
from matplotlib.patches import Patch
from numpy.typing import ArrayLike, NDArray

from refconv.arithmetic.integers import ceil_div
from refconv.arithmetic.per_axis import entries, integer, real
from refconv.errors import ArgumentError
from refconv.ops.elements import check_numeric
from refconv.plots.style import GREY, HATCH, INK, LINE, SIGNED, Drawing, in_style

__all__ = ["CLASSES", "draw_images", "frame_only", "sheet"]

CLASSES = ("#222222", "#56B4E9", "#F0E442", "#D55E00", "#0072B2", "#CC79A7", "#009E73", "#FFFFFF", "#E69F00", "#999999")
"""The colours of classes, in an order in which neighbours differ in grey print too."""

_COLOURS = (3, 4)
_SMALLEST = 8
_READABLE = 5.0


@in_style
def draw_images(
    images: ArrayLike | Sequence[ArrayLike],
    titles: Sequence[str] | None = None,
    *,
    columns: int | None = None,
    cmap: str | None = None,
    signed: bool | Sequence[bool] = False,
    labels: Sequence[str] | None = None,
    title: str = "",
    rows: Sequence[str] | None = None,
    limits: tuple[float, float] | None = None,
    side: float | None = None,
    numbers: bool = False,
) -> Drawing:
    """Draw images side by side.

    Parameters
    ----------
    images : array or sequence of arrays
        Each of shape (H, W), (H, W, 3) or (H, W, 4). One array may hold several: (C, H, W) is C maps, (N, H, W, 3) is N
        images in colour, and (N, C, H, W) has a row for each of N. In one array a last axis of 3 or 4 is colours only
        where the two axes before it have 8 or more: kernels of 3 x 3 are maps.
    titles : sequence of str, optional
        One above each image.
    columns : int, optional
        Images in a row; by default up to 6.
    cmap : str, optional
        A colour map of matplotlib's for images without colour; by default grey.
    signed : bool or one per image
        Whether zero is white, what is below it orange and above it purple, on the image's own scale.
    labels : sequence of str, optional
        Names of classes: images of integers are then drawn in as many colours, with the names below. What is no class,
        such as 255 or -1, is hatched.
    title : str
        Above all.
    rows : sequence of str, optional
        Words to the left of each row.
    limits : tuple of float, optional
        The values drawn black and white, for all images; by default the least and the largest of each. One pair for
        all makes images comparable.
    side : float, optional
        Width of an image in inches.
    numbers : bool
        Whether the value of each pixel is written in it, for small images without colour.

    Returns
    -------
    Drawing
        `shown["images"]` are the arrays, `shown["limits"]` the values at the ends of each scale.

    Examples
    --------
    >>> drawing = draw_images(np.arange(12.0).reshape(3, 2, 2) - 6, ["a", "b", "c"], signed=[True, True, False])
    >>> drawing.shown["limits"]
    [(-6.0, 6.0), (-2.0, 2.0), (2.0, 5.0)]
    """
    arrays, in_row = _split(images)
    op = "draw_images"
    if columns is not None:
        columns = integer(op, "columns", columns, 1)
    if side is not None:
        real(op, "side", side, 0.05, 50, fix="Give inches, such as 2.0.")
    if limits is not None:
        limits = _checked_limits(limits)
    given = list(titles or [])
    across = columns or in_row or min(len(arrays), 6)
    if rows and len(rows) < ceil_div(len(arrays), across):
        problem = f"rows has {len(rows)} names for {ceil_div(len(arrays), across)} rows."
        raise ArgumentError(op, problem, fix="Give a name for each row of images.")
    keys = list(zip(_palette(len(labels or ())), labels or (), strict=True))
    shapes = [array.shape[:2] for array in arrays]
    drawing, places = sheet(shapes, across, named=bool(given), title=title, rows=rows, keys=keys, side=side)
    marks = list(signed) if isinstance(signed, Sequence) else [signed] * len(arrays)
    if len(marks) != len(arrays):
        problem = f"signed has {len(marks)} entries for {len(arrays)} images."
        raise ArgumentError(op, problem, fix="Give one for each image, or one for all.")
    if cmap is not None and cmap not in colormaps:
        raise ArgumentError(op, f"there is no colour map {cmap!r}.", fix="Take one that matplotlib has, such as gray.")
    found = []
    for number, (array, axes) in enumerate(zip(arrays, places, strict=True)):
        frame_only(axes, given[number] if number < len(given) else "")
        if rows and number % across == 0:
            axes.set_ylabel(rows[number // across], size=10)
        if labels:
            found.append(_classes(axes, array, len(labels)))
        else:
            found.append(_show(axes, array, cmap, marks[number], limits))
            if numbers and array.ndim == 2:
                _write(axes, array)
    drawing.shown = {"images": arrays, "limits": found}
    return drawing


def _checked_limits(limits: Any) -> tuple[float, float]:
    pair, fix = entries(limits), "Give a pair (least, most)."
    if pair is None or len(pair) != 2:
        raise ArgumentError("draw_images", f"limits is {limits!r}.", fix=fix)
    least, most = (real("draw_images", f"limits[{i}]", value, -inf, fix=fix) for i, value in enumerate(pair))
    if least > most:
        raise ArgumentError("draw_images", f"limits are {limits}: the first is above the second.", fix=fix)
    return least, most


def _split(images: Any) -> tuple[list[NDArray[Any]], int | None]:
    """Return single images, and how many belong in a row where the array says so."""
    if isinstance(images, np.ndarray):
        images = check_numeric("draw_images", "images", images)
        coloured = images.ndim > 2 and images.shape[-1] in _COLOURS and min(images.shape[-3:-1]) >= _SMALLEST
        if images.ndim == 2 or (images.ndim == 3 and coloured):
            arrays, in_row = [images], None
        elif images.ndim == 4 and not coloured:
            arrays, in_row = [each for sample in images for each in sample], images.shape[1]
        else:
            arrays, in_row = list(images), None
    else:
        given = entries(images)
        if given is None:
            raise ArgumentError("draw_images", f"images is {images!r}.", fix="Give an array, or a list of arrays.")
        arrays, in_row = [check_numeric("draw_images", "an image", image) for image in given], None
    for array in arrays:
        if not (array.ndim == 2 or (array.ndim == 3 and array.shape[-1] in _COLOURS)) or not array.size:
            problem = f"an image has the shape {array.shape}."
            raise ArgumentError("draw_images", problem, fix="Give (H, W), (H, W, 3) or (H, W, 4).")
        if array.dtype.kind == "c":
            raise ArgumentError("draw_images", "an image is complex.", fix="Give its real part, or np.abs of it.")
    if not arrays:
        raise ArgumentError("draw_images", "there is no image.", fix="Give one.")
    return arrays, in_row


def sheet(
    shapes: Sequence[Sequence[int]],
    across: int,
    *,
    named: bool = False,
    title: str = "",
    rows: Sequence[str] | None = None,
    keys: Sequence[tuple[str, str]] = (),
    side: float | None = None,
    foot: float = 0.1,
    meaning: str = "",
) -> tuple[Drawing, list[Axes]]:
    """Return an empty drawing with axes for images of these shapes, placed in inches.

    So words keep their room whatever the number of images; `keys` are colours and what they mean, under the
    heading `meaning`; `foot` is the room below all.
    """
    width = side or min(2.6, 9.6 / across)
    height = width * max(shape[0] / shape[1] for shape in shapes)
    gap, head = 0.12, 0.28 if named else 0.1
    left, top = 0.4 if rows else 0.1, 0.12 + 0.24 * len(title.splitlines())
    wide = max(left + across * (width + gap), 0.1 + 0.088 * max(map(len, title.splitlines()), default=0))
    room = 0.55 + 0.078 * max((len(words) for _, words in keys), default=0)
    in_line = max(1, min(len(keys), int((wide - 0.1) / room)))
    bottom = foot + (0.22 * (ceil_div(len(keys), in_line) + bool(meaning)) + 0.05 if keys else 0)
    total = (wide, top + ceil_div(len(shapes), across) * (height + head) + bottom)
    drawing = Drawing(*total)
    drawing.text(0.1 / total[0], 1 - 0.1 / total[1], title, va="top", size=11, weight="bold", linespacing=1.35)
    places = []
    for number in range(len(shapes)):
        row, column = divmod(number, across)
        x, y = left + column * (width + gap), total[1] - top - (row + 1) * (height + head)
        places.append(drawing.add_axes((x / total[0], y / total[1], width / total[0], height / total[1])))
    if keys:
        patches = [Patch(facecolor=colour, edgecolor=GREY, label=words) for colour, words in keys]
        place = (0, (foot - 0.1) / total[1])
        legend = drawing.legend(
            handles=patches, loc="lower left", bbox_to_anchor=place, ncols=in_line, borderaxespad=0.2
        )
        if meaning:
            legend.set_title(meaning)
            legend.set_alignment("left")
    return drawing, places


def frame_only(axes: Axes, title: str = "") -> None:
    """Leave nothing of the axes but a thin frame, and a title above."""
    axes.set(xticks=[], yticks=[])
    for edge in axes.spines.values():
        edge.set(visible=True, color=LINE)
    axes.set_title(title, size=10, weight="normal", loc="center", pad=4)


def _palette(count: int) -> list[Any]:
    """Return a colour for each class; of many an even choice from dark blue to yellow, which all tell apart."""
    if count <= len(CLASSES):
        return list(CLASSES[:count])
    return [to_hex(colour) for colour in colormaps["cividis"](np.linspace(0, 1, count))]


def _classes(axes: Axes, array: NDArray[Any], count: int) -> tuple[float, float]:
    """Draw a map of class numbers."""
    if array.ndim != 2 or array.dtype.kind not in "iub":
        problem = f"with labels an image has class numbers, not {array.dtype} of shape {array.shape}."
        raise ArgumentError("draw_images", problem, fix="Take the class of the largest score: scores.argmax(axis).")
    numbers = array.astype(int)
    known = (numbers >= 0) & (numbers < count)
    axes.set_facecolor("white")
    if not known.all():
        height, width = numbers.shape
        axes.fill_between(
            [-0.5, width - 0.5], -0.5, height - 0.5, facecolor="white", hatch=HATCH, edgecolor=INK, lw=0, zorder=-1
        )
    shown = np.ma.masked_array(numbers, ~known)
    axes.imshow(shown, cmap=ListedColormap(_palette(count)), vmin=-0.5, vmax=count - 0.5, interpolation="nearest")
    return 0.0, count - 1.0


def _show(
    axes: Axes, array: NDArray[Any], cmap: str | None, is_signed: bool, limits: tuple[float, float] | None
) -> tuple[float, float]:
    """Draw one image, and return the values at the ends of its scale."""
    if array.ndim == 3:
        axes.imshow(array if array.dtype == np.uint8 else np.clip(array, 0, 1), interpolation="nearest")
        return (0.0, 255.0) if array.dtype == np.uint8 else (0.0, 1.0)
    values = array.astype(float)
    real = values[np.isfinite(values)]
    least, most = (float(real.min()), float(real.max())) if real.size else (0.0, 1.0)
    if limits is not None:
        least, most = limits
    if is_signed:
        most = max(abs(least), abs(most)) or 1.0
        least = -most
    axes.imshow(values, cmap=cmap or (SIGNED if is_signed else "gray"), vmin=least, vmax=most, interpolation="nearest")
    return least, most


def _write(axes: Axes, array: NDArray[Any]) -> None:
    """Write each value in its pixel, dark on light and light on dark, as large as there is room for."""
    height, width = axes.get_window_extent().height, axes.get_window_extent().width
    for digits in (3, 2, 1):  # as many as can be read
        words = [[f"{value:.{digits}g}" if array.dtype.kind == "f" else str(value) for value in row] for row in array]
        longest = max(len(word) for row in words for word in row)
        room = min(0.72 * height / array.shape[0], 1.2 * width / array.shape[1] / max(longest, 2))
        if room >= _READABLE:
            break
    image = axes.images[0]
    for i, row in enumerate(words):
        for j, word in enumerate(row):
            red, green, blue, _ = image.to_rgba(array[i, j].astype(float))
            colour = INK if 0.2126 * red + 0.7152 * green + 0.0722 * blue > 0.5 else "white"
            axes.text(j, i, word, ha="center", va="center", color=colour, size=min(11.0, room))
