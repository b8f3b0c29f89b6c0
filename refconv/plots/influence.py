"""How the pixels of a receptive field weigh: the number of paths from each, beside the box of the field."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from matplotlib import colormaps
from matplotlib.axes import Axes
from matplotlib.colors import ListedColormap
from matplotlib.patches import Rectangle
from numpy.typing import NDArray

from refconv.arithmetic import EffectiveField, Layer, influence, moments, path_counts, receptive_field
from refconv.errors import ArgumentError
from refconv.networks import NodeField, Resolved, receptive_fields
from refconv.networks.fields import graph_nodes
from refconv.plots.fields import node_names, unit_at, unit_in_middle
from refconv.plots.given import NetworkLike, resolved, stack_in
from refconv.plots.style import BLUE, GREY, HATCH, INK, LINE, PADDING, VERMILION, Drawing, in_style

__all__ = ["draw_effective_field"]

_DARKER = ListedColormap(colormaps["Blues"](np.linspace(0.15, 1.0, 256)))
"""From light blue, not white: white is what nothing reads."""


@in_style
def draw_effective_field(
    network: NetworkLike,
    node: str | None = None,
    *,
    at: Sequence[int] | None = None,
    size: Sequence[int] | None = None,
    title: str | None = None,
    width: float = 4.2,
) -> Drawing:
    """Draw how much each pixel of a receptive field weighs: by how many paths it reaches the output.

    The map shows the paths from each pixel, as a share of the largest number; white pixels have none. The solid box is
    the field, the dashed one the mean and two standard deviations to either side. Above are the paths from each column,
    and the Gaussian of the same mean and deviation.

    Parameters
    ----------
    network : str, Network, Resolved or stack of layers
        A stack is a list such as ``[(3, 1, 1), (3, 1, 2)]`` of kernel size, stride and dilation, drawn for two axes
        on an input without end. A network is drawn with its borders: padding has no path.
    node : str, optional
        The network's layer; by default the last that has more than one position.
    at : sequence of int, optional
        Which unit of that layer; by default the one in the middle.
    size : sequence of int, optional
        The size of the network's input along each axis.
    title : str, optional
        Above all.
    width : float
        Of the map, in inches.

    Returns
    -------
    Drawing
        Counting paths takes a second or two for a large network at 224 x 224; a smaller `size` takes less.
        `shown` has the `region` of the field, for each axis the `effective` mean and variance of what is drawn,
        `profile` (the positions along the last axis and the paths from each) and `share`, how much of all paths
        begin inside the dashed box.

    Examples
    --------
    >>> drawing = draw_effective_field([(3, 1, 1)] * 10)
    >>> drawing.shown["region"], drawing.shown["effective"][0]
    (((0, 20), (0, 20)), EffectiveField(mean=Fraction(10, 1), variance=Fraction(20, 3)))
    """
    borders = None
    stack = stack_in(network)
    if stack is not None:
        counts, region, heading = _of_stack(stack)
    else:
        sized = resolved(network, size)
        counts, region, heading = _of_network(sized, node, at)
        borders = sized.network.input[1:]
    effective = tuple(moments(counts, axis) for axis in range(len(region)))
    spans = [(float(e.mean) - 2 * e.deviation, float(e.mean) + 2 * e.deviation) for e in effective]
    profile = _along(counts, len(region) - 1)
    inside = sum(
        count
        for place, count in counts.items()
        if all(low <= q <= high for q, (low, high) in zip(place, spans, strict=True))
    )
    share = inside / sum(counts.values())
    drawing, above, below = _sheet(region, width, len(title or heading))
    _profile(above, profile, effective[-1], region[-1])
    if below is not None:
        if borders is not None:
            _padding(below, region, borders)
        _map(below, counts, region, spans)
    _words(drawing, title or heading, region, effective, share)
    drawing.shown = {"region": region, "effective": effective, "profile": profile, "share": share}
    return drawing


_Counts = Mapping[tuple[int, ...], int]
_Region = tuple[tuple[int, int], ...]


def _of_stack(layers: Sequence[Layer]) -> tuple[_Counts, _Region, str]:
    """Return the paths of a stack on two axes: a product, since all taps are."""
    along, field = influence(layers), receptive_field(layers)
    counts: _Counts = {(i, j): a * b for i, a in along.items() for j, b in along.items()}
    return counts, (field.region(0),) * 2, f"{len(layers)} layer{'s' if len(layers) != 1 else ''}"


def _of_network(sized: Resolved, node: str | None, at: Sequence[int] | None) -> tuple[_Counts, _Region, str]:
    fields: dict[str, NodeField] = {field.layer.node.name: field for field in receptive_fields(sized)}
    node = node_names("draw_effective_field", sized, node, fields)[-1]
    unit = unit_in_middle(fields[node]) if at is None else unit_at(fields[node], at)
    counts = path_counts(graph_nodes(sized, gates=False), node, unit.at, "input")
    if len(unit.region) > 2 or not counts:
        problem = f"{node}, unit {unit.at}, has {len(unit.region)} axes and reads {len(counts)} pixels."
        raise ArgumentError("draw_effective_field", problem, fix="Take one or two axes, and a unit that reads any.")
    return counts, unit.region, f"{sized.network.name}: {node}, unit {unit.at}"


def _along(counts: _Counts, axis: int) -> dict[int, int]:
    """Return the paths from all pixels with the same position along an axis."""
    profile: dict[int, int] = {}
    for place, count in counts.items():
        profile[place[axis]] = profile.get(place[axis], 0) + count
    return dict(sorted(profile.items()))


def _sheet(region: _Region, width: float, longest: int) -> tuple[Drawing, Axes, Axes | None]:
    first, last = region[-1]
    margin = 0.06 * (last - first + 1) + 0.5
    left, right = first - margin, last + margin
    flat = len(region) == 1
    if flat:
        width = 7.0
        upper, lower = 0.0, 1.0
        height = 0.0
    else:
        upper, lower = region[0][0] - margin, region[0][1] + margin
        height = width * (lower - upper) / (right - left)
    strip = 1.8 if flat else 1.2
    total = (max(width + 0.8, 5.2, 0.4 + 0.092 * longest), 0.9 + strip + height + (0.15 if height else 0) + 0.5)
    drawing = Drawing(*total)
    x = 0.6 / total[0]
    base = (0.5 + height + (0.15 if height else 0)) / total[1]
    above = drawing.add_axes((x, base, width / total[0], strip / total[1]))
    below = None if flat else drawing.add_axes((x, 0.5 / total[1], width / total[0], height / total[1]))
    for axes in (above, below):
        if axes is not None:
            axes.locator_params(integer=True)
    above.set(xlim=(left, right), yticks=[])
    if below is None:
        above.set_xlabel("input position")
    else:
        above.set_xticks([])
        below.set(xlim=(left, right), ylim=(lower, upper))
    return drawing, above, below


def _profile(axes: Axes, profile: Mapping[int, int], effective: EffectiveField, span: tuple[int, int]) -> None:
    """Draw the paths from each column as bars, and the Gaussian with the same mean, deviation and area."""
    total = sum(profile.values())
    places = np.array(list(profile))
    shares = np.array([count / total for count in profile.values()])
    edge = "none" if len(places) > 80 else "white"
    axes.bar(places, shares, width=1.0, color=BLUE, edgecolor=edge, linewidth=0.5)
    if effective.variance > 0:
        x = np.linspace(span[0] - 0.5, span[1] + 0.5, 400)
        z = (x - float(effective.mean)) / effective.deviation
        axes.plot(x, np.exp(-z * z / 2) / (effective.deviation * np.sqrt(2 * np.pi)), color=INK, linewidth=1.4)
        for side in (-2, 2):
            axes.axvline(float(effective.mean) + side * effective.deviation, color=VERMILION, linestyle="--", lw=1.3)
    axes.spines["left"].set_visible(False)


def _map(axes: Axes, counts: _Counts, region: _Region, spans: Sequence[tuple[float, float]]) -> None:
    (upper, lower), (left, right) = (
        (min(place[axis] for place in counts), max(place[axis] for place in counts)) for axis in (0, 1)
    )
    most = max(counts.values())
    values: NDArray[np.float64] = np.full((lower - upper + 1, right - left + 1), np.nan)
    for (i, j), count in counts.items():
        values[i - upper, j - left] = count / most
    limits = axes.get_xlim(), axes.get_ylim()
    aspect: Any = "auto"
    extent = (left - 0.5, right + 0.5, lower + 0.5, upper - 0.5)
    axes.imshow(values, _DARKER, vmin=0, vmax=1, extent=extent, aspect=aspect, interpolation="nearest")
    (top, bottom), (first, last) = region
    solid = Rectangle((first - 0.5, top - 0.5), last - first + 1, bottom - top + 1, fill=False, edgecolor=INK)
    solid.set(linewidth=1.6)
    axes.add_patch(solid)
    (low, high), (near, far) = spans
    dashed = Rectangle((near, low), far - near, high - low, fill=False, edgecolor=VERMILION, linestyle="--")
    dashed.set(linewidth=1.8)
    axes.add_patch(dashed)
    axes.set(xlim=limits[0], ylim=limits[1])
    for edge in axes.spines.values():
        edge.set(visible=True, color=LINE)


def _padding(axes: Axes, region: _Region, size: Sequence[int]) -> None:
    """Hatch what of the field lies beyond the input."""
    (top, bottom), (left, right) = region
    ground = Rectangle((left - 0.5, top - 0.5), right - left + 1, bottom - top + 1, facecolor=PADDING, hatch=HATCH)
    ground.set(edgecolor="#9A9A9A", linewidth=0, zorder=-2)
    axes.add_patch(ground)
    axes.add_patch(Rectangle((-0.5, -0.5), size[1], size[0], facecolor="white", linewidth=0, zorder=-1))


def _words(drawing: Drawing, title: str, region: _Region, effective: Sequence[EffectiveField], share: float) -> None:
    width, height = drawing.get_size_inches()
    drawing.text(0.15 / width, 1 - 0.12 / height, title, va="top", size=11, weight="bold")
    first, last = region[-1]
    deviation = effective[-1].deviation
    words = (
        f"field {last - first + 1:,} pixels; mean +- 2 deviations {4 * deviation:,.1f} pixels, {share:.0%} of all paths"
    )
    drawing.text(0.15 / width, 1 - 0.4 / height, words.replace("+-", "±"), va="top", size=9.5, color=GREY)
