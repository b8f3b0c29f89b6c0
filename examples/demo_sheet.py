"""The sheet of paper that the demo's picture is drawn on: places in inches, words, and maps with a sign."""

from __future__ import annotations

from typing import Any

import matplotlib.patheffects as effects
import numpy as np
from matplotlib import colormaps
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle
from numpy.typing import NDArray

WIDTH, HEIGHT = 16.0, 10.0  # inches, at 100 pixels each
UPPER, LOWER = 4.72, 0.75  # where the two rows stand
INK, PALE = "#1A1A1A", "#555555"
SMALL, LABEL = 9.5, 10.5  # points
SIGNED = colormaps["PuOr"]  # orange below zero, white at zero, purple above: told apart by everyone, and in print


def panel(figure: Figure, x: float, y: float, width: float, height: float) -> Axes:
    """Return an empty frame at this place, in inches from the lower left corner."""
    axes = figure.add_axes((x / WIDTH, y / HEIGHT, width / WIDTH, height / HEIGHT))
    axes.set(xticks=[], yticks=[], anchor="NW")
    return axes


def write(figure: Figure, x: float, y: float, words: str, size: float = LABEL, **style: Any) -> None:
    """Write at this place, in inches from the lower left corner."""
    look: dict[str, Any] = {"size": size, "color": INK} | style
    figure.text(x / WIDTH, y / HEIGHT, words, **look)


def heading(figure: Figure, x: float, y: float, title: str, caption: str) -> None:
    """Write a title and what to know about it above a panel whose upper edge is at y."""
    write(figure, x, y + 0.34, title, 13.5, weight="bold")
    write(figure, x, y + 0.11, caption, color=PALE)


def signed(axes: Axes, values: NDArray[Any]) -> None:
    """Draw a channel on its own scale, the same below and above zero."""
    limit = max(float(np.percentile(abs(values), 99.5)), 1.0)
    axes.imshow(values, cmap=SIGNED, vmin=-limit, vmax=limit)


def outline(axes: Axes, frame: Rectangle, width: float) -> None:
    """Draw a frame that shows on dark and on light pixels."""
    frame.set(fill=False, edgecolor="white", linewidth=width, zorder=4)
    frame.set_path_effects([effects.withStroke(linewidth=width + 2, foreground="black")])
    axes.add_patch(frame)
