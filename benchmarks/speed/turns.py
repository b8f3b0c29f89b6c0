"""The processes take turns, over several cycles, with a pause between.

Whatever slows the machine down for a while then hits all of them; and in the pause the threads of the one that has just
run stop waiting for more, as many pools do busily for some milliseconds.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from time import sleep

from benchmarks.speed.processes import Process, RunnerError

__all__ = ["Pace", "take_turns"]

VERY_LONG = 1.0
"""Seconds: what takes longer has two turns."""


@dataclass(frozen=True, slots=True)
class Pace:
    """How long everything takes: cycles, seconds and least runs of a turn, seconds of a pause."""

    cycles: int = 5
    seconds: float = 0.06
    least: int = 3
    pause: float = 0.05


def take_turns(processes: Sequence[Process], pace: Pace) -> tuple[dict[Process, tuple[float, ...]], dict[Process, str]]:
    """Return each process's medians, one a cycle, and what went wrong with those that failed."""
    medians: dict[Process, list[float]] = {process: [] for process in processes}
    failures: dict[Process, str] = {}
    for cycle in range(pace.cycles):
        shift = cycle % max(1, len(processes))  # nobody always runs after the same one
        for process in (*processes[shift:], *processes[:shift]):
            if process in failures or (cycle > 1 and medians[process][0] > VERY_LONG):
                continue
            sleep(pace.pause)
            try:
                medians[process].append(process.ask("turn", seconds=pace.seconds, least=pace.least)["median"])
            except RunnerError as failed:
                failures[process] = str(failed)
    return {process: tuple(times) for process, times in medians.items() if process not in failures}, failures
