"""ONNX's normalisations, expressed in records."""

from __future__ import annotations

from collections.abc import Callable

from refconv.networks.readers import expressing as ex
from refconv.networks.readers.onnx_call import Call
from refconv.networks.readers.onnx_constants import Constant
from refconv.networks.readers.values import CHANNELS, MIXED, Inexpressible, Value
from refconv.networks.records import Norm

__all__ = ["NORMS"]


def _batch_norm(call: Call) -> Value:
    if call.attributes.get("training_mode", 0):
        raise Inexpressible("it is in training mode")
    if not call.attributes.get("spatial", 1):
        raise Inexpressible("it normalises each position on its own")
    return ex.norm(call.draft, call.name, call.x, "batch", scale=True, shift=True, epsilon=_epsilon(call))


def _epsilon(call: Call) -> float:
    return call.number("epsilon", 1e-5)


def _instance_norm(call: Call) -> Value:
    """Express it as it is, or, on groups of channels in a row, as the group normalisation that it is there."""
    axes = call.x.axes
    if axes is None or len(axes) != 3 or axes[1][0] != MIXED:
        learnt = [_matters(call.constant(number), neutral) for number, neutral in ((1, 1), (2, 0))]
        return ex.norm(call.draft, call.name, call.x, "instance", *learnt, epsilon=_epsilon(call))
    groups, channels = (call.x.shape or ())[1], axes[1][2][1]
    if channels % groups:
        raise Inexpressible("it normalises parts of channels")
    record = Norm("group", scale=False, shift=False, groups=groups, epsilon=_epsilon(call))
    return _affine(call, call.draft.each(record, call.x, name=call.name))


def _matters(given: Constant | None, neutral: float) -> bool:
    """Return whether a scale or shift is learnt, or a constant that does something."""
    import numpy as np

    return given is not None and (given.learnt or not np.all(given.array == neutral))


def _affine(call: Call, result: Value) -> Value:
    """Add the scale and shift of an operator that has as many as groups, unless they are constants of exporters."""
    import numpy as np

    for number, word, neutral in ((1, "multiply", 1), (2, "add", 0)):
        given = call.constant(number)
        if given is not None and not np.all(given.array == neutral):
            where = f"{call.name}.{word}"
            if given.number is None:
                result = ex.activation(call.draft, where, result, word, given.parameters)
            else:
                result = ex.with_constant(call.draft, where, result, word, (), 0, given.number)
    return result


def _group_norm(call: Call) -> Value:
    groups, x = call.attributes["num_groups"], call.draft.plain(call.x)
    if x.shape is not None and call.weight(1) == (x.shape[1],):
        return ex.norm(call.draft, call.name, x, "group", True, True, groups=groups, epsilon=_epsilon(call))
    return _affine(
        call, ex.norm(call.draft, call.name, x, "group", False, False, groups=groups, epsilon=_epsilon(call))
    )


def _layer_norm(call: Call) -> Value:
    count = len(call.weight(1))
    return ex.layer_norm(call.draft, call.name, call.x, count, True, call.constant(2) is not None, _epsilon(call))


def _local_response(call: Call) -> Value:
    numbers = {"alpha": call.number("alpha", 1e-4), "beta": call.number("beta", 0.75), "k": call.number("bias", 1.0)}
    constants = (("size", float(call.attributes["size"])), *numbers.items())
    return ex.norm(call.draft, call.name, call.x, "local_response", False, False, constants=constants)


def _l2_norm(call: Call) -> Value:
    axis = call.attributes.get("axis", -1)
    if call.attributes.get("p", 2) != 2 or call.x.axes is None or call.x.axes[axis] != CHANNELS:
        raise Inexpressible("it normalises along an axis that is not the channels', or by another norm")
    return call.draft.each(Norm("scale", scale=False, shift=False, epsilon=0.0), call.x, name=call.name)


NORMS: dict[str, Callable[[Call], Value]] = {
    "BatchNormalization": _batch_norm,
    "InstanceNormalization": _instance_norm,
    "GroupNormalization": _group_norm,
    "LayerNormalization": _layer_norm,
    "LRN": _local_response,
    "LpNormalization": _l2_norm,
}
"""Each takes the call and returns its result."""
