"""`refconv rf`: the receptive field of every layer of a network."""

from __future__ import annotations

import argparse
import json
from typing import TYPE_CHECKING, Any, TextIO

from refconv.commands.options import add_json
from refconv.commands.parsing import Subcommands
from refconv.commands.sources import add_source, resolved
from refconv.commands.values import as_given, per_axis
from refconv.errors import ArgumentError
from refconv.networks.records import WORDS

if TYPE_CHECKING:
    from refconv.networks.fields import NodeField
    from refconv.networks.shaped import Resolved

__all__ = ["add", "as_list", "layer_document", "run"]

_DESCRIPTION = """\
Say for every layer of a network which input pixels an output can depend on: the size of its receptive field, the jump
from one output's field to the next, the centre of the first (offset) and how far it begins before the input (padding).
Dilation, asymmetric padding, branches and up-sampling count as they should."""

_EPILOG = """\
examples:
  refconv rf resnet50
  refconv rf deeplabv3_resnet101 --input 3,513,513 --all
  refconv rf model.onnx --json
  refconv rf resnet50 --effective
  refconv rf --stack "3 3d2 3d4 3d8"
  refconv rf --stack "3d2 3d2 3d2" --at 0

exit codes: 0 done, 1 part of the network has operators that are not supported, 2 the command makes no sense"""


def add(commands: Subcommands) -> None:
    """Add the command and its arguments."""
    summary = "the receptive field of every layer of a network"
    parser = commands.add_parser("rf", help=summary, description=_DESCRIPTION, epilog=_EPILOG)
    parser.set_defaults(run=run)
    add_source(parser)
    parser.add_argument("--layer", metavar="NAME", help="only this layer")
    parser.add_argument(
        "--at", metavar="POSITION", type=per_axis, help="exactly which pixels the layer's output there reads: 5 or 3,4"
    )
    parser.add_argument("--all", action="store_true", help="in the table also layers whose field is their input's")
    parser.add_argument(
        "--effective", action="store_true", help="add the standard deviation of the influence on an output, in pixels"
    )
    add_json(parser)


def run(args: argparse.Namespace, out: TextIO) -> int:
    """Run the command and return its exit code."""
    network = resolved(args)
    if args.at is not None:
        from refconv.commands.rf_support import show as show_support

        show_support(network, args, out)
        return 0
    from refconv.networks.fields import receptive_fields

    fields = receptive_fields(network)
    deviations = _deviations(network) if args.effective else {}
    unknown = [field for field in fields if field.axes is None]
    chosen = [field for field in fields if args.layer in (None, field.layer.node.name)]
    if not chosen:
        fix = f"See refconv rf {args.network or ''} --all."
        raise ArgumentError("rf", f"{network.network.name} has no layer {args.layer!r}.", fix=fix)
    if args.json:
        document = {
            "network": network.network.name,
            "input": as_list(network.network.input),
            "layers": [{**layer_document(field), **deviations.get(field.layer.node.name, {})} for field in chosen],
        }
        out.write(json.dumps(document, indent=2) + "\n")
    else:
        from refconv.commands.rf_table import show

        show(network.network, chosen, out, everything=args.all or args.layer is not None, deviations=deviations)
    return 1 if unknown else 0


def _deviations(network: Resolved) -> dict[str, dict[str, Any]]:
    """Return for every node the standard deviation of its effective receptive field, as JSON has it."""
    from refconv.networks.effective import effective_receptive_fields

    return {
        name: {"deviation": as_given(None if axis is None else axis.deviation for axis in axes)}
        for name, axes in effective_receptive_fields(network).items()
    }


def as_list(values: Any) -> list[Any]:
    """Return numbers and expressions as JSON has them.

    Examples
    --------
    >>> as_list((3, 224, 224))
    [3, 224, 224]
    """
    return [as_given((value,)) for value in values]


def layer_document(field: NodeField) -> dict[str, Any]:
    """Return what JSON says of one layer."""
    layer, node = field.layer, field.layer.node
    document: dict[str, Any] = {"name": node.name, "op": WORDS[type(node.operation)], "inputs": list(node.inputs)}
    if layer.shape is not None:
        document["shape"] = as_list(layer.shape)
    if field.axes is None:
        return {**document, "size": None, "jump": None, "offset": None, "padding": None, "unknown": True}
    for name in ("size", "jump", "offset", "padding"):
        document[name] = as_given(getattr(axis, name) if axis.defined else None for axis in field.axes)
    if any(axis.defined and len(set(axis.sizes)) > 1 for axis in field.axes):
        document["sizes"] = as_given(tuple(sorted(set(axis.sizes))) for axis in field.axes)
    if len(node.inputs) > 1:
        document["aligned"] = as_given(alignment.aligned for alignment in field.alignments)
    if field.everywhere:
        document["everywhere"] = True
    return document
