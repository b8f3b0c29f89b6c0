"""What an ONNX model computes from constants alone: weights, and the sizes that exporters work out node by node."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from math import isfinite
from typing import Any

from refconv.networks.readers.values import Inexpressible

__all__ = ["Constant", "fold", "tensor"]


class Constant:
    """A tensor that does not depend on the model's input.

    Its elements are loaded or computed when they are asked for, so that weights cost nothing but their shape.

    Attributes
    ----------
    dims : tuple of int
        Its shape.
    learnt : bool
        Whether it comes from an initialiser of more than one element: a weight, as far as the model says.
    """

    def __init__(self, dims: Sequence[int], load: Callable[[], Any], learnt: bool = False) -> None:
        """Remember how to load the elements."""
        self.dims, self.learnt = tuple(dims), learnt
        self._load: Callable[[], Any] | None = load
        self._array: Any = None

    @property
    def array(self) -> Any:
        """The elements, as a NumPy array; one of objects where sizes know whose they are."""
        if self._load is not None:
            self._array, self._load = self._load(), None
        return self._array

    @property
    def numbers(self) -> list[Any]:
        """The elements in a row, as Python numbers."""
        return list(self.array.reshape(-1).tolist())

    @property
    def number(self) -> float | None:
        """The one number that it is, or None for several."""
        if any(n != 1 for n in self.dims):
            return None
        try:
            (value,) = self.numbers
        except Inexpressible:  # its file is missing
            return None
        return float(value) if isinstance(value, int | float) and isfinite(value) else None

    @property
    def parameters(self) -> int:
        """How many learnt numbers it has."""
        count = 1
        for n in self.dims:
            count *= n
        return count if self.learnt and count > 1 else 0


def tensor(proto: Any, folder: str = "", learnt: bool = True) -> Constant:
    """Return an ONNX TensorProto as a constant, its elements in files beside the model included."""

    def load() -> Any:
        from onnx import external_data_helper, numpy_helper

        if external_data_helper.uses_external_data(proto):
            try:
                external_data_helper.load_external_data_for_tensor(proto, folder)
            except Exception as error:  # noqa: BLE001 - ONNX raises its own, of no common base
                raise Inexpressible(f"what it reads, {proto.name}, cannot be loaded: {error}") from None
        return numpy_helper.to_array(proto)

    return Constant(tuple(proto.dims), load, learnt)


def fold(node: Any, given: Sequence[Constant | None], attributes: dict[str, Any], opset: Any) -> list[Constant]:
    """Return the results of a node whose inputs are all constants, with None for those left out.

    Raises
    ------
    Inexpressible
        Where ONNX's own evaluation of it fails.
    """
    import numpy as np

    learnt = any(each.learnt for each in given if each is not None)
    arrays = [None if each is None else each.array for each in given]
    if any(array is not None and array.dtype == object for array in arrays):
        kept = _keeping_sizes(node.op_type, arrays, attributes)
        if kept is not None:
            return [Constant(kept.shape, lambda: kept)]
        arrays = [array.astype(np.int64) if array is not None and array.dtype == object else array for array in arrays]
    results = _evaluated(node, arrays, opset)
    return [Constant(np.shape(result), partial(np.asarray, result), learnt) for result in results]


_INTEGERS = (6, 7)  # INT32 and INT64, in which sizes are


def _keeping_sizes(operator: str, arrays: Sequence[Any], attributes: dict[str, Any]) -> Any:
    """Return the result of what only moves sizes about, or None for what computes with them."""
    import numpy as np

    data, rest = arrays[0], arrays[1:]
    if operator == "Gather":
        return np.asarray(np.take(data, rest[0].astype(int), axis=attributes.get("axis", 0)), dtype=object)
    if operator == "Concat":
        return np.concatenate([np.asarray(array, dtype=object) for array in arrays], axis=attributes["axis"])
    if operator == "Identity" or (operator == "Cast" and attributes["to"] in _INTEGERS):
        return data
    if operator in ("Unsqueeze", "Squeeze"):
        axes = attributes.get("axes") if len(arrays) < 2 or rest[0] is None else rest[0].astype(int).tolist()
        if axes is not None:
            return (np.expand_dims if operator == "Unsqueeze" else np.squeeze)(data, tuple(axes))
    if operator == "Slice" and data.ndim == 1:
        said = [array if array is None else int(array.reshape(-1)[0]) for array in rest]
        if not said:
            said = [attributes["starts"][0], attributes["ends"][0]]
        step = said[3] if len(said) > 3 and said[3] is not None else 1
        return data[said[0] : said[1] : step]
    return None


def _evaluated(node: Any, arrays: Sequence[Any], opset: Any) -> list[Any]:
    from onnx import GraphProto, ModelProto, helper
    from onnx.reference import ReferenceEvaluator

    names = [name for name, array in zip(node.input, arrays, strict=True) if array is not None]
    feeds = {name: array for name, array in zip(node.input, arrays, strict=True) if array is not None}
    unknown = [helper.make_empty_tensor_value_info(name) for name in dict.fromkeys(names)]
    graph = GraphProto(name="folded", node=[node], input=unknown)
    graph.output.extend(helper.make_empty_tensor_value_info(name) for name in node.output if name)
    for info, array in zip(graph.input, feeds.values(), strict=True):
        info.CopyFrom(
            helper.make_tensor_value_info(info.name, helper.np_dtype_to_tensor_dtype(array.dtype), array.shape)
        )
    try:
        results: Any = ReferenceEvaluator(ModelProto(ir_version=10, graph=graph, opset_import=opset)).run(None, feeds)
    except Exception as error:  # noqa: BLE001 - whatever ONNX's evaluator raises, the operator is not folded
        raise Inexpressible(f"ONNX cannot evaluate it on constants: {error}") from None
    return list(results)
