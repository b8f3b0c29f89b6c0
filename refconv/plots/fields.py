"""The receptive field of a unit, drawn over a photograph: its box, and exactly the pixels that are read."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from textwrap import wrap
from typing import Any

import matplotlib.patheffects as effects
import numpy as np
from matplotlib.axes import Axes
from matplotlib.patches import Rectangle
from numpy.typing import ArrayLike, NDArray

from refconv.arithmetic import receptive_field
from refconv.arithmetic.integers import product
from refconv.arithmetic.per_axis import entries, integer, real
from refconv.arithmetic.supports import Support, support
from refconv.errors import ArgumentError
from refconv.networks import NodeField, Resolved, receptive_fields
from refconv.networks.fields import graph_nodes
from refconv.ops.elements import check_numeric
from refconv.plots.given import NetworkLike, resolved, stack_in
from refconv.plots.photos import photo as shipped
from refconv.plots.style import BLUE, GREY, HATCH, INK, ORANGE, PADDING, Drawing, in_style

__all__ = ["draw_field", "node_names", "unit_at", "unit_in_middle"]

_FADE = 0.22
"""What is left of the contrast of pixels that are not read."""

_DASHES = ("-", "--", "-.", ":")
_ZOOM = 32

_LEAST = 4.6
"""The width of a drawing, at least, in inches: the words below a small photograph need it."""

_LETTERS = (0.088, 0.08, 0.073)
"""The width of a letter of the title, and of the two lines below, in inches."""

_LABEL = 0.24
"""The height of a box's label, in inches."""


@dataclass(frozen=True)
class _Unit:
    """One unit of a node, and its field on the input."""

    field: NodeField
    at: tuple[int, ...]
    region: tuple[tuple[int, int], ...]

    @property
    def name(self) -> str:
        return self.field.layer.node.name

    @property
    def centre(self) -> tuple[float, ...]:
        return tuple((first + last) / 2 for first, last in self.region)


@in_style
def draw_field(
    network: NetworkLike,
    node: str | Sequence[str] | None = None,
    *,
    at: Sequence[int] | None = None,
    photo: ArrayLike | None = None,
    title: str | None = None,
    width: float = 5.0,
) -> Drawing:
    """Draw the receptive field of one unit of a network over a photograph.

    The box is the field. Pixels that the unit reads keep their colours, all others are faded: so holes are seen, and
    where the box leaves the photograph it is padding that is read.

    Parameters
    ----------
    network : str, Network, Resolved or stack of layers
        A network of two axes; a stack is a list such as ``[(3, 1, 1), (3, 1, 2)]`` of kernel size, stride and dilation.
    node : str or sequence of str, optional
        The layer; by default the last that has more than one position. Of several the boxes are drawn, about the same
        place, and the pixels of the last.
    at : (int, int), optional
        Which unit of the (last) layer; by default the one in the middle.
    photo : array of shape (H, W, 3), optional
        The photograph, 0 to 255, or 0 to 1 in floats; the network is resolved for its size. By default
        `refconv.plots.photo` at the network's own.
    title : str, optional
        Above, in several lines where it is long; by default network, layer and unit.
    width : float
        Of the photograph, in inches.

    Returns
    -------
    Drawing
        `shown` has `node`, `at`, `size`, `jump`, `region` (first and last pixel along each axis), `read` (how many
        pixels of the photograph), `holes` (how many between them that are not) and the `support` itself.

    Examples
    --------
    >>> drawing = draw_field([(3, 1, 2), (3, 1, 2), (3, 1, 2)], at=(10, 10))
    >>> [drawing.shown[key] for key in ("size", "region", "read", "holes")]
    [(13, 13), ((4, 16), (4, 16)), 49, 120]
    """
    real("draw_field", "width", width, 0.5, 60, fix="Give inches, such as 5.0.")
    pixels = None if photo is None else _bytes(check_numeric("draw_field", "photo", photo))
    sized = _sized(network, pixels)
    if pixels is None:
        height, across = sized.network.input[1:]
        pixels = shipped((int(height), int(across)))
    fields = {field.layer.node.name: field for field in receptive_fields(sized)}
    names = node_names("draw_field", sized, node, fields)
    last = unit_in_middle(fields[names[-1]]) if at is None else unit_at(fields[names[-1]], at)
    units = [_nearest(fields[name], last.centre) for name in names[:-1]] + [last]
    read = support(graph_nodes(sized, gates=False), last.name, [last.at], source="input")
    unit = str(last.at).replace(" ", "\N{NO-BREAK SPACE}")
    heading = title or f"{sized.network.name}: {last.name}, unit {unit}"
    numbers = _numbers(last, read)
    words = (heading, *_words(sized, last, numbers))
    drawing, main, side = _sheet(units, pixels.shape, width, words, zoomed=_wants_zoom(read, last))
    _photograph(main, pixels, read)
    _boxes(main, units)
    if side is not None:
        _detail(side, main, pixels, read, last)
    drawing.shown = numbers
    return drawing


