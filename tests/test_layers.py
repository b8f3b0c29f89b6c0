"""Networks run on numbers: every operation forward by its definition, and every gradient."""

from __future__ import annotations

from fractions import Fraction
from itertools import product

import mpmath
import numpy as np
import pytest

from refconv.arithmetic import Layer, effective_field, path_counts
from refconv.errors import ArgumentError, ShapeError
from refconv.layers import count, initialise, linearised, measured_field, run, run_backward
from refconv.layers.activations import FUNCTIONS
from refconv.layers.parameters import FILLS
from refconv.networks.build import Builder
from refconv.networks.fields import graph_nodes
from refconv.networks.records import (
    OPERATIONS,
    Activation,
    DepthToSpace,
    Join,
    Norm,
    Pool,
    Resize,
    Shuffle,
    Unsupported,
)
from refconv.networks.shapes import resolve
from tests.small_networks import POLYNOMIAL, SMALL, small

STEP = Fraction(1, 10**15)
"""So small that no maximum changes hands: the exact slope of what is linear in pieces."""


AVERAGING = ("inception", "pyramid", "volume")
"""Where numbers are divided: Python's ints would become floats."""


def integers(rng, shape, kind=int):
    """Return Python's whole numbers, so large that no two sums of them are equal."""
    return np.vectorize(kind, otypes=[object])(rng.integers(-(10**6), 10**6, shape))


def inner(a, b):
    return (a * b).sum()


def output(network, parameters, x, training=False):
    return run(network, parameters, x, training=training)[network.outputs[0]]


@pytest.mark.parametrize("name", SMALL)
def test_every_node_has_the_shape_that_was_resolved(name):
    network = small(name)
    values = run(network, initialise(network, fill="varied"), np.ones((3, *network.input)), keep="all")
    assert {name: value.shape for name, value in values.items()} == {
        "input": (3, *network.input),
        **{layer.node.name: (3, *layer.shape) for layer in resolve(network).layers},
    }


@pytest.mark.parametrize("name", POLYNOMIAL)
def test_gradients_are_exact_slopes_in_rational_numbers(name):
    network, rng = small(name), np.random.default_rng(20261122)
    parameters = {
        node: {key: integers(rng, array.shape) for key, array in own.items()}
        for node, own in initialise(network).items()
    }
    kind = Fraction if name in AVERAGING else int
    x, way = (integers(rng, (1, *network.input), kind) for _ in range(2))
    values = run(network, parameters, x, keep="all")
    (end,) = network.outputs
    dy = integers(rng, values[end].shape, kind)
    dx, gradients = run_backward(network, parameters, values, {end: dy})
    assert inner(dy, output(network, parameters, x + STEP * way) - values[end]) == STEP * inner(dx, way)
    for node, own in gradients.items():
        assert own.keys() == parameters[node].keys()
        for key, gradient in own.items():
            way = integers(rng, gradient.shape)
            moved = {**parameters, node: {**parameters[node], key: parameters[node][key] + STEP * way}}
            assert inner(dy, output(network, moved, x) - values[end]) == STEP * inner(gradient, way), (node, key)


SMOOTH = [(name, False) for name in SMALL if name not in POLYNOMIAL]
SMOOTH += [(name, True) for name in ("residual", "separable", "normalised")]


@pytest.mark.parametrize(("name", "training"), SMOOTH)
def test_gradients_are_slopes(name, training):
    """Central differences: with h = 1e-6 they are off by about h^2 = 1e-12 and 1e-16 / h = 1e-10 of what is summed."""
    network, rng = small(name), np.random.default_rng(3)
    parameters, h = initialise(network, rng, "varied"), 1e-6
    x, way = rng.standard_normal((2, 3, *network.input))
    values = run(network, parameters, x, keep="all", training=training)
    (end,) = network.outputs
    dy = rng.standard_normal(values[end].shape)
    dx, gradients = run_backward(network, parameters, values, {end: dy}, training=training)

    def close(forward, backward, gradient, way):
        slope = inner(dy, (forward - backward) / (2 * h))
        return abs(slope - inner(gradient, way)) <= 1e-7 * (1 + np.abs(gradient * way).sum())

    ends = [output(network, parameters, x + step * way, training) for step in (h, -h)]
    assert close(*ends, dx, way)
    for node, own in gradients.items():
        assert own.keys() == {key for key in parameters[node] if "running" not in key}
        for key, gradient in own.items():
            way = rng.standard_normal(gradient.shape)
            ends = []
            for step in (h, -h):
                moved = {**parameters[node], key: parameters[node][key] + step * way}
                ends.append(output(network, {**parameters, node: moved}, x, training))
            assert close(*ends, gradient, way), (node, key)


