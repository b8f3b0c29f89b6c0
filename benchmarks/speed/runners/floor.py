"""What NumPy takes for the least that has to be done.

For a convolution that is one matmul of the operands of im2col, ready-made and into memory ready-made; backward, both
dx's and dw's. For depthwise convolution and pooling, where memory is what takes the time, it is one copy of all that
is read and written: x and y; backward x, dy and dx.
"""

from __future__ import annotations

from math import prod
from typing import Any

import numpy as np

from benchmarks.speed.cases import Case
from benchmarks.speed.inputs import Inputs
from benchmarks.speed.runners import Work

__all__ = ["copies", "operands", "prepare", "share", "start"]

MOST_COLUMNS = 2**29
"""Bytes of columns; of a larger case a share is multiplied, and its time scaled."""

Shape = tuple[int, ...]

PRODUCTS = {
    ("conv", "forward"): ("w columns",),
    ("conv", "backward"): ("w.T y", "y columns.T"),
    ("conv_transpose", "forward"): ("w.T y",),
    ("conv_transpose", "backward"): ("w columns", "y columns.T"),
}
"""The matmuls. A transposed convolution is the adjoint of a convolution from its y to its x: here its x is called y."""


def start(threads: int) -> str:
    """Return NumPy's version; BLAS has its threads from the environment."""
    del threads
    return np.__version__


def operands(case: Case) -> dict[str, Shape]:
    """Return the shapes of the matmuls' operands: groups, then rows and columns.

    Examples
    --------
    >>> operands(Case("small", (2, 6, 5, 5), 4, 3, groups=2))
    {'w': (2, 2, 27), 'columns': (2, 27, 18), 'y': (2, 2, 18)}
    """
    narrow = case.x if case.op == "conv_transpose" else case.y
    places = narrow[0] * prod(narrow[2:])
    rows, terms = narrow[1] // case.groups, prod(case.w[1:])
    return {
        "w": (case.groups, rows, terms),
        "columns": (case.groups, terms, places),
        "y": (case.groups, rows, places),
    }


def copies(case: Case, direction: str) -> list[Shape]:
    """Return the shapes of what is copied where memory is the floor."""
    return [case.x, case.y] if direction == "forward" else [case.x, case.y, case.x]


def share(case: Case, itemsize: int) -> int:
    """Return into how many equal parts the columns are cut, of which one is multiplied."""
    return -(-prod(operands(case)["columns"]) * itemsize // MOST_COLUMNS)


def prepare(case: Case, kind: str, direction: str, given: Inputs) -> Work:
    """Return the matmuls, or the copies."""
    del given
    if case.is_depthwise or case.is_pool:
        pairs = [(np.ones(shape, kind), np.ones(shape, kind)) for shape in copies(case, direction)]

        def copy() -> None:
            for there, here in pairs:
                np.copyto(here, there)

        return Work(copy, None)
    parts = share(case, np.dtype(kind).itemsize)
    arrays: dict[str, Any] = {}
    for name, (groups, rows, columns) in operands(case).items():
        arrays[name] = np.ones((groups, rows, columns if name == "w" else columns // parts), kind)
        arrays[f"{name}.T"] = arrays[name].swapaxes(1, 2)
    products = [[arrays[name] for name in words.split()] for words in PRODUCTS[case.op, direction]]
    work = [(a, b, np.zeros((*a.shape[:2], b.shape[2]), kind)) for a, b in products]
    return Work(lambda: [np.matmul(a, b, out=out) for a, b, out in work], None, parts)
