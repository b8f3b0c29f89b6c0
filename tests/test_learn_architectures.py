"""The solutions of chapter 11 are what refconv's networks and convolutions say."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest

import refconv
from refconv.arithmetic.coverage import taps_on_real_pixels
from refconv.arithmetic.geometry import Axis
from refconv.learn import exercise
from refconv.networks import network, network_cost, receptive_fields, resolve


def solved(name):
    about = exercise(name)
    return about.right, list(about.cases())


@pytest.mark.parametrize(("blocks", "layers", "k"), [(1, 1, 2), (3, 10, 2), (2, 4, 3), (4, 3, 4)])
def test_wavenet_hears_what_its_blocks_reach(blocks, layers, k):
    right, _ = solved("wavenet-blocks")
    net = network("wavenet", blocks=blocks, layers=layers, kernel_size=k)
    heard = receptive_fields(net)[-1].axes[0].size
    assert right(heard, layers, k) == blocks
    assert right(heard + 1, layers, k) == blocks + 1


def convolved(stack, x):
    rng = np.random.default_rng(0)
    for k, s, d, p in stack:
        w = rng.integers(1, 9, (1, 1, k))
        x = refconv.conv1d(x, w, stride=s, dilation=d, padding=p)
    return x


def test_with_dilation_for_stride_every_old_value_is_still_there():
    right, cases = solved("stride-to-dilation")
    for layers, output_stride in (given.args for given in cases):
        rewritten = right(layers, output_stride)
        strides = [int(np.prod([s for _, s, _, _ in stack])) for stack in (layers, rewritten)]
        assert strides[1] <= output_stride
        for n in (61, 64):
            x = np.random.default_rng(1).integers(-5, 6, (1, 1, n))
            denser = convolved(rewritten, x)
            np.testing.assert_array_equal(denser[..., :: strides[0] // strides[1]], convolved(layers, x))


def test_it_rewrites_a_resnet_as_deeplab_does():
    right, _ = solved("stride-to-dilation")

    def stack(name, **options):
        convs = [node.operation for node in network(name, **options).nodes if node.name.endswith("conv2")]
        return [(3, node.stride, node.dilation, node.padding) for node in convs]

    deep = network("deeplabv3_resnet50")
    dilations = [node.operation.dilation for node in deep.nodes if node.name.endswith("conv2")]
    plain = [(3, 2, 1, 1), (3, 2, 1, 1), *stack("resnet50")]  # the stem's convolution and pooling stand in front
    assert [layer[2] for layer in right(plain, 8)][2:] == dilations


def test_taps_on_pixels_are_those_of_the_arithmetic():
    right, cases = solved("aspp-taps")
    for height, width, rate in (given.args for given in cases):
        axes = [Axis(n, 3, 1, rate, rate, rate) for n in (height, width)]
        assert right(height, width, rate) == taps_on_real_pixels(*axes)[0]


def test_a_thinned_kernel_reads_what_the_whole_one_read_there():
    right, cases = solved("fc6-decimated")
    for w, every, step, lost in (given.args for given in cases):
        small, dilation = right(w, every, step, lost)
        masked = np.zeros_like(w)
        masked[:, :, :: step[0], :: step[1]] = w[:, :, :: step[0], :: step[1]]
        dense = np.random.default_rng(0).integers(-5, 6, (1, w.shape[1], 12 * lost[0], 12 * lost[1]))
        old = refconv.conv2d(dense[:, :, :: lost[0], :: lost[1]], masked)[:, ::every]
        new = refconv.conv2d(dense, small, dilation=dilation)[:, :, :: lost[0], :: lost[1]]
        np.testing.assert_array_equal(new[:, :, : old.shape[2], : old.shape[3]], old)


def test_ssds_fc6():
    right, _ = solved("fc6-decimated")
    small, dilation = right(np.empty((4096, 1, 7, 7)), 4, (3, 3), (2, 2))
    (fc6,) = [layer for layer in resolve(network("ssd300")).layers if layer.node.name == "fc6"]
    assert small.shape[0] == fc6.node.operation.filters
    assert (small.shape[2:], dilation) == ((3, 3), (6, 6))
    assert [axis.d for axis in fc6.geometry.axes] == [6, 6]


def test_the_middle_flow_is_xceptions():
    right, _ = solved("xception-middle-flow")
    cost = network_cost(network("xception"))
    middle = [each for each in cost.layers if any(each.name.startswith(f"block{n}_") for n in range(5, 13))]
    assert right() == sum(each.parameters for each in middle)


@pytest.mark.parametrize("alpha", ["0.35", "0.5", "0.75", "1", "1.3", "1.4"])
def test_channels_are_those_of_mobilenet_v2(alpha):
    right, _ = solved("mobilenet-channels")
    stem = network("mobilenet_v2", alpha=alpha).nodes[0]
    assert right(32, Fraction(alpha)) == stem.operation.filters
