"""Measure, and write docs/performance.md: ``python -m benchmarks.speed``, or `make bench`.

A run of everything writes the page; one of a part prints its tables, and writes what it is told to.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from rich.console import Console

from benchmarks.speed.cases import BIG, CASES, GROWING, PLANES, POOLING, TINY, TRANSPOSED
from benchmarks.speed.figures import Figures
from benchmarks.speed.jobs import SECTIONS, jobs
from benchmarks.speed.machine import machine
from benchmarks.speed.page import page
from benchmarks.speed.runners import RUNNERS
from benchmarks.speed.session import Session
from benchmarks.speed.show import complaint, judged, run_all
from benchmarks.speed.turns import Pace

DOCS = Path(__file__).resolve().parents[2] / "docs"
NAMES = [case.name for case in (*CASES, *TRANSPOSED, *POOLING, *TINY, *GROWING, *PLANES, BIG)]
QUICK = Pace(cycles=2, seconds=0.03, pause=0.03)


def main(words: Sequence[str] | None = None) -> int:
    """Run what is asked for; 1 where somebody was wrong, 2 where nothing could be measured."""
    asked = _parser().parse_args(words)
    console = Console(width=None if sys.stdout.isatty() else 150)
    errors = Console(stderr=True)
    if asked.figures:
        figures = Figures()
        for path in asked.figures:
            figures = figures.merge(Figures.from_json(path.read_text(encoding="utf-8")))
    else:
        try:
            figures = _measured(asked, console, errors)
        except KeyboardInterrupt:
            errors.print("stopped; nothing is written")
            return 130
        if not figures.rows:
            return 2
    judged(figures, console)
    whole = not (asked.quick or asked.only or asked.runners or asked.sections or asked.figures)
    if asked.json or whole:
        (asked.json or DOCS / "performance.json").write_text(figures.to_json(), encoding="utf-8")
    if asked.page or whole or asked.figures:
        _documents(figures, asked.page or DOCS, errors)
    return int(any(why.startswith("WRONG") for why in figures.missing.values()))


def _measured(asked: argparse.Namespace, console: Console, errors: Console) -> Figures:
    pace = QUICK if asked.quick else Pace()
    pace = Pace(
        asked.cycles or pace.cycles, pace.seconds, pace.least, pace.pause if asked.pause is None else asked.pause
    )
    settings = {"threads": asked.threads, "seed": asked.seed, "quick": asked.quick}
    settings |= {"cycles": pace.cycles, "seconds": pace.seconds, "least": pace.least, "pause": pace.pause}
    figures = Figures(machine(), settings)
    todo = jobs(tuple(asked.sections), tuple(asked.only), tuple(asked.runners), asked.quick)
    with Session(asked.threads, asked.seed, pace, lambda who, words: complaint(errors, who, words)) as session:
        run_all(session, todo, figures, console)
        figures.versions, figures.missing = session.versions, session.left_out
    for who, why in figures.missing.items():  # again, at the end, where it is seen
        complaint(errors, who, f"NOT MEASURED: {why}")
    return figures


def _documents(figures: Figures, folder: Path, errors: Console) -> None:
    (folder / "performance.md").write_text(page(figures), encoding="utf-8")
    if find_spec("matplotlib") is None:
        complaint(errors, "matplotlib", "cannot be loaded: the page is new, its drawings are as they were")
        return
    from benchmarks.speed.plot import draw

    draw(figures, folder)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="make bench", description=__doc__, allow_abbrev=False)
    several: dict[str, Any] = {"nargs": "+", "default": [], "metavar": "NAME"}
    parser.add_argument("--quick", action="store_true", help="the nine cases, fewer cycles; refconv, torch, floor")
    parser.add_argument("--only", choices=NAMES, help="these cases", **several)
    parser.add_argument("--sections", choices=list(SECTIONS), help=f"of {', '.join(SECTIONS)}", **several)
    parser.add_argument("--runners", choices=list(RUNNERS), help=f"of {', '.join(RUNNERS)}", **several)
    parser.add_argument("--threads", type=_positive, default=min(2, os.cpu_count() or 1), help="for everybody")
    parser.add_argument("--cycles", type=_positive, help="turns of everybody")
    parser.add_argument("--pause", type=float, help="seconds before each turn")
    parser.add_argument("--seed", type=int, default=0, help="of the arrays")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the figures there")
    parser.add_argument("--page", type=Path, metavar="FOLDER", help="write the page and its drawings there")
    parser.add_argument(
        *("--from",),
        dest="figures",
        type=Path,
        nargs="+",
        metavar="FILE",
        help="measure nothing, take these; later win",
    )
    return parser


def _positive(word: str) -> int:
    number = int(word)
    if number < 1:
        raise argparse.ArgumentTypeError("at least 1")
    return number


if __name__ == "__main__":
    sys.exit(main())
