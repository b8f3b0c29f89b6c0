"""Per layer: shape, receptive field, jump, parameters, MACs; as a table, and as bars."""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from html import escape
from typing import Any

from refconv.arithmetic.effective import EffectiveField
from refconv.arithmetic.per_axis import integer
from refconv.errors import ArgumentError
from refconv.networks import LayerCost, NodeField, Resolved, effective_receptive_fields, network_cost, receptive_fields
from refconv.networks.shaped import Shape
from refconv.plots.given import NetworkLike, resolved

__all__ = ["COLUMNS", "MEASURES", "LayerTable", "layer_table", "shape_text", "title_of", "window_text"]

_Found = tuple[NodeField, LayerCost, "tuple[EffectiveField | None, ...] | None"]

_DEFAULT = ("layer", "operation", "window", "shape", "size", "jump", "parameters", "macs")


@dataclass(frozen=True)
class LayerTable:
    """Rows of a table, one per layer.

    It shows itself in a notebook; ``str()`` gives plain text and `as_json` its numbers.

    Attributes
    ----------
    title : str
        The network and its input.
    columns : tuple of str
        Keys of `COLUMNS`.
    rows : tuple of dict
        For each layer what its columns hold: text, a number, a tuple of one number per axis where the axes differ, or
        None where it is unknown or does not apply.
    total : dict
        Sums over all the network's layers, of those columns that can be added up.
    upto : int
        Rows shown at most; from a longer table the middle is left out.
    layers : int
        How many layers the network has: where the rows are but a part of them, the sums over the part stand above
        those over all. 0 where the rows are all.
    """

    title: str
    columns: tuple[str, ...]
    rows: tuple[dict[str, Any], ...]
    total: dict[str, Any]
    upto: int = 60
    layers: int = 0

    def __getitem__(self, layer: str) -> dict[str, Any]:
        """Return the row of this layer; KeyError where there is none."""
        for row in self.rows:
            if row["layer"] == layer:
                return row
        raise KeyError(layer)

    def __len__(self) -> int:
        """Return the number of layers."""
        return len(self.rows)

    def as_json(self) -> str:
        """Return the table as JSON text; a fraction becomes a float.

        Examples
        --------
        >>> layer_table([(3, 1, 2)], ("layer", "size", "jump")).as_json()
        '{"title": "stack, input 1 x 64 x 64", "rows": [{"layer": "layer1", "size": 5, "jump": 1}], "total": {}}'
        """
        return json.dumps({"title": self.title, "rows": self.rows, "total": self.total}, default=float)

    def __str__(self) -> str:
        """Return plain text: names to the left, numbers to the right."""
        lines = [[COLUMNS[name] for name in self.columns]]
        lines += [[_text(row.get(name)) for name in self.columns] for row, _ in self._shown()]
        widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
        left = [self._is_text(name) for name in self.columns]
        text = "\n".join(
            "  ".join(
                cell.ljust(width) if keep else cell.rjust(width)
                for cell, width, keep in zip(line, widths, left, strict=True)
            ).rstrip()
            for line in lines
        )
        return f"{self.title}\n\n{text}\n"

    def _repr_html_(self) -> str:
        cells = [
            "".join(self._cell("th", name, COLUMNS[name], "") for name in self.columns),
            *(
                "".join(
                    self._cell("td", name, _text(row.get(name)), "font-weight: bold;" * bold) for name in self.columns
                )
                for row, bold in self._shown()
            ),
        ]
        lines = "\n".join(f"<tr>{line}</tr>" for line in cells)
        return f"<table>\n<caption>{escape(self.title)}</caption>\n{lines}\n</table>"

    def _cell(self, tag: str, name: str, text: str, style: str) -> str:
        side = "left" if self._is_text(name) else "right"
        return f'<{tag} style="text-align: {side}; white-space: nowrap;{style}">{escape(text)}</{tag}>'

    def _is_text(self, name: str) -> bool:
        return name in ("layer", "operation", "window", "shape")

    def _shown(self) -> Iterator[tuple[dict[str, Any], bool]]:
        """Yield the rows that are shown, then the sums, and of each whether it is one of these."""
        head = self.upto // 2
        for number, row in enumerate(self.rows):
            left_out = len(self.rows) - self.upto
            if left_out > 0 and number == head:
                yield dict.fromkeys(self.columns, "") | {"layer": f"... {left_out} more ..."}, False
            if left_out <= 0 or not head <= number < head + left_out:
                yield row, False
        if self.total:
            empty = dict.fromkeys(self.columns, "")
            is_part = self.layers > len(self.rows)
            if is_part:
                part = {name: sum(row[name] for row in self.rows) for name in self.total}
                yield empty | {"layer": _these(len(self.rows))} | part, True
            yield empty | {"layer": f"all {self.layers} layers" if is_part else "total"} | self.total, True


