"""One ONNX node, run by ONNX's own reference and by onnxruntime: what a case of theirs is made of."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

__all__ = ["by_reference", "by_runtime", "inferred_shape", "model_of"]

OPSET = 22


def model_of(op: str, inputs: Sequence[Any], outputs: int, opset: int, attributes: dict[str, Any]) -> Any:
    """Return a model of one node whose inputs are those arrays; None is an optional input left out."""
    from onnx import helper

    names = ["" if each is None else f"input{i}" for i, each in enumerate(inputs)]
    node = helper.make_node(op, names, [f"output{i}" for i in range(outputs)], **attributes)
    values = [
        helper.make_tensor_value_info(name, helper.np_dtype_to_tensor_dtype(each.dtype), each.shape)
        for name, each in zip(names, inputs, strict=True)
        if each is not None
    ]
    # the runtime finds the outputs' types out by itself
    graph = helper.make_graph([node], "case", values, [helper.make_empty_tensor_value_info(o) for o in node.output])
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", opset)], ir_version=10)


def by_reference(op: str, *inputs: Any, outputs: int = 1, opset: int = OPSET, **attributes: Any) -> Any:
    """Return what ``onnx.reference`` makes of a node; of several outputs the last."""
    from onnx.reference import ReferenceEvaluator

    arrays = [None if each is None else np.asarray(each) for each in inputs]
    model = model_of(op, arrays, outputs, opset, attributes)
    feeds = {f"input{i}": each for i, each in enumerate(arrays) if each is not None}
    return ReferenceEvaluator(model).run(None, feeds)[-1]


def by_runtime(op: str, *inputs: Any, outputs: int = 1, opset: int = OPSET, **attributes: Any) -> Any:
    """Return what onnxruntime makes of a node, on the CPU; of several outputs the last."""
    import onnxruntime

    arrays = [None if each is None else np.asarray(each) for each in inputs]
    model = model_of(op, arrays, outputs, opset, attributes)
    options = onnxruntime.SessionOptions()
    options.log_severity_level = 4  # what it raises says enough
    options.intra_op_num_threads = 1
    session = onnxruntime.InferenceSession(model.SerializeToString(), options, providers=["CPUExecutionProvider"])
    return session.run(None, {f"input{i}": each for i, each in enumerate(arrays) if each is not None})[-1]


def inferred_shape(op: str, *inputs: Any, opset: int = OPSET, **attributes: Any) -> tuple[int, ...]:
    """Return the shape that ``onnx.shape_inference`` says the first output has."""
    from onnx import shape_inference

    model = model_of(op, [np.asarray(each) for each in inputs], 1, opset, attributes)
    shape = shape_inference.infer_shapes(model, strict_mode=True).graph.output[0].type.tensor_type.shape
    return tuple(dim.dim_value for dim in shape.dim)
