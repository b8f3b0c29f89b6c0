"""`refconv prove`: decide a statement about whole numbers with floors, ceilings and remainders."""

from __future__ import annotations

import argparse
import json
from typing import TextIO

from refconv.commands.options import add_json
from refconv.commands.parsing import Subcommands

__all__ = ["add", "run"]

_DESCRIPTION = """\
Prove or refute an equation or inequality between integer expressions with floor, ceil, //, %, mod, min and max. A proof
is printed step by step and checked again; a refutation is numbers for which the statement is false. Letters n, k, s, d
and sizes are 1 or more, paddings lo, hi, p, a 0 or more; --given adds to that."""

_EPILOG = """\
examples:
  refconv prove "floor(n/2) + floor((n + 1)/2) == n"
  refconv prove "ceil(n/s) == floor((n - 1)/s) + 1"
  refconv prove "(n + 2*p - 3)//2 + 1 == n//2" --given "p == 1" --given "n % 2 == 0"

exit codes: 0 proved, 1 refuted, 2 the command makes no sense, 4 undecided"""

PROVED, REFUTED, UNDECIDED = 0, 1, 4


def add(commands: Subcommands) -> None:
    """Add the command and its arguments."""
    summary = "decide a statement about integer expressions"
    parser = commands.add_parser("prove", help=summary, description=_DESCRIPTION, epilog=_EPILOG)
    parser.set_defaults(run=run)
    parser.add_argument("claim", metavar="CLAIM", help='such as "ceil(n/2) == (n + 1)//2"')
    parser.add_argument("--given", metavar="STATEMENT", action="append", default=[], help="what may be taken for true")
    add_json(parser)


def run(args: argparse.Namespace, out: TextIO) -> int:
    """Run the command and return its exit code."""
    from refconv.symbolic import Counterexample, Proof, prove

    answer = prove(args.claim, *args.given)
    if args.json:
        out.write(json.dumps(answer.to_dict(), indent=2) + "\n")
    else:
        out.write(f"{answer}\n")
    if isinstance(answer, Proof):
        return PROVED
    return REFUTED if isinstance(answer, Counterexample) else UNDECIDED
