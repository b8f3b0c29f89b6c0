"""The picture of the demo: photograph, one window, both steps, the gradient and the cost on one sheet."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

import refconv

if TYPE_CHECKING:
    from examples import demo_layer as layer
    from examples import demo_photo as photo
    from examples import demo_sheet as sheet
    from examples import demo_window as window
else:
    import demo_layer as layer
    import demo_sheet as sheet
    import demo_window as window

SKY, GREY = "#56B4E9", "#CCCCCC"
SHOWN = ("upright edges", "level edges", "red against green")


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
    figure = Figure(figsize=(sheet.WIDTH, sheet.HEIGHT), dpi=100, facecolor="white")
    w, b = layer.W.depthwise, layer.W.b_depthwise
    z = refconv.depthwise_conv2d(scene.photo.x, w, b, padding="same", dilation=scene.dilation)
    _words(figure, scene)
    window.draw_input(figure, scene.photo.pixels, scene.dilation, scene.at, z)
    window.draw_stacks(figure, scene.found["receptive_fields"][1:])
    _depthwise(figure, z)
    _outputs(figure, scene.result)
    _cost(figure, scene.found["costs"])
    try:
        figure.savefig(path)
    except OSError as error:
        raise PictureError(f"{path} cannot be written: {error.strerror}.") from None


def _words(figure: Figure, scene: Scene) -> None:
    """Write what this is, that it was checked, and what the colours mean."""
    height, width = layer.KERNEL
    sheet.write(figure, 0.4, 9.53, "A depthwise-separable dilated convolution, there and back", 22, weight="bold")
    sentence = (
        f"{height} × {width} kernels with their taps {scene.dilation} pixels apart, on each colour by itself; then a "
        f"mixture at every pixel. {scene.compared:,} values compared with other ways to compute them: all equal."
    )
    sheet.write(figure, 0.4, 9.2, sentence, 12, color=sheet.PALE)
    colours = "Maps: orange is below zero, white is zero, purple is above, each on its own scale."
    edges = "Lines along their edges: the zeros around the photograph."
    sheet.write(figure, 0.4, 0.2, f"{colours} {edges}", sheet.SMALL, color=sheet.PALE)
    sheet.write(figure, sheet.WIDTH - 0.4, 0.2, scene.photo.credit, sheet.SMALL, color=sheet.PALE, ha="right")


def _depthwise(figure: Figure, z: layer.Integers) -> None:
    """Draw the channels after the first step."""
    title, caption = "3  Depthwise: each colour by itself", "how much brighter it gets, across and down"
    sheet.heading(figure, 10.75, sheet.UPPER + window.SIDE, title, caption)
    for index, channel in enumerate(z[0]):
        c, m = divmod(index, layer.MULTIPLIER)
        axes = sheet.panel(figure, 10.75 + 1.63 * c, sheet.UPPER + 1.92 * (1 - m), 1.57, 1.83)
        sheet.signed(axes, channel)
        if c == 0:
            axes.set_ylabel(list(layer.KERNELS)[m], size=sheet.LABEL, color=sheet.INK)
        if m == layer.MULTIPLIER - 1:
            axes.set_xlabel(layer.CHANNELS[c], size=sheet.LABEL, color=sheet.INK)


def _outputs(figure: Figure, result: layer.Result) -> None:
    """Draw three of the four results, and the gradient of the photograph."""
    sheet.heading(figure, 0.4, 3.6, "4  Pointwise: the six maps mixed at every pixel", "three of the four results, y")
    sheet.heading(figure, 8.35, 3.6, "5  Backward: dx", "the gradient of ½ Σ y²")
    maps = {name: result.y[0, list(layer.MIXTURES).index(name)] for name in SHOWN}
    maps["for the green pixels"] = result.dx[0, layer.CHANNELS.index("green")]
    for x, (name, values) in zip((0.4, 2.98, 5.56, 8.35), maps.items(), strict=True):
        axes = sheet.panel(figure, x, sheet.LOWER, 2.5, 2.85)
        sheet.signed(axes, values)
        axes.set_xlabel(name, size=sheet.LABEL, color=sheet.INK)


def _cost(figure: Figure, costs: dict[str, Any]) -> None:
    """Draw the multiplications of both layers against those of the dense convolution."""
    sheet.heading(figure, 11.4, 3.6, "6  What it costs", "MACs as a share of the dense layer's")
    axes = sheet.panel(figure, 11.4, sheet.LOWER, 4.2, 2.85)
    for top, name, cost in zip((0.0, 3.0), ("this layer", "the tutorial's layer"), costs.values(), strict=True):
        share = cost["separable"]["macs"] / cost["dense"]["macs"]
        axes.text(0, top + 0.35, f"{name}, {' → '.join(map(str, cost['channels']))} channels", va="center", size=11)
        for y, kind, length, color in ((1.0, "dense", 1.0, GREY), (1.8, "separable", share, SKY)):
            axes.barh(top + y, length, 0.72, color=color)
            words = f"{kind}: {cost[kind]['macs']:,} MACs, {cost[kind]['parameters']:,} parameters"
            axes.text(0.02, top + y, words, va="center", size=10)
        axes.text(1, top + 1.8, f"{share:.1%}", va="center", ha="right", size=11, weight="bold")
    axes.set(xlim=(0, 1), ylim=(5.5, 0))
    axes.axis("off")