def layer_table(
    network: NetworkLike,
    columns: Sequence[str] = _DEFAULT,
    *,
    size: Sequence[int] | None = None,
    only: Sequence[str] | Callable[[str], bool] | None = None,
    upto: int = 60,
    conventions: str = "refconv",
) -> LayerTable:
    """Return a table with a row for each layer of a network.

    Parameters
    ----------
    network : str, Network, Resolved or stack of layers
        The network; a stack is a list such as ``[(3, 1, 1), (3, 1, 2)]`` of kernel size, stride and dilation.
    columns : sequence of str
        Keys of `COLUMNS`, in the order wanted.
    size : sequence of int, optional
        The size of the input along each axis.
    only : sequence of str or callable, optional
        Operations whose layers are shown, such as ``("conv", "pool")``; or what says of a layer's name whether it is.
        Below stand the sums over these, and over all layers.
    upto : int
        Rows shown at most.
    conventions : str
        How costs are counted: a key of `refconv.arithmetic.CONVENTIONS`.

    Returns
    -------
    LayerTable
        The table.

    Examples
    --------
    >>> print(layer_table("vgg16", ("layer", "shape", "size", "jump", "macs"), only=["pool"]))
    vgg16, input 3 x 224 x 224
    <BLANKLINE>
    layer           shape           field  jump            MACs
    pool1           64 x 112 x 112      6     2               0
    pool2           128 x 56 x 56      16     4               0
    pool3           256 x 28 x 28      44     8               0
    pool4           512 x 14 x 14     100    16               0
    pool5           512 x 7 x 7       212    32               0
    these 5 layers                                            0
    all 37 layers                                15,470,264,320
    """
    op = "layer_table"
    for name, several in (("columns", columns), ("only", () if only is None or callable(only) else only)):
        if isinstance(several, str) or not isinstance(several, Collection):
            raise ArgumentError(op, f"{name} is {several!r}.", fix=f'Give a list, such as {name}=["..."].')
    upto = integer(op, "upto", upto, 1)
    unknown = [name for name in columns if name not in COLUMNS]
    if unknown:
        problem = f"there is no column {', '.join(map(repr, unknown))}."
        raise ArgumentError("layer_table", problem, fix=f"The columns are {', '.join(COLUMNS)}.")
    names = tuple(columns) if "layer" in columns else ("layer", *columns)
    sized = resolved(network, size)
    cost = network_cost(sized, conventions=conventions)
    weights = effective_receptive_fields(sized) if "deviation" in names else {}
    rows = []
    for field, layer in zip(receptive_fields(sized), cost.layers, strict=True):
        if only is None or (only(layer.name) if callable(only) else layer.operation in only):
            found = (field, layer, weights.get(layer.name))
            rows.append({name: _VALUES[name](found) for name in names})
    total = {name: getattr(cost.total, name) for name in names if name in MEASURES}
    return LayerTable(title_of(sized), names, tuple(rows), total, upto, len(cost.layers))


def _these(count: int) -> str:
    return "this layer" if count == 1 else f"these {count} layers" if count else "no layer"


