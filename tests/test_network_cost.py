"""Costs of networks, layer by layer from the definition, under every convention; and other programs' figures."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import replace
from fractions import Fraction

import pytest
import sympy

from refconv.arithmetic import Axis
from refconv.arithmetic.conventions import CONVENTIONS, Conventions, Rate
from refconv.arithmetic.integers import product
from refconv.errors import ArgumentError
from refconv.networks.build import Builder
from refconv.networks.catalogue import NETWORKS, network
from refconv.networks.costs import PassCost, network_cost
from refconv.networks.counting import COUNTED
from refconv.networks.records import (
    OPERATIONS,
    Activation,
    Conv,
    ConvTranspose,
    Crop,
    DepthToSpace,
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
from refconv.networks.shapes import resolve

EVERYTHING = CONVENTIONS["everything"]
N = 2


def one(operation, shape=(4, 6, 7), *, conventions=EVERYTHING, batch=N, **options):
    """Return the cost of a network of one layer."""
    net = Builder("one", shape)
    x = net.add(operation, "input", name="it")
    return network_cost(net.done(x), batch=batch, conventions=conventions, **options)["it"]


def test_published_totals():
    """torchvision states VGG-16's parameters and its MACs in units of a thousand million."""
    cost = network_cost(network("vgg16"))
    assert cost.total.parameters == 138_357_544
    assert cost.total.macs == 15_470_264_320
    assert cost.unknown == ()


@pytest.mark.parametrize(
    ("name", "flops"),
    [
        ("macs", 4_089_184_256),
        ("torch", 8_178_368_512),
        ("fvcore", 4_111_512_576),
        ("ptflops", 4_132_436_968),
        ("thop", 4_133_742_592),
    ],
)
def test_every_counter_prints_another_number_for_resnet50(name, flops):
    """Each of these was printed by the program named, for torchvision's model at 224x224."""
    cost = network_cost(network("resnet50"), conventions=name)
    assert cost.total.flops == flops
    assert cost.total.macs == 4_089_184_256
    assert cost.total.parameters == 25_557_032


def test_the_differences_between_the_counters_are_these():
    """fvcore adds 2 for each element of a batch normalisation and the average pooling's inputs, and so on."""
    layers = resolve(network("resnet50")).layers

    def elements(kind):
        return sum(product(layer.shape) for layer in layers if isinstance(layer.node.operation, kind))

    macs = network_cost(network("resnet50")).total.macs
    norms, relus = elements(Norm), elements(Activation)
    pooled, averaged = 64 * 112 * 112, 2048 * 7 * 7
    assert (norms, relus) == (11_113_984, 9_608_704)
    assert macs + 2 * norms + averaged == 4_111_512_576
    assert macs + 1000 + 2 * norms + 2 * relus + 2 * (pooled + averaged) == 4_132_436_968
    assert macs + 4 * norms + averaged + 2048 == 4_133_742_592


@pytest.mark.parametrize("name", sorted(NETWORKS))
def test_totals_are_sums_over_all_layers(name):
    """And every layer of every architecture has a cost."""
    cost = network_cost(network(name), backward=True)
    assert cost.unknown == ()
    assert [layer.name for layer in cost.layers] == [node.name for node in network(name).nodes]
    assert cost.total.parameters == sum(layer.parameters for layer in cost.layers)
    for part in ("forward", "backward"):
        assert getattr(cost.total, part) == sum((getattr(layer, part) for layer in cost.layers), PassCost())
    assert cost.total.macs == sum(layer.macs for layer in cost.layers) > 0


@pytest.mark.parametrize("name", ["resnet18", "mobilenet_v2", "unet"])
def test_a_batch_costs_so_many_times_as_much(name):
    once, thrice = (network_cost(network(name), batch=n, conventions="everything") for n in (1, 3))
    assert thrice.total.macs == 3 * once.total.macs
    assert thrice.total.flops == 3 * once.total.flops
    assert thrice.total.parameters == once.total.parameters
    moved, single = thrice.total.forward.traffic, once.total.forward.traffic
    assert moved.activations_read == 3 * single.activations_read
    assert moved.parameters_read == single.parameters_read


def test_a_layer_is_found_by_its_name():
    cost = network_cost(network("vgg11"))
    assert cost["conv1_1"] == cost.layers[0]
    with pytest.raises(KeyError, match="conv9_9"):
        cost["conv9_9"]


def test_a_resolved_network_brings_its_input_and_batch():
    resolved = resolve(network("vgg11"), (3, 64, 64), 5)
    cost = network_cost(resolved)
    assert (cost.network, cost.input, cost.batch) == ("vgg11", (3, 64, 64), 5)
    assert cost == network_cost(network("vgg11"), (3, 64, 64), 5)


