"""Those who convolve: one file for each, all with the same two functions."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module
from typing import Any, Protocol, cast

from benchmarks.speed.cases import Case
from benchmarks.speed.inputs import Inputs

__all__ = ["RUNNERS", "Runner", "Work", "runner"]

RUNNERS = {
    "floor": "floor",
    "refconv": "with_refconv",
    "torch": "with_torch",
    "jax": "with_jax",
    "onnx.reference": "with_onnx_reference",
    "onnxruntime": "with_onnxruntime",
}
"""By name, the module."""


@dataclass(frozen=True, slots=True)
class Work:
    """What is timed: `run`, a share of the whole that is `times` as large; `arrays` makes NumPy's of its result."""

    run: Callable[[], Any]
    arrays: Callable[[Any], tuple[Any, ...]] | None
    times: float = 1.0


class Runner(Protocol):
    """What a module here offers."""

    def start(self, threads: int) -> str:
        """Load the library, tell it how many threads it may use, and return its version."""

    def prepare(self, case: Case, kind: str, direction: str, given: Inputs) -> Work | None:
        """Return what is to be timed, or None where the library has no such operation."""


def runner(name: str) -> Runner:
    """Return the runner of this name."""
    return cast(Runner, import_module(f"benchmarks.speed.runners.{RUNNERS[name]}"))
