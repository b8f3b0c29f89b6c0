"""ONNX Runtime on its CPU provider: Conv, forward, in float32, the only type it has it in."""

from __future__ import annotations

import onnxruntime

from benchmarks.speed.cases import Case
from benchmarks.speed.inputs import Inputs
from benchmarks.speed.runners import Work
from benchmarks.speed.runners.onnx_model import one_node

__all__ = ["prepare", "start"]

options = onnxruntime.SessionOptions()


def start(threads: int) -> str:
    """Use so many threads, and return the version."""
    options.intra_op_num_threads, options.inter_op_num_threads = threads, 1
    return str(onnxruntime.__version__)


def prepare(case: Case, kind: str, direction: str, given: Inputs) -> Work | None:
    """Return a run of the model."""
    if case.op != "conv" or direction != "forward" or kind != "float32":
        return None
    model = one_node(case, kind).SerializeToString()
    session = onnxruntime.InferenceSession(model, options, providers=["CPUExecutionProvider"])
    feeds = {"x": given.x, "w": given.w}
    return Work(lambda: session.run(None, feeds), tuple)
