"""`refconv cost`: parameters, MACs, FLOPs and memory traffic of a network, under conventions that are said."""

from __future__ import annotations

import argparse
import json
import re
from dataclasses import asdict, fields, replace
from typing import TYPE_CHECKING, Any, TextIO

from refconv.commands.options import add_json
from refconv.commands.parsing import Subcommands
from refconv.commands.sources import add_source, resolved
from refconv.commands.tables import grouped, plain, shape_text, table
from refconv.commands.values import as_given, number
from refconv.errors import ArgumentError

if TYPE_CHECKING:
    from refconv.arithmetic.conventions import Conventions
    from refconv.networks.costs import LayerCost, NetworkCost

__all__ = ["add", "conventions", "run"]

_DESCRIPTION = """\
Count parameters, multiply-accumulates (MACs), FLOPs and memory traffic of a network, forward and, if asked for,
backward. What counts is said: --conventions takes a set by name, --set changes one of them."""

_EPILOG = """\
examples:
  refconv cost resnet50
  refconv cost mobilenet_v1 --table
  refconv cost model.onnx --input 3,299,299 --batch 8 --backward --json
  refconv cost resnet50 --conventions fvcore
  refconv cost deeplabv3_resnet101 --set positions=real

exit codes: 0 done, 1 part of the network has operators that are not supported, 2 the command makes no sense"""


def add(commands: Subcommands) -> None:
    """Add the command and its arguments."""
    summary = "parameters, MACs, FLOPs and memory traffic of a network"
    parser = commands.add_parser("cost", help=summary, description=_DESCRIPTION, epilog=_EPILOG)
    parser.set_defaults(run=run)
    add_source(parser)
    parser.add_argument("--batch", metavar="N", type=number, default=1, help="batch size (default: 1)")
    parser.add_argument(
        "--conventions",
        metavar="NAME",
        default="refconv",
        help="what is counted: refconv (default), macs, everything, or as torch, fvcore, ptflops or thop do",
    )
    parser.add_argument(
        "--set",
        metavar="NAME=VALUE",
        action="append",
        default=[],
        help="change one of the conventions, such as positions=real or fused=true; may come again",
    )
    parser.add_argument("--backward", action="store_true", help="count the backward pass too")
    parser.add_argument("--table", action="store_true", help="a row for every layer that costs anything")
    add_json(parser)


def run(args: argparse.Namespace, out: TextIO) -> int:
    """Run the command and return its exit code."""
    from refconv.networks.costs import network_cost

    said = conventions(args.conventions, args.set)
    if isinstance(args.batch, int) and args.batch < 1:
        raise ArgumentError("cost", f"--batch is {args.batch}.", fix="The smallest batch is 1.")
    network = resolved(args, args.batch)
    cost = network_cost(network, conventions=said, backward=args.backward)
    if args.json:
        out.write(json.dumps(_document(cost), indent=2) + "\n")
    else:
        _show(cost, out, layers=args.table, note=network.network.note)
    return 1 if cost.unknown else 0


def conventions(name: str, changes: list[str]) -> Conventions:
    """Return the conventions of that name, with changes such as ``positions=real``.

    Examples
    --------
    >>> conventions("refconv", ["positions=real", "bias=0", "biases=false"]).positions
    'real'
    """
    from refconv.arithmetic.conventions import conventions_named

    said = conventions_named(name)
    known = {field.name: getattr(said, field.name) for field in fields(said)}
    for change in changes:
        key, _, text = change.partition("=")
        plain = {name for name, value in known.items() if isinstance(value, bool | int | str) and name != "name"}
        if key not in plain:
            fix = f"There are {', '.join(sorted(plain))}."
            raise ArgumentError("--set", f"{change!r} is no convention with a value.", fix=fix)
        said = replace(said, **{key: _value(change, text, known[key])}, name=f"{name}, changed")
    return said