EXACT = {
    "relu": lambda x: max(x, 0),
    "relu6": lambda x: min(max(x, 0), 6),
    "leaky_relu": lambda x: x if x > 0 else x * mpmath.mpf(0.01),
    "elu": lambda x: x if x > 0 else mpmath.expm1(x),
    "sigmoid": lambda x: 1 / (1 + mpmath.exp(-x)),
    "tanh": mpmath.tanh,
    "softplus": lambda x: mpmath.log1p(mpmath.exp(x)),
    "swish": lambda x: x / (1 + mpmath.exp(-x)),
    "silu": lambda x: x / (1 + mpmath.exp(-x)),
    "hardsigmoid": lambda x: min(max(x + 3, 0), 6) / 6,
    "hardswish": lambda x: x * min(max(x + 3, 0), 6) / 6,
    "gelu": lambda x: x * mpmath.ncdf(x),
    "negate": lambda x: -x,
    "reciprocal": lambda x: 1 / x,
    "identity": lambda x: x,
    "dropout": lambda x: x,
}
POINTS = np.array([-30.0, -7.5, -3.25, -2.5, -1.0, -0.375, 0.25, 0.5, 1.75, 2.875, 4.5, 6.5, 40.0])


def test_every_activation_has_its_definition():
    assert EXACT.keys() == FUNCTIONS.keys()


@pytest.mark.parametrize("function", EXACT)
def test_activations_and_their_slopes(function):
    net = Builder("one", (1, len(POINTS)))
    network, x = net.done(net.activation("input", function)), POINTS.reshape(1, 1, -1)
    values = run(network, {}, x, keep="all")
    slopes = run_backward(network, {}, values, {function: np.ones_like(x)}).dx.ravel()
    with mpmath.workdps(40):
        for point, y, slope in zip(POINTS, values[function].ravel(), slopes, strict=True):
            # a few roundings, of numbers about as large as x
            room = 16 * np.finfo(float).eps * max(1, abs(point))
            assert abs(y - EXACT[function](mpmath.mpf(point))) <= room, point
            assert abs(slope - mpmath.diff(EXACT[function], mpmath.mpf(point), h=mpmath.mpf(10) ** -12)) <= room, point


def test_a_prelu_learns_its_slope_and_a_scale_its_factor():
    net = Builder("one", (2, 3))
    names = [net.add(Activation(name, parameters=2), "input", name=name) for name in ("prelu", "scale")]
    network = net.done(*names)
    parameters = {name: {"weight": np.array([0.5, 2.0])} for name in names}
    x = np.array([[[-1.0, 2, -4], [-1, 2, -4]]])
    values = run(network, parameters, x, keep="all")
    assert values["prelu"].tolist() == [[[-0.5, 2, -2], [-2, 2, -8]]]
    assert values["scale"].tolist() == [[[-0.5, 1, -2], [-2, 4, -8]]]
    found = {name: run_backward(network, parameters, values, {name: np.ones_like(x)}) for name in names}
    assert found["prelu"].dx.tolist() == [[[0.5, 1, 0.5], [2, 1, 2]]]
    assert found["prelu"].gradients["prelu"]["weight"].tolist() == [-5, -5]
    assert found["scale"].dx.tolist() == [[[0.5, 0.5, 0.5], [2, 2, 2]]]
    assert found["scale"].gradients["scale"]["weight"].tolist() == [-3, -3]


def test_large_numbers_overflow_nothing():
    net = Builder("one", (2, 2))
    x = np.array([[[1e4, -1e4], [0, 1e300]]])
    for function in ("sigmoid", "swish", "softplus", "softmax", "elu"):
        assert np.isfinite(output(net.done(net.activation("input", function)), {}, x)).all()


