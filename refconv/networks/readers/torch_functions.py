"""For each torch function, by its name, how it is expressed in records."""

from __future__ import annotations

from collections.abc import Callable
from math import isfinite
from typing import Any

from refconv.networks.readers import expressing as ex
from refconv.networks.readers.torch_call import TorchCall, per_axis
from refconv.networks.readers.torch_moves import MOVES
from refconv.networks.readers.values import CHANNELS, Inexpressible, Value
from refconv.networks.records import Norm

__all__ = ["FUNCTIONS"]


def _conv(call: TorchCall) -> Value:
    dims = call.weight()
    rank = len(dims) - 2
    padding = call.get("padding", 0)
    options = {
        "stride": per_axis(call.get("stride", 1), rank),
        "padding": padding if isinstance(padding, str) else [(n, n) for n in per_axis(padding, rank)],
        "dilation": per_axis(call.get("dilation", 1), rank),
        "groups": int(call.get("groups", 1)),
    }
    if call.function.startswith("conv_transpose"):
        options["output_padding"] = per_axis(call.get("output_padding", 0), rank)
        return ex.transposed(call.draft, call.name, call.x, dims, call.get("bias") is not None, **options)
    return ex.convolution(call.draft, call.name, call.x, dims, call.get("bias") is not None, **options)


def _linear(call: TorchCall) -> Value:
    features, channels = call.weight()
    return ex.linear(call.draft, call.name, call.x, features, channels, call.get("bias") is not None)


def _matmul(call: TorchCall) -> Value:
    dims = call.weight("other")
    if len(dims) != 2:
        raise Inexpressible(f"its weights have {len(dims)} axes")
    return ex.linear(call.draft, call.name, call.x, dims[1], dims[0], bias=False)


def _pool(call: TorchCall) -> Value:
    rank = len(call.shape) - 2
    kernel = per_axis(call.get("kernel_size"), rank)
    kind = "max" if call.function.startswith("max") else "average"
    if call.get("divisor_override") is not None:
        raise Inexpressible("it divides by a number of its own")
    options: dict[str, Any] = {
        "stride": per_axis(call.get("stride") or kernel, rank),
        "padding": [(n, n) for n in per_axis(call.get("padding", 0), rank)],
        "ceil_mode": bool(call.get("ceil_mode", False)),
    }
    if kind == "max":
        options["dilation"] = per_axis(call.get("dilation", 1), rank)
    else:
        options["count_include_pad"] = bool(call.get("count_include_pad", True))
    return ex.pooled(call.draft, call.name, call.x, kind, kernel, **options)


def _adaptive(call: TorchCall) -> Value:
    rank, out = len(call.shape) - 2, call.said.get("output_size")
    listed = list(out) if isinstance(out, list | tuple) else [out]
    kind = "max" if "max" in call.function else "average"
    return ex.adaptive_pool(call.draft, call.name, call.x, kind, listed * rank if len(listed) == 1 else listed)


def _norm(kind: str) -> Callable[[TorchCall], Value]:
    def express(call: TorchCall) -> Value:
        scale, shift = (call.get(word) is not None for word in ("weight", "bias"))
        options: dict[str, Any] = {"groups": int(call.get("num_groups", 1)), "epsilon": _epsilon(call)}
        made = kind
        if kind == "batch" and (call.get("training", False) or call.get("running_mean") is None):
            options["constants"] = (("batch_statistics", 1.0),)
        if kind == "instance" and not call.get("use_input_stats", True):
            made, options["constants"] = "batch", (("per_sample", 1.0),)
        return ex.norm(call.draft, call.name, call.x, made, scale, shift, **options)

    return express


def _epsilon(call: TorchCall) -> float:
    return float(call.get("eps", 1e-5))


def _layer_norm(call: TorchCall) -> Value:
    scale, shift = (call.get(word) is not None for word in ("weight", "bias"))
    return ex.layer_norm(
        call.draft, call.name, call.x, len(call.said["normalized_shape"]), scale, shift, _epsilon(call)
    )


def _local_response(call: TorchCall) -> Value:
    unsaid = {"size": 5, "alpha": 1e-4, "beta": 0.75, "k": 1.0}
    constants = tuple((word, float(call.get(word, number))) for word, number in unsaid.items())
    return ex.norm(call.draft, call.name, call.x, "local_response", False, False, constants=constants)


def _l2_norm(call: TorchCall) -> Value:
    axes = call.x.axes
    if call.get("p", 2) != 2 or axes is None or axes[call.get("dim", 1)] != CHANNELS:
        raise Inexpressible("it normalises along an axis that is not the channels', or by another norm")
    record = Norm("scale", False, False, epsilon=0.0, constants=(("least", float(call.get("eps", 1e-12))),))
    return call.draft.each(record, call.x, name=call.name)