# --- each operation, by hand ---


def test_every_operation_is_counted_somehow():
    assert set(COUNTED) == set(OPERATIONS.values())


@pytest.mark.parametrize("groups", [1, 2])
def test_a_convolution(groups):
    cost = one(Conv(6, (3, 2), stride=(2, 1), padding=1, groups=groups))
    windows, weights = 3 * 8, 6 * 4 // groups * 6
    assert cost.macs == N * windows * weights
    assert cost.flops == 2 * cost.macs + N * 6 * windows
    assert cost.parameters == weights + 6
    assert cost.bytes == 4 * (N * 4 * 42 + weights + 6 + N * 6 * windows)
    assert cost.intensity == Fraction(cost.flops, cost.bytes)


def test_a_transposed_convolution():
    record = ConvTranspose(6, 4, stride=2, padding=1, groups=2)
    cost, thop = one(record), one(record, conventions="thop")
    assert cost.shape == (6, 12, 14)
    assert cost.macs == N * 4 * 42 * 3 * 16
    assert cost.flops == 2 * cost.macs + N * 6 * 12 * 14
    assert cost.parameters == 4 * 3 * 16 + 6
    assert thop.macs == 4 * cost.macs, "stride 2 along two axes"


def test_a_linear_layer():
    cost = one(Linear(5), (12,))
    assert (cost.macs, cost.flops, cost.parameters) == (N * 60, N * 125, 65)
    assert one(Linear(5, bias=False), (12,)).flops == N * 120


@pytest.mark.parametrize(
    ("kind", "plain", "affine", "parameters"),
    [
        *((kind, 5, 7, 8) for kind in ("layer", "channel", "group", "instance")),
        *(("batch", 2, 2, 8), ("scale", 3, 4, 4), ("local_response", 0, 0, 0)),
    ],
)
def test_a_normalisation(kind, plain, affine, parameters):
    elements = N * 4 * 42
    with_both, without = one(Norm(kind)), one(Norm(kind, scale=False, shift=False))
    assert (with_both.flops, without.flops) == (affine * elements, plain * elements)
    assert (with_both.parameters, without.parameters) == (parameters, 0)
    assert with_both.macs == 0


def test_running_statistics_are_no_parameters_unless_asked_for():
    asked = Conventions(running_statistics=True)
    assert one(Norm(), conventions=asked).parameters == 16
    assert one(Norm("layer"), conventions=asked).parameters == 8
    assert one(Norm(), conventions=Conventions(norms=False)).parameters == 0
    assert one(Conv(3, 1), conventions=Conventions(biases=False)).parameters == 12
    kept = one(Norm()).forward.traffic
    assert kept.parameters_read == 16, "they are read all the same"


@pytest.mark.parametrize("function", ["relu", "softmax", "identity", "dropout"])
def test_an_activation(function):
    cost, elements = one(Activation(function)), N * 4 * 42
    free = function in ("identity", "dropout")
    assert (cost.flops, cost.bytes) == ((0, 0) if free else (elements, 8 * elements))
    assert one(Activation("prelu", parameters=4)).parameters == 4


@pytest.mark.parametrize("positions", ["all", "real"])
def test_a_pooling(positions):
    record = dict(kernel_size=3, stride=2, padding=1)
    said = replace(EVERYTHING, positions=positions)
    out, taps = (4, 3, 4), 9
    windows = N * product(out)
    if positions == "all":
        read = windows * taps
    else:
        read = (
            N
            * 4
            * product(
                sum(axis.taps_inside(i, 1, 1 + axis.n) for i in range(axis.out))
                for axis in (Axis(6, 3, 2, 1, 1, 1), Axis(7, 3, 2, 1, 1, 1))
            )
        )
    assert one(Pool("max", **record), conventions=said).flops == read - windows
    assert one(Pool("average", **record), conventions=said).flops == read
    assert one(Pool("max", **record)).shape == out
    assert one(Pool("average", **record), conventions="thop").flops == windows
    assert one(Pool("max", **record), conventions="ptflops").flops == 2 * N * 4 * 42


@pytest.mark.parametrize("kind", ["max", "average"])
def test_a_global_pooling(kind):
    net = Builder("one", (4, 6, 7))
    cost = network_cost(net.done(net.global_pool("input", kind)), conventions=EVERYTHING)
    assert cost.total.flops == 4 * 42 - (4 if kind == "max" else 0)
    assert cost.total.forward.traffic.read == 4 * 42
    assert cost.total.forward.traffic.written == 4


