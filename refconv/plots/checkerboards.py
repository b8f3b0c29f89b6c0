"""The checkerboard of a transposed convolution: how often each output is written."""

from __future__ import annotations

from math import gcd
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.ticker import MaxNLocator

from refconv.arithmetic.coverage import read_counts
from refconv.arithmetic.geometry import Axis, transposed_axis
from refconv.arithmetic.integers import ceil_div
from refconv.arithmetic.per_axis import integer
from refconv.errors import ArgumentError
from refconv.plots.gridding import READ
from refconv.plots.style import GREY, HOLE, INK, OUTPUT, PAPER, SMALL, Drawing, in_style

__all__ = ["draw_checkerboard"]

MOST = 64
"""Outputs along an axis that are still drawn."""


@in_style
def draw_checkerboard(kernel_size: int, stride: int, *, dilation: int = 1, n: int = 8) -> Drawing:
    """Draw how many inputs each output of a transposed convolution sums: along one axis, and along two.

    Parameters
    ----------
    kernel_size : int
        Taps of the kernel, along H and along W.
    stride : int
        Steps between the inputs, in output samples.
    dilation : int
        Distance between the taps, in output samples.
    n : int
        Input size, along H and along W.

    Returns
    -------
    Drawing
        Its ``shown`` has `along`, the counts along one axis, `map`, those along two, and `even`, whether all outputs
        away from the border are written equally often.

    Examples
    --------
    >>> drawing = draw_checkerboard(3, 2, n=3)
    >>> drawing.shown["along"], drawing.shown["even"]
    ((1, 1, 2, 1, 2, 1, 1), False)
    >>> draw_checkerboard(4, 2, dilation=2, n=3).shown["along"]
    (1, 0, 2, 0, 3, 0, 3, 0, 2, 0, 1)
    """
    op = "draw_checkerboard"
    k, s, d = (
        integer(op, name, value, 1)
        for name, value in (("kernel_size", kernel_size), ("stride", stride), ("dilation", dilation))
    )
    axis = transposed_axis(integer(op, "n", n, 1), k, s, d)
    if axis.n > MOST:
        raise ArgumentError(op, f"{axis.n} outputs along an axis are too many to be seen.", fix="Take a smaller n.")
    along = read_counts(axis)
    counts = np.multiply.outer(along, along)
    inner = _inner(k, s, d)
    even = len(inner) == 1
    drawing = Drawing(8.0, 4.2)
    wide = drawing.add_axes((0.075, 0.13, 0.42, 0.66))
    square = drawing.add_axes((0.57, 0.05, 0.4, 0.76))
    _bars(wide, along)
    _map(square, counts)
    verdict = "even, away from the border" if even else f"uneven: {', '.join(map(str, inner))} inputs in turn"
    dilated = f", dilation {d}" if d > 1 else ""
    drawing.text(0.015, 0.94, f"Kernel {k}, stride {s}{dilated}: {verdict}", fontsize=11, fontweight="bold")
    divides = "is" if k % s == 0 else "is not"
    common = f", and dilation and stride share the factor {gcd(d, s)}" if gcd(d, s) > 1 else ""
    line = f"{axis.out} in, {axis.n} out along an axis; the kernel size {divides} a multiple of the stride{common}"
    drawing.text(0.015, 0.885, line, fontsize=SMALL, color=GREY)
    drawing.shown |= {"along": along, "map": counts, "even": even}
    return drawing


def _inner(k: int, s: int, d: int) -> list[int]:
    """Return which counts there are away from the border: of an input so large that a whole period is."""
    span = Axis(1, k, 1, d).span
    axis = transposed_axis(2 * span, k, min(s, span + 1), d)  # kernels that are apart leave gaps, however far
    return sorted(set(read_counts(axis)[span - 1 : axis.n - span + 1]))


def _bars(ax: Axes, along: tuple[int, ...]) -> None:
    ax.bar(range(len(along)), along, color=OUTPUT, edgecolor=PAPER, width=0.9)
    for place, count in enumerate(along):
        if count == 0:
            ax.plot(place, 0.03 * max(along), marker="x", color=HOLE)
    ax.set_xlabel("output position")
    ax.set_ylabel("inputs summed")
    ax.set_xticks(range(0, len(along), ceil_div(len(along), 9)))
    ax.yaxis.set_major_locator(MaxNLocator(integer=True, nbins=5))
    ax.set_xlim(-0.7, len(along) - 0.3)


def _map(ax: Axes, counts: Any) -> None:
    size = len(counts)
    image = np.ma.masked_equal(counts, 0)
    ax.imshow(image, cmap=READ, vmin=0, vmax=max(counts.max(), 2), interpolation="nearest", aspect="equal")
    ax.set_xticks([])
    ax.set_yticks([])
    for spine in ax.spines.values():
        spine.set_visible(True)
        spine.set_color(INK)
    if size <= (17 if counts.max() < 10 else 12):
        for (row, column), count in np.ndenumerate(counts):
            dark = count > 0.45 * counts.max()
            ax.text(column, row, str(count), ha="center", va="center", fontsize=SMALL, color=PAPER if dark else INK)
