"""Formula, arrays and run agree on every network: parameters, products, receptive fields, sizes.

The formulas are those of `refconv.networks`, which know no arrays; the arrays and the run are those of
`refconv.layers`, which know no formulas. Small networks (`tests.small_networks`) are held in full; published ones with
a small input and, but for the slow tier, fewer channels (`tests.reduced`): every window, branch and border is theirs.
"""

from __future__ import annotations

from dataclasses import replace
from functools import cache

import numpy as np
import pytest
from hypothesis import given, settings

from refconv.arithmetic.conventions import Conventions
from refconv.layers import count, initialise, linearised, run, run_backward
from refconv.layers.rules import RULES
from refconv.layers.step import Step
from refconv.networks.catalogue import NETWORKS, network
from refconv.networks.costs import network_cost
from refconv.networks.fields import graph_nodes, receptive_fields
from refconv.networks.records import ConvTranspose, Linear
from refconv.networks.shapes import resolve
from refconv.networks.support import network_support
from refconv.ops.convolution import conv
from refconv.ops.transposed import conv_transpose
from tests.drawn_networks import networks
from tests.reduced import reduced
from tests.small_networks import SMALL, small

QUICK = ("alexnet", "vgg16", "resnet18", "resnet50_slim", "mobilenet_v2", "convnext_tiny", "deeplab_mobilenet_v2")
QUICK += ("yu_koltun_context7", "tcn", "slicenet")
ALL = [pytest.param(name, marks=() if name in QUICK else pytest.mark.slow) for name in NETWORKS]
REAL = Conventions(positions="real")


@cache
def resolved_small(name):
    return resolve(small(name), batch=1)


@cache
def resolved_reduced(name, divisor=32, smallest=33):
    return reduced(network(name), divisor, smallest)


def weighted(resolved):
    return [layer for layer in resolved.layers if layer.geometry is not None]


# Parameters: the formula's number is that of the elements of the arrays.


@pytest.mark.parametrize("name", SMALL)
def test_parameters_of_small_networks_are_elements_of_arrays(name):
    resolved = resolved_small(name)
    assert network_cost(resolved).total.parameters == count(initialise(resolved))


@pytest.mark.parametrize("name", NETWORKS)
def test_parameters_are_elements_of_arrays(name):
    """At full width; arrays of zeros take no memory."""
    resolved = resolve(network(name))
    arrays = initialise(resolved, fill="zeros")
    cost = network_cost(resolved)
    assert cost.total.parameters == count(arrays)
    assert {layer.name for layer in cost.layers if layer.parameters} == {
        node for node, own in arrays.items() if count({node: own})
    }


# Products: the formula's number is that of the multiplications that are made, and of those with a real pixel.


class Weight:
    """A number that counts how often it is multiplied."""

    products = 0

    def __init__(self, value):
        self.value = value

    def __mul__(self, other):
        Weight.products += 1
        return self.value * other

    __rmul__ = __mul__

    def __add__(self, other):
        raise AssertionError("a weight is never added to anything")


def as_weights(a):
    return np.vectorize(Weight, otypes=[object])(a)


@pytest.mark.parametrize("name", SMALL)
def test_every_product_of_a_run_is_counted(name):
    resolved = resolve(linearised(small(name)), batch=2)
    arrays = {
        node: {key: as_weights(array) if key == "weight" else array.astype(object) for key, array in own.items()}
        for node, own in initialise(resolved, fill="integers").items()
    }
    Weight.products = 0
    run(resolved, arrays, np.ones((2, *resolved.network.input), object), keep="all")
    assert Weight.products == network_cost(resolved).total.macs == network_cost(small(name), batch=2).total.macs


