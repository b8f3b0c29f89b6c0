"""PyTorch modules read as networks: every shape, parameter, product and value is that of the module itself."""

from __future__ import annotations

import io
import warnings

import numpy as np
import pytest

torch = pytest.importorskip("torch", reason="the optional tier: pip install refconv[torch]")

from torch import nn  # noqa: E402
from torch.nn import functional as F  # noqa: E402, N812

from refconv import layers  # noqa: E402
from refconv.errors import ArgumentError, ArgumentTypeError  # noqa: E402
from refconv.networks import from_json, from_torch, network_cost, receptive_fields, resolve, to_json  # noqa: E402
from refconv.networks.records import Activation, Norm, Pool, Resize, Unsupported  # noqa: E402

pytestmark = pytest.mark.torch


def conv_norm(channels, filters, kernel, **options):
    conv = nn.Conv2d(channels, filters, kernel, bias=False, **options)
    return nn.Sequential(conv, nn.BatchNorm2d(filters), nn.ReLU(inplace=True))


class Residual(nn.Module):
    def __init__(self):
        super().__init__()
        self.stem = conv_norm(3, 8, 7, stride=2, padding=3)
        self.pool = nn.MaxPool2d(3, 2, 1)
        self.one = nn.Conv2d(8, 8, 3, padding=1, groups=2)
        self.two = nn.Conv2d(8, 16, 3, stride=2, padding=1)
        self.down = nn.Conv2d(8, 16, 1, stride=2)
        self.relu = nn.ReLU(inplace=True)
        self.fc = nn.Linear(16, 5)

    def forward(self, x):
        x = self.pool(self.stem(x))
        y = self.relu(self.one(x))
        y = self.two(y)
        y += self.down(x)
        y = self.relu(y)
        return self.fc(torch.flatten(F.adaptive_avg_pool2d(y, 1), 1))


class Inception(nn.Module):
    def __init__(self):
        super().__init__()
        self.wide = nn.Sequential(nn.Conv2d(3, 4, (1, 7), padding=(0, 3)), nn.Conv2d(4, 4, (7, 1), padding=(3, 0)))
        self.same = nn.Conv2d(3, 5, (3, 5), padding="same", dilation=(2, 1))
        self.pool = nn.Sequential(nn.ZeroPad2d((1, 2, 3, 0)), nn.AvgPool2d(4, stride=1))

    def forward(self, x):
        return torch.cat([self.wide(x), self.same(x), self.pool(x)], dim=1)


class Gated(nn.Module):
    """Depthwise, and a gate through a flattened row, as in squeeze-and-excitation."""

    def __init__(self):
        super().__init__()
        self.depthwise = nn.Conv2d(3, 12, 3, padding=2, dilation=2, groups=3)
        self.squeeze, self.excite = nn.Linear(12, 4), nn.Linear(4, 12)

    def forward(self, x):
        x = self.depthwise(x)
        batch, channels = x.shape[:2]
        gate = x.amax((2, 3))
        gate = F.relu(self.excite(F.relu(self.squeeze(gate)))).view(batch, channels, 1, 1)
        return x * gate


class Pyramid(nn.Module):
    """Branches of several rates and a global one, as in ASPP."""

    def __init__(self):
        super().__init__()
        self.branches = nn.ModuleList(nn.Conv2d(3, 4, 3, padding=rate, dilation=rate) for rate in (1, 2, 5))
        self.last = nn.Conv2d(3, 4, 1)

    def forward(self, x):
        size = x.shape[-2:]
        whole = self.last(nn.AdaptiveMaxPool2d(1)(x))
        parts = [branch(x) for branch in self.branches] + [F.interpolate(whole, size=size, mode="nearest")]
        return torch.cat(parts, 1)


class UNet(nn.Module):
    def __init__(self):
        super().__init__()
        self.down, self.middle = conv_norm(3, 4, 3), conv_norm(4, 8, 3)
        self.up, self.last = nn.ConvTranspose2d(8, 4, 2, stride=2), conv_norm(8, 4, 3)

    def forward(self, x):
        skip = self.down(x)
        y = self.up(self.middle(F.max_pool2d(skip, 2)))
        top, left = (skip.shape[2] - y.shape[2]) // 2, (skip.shape[3] - y.shape[3]) // 2
        skip = skip[:, :, top : top + y.shape[2], left : left + y.shape[3]]
        y = self.last(torch.cat((skip, y), dim=1))
        return F.interpolate(y, scale_factor=2)


