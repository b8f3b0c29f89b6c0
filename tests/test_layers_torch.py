"""The same networks in PyTorch's own functions, record by record: values, and the gradients of input and parameters."""

from __future__ import annotations

import numpy as np
import pytest

torch = pytest.importorskip("torch", reason="the optional tier: pip install refconv[torch]")

import torch.nn.functional as F  # noqa: E402, N812 - as everybody calls it

from refconv.errors import ArgumentError  # noqa: E402
from refconv.layers import initialise, run, run_backward  # noqa: E402
from refconv.networks import from_json, from_torch, to_json  # noqa: E402
from refconv.networks import records as r  # noqa: E402
from refconv.networks.build import Builder  # noqa: E402
from refconv.networks.catalogue import network  # noqa: E402
from refconv.networks.shapes import resolve  # noqa: E402
from tests.draw import from_rng  # noqa: E402
from tests.drawn_networks import draw_network  # noqa: E402
from tests.reduced import reduced  # noqa: E402
from tests.small_networks import SMALL, small  # noqa: E402

pytestmark = pytest.mark.torch
ROOM = 2.0**-38
"""Both round each of at most a few thousand terms by at most 2^-53 of the largest, layer after layer."""

CONV = {1: F.conv1d, 2: F.conv2d, 3: F.conv3d}
TRANSPOSED = {1: F.conv_transpose1d, 2: F.conv_transpose2d, 3: F.conv_transpose3d}
MAX = {1: F.max_pool1d, 2: F.max_pool2d, 3: F.max_pool3d}
AVERAGE = {1: F.avg_pool1d, 2: F.avg_pool2d, 3: F.avg_pool3d}
LINEAR = {1: "linear", 2: "bilinear", 3: "trilinear"}


def pad(x, pairs, mode):
    """Pad first and crop then: PyTorch's circular padding would wrap what a crop on the other side has left."""
    sides = [side for pair in pairs[::-1] for side in pair]
    added = [max(side, 0) for side in sides]
    x = F.pad(x, added) if mode == "zeros" else F.pad(x, added, mode)
    return F.pad(x, [min(side, 0) for side in sides])


def along(axes, name):
    return tuple(getattr(axis, name) for axis in axes)


def conv(layer, own, x):
    record, axes = layer.node.operation, layer.axes
    x = pad(x, [(axis.lo, axis.hi) for axis in axes], record.padding_mode)
    return CONV[len(axes)](x, own["weight"], own.get("bias"), along(axes, "s"), 0, along(axes, "d"), record.groups)


def conv_transpose(layer, own, x):
    """Return everything that is written, cut or extended to what is kept."""
    record, axes = layer.node.operation, layer.axes
    y = TRANSPOSED[len(axes)](x, own["weight"], None, along(axes, "s"), 0, 0, record.groups, along(axes, "d"))
    for number, axis in enumerate(axes, start=2):
        lo, hi = max(-axis.lo, 0), max(axis.lo + axis.n - y.shape[number], 0)
        start = max(axis.lo, 0)
        y = F.pad(y.movedim(number, -1), (lo, hi))[..., start : start + axis.n].movedim(-1, number)
    return y if "bias" not in own else y + own["bias"].reshape(-1, *(1,) * len(axes))


def pool(layer, _own, x):
    record, axes = layer.node.operation, layer.axes
    k, s, lo = (along(axes, name) for name in ("k", "s", "lo"))
    if record.kind == "max":
        return MAX[len(axes)](x, k, s, lo, along(axes, "d"), record.ceil_mode)
    return AVERAGE[len(axes)](x, k, s, lo, record.ceil_mode, record.count_include_pad)


def global_pool(layer, _own, x):
    axes = tuple(range(2, x.ndim))
    return x.mean(axes, keepdim=True) if layer.node.operation.kind == "average" else x.amax(axes, keepdim=True)


def linear(_layer, own, x):
    return F.linear(x.flatten(1), own["weight"], own.get("bias"))


def norm(layer, own, x, training):
    record, w, b = layer.node.operation, own.get("weight"), own.get("bias")
    if record.kind == "batch":
        kept = (own[name].detach().clone() for name in ("running_mean", "running_var"))
        return F.batch_norm(x, *kept, w, b, training)
    groups = {"layer": 1, "instance": x.shape[1], "group": record.groups}
    if record.kind in groups:
        return F.group_norm(x, groups[record.kind], w, b)
    if record.kind == "channel":
        return F.layer_norm(x.movedim(1, -1), (x.shape[1],), w, b).movedim(-1, 1)
    if record.kind == "local_response":
        return F.local_response_norm(x, 5, 5e-4, 0.75, 2.0)
    return x / (x.square().sum(1, keepdim=True) + 1e-5).sqrt() * w.reshape(-1, *(1,) * (x.ndim - 2))