@pytest.mark.parametrize("name", SMALL)
def test_every_product_of_the_gradients_is_counted(name):
    resolved = resolve(small(name), batch=2)
    cost = network_cost(resolved, conventions=Conventions(input_gradient=True), backward=True)
    for layer in weighted(resolved):
        weight = initialise(resolved, fill="integers")[layer.node.name]["weight"].astype(object)
        x, dy = np.ones((2, *layer.input_shapes[0]), object), np.ones((2, *layer.shape), object)
        # dx is products of dy and w, dw of dy and x: each is counted by the one that padding adds nothing to
        dx = products_of_the_gradients(layer, x, as_weights(weight), dy)
        if isinstance(layer.node.operation, ConvTranspose):
            dw = products_of_the_gradients(layer, as_weights(x), weight, dy)
        else:
            dw = products_of_the_gradients(layer, x, weight, as_weights(dy)) - dx
        macs = cost[layer.node.name].backward.macs
        assert (dx, dw) == (macs // 2, macs // 2), layer.node.name


def products_of_the_gradients(layer, x, weight, dy):
    """Return how many products are made with a `Weight`; without a bias, whose gradient would add them up."""
    Weight.products = 0
    step = Step(without_bias(layer), {"weight": weight}, (x,))
    RULES[type(layer.node.operation)].backward(step, dy, dy)
    return Weight.products


def without_bias(layer):
    return replace(layer, node=replace(layer.node, operation=replace(layer.node.operation, bias=False)))


def ones_times_ones(layer, x_shape, w_shape):
    """Return the sum over y for x and w of ones: with zero padding, how many taps stand on real pixels."""
    record, x, w = layer.node.operation, np.ones(x_shape), np.ones(w_shape)
    if isinstance(record, Linear):
        return int((x.reshape(len(x), -1) @ w.T).sum())
    how = {name: getattr(record, name) for name in ("stride", "padding", "dilation", "groups")}
    if isinstance(record, ConvTranspose):
        return int(conv_transpose(x, w, output_padding=record.output_padding, **how).sum())
    return int(conv(x, w, padding_mode=record.padding_mode, **how).sum())


def ones_everywhere(layer, x_shape, w_shape):
    """Return the same where padding shows ones too, or, transposed, where nothing is cropped: all taps count."""
    record = layer.node.operation
    if isinstance(record, Linear):
        return ones_times_ones(layer, x_shape, w_shape)
    how = {name: getattr(record, name) for name in ("stride", "dilation", "groups")}
    if isinstance(record, ConvTranspose):
        return int(conv_transpose(np.ones(x_shape), np.ones(w_shape), **how).sum())
    y = conv(np.ones(x_shape), np.ones(w_shape), padding=record.padding, padding_mode="replicate", **how)
    return int(y.sum())


def check_products(resolved, values, arrays):
    """The shapes are those of a run's arrays; the sums of ones are exact, being far below 2^53."""
    every, real = network_cost(resolved), network_cost(resolved, conventions=REAL)
    for layer in weighted(resolved):
        name = layer.node.name
        shapes = values[layer.node.inputs[0]].shape, arrays[name]["weight"].shape
        assert every[name].macs == ones_everywhere(layer, *shapes), name
        assert real[name].macs == ones_times_ones(layer, *shapes), name
    assert {layer.name for layer in every.layers if layer.macs} == {layer.node.name for layer in weighted(resolved)}


@pytest.mark.parametrize("name", SMALL)
def test_products_with_real_pixels_are_the_sum_of_ones(name):
    resolved = resolved_small(name)
    arrays = initialise(resolved)
    check_products(resolved, run(resolved, arrays, np.ones((1, *resolved.network.input)), keep="all"), arrays)


# Sizes and products of the published networks, in a run.


def check_run(resolved):
    rng = np.random.default_rng(0)
    arrays = initialise(resolved, rng)
    values = run(resolved, arrays, rng.standard_normal((1, *resolved.network.input)), keep="all")
    for layer in resolved.layers:
        assert values[layer.node.name].shape == (1, *layer.shape), layer.node.name
        assert np.isfinite(values[layer.node.name]).all(), layer.node.name
    check_products(resolved, values, arrays)


@pytest.mark.parametrize("name", ALL)
def test_a_run_has_the_sizes_and_the_products_of_the_formulas(name):
    check_run(resolved_reduced(name))


@pytest.mark.slow
@pytest.mark.parametrize("name", NETWORKS)
def test_a_run_at_full_width_has_the_sizes_and_the_products_of_the_formulas(name):
    """At full width where the smallest input that a network takes leaves it below 10 G MACs, else near it."""
    candidates = (resolved_reduced(name, divisor) for divisor in (1, 2, 4, 8, 16, 32))
    check_run(next(found for found in candidates if network_cost(found).total.macs < 10**10))


# Receptive fields: the exact support is where the gradient of a run with positive weights is not zero.


def fields_in_a_run(resolved, node, positions):
    """Return for each position the pixels with a gradient: one sample of the batch for each position."""
    linear = resolve(linearised(resolved))
    arrays = initialise(linear, 0, "positive")
    values = run(linear, arrays, np.ones((len(positions), *linear.network.input)), keep="all")
    dy = np.zeros_like(values[node])
    size = dy.shape[2:] or (1,) * (len(linear.network.input) - 1)
    for number, position in enumerate(positions):
        dy.reshape(*dy.shape[:2], *size)[(number, slice(None), *position)] = 1
    dx = run_backward(linear, arrays, values, {node: dy}).dx.sum(axis=1)
    return [{tuple(map(int, at)) for at in np.argwhere(part)} for part in dx]


def check_support(resolved, node, positions):
    assert all(read == positive for read, positive in zip(
        (set(network_support(resolved, node, [position])) for position in positions),
        fields_in_a_run(resolved, node, positions),
        strict=True,
    )), (node, positions)  # fmt: skip


def size_of(resolved, layer):
    return layer.shape[1:] or (1,) * (len(resolved.network.input) - 1)


@pytest.mark.parametrize("name", SMALL)
def test_support_is_where_the_gradient_is_not_zero(name):
    """At every position of the output."""
    resolved = resolved_small(name)
    (end,) = resolved.network.outputs
    check_support(resolved, end, list(np.ndindex(size_of(resolved, resolved[end]))))


@pytest.mark.slow
@pytest.mark.parametrize("name", SMALL)
def test_support_of_every_node_is_where_the_gradient_is_not_zero(name):
    resolved = resolved_small(name)
    for layer in resolved.layers:
        check_support(resolved, layer.node.name, list(np.ndindex(size_of(resolved, layer))))


def some_positions(size):
    """Return the first and the last corner, the middle, and one at random."""
    rng = np.random.default_rng(len(size))
    drawn = tuple(int(rng.integers(n)) for n in size)
    found = [tuple(0 for _ in size), tuple(n - 1 for n in size), tuple(n // 2 for n in size), drawn]
    return list(dict.fromkeys(found))


def some_layers(resolved):
    """Return the last layer, the last that has more than one position, and one in the middle of these."""
    spread = [layer for layer in resolved.layers if max(size_of(resolved, layer)) > 1]
    found = [spread[-1], spread[len(spread) // 2], *(resolved[name] for name in resolved.network.outputs[:2])]
    return {layer.node.name: layer for layer in found}


@pytest.mark.parametrize("name", ALL)
def test_support_of_published_networks_is_where_the_gradient_is_not_zero(name):
    resolved = resolved_reduced(name)
    for node, layer in some_layers(resolved).items():
        check_support(resolved, node, some_positions(size_of(resolved, layer)))


@pytest.mark.slow
@pytest.mark.parametrize("name", [name for name in NETWORKS if name != "ssd300"])
def test_support_on_a_larger_input_is_where_the_gradient_is_not_zero(name):
    resolved = resolved_reduced(name, smallest=97)
    for node, layer in some_layers(resolved).items():
        check_support(resolved, node, some_positions(size_of(resolved, layer)))


@pytest.mark.parametrize("name", ALL)
def test_a_reduced_network_reads_as_the_published_one(name):
    """What the tests above hold of networks with fewer channels, they hold of the published ones."""
    resolved = resolved_reduced(name)
    whole = network(name)
    same = resolve(whole, (whole.input[0], *resolved.network.input[1:]))
    assert graph_nodes(resolved) == graph_nodes(same)


@pytest.mark.parametrize("name", SMALL)
def test_the_pixels_with_a_gradient_lie_in_the_receptive_field(name):
    """The field is the hull of the support on an input without end: no pixel outside it may be read."""
    resolved = resolved_small(name)
    if any(getattr(layer.node.operation, "padding_mode", "zeros") != "zeros" for layer in resolved.layers):
        pytest.skip("its padding shows pixels from elsewhere")
    found = receptive_fields(resolved)[-1]
    if found.everywhere or not all(axis.defined for axis in found.axes):
        pytest.skip("it reads everything, or has no field")
    positions = list(np.ndindex(size_of(resolved, found.layer)))
    for position, pixels in zip(positions, fields_in_a_run(resolved, found.layer.node.name, positions), strict=True):
        regions = [axis.region(i) for axis, i in zip(found.axes, position, strict=True)]
        for pixel in pixels:
            assert all(low <= q <= high for q, (low, high) in zip(pixel, regions, strict=True)), position


@given(networks())
@settings(max_examples=max(settings().max_examples // 4, 1))
def test_drawn_networks_agree_in_everything(drawn):
    resolved = resolve(drawn)
    assert network_cost(resolved).total.parameters == count(initialise(resolved))
    check_run(resolved)
    end = resolved.layers[-1]
    check_support(resolved, end.node.name, list(np.ndindex(end.shape[1:])))
