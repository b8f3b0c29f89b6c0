"""A network as a graph of boxes, in rows from the input down."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from matplotlib.patches import FancyArrowPatch, FancyBboxPatch
from matplotlib.path import Path

from refconv.arithmetic.integers import ceil_div
from refconv.arithmetic.per_axis import integer
from refconv.errors import ArgumentError
from refconv.networks import Resolved
from refconv.plots.given import NetworkLike, resolved
from refconv.plots.graph_blocks import Block, blocks_of
from refconv.plots.graph_layout import Placed, placed
from refconv.plots.layer_tables import title_of
from refconv.plots.style import EMPTY, GREY, INK, PADDING, Drawing, in_style

__all__ = ["draw_network"]

_FILL = {
    "input": PADDING,
    "conv": "#CFE6F5",
    "pool": "#FBE3B5",
    "join": "#D5EBDF",
    "other": "#FFFFFF",
    "several": EMPTY,
}
_EDGE = {"input": GREY, "conv": "#0072B2", "pool": "#B07A00", "join": "#00704F", "other": GREY, "several": INK}

_TALLEST = 12
"""Rows of a chain before it goes on in a second column."""


@in_style
def draw_network(
    network: NetworkLike,
    upto: str | None = None,
    *,
    around: str | None = None,
    steps: int = 4,
    expand: str | Sequence[str] = (),
    most: int = 24,
    size: Sequence[int] | None = None,
) -> Drawing:
    """Draw the graph of a network, from its input down.

    A box holds a layer with the normalisation and activation behind it. Where there would be too many boxes, layers
    whose names begin alike are put together, then the middles of long chains. A chain goes on in a second column.

    Parameters
    ----------
    network : str, Network, Resolved or stack of layers
        The network.
    upto : str, optional
        A node, or what names of nodes begin with: only those and what leads to them is drawn.
    around : str, optional
        A node, or what names of nodes begin with: only boxes up to `steps` edges away from those are drawn.
    steps : int
        How far around.
    expand : str or sequence of str
        Beginnings of names of what is drawn layer by layer in any case, such as ``"classifier"``.
    most : int
        Boxes, if names let them be put together.
    size : sequence of int, optional
        The size of the input along each axis.

    Returns
    -------
    Drawing
        `shown` has the `blocks` and the `edges` between them, by their names.

    Examples
    --------
    >>> drawing = draw_network("resnet18", upto="layer1.0")
    >>> [block.name for block in drawing.shown["blocks"]]
    ['input', 'conv1', 'maxpool', 'layer1.0.conv1', 'layer1.0.conv2', 'layer1.0.add']
    """
    op = "draw_network"
    steps, most = integer(op, "steps", steps, 0), integer(op, "most", most, 1)
    for word, said in (("upto", upto), ("around", around)):
        if not (said is None or isinstance(said, str)):
            raise ArgumentError(op, f"{word} is {said!r}.", fix="Give a layer's name, or how it begins.")
    if not isinstance(expand, Sequence):
        raise ArgumentError(op, f"expand is {expand!r}.", fix="Give names, or how they begin.")
    sized = resolved(network, size)
    names = {node.name: node.inputs for node in sized.network.nodes}
    beginnings = [expand] if isinstance(expand, str) else list(expand)
    if upto is not None:
        wanted = [upto] if upto in names else [name for name in names if name.startswith(upto)]
        sized = _leading_to(sized, wanted, upto)
    if around is not None:
        beginnings.append(around)
    blocks = blocks_of(sized, most, beginnings)
    if around is not None:
        blocks = _near(blocks, around, steps)
    drawing = _draw(blocks, title_of(sized))
    drawing.shown = {"blocks": blocks, "edges": [(name, block.name) for block in blocks for name in block.inputs]}
    return drawing


def _leading_to(sized: Resolved, wanted: Sequence[str], said: str) -> Resolved:
    """Return the part of a network that leads to these nodes."""
    if not wanted:
        raise ArgumentError("draw_network", f"there is no layer {said!r}.", fix="layer_table(network) has all names.")
    whole = sized.network
    leading = _before({node.name: node.inputs for node in whole.nodes}, wanted)
    part = replace(whole, nodes=tuple(node for node in whole.nodes if node.name in leading), outputs=tuple(wanted[-1:]))
    return resolved(part, whole.input[1:])


def _before(inputs: dict[str, tuple[str, ...]], names: Sequence[str]) -> set[str]:
    """Return these nodes and all that lead to them."""
    found, waiting = set(), list(names)
    while waiting:
        name = waiting.pop()
        if name not in found:
            found.add(name)
            waiting += inputs.get(name, ())
    return found


def _near(blocks: Sequence[Block], around: str, steps: int) -> list[Block]:
    """Return the boxes not far from those whose nodes' names begin so."""
    near = {block.name for block in blocks if any(node.startswith(around) for node in block.nodes)}
    if not near:
        problem = f"no layer's name begins with {around!r}."
        raise ArgumentError("draw_network", problem, fix="layer_table(network) has all names.")
    for _ in range(steps):
        near |= {name for block in blocks if block.name in near for name in block.inputs} | {
            block.name for block in blocks if near & set(block.inputs)
        }
    kept = [block for block in blocks if block.name in near]
    return [replace(block, inputs=tuple(name for name in block.inputs if name in near)) for block in kept]


