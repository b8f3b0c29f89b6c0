"""Where a network on the command line comes from: the catalogue, an ONNX file, JSON, or a stack written down."""

from __future__ import annotations

import argparse
import re
from typing import Any

from refconv.commands.values import shape
from refconv.errors import ArgumentError
from refconv.networks.build import Builder
from refconv.networks.catalogue import NETWORKS, network
from refconv.networks.records import Network
from refconv.networks.shaped import Resolved
from refconv.networks.shapes import resolve

__all__ = ["add_source", "resolved", "stack"]


def add_source(parser: argparse.ArgumentParser) -> None:
    """Add NETWORK, --stack and --input."""
    parser.add_argument(
        "network", metavar="NETWORK", nargs="?", help="a name from refconv network --list, model.onnx, or network.json"
    )
    parser.add_argument(
        "--stack",
        metavar="LAYERS",
        help='instead, layers along one axis: "3 3d2 3d4 7s2p3" (kernel, then s, d, p with their numbers)',
    )
    parser.add_argument(
        "--input",
        metavar="SHAPE",
        type=shape,
        help="input shape without the batch, such as 3,224,224; letters are symbols",
    )


def resolved(args: argparse.Namespace, batch: Any = 1) -> Resolved:
    """Return the network that the arguments name, with its sizes worked out for a batch."""
    if (args.network is None) == (args.stack is None):
        raise ArgumentError("refconv", "name one network, or give one --stack.", fix="See refconv network --list.")
    if args.stack is not None:
        return _stack_on(args.stack, args.input, batch)
    return resolve(_named(args.network, args.input), args.input, batch)


def _named(name: str, given: tuple[Any, ...] | None) -> Network:
    """Return a network from a file, or else from the catalogue."""
    if name in NETWORKS:
        return network(name)
    from pathlib import Path

    path = Path(name)
    if name.endswith(".onnx"):
        from refconv.networks import from_onnx

        return from_onnx(path, input=given)
    if name.endswith(".json"):
        from refconv.networks.serial import from_json

        try:
            return from_json(path.read_text(encoding="utf-8"))
        except UnicodeDecodeError:
            raise ArgumentError(
                "refconv", f"{name} is no text.", fix="Give a file of refconv network --json."
            ) from None
    if path.is_file():
        raise ArgumentError("refconv", f"{name} is a file of a kind unknown here.", fix="Give a .onnx or a .json file.")
    return network(name)


_LAYER = re.compile(r"(?P<k>\d{1,9})(?P<rest>(?:[sdp]\d{1,9})*)")


def stack(text: str) -> list[dict[str, int]]:
    """Return the layers that a text lists: a kernel size each, then s, d and p with their numbers.

    Raises
    ------
    ArgumentError
        For a word that is no layer.

    Examples
    --------
    >>> stack("3 7s2p3")
    [{'kernel_size': 3}, {'kernel_size': 7, 'stride': 2, 'padding': 3}]
    """
    names = {"s": "stride", "d": "dilation", "p": "padding"}
    layers = []
    for word in text.replace(",", " ").split():
        found = _LAYER.fullmatch(word)
        options = [] if found is None else re.findall(r"([sdp])(\d+)", found["rest"])
        if found is None or len({letter for letter, _ in options}) < len(options):
            raise ArgumentError("--stack", f"{word!r} is no layer.", fix="Write such as 3, 3d2 or 7s2p3.")
        layers.append({"kernel_size": int(found["k"]), **{names[letter]: int(value) for letter, value in options}})
    return layers


def _stack_on(text: str, given: tuple[Any, ...] | None, batch: Any) -> Resolved:
    """Return the stack as a network of one channel on an input of one axis: as long as asked, or as it needs."""
    layers = stack(text)
    if not layers:
        raise ArgumentError("--stack", "there are no layers.", fix='Write such as "3 3d2 3d4".')
    net = Builder("stack", (1, 1))
    x = "input"
    for number, layer in enumerate(layers, start=1):
        x = net.conv(x, 1, bias=False, name=f"layer{number}", **layer)
    size = given if given is not None else (1, _shortest_input(layers))
    return resolve(net.done(x), size if len(size) > 1 else (1, *size), batch)


def _shortest_input(layers: list[dict[str, int]]) -> int:
    """Return the length for which the last layer has one output and no pixel goes unread."""
    from refconv.arithmetic.inverse.inputs import input_interval

    n = 1
    for layer in reversed(layers):
        pad = layer.get("padding", 0)
        first, _ = input_interval(n, layer["kernel_size"], layer.get("stride", 1), layer.get("dilation", 1), pad, pad)
        n = max(first, 1)
    return n
