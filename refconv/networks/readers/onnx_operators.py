"""For each ONNX operator, by its name, how it is expressed in records."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from refconv.arithmetic.sizes import output_size, pooled_output_size, same_padding, transposed_output_size
from refconv.networks.readers import expressing as ex
from refconv.networks.readers.onnx_call import Call
from refconv.networks.readers.onnx_constants import Constant
from refconv.networks.readers.onnx_moves import MOVES
from refconv.networks.readers.values import CHANNELS, MIXED, Inexpressible, Value
from refconv.networks.records import GlobalPool, Norm

__all__ = ["OPERATORS"]

_SAME = {"SAME_UPPER": "same_upper", "SAME_LOWER": "same_lower"}


def _padding(call: Call, rank: int) -> Any:
    """Return the padding of a convolution or pooling: pairs, or a word."""
    word = call.attributes.get("auto_pad", "NOTSET")
    if word in _SAME:
        return _SAME[word]
    said = call.attributes.get("pads") if word == "NOTSET" else None
    said = said or [0] * (2 * rank)
    return list(zip(said[:rank], said[rank:], strict=True))


def _windows(call: Call, rank: int) -> dict[str, Any]:
    return {
        "stride": call.attributes.get("strides") or [1] * rank,
        "dilation": call.attributes.get("dilations") or [1] * rank,
        "padding": _padding(call, rank),
    }


def _conv(weight: int = 1, bias: int | None = 2) -> Callable[[Call], Value]:
    """Return how a convolution is expressed whose weights and bias are inputs of these numbers."""

    def express(call: Call) -> Value:
        dims = call.weight(weight)
        has_bias = bias is not None and call.constant(bias) is not None
        groups = call.attributes.get("group", 1)
        options = _windows(call, len(dims) - 2)
        return ex.convolution(call.draft, call.name, call.x, dims, has_bias, groups=groups, **options)

    return express


def _fused_conv(call: Call) -> Value:
    if len(call.given) > 3:
        raise Inexpressible("it adds another tensor")
    result = _conv()(call)
    function = call.attributes.get("activation")
    return ex.activation(call.draft, f"{call.name}.activation", result, function.lower()) if function else result


def _conv_transpose(call: Call) -> Value:
    dims, rank = call.weight(1), len(call.weight(1)) - 2
    options = _windows(call, rank)
    extra = call.attributes.get("output_padding") or [0] * rank
    wanted = call.attributes.get("output_shape")
    word = call.attributes.get("auto_pad", "NOTSET")
    if wanted is None and word in _SAME and any(extra):
        raise Inexpressible("ONNX's two rules for its size, with output padding and SAME, differ")
    if wanted is not None or word in _SAME:
        shape = call.draft.plain(call.x).shape
        if shape is None:
            raise Inexpressible("the shape of its input is not known")
        along = list(zip(shape[2:], dims[2:], options["stride"], options["dilation"], extra, strict=True))
        asked = wanted[-rank:] if wanted else [n * s for n, _, s, _, _ in along]
        totals = [transposed_output_size(*each[:4], 0, 0, each[4]) - m for each, m in zip(along, asked, strict=True)]
        if min(totals) < 0:
            raise Inexpressible(f"its size {tuple(asked)} would need negative padding, which ONNX leaves open")
        less = [(total // 2, total - total // 2) for total in totals]
        options["padding"] = less if word == "SAME_UPPER" else [pair[::-1] for pair in less]
    options |= {"groups": call.attributes.get("group", 1), "output_padding": extra}
    return ex.transposed(call.draft, call.name, call.x, dims, call.constant(2) is not None, **options)


def _gemm(call: Call) -> Value:
    dims, bias = call.weight(1), call.constant(2)
    if call.attributes.get("transA"):
        raise Inexpressible("it transposes its input")
    channels, features = dims[::-1] if call.attributes.get("transB") else dims
    return ex.linear(call.draft, call.name, call.x, features, channels, bias is not None and bias.dims != ())


def _matmul(weight: int = 1) -> Callable[[Call], Value]:
    def express(call: Call) -> Value:
        if isinstance(call.given[0], Value) and isinstance(call.given[weight], Value):
            raise Inexpressible("it multiplies two tensors that depend on the model's input")
        dims = call.weight(weight)
        if len(dims) != 2:
            raise Inexpressible(f"its weights have {len(dims)} axes")
        return ex.linear(call.draft, call.name, call.x, dims[1], dims[0], bias=False)

    return express


def _pool(kind: str) -> Callable[[Call], Value]:
    def express(call: Call) -> Value:
        kernel = call.attributes["kernel_shape"]
        options = _windows(call, len(kernel)) | {"ceil_mode": bool(call.attributes.get("ceil_mode", 0))}
        if options["ceil_mode"]:
            _check_last_window(call, kernel, options)
        if kind == "average":
            options["count_include_pad"] = bool(call.attributes.get("count_include_pad", 0))
        return ex.pooled(call.draft, call.name, call.x, kind, kernel, **options)

    return express


def _check_last_window(call: Call, kernel: list[int], options: dict[str, Any]) -> None:
    """Refuse a hanging window of which ONNX says two things.

    One that begins in the padding at the end was there before version 22, reading nothing, and is not since. Where
    auto_pad says the padding, its rule for the size has no hanging window, and ONNX's own inference of shapes has.
    """
    word = call.attributes.get("auto_pad", "NOTSET")
    shape = call.draft.plain(call.x).shape
    if shape is None:
        raise Inexpressible("the shape of its input is not known")
    along = zip(shape[2:], kernel, options["stride"], options["dilation"], strict=True)
    for axis, (n, k, s, d) in enumerate(along):
        lo, hi = same_padding(n, k, s, d) if word in _SAME else options["padding"][axis]
        hanging = output_size(n, k, s, d, lo, hi + s - 1)
        ours = output_size(n, k, s, d, lo, hi) if word != "NOTSET" else None
        if word == "NOTSET" and call.opset < 22:
            ours = pooled_output_size(n, k, s, d, lo, hi, ceil_mode=True)
        if ours not in (None, hanging):
            raise Inexpressible("ONNX's two rules for its last window, which hangs over, differ")


def _global(kind: str) -> Callable[[Call], Value]:
    return lambda call: call.draft.placed(GlobalPool(kind), call.draft.plain(call.x), name=call.name)


def _reduce(kind: str) -> Callable[[Call], Value]:
    def express(call: Call) -> Value:
        axes = call.numbers(1, "axes")
        if not axes:
            raise Inexpressible("it reduces over all axes")
        keep = bool(call.attributes.get("keepdims", 1))
        return ex.reduced(call.draft, call.name, call.x, kind, [int(axis) for axis in axes], keep)

    return express


def _norm(kind: str) -> Callable[[Call], Value]:
    return lambda call: ex.norm(call.draft, call.name, call.x, kind, scale=True, shift=True)


def _instance_norm(call: Call) -> Value:
    """Express it as it is, or, on groups of channels in a row, as the group normalisation that it is there."""
    axes = call.x.axes
    if axes is None or len(axes) != 3 or axes[1][0] != MIXED:
        learnt = [given is not None and given.learnt for given in (call.constant(1), call.constant(2))]
        return ex.norm(call.draft, call.name, call.x, "instance", *learnt)
    groups, channels = (call.x.shape or ())[1], axes[1][2][1]
    if channels % groups:
        raise Inexpressible("it normalises parts of channels")
    result = call.draft.each(Norm("group", scale=False, shift=False, groups=groups), call.x, name=call.name)
    return _affine(call, result)


def _affine(call: Call, result: Value) -> Value:
    """Add the scale and shift of an operator that has as many as groups, unless they are constants of exporters."""
    import numpy as np

    for number, word, neutral in ((1, "multiply", 1), (2, "add", 0)):
        given = call.constant(number)
        if given is not None and not np.all(given.array == neutral):
            result = ex.activation(call.draft, f"{call.name}.{word}", result, word, given.parameters)
    return result


def _group_norm(call: Call) -> Value:
    groups, x = call.attributes["num_groups"], call.draft.plain(call.x)
    if x.shape is not None and call.weight(1) == (x.shape[1],):
        return ex.norm(call.draft, call.name, x, "group", scale=True, shift=True, groups=groups)
    return _affine(call, ex.norm(call.draft, call.name, x, "group", scale=False, shift=False, groups=groups))


def _layer_norm(call: Call) -> Value:
    count = len(call.weight(1))
    return ex.layer_norm(call.draft, call.name, call.x, count, scale=True, shift=call.constant(2) is not None)


def _local_response(call: Call) -> Value:
    return ex.norm(call.draft, call.name, call.x, "local_response", scale=False, shift=False)


def _l2_norm(call: Call) -> Value:
    axis = call.attributes.get("axis", -1)
    if call.attributes.get("p", 2) != 2 or call.x.axes is None or call.x.axes[axis] != CHANNELS:
        raise Inexpressible("it normalises along an axis that is not the channels', or by another norm")
    return call.draft.each(Norm("scale", scale=False, shift=False), call.x, name=call.name)


def _function(word: str) -> Callable[[Call], Value]:
    return lambda call: ex.activation(call.draft, call.name, call.x, word)


def _gelu(call: Call) -> Value:
    exact = call.attributes.get("approximate", "none") == "none"
    return ex.activation(call.draft, call.name, call.x, "gelu" if exact else "gelu_tanh")


def _clip(call: Call) -> Value:
    low, high = (call.numbers(i, word) for i, word in ((1, "min"), (2, "max")))
    bounds = (low and low[0], high and high[0])
    word = "relu6" if bounds == (0, 6) else "relu" if bounds == (0, None) else "clip"
    return ex.activation(call.draft, call.name, call.x, word)


def _prelu(call: Call) -> Value:
    slope = call.constant(1)
    if slope is None:
        raise Inexpressible("it has no slope")
    parameters = slope.parameters or (1 if slope.learnt else 0)
    return ex.with_constant(call.draft, call.name, call.x, "prelu", slope.dims, parameters)


def _softmax(word: str) -> Callable[[Call], Value]:
    def express(call: Call) -> Value:
        axes = call.x.axes
        if axes is None:
            raise Inexpressible("the axes of its input are not known")
        axis = call.attributes.get("axis", -1 if call.opset >= 13 else 1)
        if axes[axis] != CHANNELS or (call.opset < 13 and len(axes) > 2):
            raise Inexpressible("it is taken along an axis that is not the channels'")
        return ex.activation(call.draft, call.name, call.x, word)

    return express


def _same(call: Call) -> Value:
    return call.x


def _cast(call: Call) -> Value:
    floats = (1, 10, 11, 16)
    return call.x if call.attributes["to"] in floats else ex.activation(call.draft, call.name, call.x, "cast")


def _binary(word: str, numbers: tuple[int, int] = (0, 1)) -> Callable[[Call], Value]:
    def express(call: Call) -> Value:
        x, y = (call.given[number] for number in numbers)
        if isinstance(x, Value) and isinstance(y, Value):
            return ex.combined(call.draft, call.name, x, y, word)
        for value, constant in ((x, y), (y, x)):
            if isinstance(value, Value) and isinstance(constant, Constant):
                return ex.with_constant(call.draft, call.name, value, word, constant.dims, constant.parameters)
        raise Inexpressible("one of its inputs is left out")

    return express


def _several(word: str) -> Callable[[Call], Value]:
    def express(call: Call) -> Value:
        if len(call.given) == 1:
            return call.x
        if len(call.given) == 2:
            return _binary(word)(call)
        if word == "minimum":
            raise Inexpressible("it takes the least of more than two tensors")
        return ex.joined(call.draft, call.name, [call.value(number) for number in range(len(call.given))], word)

    return express


def _mean(call: Call) -> Value:
    values = [call.value(number) for number in range(len(call.given))]
    if len(values) == 1:
        return values[0]
    return ex.activation(call.draft, call.name, ex.joined(call.draft, f"{call.name}.add", values, "add"), "divide")


def _power(call: Call) -> Value:
    exponent = call.constant(1)
    if exponent is None:
        raise Inexpressible("it has no exponent")
    return ex.with_constant(call.draft, call.name, call.x, "power", exponent.dims, exponent.parameters)


def _concat(call: Call) -> Value:
    values = [call.value(number) for number in range(len(call.given))]
    return ex.concatenated(call.draft, call.name, values, call.attributes["axis"])


_FUNCTIONS = {
    **{name: name.lower() for name in ("Relu", "Sigmoid", "Tanh", "Elu", "Selu", "Celu", "Softplus", "Softsign")},
    **{name: name.lower() for name in ("HardSigmoid", "HardSwish", "Mish", "Swish", "Exp", "Log", "Sqrt", "Abs")},
    **{name: name.lower() for name in ("Erf", "Floor", "Ceil", "Round", "Sign", "Sin", "Cos", "Reciprocal")},
    "LeakyRelu": "leaky_relu",
    "ThresholdedRelu": "thresholded_relu",
    "Neg": "negate",
    "Dropout": "dropout",
    "QuantizeLinear": "quantize",
    "DequantizeLinear": "dequantize",
    "QuickGelu": "quick_gelu",
}

OPERATORS: dict[str, Callable[[Call], Any]] = {
    **MOVES,
    **{name: _function(word) for name, word in _FUNCTIONS.items()},
    "Conv": _conv(),
    "ConvInteger": _conv(bias=None),
    "QLinearConv": _conv(weight=3, bias=8),
    "FusedConv": _fused_conv,
    "ConvTranspose": _conv_transpose,
    "Gemm": _gemm,
    "MatMul": _matmul(),
    "MatMulInteger": _matmul(),
    "QLinearMatMul": _matmul(weight=3),
    "MaxPool": _pool("max"),
    "AveragePool": _pool("average"),
    "GlobalAveragePool": _global("average"),
    "GlobalMaxPool": _global("max"),
    "QLinearGlobalAveragePool": _global("average"),
    "ReduceMean": _reduce("average"),
    "ReduceMax": _reduce("max"),
    "BatchNormalization": _norm("batch"),
    "InstanceNormalization": _instance_norm,
    "GroupNormalization": _group_norm,
    "LayerNormalization": _layer_norm,
    "LRN": _local_response,
    "LpNormalization": _l2_norm,
    "Gelu": _gelu,
    "Clip": _clip,
    "PRelu": _prelu,
    "Softmax": _softmax("softmax"),
    "LogSoftmax": _softmax("log_softmax"),
    "Identity": _same,
    "Cast": _cast,
    "Add": _binary("add"),
    "Sub": _binary("subtract"),
    "Mul": _binary("multiply"),
    "Div": _binary("divide"),
    "QLinearAdd": _binary("add", (0, 3)),
    "QLinearMul": _binary("multiply", (0, 3)),
    "Pow": _power,
    "Sum": _several("add"),
    "Max": _several("maximum"),
    "Min": _several("minimum"),
    "Mean": _mean,
    "Concat": _concat,
}
"""Each takes the call and returns its result, or a list of several."""