@pytest.mark.parametrize(
    ("function", "below", "above"), [("relu", 0, np.inf), ("softplus", 0, np.inf), ("relu6", 0, 6), ("elu", -1, np.inf)]
)
def test_infinite_numbers_have_their_limits(function, below, above):
    x = np.array([-np.inf, np.inf])
    assert FUNCTIONS[function].value(x).tolist() == [below, above]


def test_a_relu_lets_nan_through():
    assert np.isnan(FUNCTIONS["relu"].value(np.array([np.nan]))).all()


def test_the_slope_of_a_hard_swish_has_its_limits():
    x = np.array([-np.inf, -3, 0, 3, np.inf])
    assert FUNCTIONS["hardswish"].slope(x, x).tolist() == [0, 0, 0.5, 1, 1]


def test_normalisations_have_mean_0_and_variance_1():
    x = np.random.default_rng(0).standard_normal((3, 4, 5, 6)) * 7 + 2
    over = {"layer": (1, 2, 3), "instance": (2, 3), "channel": (1,), "batch": (0, 2, 3)}
    for kind, axes in over.items():
        net = Builder("one", x.shape[1:])
        network = net.done(net.norm("input", kind))
        y = output(network, initialise(network), x, training=True)
        room = 16 * np.finfo(float).eps * x[0].size
        assert np.abs(y.mean(axis=axes)).max() <= room, kind
        var = x.var(axis=axes)
        assert np.abs(y.var(axis=axes) - var / (var + 1e-5)).max() <= room, kind


def test_a_group_of_all_channels_is_a_layer_and_of_one_an_instance():
    x = np.random.default_rng(0).standard_normal((3, 4, 5, 6))
    for groups, kind in ((1, "layer"), (4, "instance")):
        net = Builder("two", x.shape[1:])
        names = net.norm("input", "group", groups=groups), net.norm("input", kind)
        network = net.done(*names)
        one, two = run(network, initialise(network), x).values()
        assert (one == two).all()


@pytest.mark.parametrize("channels", [1, 2, 7])
def test_local_response_and_unit_length_are_their_sums(channels):
    x = np.random.default_rng(0).standard_normal((2, channels, 3))
    for kind in ("local_response", "scale"):
        net = Builder("one", x.shape[1:])
        network = net.done(net.norm("input", kind))
        y = output(network, initialise(network), x)
        for n, c, i in np.ndindex(x.shape):
            near = x[n, max(c - 2, 0) : c + 3, i]
            by = (
                (2 + 1e-4 * inner(near, near)) ** 0.75
                if kind == "local_response"
                else (inner(x[n, :, i], x[n, :, i]) + 1e-5) ** 0.5
            )
            assert abs(y[n, c, i] - x[n, c, i] / by) <= 16 * np.finfo(float).eps * abs(x).max()


def test_blocks_and_shuffles_by_their_definitions():
    x = np.arange(2 * 8 * 3 * 2).reshape(2, 8, 3, 2)
    net = Builder("two", x.shape[1:])
    network = net.done(net.add(DepthToSpace(2), "input", name="space"), net.add(Shuffle(2), "input", name="shuffle"))
    values = run(network, {}, x)
    for n, c, a, b, i, j in product(range(2), range(2), range(2), range(2), range(3), range(2)):
        assert values["space"][n, c, 2 * i + a, 2 * j + b] == x[n, 4 * c + 2 * a + b, i, j]
    for g, j in product(range(2), range(4)):
        assert (values["shuffle"][:, j * 2 + g] == x[:, g * 4 + j]).all()


COORDINATES = {
    "half_pixel": lambda i, n, out: Fraction((2 * i + 1) * n, 2 * out) - Fraction(1, 2),
    "asymmetric": lambda i, n, out: Fraction(i * n, out),
    "align_corners": lambda i, n, out: Fraction(i * (n - 1), out - 1) if out > 1 else Fraction(0),
}


@pytest.mark.parametrize("coordinates", COORDINATES)
def test_linear_resizing_interpolates_between_neighbours(coordinates):
    rng = np.random.default_rng(0)
    for n, out in product(range(1, 7), repeat=2):
        x = integers(rng, (1, 1, n))
        net = Builder("one", (1, n))
        y = output(net.done(net.add(Resize((out,), None, "linear", coordinates), "input")), {}, x).ravel()
        for i in range(out):
            place = min(max(COORDINATES[coordinates](i, n, out), 0), n - 1)
            left = place.__floor__()
            right = min(left + 1, n - 1)
            assert y[i] == x[0, 0, left] * (1 - (place - left)) + x[0, 0, right] * (place - left)


