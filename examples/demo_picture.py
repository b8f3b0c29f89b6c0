"""The picture of the demo: photograph, one window, both steps, the gradient and the cost on one sheet."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import matplotlib as mpl
import numpy as np

mpl.use("Agg")

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

import refconv

if TYPE_CHECKING:
    from examples import demo_layer as layer
    from examples import demo_photo as photo
    from examples import demo_window as window
else:
    import demo_layer as layer
    import demo_window as window

WIDTH, HEIGHT = 16.0, 10.0  # inches, at 100 pixels each
INK, PALE = "#222222", "#666666"


class PictureError(Exception):
    """A picture that cannot be written; the message is for the person who named it."""


class Scene(NamedTuple):
    """All that is drawn."""

    photo: photo.Photo
    dilation: int
    result: layer.Result
    at: tuple[int, int]
    part: tuple[slice, ...]
    found: dict[str, Any]
    compared: int


def writable(path: Path) -> Path:
    """Return the path of the picture once its folder exists and its ending is one that can be drawn."""
    endings = Figure().canvas.get_supported_filetypes()
    if path.suffix.lower().lstrip(".") not in endings:
        raise PictureError(f"--out {path}: its ending must be one of {', '.join(sorted(endings))}.")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise PictureError(f"--out {path}: its folder cannot be made: {error.strerror}.") from None
    return path


def draw(path: Path, scene: Scene) -> None:
    """Draw the scene and write it."""
    figure = Figure(figsize=(WIDTH, HEIGHT), dpi=100, facecolor="white")
    z = refconv.depthwise_conv2d(
        scene.photo.x, layer.W.depthwise, layer.W.b_depthwise, padding="same", dilation=scene.dilation
    )
    _title(figure, scene)
    _photograph(_panel(figure, 0.4, 4.85, 3.45, 3.75), scene)
    window.zoom(_panel(figure, 4.3, 4.85, 3.75, 3.75), scene.photo, scene.dilation, scene.at, z)
    for row, rates in enumerate(window.STACKS):
        window.coverage(_panel(figure, 8.6, 6.95 - 2.1 * row, 1.4, 1.4), rates)
    for c, channel in enumerate(layer.CHANNELS):
        for m, kernel in enumerate(layer.KERNELS):
            axes = _panel(figure, 10.7 + 1.65 * c, 6.8 - 1.95 * m, 1.6, 1.85)
            signed(axes, z[0, c * layer.MULTIPLIER + m])
    for o, name in zip((0, 1, 3), ("upright edges", "level edges", "red against green"), strict=True):
        axes = _panel(figure, 0.4 + 2.85 * (o if o < 3 else 2), 0.6, 2.75, 3.2)
        signed(axes, scene.result.y[0, o])
        axes.set_title(name)
    signed(_panel(figure, 0.4 + 2.85 * 3, 0.6, 2.75, 3.2), scene.result.dx[0, 1])
    _cost(_panel(figure, 12.6, 0.6, 3.0, 3.2), scene)
    figure.savefig(path)


def _panel(figure: Figure, x: float, y: float, width: float, height: float) -> Axes:
    """Return an empty frame at this place, in inches from the lower left corner."""
    axes = figure.add_axes((x / WIDTH, y / HEIGHT, width / WIDTH, height / HEIGHT))
    axes.set_xticks([])
    axes.set_yticks([])
    axes.set_anchor("NW")
    return axes


def signed(axes: Axes, values: layer.Integers) -> None:
    limit = max(float(np.percentile(abs(values), 99.5)), 1.0)
    axes.imshow(values, cmap="PuOr", vmin=-limit, vmax=limit)


def _title(figure: Figure, scene: Scene) -> None:
    figure.text(0.025, 0.95, "One depthwise-separable dilated convolution, from pixels to gradient", fontsize=21)


def _photograph(axes: Axes, scene: Scene) -> None:
    axes.imshow(scene.photo.pixels)


def _cost(axes: Axes, scene: Scene) -> None:
    pass