def unit_in_middle(field: NodeField) -> _Unit:
    """Return the unit of a layer at the middle of its positions."""
    shape = field.layer.shape or ()
    return unit_at(field, [n // 2 for n in shape[1:]])


def unit_at(field: NodeField, at: Sequence[int]) -> _Unit:
    """Return the unit of a layer at this position; ArgumentError where there is none."""
    layer = field.layer
    shape = layer.shape or ()
    sizes = tuple(int(n) for n in shape[1:])
    if field.axes is None or len(sizes) != len(field.axes) or any(axis.region(0) is None for axis in field.axes):
        problem = f"{layer.node.name} has no receptive field of its own."
        raise ArgumentError("draw_field", problem, fix="Take a layer before it.")
    listed = entries(at)
    if listed is None:
        raise ArgumentError("draw_field", f"at is {at!r}.", fix="Give a number for each axis, such as (0, 0).")
    position = tuple(integer("draw_field", "at", i) for i in listed)
    if len(position) != len(sizes) or not all(0 <= i < n for i, n in zip(position, sizes, strict=False)):
        problem = f"{layer.node.name} has {' x '.join(map(str, sizes))} positions, {position} is none of them."
        raise ArgumentError("draw_field", problem, fix="Count from 0.")
    regions = [axis.region(i) for axis, i in zip(field.axes, position, strict=True)]
    region = tuple((int(first), int(last)) for first, last in filter(None, regions))
    if len(region) < len(regions):
        raise ArgumentError("draw_field", f"unit {position} of {layer.node.name} reads nothing.", fix="Take another.")
    return _Unit(field, position, region)


def _nearest(field: NodeField, centre: tuple[float, ...]) -> _Unit:
    """Return the unit of a layer whose field lies nearest to a place."""
    middle = unit_in_middle(field)
    jumps = [float(axis.jump) for axis in field.axes or ()]
    sizes = [int(n) for n in (field.layer.shape or ())[1:]]
    moved = [
        i + round((wanted - here) / jump)
        for i, here, wanted, jump in zip(middle.at, middle.centre, centre, jumps, strict=True)
    ]
    return unit_at(field, [min(max(i, 0), n - 1) for i, n in zip(moved, sizes, strict=True)])


def _sized(network: NetworkLike, pixels: NDArray[Any] | None) -> Resolved:
    if pixels is not None:
        if pixels.ndim != 3:
            raise ArgumentError("draw_field", f"the photograph has the shape {pixels.shape}.", fix="Give (H, W, 3).")
        sized = resolved(network, pixels.shape[:2])
    elif (stack := stack_in(network)) is not None:
        field = receptive_field(stack)
        sized = resolved(network, (max(21, field.size + field.size // 2),) * 2)
    else:
        sized = resolved(network)
    if len(sized.network.input) != 3:
        problem = f"{sized.network.name} has {len(sized.network.input) - 1} axes, a photograph two."
        raise ArgumentError("draw_field", problem, fix="Take draw_coverage or draw_field_growth for it.")
    return sized


def node_names(op: str, sized: Resolved, node: str | Sequence[str] | None, fields: dict[str, NodeField]) -> list[str]:
    """Return the layers that are asked for; by default the last one that has more than one position."""
    if node is None:
        wide = [layer.node.name for layer in sized.layers if max((layer.shape or ())[1:], default=1) > 1]
        return wide[-1:] or [sized.layers[-1].node.name]
    names = [node] if isinstance(node, str) else entries(node) or []
    unknown = [name for name in names if name not in fields]
    if unknown or not names:
        problem = f"{sized.network.name} has no layer {', '.join(map(repr, unknown)) or 'of no name'}."
        raise ArgumentError(op, problem, fix="layer_table(network) has all their names.")
    return names


def _numbers(unit: _Unit, read: Support) -> dict[str, Any]:
    axes = unit.field.axes or ()
    return {
        "node": unit.name,
        "at": unit.at,
        "size": tuple(last - first + 1 for first, last in unit.region),
        "jump": tuple(axis.jump for axis in axes),
        "region": unit.region,
        "read": len(read),
        "holes": read.holes,
        "support": read,
    }


def _wants_zoom(read: Support, unit: _Unit) -> bool:
    return read.holes > 0 and min(last - first + 1 for first, last in unit.region) > 2 * _ZOOM


def _sheet(
    units: Sequence[_Unit], shape: Sequence[int], width: float, words: tuple[str, str, str], *, zoomed: bool
) -> tuple[Drawing, Axes, Axes | None]:
    """Return a drawing with its title and what is said below, and axes that hold the photograph and all boxes."""
    spans = []
    for axis in (0, 1):
        low = min(0, *(unit.region[axis][0] for unit in units)) - 0.5
        high = max(shape[axis], *(unit.region[axis][1] + 1 for unit in units)) - 0.5
        margin = 0.02 * (high - low)
        spans.append((low - margin, high + margin))
    (upper, lower), (left, right) = spans
    height = width * (lower - upper) / (right - left)
    shrunk = min(1.0, 6.0 / height)
    width, height = width * shrunk, height * shrunk
    wide = max(0.15 + width + 0.15 + (3.1 if zoomed else 0), _LEAST)
    title, field, reads = (
        wrap(text, int((wide - 0.25) / letter)) for text, letter in zip(words, _LETTERS, strict=True)
    )
    top, bottom = 0.2 + 0.18 * len(title), 0.19 + 0.23 * len(field) + 0.2 * len(reads)
    total = (wide, top + height + bottom)
    drawing = Drawing(*total)
    said: list[tuple[float, str, list[str], dict[str, Any]]] = [
        (total[1] - 0.12, "top", title, {"size": 11, "weight": "bold"}),
        (0.17 + 0.2 * len(reads), "bottom", field, {}),
        (0.14, "bottom", reads, {"color": GREY, "size": 9.5}),
    ]
    for y, va, lines, how in said:
        drawing.text(0.15 / wide, y / total[1], "\n".join(lines), va=va, linespacing=1.15, **how)
    main = drawing.add_axes((0.15 / total[0], bottom / total[1], width / total[0], height / total[1]))
    main.set(xlim=(left, right), ylim=(lower, upper))
    side = None
    if zoomed:
        room = min(2.8, height - 0.3)
        at = ((0.4 + width) / total[0], (bottom + height - room - 0.25) / total[1], room / total[0], room / total[1])
        side = drawing.add_axes(at)
    for axes in drawing.axes:
        axes.set(xticks=[], yticks=[])
    return drawing, main, side


def _bytes(pixels: NDArray[Any]) -> NDArray[Any]:
    """Return a photograph as numbers from 0 to 255; floats go from 0 to 1, as `draw_images` has them."""
    if pixels.dtype.kind in "bui":
        whole: NDArray[Any] = np.clip(pixels.astype(int), 0, 255)
        return whole
    if pixels.dtype.kind != "f" or not np.isfinite(pixels).all():
        problem = "the photograph has pixels that are no colours."
        raise ArgumentError("draw_field", problem, fix="Give numbers from 0 to 255, or floats from 0 to 1.")
    rounded: NDArray[Any] = (255 * np.clip(pixels.astype(float), 0, 1)).round().astype(np.uint8)
    return rounded


def _photograph(axes: Axes, pixels: NDArray[Any], read: Support) -> None:
    """Draw the photograph, faded where it is not read, on a ground of padding."""
    for edge in axes.spines.values():
        edge.set_visible(False)
    height, width = pixels.shape[:2]
    left, right = axes.get_xlim()
    lower, upper = axes.get_ylim()
    ground = Rectangle((left, upper), right - left, lower - upper, facecolor=PADDING, edgecolor="#9A9A9A", hatch=HATCH)
    axes.add_patch(ground)
    mask = np.zeros((height, width, 1), bool)
    for row, column in read:
        mask[row, column] = True
    colours = pixels[..., :3].astype(float)
    faded = 255 - (255 - colours.mean(axis=2, keepdims=True)) * _FADE
    shown = np.where(mask, colours, faded).astype(np.uint8)
    aspect: Any = "auto"
    axes.imshow(shown, interpolation="nearest", aspect=aspect, extent=(-0.5, width - 0.5, height - 0.5, -0.5), zorder=2)
    axes.set(xlim=(left, right), ylim=(lower, upper))


def _boxes(axes: Axes, units: Sequence[_Unit]) -> None:
    glow = [effects.withStroke(linewidth=3.2, foreground=INK)]
    inches = axes.bbox.height / 100
    for number, unit in enumerate(units):
        (upper, lower), (left, right) = unit.region
        dash = _DASHES[(len(units) - 1 - number) % len(_DASHES)]
        box = Rectangle((left - 0.5, upper - 0.5), right - left + 1, lower - upper + 1, fill=False, linestyle=dash)
        box.set(edgecolor=ORANGE, linewidth=1.8, zorder=4, path_effects=glow)
        axes.add_patch(box)
        if len(units) > 1:
            words = f"{unit.name}, {lower - upper + 1}"
            style: dict[str, Any] = {"boxstyle": "square,pad=0.15", "facecolor": "white", "edgecolor": "none"}
            bottom, top = axes.get_ylim()
            inside = (upper - top) / (bottom - top) * inches < _LABEL
            axes.text(left, upper, words, size=9, va="top" if inside else "bottom", zorder=6, bbox=style)
    y, x = units[-1].centre
    axes.plot([x], [y], "o", color=BLUE, markeredgecolor="white", markersize=7, zorder=5, clip_on=False)


def _detail(side: Axes, main: Axes, pixels: NDArray[Any], read: Support, unit: _Unit) -> None:
    """Draw the middle of the field so large that single pixels are seen."""
    y, x = (round(middle) for middle in unit.centre)
    half = _ZOOM // 2
    left, upper = x - half - 0.5, y - half - 0.5
    side.set(xlim=(left, left + _ZOOM + 1), ylim=(upper + _ZOOM + 1, upper))
    _photograph(side, pixels, read)
    for edge in side.spines.values():
        edge.set(visible=True, color=INK)
    side.set_title(f"the {_ZOOM + 1} x {_ZOOM + 1} pixels in its middle", size=10, weight="normal")
    main.add_patch(Rectangle((left, upper), _ZOOM + 1, _ZOOM + 1, fill=False, edgecolor=INK, linewidth=1, zorder=4))


def _words(sized: Resolved, unit: _Unit, numbers: dict[str, Any]) -> tuple[str, str]:
    """Return what is said below the photograph: the field, and what of it is read."""
    size = " x ".join(f"{n:,}" for n in numbers["size"])
    jump = " x ".join(str(jump) for jump in dict.fromkeys(numbers["jump"]))
    missed = f", and misses {numbers['holes']:,} between them" if numbers["holes"] else ""
    through = (
        "; through a gate also all others"
        if unit.field.everywhere and numbers["read"] < product(sized.network.input[1:])
        else ""
    )
    return f"field {size} pixels, jump {jump}", f"reads {numbers['read']:,} pixels of the photograph{missed}{through}"