def _value(change: str, text: str, before: Any) -> Any:
    """Return a value of the kind that it takes the place of."""
    if isinstance(before, bool):
        if text.lower() not in ("true", "false"):
            raise ArgumentError("--set", f"{change!r} must be true or false.", fix="Write one of these.")
        return text.lower() == "true"
    if isinstance(before, int):
        if not re.fullmatch(r"[0-9]{1,100}", text):
            raise ArgumentError("--set", f"{change!r} must be a number, 0 or more.", fix="Write digits.")
        return int(text)
    return text


def _document(cost: NetworkCost) -> dict[str, Any]:
    """Return what JSON says."""
    total = _layer(cost.total)
    counted = {key: total[key] for key in total if key not in ("name", "op", "shape")}
    return {
        "network": cost.network,
        "input": _plain(cost.input),
        "batch": _plain((cost.batch,))[0],
        "conventions": asdict(cost.conventions),
        **counted,
        "unknown": list(cost.unknown),
        "layers": [_layer(layer) for layer in cost.layers],
    }


def _plain(values: Any) -> list[Any]:
    return [as_given((value,)) for value in values]


def _layer(layer: LayerCost) -> dict[str, Any]:
    document: dict[str, Any] = {"name": layer.name, "op": layer.operation}
    document["shape"] = None if layer.shape is None else _plain(layer.shape)
    document |= _counts(layer, "parameters", "macs", "flops", "bytes", "intensity")
    if layer.backward is not None:
        document["backward"] = _counts(layer.backward, "macs", "flops", "bytes", "intensity")
    return document


def _counts(cost: Any, *names: str) -> dict[str, Any]:
    return dict(zip(names, _plain(getattr(cost, name) for name in names), strict=True))


def _show(cost: NetworkCost, out: TextIO, *, layers: bool, note: str) -> None:
    """Print the totals, and before them the layers if they are asked for."""
    shape = shape_text(cost.input)
    batch = "" if cost.batch == 1 else f", batch {cost.batch}"
    out.write(f"{cost.network} on {shape}{batch}, counted as {cost.conventions.name} does\n")
    out.write((f"{note}\n" if note else "") + "\n")
    if layers:
        rows = [_row(layer) for layer in cost.layers if _costs(layer)]
        out.write(table(("layer", "", "shape", "parameters", "MACs", "FLOPs", "FLOP/byte"), rows, left=3) + "\n")
    total = cost.total
    lines = [("parameters", grouped(total.parameters)), *_pass_lines("", total.forward)]
    if total.backward is not None:
        lines += _pass_lines(" backward", total.backward)
    numbers = all(isinstance(part, int) for part in (total.parameters, total.macs))
    out.write(table(("", ""), lines, left=1 if numbers else 2).lstrip("\n"))
    if cost.unknown:
        out.write(f"\nnot counted, for they have operators that are not supported: {', '.join(cost.unknown)}\n")


def _pass_lines(which: str, cost: Any) -> list[tuple[str, str]]:
    lines = [(f"MACs{which}", grouped(cost.macs)), (f"FLOPs{which}", grouped(cost.flops))]
    return [*lines, (f"bytes moved{which}", grouped(cost.bytes)), (f"FLOP/byte{which}", _ratio(cost.intensity))]


def _costs(layer: LayerCost) -> bool:
    return not layer.known or bool(layer.parameters != 0 or layer.flops != 0)


def _row(layer: LayerCost) -> tuple[Any, ...]:
    shape = shape_text(layer.shape)
    if not layer.known:
        return (layer.name, layer.operation, shape, "?", "?", "?", "?")
    counts = (grouped(layer.parameters), grouped(layer.macs), grouped(layer.flops))
    return (layer.name, layer.operation, shape, *counts, _ratio(layer.intensity))


def _ratio(value: Any) -> str:
    """Return a ratio to one decimal; an expression as it is."""
    if value is None:
        return ""
    return plain(value) if hasattr(value, "free_symbols") else f"{float(value):.1f}"
