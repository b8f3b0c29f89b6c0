"""Two panels of the demo's picture: one window's taps on the pixels they read, and what a stack of layers reads."""

from __future__ import annotations

from itertools import product
from typing import TYPE_CHECKING

import matplotlib.patheffects as effects
import numpy as np
from matplotlib import colormaps
from matplotlib.axes import Axes
from matplotlib.patches import Rectangle

from refconv.arithmetic import receptive_field

if TYPE_CHECKING:
    from examples import demo_checks as checks
    from examples import demo_layer as layer
else:
    import demo_checks as checks
    import demo_layer as layer

SIGNED = colormaps["PuOr"]  # orange below zero, white at zero, purple above: told apart by everyone, and in print
KERNEL = "left to right"
CHANNEL = "green"
MARGIN = 3  # pixels shown around the receptive field


def region(dilation: int, at: tuple[int, int], size: tuple[int, ...], margin: int = 0) -> Rectangle:
    """Return the outline of the receptive field of the window `at`, with a margin around it."""
    axes = layer.dense_plan(size, dilation).axes
    (top, bottom), (left, right) = (receptive_field([axis]).region(i) for axis, i in zip(axes, at, strict=True))
    corner = (left - margin - 0.5, top - margin - 0.5)
    return Rectangle(corner, right - left + 2 * margin + 1, bottom - top + 2 * margin + 1, fill=False)


def zoom(axes: Axes, pixels: layer.Integers, dilation: int, at: tuple[int, int]) -> list[str]:
    """Draw the window `at` with its taps where they read; return its sum of weight times pixel, term by term."""
    size = pixels.shape[:2]
    shown, frame = (region(dilation, at, size, margin) for margin in (MARGIN, 0))
    axes.set_facecolor("#DDDDDD")  # the padding, where it shows
    axes.imshow(pixels)
    axes.set(xlim=(shown.get_x(), shown.get_x() + shown.get_width()))
    axes.set(ylim=(shown.get_y() + shown.get_height(), shown.get_y()))
    outline(axes, frame, 3)
    terms = []
    for tap in product(*map(range, layer.KERNEL)):
        plan = layer.dense_plan(size, dilation)
        row, column = (axis.read(i, m) for axis, i, m in zip(plan.axes, at, tap, strict=True))
        inside = 0 <= row < size[0] and 0 <= column < size[1]
        pixel = int(pixels[row, column, layer.CHANNELS.index(CHANNEL)]) if inside else 0
        weight = layer.KERNELS[KERNEL][tap[0]][tap[1]]
        _tap(axes, row, column, weight, size=max(170 / shown.get_width(), 8))
        if weight:
            terms.append(f"{weight:+d}·{pixel}".replace("-", "−"))
    return terms


def outline(axes: Axes, frame: Rectangle, width: float) -> None:
    """Draw a frame that shows on dark and on light pixels."""
    frame.set(edgecolor="white", linewidth=width, zorder=4)
    frame.set_path_effects([effects.withStroke(linewidth=width + 2, foreground="black")])
    axes.add_patch(frame)


def _tap(axes: Axes, row: int, column: int, weight: int, size: float) -> None:
    """Draw one tap as the square that it reads, with its weight."""
    color = SIGNED(0.88 if weight > 0 else 0.22 if weight < 0 else 0.5)
    axes.add_patch(Rectangle((column - 0.5, row - 0.5), 1, 1, facecolor=color, edgecolor="black", lw=1.5, zorder=5))
    text = f"{weight:+d}".replace("-", "−") if weight else "0"
    ink = "white" if weight > 0 else "black"
    axes.text(column, row, text, color=ink, size=size, weight="bold", ha="center", va="center", zorder=6)


def coverage(axes: Axes, rates: list[int]) -> None:
    """Draw how often each pixel enters one output of a stack of layers; white is never."""
    seen = checks.reads(rates)
    axes.imshow(np.ma.masked_equal(seen, 0), cmap="cividis_r", vmin=0)