def _function(
    word: str, constants: dict[str, tuple[float, float | None]] | None = None
) -> Callable[[TorchCall], Value]:
    """Return how a function of each position is expressed.

    `constants` has for each argument what PyTorch takes where it is left out, and what is taken here.
    """

    def express(call: TorchCall) -> Value:
        unknown = set(call.said) - {"input", "inplace", "out", *(constants or {})}
        if call.rest or unknown:
            raise Inexpressible(f"what its argument {min(unknown, default='')} does is not known")
        said = {}
        for name, (unsaid, ours) in (constants or {}).items():
            number = _single(call.get(name, unsaid))
            if number is None:
                raise Inexpressible(f"its argument {name} is no single number")
            if number != ours:
                said[name] = number
        return ex.activation(call.draft, call.name, call.x, word, constants=said)

    return express


def _single(said: Any) -> float | None:
    """Return a constant that is one finite number, or None."""
    if isinstance(said, Value) or getattr(said, "requires_grad", False):
        return None
    if hasattr(said, "numel"):
        said = said.item() if said.numel() == 1 else None
    return float(said) if isinstance(said, int | float) and isfinite(said) else None


_CONSTANTS: dict[str, dict[str, tuple[float, float | None]]] = {
    "leaky_relu": {"negative_slope": (0.01, 0.01)},
    "elu": {"alpha": (1.0, 1.0)},
    "celu": {"alpha": (1.0, 1.0)},
    "softplus": {"beta": (1.0, 1.0), "threshold": (20.0, None)},
    "hardshrink": {"lambd": (0.5, 0.5)},
    "softshrink": {"lambd": (0.5, 0.5)},
    "threshold": {"threshold": (0.0, None), "value": (0.0, None)},
    "round": {"decimals": (0, 0)},
}
"""For each function its arguments in order, each with what PyTorch takes, and what is taken here, unless it is said."""


def _gelu(call: TorchCall) -> Value:
    exact = call.get("approximate", "none") == "none"
    return ex.activation(call.draft, call.name, call.x, "gelu" if exact else "gelu_tanh")


def _clip(call: TorchCall) -> Value:
    unsaid = (-1.0, 1.0) if call.function == "hardtanh" else (None, None)
    low, high = (call.get(word, default) for word, default in zip(("min", "max"), unsaid, strict=True))
    if isinstance(low, Value) or isinstance(high, Value):
        raise Inexpressible("its bounds depend on the module's input")
    bounds = [bound.item() if getattr(bound, "shape", None) == () else bound for bound in (low, high)]
    if any(hasattr(bound, "shape") for bound in bounds) or call.parameters:
        return ex.activation(call.draft, call.name, call.x, "clip", call.parameters)
    return ex.clipped(call.draft, call.name, call.x, *bounds)


def _prelu(call: TorchCall) -> Value:
    slope = call.said["weight"]
    dims = (1, -1, *(1,) * (len(call.shape) - 2)) if len(call.shape) > 1 else (-1,)
    dims = tuple(slope.numel() if n == -1 else n for n in dims)
    number = None if call.parameters else _single(slope)
    return ex.with_constant(call.draft, call.name, call.x, "prelu", dims, call.parameters, number)


def _dropout(call: TorchCall) -> Value:
    if call.get("training", False):
        raise Inexpressible("it drops out although the module is in evaluation mode")
    return ex.activation(call.draft, call.name, call.x, "dropout")


def _softmax(call: TorchCall) -> Value:
    axes, axis = call.x.axes, call.get("dim")
    if axes is None or axis is None or axes[axis] != CHANNELS:
        raise Inexpressible("it is taken along an axis that is not the channels'")
    return ex.activation(call.draft, call.name, call.x, call.function)


def _binary(word: str) -> Callable[[TorchCall], Value]:
    def express(call: TorchCall) -> Value:
        x, y = call.said["input"], call.said["other"]
        if isinstance(x, Value) and isinstance(y, Value):
            if call.get("alpha", 1) != 1 or call.get("rounding_mode") is not None:
                raise Inexpressible("it scales or rounds besides")
            x, y = (y, x) if call.function == "rsub" else (x, y)
            return ex.combined(call.draft, call.name, x, y, word)
        value, constant = (x, y) if isinstance(x, Value) else (y, x)
        if call.get("alpha", 1) != 1 or call.get("rounding_mode") is not None:
            raise Inexpressible("it scales or rounds besides")
        dims = tuple(getattr(constant, "shape", ()))
        number = None if call.parameters else _single(constant)
        first = (value is y) != (call.function in ("rsub", "rdiv"))
        return ex.with_constant(call.draft, call.name, value, word, dims, call.parameters, number, first)

    return express


