"""`refconv vectors`: inputs and truth as files for programs in any language, and a verdict on their results."""

from __future__ import annotations

import argparse
from typing import TextIO

from refconv.commands.deliver import check_outputs, deliver, print_json
from refconv.commands.options import add_dialect, add_json, add_op, add_outputs, add_suite, check_names, spoken
from refconv.commands.parsing import Subcommands
from refconv.commands.progress import progress

__all__ = ["add", "run_check", "run_write"]

_DESCRIPTION = """\
Test vectors for a program in any language: `write` makes a folder with the inputs, parameters and true results of a
suite, as .npy files and a JSON manifest; the program computes its own results from them; `check` judges those."""

_EPILOG = """\
examples:
  refconv vectors write vectors --op conv2d --suite quick
  ./my-program vectors outputs
  refconv vectors check vectors outputs --html report.html

exit codes: 0 passed (or written), 1 failed, 2 the command makes no sense or a file is damaged,
3 a defect of refconv itself, 130 interrupted"""


def add(commands: Subcommands) -> None:
    """Add the command and its own commands."""
    summary = "test vectors as files, for programs in any language"
    parser = commands.add_parser("vectors", help=summary, description=_DESCRIPTION, epilog=_EPILOG)
    parser.set_defaults(help_of=parser)
    inner = parser.add_subparsers(title="commands", metavar="COMMAND", required=False)
    _add_write(inner)
    _add_check(inner)


def _add_write(commands: Subcommands) -> None:
    """Add `vectors write`."""
    summary = "write inputs and truth into a folder"
    parser = commands.add_parser("write", help=summary, description=_DESCRIPTION, epilog=_EPILOG)
    parser.set_defaults(run=run_write)
    parser.add_argument("directory", metavar="DIR", help="a new folder, an empty one, or one with older vectors")
    add_op(parser)
    add_suite(parser, "quick")
    add_dialect(parser, "in whose words and layouts parameters and arrays are written")
    parser.add_argument("--no-gradients", action="store_true", help="leave dy, dx, dw and db out")
    parser.add_argument("--npz", action="store_true", help="one .npz file instead of many .npy files")
    add_json(parser)


def run_write(args: argparse.Namespace, out: TextIO) -> int:
    """Write the folder and return the exit code."""
    check_names(args)
    from refconv.oracle.report.words import clean
    from refconv.oracle.vectors import write

    with progress(f"writing {args.directory}", shown=not args.json) as step:
        written = write(
            args.directory,
            args.op,
            suite=args.suite,
            precision=args.precision,
            seed=args.seed,
            gradients=not args.no_gradients,
            npz=args.npz,
            progress=step,
            **spoken(args),
        )
    said = {name: getattr(args, name) for name in ("directory", "op", "suite", "precision", "seed")}
    left_out = written.left_out if spoken(args) else ()
    if args.json:
        print_json(
            {**said, **spoken(args), "cases": written.cases, **({"left_out": left_out} if left_out else {})}, out
        )
    else:
        what = f"{args.op}, {args.precision}, suite {args.suite}, seed {args.seed}"
        what += f", in the words of {args.dialect}" if spoken(args) else ""
        out.write(f"{args.directory}: {written.cases} cases ({what}).\n")
        out.writelines(f"left out: {clean(reason)}\n" for reason in left_out)
        out.write(f"Judge a program's results with: refconv vectors check {args.directory} OUTPUTS\n")
    return 0


def _add_check(commands: Subcommands) -> None:
    """Add `vectors check`."""
    summary = "judge a program's results"
    parser = commands.add_parser("check", help=summary, description=_DESCRIPTION, epilog=_EPILOG)
    parser.set_defaults(run=run_check)
    parser.add_argument("directory", metavar="DIR", help="the folder that `refconv vectors write` has written")
    parser.add_argument("outputs", metavar="OUTPUTS", help="the folder with the program's results")
    add_outputs(parser)


def run_check(args: argparse.Namespace, out: TextIO) -> int:
    """Judge the outputs and return the exit code."""
    check_outputs(args)
    from refconv.oracle.vectors import check

    with progress(f"checking {args.outputs}", shown=not (args.json or args.quiet)) as step:
        report = check(args.directory, args.outputs, progress=step)
    return deliver(report, args, out)
