"""The published architectures: built, resolved, sound as graphs; and where their outputs stand on the input."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from refconv.arithmetic.fields import Field
from refconv.arithmetic.reads import Layer
from refconv.errors import ArgumentError, ArgumentTypeError
from refconv.networks.build import Builder
from refconv.networks.catalogue import ALIASES, NETWORKS, network
from refconv.networks.centres import centres, derived_crop
from refconv.networks.costs import network_cost
from refconv.networks.fields import receptive_fields
from refconv.networks.records import Conv, Crop, Pad, Resize
from refconv.networks.serial import from_json, to_json
from refconv.networks.shapes import resolve


@pytest.mark.parametrize("name", NETWORKS)
def test_a_network_is_what_its_name_says(name):
    net = network(name)
    assert net.name == name
    assert net.references
    assert from_json(to_json(net)) == net
    layers = resolve(net).layers
    assert all(layer.shape is not None for layer in layers)
    assert all(n >= 1 for layer in layers for n in layer.shape)


@pytest.mark.parametrize("name", NETWORKS)
def test_every_node_leads_to_an_output(name):
    net = network(name)
    wanted = set(net.outputs)
    for node in reversed(net.nodes):
        assert node.name in wanted, node.name
        wanted |= set(node.inputs)
    assert "input" in wanted


def test_every_alias_is_a_network():
    assert not set(ALIASES) & set(NETWORKS)
    for alias, name in ALIASES.items():
        assert network(alias) == network(name)


def test_an_unknown_name_is_told_the_nearest():
    with pytest.raises(ArgumentError, match="Did you mean resnet50"):
        network("resnet-50")


@pytest.mark.parametrize(
    ("name", "options"),
    [
        ("resnet50", {"stride_on": "5x5"}),
        ("fcn8s", {"stride": 4}),
        ("convnext_tiny", {"size": "huge"}),
        ("xception65", {"depth": 66}),
        ("vgg16", {"depth": 12}),
        ("resnet50", {"depth": 51}),
        ("resnet50_slim", {"depth": 18}),
        ("deeplabv3_resnet50", {"output_stride": 4}),
        ("deeplabv3plus_xception65", {"output_stride": 32}),
        ("deeplab_mobilenet_v2", {"output_stride": 4}),
        ("dilation8", {"layers": 9}),
        ("yu_koltun_context8_large", {"layers": 7}),
    ],
)
def test_an_option_that_means_nothing_is_refused_and_the_fixes_work(name, options):
    with pytest.raises(ArgumentError) as refused:
        network(name, **options)
    for fix in refused.value.fixes:
        assert network(name, **{**options, **fix}).nodes


@pytest.mark.parametrize(
    ("name", "size", "jump", "padding"),
    [("resnet50_slim", 483, 32, 239), ("resnet50_v1", 483, 32, 241), ("resnet50", 427, 32, 213)],
)
def test_three_conventions_three_fields(name, size, jump, padding):
    """Where the stride is in ResNet-50: in a stage's last unit, in its first 1x1, in its first 3x3."""
    fields = receptive_fields(network(name))
    last = [each for each in fields if each.layer.shape[1:] == (7, 7)][-1].axes[0]
    assert (last.size, last.jump, last.padding) == (size, jump, padding)


def test_the_conventions_differ_in_cost_but_not_in_parameters():
    costs = [network_cost(network(name)).total for name in ("resnet50", "resnet50_v1", "resnet50_slim")]
    assert {cost.parameters for cost in costs} == {25557032}
    assert [cost.macs for cost in costs] == sorted({cost.macs for cost in costs}, reverse=True)


@pytest.mark.parametrize(
    ("name", "parameters"),
    [("deeplab_mobilenet_v2", "2.11"), ("unet", "31.03"), ("mobilenet_v1", "4.23"), ("xception", "22.86")],
)
def test_parameters_as_they_are_commonly_printed(name, parameters):
    assert f"{network_cost(network(name)).total.parameters / 1e6:.2f}" == parameters


