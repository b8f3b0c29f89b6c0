"""The picture of the demo: photograph, one window, both steps, the gradient and the cost on one sheet."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import matplotlib.patheffects as effects
import numpy as np
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.patches import ConnectionPatch

import refconv

if TYPE_CHECKING:
    from examples import demo_layer as layer
    from examples import demo_photo as photo
    from examples import demo_window as window
else:
    import demo_layer as layer
    import demo_window as window

WIDTH, HEIGHT = 16.0, 10.0  # inches, at 100 pixels each
ROW = 4.72  # where the upper row stands
INK, PALE, BAR, DENSE = "#1A1A1A", "#555555", "#56B4E9", "#CCCCCC"


class PictureError(Exception):
    """A picture that cannot be written; the message is for the person who named it."""


class Scene(NamedTuple):
    """All that is drawn."""

    photo: photo.Photo
    dilation: int
    result: layer.Result
    at: tuple[int, int]
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
    _words(figure, scene)
    w, b = layer.W.depthwise, layer.W.b_depthwise
    z = refconv.depthwise_conv2d(scene.photo.x, w, b, padding="same", dilation=scene.dilation)
    _input(figure, scene, z)
    _stacks(figure, scene.found["receptive_fields"][1:])
    _depthwise(figure, z)
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
    look: dict[str, Any] = {"size": size, "color": INK} | style
    figure.text(x / WIDTH, y / HEIGHT, text, **look)


def _heading(figure: Figure, x: float, y: float, title: str, caption: str) -> None:
    _text(figure, x, y + 0.34, title, 13.5, weight="bold")
    _text(figure, x, y + 0.11, caption, color=PALE)


def _signed(axes: Axes, values: layer.Integers) -> None:
    """Draw a channel on its own scale, the same below and above zero."""
    limit = max(float(np.percentile(abs(values), 99.5)), 1.0)
    axes.imshow(values, cmap=window.SIGNED, vmin=-limit, vmax=limit)


def _words(figure: Figure, scene: Scene) -> None:
    """Write what this is, that it was checked, and what the colours mean."""
    height, width = layer.KERNEL
    _text(figure, 0.4, 9.53, "A depthwise-separable dilated convolution, there and back", 22, weight="bold")
    sentence = (
        f"{height} × {width} kernels with their taps {scene.dilation} pixels apart, on each colour by itself; then a "
        f"mixture at every pixel. {scene.compared:,} integers compared with other ways to compute them: all equal."
    )
    _text(figure, 0.4, 9.2, sentence, 12, color=PALE)
    colours = "Maps: orange is below zero, white is zero, purple is above, each on its own scale."
    _text(figure, 0.4, 0.2, f"{colours} Lines along their edges: the zeros around the photograph.", 9.5, color=PALE)
    _text(figure, WIDTH - 0.4, 0.2, scene.photo.credit, 9.5, color=PALE, ha="right")


def _input(figure: Figure, scene: Scene, z: layer.Integers) -> None:
    """Draw the photograph and one window on its pixels, with the sum that makes one value of z."""
    pixels, field = scene.photo.pixels, scene.found["receptive_fields"][0]
    size = pixels.shape[:2]
    whole, near = _panel(figure, 0.4, ROW, 3.3, 3.75), _panel(figure, 4.15, ROW, 3.75, 3.75)
    _heading(figure, 0.4, ROW + 3.75, "1  The photograph", f"{size[1]} × {size[0]} pixels in three colours")
    reach = " × ".join(map(str, field["size"]))
    _heading(figure, 4.15, ROW + 3.75, f"2  One window reads {field['read']} pixels", f"of its {reach} receptive field")
    whole.imshow(pixels)
    terms = window.zoom(near, pixels, scene.dilation, scene.at)
    index = layer.CHANNELS.index(window.CHANNEL) * layer.MULTIPLIER + list(layer.KERNELS).index(window.KERNEL)
    total = f"{z[0, index, *scene.at]:,}".replace("-", "−")
    _text(figure, 4.15, ROW - 0.22, f"{window.CHANNEL}:  {'  '.join(terms)}", 9.5)
    _text(
        figure,
        4.15,
        ROW - 0.42,
        f"plus bias {layer.W.b_depthwise[index]}  =  {total}, in map 3: {window.KERNEL}, {window.CHANNEL}",
        9.5,
    )
    small = window.region(scene.dilation, scene.at, size, window.MARGIN)
    window.outline(whole, small, 1.5)
    x, y = small.get_x() + small.get_width(), (small.get_y(), small.get_y() + small.get_height())
    for edge, corner in zip(y, (1, 0), strict=True):
        line = ConnectionPatch((x, edge), (0, corner), "data", "axes fraction", axesA=whole, axesB=near)
        line.set(color="white", linewidth=1)
        line.set_path_effects([effects.withStroke(linewidth=2.4, foreground=PALE)])
        figure.add_artist(line)


def _stacks(figure: Figure, fields: list[dict[str, Any]]) -> None:
    """Draw what three layers read, one after another."""
    _heading(figure, 8.35, ROW + 3.75, "Three layers", "white is never read")
    for field, y in zip(fields, (ROW + 2.2, ROW), strict=True):
        window.coverage(_panel(figure, 8.35, y, 1.55, 1.55), field["rates"])
        rates = ", ".join(map(str, field["rates"]))
        _text(figure, 8.35, y - 0.22, f"rates {rates}: {field['read']} of {field['of']}", 9.5)


def _depthwise(figure: Figure, z: layer.Integers) -> None:
    """Draw the six channels after the first step."""
    _heading(
        figure, 10.75, ROW + 3.75, "3  Depthwise: each colour by itself", "how much brighter it gets, across and down"
    )
    for index, channel in enumerate(z[0]):
        c, m = divmod(index, layer.MULTIPLIER)
        axes = _panel(figure, 10.75 + 1.63 * c, ROW + 1.92 * (1 - m), 1.57, 1.83)
        _signed(axes, channel)
        if c == 0:
            axes.set_ylabel(list(layer.KERNELS)[m], size=10.5, color=INK)
        if m == layer.MULTIPLIER - 1:
            axes.set_xlabel(layer.CHANNELS[c], size=10.5, color=INK)


def _outputs(figure: Figure, scene: Scene) -> None:
    """Draw three of the four results, and the gradient of the photograph."""
    _heading(figure, 0.4, 3.6, "4  Pointwise: the six maps mixed at every pixel", "three of the four results, y")
    _heading(figure, 8.35, 3.6, "5  Backward: dx", "how ½ Σ y² grows with the green pixels")
    for column, name in enumerate(("upright edges", "level edges", "red against green")):
        axes = _panel(figure, 0.4 + 2.58 * column, 0.75, 2.5, 2.85)
        _signed(axes, scene.result.y[0, list(layer.MIXTURES).index(name)])
        axes.set_xlabel(name, size=10.5, color=INK)
    green = layer.CHANNELS.index(window.CHANNEL)
    axes = _panel(figure, 8.35, 0.75, 2.5, 2.85)
    _signed(axes, scene.result.dx[0, green])


def _cost(figure: Figure, costs: dict[str, Any]) -> None:
    """Draw the multiplications of both layers against those of the dense convolution."""
    _heading(figure, 11.4, 3.6, "6  What it costs", "MACs as a share of the dense layer's")
    axes = _panel(figure, 11.4, 0.75, 4.2, 2.85)
    for top, name, cost in zip((0.0, 3.0), ("this layer", "the documents' layer"), costs.values(), strict=True):
        share = cost["separable"]["macs"] / cost["dense"]["macs"]
        axes.text(0, top + 0.35, f"{name}, {' → '.join(map(str, cost['channels']))} channels", va="center", size=11)
        for y, kind, length, color in ((1, "dense", 1.0, DENSE), (1.8, "separable", share, BAR)):
            axes.barh(top + y, length, 0.72, color=color)
            words = f"{kind}: {cost[kind]['macs']:,} MACs, {cost[kind]['parameters']:,} parameters"
            axes.text(0.02, top + y, words, va="center", size=10)
        axes.text(1, top + 1.8, f"{share:.1%}", va="center", ha="right", size=11, weight="bold")
    axes.set(xlim=(0, 1), ylim=(5.5, 0))
    axes.axis("off")