def title_of(sized: Resolved) -> str:
    """Return a network's name and its input, as they stand above tables and drawings.

    Examples
    --------
    >>> title_of(resolved("vgg16"))
    'vgg16, input 3 x 224 x 224'
    """
    return f"{sized.network.name}, input {shape_text(sized.network.input)}"


def shape_text(shape: Shape | None) -> str:
    """Return a shape as people write it.

    Examples
    --------
    >>> shape_text((3, 224, 224))
    '3 x 224 x 224'
    """
    return "?" if shape is None else " x ".join(map(str, shape))


def window_text(field: NodeField) -> str:
    """Return kernel size, stride, dilation and groups of a layer, those that are not 1.

    Examples
    --------
    >>> window_text(receptive_fields(resolved("resnet50"))[0])
    '7x7 s2'
    >>> window_text(receptive_fields(resolved([(3, 1, 2)]))[0])
    '3x3 d2'
    """
    axes, geometry = field.layer.axes, field.layer.geometry
    if not axes:
        return ""
    words = ["x".join(str(axis.k) for axis in axes)]
    for mark, numbers in (("s", [axis.s for axis in axes]), ("d", [axis.d for axis in axes])):
        if set(numbers) != {1}:
            words.append(mark + (str(numbers[0]) if len(set(numbers)) == 1 else "x".join(map(str, numbers))))
    if geometry is not None and geometry.groups != 1:
        words.append("depthwise" if geometry.groups == geometry.channels else f"groups {geometry.groups}")
    return " ".join(words)


def _axes(part: str) -> Callable[[_Found], Any]:
    """Return what takes a part of the field: one number where all axes agree."""

    def value(found: _Found) -> Any:
        axes = found[0].axes
        return None if axes is None else _agreed([getattr(axis, part) for axis in axes])

    return value


def _deviation(found: _Found) -> Any:
    return None if found[2] is None else _agreed([None if axis is None else axis.deviation for axis in found[2]])


def _agreed(values: list[Any]) -> Any:
    """Return the one value on all axes, or all of them."""
    plain = [int(value) if isinstance(value, Fraction) and value.denominator == 1 else value for value in values]
    return plain[0] if plain and all(value == plain[0] for value in plain) else tuple(plain) or None


def _text(value: Any) -> str:
    """Return a cell as text."""
    if value is None:
        return "?"
    if isinstance(value, tuple):
        return ", ".join(map(_text, value))
    if isinstance(value, Fraction):
        return _text(int(value)) if value.denominator == 1 else f"{float(value):,.1f}"
    return f"{value:,}" if isinstance(value, int) else f"{value:,.1f}" if isinstance(value, float) else str(value)


COLUMNS = {
    "layer": "layer",
    "operation": "operation",
    "window": "window",
    "shape": "shape",
    "size": "field",
    "jump": "jump",
    "offset": "offset",
    "padding": "padding",
    "deviation": "deviation",
    "parameters": "parameters",
    "macs": "MACs",
    "flops": "FLOPs",
    "bytes": "bytes",
    "intensity": "FLOP/byte",
}
"""For each column its heading. Field, jump, offset, padding and deviation are in input pixels."""

MEASURES = ("parameters", "macs", "flops", "bytes")
"""The columns that add up, which bars can show too."""

_VALUES: dict[str, Callable[[_Found], Any]] = {
    "layer": lambda found: found[1].name,
    "operation": lambda found: found[1].operation,
    "window": lambda found: window_text(found[0]),
    "shape": lambda found: shape_text(found[1].shape),
    **{part: _axes(part) for part in ("size", "jump", "offset", "padding")},
    "deviation": _deviation,
    "parameters": lambda found: found[1].parameters,
    "macs": lambda found: found[1].macs,
    "flops": lambda found: found[1].flops,
    "bytes": lambda found: found[1].bytes,
    "intensity": lambda found: found[1].intensity,
}
