"""What a run prints: a table for each group of cases, growing while it goes, a bar beneath it, and the verdicts."""

from __future__ import annotations

from itertools import groupby

from rich.console import Console, Group
from rich.live import Live
from rich.panel import Panel
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table
from rich.text import Text

from benchmarks.speed import alone, table, verdicts
from benchmarks.speed.compared import beside
from benchmarks.speed.figures import Figures
from benchmarks.speed.jobs import SECTIONS, Job
from benchmarks.speed.session import Session
from benchmarks.speed.table import milliseconds
from benchmarks.speed.targets import TARGETS

__all__ = ["complaint", "judged", "run_all"]

ALONE = {"threads": alone.threads, "kinds": alone.kinds, "planes": alone.per_output, "memory": alone.memory}
"""Sections of refconv alone."""


def run_all(session: Session, todo: list[Job], figures: Figures, console: Console) -> None:
    """Run the jobs, adding to the figures."""
    if not console.is_terminal:
        for heading, group in groupby(todo, key=_heading):
            for job in group:
                figures.rows += session.run(job)
            console.print(_so_far(figures, *heading))
        return
    words = TextColumn("{task.description}", markup=False)
    progress = Progress(words, BarColumn(), MofNCompleteColumn(), TimeElapsedColumn(), console=console)
    task = progress.add_task("", total=len(todo))
    for heading, group in groupby(todo, key=_heading):
        with Live(progress, console=console, refresh_per_second=4) as live:
            for job in group:
                progress.update(task, description=f"{job.case.name}, {job.kind}, {job.direction}")
                figures.rows += session.run(job)
                progress.advance(task)
                live.update(Group(_so_far(figures, *heading), progress))
            live.update(_so_far(figures, *heading))


def _heading(job: Job) -> tuple[str, str, str]:
    compared = job.section in ("cases", "others", "calls", "size")
    return (job.section, job.kind, job.direction) if compared else (job.section, "", "")


def _so_far(figures: Figures, section: str, kind: str, direction: str) -> Table | Text:
    if section == "big":
        rows = [row for row in figures.rows if row.section == "big"]
        return Text("\n".join(f"{row.case}: {row.runner} {milliseconds(row.seconds)} ms" for row in rows))
    found = ALONE[section](figures) if section in ALONE else beside(figures, section, kind, direction)
    words = SECTIONS[section] + (f": {kind}, {direction}" if kind else "")
    return Text(words) if found is None else _drawn(found, words)


def _drawn(words: table.Table, title: str) -> Table:
    drawn = Table(title=title, title_justify="left", header_style="bold")
    for number, name in enumerate(words.head):
        drawn.add_column(name, justify="left" if number == 0 or words.all_words else "right")
    for row in words.rows:
        drawn.add_row(*(Text(cell.strip("*"), style=_colour(cell)) for cell in row))
    return drawn


def _colour(cell: str) -> str:
    if cell.startswith("missed"):
        return "red"
    if cell.startswith(("reached", "**reached")):
        return "green"
    if not cell.endswith("x") or not cell[:-1].replace(".", "").isdigit():
        return ""
    return "green" if float(cell[:-1]) >= 1 else "yellow"


def judged(figures: Figures, console: Console) -> None:
    """Print the verdicts on those targets that something was measured for."""
    measured = [target for target in TARGETS if target.values(figures)]
    console.print(_drawn(verdicts.table(measured, figures), "Targets"))


def complaint(console: Console, who: str, words: str) -> None:
    """Print that a library is missing, or wrong, so that nobody overlooks it."""
    console.print(Panel(Text(words), title=who, style="bold red", expand=False))
