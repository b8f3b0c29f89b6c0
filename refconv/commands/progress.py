"""A progress bar on standard error, where somebody sees it."""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Iterator
from typing import Protocol

__all__ = ["Step", "progress"]


class Step(Protocol):
    """What a long run calls after each case."""

    def __call__(self, done: int, total: int, case: str = "") -> None:
        """Say how many are done, of how many, and which."""


_COLUMNS = 40


@contextlib.contextmanager
def progress(what: str, *, shown: bool) -> Iterator[Step | None]:
    """Yield what to call after each case, or None where nobody would see the bar.

    Examples
    --------
    >>> with progress("checking", shown=False) as step:
    ...     print(step)
    None
    """
    if not shown or sys.stderr is None or not sys.stderr.isatty():
        yield None
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

    from refconv.oracle.report.words import clean

    # the stream of now: sys.stderr is another one while a kernel runs, and the bar is redrawn from a thread
    console = Console(file=sys.stderr)
    columns = (
        TextColumn(what, markup=False),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        TextColumn("{task.fields[case]}", markup=False, style="dim"),
    )
    with Progress(*columns, console=console, transient=True, redirect_stdout=False, redirect_stderr=False) as bar:
        task = bar.add_task(what, total=None, case="")

        def step(done: int, total: int, case: str = "") -> None:
            bar.update(task, completed=done, total=total, case=clean(case)[:_COLUMNS])

        yield step
