"""The picture of the demo: photograph, one window, both steps, the gradient and the cost on one sheet."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.patches import ConnectionPatch, Rectangle

import refconv

if TYPE_CHECKING:
    from examples import demo_layer as layer
    from examples import demo_photo as photo
    from examples import demo_window as window
else:
    import demo_layer as layer
    import demo_window as window

WIDTH, HEIGHT = 16.0, 10.0  # inches, at 100 pixels each
INK, PALE, BAR, DENSE = "#1A1A1A", "#555555", "#0072B2", "#BBBBBB"
SIGNED = "PuOr"  # orange below zero, white at zero, purple above: told apart by everyone, and in print


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
    endings = FigureCanvasAgg.get_supported_filetypes()
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
    _title(figure, scene)
    _input(figure, scene)
    _depthwise(figure, scene)
    _outputs(figure, scene)
    _cost(figure, scene.found["costs"])
    try:
        figure.savefig(path)
    except OSError as error:
        raise PictureError(f"{path} cannot be written: {error.strerror}.") from None


def _panel(figure: Figure, x: float, y: float, width: float, height: float) -> Axes:
    """Return an empty frame at this place, in inches from the lower left corner."""
    axes = figure.add_axes((x / WIDTH, y / HEIGHT, width / WIDTH, height / HEIGHT))
    axes.set(xticks=[], yticks=[], anchor="NW")
    return axes


def _text(figure: Figure, x: float, y: float, text: str, size: float = 10.5, **style: Any) -> None:
    """Write at this place, in inches from the lower left corner."""
    figure.text(x / WIDTH, y / HEIGHT, text, **{"size": size, "color": INK, "va": "baseline"} | style)


def _heading(figure: Figure, x: float, y: float, title: str, caption: str) -> None:
    _text(figure, x, y + 0.34, title, 13.5, weight="bold")
    _text(figure, x, y + 0.11, caption, color=PALE)


def _signed(axes: Axes, values: layer.Integers) -> None:
    """Draw a channel on its own scale, the same below and above zero."""
    limit = max(float(np.percentile(abs(values), 99.5)), 1.0)
    axes.imshow(values, cmap=SIGNED, vmin=-limit, vmax=limit)


def _title(figure: Figure, scene: Scene) -> None:
    """Write what this is, and that it was checked."""
    d, (height, width) = scene.dilation, layer.KERNEL
    _text(figure, 0.4, 9.48, "A depthwise-separable dilated convolution, there and back", 22, weight="bold")
    sentence = (
        f"First each colour by itself through {height} × {width} kernels whose taps stand {d} apart, then a mixture of "
        f"the colours at each pixel. {scene.compared:,} whole numbers were compared with other ways of computing them: "
        "all equal."
    )
    _text(figure, 0.4, 9.16, sentence, 11.5, color=PALE)


def _input(figure: Figure, scene: Scene) -> None:
    """Draw the photograph, one window on its pixels, and what stacks of such layers read."""
    pixels, dilation = scene.photo.pixels, scene.dilation
    field = scene.found["receptive_fields"][0]
    whole = _panel(figure, 0.4, 4.75, 3.3, 3.75)
    whole.imshow(pixels)
    rows, columns = scene.part
    box = Rectangle((columns.start, rows.start), columns.stop - columns.start, rows.stop - rows.start, fill=False)
    box.set(edgecolor="white", linewidth=2)
    whole.add_patch(box)
    _heading(figure, 0.4, 8.5, "1  The photograph", f"{pixels.shape[1]} × {pixels.shape[0]} pixels, 3 colours")

    near = _panel(figure, 4.15, 4.75, 3.75, 3.75)
    terms = window.zoom(near, pixels, dilation, scene.at)
    read, of = field["read"], " × ".join(map(str, field["size"]))
    _heading(figure, 4.15, 8.5, f"2  One window: {read} taps", f"they reach over {of} pixels, the receptive field")
    _text(figure, 4.15, 4.5, " ".join(terms), 9)
    for row, stack in enumerate(scene.found["receptive_fields"][1:]):
        y = 6.9 - 2.15 * row
        window.coverage(_panel(figure, 8.35, y, 1.55, 1.55), stack["rates"])
        _text(figure, 8.35, y - 0.2, f"rates {stack['rates']}", 9)
    arrow = ConnectionPatch(scene.at[::-1], (0, 0.5), "data", "axes fraction", axesA=whole, axesB=near)
    arrow.set(color=INK, linewidth=1.2, arrowstyle="->")
    figure.add_artist(arrow)


def _depthwise(figure: Figure, scene: Scene) -> None:
    z = refconv.depthwise_conv2d(
        scene.photo.x, layer.W.depthwise, layer.W.b_depthwise, padding="same", dilation=scene.dilation
    )
    _heading(figure, 10.6, 8.5, "3  Depthwise: each colour by itself", "two kernels each")
    for c, _channel in enumerate(layer.CHANNELS):
        for m, _kernel in enumerate(layer.KERNELS):
            axes = _panel(figure, 10.6 + 1.68 * c, 6.67 - 1.92 * m, 1.62, 1.83)
            _signed(axes, z[0, c * layer.MULTIPLIER + m])


def _outputs(figure: Figure, scene: Scene) -> None:
    for column, name in enumerate(("upright edges", "level edges", "red against green")):
        axes = _panel(figure, 0.4 + 2.9 * column, 0.5, 2.8, 3.2)
        _signed(axes, scene.result.y[0, list(layer.MIXTURES).index(name)])
    _signed(_panel(figure, 0.4 + 2.9 * 3, 0.5, 2.8, 3.2), scene.result.dx[0, 1])


def _cost(figure: Figure, costs: dict[str, Any]) -> None:
    axes = _panel(figure, 12.6, 0.6, 3.0, 3.2)
