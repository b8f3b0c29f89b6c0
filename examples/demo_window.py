"""Two panels of the demo's picture: one window's taps on the pixels they read, and what a stack of layers reads."""

from __future__ import annotations

from itertools import product
from typing import TYPE_CHECKING

import matplotlib.patheffects as effects
import numpy as np
from matplotlib.axes import Axes
from matplotlib.patches import Rectangle

from refconv.arithmetic import receptive_field

if TYPE_CHECKING:
    from examples import demo_checks as checks
    from examples import demo_layer as layer
else:
    import demo_checks as checks
    import demo_layer as layer

BELOW, ABOVE, ZERO = "#E69F00", "#56B4E9", "#BBBBBB"  # Okabe and Ito's orange and sky blue, told apart by everyone
KERNEL = "left to right"
CHANNEL = "green"
MARGIN = 3  # pixels shown around the receptive field


def zoom(axes: Axes, pixels: layer.Integers, dilation: int, at: tuple[int, int]) -> list[str]:
    """Draw the window `at` with its taps where they read; return its sum of weight times pixel, term by term."""
    plan = layer.dense_plan(pixels.shape[:2], dilation)
    regions = [receptive_field([axis]).region(i) for axis, i in zip(plan.axes, at, strict=True)]
    (top, bottom), (left, right) = regions
    axes.set_facecolor("#DDDDDD")  # the padding, where it shows
    axes.imshow(pixels)
    axes.set_xlim(left - MARGIN - 0.5, right + MARGIN + 0.5)
    axes.set_ylim(bottom + MARGIN + 0.5, top - MARGIN - 0.5)
    width = right - left + 2 * MARGIN + 1
    frame = Rectangle((left - 0.5, top - 0.5), right - left + 1, bottom - top + 1, fill=False)
    frame.set(edgecolor="white", linewidth=2.5, linestyle=(0, (4, 2)), zorder=4)
    frame.set_path_effects([effects.withStroke(linewidth=4.5, foreground="black")])
    axes.add_patch(frame)
    terms = []
    for tap in product(*map(range, layer.KERNEL)):
        row, column = (axis.read(i, m) for axis, i, m in zip(plan.axes, at, tap, strict=True))
        inside = 0 <= row < pixels.shape[0] and 0 <= column < pixels.shape[1]
        pixel = int(pixels[row, column, layer.CHANNELS.index(CHANNEL)]) if inside else 0
        weight = layer.KERNELS[KERNEL][tap[0]][tap[1]]
        _tap(axes, row, column, weight, size=max(170 / width, 8))
        if weight:
            terms.append(f"{weight:+d}×{pixel}".replace("-", "−"))
    return terms


def _tap(axes: Axes, row: int, column: int, weight: int, size: float) -> None:
    """Draw one tap as the square that it reads, with its weight."""
    color = ABOVE if weight > 0 else BELOW if weight < 0 else ZERO
    axes.add_patch(Rectangle((column - 0.5, row - 0.5), 1, 1, facecolor=color, edgecolor="black", lw=1.5, zorder=5))
    text = f"{weight:+d}".replace("-", "−") if weight else "0"
    axes.text(column, row, text, size=size, weight="bold", ha="center", va="center", zorder=6)


def coverage(axes: Axes, rates: list[int]) -> None:
    """Draw how often each pixel enters one output of a stack of layers; white is never."""
    seen = checks.reads(rates)
    axes.imshow(np.ma.masked_equal(seen, 0), cmap="cividis_r", vmin=0)
