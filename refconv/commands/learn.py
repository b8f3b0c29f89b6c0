"""`refconv learn`: the book's exercises in a shell: a task, a check that names the misconception, hints, a solution."""

from __future__ import annotations

import argparse
import ast
import textwrap
from fractions import Fraction
from typing import TYPE_CHECKING, Any, TextIO

from refconv.commands.deliver import print_json
from refconv.commands.options import add_json
from refconv.commands.parsing import Subcommands
from refconv.commands.tables import table
from refconv.errors import ArgumentError

if TYPE_CHECKING:
    from refconv.learn import Exercise, Verdict

__all__ = ["add", "number", "run"]

_DESCRIPTION = """\
The exercises of the notebooks, in a shell. Without a name: the list of all. With one: its task, and the source to
begin with. Write the function into a file and have it checked: a wrong answer gets its misconception named, where it
is one that is known, and the smallest call that shows it."""

_EPILOG = """\
examples:
  refconv learn
  refconv learn output-size
  refconv learn output-size --check answers.py:output_size
  refconv learn output-size --hint 2
  refconv learn xception-middle-flow --number 6553600

exit codes: 0 right (or shown), 1 wrong, 2 the command makes no sense"""

_WIDTH = 100


def add(commands: Subcommands) -> None:
    """Add the command and its arguments."""
    summary = "exercises: a wrong answer gets its misconception named"
    parser = commands.add_parser("learn", help=summary, description=_DESCRIPTION, epilog=_EPILOG)
    parser.set_defaults(run=run)
    parser.add_argument("name", metavar="NAME", nargs="?", help="which exercise; the list of all if it is left out")
    parser.add_argument("--chapter", metavar="NUMBER", type=int, help="list the exercises of one notebook only")
    what = parser.add_mutually_exclusive_group()
    what.add_argument(
        "--check", metavar="TARGET", help="check a function: path/to/file.py:function or package.module:function"
    )
    what.add_argument("--number", metavar="VALUE", type=number, help="check a number: 7, 0.25, 3/4, or several: 3,5,9")
    what.add_argument("--hint", metavar="N", nargs="?", type=int, const=1, help="show hint N (default: the first)")
    what.add_argument("--solution", action="store_true", help="show a solution")
    add_json(parser)


def number(text: str) -> Any:
    """Return the number, or the numbers, that a text says; argparse reports what is raised here.

    Examples
    --------
    >>> number("7"), number("0.25"), number("3/4"), number("3,5,9")
    (7, 0.25, Fraction(3, 4), (3, 5, 9))
    """
    try:
        return ast.literal_eval(text)
    except (ValueError, SyntaxError):
        pass
    try:
        return Fraction(text)
    except (ValueError, ZeroDivisionError):
        raise argparse.ArgumentTypeError(f"{text} is no number") from None


def run(args: argparse.Namespace, out: TextIO) -> int:
    """Run the command and return its exit code."""
    asked = args.check is not None or args.number is not None or args.hint is not None or args.solution
    if args.name is None:
        if asked:
            raise ArgumentError("refconv", "no exercise is named.", fix="See refconv learn for the list.")
        return _list(args, out)
    if args.chapter is not None:
        raise ArgumentError("refconv", "--chapter is for the list.", fix="Leave it out beside a name.")
    from refconv.learn import exercise

    about = exercise(args.name)
    if args.check is not None or args.number is not None:
        verdict = _judged(about, args)
        hidden = {} if verdict.where else {"expected": ""}  # the text does not give the number away either
        _write(args, out, {**verdict.as_json(), **hidden}, str(verdict))
        return 0 if verdict.passed else 1
    if args.hint is not None:
        _hint(about, args, out)
    elif args.solution:
        page = about.solution()
        _write(args, out, {"exercise": about.name, "solution": page.code}, page.code.rstrip(), wrap=False)
    else:
        _show(about, args, out)
    return 0