@pytest.mark.parametrize("kind", ["add", "multiply", "maximum", "concatenate"])
def test_a_join(kind):
    net = Builder("three", (4, 6, 7))
    x = net.join("input", "input", "input", kind=kind)
    cost = network_cost(net.done(x), batch=N, conventions=EVERYTHING)
    copied = kind == "concatenate"
    assert cost.total.flops == (0 if copied else 2 * N * 4 * 42)
    assert cost.total.forward.traffic.read == 3 * N * 4 * 42
    assert cost.total.forward.traffic.written == (3 if copied else 1) * N * 4 * 42


def test_a_resize():
    shape, outputs = (4, 6, 7), N * 4 * 12 * 14
    assert one(Resize(scale=2), shape).flops == 0
    assert one(Resize(scale=2, method="linear"), shape).flops == 7 * outputs  # four products, three sums
    assert one(Resize(scale=2, method="linear"), (4, 6)).flops == 3 * N * 4 * 12
    assert one(Resize(scale=2, method="linear"), shape, conventions="fvcore").flops == 4 * outputs
    net = Builder("like another", shape)
    small = net.max_pool("input", 2, 2)
    cost = network_cost(net.done(net.add(Resize(), small, "input", name="up")))
    assert cost["up"].forward.traffic.read == 4 * 3 * 3, "of the second input only the size is read"


@pytest.mark.parametrize(
    ("operation", "shape", "read", "written"),
    [
        (Pad(1), (4, 6, 7), 168, 4 * 8 * 9),
        (Select(1, 3), (4, 6, 7), 84, 84),
        (Shuffle(2), (4, 6, 7), 168, 168),
        (DepthToSpace(2), (4, 6, 7), 168, 168),
        (SpaceToDepth(2), (4, 6, 8), 192, 192),
        (Unflatten((2, 3)), (12,), 0, 0),
    ],
    ids=lambda value: type(value).__name__ if hasattr(value, "__dataclass_fields__") else "",
)
def test_what_only_moves(operation, shape, read, written):
    cost = one(operation, shape, batch=1)
    assert (cost.macs, cost.flops, cost.parameters) == (0, 0, 0)
    assert (cost.forward.traffic.read, cost.forward.traffic.written) == (read, written)


def test_a_crop_reads_what_it_keeps():
    net = Builder("cropped", (4, 6, 7))
    small = net.max_pool("input", 2, 2)
    cost = network_cost(net.done(net.add(Crop(), "input", small, name="cut")))
    assert cost["cut"].forward.traffic.read == cost["cut"].forward.traffic.written == 4 * 3 * 3


def test_a_flattening_is_free():
    net = Builder("flat", (4, 6, 7))
    assert network_cost(net.done(net.flatten("input")), conventions=EVERYTHING).total.forward == PassCost()


# --- memory and backward ---


def test_memory_conventions():
    net = Builder("small", (3, 8, 8))
    x = net.conv_norm("input", 5, 3, padding=1)
    built = net.done(x)
    plain, half, fused, unrolled = (
        network_cost(built, conventions=Conventions(**options)).total.forward
        for options in ({}, {"element_size": 2}, {"fused": True}, {"road": "im2col"})
    )
    assert plain.bytes == 2 * half.bytes
    assert fused.traffic.written == 5 * 64
    assert fused.traffic.read == 3 * 64 + 135
    assert plain.traffic.written == 3 * 5 * 64
    assert plain.traffic.read == 3 * 64 + 135 + 2 * 5 * 64 + 20
    assert unrolled.traffic.read - plain.traffic.read == 64 * 27
    assert PassCost().intensity is None


def test_backward_needs_no_gradient_of_the_input():
    net = Builder("chain", (3, 8, 8))
    x = net.max_pool("input", 2, 2, name="pool")
    x = net.conv(x, 4, 3, name="first")
    x = net.relu(x)
    x = net.conv(x, 6, 1, groups=2, name="second")
    built = net.done(x)
    cost = network_cost(built, backward=True, batch=N, conventions=EVERYTHING)
    first, second = cost["first"], cost["second"]
    assert cost["pool"].backward == PassCost()
    assert first.backward.macs == first.macs, "dw alone"
    assert first.backward.flops == 2 * first.macs + N * 4 * 4
    assert second.backward.macs == 2 * second.macs
    assert cost["relu"].backward == cost["relu"].forward
    asked = network_cost(built, backward=True, batch=N, conventions=replace(EVERYTHING, input_gradient=True))
    assert asked["first"].backward.macs == 2 * first.macs
    assert asked["pool"].backward == asked["pool"].forward
    assert network_cost(built).total.backward is None
    assert network_cost(built)["first"].backward is None


