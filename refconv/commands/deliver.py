"""A report on its way out: to files, to the terminal, and into the exit code."""

from __future__ import annotations

import argparse
import json
import os
from pathlib import Path
from typing import TYPE_CHECKING, Any, TextIO

from refconv.errors import ArgumentError

if TYPE_CHECKING:
    from refconv.oracle.report.model import Report

__all__ = ["check_outputs", "deliver", "print_json"]


def check_outputs(args: argparse.Namespace) -> None:
    """Raise if a file could not be written in the end, before the long run begins.

    Raises
    ------
    ArgumentError
        If its folder is not there, it is a folder itself, or one of them is not the user's to write.
    """
    for option in ("junit", "html"):
        name = getattr(args, option)
        problem = None if name is None else _problem(Path(name))
        if problem is not None:
            raise ArgumentError("refconv", f"--{option} {name} cannot be written: {problem}.", fix="Name another file.")


def _problem(path: Path) -> str | None:
    """Return why a file cannot be written, as far as that can be known without touching it."""
    try:
        if path.is_dir():
            return "it is a folder"
        if not path.parent.is_dir():
            return f"there is no folder {path.parent}"
        # a new file is the folder's to allow
        allowed = os.access(path, os.W_OK) if path.exists() else os.access(path.parent, os.W_OK | os.X_OK)
    except OSError as error:
        return error.strerror or str(error)
    return None if allowed else "this is not allowed"


def deliver(report: Report, args: argparse.Namespace, out: TextIO) -> int:
    """Write and print the report as the arguments ask, and return the exit code: 0 passed, 1 failed."""
    _print(report, args, out)
    if args.junit is not None:
        _write(args.junit, report.to_junit())
    if args.html is not None:
        _write(args.html, report.to_html())
    return 0 if report.passed else 1


def _print(report: Report, args: argparse.Namespace, out: TextIO) -> None:
    """Print the report, before a file that cannot be written ends everything."""
    if args.json:
        print_json(report.to_dict(), out)
    elif args.quiet:
        _print_briefly(report, out)
    else:
        from refconv.oracle.report.table import show

        show(report, out)


def print_json(document: dict[str, Any], out: TextIO) -> None:
    """Print a document in JSON's own types."""
    from refconv.oracle.report.as_json import plain

    out.write(json.dumps(plain(document), indent=2, allow_nan=False) + "\n")


def _print_briefly(report: Report, out: TextIO) -> None:
    """Print the verdict, and a line for each cause."""
    from refconv.oracle.report.words import clean, verdict

    out.writelines(line + "\n" for line in (verdict(report), *(clean(cause.sentence) for cause in report.diagnosis)))


def _write(name: str, text: str) -> None:
    """Write a file, or say in one line why that cannot be."""
    try:
        Path(name).write_text(text, encoding="utf-8")
    except OSError as error:
        raise ArgumentError(
            "refconv", f"{name} cannot be written: {error.strerror}.", fix="Name another file."
        ) from error
