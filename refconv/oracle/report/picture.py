"""A plane of errors as an SVG drawing: small, without scripts, its colours left to the page's style sheet.

Errors are put into classes by their size in units of the bound, since they span ten decades and a continuous scale
would show the largest alone. Each class is one path, made of runs of neighbouring squares.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

from refconv.oracle.report.words import said

__all__ = ["CLASSES", "Plane", "class_of", "legend", "pooled", "svg", "worst_of"]

Plane = Sequence[Sequence[float]]
"""Signed errors in units of the bound, row by row."""

CLASSES = {
    "low3": "below -10000",
    "low2": "-10000 to -100",
    "low1": "-100 to -{allowed:g}",
    "within": "within the bound",
    "none": "exactly right",
    "high1": "{allowed:g} to 100",
    "high2": "100 to 10000",
    "high3": "above 10000",
    "infinite": "no bound holds: not a number, infinite, or an error where none is allowed",
}
"""The classes, as the style sheet names them, with what each means; `allowed` is 1, or 0 where all must be exact."""

_SIDE = 64
"""Squares along one side of a picture, at most."""
_POINTS = 384
"""The length of its longer side on the page."""


def class_of(error: float, allowed: float = 1.0) -> str:
    """Return the class of an error, where errors of the size `allowed` are none.

    Examples
    --------
    >>> [class_of(error) for error in (0.0, -0.5, 3.0, -2e6, float("inf"))]
    ['none', 'within', 'high1', 'low3', 'infinite']
    """
    if not math.isfinite(error):
        return "infinite"
    if error == 0:
        return "none"
    size = abs(error)
    if size <= allowed:
        return "within"
    return ("high" if error > 0 else "low") + ("1" if size <= 100 else "2" if size <= 10000 else "3")


def pooled(plane: Plane, side: int = _SIDE) -> tuple[list[list[float]], int]:
    """Return a plane of at most side x side squares, and how many elements each has along one side.

    A square shows the worst error in it, so that a single wrong element never vanishes.

    Examples
    --------
    >>> pooled([[0, 1, -7], [0, 0, 2]], side=2)
    ([[1.0, -7.0]], 2)
    """
    rows, columns = len(plane), max(map(len, plane), default=0)
    step = max(1, math.ceil(max(rows, columns) / side))
    return [
        [_worst(plane, range(i, min(i + step, rows)), slice(j, j + step)) for j in range(0, columns, step)]
        for i in range(0, rows, step)
    ], step


def worst_of(plane: Plane) -> tuple[int, int]:
    """Return row and column of the worst error.

    Examples
    --------
    >>> worst_of([[0.0, 2.0], [-3.0, 1.0]])
    (1, 0)
    """
    places = ((i, j) for i, row in enumerate(plane) for j in range(len(row)))
    return max(places, key=lambda place: _size(plane[place[0]][place[1]]))


def _size(error: float) -> float:
    """Return the size of an error; what is not a number is worse than anything."""
    return math.inf if math.isnan(error) else abs(error)


def _worst(plane: Plane, rows: range, columns: slice) -> float:
    """Return the error of the largest size."""
    values = [float(value) for i in rows for value in plane[i][columns]]
    return max(values, key=_size, default=0.0)


def svg(plane: Plane, worst: Sequence[int], caption: str, allowed: float = 1.0) -> str:
    """Return the drawing of a plane of errors.

    Parameters
    ----------
    plane : sequence of sequences of float
        Signed errors in units of the bound.
    worst : sequence of int
        Row and column of the element to mark.
    caption : str
        What it shows, for those who do not see it.
    allowed : float
        The largest size of an error that is none: 1, or 0 where the result must be exact.

    Returns
    -------
    str
        An ``svg`` element; its squares have the classes of `CLASSES`.

    Examples
    --------
    >>> drawing = svg([[0.0, 5.0]], (0, 1), "errors of y")
    >>> '<path class="high1" d="M1 0h1v1h-1z"/>' in drawing
    True
    """
    squares, step = pooled(plane)
    height, width = len(squares), max(map(len, squares), default=0)
    scale = min(24.0, _POINTS / max(height, width, 1))
    paths = "".join(f'<path class="{name}" d="{runs}"/>' for name in CLASSES if (runs := _runs(squares, name, allowed)))
    row, column = worst[0] // step, worst[1] // step
    mark = (
        f'<rect class="halo" x="{column}" y="{row}" width="1" height="1"/>'
        f'<rect class="mark" x="{column}" y="{row}" width="1" height="1"/>'
    )
    return (
        f'<svg role="img" viewBox="-0.5 -0.5 {width + 1} {height + 1}" '
        f'width="{(width + 1) * scale:.0f}" height="{(height + 1) * scale:.0f}">'
        f"<title>{said(caption)}</title>{paths}{mark}</svg>"
    )


def _runs(squares: list[list[float]], name: str, allowed: float) -> str:
    """Return the path around the squares of one class, a rectangle for each run of neighbours in a row."""
    runs = []
    for i, row in enumerate(squares):
        start = 0
        while start < len(row):
            end = start
            while end < len(row) and class_of(row[end], allowed) == name:
                end += 1
            if end > start:
                runs.append(f"M{start} {i}h{end - start}v1h-{end - start}z")
            start = end + 1
    return "".join(runs)


def legend(plane: Plane, allowed: float = 1.0) -> list[tuple[str, str]]:
    """Return the classes that a plane has, each with its meaning, from too small to too large.

    Examples
    --------
    >>> legend([[0.0, 5.0, -1e9]])
    [('low3', 'below -10000'), ('none', 'exactly right'), ('high1', '1 to 100')]
    """
    there = {class_of(error, allowed) for row in pooled(plane)[0] for error in row}
    return [(name, meaning.format(allowed=allowed)) for name, meaning in CLASSES.items() if name in there]
