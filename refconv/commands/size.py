"""`refconv size`: the output size of a convolution, pooling or transposed convolution, and how it comes about."""

from __future__ import annotations

import argparse
import json
from typing import Any, TextIO

from refconv.commands.options import add_json
from refconv.commands.parsing import Subcommands
from refconv.commands.values import number, padding, per_axis
from refconv.errors import ArgumentError

__all__ = ["add", "run"]

_DESCRIPTION = """\
Say what size a convolution, a pooling or a transposed convolution gives, and show the arithmetic. Sizes and parameters
may be letters: then the answer is the formula. With --output instead of an input size, say which input sizes give it;
with both, which layers lead from the one to the other: what is not given is looked for."""

_EPILOG = """\
examples:
  refconv size 224 --kernel 7 --stride 2 --padding 3
  refconv size 33 65 --kernel 3 --dilation 12,24 --padding same
  refconv size 4 --kernel 3 --stride 2 --padding 1 --transposed --output-padding 1
  refconv size n --kernel k --stride 2 --padding p
  refconv size --output 112 --kernel 7 --stride 2 --padding 3
  refconv size 224 --output 112 --stride 2"""


def add(commands: Subcommands) -> None:
    """Add the command and its arguments."""
    summary = "the output size of a layer, and how it comes about"
    parser = commands.add_parser("size", help=summary, description=_DESCRIPTION, epilog=_EPILOG)
    parser.set_defaults(run=run)
    parser.add_argument("input", metavar="N", nargs="*", type=_size, help="input size, one for each axis")
    parser.add_argument("--kernel", metavar="K", type=per_axis, help="kernel size: 3, or 3,5 for each axis")
    parser.add_argument("--stride", metavar="S", type=per_axis, help="stride (default: 1)")
    parser.add_argument("--dilation", metavar="D", type=per_axis, help="dilation (default: 1)")
    parser.add_argument(
        "--padding",
        metavar="P",
        type=padding,
        help="1, or lo:hi, or valid, same, same_lower, full, causal; with commas for each axis (default: 0)",
    )
    parser.add_argument("--transposed", action="store_true", help="a transposed convolution")
    parser.add_argument("--output-padding", metavar="A", type=per_axis, default=0, help="of a transposed convolution")
    parser.add_argument("--ceil-mode", action="store_true", help="a pooling whose last window may hang over the end")
    parser.add_argument("--output", metavar="OUT", type=per_axis, help="ask for the input sizes that give this output")
    add_json(parser)


def _size(text: str) -> Any:
    if "," in text:
        raise argparse.ArgumentTypeError(f"{text}: write the sizes of several axes with spaces, such as 33 65")
    return number(text)


def run(args: argparse.Namespace, out: TextIO) -> int:
    """Run the command and return its exit code."""
    from refconv.commands import sizing

    if args.input and args.output is not None:
        document, words = sizing.layers_between(args)
    elif args.output is not None:
        document, words = sizing.inputs_for(args)
    elif args.input:
        document, words = sizing.outputs_of(args)
    else:
        fix = "Write refconv size 224 --kernel 3, or refconv size --output 112 --kernel 3."
        raise ArgumentError("size", "there is neither an input size nor --output.", fix=fix)
    out.write(json.dumps(document, indent=2) + "\n" if args.json else words)
    return 0
