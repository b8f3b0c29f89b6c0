"""Drawn ONNX nodes, what the specification's own sentences make of them, and what ONNX's programs answer.

The definitions below are written from the operators' documentation, with loops over taps and no refconv: padding and
sizes by their equations, sums of integers exactly.
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

import numpy as np

from tests.draw import Integer

AUTO_PADS = ("NOTSET", "NOTSET", "SAME_UPPER", "SAME_LOWER", "VALID")
BYTES = (np.uint8, np.int8)
RUN_TYPES = ((np.uint8, np.uint8, np.uint8), (np.uint8, np.int8, np.uint8), (np.int8, np.int8, np.int8))
"""The types of x, w and y for which ONNX Runtime has a QLinearConv."""


@dataclass(frozen=True)
class Node:
    """One drawn node: its operator, the shapes of x and w, the number of filters, its attributes."""

    op: str
    x_shape: tuple[int, ...]
    w_shape: tuple[int, ...]
    filters: int
    attributes: dict[str, Any] = field(default_factory=dict)

    @property
    def rank(self) -> int:
        return len(self.x_shape) - 2

    def ints(self, name: str, default: int) -> list[int]:
        return self.attributes.get(name) or [default] * self.rank

    def floats(self, rng: np.random.Generator, dtype: Any = np.float32) -> list[np.ndarray]:
        return [rng.standard_normal(shape).astype(dtype) for shape in (self.x_shape, self.w_shape, (self.filters,))]

    def integers(self, rng: np.random.Generator) -> list[np.ndarray]:
        return [rng.integers(-9, 10, shape) for shape in (self.x_shape, self.w_shape, (self.filters,))]


def spans(node: Node) -> list[int]:
    return [d * (k - 1) + 1 for k, d in zip(node.w_shape[2:], node.ints("dilations", 1), strict=True)]


def draw_conv(integer: Integer, rank: int, op: str = "Conv", *, as_run: bool = False) -> Node:
    """Return a node of Conv, ConvInteger or QLinearConv; `as_run` leaves out what ONNX Runtime does not do."""
    word = AUTO_PADS[integer(0, len(AUTO_PADS) - 1)]
    axes = []
    for _ in range(rank):
        k, s, d, out = integer(1, 3), integer(1, 3), integer(1, 3), integer(1, 5 - rank)
        d = 1 if as_run and word.startswith("SAME") else d
        lo, hi = (integer(0, 3), integer(0, 3)) if word == "NOTSET" else (0, 0)
        n = (out - 1) * s + d * (k - 1) + 1 - lo - hi + integer(0, s - 1)
        n = integer(1, 7) if word.startswith("SAME") else n + max(-((n - 1) // s), 0) * s
        axes.append((n, k, s, d, lo, hi))
    n, k, s, d, lo, hi = (list(column) for column in zip(*axes, strict=True))
    attributes = {"auto_pad": word, "strides": s, "dilations": d, "kernel_shape": k, "pads": [*lo, *hi]}
    return _node(integer, op, n, attributes)


def draw_transposed(integer: Integer, rank: int, *, as_run: bool = False) -> Node:
    """Return a node of ConvTranspose; `as_run` leaves out what ONNX Runtime does not do, or not as specified.

    That is an output padding of a stride or more, where dilation allows it, and sizes larger than the whole.
    """
    word = AUTO_PADS[integer(0, len(AUTO_PADS) - 1)]
    sized = integer(0, 3) == 0
    axes = []
    for _ in range(rank):
        k, s, d, n = integer(1, 3), integer(1, 3), integer(1, 3), integer(1, 5 - rank)
        span = d * (k - 1) + 1
        s = min(s, span) if as_run else s
        a = integer(0, (s if as_run else max(s, d)) - 1)
        whole = (n - 1) * s + span + a
        lo = min(integer(0, 3), whole - 1)
        hi = min(integer(0, 3), whole - 1 - lo)
        axes.append((n, k, s, d, a, lo, hi, integer(1, whole + 3 * (not as_run))))
    n, k, s, d, a, lo, hi, wanted = (list(column) for column in zip(*axes, strict=True))
    attributes = {"auto_pad": word, "strides": s, "dilations": d, "kernel_shape": k, "pads": [*lo, *hi]}
    attributes["output_padding"] = a
    if sized:
        attributes["output_shape"] = wanted
    return _node(integer, "ConvTranspose", n, attributes)


def _node(integer: Integer, op: str, size: list[int], attributes: dict[str, Any]) -> Node:
    """Return the node with drawn channels, half of the time without what says no more than its default."""
    rank, kernel = len(size), attributes["kernel_shape"]
    group, reads, filters = integer(1, 3), integer(1, 3), integer(1, 3)
    attributes["group"] = group
    if attributes["auto_pad"] != "NOTSET":
        del attributes["pads"]
    ones, zeros = [1] * rank, [0] * rank
    defaults = {"auto_pad": "NOTSET", "strides": ones, "dilations": ones, "group": 1, "pads": zeros * 2}
    defaults |= {"output_padding": zeros, "kernel_shape": kernel}
    said = {name: v for name, v in attributes.items() if v != defaults.get(name) or integer(0, 1)}
    banks = (group * reads, filters) if op == "ConvTranspose" else (group * filters, reads)
    return Node(op, (integer(1, 2), group * reads, *size), (*banks, *kernel), group * filters, said)


def widened(node: Node, channels: int, *, depthwise: bool) -> Node:
    """Return the node with so many channels and filters, in one group or each in a group of its own."""
    banks = (channels, 1 if depthwise else channels)
    attributes = {**node.attributes, "group": channels if depthwise else 1}
    x_shape = (node.x_shape[0], channels, *node.x_shape[2:])
    return Node(node.op, x_shape, (*banks, *node.w_shape[2:]), channels, attributes)


def _split(word: str, total: int) -> tuple[int, int]:
    half = total // 2
    return (half, total - half) if word == "SAME_UPPER" else (total - half, half)


def conv_pads(node: Node) -> list[tuple[int, int]]:
    """Return (lo, hi) per axis: pads, or what makes the output ``ceil(n / s)``."""
    word, pads = node.attributes.get("auto_pad", "NOTSET"), node.ints("pads", 0)
    if not word.startswith("SAME"):
        return list(zip(pads[: node.rank], pads[-node.rank :], strict=True))
    along = zip(node.x_shape[2:], node.ints("strides", 1), spans(node), strict=True)
    return [_split(word, max((-(-n // s) - 1) * s + span - n, 0)) for n, s, span in along]


def transposed_pads(node: Node) -> list[tuple[int, int]]:
    """Return (lo, hi) per axis by the equations of ConvTranspose's documentation."""
    word, pads = node.attributes.get("auto_pad", "NOTSET"), node.ints("pads", 0)
    wanted = node.attributes.get("output_shape")
    s = node.ints("strides", 1)
    if wanted is None and word.startswith("SAME"):
        wanted = [n * step for n, step in zip(node.x_shape[2:], s, strict=True)]
    if wanted is None:
        return list(zip(pads[: node.rank], pads[-node.rank :], strict=True))
    along = zip(node.x_shape[2:], s, node.ints("output_padding", 0), spans(node), wanted, strict=True)
    return [_split(word, step * (n - 1) + a + span - out) for n, step, a, span, out in along]


