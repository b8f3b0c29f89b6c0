"""`refconv network`: the published architectures by name, and any network as JSON."""

from __future__ import annotations

import argparse
import json
from typing import TextIO

from refconv.commands.options import add_json
from refconv.commands.parsing import Subcommands
from refconv.commands.sources import add_source, resolved
from refconv.commands.tables import shape_text, table
from refconv.errors import ArgumentError
from refconv.networks.catalogue import ALIASES, NETWORKS, network
from refconv.networks.records import WORDS, Network
from refconv.networks.serial import to_json

__all__ = ["add", "run"]

_DESCRIPTION = (
    "List the published architectures that refconv knows, or print one network: its layers and what they read."
)

_EPILOG = """\
examples:
  refconv network --list
  refconv network unet
  refconv network unet --sizes --even
  refconv network model.onnx --json > model.json"""


def add(commands: Subcommands) -> None:
    """Add the command and its arguments."""
    summary = "the published architectures, and any network as JSON"
    parser = commands.add_parser("network", help=summary, description=_DESCRIPTION, epilog=_EPILOG)
    parser.set_defaults(run=run)
    add_source(parser)
    parser.add_argument("--sizes", action="store_true", help="which input sizes it takes, along its last axis")
    parser.add_argument("--even", action="store_true", help="with --sizes: those for which every stride divides evenly")
    parser.add_argument("--list", action="store_true", help="list the architectures by name")
    add_json(parser)


def run(args: argparse.Namespace, out: TextIO) -> int:
    """Run the command and return its exit code."""
    nothing = args.network is None and args.stack is None
    if args.even and not args.sizes:
        raise ArgumentError("network", "--even is for --sizes.", fix="Add --sizes.")
    if args.list and not nothing:
        raise ArgumentError("network", "--list lists all networks.", fix="Leave it, or the network, out.")
    if nothing and (args.sizes or args.input is not None):
        raise ArgumentError("network", "there is no network to ask about.", fix="Name one of refconv network --list.")
    if nothing:
        return _list(args, out)
    whole = resolved(args)
    if args.sizes:
        return _sizes(whole.network, args, out)
    if args.json:
        out.write(to_json(whole.network, indent=2) + "\n")
        return 0
    about = whole.network
    out.write("\n".join(filter(None, (about.name, about.note, *about.references))) + "\n\n")
    rows = [
        (node.name, WORDS[type(node.operation)], ", ".join(node.inputs), shape_text(layer.shape))
        for layer in whole.layers
        for node in [layer.node]
    ]
    out.write(table(("layer", "operation", "reads", "shape"), rows, left=4))
    return 0


def _sizes(network: Network, args: argparse.Namespace, out: TextIO) -> int:
    """Print the input sizes that come through."""
    from refconv.networks.surviving import network_input_sizes

    sizes = network_input_sizes(network, even=args.even)
    if args.json:
        modulus, residues, start, exceptions = sizes.period
        first = next((n for n in range(start, start + modulus) if n % modulus in residues), None)
        document = {"modulus": modulus, "residues": residues, "from": first, "besides": exceptions}
        out.write(json.dumps({"network": network.name, **document}, indent=2) + "\n")
    else:
        out.write(f"{sizes}\n")
    return 0


def _list(args: argparse.Namespace, out: TextIO) -> int:
    """Print the names, with what there is to say of each."""
    built = [network(name) for name in NETWORKS]
    if args.json:
        rows = [
            {
                "name": name,
                "aliases": _aliases(name),
                "input": list(one.input),
                "note": one.note,
                "references": list(one.references),
            }
            for name, one in zip(NETWORKS, built, strict=True)
        ]
        out.write(json.dumps({"networks": rows}, indent=2) + "\n")
    else:
        shown = [
            (name, "x".join(map(str, one.input)), one.note, ", ".join(_aliases(name)))
            for name, one in zip(NETWORKS, built, strict=True)
        ]
        out.write(table(("name", "input", "", "also called"), shown, left=4))
    return 0


def _aliases(name: str) -> list[str]:
    return [alias for alias, known in ALIASES.items() if known == name]
