"""`refconv rf --at`: the exact set of pixels behind one output, counted and drawn."""

from __future__ import annotations

import json
from argparse import Namespace
from typing import TextIO

from refconv.arithmetic.per_axis import entries, letters
from refconv.arithmetic.supports import Support
from refconv.commands.values import as_given
from refconv.errors import ArgumentError
from refconv.networks.shaped import Resolved
from refconv.networks.support import network_support

__all__ = ["drawing", "show"]

_WIDEST, _TALLEST = 120, 70


def show(resolved: Resolved, args: Namespace, out: TextIO) -> None:
    """Print which pixels one output reads."""
    name = args.layer or resolved.network.outputs[0]
    position = tuple(entries(args.at) or [args.at])
    if not all(isinstance(place, int) for place in position):
        problem = f"--at {', '.join(map(str, position))} is no position."
        raise ArgumentError("rf", problem, fix="Give a number for each axis.")
    read = network_support(resolved, name, [position])
    if args.json:
        document = {
            "network": resolved.network.name,
            "input": as_given((resolved.network.input,)),
            "layer": name,
            "position": list(position),
            "pixels": len(read),
            "hull": [list(ends) for ends in read.hull] if read.hull else None,
            "holes": read.holes,
            "read": [list(pixel) for pixel in read],
        }
        out.write(json.dumps(document) + "\n")
        return
    hull = ", ".join(
        f"{letter} {first} to {last}"
        for letter, (first, last) in zip(letters(len(read.size)), read.hull or (), strict=False)
    )
    out.write(f"{name} at {', '.join(map(str, position))} reads {len(read)} input pixels")
    out.write(f": {hull}, with {read.holes} holes\n" if read.hull else "\n")
    out.write(drawing(read))


def drawing(read: Support) -> str:
    """Return the hull drawn with # for a pixel that is read and . for a hole; nothing where it would not fit.

    Examples
    --------
    >>> print(drawing(Support((3, 5), {(0,): 0b10101, (2,): 0b10101})), end="")
    # . # . #
    . . . . .
    # . # . #
    """
    if not read.hull or len(read.hull) > 2:
        return ""
    *above, (left, right) = read.hull
    top, bottom = above[0] if above else (0, 0)
    if right - left >= _WIDEST // 2 or bottom - top >= _TALLEST:
        return ""
    rows = [read.rows.get((row,) if above else (), 0) for row in range(top, bottom + 1)]
    return "".join(" ".join("#" if bits >> q & 1 else "." for q in range(left, right + 1)) + "\n" for bits in rows)
