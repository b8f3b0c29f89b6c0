"""Layers that multiply by weights: convolution, transposed convolution, fully connected."""

from __future__ import annotations

from typing import Any

from refconv.layers.step import Parameters, Pulled, Rule, Rules, Step
from refconv.networks.records import Conv, ConvTranspose, Linear
from refconv.ops.bilinear import Gradients
from refconv.ops.convolution import conv, conv_backward
from refconv.ops.elements import Array
from refconv.ops.pointwise import pointwise_conv1d, pointwise_conv1d_backward
from refconv.ops.transposed import conv_transpose, conv_transpose_backward

__all__ = ["WEIGHTED"]


def _options(record: Conv | ConvTranspose) -> dict[str, Any]:
    both = {name: getattr(record, name) for name in ("stride", "padding", "dilation", "groups")}
    if isinstance(record, Conv):
        return {**both, "padding_mode": record.padding_mode}
    return {**both, "output_padding": record.output_padding}


def _conv(step: Step) -> Array:
    return conv(step.x, step.parameters["weight"], step.parameters.get("bias"), **_options(step.record))


def _conv_backward(step: Step, _: Array, dy: Array) -> Pulled:
    found = conv_backward(dy, step.x, step.parameters["weight"], bias=step.record.bias, **_options(step.record))
    return Pulled((found.dx,), _named(found))


def _transposed(step: Step) -> Array:
    return conv_transpose(step.x, step.parameters["weight"], step.parameters.get("bias"), **_options(step.record))


def _transposed_backward(step: Step, _: Array, dy: Array) -> Pulled:
    weight, options = step.parameters["weight"], _options(step.record)
    found = conv_transpose_backward(dy, step.x, weight, bias=step.record.bias, **options)
    return Pulled((found.dx,), _named(found))


def _linear(step: Step) -> Array:
    """Return a pointwise convolution at the one position that there is."""
    weight = step.parameters["weight"][..., None]
    return pointwise_conv1d(_one_position(step.x), weight, step.parameters.get("bias"))[..., 0]


def _linear_backward(step: Step, _: Array, dy: Array) -> Pulled:
    weight = step.parameters["weight"][..., None]
    found = pointwise_conv1d_backward(dy[..., None], _one_position(step.x), weight, bias=step.record.bias)
    return Pulled((found.dx.reshape(step.x.shape),), _named(found._replace(dw=found.dw[..., 0])))


def _one_position(x: Array) -> Array:
    return x.reshape(*x.shape[:2], 1)


def _named(found: Gradients) -> Parameters:
    return {"weight": found.dw} if found.db is None else {"weight": found.dw, "bias": found.db}


WEIGHTED: Rules = {
    Conv: Rule(_conv, _conv_backward),
    ConvTranspose: Rule(_transposed, _transposed_backward),
    Linear: Rule(_linear, _linear_backward),
}