class Shuffled(nn.Module):
    """A split, a shuffle of channels written with views, a pixel shuffle and its opposite."""

    def __init__(self):
        super().__init__()
        self.conv = nn.Conv2d(3, 8, 1)
        self.single = nn.Conv2d(4, 4, 3, padding=1, groups=4)

    def forward(self, x):
        one, two = self.conv(x).chunk(2, dim=1)
        y = torch.cat([one, self.single(two)], 1)
        n, c, h, w = y.size()
        y = y.view(n, 2, c // 2, h, w).transpose(1, 2).contiguous().view(n, -1, h, w)
        a, b = torch.split(F.pixel_shuffle(torch.cat([y, y], 1), 2), [1, 3], dim=1)
        return torch.cat([b[:, 1:3], a, b], dim=1)


class Sliced(nn.Module):
    """Channels taken out one by one, as torchvision's GoogLeNet does; padding; steps; an even crop."""

    def forward(self, x):
        first = torch.unsqueeze(x[:, 0], 1)
        rest = x[:, 1:3]
        x = torch.cat((first, rest), 1)
        x = F.pad(x, (1, 2, 3, -1), mode="constant")
        x = F.pad(x, (2, 2, 1, 1), mode="reflect")
        return x[..., 1::2, :-1].clamp(min=0)


class Rows(nn.Module):
    """Flattened, normalised, put back, and up-sampled: the second half of a generator."""

    def __init__(self):
        super().__init__()
        self.first, self.second = nn.Linear(3 * 16 * 16, 24), nn.Linear(24, 32)
        self.up = nn.ConvTranspose2d(2, 3, 4, stride=2, padding=1, output_padding=1)

    def forward(self, x):
        return self.up(self.second(self.first(x.flatten(1))).relu().view(-1, 2, 4, 4))


class ConvNext(nn.Module):
    """Channels last in between: normalisation and linear layers on every position."""

    def __init__(self):
        super().__init__()
        self.depthwise, self.norm = nn.Conv2d(3, 3, 7, padding=3, groups=3), nn.LayerNorm(3)
        self.wide, self.narrow = nn.Linear(3, 12), nn.Linear(12, 3)
        self.layer_scale = nn.Parameter(torch.full((3, 1, 1), 0.5))

    def forward(self, x):
        y = self.norm(self.depthwise(x).permute(0, 2, 3, 1))
        y = self.narrow(F.gelu(self.wide(y))).permute(0, 3, 1, 2)
        return x + self.layer_scale * y


class Normed(nn.Module):
    def __init__(self):
        super().__init__()
        self.group, self.instance = nn.GroupNorm(2, 4), nn.InstanceNorm2d(4, affine=True)
        self.whole, self.prelu = nn.LayerNorm([4, 16, 16]), nn.PReLU(4)
        self.conv = nn.Conv2d(3, 4, 1)

    def forward(self, x):
        return self.prelu(self.whole(self.instance(self.group(self.conv(x)))))


class Padded(nn.Sequential):
    def __init__(self):
        modes = ("reflect", "replicate", "circular")
        super().__init__(*(nn.Conv2d(3, 3, 3, padding=(2, 1), padding_mode=mode) for mode in modes))


EXACT = [Padded, Residual, Inception, Gated, Pyramid, UNet, Shuffled, Sliced, Rows]
"""Their values on integers are integers, or halves of them, so that all agree exactly."""

ALL = [*EXACT, ConvNext, Normed]


def made(kind, seed=0):
    """Return a module whose numbers are small integers, in float64."""
    torch.manual_seed(seed)
    module = kind().double()
    with torch.no_grad():
        for name, tensor in [*module.named_parameters(), *module.named_buffers()]:
            if "running_var" in name:
                tensor.copy_(torch.randint(1, 3, tensor.shape).double() ** 2 - 1e-5)  # 1 or 4 with the usual epsilon
            elif tensor.is_floating_point():
                tensor.copy_(torch.randint(-2, 3, tensor.shape))
    return module


def arrays_of(module, network):
    """Return the module's numbers by node."""
    found = {}
    for node in network.nodes:
        part = dict(module.named_modules()).get(node.name)
        if part is not None and [*part.parameters(recurse=False)]:
            tensors = [*part.named_parameters(recurse=False), *part.named_buffers(recurse=False)]
            found[node.name] = {name: tensor.detach().numpy() for name, tensor in tensors}
    return found


@pytest.mark.parametrize("kind", ALL)
def test_parameters_shapes_and_products_are_the_modules(kind):
    module = made(kind)
    shapes, products = {}, []

    def seen(part, given, result, name):
        shapes.setdefault(name, tuple(result.shape))
        if isinstance(part, nn.Conv2d):
            products.append(result[0].numel() * part.weight[0].numel())
        if isinstance(part, nn.ConvTranspose2d):
            products.append(given[0][0].numel() * part.weight[0].numel())
        if isinstance(part, nn.Linear):
            products.append(result[0].numel() * part.in_features)

    hooks = [
        part.register_forward_hook(lambda part, given, result, name=name: seen(part, given, result, name))
        for name, part in module.named_modules()
        if name and not [*part.children()]
    ]
    result = module.eval()(torch.zeros(1, 3, 16, 16, dtype=torch.float64))
    for hook in hooks:
        hook.remove()
    network = from_torch(module, (3, 16, 16))
    resolved = resolve(network)
    cost = network_cost(network)
    assert not any(isinstance(node.operation, Unsupported) for node in network.nodes)
    assert cost.total.parameters == sum(p.numel() for p in module.parameters())
    assert cost.total.macs == sum(products)
    for name, shape in shapes.items():
        got = resolved[name].shape
        assert sorted(got) == sorted(shape[1:]), name  # a linear layer in the middle of the axes has them last
    assert [resolved[name].shape for name in network.outputs] == [tuple(result.shape[1:])]
    assert from_json(to_json(network)) == network
    assert len(receptive_fields(network)) == len(network.nodes)


@pytest.mark.parametrize("kind", EXACT)
def test_the_network_computes_what_the_module_computes(kind):
    module = made(kind).eval()
    network = from_torch(module, (3, 16, 16))
    x = torch.randint(-3, 4, (2, 3, 16, 16)).double()
    (values,) = layers.run(network, arrays_of(module, network), x.numpy()).values()
    assert np.array_equal(values, module(x).detach().numpy())


def test_sizes_follow_another_input():
    network = from_torch(made(Pyramid), (3, 16, 16))
    record = next(node for node in network.nodes if isinstance(node.operation, Resize))
    assert record.inputs[1] == "input"
    assert resolve(network, (3, 31, 9))[network.outputs[0]].shape == (16, 31, 9)


def test_the_module_is_left_as_it_was():
    module = nn.Sequential(nn.Conv2d(3, 4, 1), nn.BatchNorm2d(4), nn.Dropout(0.5))
    module[1].eval()
    before = {name: tensor.clone() for name, tensor in module.state_dict().items()}
    x = torch.randn(2, 3, 5, 5, requires_grad=True)
    network = from_torch(module, x)
    assert [node.name for node in network.nodes] == ["0", "1", "2"]
    assert network.nodes[2].operation == Activation("dropout")
    assert (module.training, module[0].training, module[1].training) == (True, True, False)
    assert all(torch.equal(before[name], tensor) for name, tensor in module.state_dict().items())
    assert not any(part._forward_hooks or part._forward_pre_hooks for part in module.modules())
    assert x.requires_grad
    assert not hasattr(x, "_refconv")


def test_a_shuffle_by_its_name_is_the_one_by_views():
    class Named(nn.Module):
        def forward(self, x):
            return F.channel_shuffle(F.pixel_unshuffle(x, 2), 4)

    network = from_torch(Named(), (8, 4, 4))
    x = torch.arange(256.0).reshape(2, 8, 4, 4)
    (values,) = layers.run(network, {}, x.numpy()).values()
    assert np.array_equal(values, Named()(x).numpy())


def test_names_are_the_modules():
    network = from_torch(made(Residual), (3, 16, 16))
    names = [node.name for node in network.nodes]
    assert names[:3] == ["stem.0", "stem.1", "stem.2"]
    assert {"one", "two", "down", "relu", "relu_2", "add", "adaptive_avg_pool2d", "flatten", "fc"} <= set(names)
    assert from_torch(nn.Conv2d(3, 8, 3), (3, 32, 32)).nodes[0].name == "conv2d"
    wrapped = from_torch(made(Padded), (3, 16, 16))
    assert [node.name for node in wrapped.nodes] == ["0.pad", "0", "1.pad", "1", "2.pad", "2"]


def test_what_no_record_expresses_is_named():
    class Attention(nn.Module):
        def __init__(self):
            super().__init__()
            self.conv = nn.Conv2d(3, 4, 3)
            self.after = nn.Conv2d(4, 2, 1)

        def forward(self, x):
            x = self.conv(x)
            rows = x.flatten(2)
            weights = torch.softmax(rows.transpose(1, 2) @ rows, -1)
            return self.after((rows @ weights).view_as(x).cumsum(2))

    network = from_torch(Attention(), (3, 6, 6))
    named = {node.name: node.operation for node in network.nodes if isinstance(node.operation, Unsupported)}
    assert {op.operator for op in named.values()} == {"matmul", "softmax", "view_as", "cumsum"}
    assert all(op.reason for op in named.values())
    assert named["cumsum"].shape == (4, 4, 4)
    assert resolve(network)["after"].shape == (2, 4, 4)
    assert receptive_fields(network)[-1].axes is None
    assert network_cost(network).total.parameters == 3 * 4 * 9 + 4 + 4 * 2 + 2


def test_parameters_without_a_node_are_told():
    module = nn.Conv2d(3, 4, 1)
    module.spare = nn.Linear(2, 2)
    assert "in no node: spare.weight, spare.bias (6 parameters)" in from_torch(module, (3, 4, 4)).note
    twice = nn.Conv2d(3, 3, 1)
    assert "in several nodes: 0.weight, 0.bias (12" in from_torch(nn.Sequential(twice, twice), (3, 4, 4)).note
    lost = nn.Sequential(nn.Conv2d(3, 3, 1), nn.Bilinear(4, 4, 4))
    lost.forward = lambda x: lost[1](lost[0](x), lost[0](x))
    assert "in unsupported ones: 1.weight, 1.bias (68" in from_torch(lost, (3, 4, 4)).note


def test_a_scale_computed_from_parameters_is_counted():
    class Scaled(nn.Module):
        def __init__(self):
            super().__init__()
            self.gain = nn.Parameter(torch.ones(3))

        def forward(self, x):
            return F.normalize(x, dim=1) * self.gain.view(1, -1, 1, 1)

    network = from_torch(Scaled(), (3, 4, 4))
    assert [node.operation for node in network.nodes] == [
        Norm("scale", False, False, epsilon=0.0, constants=(("least", 1e-12),)),
        Activation("scale", 3),
    ]


def test_changes_in_place():
    class InPlace(nn.Module):
        def forward(self, x):
            y = x + 0
            F.relu_(y)
            z = y.contiguous()
            z = z + y
            y.mul_(2)
            return z + y

    network = from_torch(InPlace(), (3, 4, 4))
    assert [node.name for node in network.nodes] == ["add", "relu", "add_2", "mul", "add_3"]
    assert network.nodes[2].inputs == ("relu", "relu")
    assert network.nodes[4].inputs == ("add_2", "mul")


def test_what_was_changed_through_a_view_is_not_guessed():
    class Viewed(nn.Module):
        def forward(self, x):
            y = x * 2
            y[:, :1].relu_()
            return y + x

    class Written(nn.Module):
        def forward(self, x):
            y = x * 2
            y[:, :1] = 0
            return y

    for kind in (Viewed, Written):
        operations = [node.operation for node in from_torch(kind(), (3, 4, 4)).nodes]
        assert any(isinstance(operation, Unsupported) for operation in operations), kind
        assert isinstance(operations[-2 if kind is Viewed else -1], Unsupported)


def test_pooling_to_a_size():
    def pooled(out, size=12):
        return from_torch(nn.AdaptiveAvgPool2d(out), (3, size, size)).nodes[0].operation

    assert pooled(6) == Pool("average", 2)
    assert pooled((None, 3)) == Pool("average", (1, 4))
    assert pooled(12) == Activation("identity")
    assert isinstance(pooled(7), Unsupported)
    assert "several sizes" in pooled(7).reason


@pytest.mark.parametrize("factor", [(1.25, 2.0), (1.25, 1.2)])
def test_an_axis_that_keeps_its_size_is_copied(factor):
    """PyTorch does not resize it, whatever the factor; where its values and gradients differ it is not read."""
    network = from_torch(nn.Upsample(scale_factor=factor, mode="bilinear"), (2, 3, 4))
    assert isinstance(network.nodes[0].operation, Resize)
    x = torch.randn(1, 2, 3, 4, dtype=torch.float64)
    expected = F.interpolate(x, scale_factor=factor, mode="bilinear").numpy()
    values = layers.run(network, {}, x.numpy())
    np.testing.assert_allclose(values[network.outputs[0]], expected, rtol=1e-12)
    network = from_torch(nn.Upsample(scale_factor=factor, mode="nearest"), (2, 3, 4))
    assert isinstance(network.nodes[0].operation, Unsupported)


def test_modules_that_return_several_results():
    class Two(nn.Module):
        def __init__(self):
            super().__init__()
            self.a, self.b = nn.Conv2d(3, 4, 1), nn.Conv2d(4, 5, 1)

        def forward(self, x):
            a = self.a(x)
            return {"out": self.b(a), "aux": [a]}

    assert from_torch(Two(), (3, 4, 4)).outputs == ("b", "a")


def test_other_numbers_of_axes():
    line = nn.Sequential(nn.Conv1d(2, 4, 3, dilation=2), nn.BatchNorm1d(4), nn.MaxPool1d(2), nn.Flatten())
    assert resolve(from_torch(line, (2, 20)))["3"].shape == (4 * 8,)
    cube = nn.Sequential(nn.Conv3d(2, 4, (1, 2, 3)), nn.AvgPool3d(2), nn.ConvTranspose3d(4, 2, 3, stride=2))
    assert resolve(from_torch(cube, (2, 4, 5, 6)))["2"].shape == (2, 5, 5, 5)
    row = nn.Sequential(nn.Linear(6, 4), nn.BatchNorm1d(4), nn.LayerNorm(4), nn.Softmax(dim=1))
    assert network_cost(from_torch(row, (6,))).total.parameters == 28 + 8 + 8


def test_what_cannot_be_read_is_refused():
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        compiled = torch.jit.script(nn.ReLU())
    with pytest.raises(ArgumentTypeError, match="compiled"):
        from_torch(compiled, (3, 4, 4))
    with pytest.raises(ArgumentTypeError, match="neither a tensor nor a shape"):
        from_torch(nn.ReLU(), "example")
    with pytest.raises(ArgumentError, match="batch"):
        from_torch(nn.ReLU(), torch.zeros(3))
    with pytest.raises(ArgumentError, match=r"does not run.*\n.*shape \(2, 4, 4, 4\)"):
        from_torch(nn.Conv2d(3, 4, 1), (4, 4, 4))
    constant = nn.Identity()
    constant.forward = lambda x: torch.zeros(3)
    with pytest.raises(ArgumentError, match="does not come from its input"):
        from_torch(constant, (3, 4, 4))


def exported(module, keep_norms=True):
    pytest.importorskip("onnx")
    file = io.BytesIO()
    example = torch.zeros(1, 3, 16, 16, dtype=torch.float64)
    options = {"training": torch.onnx.TrainingMode.PRESERVE, "do_constant_folding": False} if keep_norms else {}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        torch.onnx.export(module.eval(), (example,), file, dynamo=False, **options)
    return file.getvalue()


@pytest.mark.parametrize("kind", [kind for kind in ALL if kind is not Padded])
def test_what_is_exported_to_onnx_is_the_same_network(kind):
    from refconv.networks import from_onnx

    module = made(kind)
    file = exported(module)
    direct, through = from_torch(module, (3, 16, 16)), from_onnx(file)
    assert not any(isinstance(node.operation, Unsupported) for node in through.nodes)
    ours, theirs = network_cost(through), network_cost(direct)
    assert (ours.total.parameters, ours.total.macs) == (theirs.total.parameters, theirs.total.macs)
    shapes = [[resolve(network)[name].shape for name in network.outputs] for network in (direct, through)]
    assert shapes[0] == shapes[1]
    fields = [receptive_fields(network)[-1] for network in (direct, through)]
    if kind is not Pyramid:  # its global pooling is exported as one of a fixed size
        assert fields[0].axes == fields[1].axes


@pytest.mark.parametrize(
    ("name", "parameters", "macs"),
    [
        ("resnet50", 25557032, 4089184256),
        ("mobilenet_v2", 3504872, 300774272),
        ("shufflenet_v2_x1_0", 2278604, None),
        ("convnext_tiny", 28589128, None),
        ("densenet121", 7978856, None),
        ("efficientnet_b0", 5288548, None),
    ],
)
def test_torchvision(name, parameters, macs):
    torchvision = pytest.importorskip("torchvision", reason="torchvision is not installed", exc_type=Exception)
    module = getattr(torchvision.models, name)(weights=None)
    cost = network_cost(from_torch(module, (3, 224, 224)))
    assert cost.total.parameters == parameters == sum(p.numel() for p in module.parameters())
    assert macs in (None, cost.total.macs)
