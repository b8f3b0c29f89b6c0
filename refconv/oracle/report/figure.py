"""A failure's picture on the page: the drawing, what is framed in it, and the legend of its colours."""

from __future__ import annotations

from collections.abc import Iterator

from refconv.oracle.report import picture
from refconv.oracle.report.model import Failure
from refconv.oracle.report.words import place, said, unit_of, units

__all__ = ["figure"]


def figure(failure: Failure, plane: picture.Plane) -> Iterator[str]:
    """Yield the picture of a plane of errors of a failure, as HTML.

    Parameters
    ----------
    failure : Failure
        What failed.
    plane : sequence of sequences of float
        Its picture: the plane with the worst element, or of a big one the part around it.
    """
    allowed = 0.0 if failure.case.policy == "exact" else 1.0
    unit = unit_of(failure.case)
    rows, columns = len(plane), max(map(len, plane))
    row, column = picture.worst_of(plane)
    worst = f"{failure.of}{place(failure.index)} is off by {units(plane[row][column])} {unit}"
    what = _what(failure, rows, columns)
    yield f"<figure>{picture.svg(plane, (row, column), f'Errors of {what}; {worst}.', allowed)}"
    yield f"<figcaption><p><strong>{said(what)}</strong></p><p>Framed: {said(worst)}.</p>"
    step = picture.pooled(plane)[1]
    if step > 1:
        yield f"<p>Each square is the worst of {step} x {step} elements.</p>"
    yield f'<p class="faint">Result minus truth, in {unit}:</p><ul class="legend">'
    for name, meaning in picture.legend(plane, allowed):
        square = f'<svg viewBox="0 0 1 1" aria-hidden="true"><path class="{name}" d="M0 0h1v1h-1z"/></svg>'
        yield f"<li>{square}{said(meaning)}</li>"
    yield "</ul></figcaption></figure>"


def _what(failure: Failure, rows: int, columns: int) -> str:
    """Return which elements the picture shows, as they would be written in Python, and how many there are."""
    index = failure.index or ()
    places = [*map(str, index[:-2]), ":", ":"][-max(len(index), 1) :]
    case = failure.case
    whole = {"y": case.y_shape, "dx": case.x_shape, "dw": case.w_shape}.get(failure.of, ())[-2:]
    part = ""
    if len(whole) == 2 and (rows, columns) != whole:
        part = f", of {whole[0]} x {whole[1]} the part around the worst"
    return f"{failure.of}[{', '.join(places)}], {rows} x {columns} elements{part}"