def _maximum(call: TorchCall) -> Any:
    """Express a maximum along an axis, whose positions come with it, or of two tensors."""
    other = call.said.get("dim")
    if isinstance(other, Value):
        return ex.combined(call.draft, call.name, call.x, other, "maximum")
    if other is None:
        raise Inexpressible("it is the maximum of everything")
    return ex.reduced(call.draft, call.name, call.x, "max", [other], bool(call.get("keepdim", False)))


def _reduce(kind: str) -> Callable[[TorchCall], Value]:
    def express(call: TorchCall) -> Value:
        over = call.get("dim")
        if over is None:
            raise Inexpressible("it reduces over all axes")
        axes = list(over) if isinstance(over, list | tuple) else [over]
        return ex.reduced(call.draft, call.name, call.x, kind, axes, bool(call.get("keepdim", False)))

    return express


def _concatenated(call: TorchCall) -> Value:
    values = list(call.said["input"])
    if not all(isinstance(value, Value) for value in values):
        raise Inexpressible("it joins constants to what depends on the input")
    return ex.concatenated(call.draft, call.name, values, call.get("dim", 0))


_WORDS = {
    **{word: word for word in ("relu", "relu6", "sigmoid", "tanh", "hardswish", "hardsigmoid", "elu", "selu", "celu")},
    **{word: word for word in ("mish", "softplus", "softsign", "leaky_relu", "exp", "log", "sqrt", "abs", "square")},
    **{word: word for word in ("hardshrink", "softshrink", "tanhshrink", "logsigmoid", "erf", "sin", "cos", "rsqrt")},
    **{word: word for word in ("reciprocal", "threshold", "floor", "ceil", "round", "sign")},
    "silu": "swish",
    "neg": "negate",
    "negative": "negate",
}
_DROPOUTS = ("dropout", "dropout1d", "dropout2d", "dropout3d", "alpha_dropout", "feature_alpha_dropout")
_AXES = ("1d", "2d", "3d")
_TWO = "input other alpha rounding_mode"

FUNCTIONS: dict[str, tuple[str, Callable[[TorchCall], Any]]] = {
    **MOVES,
    **{
        name: (" ".join(("input", *_CONSTANTS.get(name, {}), "inplace")), _function(word, _CONSTANTS.get(name)))
        for name, word in _WORDS.items()
    },
    **dict.fromkeys(_DROPOUTS, ("input p training", _dropout)),
    **{f"conv{n}": ("input weight bias stride padding dilation groups", _conv) for n in _AXES},
    **{f"conv_transpose{n}": ("input weight bias stride padding output_padding groups dilation", _conv) for n in _AXES},
    **{f"max_pool{n}": ("input kernel_size stride padding dilation ceil_mode", _pool) for n in _AXES},
    **{
        f"avg_pool{n}": ("input kernel_size stride padding ceil_mode count_include_pad divisor_override", _pool)
        for n in _AXES
    },
    **{f"adaptive_{kind}_pool{n}": ("input output_size", _adaptive) for kind in ("avg", "max") for n in _AXES},
    "linear": ("input weight bias", _linear),
    "matmul": ("input other", _matmul),
    "mm": ("input other", _matmul),
    "batch_norm": ("input running_mean running_var weight bias training momentum eps", _norm("batch")),
    "instance_norm": ("input running_mean running_var weight bias use_input_stats momentum eps", _norm("instance")),
    "group_norm": ("input num_groups weight bias eps", _norm("group")),
    "layer_norm": ("input normalized_shape weight bias eps", _layer_norm),
    "local_response_norm": ("input size alpha beta k", _local_response),
    "normalize": ("input p dim eps", _l2_norm),
    "gelu": ("input approximate", _gelu),
    "hardtanh": ("input min max", _clip),
    "clamp": ("input min max", _clip),
    "clip": ("input min max", _clip),
    "clamp_min": ("input min", _clip),
    "prelu": ("input weight", _prelu),
    "softmax": ("input dim", _softmax),
    "log_softmax": ("input dim", _softmax),
    "add": (_TWO, _binary("add")),
    "sub": (_TWO, _binary("subtract")),
    "rsub": (_TWO, _binary("subtract")),
    "mul": (_TWO, _binary("multiply")),
    "div": ("input other rounding_mode", _binary("divide")),
    "rdiv": (_TWO, _binary("divide")),
    "pow": (_TWO, _binary("power")),
    "maximum": (_TWO, _binary("maximum")),
    "minimum": (_TWO, _binary("minimum")),
    "mean": ("input dim keepdim", _reduce("average")),
    "amax": ("input dim keepdim", _reduce("max")),
    "max": ("input dim keepdim", _maximum),
    "cat": ("input dim", _concatenated),
}
"""The names of the arguments in order, and what takes the call and returns its result, or a list of several."""