def test_backward_through_branches():
    """A branch without weights gets a gradient only where something before it is learnt."""
    net = Builder("branches", (3, 8, 8))
    left = net.conv("input", 3, 3, padding=1, name="left")
    right = net.avg_pool("input", 3, 1, padding=1, name="right")
    cost = network_cost(net.done(net.join(left, right)), backward=True, conventions=EVERYTHING)
    assert cost["right"].backward.flops == 0
    assert cost["add"].backward.flops == cost["add"].flops


def test_backward_of_a_transposed_convolution():
    net = Builder("up", (4, 5, 5))
    x = net.conv("input", 4, 1)
    cost = network_cost(net.done(net.conv_transpose(x, 2, 2, stride=2, name="up")), backward=True)
    assert cost["up"].backward.macs == 2 * cost["up"].macs
    assert cost["up"].backward.flops == 4 * cost["up"].macs + 2 * 10 * 10
    twice = network_cost(net.done("up"), backward=True, conventions="thop")["up"]
    assert twice.backward.macs == 2 * twice.macs == 8 * cost["up"].macs


def test_backward_of_a_padded_layer_on_real_pixels():
    said = Conventions(positions="real")
    net = Builder("padded", (1, 5))
    x = net.conv(net.conv("input", 1, 1), 1, 3, padding=1, bias=False, name="it")
    cost = network_cost(net.done(x), backward=True, conventions=said)["it"]
    assert (cost.macs, cost.backward.macs) == (13, 26)


# --- what is not known ---


def test_what_is_unknown_is_said():
    net = Builder("partly", (3, 8, 8))
    known = net.conv("input", 4, 3, name="known")
    net.add(Unsupported("Mystery", "never heard of", (4, 6, 6)), known, name="odd")
    after = net.conv("odd", 2, 1, name="after")
    net.add(Unsupported("Enigma"), after, name="lost")
    x = net.relu(net.conv("lost", 2, 1, name="behind"), name="last")
    cost = network_cost(net.done(x), backward=True)
    assert cost.unknown == ("odd", "lost", "behind", "last")
    assert cost["odd"].parameters is None
    for name in cost.unknown:
        layer = cost[name]
        assert not layer.known
        assert (layer.macs, layer.flops, layer.bytes, layer.intensity, layer.backward) == (None,) * 5
    assert cost.total.macs == cost["known"].macs + cost["after"].macs
    assert cost["after"].backward.macs == 2 * cost["after"].macs, "the unknown may be learnt, and is preceded by layers"


@pytest.mark.parametrize("options", [{"positions": "some"}, {"transposed": "twice"}, {"road": "scenic"}])
def test_conventions_refuse_words_that_mean_nothing(options):
    with pytest.raises(ArgumentError, match=next(iter(options))):
        Conventions(**options)


def test_conventions_have_names():
    assert all(said.name == name for name, said in CONVENTIONS.items())
    with pytest.raises(ArgumentError, match="fvcore"):
        network_cost(network("vgg11"), conventions="nonsense")
    assert Rate(1, 2, 3).flops(10, 100, 1000) == 3210


# --- symbols, and what is loaded ---


def test_a_network_in_symbols():
    """Everything is a formula in size, width and batch, and has the numbers' values."""
    c, n, b = sympy.symbols("c n b", integer=True, positive=True)

    def built(width, size):
        net = Builder("symbolic", (3, size, size))
        x = net.conv_norm("input", width, 3, padding=1)
        x = net.conv_norm(net.max_pool(x, 2, 2), 2 * width, 3, stride=2, padding=1)
        x = net.conv_transpose(x, width, 2, stride=2)
        return net.done(net.linear(net.flatten(net.global_pool(x)), 10))

    for name in ("everything", "ptflops", "thop", "fvcore"):
        formula = network_cost(built(c, n), batch=b, conventions=name, backward=True).total
        numbers = network_cost(built(5, 24), batch=3, conventions=name, backward=True).total
        values = {c: 5, n: 24, b: 3}
        assert formula.parameters.subs(values) == numbers.parameters
        for part in ("forward", "backward"):
            ours, theirs = getattr(formula, part), getattr(numbers, part)
            for figure in ("macs", "flops", "bytes", "intensity"):
                assert getattr(ours, figure).subs(values) == getattr(theirs, figure)


def test_nothing_heavy_is_loaded():
    script = (
        "import sys; from refconv.networks.costs import network_cost; from refconv.networks.catalogue import network;"
        "network_cost(network('resnet50'), backward=True); print(*sys.modules)"
    )
    run = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert not {"numpy", "sympy", "scipy", "torch", "onnx"} & set(run.stdout.split())