ACTIVATIONS = {
    **{name: getattr(F, name) for name in ("relu", "relu6", "leaky_relu", "elu", "softplus", "hardswish", "gelu")},
    **{name: getattr(torch, name) for name in ("sigmoid", "tanh")},
    **dict.fromkeys(("swish", "silu"), F.silu),
    **dict.fromkeys(("identity", "dropout"), lambda x: x),
    "hardsigmoid": F.hardsigmoid,
    "softmax": lambda x: F.softmax(x, 1),
}


def activation(layer, own, x):
    function = layer.node.operation.function
    if function == "scale":
        return x * own["weight"].reshape(-1, *(1,) * (x.ndim - 2))
    return ACTIVATIONS[function](x)


def join(layer, _own, *xs):
    kind = layer.node.operation.kind
    if kind == "concatenate":
        return torch.cat([x.expand(*x.shape[:2], *layer.shape[1:]) for x in xs], 1)
    operation = {"add": torch.add, "multiply": torch.mul, "maximum": torch.maximum}[kind]
    y = xs[0]
    for x in xs[1:]:
        y = operation(y, x)
    return y


def resize(layer, _own, x, *_):
    record, rank = layer.node.operation, x.ndim - 2
    scale = record.scale if isinstance(record.scale, tuple) else (record.scale,) * rank
    how = {"size": layer.shape[1:]} if record.scale is None else {"scale_factor": [float(each) for each in scale]}
    if record.method == "nearest":
        exact = record.coordinates == "half_pixel"
        return F.interpolate(x, mode="nearest-exact" if exact else "nearest", **how)
    mode = "bicubic" if record.method == "cubic" else LINEAR[rank]
    return F.interpolate(x, mode=mode, align_corners=record.coordinates == "align_corners", **how)


def pad_layer(layer, _own, x):
    record = layer.node.operation
    return pad(x, [pair if isinstance(pair, tuple) else (pair, pair) for pair in record.padding], record.padding_mode)


