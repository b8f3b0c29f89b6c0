"""ONNX models as networks."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import Any

from refconv.arithmetic.integers import product
from refconv.errors import ArgumentError
from refconv.networks.readers.draft import Draft
from refconv.networks.readers.onnx_call import Call
from refconv.networks.readers.onnx_constants import Constant, fold, tensor
from refconv.networks.readers.onnx_model import inferred_shapes, input_of, loaded
from refconv.networks.readers.onnx_operators import OPERATORS
from refconv.networks.readers.values import CHANNELS, Inexpressible, Value, remark
from refconv.networks.records import Network

__all__ = ["from_onnx"]


def from_onnx(model: Any, input: Sequence[int] | None = None) -> Network:  # noqa: A002 - the word of the records
    """Return an ONNX model as a network of plain records.

    Parameters
    ----------
    model : str, Path, bytes, or onnx.ModelProto
        The model: its file, what the file contains, or loaded. Files of weights beside it need not be there.
    input : tuple of int, optional
        The shape of its input, channels first, without the batch; needed where the model leaves sizes open.

    Returns
    -------
    Network
        It has the file's name. Its nodes have those of the model's nodes, or where they have none of their outputs;
        where one node becomes several records, the others have that name and a word more. Operators that no record
        expresses are `Unsupported`, with their name and the reason; so is what only they lead to, as far as it depends
        on where they put things.

    Raises
    ------
    ArgumentError
        For what is no model, for a model with several inputs, or one whose sizes are open.

    Notes
    -----
    The first axis of the input is taken to be the batch. Nodes that only compute sizes or weights are evaluated and
    not shown; neither are transpositions and other nodes that change no number. Initialisers of more than one element
    that are added or multiplied count as learnt parameters, single numbers do not. Exporters often merge batch
    normalisations into convolutions: parameters are counted as the file has them, and weights that several nodes read
    once for each; the note names them. Sizes that the model fixes, such as those of a reshape, were fixed for its
    input. Where a layer has another shape than ONNX infers, the node is not taken to be that layer.

    Examples
    --------
    >>> network = from_onnx("resnet18.onnx")  # doctest: +SKIP
    >>> network.nodes[0]  # doctest: +SKIP
    Node(name='/conv1/Conv', operation=Conv(filters=64, kernel_size=7, stride=2, padding=3, ...
    """
    proto, folder = loaded(model)
    source, shape, last = input_of(proto.graph, input)
    reading = _Reading(proto, folder, source, shape, last)
    for node in proto.graph.node:
        reading.read(node)
    outputs = [reading.known[info.name] for info in proto.graph.output if info.name in reading.known]
    results = [value for value in outputs if isinstance(value, Value)]
    if not results:
        raise ArgumentError("from_onnx", "no output of the model depends on its input.", fix="Read another model.")
    name = Path(model).stem if isinstance(model, str | Path) else proto.graph.name or "model"
    note = "read from ONNX" + remark("in several nodes", _shared(proto.graph))
    return reading.draft.done(name, list({value.name: value for value in results}.values()), note=note)


def _shared(graph: Any) -> dict[str, int]:
    """Return the weights and biases that several nodes read, with how many numbers they are."""
    readers = Counter(name for node in graph.node if node.op_type in _WEIGHTED for name in set(node.input))
    return {each.name: product(each.dims) for each in graph.initializer if readers[each.name] > 1}


_WEIGHTED = ("Conv", "ConvTranspose", "FusedConv", "Gemm", "MatMul")


class _Reading:
    """One model being read: what is known of each tensor by name."""

    def __init__(self, proto: Any, folder: str, source: str, shape: tuple[int, ...], last: bool) -> None:
        first = (shape[-1], *shape[1:-1]) if last else shape[1:]
        self.draft = Draft(first, shape[0])
        self.known: dict[str, Value | Constant] = {each.name: tensor(each, folder) for each in proto.graph.initializer}
        start = self.draft.input
        if last:
            start = Value(start.name, shape, (*start.axes[:1], *start.axes[2:], CHANNELS) if start.axes else None)
        self.known[source] = start
        self.shapes = inferred_shapes(proto, source, shape)
        self.folder = folder
        self.imports = proto.opset_import
        self.opset = max((each.version for each in proto.opset_import if each.domain in ("", "ai.onnx")), default=1)

    def read(self, node: Any) -> None:
        """Take in one node."""
        from onnx import helper

        given = [self.known.get(name) for name in node.input]
        attributes = {each.name: helper.get_attribute_value(each) for each in node.attribute}
        named = {key: said.decode() if isinstance(said, bytes) else said for key, said in attributes.items()}
        call = Call(node.op_type, node.name or node.output[0], self.draft, given, named, self.opset, len(node.output))
        call.shape = self.shapes.get(node.output[0])
        try:
            results = self.draft.attempt(lambda: self._results(node, call))
        except Inexpressible as reason:
            results = self._unsupported(node, [*given, *self._captured(node)], str(reason))
        for name, result in zip(node.output, results, strict=False):
            if name:
                self.known[name] = result

    def _captured(self, node: Any) -> list[Value]:
        """Return what the branches or the body of a node read of the graph around them, and depends on the input."""
        bodies = [body for each in node.attribute for body in [each.g, *each.graphs] if body.node]
        read = {name for body in bodies for inner in body.node for name in inner.input}
        inside = [value for body in bodies for inner in body.node for value in self._captured(inner)]
        return [*(each for name in sorted(read) if isinstance(each := self.known.get(name), Value)), *inside]

    def _results(self, node: Any, call: Call) -> Sequence[Value | Constant]:
        if node.domain not in _DOMAINS:
            raise Inexpressible(f"it is of another library: {node.domain}")
        if node.op_type == "Constant":
            return [_constant(node, self.folder)]
        lost = [name for name in node.input if name and name not in self.known]
        if lost:
            raise Inexpressible(f"what it reads is not known: {', '.join(lost)}")
        depends = any(isinstance(each, Value) for each in [*call.given, *self._captured(node)])
        if not depends and node.op_type not in _RANDOM:
            return self._folded(node, call)
        express = OPERATORS.get(node.op_type)
        if express is None:
            raise Inexpressible("there is no record for it")
        result = express(call)
        results = result if isinstance(result, list) else [result]
        self._check_shapes(node, results)
        missing = [name for name in node.output[len(results) :] if name]
        if missing:
            results = [*results, *self._unsupported(node, call.given, "its further results", len(results))]
        return results

    def _check_shapes(self, node: Any, results: Sequence[Value | Constant]) -> None:
        """Raise where a result has another shape than ONNX infers: then the record is not what the node does."""
        for name, made in zip(node.output, results, strict=False):
            inferred = self.shapes.get(name)
            if not isinstance(made, Value) or None in (made.shape, inferred) or made.shape == inferred:
                continue
            if node.op_type not in ("Resize", "Upsample"):
                raise Inexpressible(f"its result has shape {made.shape}, by ONNX's own inference {inferred}")
            # the float32 nearest to 0.7 is less: ONNX infers 6 of 10 and a runtime makes 7, and so on from there
            self.shapes = {}

    def _folded(self, node: Any, call: Call) -> Sequence[Constant]:
        given = [each if isinstance(each, Constant) else None for each in call.given]
        shapes = [self.shapes.get(name) for name in node.output]
        if any(shape is None for shape in shapes) or node.op_type in _SIZES:
            return fold(node, given, call.attributes, self.imports)
        learnt = any(each.learnt for each in given if each is not None)

        def load(number: int) -> Any:
            return fold(node, given, call.attributes, self.imports)[number].array

        return [Constant(shape or (), partial(load, i), learnt) for i, shape in enumerate(shapes)]

    def _unsupported(self, node: Any, given: Sequence[Any], reason: str, first: int = 0) -> list[Value]:
        reads = list({each.name: each for each in given if isinstance(each, Value)}.values())
        shapes = [self.shapes.get(name) for name in node.output[first:] if name]
        stem = node.name or node.output[0]
        return [self.draft.unsupported(node.op_type, reason, reads, shape, stem) for shape in shapes]


_DOMAINS = ("", "ai.onnx", "com.microsoft")
"""Whose operators are known by their names: ONNX's own, and those that ONNX Runtime puts in their place."""
_RANDOM = ("RandomNormal", "RandomUniform", "RandomNormalLike", "RandomUniformLike", "Multinomial", "Bernoulli")
_SIZES = ("Gather", "Concat", "Unsqueeze", "Squeeze", "Slice", "Cast", "Identity")
"""Evaluated at once: sizes that know whose they are pass through."""


def _constant(node: Any, folder: str) -> Constant:
    import numpy as np

    said = node.attribute[0]
    if said.name == "value":
        return tensor(said.t, folder, learnt=False)
    if not said.name.startswith("value_"):
        raise Inexpressible(f"a constant given as {said.name}")
    from onnx import helper

    array = np.asarray(helper.get_attribute_value(said))
    return Constant(array.shape, lambda: array)
