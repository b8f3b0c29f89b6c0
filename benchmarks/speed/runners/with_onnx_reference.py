"""ONNX's reference evaluator: Conv, forward."""

from __future__ import annotations

import onnx
from onnx.reference import ReferenceEvaluator

from benchmarks.speed.cases import Case
from benchmarks.speed.inputs import Inputs
from benchmarks.speed.runners import Work
from benchmarks.speed.runners.onnx_model import one_node

__all__ = ["prepare", "start"]


def start(threads: int) -> str:
    """Return the version; it runs on NumPy, whose threads are in the environment."""
    del threads
    return str(onnx.__version__)


def prepare(case: Case, kind: str, direction: str, given: Inputs) -> Work | None:
    """Return a run of the model."""
    if case.op != "conv" or direction != "forward":
        return None
    evaluator = ReferenceEvaluator(one_node(case, kind))
    feeds = {"x": given.x, "w": given.w}
    return Work(lambda: evaluator.run(None, feeds), tuple)