def taps(node: Node, sizes: tuple[int, ...]) -> Any:
    """Yield each tap's index, and the positions, of so many windows, that it reads."""
    s, d = node.ints("strides", 1), node.ints("dilations", 1)
    for tap in itertools.product(*(range(k) for k in node.w_shape[2:])):
        along = zip(tap, s, d, sizes, strict=True)
        yield tap, tuple(slice(m * dil, m * dil + step * (n - 1) + 1, step) for m, step, dil, n in along)


def conv_by_definition(node: Node, x: np.ndarray, w: np.ndarray, b: np.ndarray | None) -> np.ndarray:
    padded = np.pad(x, [(0, 0), (0, 0), *conv_pads(node)])
    along = zip(padded.shape[2:], spans(node), node.ints("strides", 1), strict=True)
    sizes = tuple((n - span) // s + 1 for n, span, s in along)
    group = node.attributes.get("group", 1)
    y = np.zeros((x.shape[0], w.shape[0], *sizes), np.result_type(x, w))
    for g, (tap, where) in itertools.product(range(group), taps(node, sizes)):
        out = slice(g * w.shape[0] // group, (g + 1) * w.shape[0] // group)
        part = padded[:, g * w.shape[1] : (g + 1) * w.shape[1]][(..., *where)]
        y[:, out] += np.einsum("nc...,oc->no...", part, w[(out, slice(None), *tap)])
    return y if b is None else y + b.reshape(-1, *(1,) * node.rank)


def transposed_by_definition(node: Node, x: np.ndarray, w: np.ndarray, b: np.ndarray | None) -> np.ndarray:
    group, reads = node.attributes.get("group", 1), x.shape[1] // node.attributes.get("group", 1)
    along = zip(x.shape[2:], node.ints("strides", 1), spans(node), node.ints("output_padding", 0), strict=True)
    whole = np.zeros((x.shape[0], node.filters, *((n - 1) * s + span + a for n, s, span, a in along)), x.dtype)
    for g, (tap, where) in itertools.product(range(group), taps(node, x.shape[2:])):
        mine = slice(g * reads, (g + 1) * reads)
        out = slice(g * w.shape[1], (g + 1) * w.shape[1])
        whole[:, out][(..., *where)] += np.einsum("nc...,co->no...", x[:, mine], w[(mine, slice(None), *tap)])
    pads = transposed_pads(node)
    wide = np.pad(whole, [(0, 0), (0, 0), *((max(-lo, 0), max(-hi, 0)) for lo, hi in pads)])
    kept = tuple(slice(max(lo, 0), wide.shape[axis] - max(hi, 0)) for axis, (lo, hi) in enumerate(pads, start=2))
    y = wide[(..., *kept)]
    return y if b is None else y + b.reshape(-1, *(1,) * node.rank)


def draw_quantized(
    integer: Integer, rng: np.random.Generator, rank: int, *, as_run: bool = False
) -> tuple[Node, dict[str, Any]]:
    """Return a node of QLinearConv and its inputs by name; scales for which about all 8 bits are used."""
    node = draw_conv(integer, rank, "QLinearConv", as_run=as_run)
    types = RUN_TYPES[integer(0, len(RUN_TYPES) - 1)] if as_run else [BYTES[integer(0, 1)] for _ in range(3)]
    filters = (node.filters,) if integer(0, 1) else ()
    centre = 0 if types[1] is np.int8 else 128
    x_scale, w_scale = np.float32(rng.uniform(0.001, 0.1)), rng.uniform(0.001, 0.1, filters)
    spread = 60 * np.sqrt(np.prod(node.w_shape[1:])) * rng.uniform(0.5, 2)
    return node, {
        "x": whole_range(rng, types[0], node.x_shape),
        "x_scale": x_scale,
        "x_zero_point": whole_range(rng, types[0], ()),
        "w": whole_range(rng, types[1], node.w_shape),
        "w_scale": np.asarray(w_scale, np.float32),
        "w_zero_point": np.asarray(centre + rng.integers(-3, 4, filters), types[1]),
        "y_scale": np.float32(x_scale * np.mean(w_scale) * spread),
        "y_zero_point": whole_range(rng, types[2], ()),
        "B": rng.integers(-5000, 5001, (node.filters,)).astype(np.int32) if integer(0, 1) else None,
    }


def whole_range(rng: np.random.Generator, dtype: Any, shape: tuple[int, ...]) -> np.ndarray:
    limits = np.iinfo(dtype)
    return np.asarray(rng.integers(limits.min, limits.max + 1, shape), dtype)


def exact_steps(named: dict[str, Any], filters: int) -> list[Fraction]:
    """Return ``x_scale * w_scale / y_scale`` for each filter, exactly."""
    w_scales = np.broadcast_to(named["w_scale"], (filters,)).tolist()
    return [Fraction(float(named["x_scale"])) * Fraction(s) / Fraction(float(named["y_scale"])) for s in w_scales]


def sums_by_definition(node: Node, named: dict[str, Any]) -> np.ndarray:
    """Return the exact integers that QLinearConv scales."""
    x = named["x"].astype(np.int64) - int(named["x_zero_point"])
    shift = np.broadcast_to(named["w_zero_point"], (node.filters,)).astype(np.int64)
    w = named["w"].astype(np.int64) - shift.reshape(-1, *(1,) * (node.rank + 1))
    return conv_by_definition(node, x, w, named.get("B"))


def quantized_by_definition(node: Node, named: dict[str, Any]) -> np.ndarray:
    """Return QLinearConv in fractions: scaled, rounded half to even, shifted, saturated."""
    total, steps = sums_by_definition(node, named), exact_steps(named, node.filters)
    zero, limits = int(named["y_zero_point"]), np.iinfo(named["y_zero_point"].dtype)
    y = np.empty(total.shape, limits.dtype)
    for position in np.ndindex(total.shape):
        rounded = round(int(total[position]) * steps[position[1]]) + zero
        y[position] = min(max(rounded, limits.min), limits.max)
    return y


def model(op: str, inputs: list[Any], attributes: dict[str, Any], outputs: int = 1, opset: int = 22) -> tuple[Any, Any]:
    """Return a model of one node, and what to feed it: x alone, the other inputs are initializers."""
    from onnx import helper, numpy_helper

    names = [f"i{number}" if a is not None else "" for number, a in enumerate(inputs)]
    while names and not names[-1]:
        names.pop()
    node = helper.make_node(op, names, [f"o{number}" for number in range(outputs)], **attributes)
    arrays = {name: np.asarray(a) for name, a in zip(names, inputs, strict=False) if name}
    fed = arrays["i0"]
    graph = helper.make_graph(
        [node],
        op,
        [helper.make_tensor_value_info("i0", helper.np_dtype_to_tensor_dtype(fed.dtype), fed.shape)],
        [helper.make_empty_tensor_value_info(f"o{number}") for number in range(outputs)],
        [numpy_helper.from_array(a, name) for name, a in arrays.items() if name != "i0"],
    )
    made = helper.make_model(graph, opset_imports=[helper.make_opsetid("", opset)], ir_version=10)
    return made, {"i0": fed}


def inferred_shape(op: str, inputs: list[Any], attributes: dict[str, Any]) -> tuple[int, ...]:
    """Return the shape of the first output as onnx infers it."""
    from onnx import shape_inference

    made, _ = model(op, inputs, attributes)
    info = shape_inference.infer_shapes(made, strict_mode=True).graph.output[0]
    return tuple(dim.dim_value for dim in info.type.tensor_type.shape.dim)


def reference(op: str, inputs: list[Any], attributes: dict[str, Any], outputs: int = 1) -> list[np.ndarray]:
    """Return the answers of onnx's reference evaluator."""
    from onnx.reference import ReferenceEvaluator

    made, feed = model(op, inputs, attributes, outputs)
    return ReferenceEvaluator(made).run(None, feed)


def runtime(
    op: str, inputs: list[Any], attributes: dict[str, Any], outputs: int = 1, *, optimized: bool = False
) -> list[np.ndarray]:
    """Return the answers of ONNX Runtime on the CPU; `optimized` lets it choose other layouts and fold constants."""
    import onnxruntime

    made, feed = model(op, inputs, attributes, outputs)
    options = onnxruntime.SessionOptions()
    options.log_severity_level = 4
    options.intra_op_num_threads = 1
    level = onnxruntime.GraphOptimizationLevel
    options.graph_optimization_level = level.ORT_ENABLE_ALL if optimized else level.ORT_DISABLE_ALL
    session = onnxruntime.InferenceSession(made.SerializeToString(), options, providers=["CPUExecutionProvider"])
    return session.run(None, feed)
