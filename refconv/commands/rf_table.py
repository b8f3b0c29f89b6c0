"""The table of `refconv rf`, and the remarks below it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, TextIO

from refconv.arithmetic.fields import Field
from refconv.commands.tables import shape_text, table
from refconv.networks.fields import NodeField
from refconv.networks.records import Network, Unsupported

__all__ = ["show"]

_HEADER = ("layer", "shape", "size", "jump", "offset", "padding")


def show(
    network: Network,
    fields: Sequence[NodeField],
    out: TextIO,
    *,
    everything: bool,
    deviations: Mapping[str, Mapping[str, Any]],
) -> None:
    """Print a row per layer, or per layer whose field is not its only input's, and what there is to remark."""
    known: dict[str, NodeField] = {field.layer.node.name: field for field in fields}
    shown = [field for field in fields if everything or _tells(field, known, network.outputs)]
    header, rows = list(_HEADER), [_row(field) for field in shown]
    if deviations:
        header.append("deviation")
        rows = [(*row, _rounded(deviations[field.layer.node.name])) for row, field in zip(rows, shown, strict=True)]
    out.write(f"{network.name} on {shape_text(network.input)}" + (f": {network.note}" if network.note else "") + "\n\n")
    out.write(table(header, rows, left=2))
    remarks = list(_remarks(fields))
    if remarks:
        out.write("\n" + "\n".join(remarks) + "\n")


def _tells(field: NodeField, known: dict[str, NodeField], outputs: tuple[str, ...]) -> bool:
    node = field.layer.node
    before = known.get(node.inputs[0])
    return (
        len(node.inputs) > 1
        or node.name in outputs
        or field.axes is None
        or (before.axes if before else (Field(),) * len(field.axes)) != field.axes
    )


def _row(field: NodeField) -> tuple[Any, ...]:
    name, shape = field.layer.node.name, shape_text(field.layer.shape)
    if field.axes is None:
        return (name, shape, "?", "?", "?", "?")
    return (name, shape, *(_agreed(getattr(axis, part) for axis in field.axes) for part in _HEADER[2:]))


def _rounded(document: Mapping[str, Any]) -> str:
    found = document["deviation"]
    values = found if isinstance(found, list) else [found]
    return ", ".join("" if value is None else f"{value:.1f}" for value in values)


def _agreed(values: Iterable[Any]) -> Any:
    """Return the one value on all axes, or all of them."""
    listed = ["undefined" if value is None else value for value in values]
    return listed[0] if all(value == listed[0] for value in listed) else listed


def _remarks(fields: Sequence[NodeField]) -> Iterable[str]:
    """Yield what the columns do not say."""
    for field in fields:
        name, axes = field.layer.node.name, field.axes
        if isinstance(field.layer.node.operation, Unsupported):
            record = field.layer.node.operation
            yield f"{name}: {record.operator} is not supported{': ' if record.reason else ''}{record.reason}"
        if axes is not None and any(alignment.aligned is False for alignment in field.alignments):
            yield f"{name}: its inputs are not aligned: {_misalignment(field)}"
        if axes is not None and name == fields[-1].layer.node.name and any(len(set(axis.sizes)) > 1 for axis in axes):
            sizes = _agreed(sorted(set(axis.sizes)) for axis in axes)
            period = _agreed(axis.period for axis in axes)
            yield f"{name}: the fields of its outputs differ in size, with a period of {period}: {sizes}"
    through = [field.layer.node.name for field in fields if field.everywhere]
    if through:
        depend = f"and {len(through) - 1} after it depend" if len(through) > 1 else "depends"
        yield (
            f"{through[0]} {depend} on every pixel besides, through a global pooling or normalisation; the figures "
            "leave that out."
        )


def _misalignment(field: NodeField) -> str:
    alignment = next(each for each in field.alignments if each.aligned is False)
    if alignment.jumps_equal is False:
        return f"jumps {', '.join(map(str, alignment.jumps))}; they drift apart, and the field is undefined"
    return f"their first outputs stand at {', '.join(map(str, alignment.offsets))}"
