"""The outside of an ONNX model: how it is loaded, what its input is, and the shapes that ONNX infers in it."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from refconv.arithmetic.per_axis import entries, integers, letters
from refconv.errors import ArgumentError
from refconv.missing import needed

__all__ = ["inferred_shapes", "input_of", "loaded"]

_FIX = "Give the shape without the batch, channels first, such as input=(3, 224, 224)."


def loaded(model: Any) -> tuple[Any, str]:
    """Return the model, its local functions put in place of their calls, and the folder of its weights."""
    onnx = needed("onnx", "from_onnx", "reading an ONNX model", ArgumentError)
    folder = ""
    try:
        if isinstance(model, str | Path):
            folder = str(Path(model).parent)
            model = onnx.load(str(model), load_external_data=False)
        elif isinstance(model, bytes | bytearray):
            model = onnx.load_model_from_string(bytes(model))
    except Exception as error:
        if isinstance(error, OSError):
            raise
        raise ArgumentError("from_onnx", f"this is no ONNX model: {error}", fix="Give a file of ONNX's.") from None
    if not isinstance(model, onnx.ModelProto) or not model.graph.node:
        raise ArgumentError("from_onnx", "this is no ONNX model: it has no nodes.", fix="Give a file of ONNX's.")
    if model.functions:
        from onnx import inliner

        model = inliner.inline_local_functions(model)
    return model, folder


def input_of(graph: Any, wanted: Sequence[int] | None) -> tuple[str, tuple[int, ...], bool]:
    """Return the name of the input, its shape as the model has it, and whether its channels come last."""
    weights = {each.name for each in graph.initializer} | {each.values.name for each in graph.sparse_initializer}
    inputs = [info for info in graph.input if info.name not in weights]
    inputs = [info for info in inputs if len(info.type.tensor_type.shape.dim) != 1] or inputs
    if len(inputs) != 1:
        names = ", ".join(info.name for info in inputs) or "none"
        problem = f"the model's inputs are {names}, but a network here has one."
        raise ArgumentError("from_onnx", problem, fix="Export the model with one input.")
    described = inputs[0].type.tensor_type
    dims = [dim.dim_value or None for dim in described.shape.dim] if described.HasField("shape") else None
    last = dims is not None and len(dims) > 2 and _channels_last(graph, inputs[0].name)
    if wanted is not None:
        given = _sizes(wanted)
        if dims is not None and len(given) != len(dims) - 1:
            problem = (
                f"input={tuple(given)} with a batch makes {len(given) + 1} axes, the model's input has {len(dims)}."
            )
            raise ArgumentError("from_onnx", problem, fix=_FIX)
        dims = [(dims or [None])[0], *(given[1:] + given[:1] if last else given)]
    if dims is None or len(dims) < 2 or None in dims[1:]:
        said = "no shape" if dims is None else f"shape {tuple('?' if n is None else n for n in dims)}"
        raise ArgumentError("from_onnx", f"the model's input, {inputs[0].name}, has {said}.", fix=_FIX)
    return inputs[0].name, tuple(n or 1 for n in dims), last


def _sizes(wanted: Any) -> list[int]:
    """Return the shape that the caller gave, whole numbers of 1 or more."""
    listed = entries(wanted)
    if not listed or any(getattr(n, "free_symbols", None) for n in listed):
        problem = f"input is {wanted!r}: an ONNX model is read for sizes in numbers."
        raise ArgumentError("from_onnx", problem, fix=_FIX)
    axes = "C" + (letters(len(listed) - 1) if len(listed) > 1 else "")
    return list(integers("from_onnx", "input", listed, axes, 1))


def _channels_last(graph: Any, name: str) -> bool:
    """Return whether all that reads the input first moves its last axis to the channels' place."""
    readers = [node for node in graph.node if name in node.input]
    orders = [list(each.ints) for node in readers for each in node.attribute if node.op_type == "Transpose"]
    moved = {result for node in readers for result in node.output}
    after = {node.op_type for node in graph.node if moved & set(node.input)}
    sure = len(orders[0]) > 3 if orders else False  # of three axes two change places, whichever were the channels
    return len(orders) == len(readers) > 0 and all(
        order == [0, len(order) - 1, *range(1, len(order) - 1)] and (sure or after & _CHANNELS_FIRST)
        for order in orders
    )


_CHANNELS_FIRST = {"Conv", "ConvTranspose", "MaxPool", "AveragePool", "BatchNormalization"}


def inferred_shapes(proto: Any, source: str, shape: tuple[int, ...]) -> dict[str, tuple[int, ...]]:
    """Return the shapes that ONNX's own inference finds, for this shape of the input."""
    from onnx import ModelProto, TensorProto, shape_inference

    light = ModelProto(ir_version=proto.ir_version, opset_import=proto.opset_import)
    graph = light.graph
    graph.node.extend(proto.graph.node)
    for each in proto.graph.input:
        graph.input.add().CopyFrom(each)
        if each.name == source:
            described = graph.input[-1].type.tensor_type.shape
            described.ClearField("dim")
            for n in shape:
                described.dim.add().dim_value = n
    for each in proto.graph.initializer:
        size = 1
        for n in each.dims:
            size *= n
        large = size > _SMALL or each.external_data
        graph.initializer.append(
            TensorProto(name=each.name, dims=each.dims, data_type=each.data_type) if large else each
        )
    for each in proto.graph.output:
        graph.output.add().CopyFrom(each)
        graph.output[-1].type.tensor_type.ClearField("shape")
    try:
        done = shape_inference.infer_shapes(light, data_prop=True).graph
    except Exception:  # noqa: BLE001 - a model that ONNX cannot infer is read without it
        return {}
    found: dict[str, tuple[int, ...]] = {}
    for info in [*done.value_info, *done.output]:
        described = info.type.tensor_type
        dims = described.shape.dim
        if described.HasField("shape") and all(dim.HasField("dim_value") for dim in dims):
            found[info.name] = tuple(dim.dim_value for dim in dims)
    return found


_SMALL = 1024
"""Elements up to which an initialiser may be a size that shapes depend on."""