def test_the_outputs_of_segmentation_are_as_large_as_their_input():
    for name in NETWORKS:
        if name.startswith(("fcn", "deeplab")):
            resolved = resolve(network(name))
            assert all(resolved[output].shape[1:] == resolved.network.input[1:] for output in resolved.network.outputs)


@pytest.mark.parametrize("stride", [32, 16, 8])
def test_fully_convolutional_networks_take_any_size(stride):
    offsets = [each.operation for each in network(f"fcn{stride}s").nodes if isinstance(each.operation, Crop)]
    for size in (1, 17, 223, 640):
        net = network(f"fcn{stride}s", size=size)
        assert resolve(net).layers[-1].shape == (21, size, size)
        assert [each.operation for each in net.nodes if isinstance(each.operation, Crop)] == offsets


def test_dilation_takes_the_place_of_stride():
    """An output stride of 8, 16 or 32 leaves weights and, at the positions that remain, fields unchanged."""
    for name in ("deeplabv3plus_xception65", "deeplab_mobilenet_v2"):
        nets = [network(name, output_stride=s) for s in (16, 8)]
        assert len({network_cost(net).total.parameters for net in nets}) == 1
        smallest = [min(layer.shape[1] for layer in resolve(net).layers if layer.shape[1] > 1) for net in nets]
        assert smallest == [33, 65]


def test_branches_whose_centres_differ_are_few():
    """Those that look back only, and Xception, where "same" pools 74 pixels to the right."""
    beside = {
        name
        for name in NETWORKS
        if any(each.aligned is False for node in receptive_fields(network(name)) for each in node.alignments)
    }
    assert beside == {"wavenet", "tcn", "bytenet"} | {"xception"}


windows = st.builds(
    lambda k, s, d, lo: dict(kernel_size=k, stride=s, dilation=d, padding=lo),
    *(st.integers(1, 5), st.integers(1, 3), st.integers(1, 3), st.integers(0, 3)),
)


@given(st.lists(windows, min_size=1, max_size=4))
def test_a_window_stands_at_the_centre_of_its_field(layers):
    net = Builder("stack", (1, 400))
    x, field = "input", Field()
    for options in layers:
        x = net.conv(x, 1, **options)
        field = field.through(Layer(options["kernel_size"], options["stride"], options["dilation"], options["padding"]))
    (centre,) = centres(net.done(x))[x]
    assert (centre.jump, centre.offset) == (field.jump, field.offset)


@given(windows)
def test_up_again_stands_where_it_came_from(options):
    net = Builder("down and up", (1, 50))
    down = net.conv("input", 1, **options)
    (centre,) = centres(net.done(net.conv_transpose(down, 1, **options, name="up")))["up"]
    assert centre == (1, 0)


@given(st.integers(1, 6), st.integers(1, 3), st.integers(0, 9))
def test_a_derived_crop_brings_branches_together(k, layers, before):
    """Without padding a stack's outputs stand (k-1)/2 further on for every layer; a crop by that lines the input up."""
    net = Builder("crop", (1, 80))
    y = x = net.add(Pad(((before, 0),)), "input")
    for _ in range(layers):
        y = net.conv(y, 1, k)
    if (k - 1) * layers % 2:
        with pytest.raises(ArgumentError, match="stand at"):
            derived_crop(net.done(y), x, y)
    else:
        assert derived_crop(net.done(y), x, y) == ((k - 1) * layers // 2,)
        assert derived_crop(net.done(y), x, "input") == (before,)


def test_where_resized_outputs_stand_is_not_guessed():
    net = Builder("resize", (1, 8))
    x = net.add(Resize(scale=2), net.add(Conv(1, 3), "input"))
    with pytest.raises(ArgumentError, match="resizes"):
        centres(net.done(x))


def test_centres_are_exact():
    net = Builder("halves", (1, 9))
    (centre,) = centres(net.done(net.max_pool("input", 2, name="pool")))["pool"]
    assert centre == (2, Fraction(1, 2))


def test_a_wrong_name_or_option_is_told_kindly():
    with pytest.raises(ArgumentTypeError, match="is no text"):
        network(3)
    with pytest.raises(ArgumentError, match=r"unet takes no foo.\n.*It takes"):
        network("unet", foo=1)