def test_cubic_resizing_keeps_what_is_a_square():
    """Its four taps, with slope -3/4, keep constants and, doubled and inside, straight lines."""
    n = 12
    net = Builder("one", (1, n))
    network = net.done(net.add(Resize(scale=2, method="cubic"), "input"))
    x = np.array([Fraction(i) for i in range(n)])
    assert (output(network, {}, 0 * x.reshape(1, 1, -1) + 5) == 5).all()
    y = output(network, {}, x.reshape(1, 1, -1)).ravel()
    inside = [y[i] - (Fraction(2 * i + 1, 4) - Fraction(1, 2)) for i in range(4, 2 * n - 4)]
    assert all(a == -b for a, b in zip(inside[::2], inside[1::2], strict=True))


def test_the_first_of_equal_maxima_gets_the_gradient():
    net = Builder("one", (1, 2))
    network = net.done(net.join("input", "input", kind="maximum"))
    values = run(network, {}, np.array([[[3, 4]]]), keep="all")
    assert run_backward(network, {}, values, {"maximum": np.array([[[1, 5]]])}).dx.tolist() == [[[1, 5]]]


def test_a_node_read_twice_gets_both_gradients():
    net = Builder("one", (1, 2))
    network = net.done(net.join("input", "input", kind="multiply"))
    values = run(network, {}, np.array([[[3, 4]]]), keep="all")
    assert run_backward(network, {}, values, {"multiply": np.array([[[1, 5]]])}).dx.tolist() == [[[6, 40]]]


def test_only_what_is_asked_for_is_computed_and_kept():
    net = Builder("one", (1, 4))
    first = net.conv("input", 2, 3)
    lost = net.add(Unsupported("Einsum", "no axes"), first)
    after = net.relu(lost)
    network = net.done(net.relu(first, name="end"))
    parameters, x = initialise(network), np.ones((1, 1, 4))
    assert run(network, parameters, x).keys() == {"end"}
    assert run(network, parameters, x, keep=first).keys() == {first}
    with pytest.raises(ArgumentError, match=r"(?s)^unsupported: the operator 'Einsum' is not supported: no axes"):
        run(network, parameters, x, keep=[after])


def test_what_does_not_reach_the_input_has_a_gradient_of_zeros():
    net = Builder("one", (1, 4))
    network = net.done(net.conv("input", 2, 3))
    parameters = initialise(network)
    values = run(network, parameters, np.ones((2, 1, 4)), keep="all")
    assert (run_backward(network, parameters, values, {}).dx == np.zeros((2, 1, 4))).all()


def test_errors_name_what_is_wrong():
    net = Builder("one", (1, 4))
    x = net.conv("input", 2, 3)
    network = net.done(
        net.add(Join("divide"), x, x),
        net.add(Norm("spectral", scale=False, shift=False), x, name="norm"),
        net.add(Activation("relu7"), x, name="act"),
        net.add(Pool("median", 2), x),
    )
    parameters, ones = initialise(network), np.ones((1, 1, 4))
    values = run(network, parameters, ones, keep=["input", x])
    said = ("'divide' is no join", "'spectral' is no norm", "'relu7' is no act", "'median' is no pool")
    for name, words in zip(network.outputs, said, strict=True):
        with pytest.raises(ArgumentError, match=f"^{name}: {words}"):
            run(network, parameters, ones, keep=[name])
    with pytest.raises(ArgumentError, match="'weight' is missing"):
        run(network, {}, ones, keep=[x])
    with pytest.raises(ArgumentError, match=r"'bias' has shape \(3,\), not \(2,\)"):
        run(network, {x: {**parameters[x], "bias": np.ones(3)}}, ones, keep=[x])
    with pytest.raises(ShapeError, match="N, C and 1 axes are needed"):
        run(network, parameters, ones[0])
    with pytest.raises(ShapeError, match="has 1 channels, not 2"):
        run(network, parameters, np.ones((1, 2, 4)))
    with pytest.raises(ArgumentError, match="no node is called 'z'"):
        run(network, parameters, ones, keep=["z"])
    with pytest.raises(ArgumentError, match="no value for 'act'"):
        run_backward(network, parameters, values, {"act": np.ones((1, 2, 2))})
    with pytest.raises(ShapeError, match=r"has shape \(1, 2, 3\), its value \(1, 2, 2\)"):
        run_backward(network, parameters, values, {x: np.ones((1, 2, 3))})
    with pytest.raises(ArgumentError, match="fill is 'chaos'"):
        initialise(network, fill="chaos")
    with pytest.raises(ArgumentError, match=r"conv has no position \(2,\): its size is \(2,\)"):
        measured_field(network, (2,), x)


