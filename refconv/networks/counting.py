"""For each operation the rule by which its cost follows from its sizes."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeAlias

from refconv.arithmetic.conventions import Conventions, of_kind
from refconv.arithmetic.cost import backward_cost, convolution_cost, transposed_cost
from refconv.arithmetic.coverage import taps_on_real_pixels
from refconv.arithmetic.integers import Integer, product
from refconv.arithmetic.reads import METHODS
from refconv.arithmetic.traffic import Traffic, convolution_traffic, gradient_traffic
from refconv.networks.records import (
    Activation,
    Conv,
    ConvTranspose,
    Crop,
    DepthToSpace,
    Flatten,
    GlobalPool,
    Join,
    Linear,
    Norm,
    Pad,
    Pool,
    Resize,
    Select,
    Shuffle,
    SpaceToDepth,
    Unflatten,
    Unsupported,
)
from refconv.networks.shaped import Shape, Shaped

__all__ = ["COUNTED", "Counted", "backward_of", "forward_of", "is_known", "learns", "parameters_of"]

Counted: TypeAlias = tuple[Integer, Integer, Traffic, Integer]
"""MACs, FLOPs, traffic in elements and in bytes."""

_FREE = ("identity", "dropout")
_LEARNT = Conventions()
_KEPT = Conventions(running_statistics=True)


def is_known(layer: Shaped) -> bool:
    """Return whether a layer's cost is known: it is supported, and so are its sizes."""
    unknown = isinstance(layer.node.operation, Unsupported) or layer.shape is None or None in layer.input_shapes
    return not unknown


def parameters_of(layer: Shaped, said: Conventions) -> Integer:
    """Return the parameters of a layer.

    Examples
    --------
    >>> from refconv.networks.catalogue import network
    >>> from refconv.networks.shapes import resolve
    >>> parameters_of(resolve(network("vgg16")).layers[0], Conventions())
    1792
    """
    record = layer.node.operation
    if isinstance(record, Conv | ConvTranspose | Linear):
        assert layer.geometry is not None  # noqa: S101 - resolve gives them one
        bias = record.bias and said.biases
        return product(layer.geometry.w_shape) + (_shape(layer)[0] if bias else 0)
    if isinstance(record, Norm):
        scale, shift = learns(record)
        channels = _shape(layer)[0]
        running = record.kind == "batch" and not dict(record.constants).get("batch_statistics")
        kept = 2 if running and said.running_statistics else 0
        return channels * ((scale + shift) * said.norms + kept)
    return record.parameters if isinstance(record, Activation) else 0


def learns(record: Norm) -> tuple[bool, bool]:
    """Return whether a normalisation has a scale and a shift: the L2 norm has no shift, the local one neither.

    Examples
    --------
    >>> learns(Norm("batch")), learns(Norm("scale")), learns(Norm("local_response"))
    ((True, True), (True, False), (False, False))
    """
    if record.kind == "local_response":
        return False, False
    return record.scale, record.shift and record.kind != "scale"


def _shape(layer: Shaped) -> Shape:
    assert layer.shape is not None  # noqa: S101 - asked of known layers only
    return layer.shape


def _elements(layer: Shaped, batch: Integer) -> Integer:
    """Return the elements of a layer's result."""
    return batch * product(_shape(layer))


def _inputs(layer: Shaped, batch: Integer) -> list[Integer]:
    return [batch * product(shape) for shape in layer.input_shapes if shape is not None]


def forward_of(layer: Shaped, batch: Integer, said: Conventions) -> Counted:
    """Return what the forward pass of a layer costs.

    Examples
    --------
    >>> from refconv.networks.catalogue import network
    >>> from refconv.networks.shapes import resolve
    >>> forward_of(resolve(network("vgg16")).layers[0], 1, Conventions())[:2]
    (86704128, 176619520)
    """
    if layer.geometry is not None:
        return _weighted(layer, said)
    flops = _FLOPS[type(layer.node.operation)](layer, layer.node.operation, batch, said)
    moved = _moved(layer, batch, said)
    return 0, flops, moved, moved.bytes(said.element_size)


def _weighted(layer: Shaped, said: Conventions) -> Counted:
    """Return the cost of a convolution, transposed convolution or linear layer."""
    record, plan = layer.node.operation, layer.geometry
    assert plan is not None  # noqa: S101 - asked of those only
    assert isinstance(record, Conv | ConvTranspose | Linear)  # noqa: S101 - the only ones with a geometry
    transposed = isinstance(record, ConvTranspose)
    cost = (transposed_cost if transposed else convolution_cost)(plan, record.bias, said.positions)
    macs = _at_outputs(layer) if transposed and said.transposed == "output" else cost.macs
    moved = convolution_traffic(plan, record.bias, said.road, transposed=transposed)
    return macs, said.flops_per_mac * macs + said.bias * cost.additions, moved, moved.bytes(said.element_size)


