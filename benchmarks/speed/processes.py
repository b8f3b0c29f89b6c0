"""The parent's end of a worker: started with its threads in the environment, asked, and ended."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from contextlib import suppress
from pathlib import Path
from typing import Any

__all__ = ["Process", "RunnerError"]

ROOT = Path(__file__).resolve().parents[2]
POOLS = ("OMP", "OPENBLAS", "MKL", "NUMEXPR", "VECLIB", "REFCONV")


class RunnerError(Exception):
    """A library that cannot be loaded, or that raised."""


class Process:
    """A worker, from `Process(...)` to `close()`."""

    def __init__(self, name: str, threads: int) -> None:
        self.name, self.threads = name, threads
        count = str(threads)
        # NPROC: how many threads JAX's CPU client makes
        environment = os.environ | {f"{pool}_NUM_THREADS": count for pool in POOLS} | {"NPROC": count}
        environment.pop("REFCONV_ROAD", None)
        self.noise = tempfile.TemporaryFile("w+", encoding="utf-8", errors="replace")  # noqa: SIM115 - closed in close
        self.process = subprocess.Popen(  # noqa: S603 - our own program
            [sys.executable, "-m", "benchmarks.speed.worker", name, count],
            cwd=ROOT,
            env=environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self.noise,
            text=True,
        )
        try:
            self.version = str(self._answer()["version"])
        except BaseException:
            self.close()
            raise

    def ask(self, do: str, **what: Any) -> dict[str, Any]:
        """Return the answer to a request.

        Raises
        ------
        RunnerError
            If the library raised, or the process is gone.
        """
        assert self.process.stdin is not None  # noqa: S101 - it is a pipe
        try:
            self.process.stdin.write(json.dumps({"do": do, **what}) + "\n")
            self.process.stdin.flush()
        except BrokenPipeError as error:
            raise self._gone() from error
        return self._answer()

    def _answer(self) -> dict[str, Any]:
        assert self.process.stdout is not None  # noqa: S101
        line = self.process.stdout.readline()
        if not line:
            raise self._gone()
        answer: dict[str, Any] = json.loads(line)
        if "failed" in answer:
            raise RunnerError(answer["failed"])
        return answer

    def _gone(self) -> RunnerError:
        self.noise.seek(0)
        last = self.noise.read().strip().splitlines()[-1:]
        return RunnerError(f"its process ended with {self.process.wait()}: {' '.join(last)}")

    def close(self) -> None:
        """End the process."""
        for pipe in (self.process.stdin, self.process.stdout):
            if pipe is not None:
                with suppress(BrokenPipeError):
                    pipe.close()
        try:
            self.process.wait(timeout=5)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        self.noise.close()
