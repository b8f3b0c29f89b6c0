"""Cut a shape into boxes of bounded size, so that a workspace is bounded too."""

from __future__ import annotations

from collections.abc import Iterator

__all__ = ["boxes", "lengths"]


def boxes(shape: tuple[int, ...], limit: int) -> Iterator[tuple[slice, ...]]:
    """Yield slices that cover `shape` (no size 0) once, each of at most `limit` elements (but at least of one).

    The last axes stay whole while they fit; the axis that does not fit is cut evenly; before it, one at a time.

    Examples
    --------
    >>> [(rows.start, columns.start, columns.stop) for rows, columns in boxes((2, 5), 3)]
    [(0, 0, 3), (0, 3, 5), (1, 0, 3), (1, 3, 5)]
    """
    if not shape:
        yield ()
        return
    *outer, last = shape
    step = _even_step(last, max(limit, 1))
    room = limit // last if step == last else 1  # an axis that is cut leaves no room before it
    for head in boxes(tuple(outer), room):
        for start in range(0, last, step):
            yield (*head, slice(start, min(start + step, last)))


def lengths(box: tuple[slice, ...]) -> tuple[int, ...]:
    """Return the size of a box along each axis.

    Examples
    --------
    >>> lengths((slice(0, 3), slice(2, 4)))
    (3, 2)
    """
    return tuple(part.stop - part.start for part in box)


def _even_step(size: int, limit: int) -> int:
    pieces = -(-size // limit)
    return -(-size // pieces)