def _at_outputs(layer: Shaped) -> Integer:
    """Return every output of a transposed convolution times every tap."""
    plan = layer.geometry
    assert plan is not None  # noqa: S101 - asked of transposed convolutions only
    return product(plan.x_shape) * plan.group_filters * product(plan.kernel_size)


def backward_of(layer: Shaped, batch: Integer, said: Conventions, needs_dx: bool) -> Counted:
    """Return what the gradients of a layer cost.

    A layer without weights is taken to cost backward what it costs forward: its adjoint has as many terms.

    Examples
    --------
    >>> from refconv.networks.catalogue import network
    >>> from refconv.networks.shapes import resolve
    >>> backward_of(resolve(network("vgg16")).layers[0], 1, Conventions(), needs_dx=False)[0]
    86704128
    """
    record, plan = layer.node.operation, layer.geometry
    if plan is None:
        learnt = parameters_of(layer, _LEARNT) != 0
        forward = forward_of(layer, batch, said)
        return forward if needs_dx or learnt else (0, 0, Traffic(), 0)
    assert isinstance(record, Conv | ConvTranspose | Linear)  # noqa: S101 - the only ones with a geometry
    transposed = isinstance(record, ConvTranspose)
    costs = backward_cost(plan, record.bias, said.positions, transposed=transposed)
    traffic = gradient_traffic(plan, record.bias, said.road, transposed=transposed)
    macs: Integer = 0
    flops: Integer = 0
    moved = Traffic()
    for name in ("dx", "dw", "db") if needs_dx else ("dw", "db"):
        cost = getattr(costs, name)
        part = _at_outputs(layer) if transposed and said.transposed == "output" and name != "db" else cost.macs
        macs += part
        flops += said.flops_per_mac * part + said.bias * cost.additions
        moved += getattr(traffic, name)
    return macs, flops, moved, moved.bytes(said.element_size)


def _moved(layer: Shaped, batch: Integer, said: Conventions) -> Traffic:
    """Return what a layer without weights moves."""
    record = layer.node.operation
    elementwise = isinstance(record, Norm | Activation)
    free = isinstance(record, Flatten | Unflatten) or (isinstance(record, Activation) and record.function in _FREE)
    if free or (elementwise and said.fused):
        return Traffic()
    out = _elements(layer, batch)
    read = out if isinstance(record, Crop | Select) else sum(_inputs(layer, batch))
    if isinstance(record, Resize):
        read = _inputs(layer, batch)[0]  # of a second input only the size is read
    return Traffic(read, out, parameters_read=parameters_of(layer, _KEPT))


def _none(_layer: Shaped, _record: Any, _batch: Integer, _said: Conventions) -> Integer:
    return 0


def _norm(layer: Shaped, record: Norm, batch: Integer, said: Conventions) -> Integer:
    affine = of_kind(said.affine, record.kind) if any(learns(record)) else 0
    return _elements(layer, batch) * (of_kind(said.normalisation, record.kind) + affine)


def _activation(layer: Shaped, record: Activation, batch: Integer, said: Conventions) -> Integer:
    return 0 if record.function in _FREE else _elements(layer, batch) * of_kind(said.activation, record.function)


def _join(layer: Shaped, record: Join, batch: Integer, said: Conventions) -> Integer:
    if record.kind == "concatenate":
        return 0
    return said.join * (len(layer.input_shapes) - 1) * _elements(layer, batch)


def _pool(layer: Shaped, record: Pool, batch: Integer, said: Conventions) -> Integer:
    rate = said.max_pool if record.kind == "max" else said.average_pool
    if said.positions == "real":
        taps, _ = taps_on_real_pixels(*layer.axes)
    else:
        taps = product(axis.out * axis.k for axis in layer.axes)
    return rate.flops(_inputs(layer, batch)[0], _elements(layer, batch), batch * _shape(layer)[0] * taps)


def _global_pool(layer: Shaped, record: GlobalPool, batch: Integer, said: Conventions) -> Integer:
    rate = said.global_max_pool if record.kind == "max" else said.global_average_pool
    inputs = _inputs(layer, batch)[0]
    return rate.flops(inputs, _elements(layer, batch), inputs)


def _resize(layer: Shaped, record: Resize, batch: Integer, said: Conventions) -> Integer:
    rate = said.resize.get(record.method)
    if rate is None:
        return 0
    outputs, rank = _elements(layer, batch), len(_shape(layer)) - 1
    return rate.flops(_inputs(layer, batch)[0], outputs, outputs * METHODS[record.method] ** rank)


_FLOPS: dict[type, Callable[[Shaped, Any, Integer, Conventions], Integer]] = {
    Norm: _norm,
    Activation: _activation,
    Join: _join,
    Pool: _pool,
    GlobalPool: _global_pool,
    Resize: _resize,
    **dict.fromkeys((Flatten, Unflatten, Pad, Crop, DepthToSpace, SpaceToDepth, Select, Shuffle), _none),
}

COUNTED = frozenset({Conv, ConvTranspose, Linear, Unsupported, *_FLOPS})
"""The operations that have a rule: by their weights, by `_FLOPS`, or none, which is said."""
