"""The tap grid: where the taps of a kernel stand within its span."""

from __future__ import annotations

from typing import Any

from explorer.state import Layer
from refconv.arithmetic.sizes import effective_kernel_size, read_position

__all__ = ["picture"]

MOST = 129
"""Cells along a side that are drawn."""


def picture(layer: Layer) -> dict[str, Any]:
    """Return the span and the positions of the taps within it.

    Examples
    --------
    >>> picture(Layer("conv", k=3, d=2))["positions"]
    [0, 2, 4]
    """
    span = effective_kernel_size(layer.k, layer.d)
    positions = [read_position(0, m, d=layer.d) for m in range(layer.k)]
    shown, many = min(span, MOST), layer.k * layer.k
    return {
        "title": f"{many} tap{'s' * (many != 1)} in a span of {span} x {span}, {layer.d} from one to the next.",
        "cut": None if span <= MOST else f"The first {MOST} of {span} cells.",
        "k": layer.k,
        "d": layer.d,
        "span": shown,
        "positions": [q for q in positions if q < shown],
    }
