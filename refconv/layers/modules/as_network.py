"""The records of `refconv.networks` of a model: from them its sizes, fields and costs follow."""

from __future__ import annotations

from functools import singledispatch

from refconv.arithmetic.per_axis import entries
from refconv.errors import ArgumentError, ArgumentTypeError, ShapeError
from refconv.layers.modules.containers import Branches, Residual, Sequential
from refconv.layers.modules.convs import ConvLayer
from refconv.layers.modules.layer import Layer
from refconv.layers.modules.norms import BatchNormLayer
from refconv.layers.modules.pools import AvgPoolLayer, GlobalAvgPool, MaxPoolLayer, PoolLayer
from refconv.layers.modules.separable import SeparableLayer
from refconv.layers.modules.simple import Dropout, Flatten, Linear, ReLU, Upsample
from refconv.layers.modules.transposed import ConvTransposeLayer
from refconv.layers.parameters import parameter_plans
from refconv.networks.build import Builder
from refconv.networks.records import Network, Resize
from refconv.networks.shapes import resolve

__all__ = ["add_nodes", "as_network"]


def as_network(model: Layer, input_shape: tuple[int, ...], name: str = "model") -> Network:
    """Return a model as a network of plain records, for `network_cost`, `receptive_fields` and the like.

    Parameters
    ----------
    model : Layer
        A layer of `refconv.layers`, or several in a container.
    input_shape : tuple of int
        Channels and sizes of one x, without the batch.
    name : str
        What the network is to be called.

    Returns
    -------
    Network
        Its nodes are named as the model's arrays are: the node ``0.depthwise`` has ``0.depthwise.weight``. A layer
        that is the whole model is named after its kind.

    Examples
    --------
    >>> from refconv.layers import Conv2d, ReLU, Sequential
    >>> from refconv.networks import network_cost
    >>> model = Sequential(Conv2d(3, 8, 3, padding=1), ReLU(), Conv2d(8, 2, 1))
    >>> cost = network_cost(as_network(model, (3, 16, 16)))
    >>> cost.total.parameters, sum(array.size for array in model.parameters().values()), cost.total.macs
    (242, 242, 59392)
    """
    if not isinstance(model, Layer):
        raise ArgumentTypeError("as_network", f"model is {model!r}.", fix="Give a layer of refconv.layers.")
    shape = entries(input_shape)
    if shape is None:
        problem = f"input_shape is {input_shape!r}, which is no sequence."
        raise ArgumentTypeError("as_network", problem, fix="Give channels and sizes, such as (3, 32, 32).")
    net, alone = Builder(name, tuple(shape)), "" if model.children() else model.name.lower()
    made = net.done(add_nodes(model, net, "input", alone))
    _check_arrays(made, model, alone)
    return made


def _check_arrays(made: Network, model: Layer, alone: str) -> None:
    """Raise where the input asks for other arrays than the model has: records take whatever channels come."""
    own = {name: array.shape for name, array in model.state_dict().items()}
    for layer in resolve(made).layers:
        node = layer.node.name
        for array, plan in parameter_plans(layer).items():
            name = array if node == alone else f"{node}.{array}"
            if name in own and own[name] != plan.shape:
                raise ShapeError(
                    "as_network",
                    f"{node} was made for another number of channels than it gets.",
                    f"input_shape = {made.input}  ->  {name} {plan.shape}",
                    f"the model's is {own[name]}",
                    fix="Give the input_shape that the model takes, channels first and without a batch.",
                )


@singledispatch
def add_nodes(layer: Layer, net: Builder, x: str, name: str) -> str:
    """Add a layer's nodes to a network that reads node `x`, and return the last one's name.

    For a layer of your own, register a function: ``add_nodes.register(MyLayer, function)``.

    Examples
    --------
    >>> net = Builder("one", (3, 8, 8))
    >>> add_nodes(ReLU(), net, "input", "act")
    'act'
    """
    problem = f"what {layer.name} is as a record is not known."
    raise ArgumentError("as_network", problem, fix="Register it: add_nodes.register(kind of layer, function).")


@add_nodes.register
def _(layer: ConvLayer, net: Builder, x: str, name: str) -> str:
    bias = layer.bias is not None
    return net.conv(x, layer.out_channels, layer.kernel_size, name=name, bias=bias, **layer.options)


@add_nodes.register
def _(layer: ConvTransposeLayer, net: Builder, x: str, name: str) -> str:
    bias = layer.bias is not None
    return net.conv_transpose(x, layer.out_channels, layer.kernel_size, name=name, bias=bias, **layer.options)


@add_nodes.register(MaxPoolLayer)
@add_nodes.register(AvgPoolLayer)
def _(layer: PoolLayer, net: Builder, x: str, name: str) -> str:
    add = net.max_pool if isinstance(layer, MaxPoolLayer) else net.avg_pool
    return add(x, name=name, **layer.options)


@add_nodes.register
def _(_layer: GlobalAvgPool, net: Builder, x: str, name: str) -> str:
    return net.flatten(net.global_pool(x, name=name), name=_within(name, "flatten"))


@add_nodes.register
def _(layer: BatchNormLayer, net: Builder, x: str, name: str) -> str:
    learns = layer.weight is not None
    return net.norm(x, name=name, scale=learns, shift=learns, epsilon=layer.epsilon)


@add_nodes.register
def _(_layer: ReLU, net: Builder, x: str, name: str) -> str:
    return net.relu(x, name=name)


@add_nodes.register
def _(_layer: Dropout, net: Builder, x: str, name: str) -> str:
    return net.activation(x, "dropout", name=name)


@add_nodes.register
def _(_layer: Flatten, net: Builder, x: str, name: str) -> str:
    return net.flatten(x, name=name)


@add_nodes.register
def _(layer: Linear, net: Builder, x: str, name: str) -> str:
    return net.linear(x, layer.out_features, bias=layer.bias is not None, name=name)


@add_nodes.register
def _(layer: Upsample, net: Builder, x: str, name: str) -> str:
    return net.add(Resize(scale=layer.scale), x, name=name)


@add_nodes.register(SeparableLayer)
@add_nodes.register(Sequential)
def _(layer: Layer, net: Builder, x: str, name: str) -> str:
    for inner, each in layer.children().items():
        x = add_nodes(each, net, x, _within(name, inner))
    return x


@add_nodes.register
def _(layer: Residual, net: Builder, x: str, name: str) -> str:
    ends = [add_nodes(each, net, x, _within(name, inner)) for inner, each in layer.children().items()]
    return net.join(*ends, *([x] if layer.shortcut is None else []), name=_within(name, "add"))


@add_nodes.register
def _(layer: Branches, net: Builder, x: str, name: str) -> str:
    ends = [add_nodes(each, net, x, _within(name, inner)) for inner, each in layer.children().items()]
    return net.join(*ends, kind=layer.join, name=_within(name, layer.join))


def _within(name: str, inner: str) -> str:
    return f"{name}.{inner}" if name else inner
