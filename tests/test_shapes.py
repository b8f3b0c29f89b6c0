"""Networks as records: built, resolved to sizes, refused where they make no sense."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest
import sympy
from hypothesis import given
from hypothesis import strategies as st

import refconv
from refconv.errors import ArgumentError, ArgumentTypeError, RefconvError, ShapeError
from refconv.networks import (
    NETWORKS,
    Activation,
    Builder,
    Conv,
    ConvTranspose,
    Crop,
    DepthToSpace,
    Flatten,
    GlobalPool,
    Join,
    Linear,
    Network,
    Node,
    Norm,
    Pad,
    Pool,
    Resize,
    SpaceToDepth,
    Unsupported,
    network,
    resolve,
)

SIZES = st.integers(1, 4)


def shape_of(operation, *shapes):
    """The shape of one operation on inputs of these shapes."""
    net = Builder("one", shapes[0])
    names = ["input"]
    for number, shape in enumerate(shapes[1:]):
        names.append(net.add(Unsupported("given", shape=shape), "input", name=f"given{number}"))
    return resolve(net.done(net.add(operation, *names))).layers[-1].shape


@given(st.data())
def test_a_convolution_has_the_shape_that_ops_gives(data):
    rank = data.draw(st.integers(1, 2))
    draw = [data.draw(st.tuples(*[SIZES] * rank)) for _ in range(3)]
    kernel, stride, dilation = draw
    groups = data.draw(st.integers(1, 3))
    padding = data.draw(
        st.sampled_from(["same", "same_lower", "full", "causal", 2, tuple((1, 3) for _ in range(rank))])
    )
    size = data.draw(st.tuples(*[st.integers(9, 16)] * rank))
    x, w = np.ones((1, 2 * groups, *size)), np.ones((3 * groups, 2, *kernel))
    options = {"stride": stride, "padding": padding, "dilation": dilation, "groups": groups}
    try:
        expected = refconv.conv(x, w, **options).shape[1:]
    except ShapeError:
        with pytest.raises(ShapeError):
            shape_of(Conv(3 * groups, kernel, **options), x.shape[1:])
    else:
        assert shape_of(Conv(3 * groups, kernel, **options), x.shape[1:]) == expected


@given(st.data())
def test_a_transposed_convolution_has_the_shape_that_ops_gives(data):
    kernel, stride, dilation = (data.draw(st.tuples(SIZES, SIZES)) for _ in range(3))
    extra = tuple(data.draw(st.integers(0, max(s, d) - 1)) for s, d in zip(stride, dilation, strict=True))
    padding = data.draw(st.sampled_from([0, 1, (0, (1, 0)), "same"]))
    options = {"stride": stride, "padding": padding, "dilation": dilation, "groups": 2, "output_padding": extra}
    x, w = np.ones((1, 4, 5, 6)), np.ones((4, 3, *kernel))
    try:
        expected = refconv.conv_transpose2d(x, w, **options).shape[1:]
    except ShapeError:
        with pytest.raises(ShapeError):
            shape_of(ConvTranspose(6, kernel, **options), (4, 5, 6))
    else:
        assert shape_of(ConvTranspose(6, kernel, **options), (4, 5, 6)) == expected


@pytest.mark.parametrize("ceil_mode", [False, True])
@pytest.mark.parametrize(("k", "s", "p"), [(2, 2, 0), (3, 2, 1), (3, 2, 0), (3, None, 1), (5, 1, 2)])
@pytest.mark.parametrize("n", range(5, 12))
def test_a_pooling_has_the_shape_that_ops_gives(n, k, s, p, ceil_mode):
    x = np.ones((1, 2, n, n + 1))
    expected = refconv.max_pool2d(x, k, stride=s, padding=p, ceil_mode=ceil_mode).shape[1:]
    assert shape_of(Pool("max", k, s, p, ceil_mode=ceil_mode), x.shape[1:]) == expected


@pytest.mark.parametrize(
    ("operation", "shapes", "expected"),
    [
        (GlobalPool(), [(8, 5, 6)], (8, 1, 1)),
        (Flatten(), [(8, 5, 6)], (240,)),
        (Linear(10), [(8,)], (10,)),
        (Linear(10), [(8, 1, 1)], (10,)),
        (Norm(), [(8, 5, 6)], (8, 5, 6)),
        (Activation("softmax"), [(8,)], (8,)),
        (Join(), [(8, 5, 6), (8, 5, 6)], (8, 5, 6)),
        (Join("multiply"), [(8, 5, 6), (8, 1, 1)], (8, 5, 6)),
        (Join("multiply"), [(1, 5, 6), (8, 5, 1)], (8, 5, 6)),
        (Join("concatenate"), [(8, 5, 6), (3, 5, 6), (1, 5, 6)], (12, 5, 6)),
        (Join("concatenate"), [(8,), (3,)], (11,)),
        (Resize(scale=2), [(8, 5, 6)], (8, 10, 12)),
        (Resize(scale=(Fraction(1, 2), 3)), [(8, 5, 6)], (8, 2, 18)),
        (Resize(size=(7, 9)), [(8, 5, 6)], (8, 7, 9)),
        (Resize(), [(8, 5, 6), (3, 10, 11)], (8, 10, 11)),
        (Pad(((1, 2), (-1, 0))), [(8, 5, 6)], (8, 8, 5)),
        (Crop(), [(8, 5, 6), (3, 2, 3)], (8, 2, 3)),
        (Crop(offset=3), [(8, 5, 6), (3, 2, 3)], (8, 2, 3)),
        (DepthToSpace(2), [(8, 5, 6)], (2, 10, 12)),
        (SpaceToDepth(2), [(8, 4, 6)], (32, 2, 3)),
        (Unsupported("Einsum"), [(8, 4, 6)], None),
    ],
    ids=repr,
)
def test_every_operation_has_its_rule(operation, shapes, expected):
    assert shape_of(operation, *shapes) == expected


@pytest.mark.parametrize(
    ("operation", "shapes", "said"),
    [
        (Conv(8, 7), [(3, 5, 9)], "does not fit in the padded input along H"),
        (Conv(8, 3, groups=2), [(3, 5, 9)], "2 groups do not divide"),
        (Conv(8, (3, 3, 3)), [(3, 5, 9)], "kernel_size has 3 entries"),
        (Conv(8, 3), [(3,)], "no spatial axes"),
        (Pool("max", 3, padding=3), [(3, 5, 9)], "reads nothing but padding"),
        (Linear(10), [(8, 5, 6)], "not flat"),
        (Join(), [(8, 5, 6), (8, 5, 7)], "they differ"),
        (Join(), [(8, 5, 6), (7, 5, 6)], "they differ"),
        (Join("concatenate"), [(8, 5, 6), (7, 4, 6)], "they differ"),
        (Join(), [(8, 5, 6), (8,)], "not the same axes"),
        (Resize(), [(8, 5, 6)], "no second input"),
        (Crop(), [(8, 5, 6), (8, 6, 6)], "does not lie in"),
        (Crop(offset=4), [(8, 5, 6), (8, 2, 2)], "does not lie in"),
        (Pad(-3), [(8, 5, 6)], "nothing is left"),
        (DepthToSpace(3), [(8, 5, 6)], "9 does not divide"),
        (SpaceToDepth(2), [(8, 5, 6)], "2 does not divide"),
    ],
    ids=repr,
)
def test_what_makes_no_sense_is_refused_by_name(operation, shapes, said):
    with pytest.raises(RefconvError, match=said) as caught:
        shape_of(operation, *shapes)
    assert str(caught.value).startswith("one, ")


def test_a_wrong_number_is_refused():
    with pytest.raises(ArgumentError, match="stride must be at least 1"):
        shape_of(Conv(8, 3, stride=0), (3, 5, 5))
    with pytest.raises(ArgumentTypeError, match=r"it is 1\.5"):
        shape_of(Conv(8, 3, stride=1.5), (3, 5, 5))


def test_a_wrong_input_is_refused():
    with pytest.raises(ShapeError, match="3 channels, not 4"):
        resolve(network("vgg16"), (4, 224, 224))
    with pytest.raises(ShapeError, match="2 spatial axes"):
        resolve(network("vgg16"), (3, 224))
    with pytest.raises(ArgumentError, match="at least 1"):
        resolve(network("vgg16"), (3, 224, -1))


def test_what_follows_an_unsupported_operator_has_no_shape():
    net = Builder("lost", (3, 8, 8))
    x = net.add(Unsupported("Einsum"), "input")
    layers = resolve(net.done(net.relu(x))).layers
    assert [layer.shape for layer in layers] == [None, None]
    net = Builder("found", (3, 8, 8))
    x = net.add(Unsupported("Einsum", shape=(5, 4, 4)), "input")
    assert resolve(net.done(net.conv(x, 2, 3))).layers[-1].shape == (2, 2, 2)


def test_symbols_give_what_numbers_give():
    n = sympy.Symbol("n", integer=True, positive=True)
    k, s, p, d, filters = sympy.symbols("k s p d O", integer=True, positive=True)
    net = Builder("symbols", (3, n, n))
    x = net.conv("input", filters, k, stride=s, padding=p, dilation=(d, 1))
    x = net.max_pool(x, 3, 2, padding=1, ceil_mode=True)
    x = net.conv(x, 2 * filters, 3, padding="same", stride=2)
    x = net.conv_transpose(x, filters, 4, stride=2, padding=((1, 1), 1))
    symbolic = resolve(net.done(x)).layers[-1].shape
    for values in ({n: 30, k: 3, s: 2, p: 1, d: 2, filters: 4}, {n: 25, k: 5, s: 1, p: 0, d: 3, filters: 7}):
        net = Builder("numbers", (3, values[n], values[n]))
        x = net.conv("input", values[filters], values[k], stride=values[s], padding=values[p], dilation=(values[d], 1))
        x = net.max_pool(x, 3, 2, padding=1, ceil_mode=True)
        x = net.conv(x, 2 * values[filters], 3, padding="same", stride=2)
        x = net.conv_transpose(x, values[filters], 4, stride=2, padding=((1, 1), 1))
        assert tuple(size.subs(values) for size in symbolic) == resolve(net.done(x)).layers[-1].shape


def test_the_batch_is_in_every_plan():
    plans = [layer.geometry for layer in resolve(network("vgg16"), batch=7).layers if layer.geometry]
    assert len(plans) == 16
    assert {plan.batch for plan in plans} == {7}


def test_the_builder_names_and_refuses():
    net = Builder("names", (1, 4, 4))
    assert [net.relu("input"), net.relu("input"), net.conv("input", 1, 1, name="input")] == [
        "relu",
        "relu_2",
        "input_2",
    ]
    with net.scope("a"), net.scope("b"):
        assert net.global_pool("input") == "a.b.global_pool"
    with pytest.raises(ArgumentError, match="which is no node yet"):
        net.relu("elsewhere")
    with pytest.raises(ArgumentError, match="reads nothing"):
        net.join()


def test_a_layer_is_found_by_name():
    resolved = resolve(network("vgg16"))
    assert resolved["fc8"].shape == (1000,)
    with pytest.raises(KeyError, match="fc9"):
        resolved["fc9"]


def test_an_unknown_architecture_is_refused_with_the_nearest():
    with pytest.raises(ArgumentError, match="Did you mean vgg16"):
        network("vgg-16")
    with pytest.raises(ArgumentError, match="The networks are"):
        network("zzzzz")


@pytest.mark.parametrize("name", NETWORKS)
def test_every_architecture_is_well_formed(name):
    built = network(name)
    assert isinstance(built, Network)
    assert built.references
    known = {"input"}
    for node in built.nodes:
        assert isinstance(node, Node)
        assert set(node.inputs) <= known
        assert node.name not in known
        known.add(node.name)
    assert set(built.outputs) <= known
    assert all(layer.shape is not None for layer in resolve(built).layers)