def crop(layer, _own, x, *_):
    offset = layer.node.operation.offset
    sizes = zip(x.shape[2:], layer.shape[1:], strict=True)
    offset = [(n - m) // 2 for n, m in sizes] if offset is None else offset
    for number, (start, m) in enumerate(zip(offset, layer.shape[1:], strict=True), start=2):
        x = x.narrow(number, start, m)
    return x


FUNCTIONS = {
    r.Conv: conv,
    r.ConvTranspose: conv_transpose,
    r.Pool: pool,
    r.GlobalPool: global_pool,
    r.Linear: linear,
    r.Activation: activation,
    r.Join: join,
    r.Resize: resize,
    r.Pad: pad_layer,
    r.Crop: crop,
    r.Flatten: lambda _layer, _own, x: x.flatten(1),
    r.Unflatten: lambda layer, _own, x: x.reshape(-1, *layer.shape),
    r.DepthToSpace: lambda layer, _own, x: F.pixel_shuffle(x, layer.node.operation.block),
    r.SpaceToDepth: lambda layer, _own, x: F.pixel_unshuffle(x, layer.node.operation.block),
    r.Shuffle: lambda layer, _own, x: torch.channel_shuffle(x, layer.node.operation.groups),
    r.Select: lambda layer, _own, x: x[:, layer.node.operation.start : layer.node.operation.stop],
}


def run_in_torch(resolved, parameters, x, training):
    values = {"input": x}
    for layer in resolved.layers:
        node = layer.node
        own, given = parameters.get(node.name, {}), [values[name] for name in node.inputs]
        if isinstance(node.operation, r.Norm):
            values[node.name] = norm(layer, own, *given, training)
        else:
            values[node.name] = FUNCTIONS[type(node.operation)](layer, own, *given)
    return values


def close(ours, theirs, what):
    theirs = theirs.detach().numpy()
    assert ours.shape == theirs.shape, what
    assert np.abs(ours - theirs).max() <= ROOM * (1 + np.abs(theirs).max()), what


def check(resolved, training=False):
    rng = np.random.default_rng(1)
    arrays = initialise(resolved, rng, "varied")
    x = rng.standard_normal((2, *resolved.network.input))
    tensors = {
        node: {key: torch.tensor(array, requires_grad="running" not in key) for key, array in own.items()}
        for node, own in arrays.items()
    }
    tx = torch.tensor(x, requires_grad=True)
    theirs = run_in_torch(resolved, tensors, tx, training)
    ours = run(resolved, arrays, x, keep="all", training=training)
    for name, value in ours.items():
        close(value, theirs[name], name)
    dys = {name: rng.standard_normal(ours[name].shape) for name in resolved.network.outputs}
    found = run_backward(resolved, arrays, ours, dys, training=training)
    sum((theirs[name] * torch.tensor(dy)).sum() for name, dy in dys.items()).backward()
    close(found.dx, tx.grad, "dx")
    for node, own in tensors.items():
        for key, parameter in own.items():
            if parameter.grad is None:
                assert key not in found.gradients.get(node, {}), (node, key)
            else:
                close(found.gradients[node][key], parameter.grad, (node, key))


@pytest.mark.parametrize("name", SMALL)
def test_small_networks(name):
    check(resolve(small(name)))


@pytest.mark.parametrize("name", ["residual", "separable", "normalised"])
def test_batch_statistics(name):
    check(resolve(small(name)), training=True)


def test_cubic_resizing():
    net = Builder("cubic", (2, 5, 6))
    x = net.add(r.Resize(scale=2, method="cubic"), "input")
    check(resolve(net.done(net.add(r.Resize((7, 9), None, "cubic", "align_corners"), x))))


@pytest.mark.parametrize("name", ["vgg11", "resnet18", "mobilenet_v2", "convnext_tiny", "deeplab_mobilenet_v2", "unet"])
def test_published_networks_with_fewer_channels(name):
    check(reduced(network(name)))


@pytest.mark.parametrize("name", ["resnet18", "mobilenet_v2", "efficientnet_b0"])
def test_torchvision_models_with_their_own_parameters(name):
    """Theirs and ours have the same names, so that their arrays go straight into our run."""
    torchvision = pytest.importorskip("torchvision", reason="compared where torchvision is installed")
    torch.manual_seed(0)
    model = getattr(torchvision.models, name)(weights=None).double().eval()
    arrays = {}
    for key, value in model.state_dict().items():
        node, _, array = key.rpartition(".")
        if array != "num_batches_tracked":
            arrays.setdefault(node, {})[array] = value.numpy()
    resolved = resolve(network(name), (3, 65, 65))
    assert {node: {*own} for node, own in initialise(resolved, fill="zeros").items()} == {
        node: {*own} for node, own in arrays.items()
    }
    tx = torch.randn(1, 3, 65, 65, dtype=torch.float64, requires_grad=True)
    theirs = model(tx)
    theirs.sum().backward()
    (end,) = resolved.network.outputs
    values = run(resolved, arrays, tx.detach().numpy(), keep="all")
    close(values[end].reshape(theirs.shape), theirs, end)
    close(run_backward(resolved, arrays, values, {end: np.ones_like(values[end])}).dx, tx.grad, "dx")


def in_torch_too(layer):
    """Return whether PyTorch has it: its poolings and resizings take less."""
    record, axes = layer.node.operation, layer.axes
    if isinstance(record, r.Pool):
        dilated = record.kind == "average" and any(axis.d > 1 for axis in axes)
        even = all(axis.lo == axis.hi and 2 * axis.lo <= axis.k for axis in axes)
        return even and not record.ceil_mode and not dilated
    if isinstance(record, r.Resize):
        corners = record.coordinates == "align_corners" and record.scale is None
        return record.method == "linear" and (corners or record.coordinates == "half_pixel")
    return not isinstance(record, r.DepthToSpace | r.Shuffle) or len(layer.shape) == 3


@pytest.mark.parametrize("seed", range(400))
def test_drawn_networks(seed):
    drawn = draw_network(from_rng(np.random.default_rng(seed)))
    resolved = resolve(drawn)
    if all(map(in_torch_too, resolved.layers)):
        check(resolved)


class Called(torch.nn.Module):
    """A function as a module."""

    def __init__(self, function):
        super().__init__()
        self.function = function

    def forward(self, x):
        return self.function(x)


def statistics(module):
    """Give a normalisation running statistics and weights that do something."""
    with torch.no_grad():
        for name, tensor in module.state_dict().items():
            if tensor.is_floating_point():
                tensor.copy_(0.5 + torch.rand(tensor.shape, dtype=tensor.dtype) + ("var" in name))
    return module


NN = torch.nn
READ = {
    "leaky relu": NN.LeakyReLU(0.2),
    "elu": NN.ELU(2.0),
    "softplus": NN.Softplus(beta=3.0),
    "softplus cut": NN.Softplus(beta=3.0, threshold=1.5),
    "softplus as it is": NN.Softplus(),
    "hardsigmoid": NN.Hardsigmoid(),
    "hardtanh": NN.Hardtanh(),
    "hardtanh moved": NN.Hardtanh(-0.25, 0.5),
    "hardtanh called": Called(F.hardtanh),
    "relu6": NN.ReLU6(),
    "clamp": Called(lambda x: x.clamp(-0.25, 0.5)),
    "clamp below": Called(lambda x: x.clamp(min=0.25)),
    "clamp above": Called(lambda x: torch.clamp(x, max=0.25)),
    "clamp by tensors": Called(lambda x: torch.clamp(x, torch.tensor(-0.5), torch.tensor(0.5))),
    "clamp to infinity": Called(lambda x: torch.clamp(x, -0.5, float("inf"))),
    "multiply": Called(lambda x: 0.3 * x),
    "add": Called(lambda x: x + 0.7),
    "subtract": Called(lambda x: x - 0.7),
    "subtract from": Called(lambda x: 0.7 - x),
    "rsub": Called(lambda x: torch.rsub(x, 0.7)),
    "divide": Called(lambda x: x / 0.3),
    "divide into": Called(lambda x: 0.3 / (x * x + 1)),
    "power": Called(lambda x: x**3),
    "power of": Called(lambda x: torch.pow(2.0, x)),
    "of two tensors": Called(lambda x: x.relu() - x),
    "division": Called(lambda x: x / (x * x + 1)),
    "negated": Called(lambda x: -x),
    "one buffer": Called(lambda x: x * torch.tensor([[[[1.5]]]])),
    "fixed slope": Called(lambda x: F.prelu(x, torch.tensor([0.4], dtype=torch.float64))),
    "prelu": NN.PReLU(5),
    "prelu of one": NN.PReLU(),
    "local response": NN.LocalResponseNorm(3, alpha=0.5, beta=0.5, k=1.5),
    "local response as it is": NN.LocalResponseNorm(5),
    "local response of one": NN.LocalResponseNorm(1, 0.5),
    "batch": statistics(NN.BatchNorm2d(5, eps=0.5)),
    "batch of its own": statistics(NN.BatchNorm2d(5, eps=0.5, track_running_stats=False)),
    "group": statistics(NN.GroupNorm(1, 5, eps=0.5)),
    "layer": Called(lambda x: F.layer_norm(x.permute(0, 2, 3, 1), (5,), eps=0.5).permute(0, 3, 1, 2)),
    "layer of all": NN.LayerNorm([5, 6, 7], eps=0.5, elementwise_affine=False),
    "instance": statistics(NN.InstanceNorm2d(5, eps=0.5, affine=True)),
    "instance running": statistics(NN.InstanceNorm2d(5, eps=0.5, affine=True, track_running_stats=True)),
    "normalize": Called(lambda x: F.normalize(x, eps=2.0)),
    "normalize as it is": Called(F.normalize),
}


@pytest.mark.parametrize("name", READ)
def test_what_is_read_computes_what_the_module_does(name):
    module = READ[name].double().eval()
    x = 2 * torch.randn(3, 5, 6, 7, dtype=torch.float64, generator=torch.Generator().manual_seed(3))
    x.requires_grad_()
    network = from_torch(module, x)
    assert from_json(to_json(network)) == network
    arrays = {}
    for key, value in module.state_dict().items():
        if "tracked" not in key:
            arrays.setdefault(network.nodes[0].name, {})[key] = value.numpy()
    values = run(network, arrays, x.detach().numpy(), keep="all")
    (end,) = network.outputs
    theirs = module(x)
    close(values[end], theirs, name)
    dy = torch.randn(theirs.shape, dtype=torch.float64, generator=torch.Generator().manual_seed(4))
    theirs.backward(dy)
    if name == "hardsigmoid":
        return  # theirs takes a sixth in float32 for its slope, whatever the type
    close(run_backward(network, arrays, values, {end: dy.numpy()}).dx, x.grad, "dx")


def test_instance_statistics_are_kept_only_for_inference():
    module = statistics(NN.InstanceNorm2d(5, affine=True, track_running_stats=True)).double()
    x = torch.randn(3, 5, 6, 7, dtype=torch.float64)
    network = from_torch(module, x)
    arrays = {key: value.numpy() for key, value in module.state_dict().items() if "tracked" not in key}
    (node,) = network.nodes
    ours = run(network, {node.name: arrays}, x.numpy(), training=True)[node.name]
    close(ours, module.train()(x), "training")


REFUSED = {
    "several": Called(lambda x: x * torch.ones(5, 1, 1)),
    "celu": NN.CELU(2.0),
    "softshrink": NN.Softshrink(0.3),
    "even": NN.LocalResponseNorm(4),
    "threshold": NN.Threshold(0.1, 20.0),
    "scaled besides": Called(lambda x: torch.add(x, 3, alpha=2)),
    "rounded": Called(lambda x: torch.div(x, 3, rounding_mode="floor")),
    "a learnt one added": NN.LayerNorm([5, 6, 7]),
    "clamped by several": Called(lambda x: x.clamp(min=torch.zeros(5, 1, 1))),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_a_run_does_not_know_it_refuses(name):
    network = from_torch(REFUSED[name], (5, 6, 7))
    with pytest.raises(ArgumentError):
        run(network, initialise(network), np.ones((1, 5, 6, 7)))