def test_every_operation_is_run_somewhere():
    used = {type(node.operation) for name in SMALL for node in small(name).nodes}
    assert used == {*OPERATIONS.values()} - {Unsupported}


@pytest.mark.parametrize("fill", FILLS)
def test_fills_have_their_shapes_and_their_type(fill):
    network = small("residual")
    arrays = initialise(network, 1, fill, np.float32)
    assert count(arrays) == 4 * 3 * 9 + 2 * 4 * 4 * 9 + 4 * 4 + 4 * 2 * 4
    assert {array.dtype for own in arrays.values() for array in own.values()} == {np.dtype(np.float32)}
    again = initialise(network, 1, fill, np.float32)
    assert all((again[node][key] == array).all() for node, own in arrays.items() for key, array in own.items())


def test_float32_stays_float32():
    for name in SMALL:
        network = small(name)
        arrays = initialise(network, 1, "varied", np.float32)
        values = run(network, arrays, np.ones((1, *network.input), np.float32), keep="all")
        assert {value.dtype for value in values.values()} == {np.dtype(np.float32)}, name
        end = network.outputs[0]
        found = run_backward(network, arrays, values, {end: np.ones_like(values[end])})
        gradients = [found.dx, *(array for own in found.gradients.values() for array in own.values())]
        assert {gradient.dtype for gradient in gradients} == {np.dtype(np.float32)}, name


def test_the_measured_field_is_the_number_of_paths():
    """With ones for weights the gradient counts the paths: exactly, borders and all."""
    net, x = Builder("stack", (1, 9, 8)), "input"
    for k, s, p, d in ((3, 1, 1, 1), (2, 2, 0, 1), (3, 1, 2, 2)):
        x = net.conv(x, 1, k, stride=s, padding=p, dilation=d, bias=False)
    x = net.conv_transpose(x, 1, 3, stride=2, bias=False)
    network = net.done(x)
    ones = {
        node: {"weight": np.ones((1, 1, *array["weight"].shape[2:]), int)}
        for node, array in initialise(network).items()
    }
    values = run(network, ones, np.ones((1, 1, 9, 8), int), keep="all")
    for position in np.ndindex(values[x].shape[2:]):
        dy = np.zeros_like(values[x])
        dy[0, 0][position] = 1
        dx = run_backward(network, ones, values, {x: dy}).dx[0, 0]
        paths = path_counts(graph_nodes(resolve(network)), x, position)
        assert {tuple(map(int, at)): int(dx[tuple(at)]) for at in np.argwhere(dx)} == paths


def test_the_measured_field_has_the_moments_of_the_closed_form():
    layers = [Layer(3, s=1, d=2, lo=2), Layer(5, s=2, d=1, lo=2), Layer(3, s=1, d=3, lo=3)]
    net, x = Builder("stack", (1, 61)), "input"
    for layer in layers:
        x = net.conv(x, 1, layer.k, stride=layer.s, padding=layer.lo, dilation=layer.d)
    weight = measured_field(net.done(x), (15,))
    exact = effective_field(layers)
    mean = inner(weight, np.arange(61))
    # weights that sum up to 1, of positions up to 61: a few roundings
    assert abs(weight.sum() - 1) <= 1e-14
    assert abs(mean - (exact.mean + 15 * 2)) <= 1e-12
    assert abs(inner(weight, (np.arange(61) - mean) ** 2) - exact.variance) <= 1e-10


