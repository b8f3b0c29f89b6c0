"""One library in a process of its own: reads requests as lines of JSON, answers each with a line.

``python -m benchmarks.speed.worker RUNNER THREADS``; the parent is `benchmarks.speed.processes`.
"""

from __future__ import annotations

import gc
import json
import os
import sys
import tracemalloc
from itertools import starmap
from statistics import median
from time import perf_counter
from typing import Any

import numpy as np

from benchmarks.speed.cases import Case
from benchmarks.speed.inputs import inputs
from benchmarks.speed.runners import Work, runner

__all__ = ["Worker", "main"]

MOST_RUNS = 2000
LONG = 0.4
"""Seconds: what takes longer is run once in a turn, and not warmed up again."""


class Worker:
    """Answers requests: each public method is one."""

    def __init__(self, name: str, threads: int) -> None:
        self.runner = runner(name)
        self.version = self.runner.start(threads)
        self.work: Work | None = None
        self.job: tuple[Any, ...] = ()
        self.last = 0.0
        self.first: Any = None

    def prepare(self, case: dict[str, Any], kind: str, direction: str, seed: int, warm: bool) -> dict[str, Any]:
        """Make the arrays and whatever the library makes beforehand."""
        self.drop()
        shape = Case(**case | {"x": tuple(case["x"])})
        given = inputs(shape, kind, direction, seed)
        self.job = (shape, kind, direction, given)
        self.work = self.runner.prepare(*self.job)
        if self.work is None:
            return {"can": False}
        if warm:
            start = perf_counter()
            self.first = self.work.run()
            self.last = perf_counter() - start
        return {"can": True}

    def turn(self, seconds: float, least: int) -> dict[str, Any]:
        """Run for about so long and at least so often; the median of these times."""
        assert self.work is not None  # noqa: S101 - the parent prepares first
        self.first = None
        if self.last < LONG:
            _seconds(self.work)
        times: list[float] = []
        while not times or (
            self.last < LONG and len(times) < MOST_RUNS and (len(times) < least or sum(times) < seconds)
        ):
            self.last = _seconds(self.work)
            times.append(self.last)
        return {"median": median(times) * self.work.times}

    def peak(self) -> dict[str, Any]:
        """Run once; the most memory there was beside inputs and results, and the time."""
        assert self.work is not None  # noqa: S101
        self.first = None
        gc.collect()
        tracemalloc.start()
        start = perf_counter()
        result = self.work.run()
        took = perf_counter() - start
        most = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        results = sum(array.nbytes for array in self.work.arrays(result)) if self.work.arrays else 0
        return {"bytes": most - results, "median": took}

    def reference(self, path: str) -> dict[str, Any]:
        """Write down what the results are, and how far off they may be."""
        from benchmarks.speed.runners import with_refconv

        pairs = with_refconv.reference(*self.job)
        np.savez(path, *(array for pair in pairs for array in pair))
        return {}

    def error(self, path: str) -> dict[str, Any]:
        """Compare the library's first results with those; above 1 is wrong. None where there is nothing to compare."""
        assert self.work is not None  # noqa: S101
        if self.work.arrays is None:
            return {"worst": None}
        with np.load(path) as held:
            right = list(held.values())
        got = self.work.arrays(self.first)
        return {"worst": max(starmap(_error, zip(got, right[::2], right[1::2], strict=True)))}

    def drop(self) -> dict[str, Any]:
        """Give the memory back."""
        self.work, self.job, self.first = None, (), None
        gc.collect()
        return {}


def _seconds(work: Work) -> float:
    start = perf_counter()
    result = work.run()
    took = perf_counter() - start
    del result  # freeing it is not timed
    return took


def _error(got: Any, right: Any, bound: Any) -> float:
    if got.shape != right.shape:
        return float("inf")
    off = np.abs(got - right)
    share = np.divide(off, bound, out=np.where(off > 0, np.inf, 0.0), where=bound > 0)
    return float(np.where(np.isnan(share), np.inf, share).max())


def main() -> int:
    """Answer until the parent closes the pipe."""
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)  # what a library prints goes where its warnings go
    try:
        worker = Worker(sys.argv[1], int(sys.argv[2]))
    except Exception as error:  # noqa: BLE001 - whatever keeps a library from loading is reported
        answers.write(json.dumps({"failed": f"{type(error).__name__}: {error}"}) + "\n")
        return 1
    answers.write(json.dumps({"version": worker.version}) + "\n")
    answers.flush()
    gc.disable()
    for line in sys.stdin:
        request = json.loads(line)
        try:
            answer = getattr(worker, request.pop("do"))(**request)
        except Exception as error:  # noqa: BLE001 - one library's failure is not the run's
            answer = {"failed": f"{type(error).__name__}: {error}"[:500]}
        answers.write(json.dumps(answer) + "\n")
        answers.flush()
    return 0


if __name__ == "__main__":
    sys.exit(main())
