"""A run: the processes are started, given each job, checked, timed in turn, and ended."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import asdict, replace
from pathlib import Path

from benchmarks.speed.figures import Row
from benchmarks.speed.jobs import Job
from benchmarks.speed.processes import Process, RunnerError
from benchmarks.speed.turns import Pace, take_turns

__all__ = ["Session"]

OTHERS = 3
"""Cycles, at most, outside the nine cases."""


class Session:
    """Processes for the runners of some jobs.

    What cannot be loaded, fails or is wrong is told to `complain`, left out, and kept in `left_out`.
    """

    def __init__(self, threads: int, seed: int, pace: Pace, complain: Callable[[str, str], None]) -> None:
        self.threads, self.seed, self.pace, self._tell = threads, seed, pace, complain
        self.versions: dict[str, str] = {}
        self.left_out: dict[str, str] = {}
        self._processes: dict[tuple[str, int], Process] = {}
        self._stack = ExitStack()
        self._folder = Path(self._stack.enter_context(tempfile.TemporaryDirectory()))

    def __enter__(self) -> Session:
        return self

    def __exit__(self, *error: object) -> None:
        self._stack.close()

    def _process(self, name: str, threads: int) -> Process | None:
        if name in self.left_out:
            return None
        if (name, threads) not in self._processes:
            try:
                process = Process(name, threads)
            except RunnerError as failed:
                self._complain(name, f"cannot be loaded: {failed}")
                return None
            self._stack.callback(process.close)
            self._processes[name, threads] = process
            self.versions[name] = process.version
        return self._processes[name, threads]

    def _complain(self, who: str, words: str) -> None:
        self.left_out[who] = words
        self._tell(who, words)

    def run(self, job: Job) -> list[Row]:
        """Return the rows of one job."""
        asked = (self._process(name, count or self.threads) for count in job.threads or (0,) for name in job.runners)
        ready = [process for process in asked if process is not None and self._tried(process, job, self._prepare)]
        if job.checked:
            ready = list(self._right(ready, job))
        if job.measure == "time":
            pace = self.pace if job.section == "cases" else replace(self.pace, cycles=min(OTHERS, self.pace.cycles))
            medians, failures = take_turns(ready, pace)
            for process, words in failures.items():
                self._complain(_told(process, job), words)
            rows = [_row(job, process, times) for process, times in medians.items()]
        else:
            answers = [(process, process.ask("peak")) for process in ready]
            rows = [_row(job, process, (answer["median"],), answer["bytes"]) for process, answer in answers]
        for process in ready:
            self._tried(process, job, _drop)
        return rows

    def _tried(self, process: Process, job: Job, ask: Callable[[Process, Job], bool]) -> bool:
        try:
            return ask(process, job)
        except RunnerError as failed:
            self._complain(_told(process, job), str(failed))
            return False

    def _prepare(self, process: Process, job: Job) -> bool:
        what = dict(case=asdict(job.case), kind=job.kind, direction=job.direction, seed=self.seed)
        return bool(process.ask("prepare", **what, warm=job.measure != "once")["can"])

    def _right(self, ready: Sequence[Process], job: Job) -> Iterator[Process]:
        """Yield those whose results are refconv's, up to rounding; nobody is timed on a wrong answer."""
        path = str(self._folder / "reference.npz")
        judge = next((process for process in ready if process.name == "refconv"), None)
        if judge is None:
            return
        judge.ask("reference", path=path)

        def is_right(process: Process, job: Job) -> bool:
            worst = process.ask("error", path=path)["worst"]
            if worst is not None and not worst <= 1:
                self._complain(_told(process, job), f"WRONG: {worst:.3g} times the bound on rounding")
                return False
            return True

        yield from (process for process in ready if self._tried(process, job, is_right))


def _drop(process: Process, job: Job) -> bool:
    del job
    process.ask("drop")
    return True


def _told(process: Process, job: Job) -> str:
    return f"{process.name}: {job.case.name}, {job.kind}, {job.direction}"


def _row(job: Job, process: Process, medians: tuple[float, ...], workspace: int | None = None) -> Row:
    place = (job.section, job.case.name, job.kind, job.direction)
    rounded = tuple(float(f"{seconds:.4g}") for seconds in medians)
    return Row(*place, process.name, process.threads, rounded, workspace)
