"""A model of one Conv node, for both who run ONNX."""

from __future__ import annotations

from typing import Any

from onnx import TensorProto, helper

from benchmarks.speed.cases import Case

__all__ = ["one_node"]

OPSET, IR = 17, 8


def one_node(case: Case, kind: str) -> Any:
    """Return the model; its inputs are x and w."""
    element = {"float32": TensorProto.FLOAT, "float64": TensorProto.DOUBLE}[kind]
    attributes: dict[str, Any] = dict(strides=[case.s] * 2, pads=[case.p] * 4, dilations=[case.d] * 2)
    node = helper.make_node("Conv", ["x", "w"], ["y"], kernel_shape=[case.k] * 2, group=case.groups, **attributes)
    given = [helper.make_tensor_value_info(name, element, shape) for name, shape in (("x", case.x), ("w", case.w))]
    graph = helper.make_graph([node], "one", given, [helper.make_tensor_value_info("y", element, case.y)])
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", OPSET)], ir_version=IR)