def _judged(about: Exercise, args: argparse.Namespace) -> Verdict:
    """Return the verdict on what was given, if it is of the kind that the exercise asks for."""
    if _kind(about) == "number":
        if args.number is None:
            fix = f"Say refconv learn {about.name} --number VALUE."
            raise ArgumentError("refconv", f"{about.name} asks for a number.", fix=fix)
        return about.check(args.number)
    if args.check is None:
        fix = f"Say refconv learn {about.name} --check FILE.py:{about.right.__name__}."
        raise ArgumentError("refconv", f"{about.name} asks for a function.", fix=fix)
    from refconv.oracle.targets import load

    return about.check(load(args.check))


def _hint(about: Exercise, args: argparse.Namespace, out: TextIO) -> None:
    """Print the hint that was asked for."""
    count = len(about.hints)
    if not 1 <= args.hint <= count:
        problem = f"{about.name} has no hint {args.hint}."
        raise ArgumentError("refconv", problem, fix=f"Its hints are 1 to {count}.")
    hint = about.hints[args.hint - 1]
    document = {"exercise": about.name, "hint": hint, "number": args.hint, "hints": count}
    _write(args, out, document, f"Hint {args.hint} of {count}: {hint}")


def _show(about: Exercise, args: argparse.Namespace, out: TextIO) -> None:
    """Print the task and what to begin with."""
    if _kind(about) == "number":
        how = f"refconv learn {about.name} --number VALUE"
    else:
        how = f"refconv learn {about.name} --check FILE.py:{about.right.__name__}"
    document = {**_entry(about), "task": about.task, "stub": about.stub, "check": how}
    begin = "" if _kind(about) == "number" else f"\n\n{textwrap.indent(about.stub, '    ')}"
    _write(args, out, document, f"{about.title}\n\n{about.task}{begin}\n\nCheck it: {how}")


def _list(args: argparse.Namespace, out: TextIO) -> int:
    """Print the exercises by chapter, and how many there are."""
    from refconv.learn import exercises

    listed = exercises(args.chapter)
    if not listed:
        problem = f"no exercise is in chapter {args.chapter}."
        raise ArgumentError("refconv", problem, fix="See refconv learn for all.")
    entries = [_entry(about) for about in listed]
    known = sum(entry["misconceptions"] for entry in entries)
    chapters = len({entry["chapter"] for entry in entries})
    totals = {"chapters": chapters, "exercises": len(entries), "misconceptions": known}
    if args.json:
        print_json({"exercises": entries, "totals": totals}, out)
        return 0
    columns = ("chapter", "name", "title", "answer", "misconceptions")
    out.write(table(columns, ([entry[column] for column in columns] for entry in entries), left=4))
    said = [f"{count} {what if count != 1 else what[:-1]}" for what, count in totals.items()]
    out.write(f"\n{said[0]}, {said[1]}, {said[2]} known by name.\n")
    return 0


def _entry(about: Exercise) -> dict[str, Any]:
    """Return what the list says of an exercise."""
    return {
        "chapter": about.chapter,
        "name": about.name,
        "title": about.title,
        "answer": _kind(about),
        "misconceptions": len(about.misconceptions),
        "hints": len(about.hints),
    }


def _kind(about: Exercise) -> str:
    from refconv.learn import Question

    return "number" if isinstance(about, Question) else "function"


def _write(args: argparse.Namespace, out: TextIO, document: dict[str, Any], text: str, *, wrap: bool = True) -> None:
    """Print one JSON document, or text with its long lines broken."""
    if args.json:
        print_json(document, out)
    else:
        from refconv.oracle.report.words import clean

        lines = [clean(_broken(line)) if wrap else line for line in text.splitlines()]
        out.write("\n".join(lines) + "\n")


def _broken(line: str) -> str:
    """Return a line of prose in lines that a terminal shows; a line that is indented stays."""
    return line if line.startswith(" ") else textwrap.fill(line, _WIDTH, break_on_hyphens=False, break_long_words=False)
