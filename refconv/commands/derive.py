"""`refconv derive`: a formula derived step by step, each step checked, in the format asked for."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, TextIO

from refconv.commands.options import add_json
from refconv.commands.parsing import Subcommands
from refconv.commands.tables import table

if TYPE_CHECKING:
    from refconv.symbolic.derivations.checks import Outcome
    from refconv.symbolic.derivations.record import Derivation

__all__ = ["add", "run"]

_TARGETS = ("markdown", "latex", "html", "notebook", "python", "c", "javascript")

_DESCRIPTION = """\
Derive a formula by program, check every step, and print it: as text (markdown, latex, html), as a notebook, or as
integer-safe code of the result (python, c, javascript)."""

_EPILOG = """\
examples:
  refconv derive --list
  refconv derive output_size
  refconv derive same_padding --to c

exit codes: 0 every step holds, 1 one does not, 2 the command makes no sense"""


def add(commands: Subcommands) -> None:
    """Add the command and its arguments."""
    summary = "a formula derived step by step, each step checked"
    parser = commands.add_parser("derive", help=summary, description=_DESCRIPTION, epilog=_EPILOG)
    parser.set_defaults(run=run)
    parser.add_argument("name", metavar="NAME", nargs="?", help="which derivation; see --list")
    parser.add_argument("--list", action="store_true", help="list the derivations by name")
    parser.add_argument("--to", choices=_TARGETS, default="markdown", help="the format (default: markdown)")
    parser.add_argument("--output", metavar="FILE", help="write to a file instead of standard output")
    add_json(parser)


def run(args: argparse.Namespace, out: TextIO) -> int:
    """Run the command and return its exit code."""
    from refconv.symbolic.derivations import derive
    from refconv.symbolic.derivations.record import DerivationError

    if args.list or args.name is None:
        return _list(args, out)
    derivation = derive(args.name)
    try:
        outcomes = derivation.check()
    except DerivationError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    if args.json:
        text = json.dumps(_document(derivation, outcomes), indent=2)
    else:
        from refconv.symbolic.rendering import render

        text = render(derivation, args.to, outcomes)
    whole = text if text.endswith("\n") else text + "\n"
    if args.output is None:
        out.write(whole)
    else:
        Path(args.output).write_text(whole, encoding="utf-8")
    return 0


def _list(args: argparse.Namespace, out: TextIO) -> int:
    """Print the names with their titles."""
    from refconv.symbolic.derivations import DERIVATIONS, derive

    titles = {name: derive(name).title for name in DERIVATIONS}
    if args.json:
        document = {"derivations": [{"name": name, "title": title} for name, title in titles.items()]}
        out.write(json.dumps(document, indent=2) + "\n")
    else:
        out.write(table(("name", "derives"), titles.items(), left=2))
    return 0


def _document(derivation: Derivation, outcomes: Sequence[Outcome]) -> dict[str, Any]:
    """Return what JSON says of a derivation whose steps have been checked."""
    along = zip(derivation.steps, outcomes, strict=True)
    return {
        "name": derivation.name,
        "title": derivation.title,
        "statement": derivation.statement,
        "given": derivation.given,
        "steps": [
            {"number": step.number, "reason": step.reason, "latex": step.latex, "how": done.how, "checked": done.said}
            for step, done in along
        ],
        "result": {name: str(value) for name, value in derivation.result.items()},
        "function": derivation.function,
        "references": list(derivation.references),
    }