def test_a_linearised_network_is_linear():
    for name in SMALL:
        network = linearised(small(name))
        parameters = initialise(network, fill="positive")
        x = np.random.default_rng(0).standard_normal((1, *network.input))
        one, three, nothing = (output(network, parameters, factor * x) for factor in (1, 3, 0))
        assert np.abs(three - 3 * one + 2 * nothing).max() <= 1e-12 * (1 + np.abs(one).max()), name


def one_layer(record, shape=(3, 4)):
    net = Builder("one", shape)
    return net.done(net.add(record, "input", name="layer"))


@pytest.mark.parametrize(
    ("record", "said"),
    [
        (Activation("relu", 0, (("negative_slope", 0.2),)), "'negative_slope' is no constant of 'relu'"),
        (Activation("leaky_relu", 0, (("alpha", 0.2),)), "'alpha' is no constant of 'leaky_relu'"),
        (Activation("softmax", 0, (("axis", 2.0),)), "'axis' is no constant of 'softmax'"),
        (Activation("scale", 3, (("factor", 2.0),)), "'factor' is no constant of 'scale'"),
        (Activation("prelu", 3, (("negative_slope", 2.0),)), "'negative_slope' is no constant of 'prelu'"),
        (Activation("prelu"), "'prelu' learns nothing"),
        (Activation("clip"), "'clip' says not by which number"),
        (Activation("multiply"), "'multiply' says not by which number"),
        (Activation("add", 3), "what 'add' learns is not known"),
        (Activation("relu", 3), "what 'relu' learns is not known"),
        (Activation("subtract", 0, (("minuend", 1.0), ("subtrahend", 1.0))), "says minuend and subtrahend"),
        (Norm("batch", constants=(("momentum", 0.1),)), "'momentum' is no constant of 'batch'"),
        (Norm("layer", constants=(("least", 0.1),)), "'least' is no constant of 'layer'"),
        (Norm("local_response", constants=(("size", 4.0),)), "size is 4.0"),
        (Norm("local_response", constants=(("size", 2.5),)), "size is 2.5"),
    ],
)
def test_constants_that_are_not_known_are_refused(record, said):
    network = one_layer(record)
    with pytest.raises(ArgumentError, match=f"^layer: .*{said}"):
        run(network, initialise(network), np.ones((2, 3, 4)))


CONSTANTS = {
    "leaky_relu": {"negative_slope": 0.2},
    "prelu": {"negative_slope": 0.2},
    "elu": {"alpha": 2.0},
    "softplus": {"beta": 3.0, "threshold": 1.4},
    "hardsigmoid": {"alpha": 0.2, "beta": 0.25},
    "clip": {"minimum": -0.5, "maximum": 0.75},
    "maximum": {"bound": 0.3},
    "minimum": {"bound": 0.3},
    "add": {"addend": 3.0},
    "multiply": {"factor": 3.0},
    "subtract": {"minuend": 3.0},
    "divide": {"dividend": 3.0},
    "power": {"exponent": 3.0},
}


@pytest.mark.parametrize("function", CONSTANTS)
def test_slopes_are_those_of_the_functions_with_their_constants(function):
    network = one_layer(Activation(function, 0, tuple(CONSTANTS[function].items())), (1, len(POINTS)))
    x, h = POINTS.reshape(1, 1, -1), 2.0**-20
    ends = [run(network, {}, x + step)["layer"] for step in (h, -h)]
    values = run(network, {}, x, keep="all")
    found = run_backward(network, {}, values, {"layer": np.ones_like(x)})
    assert not found.gradients
    np.testing.assert_allclose(found.dx, (ends[0] - ends[1]) / (2 * h), rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize("least", [0.0, 2.0])
def test_a_vector_of_zeros_has_no_direction(least):
    record = Norm("scale", False, False, epsilon=0.0, constants=(("least", least),))
    values = run(one_layer(record), {}, np.zeros((2, 3, 4)), keep="all")
    assert (values["layer"] == 0).all()


def test_batch_statistics_need_no_running_ones():
    network = one_layer(Norm("batch", constants=(("batch_statistics", 1.0),)))
    assert [*initialise(network)["layer"]] == ["weight", "bias"]
    x = np.random.default_rng(0).standard_normal((2, 3, 4))
    y, same = (run(network, initialise(network), x, training=training)["layer"] for training in (False, True))
    assert (y == same).all()
    assert np.abs(y.mean(axis=(0, 2))).max() < 1e-12
