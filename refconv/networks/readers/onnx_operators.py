"""For each ONNX operator, by its name, how it is expressed in records."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from refconv.arithmetic.sizes import output_size, pooled_output_size, same_padding, transposed_output_size
from refconv.networks.readers import expressing as ex
from refconv.networks.readers.onnx_call import Call, shortest
from refconv.networks.readers.onnx_constants import Constant
from refconv.networks.readers.onnx_moves import MOVES
from refconv.networks.readers.onnx_norms import NORMS
from refconv.networks.readers.values import CHANNELS, Inexpressible, Value
from refconv.networks.records import GlobalPool

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
    if not function:
        return result
    said = call.attributes.get("activation_params") or []
    if not said and function not in _FUSED:
        return ex.activation(call.draft, f"{call.name}.activation", result, function.lower())
    if function not in _FUSED or len(said) != len(_FUSED[function][1]):
        raise Inexpressible(f"what the numbers {said} of its activation {function} are is not known")
    word, names = _FUSED[function]
    named = {name: shortest(number) for name, number in zip(names, said, strict=True)}
    if word == "clip":
        return ex.clipped(call.draft, f"{call.name}.activation", result, *named.values())
    return ex.activation(call.draft, f"{call.name}.activation", result, word, constants=named)


_FUSED = {
    "LeakyRelu": ("leaky_relu", ("negative_slope",)),
    "HardSigmoid": ("hardsigmoid", ("alpha", "beta")),
    "Clip": ("clip", ("minimum", "maximum")),
}
"""What the activations with numbers that ONNX Runtime merges into convolutions are here."""


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
    alpha, beta = (call.number(word, 1) for word in ("alpha", "beta"))
    if bias is not None and beta != 1:
        raise Inexpressible(f"it multiplies its bias by {beta}")
    x, has_bias = call.x, bias is not None and bias.dims != ()
    if alpha != 1:
        x = ex.activation(call.draft, f"{call.name}.alpha", x, "multiply", constants={"factor": alpha})
    y = ex.linear(call.draft, call.name, x, features, channels, has_bias)
    if bias is None or has_bias:
        return y
    return ex.with_constant(call.draft, f"{call.name}.add", y, "add", (), 0, bias.number)


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


def _quantised(express: Callable[[Call], Value]) -> Callable[[Call], Value]:
    """Return how an operator is expressed whose result is scaled and rounded, or its inputs moved, besides."""

    def followed(call: Call) -> Value:
        return ex.activation(call.draft, f"{call.name}.quantize", express(call), "quantize")

    return followed


def _function(word: str) -> Callable[[Call], Value]:
    """Return how a function of each position is expressed, with the attributes that it has."""

    def express(call: Call) -> Value:
        said = {}
        for attribute, (name, unsaid, ours) in _CONSTANTS.get(call.operator, {}).items():
            number = call.number(attribute, unsaid)
            if number != shortest(ours):
                said[name] = number
        if call.operator not in _CONSTANTS and call.number("alpha", 1) != 1:
            said["alpha"] = call.number("alpha", 1)
        if call.operator == "Dropout" and (call.numbers(2) or [False])[0]:
            raise Inexpressible("it drops out")
        return ex.activation(call.draft, call.name, call.x, word, constants=said)

    return express


_CONSTANTS: dict[str, dict[str, tuple[str, float, float]]] = {
    "LeakyRelu": {"alpha": ("negative_slope", 0.01, 0.01)},
    "Elu": {"alpha": ("alpha", 1.0, 1.0)},
    "Celu": {"alpha": ("alpha", 1.0, 1.0)},
    "ThresholdedRelu": {"alpha": ("alpha", 1.0, 1.0)},
    "HardSigmoid": {"alpha": ("alpha", 0.2, 1 / 6), "beta": ("beta", 0.5, 0.5)},
    "Selu": {"alpha": ("alpha", 1.6732632, 1.6732632), "gamma": ("gamma", 1.050701, 1.050701)},
}
"""For each attribute its name here, what ONNX takes where it is left out, and what is taken here."""


def _gelu(call: Call) -> Value:
    exact = call.attributes.get("approximate", "none") == "none"
    return ex.activation(call.draft, call.name, call.x, "gelu" if exact else "gelu_tanh")


def _clip(call: Call) -> Value:
    low, high = (call.numbers(i, word) for i, word in ((1, "min"), (2, "max")))
    bounds = [None if said is None else said[0] for said in (low, high)]
    return ex.clipped(call.draft, call.name, call.x, *bounds)


def _prelu(call: Call) -> Value:
    slope = call.constant(1)
    if slope is None:
        raise Inexpressible("it has no slope")
    parameters = slope.parameters or (1 if slope.learnt else 0)
    return ex.with_constant(call.draft, call.name, call.x, "prelu", slope.dims, parameters, slope.number)


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
                said = (constant.dims, constant.parameters, constant.number)
                return ex.with_constant(call.draft, call.name, value, word, *said, first=value is y)
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
    total = ex.joined(call.draft, f"{call.name}.add", values, "add")
    return ex.activation(call.draft, call.name, total, "divide", constants={"divisor": len(values)})


def _power(call: Call) -> Value:
    exponent = call.constant(1)
    if exponent is None:
        raise Inexpressible("it has no exponent")
    return ex.with_constant(call.draft, call.name, call.x, "power", exponent.dims, exponent.parameters, exponent.number)


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
    **NORMS,
    **{name: _function(word) for name, word in _FUNCTIONS.items()},
    "Conv": _conv(),
    "ConvInteger": _quantised(_conv(bias=None)),
    "QLinearConv": _quantised(_conv(weight=3, bias=8)),
    "FusedConv": _fused_conv,
    "ConvTranspose": _conv_transpose,
    "Gemm": _gemm,
    "MatMul": _matmul(),
    "MatMulInteger": _quantised(_matmul()),
    "QLinearMatMul": _quantised(_matmul(weight=3)),
    "MaxPool": _pool("max"),
    "AveragePool": _pool("average"),
    "GlobalAveragePool": _global("average"),
    "GlobalMaxPool": _global("max"),
    "QLinearGlobalAveragePool": _quantised(_global("average")),
    "ReduceMean": _reduce("average"),
    "ReduceMax": _reduce("max"),
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
    "QLinearAdd": _quantised(_binary("add", (0, 3))),
    "QLinearMul": _quantised(_binary("multiply", (0, 3))),
    "Pow": _power,
    "Sum": _several("add"),
    "Max": _several("maximum"),
    "Min": _several("minimum"),
    "Mean": _mean,
    "Concat": _concat,
}
"""Each takes the call and returns its result, or a list of several."""
