"""`refconv identify`: measure what a kernel reads, and say which convolution it is."""

from __future__ import annotations

import argparse
from typing import TextIO

from refconv.commands.deliver import print_json
from refconv.commands.options import add_convention, add_dialect, add_json, add_op, add_precision, check_names, spoken
from refconv.commands.parsing import Subcommands
from refconv.errors import ArgumentError

__all__ = ["add", "run"]

_DESCRIPTION = """\
Measure a kernel with impulses: which input each tap of each window reads. Say from that which convolution it is: the
kernel's orientation, stride, dilation, padding, groups, layouts and bias, and what none of these explains."""

_EPILOG = """\
example:
  refconv identify kernels/mine.py:conv2d --json

exit codes: 0 it does what --op does, 1 it does something else, 2 the command makes no sense,
3 a defect of refconv itself, 130 interrupted"""


def add(commands: Subcommands) -> None:
    """Add the command and its arguments."""
    summary = "measure which convolution a kernel is"
    parser = commands.add_parser("identify", help=summary, description=_DESCRIPTION, epilog=_EPILOG)
    parser.set_defaults(run=run)
    parser.add_argument(
        "target", metavar="TARGET", help="the kernel: package.module:function or path/to/file.py:function"
    )
    parser.add_argument("--backward", metavar="TARGET", help="its gradients, named in the same way; see --of")
    parser.add_argument("--of", choices=("y", "dx", "dw"), default="y", help="which result to measure (default: y)")
    add_op(parser)
    add_precision(parser)
    add_convention(parser)
    add_dialect(parser)
    add_json(parser)


def run(args: argparse.Namespace, out: TextIO) -> int:
    """Run the command and return its exit code."""
    check_names(args)
    if args.of != "y" and args.backward is None:
        _check_gradients(args)
    from refconv.oracle.identify import identify
    from refconv.oracle.report.words import clean

    behaviour = identify(
        args.target,
        args.op,
        of=args.of,
        gradients=args.backward,
        convention=args.convention,
        precision=args.precision,
        **spoken(args),
    )
    if args.json:
        print_json({"right": behaviour.right, "target": args.target, "op": args.op, **behaviour.to_dict()}, out)
    else:
        out.write(clean(behaviour).rstrip() + "\n")
    return 0 if behaviour.right else 1


def _check_gradients(args: argparse.Namespace) -> None:
    """Raise if there is nothing to ask for a gradient."""
    from refconv.oracle.kernel import Kernel

    if not Kernel.of(args.target, args.op, convention=args.convention, dialect=args.dialect).has_gradients:
        problem = f"--of {args.of} is a gradient, and {args.target} returns none."
        raise ArgumentError("refconv", problem, fix="Give --backward, the function for its gradients.")
