"""Per layer, as bars: where a network's parameters and MACs are."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from matplotlib.axes import Axes

from refconv.arithmetic.per_axis import integer
from refconv.errors import ArgumentError
from refconv.networks import LayerCost, network_cost
from refconv.plots.given import NetworkLike, resolved
from refconv.plots.layer_tables import COLUMNS, MEASURES, title_of
from refconv.plots.style import BLUE, GREY, ORANGE, Drawing, in_style

__all__ = ["draw_layers", "short"]


@in_style
def draw_layers(
    network: NetworkLike,
    measures: Sequence[str] = ("parameters", "macs"),
    *,
    size: Sequence[int] | None = None,
    upto: int = 30,
) -> Drawing:
    """Draw for each layer of a network what it costs, as bars side by side.

    Layers that cost nothing are left out. Where more than `upto` are left, those of one block are added up, after the
    dots in their names; and of more blocks than that the smallest are put together.

    Parameters
    ----------
    network : str, Network, Resolved or stack of layers
        The network.
    measures : sequence of str
        Which of `refconv.plots.layer_tables.MEASURES`.
    size : sequence of int, optional
        The size of the input along each axis.
    upto : int
        Bars at most.

    Returns
    -------
    Drawing
        `shown["layers"]` has the names, and `shown[measure]` the numbers beside them.

    Examples
    --------
    >>> drawing = draw_layers("resnet50", upto=6)
    >>> drawing.shown["layers"]
    ['conv1', 'layer1', 'layer2', 'layer3', 'layer4', '2 others']
    """
    if isinstance(measures, str) or not isinstance(measures, Sequence):
        raise ArgumentError("draw_layers", f"measures is {measures!r}.", fix='Give a list, such as ["macs"].')
    upto = integer("draw_layers", "upto", upto, 1)
    unknown = [measure for measure in measures if measure not in MEASURES]
    if unknown or not measures:
        raise ArgumentError("draw_layers", f"there is no measure {unknown}.", fix=f"Take {', '.join(MEASURES)}.")
    sized = resolved(network, size)
    rows = _rows(network_cost(sized).layers, measures, upto)
    drawing = _draw(rows, measures, title_of(sized))
    drawing.shown = {"layers": [name for name, _ in rows]}
    drawing.shown |= {measure: [numbers[i] for _, numbers in rows] for i, measure in enumerate(measures)}
    return drawing


def _rows(layers: Sequence[LayerCost], measures: Sequence[str], upto: int) -> list[tuple[str, list[int]]]:
    """Return names and numbers of layers, or of blocks of layers, no more than asked for."""
    each = [(layer.name, [int(getattr(layer, measure) or 0) for measure in measures]) for layer in layers]
    rows = [row for row in each if any(row[1])]
    depth = max((name.count(".") for name, _ in rows), default=0)
    while len(rows) > upto and depth > 0:
        rows, depth = _merged([(".".join(name.split(".")[:depth]), numbers) for name, numbers in rows]), depth - 1
    if len(rows) > upto:
        order = sorted(range(len(rows)), key=lambda number: -rows[number][1][-1])
        kept = sorted(order[: upto - 1])
        rest = [sum(column) for column in zip(*(rows[number][1] for number in order[upto - 1 :]), strict=True)]
        rows = [rows[number] for number in kept] + [(f"{len(order) - len(kept)} others", rest)]
    return rows


def _merged(rows: Sequence[tuple[str, list[int]]]) -> list[tuple[str, list[int]]]:
    """Return neighbours of the same name as one row, with their sums."""
    merged: list[tuple[str, list[int]]] = []
    for name, numbers in rows:
        if merged and merged[-1][0] == name:
            merged[-1] = (name, [a + b for a, b in zip(merged[-1][1], numbers, strict=True)])
        else:
            merged.append((name, numbers))
    return merged


def _draw(rows: Sequence[tuple[str, list[int]]], measures: Sequence[str], title: str) -> Drawing:
    names = 0.25 + 0.085 * max((len(name) for name, _ in rows), default=5)
    room, bar = 3.0, 0.21
    width, height = names + (room + 0.2) * len(measures), 0.75 + bar * max(len(rows), 1) + 0.15
    drawing = Drawing(width, height)
    drawing.text(0.12 / width, 1 - 0.12 / height, title, va="top", size=11, weight="bold")
    for number, measure in enumerate(measures):
        left = names + number * (room + 0.2)
        at = (left / width, 0.15 / height, room / width, bar * max(len(rows), 1) / height)
        axes = drawing.add_axes(at)
        _bars(axes, [numbers[number] for _, numbers in rows], COLUMNS[measure], (BLUE, ORANGE)[number % 2])
        if number == 0:
            axes.set_yticks(range(len(rows)), [name for name, _ in rows])
    return drawing


def _bars(axes: Axes, numbers: Sequence[int], heading: str, colour: str) -> None:
    most, total = max([*numbers, 1]), sum(numbers)
    look: dict[str, Any] = {"color": colour, "height": 0.72}
    axes.barh(range(len(numbers)), numbers, **look)
    for row, number in enumerate(numbers):
        if number:
            axes.text(number + 0.015 * most, row, short(number), va="center", size=9, color=GREY)
    axes.set(xlim=(0, 1.22 * most), ylim=(len(numbers) - 0.5, -0.5), xticks=[], yticks=[])
    axes.spines["bottom"].set_visible(False)
    axes.tick_params(length=0)
    axes.set_title(f"{heading}, {short(total)} in all", size=10, weight="normal")


def short(number: float) -> str:
    """Return a number in thousands, millions or billions, with three digits.

    Examples
    --------
    >>> [short(n) for n in (7, 960, 25_557_032, 4_089_184_256, 12_000)]
    ['7', '960', '25.6 M', '4.09 G', '12 k']
    """
    for size, letter in ((1e12, "T"), (1e9, "G"), (1e6, "M"), (1e3, "k")):
        if abs(number) >= 0.9995 * size:
            return f"{number / size:.3g} {letter}"
    return f"{number:.3g}"
