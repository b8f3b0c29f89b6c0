"""ONNX models, node by node: the operators of `refconv.dialects.onnx`, and those that usually stand between them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from refconv.dialects.onnx import OPERATORS
from refconv.dialects.onnx_attributes import as_type
from refconv.dialects.onnx_between import BETWEEN
from refconv.errors import ArgumentError, DTypeError, ShapeError
from refconv.missing import needed
from refconv.ops.elements import Array, check_numeric

__all__ = ["run_model"]

OP = "onnx.run_model"
STANDARD = ("", "ai.onnx")
"""The names of ONNX's own domain."""


def run_model(model: Any, inputs: Any) -> dict[str, Array]:
    """Run an ONNX model, one node after the other, and return its outputs.

    Parameters
    ----------
    model : str, Path, bytes, or onnx.ModelProto
        The model: its file (with files of weights beside it), what the file contains, or loaded.
    inputs : mapping, or sequence of array_like
        The graph's inputs, by name, or in order, where those with an initializer are not counted. An ndarray is the
        only input.

    Returns
    -------
    dict of str to ndarray
        The graph's outputs by name, in its order.

    Raises
    ------
    ArgumentError
        Without the package onnx; for what is no model; for inputs that do not go with the graph's; and for a node whose
        operator or domain is not run here.
    ShapeError, DTypeError, IntegerOverflowError
        For an input unlike what the graph says of it, and from the nodes: a note on the error names the node.

    Notes
    -----
    Run are the operators in `refconv.dialects.onnx.OPERATORS`, and Add, Constant, Flatten, Gemm, Identity, Relu and
    Reshape, each by the newest version of its specification. Whether all of them can be is known before the first runs.
    A model's own functions are put in place of their calls. Sparse tensors and graphs within nodes are refused.

    Examples
    --------
    >>> model = "resnet18.onnx"
    >>> run_model(model, {"input": np.zeros((1, 3, 224, 224), np.float32)})  # doctest: +SKIP
    {'output': array([[...]], dtype=float32)}
    """
    graph = _loaded(model).graph
    _check_runnable(graph)
    values = _constants(graph)
    values.update(_given(graph, inputs, values))
    for node in graph.node:
        values.update(_run(node, values))
    missing = [info.name for info in graph.output if info.name not in values]
    if missing:
        raise ArgumentError(OP, f"no node writes the outputs {missing}.", fix="Check the model: onnx.checker.")
    return {info.name: values[info.name] for info in graph.output}


def _loaded(model: Any) -> Any:
    """Return the ModelProto, its own functions put in place of their calls."""
    onnx = needed("onnx", OP, "reading a model, unlike running a node,", ArgumentError)
    try:
        if isinstance(model, str | Path):
            model = onnx.load(str(model))
        elif isinstance(model, bytes | bytearray):
            model = onnx.load_model_from_string(bytes(model))
    except Exception as error:
        if isinstance(error, OSError):
            raise
        raise ArgumentError(OP, f"this is no ONNX model: {error}", fix="Give a file of ONNX's.") from None
    if not isinstance(model, onnx.ModelProto):
        problem = f"model is of type {type(model).__name__}."
        raise ArgumentError(OP, problem, fix="Give a ModelProto, a path, or the bytes of a file.")
    if model.functions:
        from onnx import inliner

        model = inliner.inline_local_functions(model)
    return model


def _check_runnable(graph: Any) -> None:
    """Raise for what cannot be run, before anything is."""
    if graph.sparse_initializer:
        raise ArgumentError(OP, "the model has sparse initializers.", fix="Store them as dense tensors.")
    for node in graph.node:
        known = node.domain in STANDARD and (node.op_type in OPERATORS or node.op_type in BETWEEN)
        if not known:
            raise ArgumentError(
                OP,
                f"{_title(node)} is of operator {node.op_type!r}"
                + (f" of domain {node.domain!r}" if node.domain not in STANDARD else "")
                + ", which is not run here.",
                fix=f"There are {', '.join(sorted({*OPERATORS, *BETWEEN}))}.",
            )


