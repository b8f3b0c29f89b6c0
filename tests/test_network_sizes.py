"""The input sizes that come through a network are those that `resolve` takes."""

from __future__ import annotations

from fractions import Fraction

import pytest

from refconv.errors import ArgumentError, RefconvError
from refconv.networks import (
    NETWORKS,
    Builder,
    Crop,
    DepthToSpace,
    Pad,
    Resize,
    SpaceToDepth,
    network,
    network_input_sizes,
    resolve,
)


def takes(built, n):
    try:
        resolve(built, (*built.input[:-1], n))
    except RefconvError:
        return False
    return True


@pytest.mark.parametrize("name", NETWORKS)
def test_every_architecture_takes_just_these(name):
    built = network(name)
    try:
        sizes = network_input_sizes(built)
    except ArgumentError as error:
        assert "a Resize, is no function" in str(error)  # noqa: PT017 - most have none
        return
    start = sizes.smallest
    asked = {*range(max(start - 3, 1), start + 5), *built.input[1:], *range(1, 420, 31)}
    assert [n for n in sorted(asked) if takes(built, n)] == [n for n in sorted(asked) if n in sizes]


def all_kinds(size):
    net = Builder("all kinds", (4, size))
    x = net.add(Pad(((1, -2),)), "input")
    wide = net.conv(x, 4, 3, padding="causal")
    x = net.avg_pool(wide, 3, 2, padding=1, ceil_mode=True)
    x = net.conv(x, 4, 3, stride=2, padding="same_lower")
    x = net.add(SpaceToDepth(2), x)
    x = net.add(DepthToSpace(2), x)
    x = net.conv_transpose(x, 4, 3, stride=2, padding=1, output_padding=1)
    x = net.add(Resize(scale=Fraction(3, 2)), x)
    cut = net.add(Crop(offset=2), wide, x)
    x = net.join(x, cut)
    x = net.join(x, net.global_pool(x), kind="multiply")
    return net.done(net.add(Resize(), x, "input"))


def test_every_kind_of_layer_is_followed():
    built = all_kinds(40)
    sizes = network_input_sizes(built)
    found = [n for n in range(1, 200) if takes(all_kinds(n), n)]
    assert found
    assert found == sizes.within(1, 199)
    assert 0 < len(found) < 199


def test_the_first_axis_may_be_asked_for():
    net = Builder("uneven", (1, 8, 8))
    built = net.done(net.max_pool("input", (5, 2)))
    assert str(network_input_sizes(built, 0)) == "n >= 5"
    assert str(network_input_sizes(built, 1)) == str(network_input_sizes(built)) == "n >= 2"


def test_an_axis_that_is_not_there_is_refused():
    for axis in (2, -3):
        with pytest.raises(ArgumentError, match="no axis"):
            network_input_sizes(network("unet"), axis=axis)


def test_an_output_size_may_be_asked_for():
    assert list(network_input_sizes(network("unet"), even=True, out=388)) == [572]
    with pytest.raises(ArgumentError, match="fc8 has no size"):
        network_input_sizes(network("vgg16"), out=1)


def test_a_fixed_size_is_no_function_of_the_input():
    net = Builder("fixed", (1, 8, 8))
    with pytest.raises(ArgumentError, match="no function of its input's"):
        network_input_sizes(net.done(net.add(Resize(size=4), "input")))
