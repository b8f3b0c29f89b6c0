"""What the derivations share: the symbols of one axis, and the definition written out as a list."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from refconv.arithmetic import Axis
from refconv.symbolic.symbols import symbol

__all__ = ["AXIS", "DUMOULIN_VISIN", "fits", "link", "symbols", "triples", "windows"]


def symbols(names: str) -> tuple[Any, ...]:
    """Return the symbols of these names.

    Examples
    --------
    >>> symbols("n k")
    (n, k)
    """
    return tuple(symbol(name) for name in names.split())


AXIS = Axis(*symbols("n k s d lo hi"))
"""One axis whose every number is a symbol."""

DUMOULIN_VISIN = "V. Dumoulin and F. Visin, *A guide to convolution arithmetic for deep learning*, arXiv:1603.07285"


def link(name: str) -> str:
    """Return a Markdown link to the page of another derivation.

    Examples
    --------
    >>> link("output_size")
    '[output_size](output_size.md)'
    """
    return f"[{name}]({name}.md)"


def fits(axis: Axis) -> bool:
    """Return whether the kernel fits in the padded input at all."""
    return bool(axis.span <= axis.padded and axis.n + min(axis.lo, 0) + min(axis.hi, 0) > 0)


def windows(axis: Axis) -> int:
    """Count the windows whose last tap still lies in the padded input, one after another."""
    count = 0
    while axis.read(count, axis.k - 1) <= axis.n + axis.hi - 1:
        count += 1
    return count


def triples(axis: Axis) -> Iterator[tuple[int, int, int]]:
    """Yield window, tap and the position read, wherever that is on the input: the definition as a list."""
    for i in range(windows(axis)):
        for m in range(axis.k):
            q = axis.read(i, m)
            if 0 <= q < axis.n:
                yield i, m, q
