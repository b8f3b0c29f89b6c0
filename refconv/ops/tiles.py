"""Cut a region into boxes of bounded size, so that a workspace is bounded too."""

from __future__ import annotations

from collections.abc import Iterator
from math import prod

import numpy as np

__all__ = ["Box", "boxes", "keep_freed_memory", "lengths", "whole"]

Box = tuple[slice, ...]
"""A range along each axis."""


def keep_freed_memory() -> None:
    """Let the next tile find the memory of the last one.

    glibc gives a large array back to the system when it is freed, and for the next one every page comes back filled
    with zeros, which takes as long as a third of a convolution. It stops doing so up to the size of the largest array
    that was freed so far, 32 MiB at most; this one is never written to, and costs nothing.
    """
    np.empty(31 * 2**20, np.uint8)


def boxes(region: Box, limit: int) -> Iterator[Box]:
    """Yield boxes that cover a region once, each of at most `limit` elements (but at least of one).

    The last axes stay whole while they fit; the axis that does not fit is cut evenly; before it, one at a time. An
    empty region has no boxes.

    Examples
    --------
    >>> [(rows.start, columns.start, columns.stop) for rows, columns in boxes(whole(2, 5), 3)]
    [(0, 0, 3), (0, 3, 5), (1, 0, 3), (1, 3, 5)]
    """
    if 0 < prod(lengths(region)) <= limit or not region:
        yield region
        return
    *outer, last = region
    size = last.stop - last.start
    if size == 0:
        return
    step = _even_step(size, max(limit, 1))
    room = limit // size if step == size else 1  # an axis that is cut leaves no room before it
    for head in boxes(tuple(outer), room):
        for start in range(last.start, last.stop, step):
            yield (*head, slice(start, min(start + step, last.stop)))


def whole(*sizes: int) -> Box:
    """Return the region of a whole shape.

    Examples
    --------
    >>> whole(2, 3)
    (slice(0, 2, None), slice(0, 3, None))
    """
    return tuple(slice(0, size) for size in sizes)


def lengths(box: Box) -> tuple[int, ...]:
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