def _constants(graph: Any) -> dict[str, Array]:
    from onnx import numpy_helper

    return {each.name: numpy_helper.to_array(each) for each in graph.initializer}


def _given(graph: Any, inputs: Any, known: Mapping[str, Array]) -> dict[str, Array]:
    """Return the inputs by name, each as the graph says that it is."""
    infos = {info.name: info for info in graph.input}
    wanted = [name for name in infos if name not in known]
    if isinstance(inputs, Mapping):
        given = dict(inputs)
    else:
        listed = list(inputs) if isinstance(inputs, Sequence) else [inputs]
        if len(listed) != len(wanted):
            problem = f"the model has {len(wanted)} inputs, {wanted}, but {len(listed)} arrays are given."
            raise ArgumentError(OP, problem, fix="Give one array for each, in this order, or a dict of them.")
        given = dict(zip(wanted, listed, strict=True))
    missing, unknown = [name for name in wanted if name not in given], [name for name in given if name not in infos]
    if missing or unknown:
        raise ArgumentError(
            OP,
            f"inputs are missing: {missing}." if missing else f"the model has no inputs {unknown}.",
            fix=f"Its inputs are {wanted}.",
        )
    return {name: _fitting(infos[name], value) for name, value in given.items()}


def _fitting(info: Any, value: Any) -> Array:
    """Return an input as an array of the type and shape that the graph says, or raise."""
    array = check_numeric(OP, info.name, value)
    tensor = info.type.tensor_type
    if tensor.elem_type:
        from onnx import helper

        said = np.dtype(helper.tensor_dtype_to_np_dtype(tensor.elem_type))
        if array.dtype != said:
            if hasattr(value, "dtype"):
                problem = f"input {info.name} is of type {array.dtype}, but the model says {said}."
                raise DTypeError(OP, problem, fix=f"Cast it to {said}.")
            array = as_type(OP, f"input {info.name}", array, said)
    if tensor.HasField("shape"):
        dims = [dim.dim_value if dim.HasField("dim_value") else None for dim in tensor.shape.dim]
        if len(dims) != array.ndim or any(dim not in (None, size) for dim, size in zip(dims, array.shape, strict=True)):
            shape = tuple("?" if dim is None else dim for dim in dims)
            problem = f"input {info.name} has shape {array.shape}, but the model says {shape}."
            raise ShapeError(OP, problem, fix="Give an array of that shape.")
    return array


def _run(node: Any, values: Mapping[str, Array]) -> Iterator[tuple[str, Array]]:
    """Yield a node's outputs with their names."""
    absent = [name for name in node.input if name and name not in values]
    if absent:
        problem = f"{_title(node)} reads {', '.join(absent)}, which nothing before it writes."
        raise ArgumentError(OP, problem, fix="A model's nodes stand in the order in which they are run.")
    operator = OPERATORS.get(node.op_type) or BETWEEN[node.op_type]
    try:
        outputs = operator([values[name] if name else None for name in node.input], _attributes(node))
    except Exception as error:
        error.add_note(f"In {_title(node)} of the model.")
        raise
    return ((name, output) for name, output in zip(node.output, outputs, strict=False) if name)


def _attributes(node: Any) -> dict[str, Any]:
    """Return a node's attributes as Python's numbers and bytes, and tensors as arrays."""
    from onnx import TensorProto, helper, numpy_helper

    found = {}
    for each in node.attribute:
        value = helper.get_attribute_value(each)
        if isinstance(value, TensorProto):
            value = numpy_helper.to_array(value)
        found[each.name] = value
    return found


def _title(node: Any) -> str:
    if node.name:
        return f"node {node.name!r}"
    return f"the node of output {node.output[0]!r}" if node.output else "a node without a name and without outputs"