def _draw(blocks: Sequence[Block], title: str) -> Drawing:
    found = _wrapped(placed({block.name: block.inputs for block in blocks}))
    rows = Counter(row for _, row in found.places.values())
    lines = 3 if max(rows.values()) > 3 else 2
    texts = [_texts(block, lines) for block in blocks]
    longest = max(max(1.1 * len(name), *map(len, rest)) for name, *rest in texts)
    wide, high = 0.25 + 0.076 * longest, 0.14 + 0.19 * lines  # inches; boxes stand 1 apart
    apart, down = wide + 0.2, high + 0.24
    xs = [x for x, _ in found.places.values()] + [x for edge in found.edges for x, _ in edge]
    width = max((max(xs) - min(xs)) * apart + wide + 0.4, 0.3 + 0.095 * len(title))
    wraps = any(edge[-1][1] < edge[0][1] for edge in found.edges)
    height = 0.45 + found.rows * down + 0.2 * wraps
    drawing = Drawing(width, height)
    axes = drawing.add_axes((0, 0, 1, 1))
    axes.set(xlim=(0, width), ylim=(height, 0))
    axes.axis("off")
    axes.text(0.15, 0.12, title, va="top", size=11, weight="bold")
    middle = width / 2 - (max(xs) + min(xs)) / 2 * apart

    def place(x: float, row: float) -> tuple[float, float]:
        return middle + x * apart, 0.45 + (row + 0.5) * down + 0.1 * wraps

    for edge in found.edges:
        _edge(axes, [place(*point) for point in edge], high, apart)
    for block, words in zip(blocks, texts, strict=True):
        _box(axes, block.kind, words, place(*found.places[block.name]), (wide, high))
    return drawing


def _wrapped(found: Placed) -> Placed:
    """Return a long chain in columns, each read from above."""
    if found.rows <= _TALLEST or len(found.places) != found.rows or any(len(edge) > 2 for edge in found.edges):
        return found
    each = ceil_div(found.rows, ceil_div(found.rows, _TALLEST))

    def at(row: int) -> tuple[float, int]:
        column, down = divmod(row, each)
        return column * 1.15, down

    places = {name: at(row) for name, (_, row) in found.places.items()}
    return Placed(places, [[at(row) for _, row in edge] for edge in found.edges])


def _edge(axes: Any, points: Sequence[tuple[float, float]], high: float, apart: float) -> None:
    """Draw a line down from box to box, straight along its lane and bent between rows."""
    (x, y), half = points[0], high / 2
    corners, codes = [(x, y + half)], [Path.MOVETO]
    if points[-1][1] < y:  # from the foot of a column to the head of the next
        there, row = points[-1]
        lane = (x + there) / 2
        corners += [(x, y + half + 0.12), (lane, y + half + 0.12), (lane, row - half - 0.14)]
        corners += [(there, row - half - 0.14), (there, row - half)]
        codes += [Path.LINETO] * 5
        points = points[:1]
    for number, (there, row) in enumerate(points[1:], 1):
        last = number == len(points) - 1
        begin, end = corners[-1], (there, row - half)
        bend = (end[1] - begin[1]) * 0.6
        corners += [(begin[0], begin[1] + bend), (end[0], end[1] - bend), end]
        codes += [Path.CURVE4] * 3
        if not last:
            corners.append((there, row + half))
            codes.append(Path.LINETO)
    arrow: dict[str, Any] = {"arrowstyle": "-|>", "mutation_scale": 9, "shrinkA": 0, "shrinkB": 0}
    axes.add_patch(FancyArrowPatch(path=Path(corners, codes), color=GREY, linewidth=1.1, zorder=1, fill=False, **arrow))


def _box(axes: Any, kind: str, texts: Sequence[str], at: tuple[float, float], size: tuple[float, float]) -> None:
    (x, y), (wide, high) = at, size
    corner = (x - wide / 2, y - high / 2)
    shape = FancyBboxPatch(corner, wide, high, boxstyle="round,pad=0,rounding_size=0.07", zorder=3)
    shape.set(facecolor=_FILL[kind], edgecolor=_EDGE[kind], linewidth=2.0 if kind == "several" else 1.0)
    axes.add_patch(shape)
    for number, words in enumerate(texts):
        look: dict[str, Any] = {"size": 9.5, "weight": "bold"} if number == 0 else {"size": 9}
        axes.text(x, y + (number - (len(texts) - 1) / 2) * 0.19, words, ha="center", va="center", zorder=4, **look)


def _texts(block: Block, lines: int) -> list[str]:
    """Return the lines of a box: its name, what it does, the shape of what comes out."""
    limit = 30 if lines == 2 else 20
    name = block.name
    if " to " in name and len(name) > limit:
        name = name.split(" to ")[0] + " ..."
    while len(name) > limit and "." in name.removeprefix("..."):
        name = "..." + name.removeprefix("...").split(".", 1)[1]
    words, *tail = block.words.split(", ")
    for word in tail:
        longer = f"{words}, {word.replace('batch norm', 'norm')}"
        if len(longer) > limit - 2:
            words += " ..."
            break
        words = longer
    if lines == 3:
        return [name, *([words] if words else []), block.shape]
    return [name, f"{words}: {block.shape}" if words else block.shape]
