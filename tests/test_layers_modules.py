"""Layers with parameters: values as refconv's functions give them, gradients by inner products, arrays by name."""

from __future__ import annotations

import copy

import numpy as np
import pytest

import refconv
from refconv import layers as L  # noqa: N812
from refconv.errors import ArgumentError, ArgumentTypeError, DTypeError, ShapeError
from refconv.layers import add_nodes, as_network, run, run_backward
from refconv.networks import network_cost, receptive_fields

SIZES = {1: (9,), 2: (7, 6), 3: (5, 4, 6)}


def ints(rng, *shape):
    return rng.integers(-3, 4, shape).astype(float)


def filled(model, rng):
    """The model with small integers for weights, so that sums are exact."""
    arrays = {name: ints(rng, *array.shape).astype(array.dtype) for name, array in model.state_dict().items()}
    model.load_state_dict({name: abs(array) if "running_var" in name else array for name, array in arrays.items()})
    return model


class OneMask(L.Dropout):
    """The same numbers left out each time, and powers of 2 only."""

    def compute(self, x):
        self._rng = np.random.default_rng(1)
        return super().compute(x)


LINEAR = {
    f"{kind}{rank}d": (make, (2, 4, *SIZES[rank]))
    for rank in (1, 2, 3)
    for kind, make in {
        "Conv": lambda rank=rank: getattr(L, f"Conv{rank}d")(4, 6, 3, 2, [(1, 2)] * rank, 1, 2),
        "dilated": lambda rank=rank: getattr(L, f"Conv{rank}d")(4, 2, 2, 1, "same", 2, padding_mode="circular"),
        "DepthwiseConv": lambda rank=rank: getattr(L, f"DepthwiseConv{rank}d")(4, 3, 1, 1, multiplier=2),
        "Separable": lambda rank=rank: getattr(L, f"DepthwiseSeparableConv{rank}d")(4, 3, 2, dilation=2),
        "Super": lambda rank=rank: getattr(L, f"DepthwiseSeparableConv{rank}d")(
            4, 6, 2, 2, multiplier=3, pointwise_groups=2, bias=False
        ),
        "ConvTranspose": lambda rank=rank: getattr(L, f"ConvTranspose{rank}d")(
            4, 6, 3, 2, 1, output_padding=1, groups=2, dilation=2
        ),
        "AvgPool": lambda rank=rank: getattr(L, f"AvgPool{rank}d")(2, 1, ceil_mode=True),
        "Upsample": lambda rank=rank: L.Upsample(3),
        "Flatten": lambda rank=rank: L.Flatten(),
    }.items()
} | {
    "Linear": (lambda: L.Linear(4, 3), (2, 4)),
    "Linear without bias": (lambda: L.Linear(4, 3, bias=False), (2, 4)),
    "GlobalAvgPool": (L.GlobalAvgPool, (2, 4, 4, 2)),
    "the source's layer": (lambda: L.DepthwiseSeparableDilatedConv2d(4, 5, 3, dilation=2, padding=1), (2, 4, 6, 7)),
    "Residual": (lambda: L.Residual(L.Conv1d(4, 4, 3, padding="causal")), (2, 4, 8)),
    "Residual with a shortcut": (lambda: L.Residual(L.Conv1d(4, 3, 3, padding=1), L.Conv1d(4, 3, 1)), (2, 4, 8)),
    "Branches": (lambda: L.Branches(L.Conv2d(4, 2, 1), L.Conv2d(4, 3, 3, padding=1)), (2, 4, 5, 5)),
    "Branches added": (lambda: L.Branches(L.Conv2d(4, 2, 1), L.Conv2d(4, 2, 3, padding=1), join="add"), (2, 4, 5, 5)),
    "Dropout in use": (lambda: L.Dropout(0.5).eval(), (2, 4, 5)),
    "Dropout": (OneMask, (2, 4, 5)),
}


@pytest.mark.parametrize("name", LINEAR)
def test_gradients_are_adjoint(name):
    """y is affine in x, and in each array while the others stay: inner products say so exactly."""
    make, shape = LINEAR[name]
    rng = np.random.default_rng(0)
    model, x = filled(make(), rng), ints(rng, *shape)
    y = model(x)
    dy = ints(rng, *y.shape)
    model(x)
    dx = model.backward(dy)
    gradients = model.gradients()
    assert dx.shape == x.shape
    assert (dy * (y - model(np.zeros_like(x)))).sum() == (dx * x).sum()
    assert gradients.keys() == model.parameters().keys()
    for key, array in model.parameters().items():
        without = copy.deepcopy(model)
        without.parameters()[key][...] = 0
        assert (dy * (y - without(x))).sum() == (gradients[key] * array).sum(), key
        assert gradients[key].shape == array.shape


HOMOGENEOUS = {
    "ReLU": (L.ReLU, (2, 3, 4)),
    **{
        f"MaxPool{rank}d": (lambda rank=rank: getattr(L, f"MaxPool{rank}d")(3, 2, 1, dilation=2), (2, 3, *SIZES[rank]))
        for rank in (1, 2, 3)
    },
    "a network": (
        lambda: L.Sequential(
            L.Conv2d(2, 3, 3, padding="same", dilation=2, bias=False),
            L.ReLU(),
            L.MaxPool2d(2),
            L.Residual(L.Sequential(L.DepthwiseSeparableConv2d(3, 3, 3, padding=1, bias=False), L.ReLU())),
            L.GlobalAvgPool(),
            L.Linear(3, 4, bias=False),
        ),
        (2, 2, 8, 4),
    ),
}


@pytest.mark.parametrize("name", HOMOGENEOUS)
def test_gradients_of_what_scales_with_x(name):
    """``f(t x) = t f(x)`` for t above 0, so that ``<dy, f(x)> = <dx, x>`` (Euler)."""
    make, shape = HOMOGENEOUS[name]
    rng = np.random.default_rng(1)
    model, x = filled(make(), rng), ints(rng, *shape)
    y = model(x)
    dy = ints(rng, *y.shape)
    assert (dy * y).sum() == (model.backward(dy) * x).sum()
    assert any(y.ravel())


def test_values_are_those_of_the_functions():
    rng = np.random.default_rng(2)
    x = ints(rng, 2, 4, 8, 8)
    conv = filled(L.Conv2d(4, 6, 3, (1, 2), "same_lower", 2, 2, padding_mode="reflect"), rng)
    options = dict(stride=(1, 2), padding="same_lower", dilation=2, groups=2, padding_mode="reflect")
    assert np.array_equal(conv(x), refconv.conv2d(x, conv.weight, conv.bias, **options))
    up = filled(L.ConvTranspose2d(4, 6, 4, stride=2, padding=1, groups=2), rng)
    assert np.array_equal(up(x), refconv.conv_transpose2d(x, up.weight, up.bias, stride=2, padding=1, groups=2))
    layer = filled(L.DepthwiseSeparableConv2d(4, 6, 3, dilation=2, multiplier=2, pointwise_groups=4 // 2), rng)
    depthwise = layer.depthwise.weight.reshape(4, 2, 3, 3)
    arrays = (depthwise, layer.pointwise.weight, layer.depthwise.bias, layer.pointwise.bias)
    assert np.array_equal(layer(x), refconv.separable_conv2d(x, *arrays, dilation=2, groups=2))
    assert np.array_equal(L.MaxPool2d(3, 2, 1)(x), refconv.max_pool2d(x, 3, 2, 1))
    pool = L.AvgPool2d(3, 2, 1, count_include_pad=False)
    assert np.array_equal(pool(x), refconv.avg_pool2d(x, 3, 2, 1, count_include_pad=False))
    linear = filled(L.Linear(4, 6), rng)
    assert np.array_equal(linear(x[..., 0, 0]), x[..., 0, 0] @ linear.weight.T + linear.bias)


def test_batch_normalisation_is_what_it_says():
    rng = np.random.default_rng(3)
    x = rng.standard_normal((4, 3, 5, 2)) * 3 + 1
    norm = L.BatchNorm2d(3, momentum=0.25)
    norm.weight[...], norm.bias[...] = [1, 2, 3], [4, 5, 6]
    y = norm(x)
    mean, var = y.mean(axis=(0, 2, 3)), y.var(axis=(0, 2, 3))
    raw = x.var(axis=(0, 2, 3))
    assert np.allclose(mean, [4, 5, 6], rtol=1e-13)
    assert np.allclose(var, np.array([1, 4, 9]) * raw / (raw + 1e-5), rtol=1e-12)
    assert np.allclose(norm.running_mean, x.mean(axis=(0, 2, 3)) / 4, rtol=1e-13)
    assert np.allclose(norm.running_var, 0.75 + raw * 40 / 39 / 4, rtol=1e-13)
    assert norm.num_batches_tracked == 1
    before = norm.state_dict()
    norm.eval()
    used = norm(x)
    assert all(np.array_equal(before[name], array) for name, array in norm.state_dict().items())
    scale = 1 / np.sqrt(norm.running_var + 1e-5)
    along = (slice(None), None, None)
    assert np.allclose(
        used, ((x - norm.running_mean[along]) * scale[along]) * norm.weight[along] + norm.bias[along], rtol=1e-12
    )
    dy = rng.standard_normal(x.shape)
    assert np.allclose(norm.backward(dy), dy * (norm.weight * scale)[along], rtol=1e-13)


def test_without_momentum_statistics_are_means():
    norm, rng = L.BatchNorm1d(2, momentum=None, affine=False), np.random.default_rng(4)
    batches = rng.standard_normal((3, 5, 2))
    for batch in batches:
        norm(batch)
    assert np.allclose(norm.running_mean, batches.mean(axis=(0, 1)))
    assert np.allclose(norm.running_var, batches.var(axis=1, ddof=1).mean(axis=0))
    assert not norm.parameters()


@pytest.mark.parametrize("training", [True, False])
@pytest.mark.parametrize("shape", [(6, 2), (3, 2, 4), (2, 2, 3, 2)])
def test_batch_normalisation_has_the_slopes_of_differences(shape, training):
    rng = np.random.default_rng(5)
    norm = L.BatchNorm2d(2) if len(shape) == 4 else L.BatchNorm1d(2)
    x, dy, step = rng.standard_normal(shape), rng.standard_normal(shape), rng.standard_normal(shape)
    for array in norm.parameters().values():
        array[...] = rng.standard_normal(2)
    (norm.train() if training else norm.eval())(x)
    dx, h = norm.backward(dy), 1e-5
    gradients = norm.gradients()
    differences = (dy * (norm(x + h * step) - norm(x - h * step))).sum() / (2 * h)
    # A third derivative of order 10 times h squared, and rounding of 1e-15 over h.
    assert differences == pytest.approx((dx * step).sum(), rel=1e-7, abs=1e-7)
    y = norm(x)
    assert (gradients["weight"] * norm.weight + gradients["bias"] * norm.bias).sum() == pytest.approx((dy * y).sum())
    if training:
        axes = (0, *range(2, x.ndim))
        assert np.allclose(dx.sum(axis=axes), 0, atol=1e-12), "moving all x of a channel changes nothing"


def test_gradients_add_up_until_they_are_forgotten():
    rng = np.random.default_rng(6)
    model = filled(L.Sequential(L.Conv1d(2, 3, 2), L.ReLU()), rng)
    assert all(not array.any() for array in model.gradients().values())
    x = ints(rng, 1, 2, 5)
    model.backward(np.ones_like(model(x)))
    once = model.gradients()
    model.backward(np.ones_like(model(x)))
    assert all(np.array_equal(array, 2 * once[name]) for name, array in model.gradients().items())
    assert any(array.any() for array in once.values())
    model.zero_gradients()
    assert all(not array.any() for array in model.gradients().values())


def test_dropout_keeps_the_mean():
    drop = L.Dropout(0.25, seed=0)
    y = drop(np.ones(40_000))
    assert set(np.unique(y)) == {0, 1 / 0.75}
    assert abs(y.mean() - 1) < 5 * np.sqrt(0.25 / 0.75 / 40_000)
    assert np.array_equal(drop.backward(np.ones(40_000)), y)


def test_arrays_have_pytorchs_names():
    model = L.Sequential(
        L.DepthwiseSeparableDilatedConv2d(3, 8, 3),
        L.BatchNorm2d(8),
        L.ReLU(),
        L.Residual(L.Conv2d(8, 8, 1, bias=False)),
        L.Branches(L.Sequential(L.ConvTranspose2d(8, 4, 2)), L.Conv2d(8, 4, 2, padding=1)),
    )
    assert list(model.state_dict()) == [
        *("0.depthwise.weight", "0.depthwise.bias", "0.pointwise.weight", "0.pointwise.bias"),
        *("1.weight", "1.bias", "1.running_mean", "1.running_var", "1.num_batches_tracked"),
        *("3.body.weight", "4.0.0.weight", "4.0.0.bias", "4.1.weight", "4.1.bias"),
    ]
    assert not any("running" in name or "tracked" in name for name in model.parameters())
    assert model.state_dict()["0.depthwise.weight"].shape == (3, 1, 3, 3)


def test_a_state_dict_goes_there_and_back():
    def make(seed):
        rng = np.random.default_rng(seed)
        return L.Sequential(L.Conv1d(2, 3, 3, seed=rng), L.BatchNorm1d(3), L.ReLU(), L.Conv1d(3, 1, 1, seed=rng))

    one, other = make(0), make(1)
    x = np.random.default_rng(2).standard_normal((4, 2, 9))
    one(x)
    kept = one.state_dict()
    other.load_state_dict(kept)
    assert np.array_equal(one.eval()(x), other.eval()(x))
    other.parameters()["0.weight"][...] = 0
    assert kept["0.weight"].any(), "copies"
    assert one.state_dict()["1.num_batches_tracked"].dtype == np.int64


def test_first_weights_follow_the_seed_and_the_fan_in():
    conv = L.Conv2d(4, 60, 5, groups=2, seed=3)
    bound = 1 / np.sqrt(2 * 25)
    assert 0.95 * bound < np.abs(conv.weight).max() <= bound
    assert np.abs(conv.bias).max() <= bound
    assert np.array_equal(conv.weight, L.Conv2d(4, 60, 5, groups=2, seed=3).weight)
    assert not np.array_equal(conv.weight, L.Conv2d(4, 60, 5, groups=2, seed=4).weight)
    up = L.ConvTranspose1d(60, 4, 5, seed=0)
    assert 0.95 / np.sqrt(20) < np.abs(up.weight).max() <= 1 / np.sqrt(20)
    assert L.Linear(4, 2, dtype=np.float32).weight.dtype == np.float32
    rng = np.random.default_rng(0)
    assert not np.array_equal(L.Linear(4, 2, seed=rng).weight, L.Linear(4, 2, seed=rng).weight)


def test_single_precision_stays_single():
    kinds = dict(dtype=np.float32, seed=0)
    model = L.Sequential(
        L.DepthwiseSeparableConv1d(2, 4, 3, padding="same", **kinds),
        *(L.BatchNorm1d(4, dtype=np.float32), L.ReLU(), L.Dropout(0.5, seed=0), L.MaxPool1d(2), L.Upsample(2)),
        *(L.AvgPool1d(2), L.ConvTranspose1d(4, 2, 2, **kinds), L.Flatten(), L.Linear(2 * 5, 3, **kinds)),
    )
    x = np.ones((2, 2, 8), np.float32)
    y = model(x)
    assert y.dtype == model.backward(y).dtype == np.float32
    assert {array.dtype for array in model.gradients().values()} == {np.dtype(np.float32)}


def test_modes_reach_everything():
    model = L.Sequential(L.Residual(L.BatchNorm1d(2)), L.Branches(L.Dropout(), L.ReLU()))
    assert model.eval() is model
    assert not any(layer.training for layer in model.walk())
    assert all(layer.training for layer in model.train().walk())


def test_models_print_as_they_are_written():
    model = L.Sequential(L.Conv2d(1, 2, (3, 1), padding="same", bias=False), L.Residual(L.ReLU()), L.MaxPool2d(2))
    assert repr(model) == (
        "Sequential(\n  (0): Conv2d(1, 2, kernel_size=(3, 1), padding='same', bias=False)\n"
        "  (1): Residual(\n    (body): ReLU()\n  )\n  (2): MaxPool2d(kernel_size=2, stride=2)\n)"
    )
    others = (L.Linear(2, 3, bias=False), L.Dropout(0.25), L.Upsample(2), L.BatchNorm1d(4), L.AvgPool1d(3, 1, 1))
    assert [repr(each) for each in others] == [
        "Linear(2, 3, bias=False)",
        "Dropout(p=0.25)",
        "Upsample(scale=2)",
        "BatchNorm1d(4, epsilon=1e-05, momentum=0.1)",
        "AvgPool1d(kernel_size=3, padding=1)",
    ]
    assert repr(L.Branches(L.ReLU(), join="add")) == "Branches(join='add'\n  (0): ReLU()\n)"
    assert repr(L.ConvTranspose1d(1, 2, 3, stride=2, output_padding=1)) == (
        "ConvTranspose1d(1, 2, kernel_size=3, stride=2, output_padding=1)"
    )
    assert [type(layer).__name__ for layer in model] == ["Conv2d", "Residual", "MaxPool2d"]
    assert (len(model), model[1]) == (3, model.children()["1"])


MODELS = {
    "a classifier": (
        lambda: L.Sequential(
            L.Conv2d(3, 8, 3, 2, "same", bias=False),
            *(L.BatchNorm2d(8), L.ReLU(), L.MaxPool2d(2)),
            L.Residual(L.DepthwiseSeparableConv2d(8, 8, 3, padding=2, dilation=2)),
            *(L.AvgPool2d(2, 1), L.GlobalAvgPool(), L.Dropout(), L.Linear(8, 5)),
        ),
        (3, 16, 16),
    ),
    "branches": (
        lambda: L.Branches(
            L.Sequential(L.Conv2d(2, 4, 3, padding=1), L.Upsample(2)),
            L.Sequential(L.ConvTranspose2d(2, 3, 4, 2, 1, groups=1), L.BatchNorm2d(3, affine=False)),
        ),
        (2, 6, 5),
    ),
    "a sequence": (
        lambda: L.Sequential(
            L.Residual(L.Conv1d(4, 6, 2, padding="causal", dilation=4), L.Conv1d(4, 6, 1)), L.Flatten(), L.Linear(60, 3)
        ),
        (4, 10),
    ),
    "one layer": (lambda: L.DepthwiseConv3d(2, 3, multiplier=2), (2, 4, 4, 5)),
    "one separable layer": (lambda: L.DepthwiseSeparableConv2d(4, 6, 3, multiplier=2, pointwise_groups=2), (4, 5, 5)),
}


@pytest.mark.parametrize("name", MODELS)
def test_records_say_what_the_model_does(name):
    """The executor of records, given the model's arrays, computes the same; costs count the same parameters."""
    make, shape = MODELS[name]
    rng = np.random.default_rng(7)
    model = filled(make(), rng).eval()
    network = as_network(model, shape, name)
    arrays = {}
    for key, array in model.state_dict().items():
        node, _, own = key.rpartition(".")
        if own != "num_batches_tracked":
            arrays.setdefault(node or model.name.lower(), {})[own] = array
    x = ints(rng, 2, *shape)
    values, (last,), y = run(network, arrays, x, keep="all"), network.outputs, model(x)
    assert np.allclose(values[last], y, rtol=1e-12)
    dy = ints(rng, *y.shape)
    pulled = run_backward(network, arrays, values, {last: dy})
    assert np.allclose(pulled.dx, model.backward(dy), rtol=1e-12)
    for key, gradient in model.gradients().items():
        node, _, own = key.rpartition(".")
        assert np.allclose(pulled.gradients[node or model.name.lower()][own], gradient, rtol=1e-12), key
    cost = network_cost(network)
    assert cost.total.parameters == sum(array.size for array in model.parameters().values())
    assert not cost.unknown


def test_costs_and_fields_of_a_model():
    model = L.Sequential(*(L.Conv2d(1, 1, 3, padding=d, dilation=d) for d in (1, 2, 4)))
    network = as_network(model, (1, 20, 30))
    assert network_cost(network).total.macs == 3 * 9 * 20 * 30
    assert [axis.size for axis in receptive_fields(network)[2].axes] == [15, 15]


def test_a_layer_of_ones_own():
    class Double(L.Layer):
        def compute(self, x):
            return 2 * x, None

        def pull(self, kept, dy):
            return 2 * dy

    model = L.Sequential(Double(), L.ReLU())
    assert np.array_equal(model(np.array([1.0, -1.0])), [2, 0])
    assert np.array_equal(model.backward(np.array([1.0, 1.0])), [2, 0])
    with pytest.raises(ArgumentError, match="what Double is as a record is not known"):
        as_network(model, (1, 2))
    add_nodes.register(Double, lambda layer, net, x, name: net.activation(x, "identity", name=name))
    assert [node.name for node in as_network(model, (1, 2)).nodes] == ["0", "1"]
    with pytest.raises(NotImplementedError):
        L.Layer()(np.ones(1))
    with pytest.raises(NotImplementedError):
        L.Layer().pull(None, np.ones(1))


x4 = np.ones((1, 4, 5, 5))
WRONG = [
    (lambda: L.Conv2d(3, 2, 3).backward(x4), ArgumentError, "Conv2d: backward was called before forward"),
    (lambda: L.Conv2d(3, 2, 3)(x4), ShapeError, "Conv2d: x has 4 channels, but this layer was made for 3"),
    (lambda: L.DepthwiseSeparableConv2d(3, 2, 3)(x4), ShapeError, "DepthwiseSeparableConv2d: x has 4 channels"),
    (lambda: L.ConvTranspose2d(3, 2, 3)(x4), ShapeError, "in_channels = 3"),
    (lambda: L.BatchNorm2d(3)(x4), ShapeError, "channels = 3"),
    (lambda: L.BatchNorm1d(4)(x4), ShapeError, "x has 4 axes, but this layer takes 3"),
    (lambda: L.Conv2d(4, 2, 3)(x4[0]), ShapeError, "Add a batch of one"),
    (lambda: L.MaxPool1d(2)(x4), ShapeError, "Give x as N C W"),
    (lambda: L.Linear(3, 2)(x4), ShapeError, "this layer takes 2: N C"),
    (lambda: L.GlobalAvgPool()(np.ones((2, 3))), ShapeError, "no positions"),
    (lambda: L.Flatten()(np.ones(2)), ShapeError, "1 axes"),
    (lambda: L.BatchNorm1d(2)(np.ones((1, 2))), ShapeError, "two samples of each channel"),
    (lambda: L.BatchNorm1d(2, epsilon=-1), ArgumentError, "epsilon"),
    (lambda: L.BatchNorm1d(2, momentum=2), ArgumentError, "momentum is 2"),
    (lambda: L.Conv2d(0, 2, 3), ArgumentError, "in_channels must be at least 1"),
    (lambda: L.Conv2d(2, 2, 3, stride=0), ArgumentError, "stride"),
    (lambda: L.Conv2d(2, 2, (3, 3, 3)), ArgumentError, "kernel_size has 3 entries for 2 spatial axes"),
    (lambda: L.Conv2d(2, 3, 3, groups=2), ArgumentError, "3 mod 2 = 1"),
    (lambda: L.Conv2d(2, 2, 3, padding="some"), ArgumentError, "padding"),
    (lambda: L.Conv2d(2, 2, 3, padding_mode="mirror"), ArgumentError, "padding_mode"),
    (lambda: L.Conv2d(2, 2, 3, bias=1), ArgumentTypeError, "bias must be True or False"),
    (lambda: L.DepthwiseConv2d(2, 3, multiplier=0), ArgumentError, "multiplier"),
    (lambda: L.DepthwiseSeparableConv2d(2, 3, 3, pointwise_groups=2), ArgumentError, "out_channels = 3, groups = 2"),
    (lambda: L.Dropout(1), ArgumentError, "p is 1"),
    (lambda: L.Upsample(0), ArgumentError, "scale"),
    (lambda: L.Sequential([L.ReLU()]), ArgumentTypeError, "not as a list"),
    (lambda: L.Sequential(L.ReLU(), np.tanh), ArgumentTypeError, "argument 2"),
    (lambda: L.Sequential(*[L.ReLU()] * 2), ArgumentError, "stands in it twice"),
    (L.Branches, ArgumentError, "no branch"),
    (lambda: L.Branches(L.ReLU(), join="multiply"), ArgumentError, "join"),
    (lambda: L.Branches(L.ReLU(), L.MaxPool2d(2))(x4), ShapeError, "do not fit together to concatenate"),
    (lambda: L.Residual(L.MaxPool2d(2))(x4), ShapeError, "Pad the body"),
    (lambda: L.Conv2d(1, 1, 1).load_state_dict({}), ArgumentError, "missing: bias, weight"),
    (lambda: loaded(extra=np.ones(1)), ArgumentError, "not in the model: extra"),
    (
        lambda: loaded(weight=np.ones((1, 1, 2, 2))),
        ShapeError,
        r"given \(1, 1, 2, 2\), but the model's is \(1, 1, 1, 1\)",
    ),
    (lambda: loaded(weight=np.ones((1, 1, 1, 1)) * 1j), DTypeError, "complex128, which float64 cannot hold"),
    (lambda: loaded(weight="w"), DTypeError, "weight"),
]


def loaded(**changed):
    model = L.Conv2d(1, 1, 1)
    model.load_state_dict({**model.state_dict(), **changed})


@pytest.mark.parametrize(("act", "kind", "message"), WRONG, ids=[message for *_, message in WRONG])
def test_mistakes_are_named(act, kind, message):
    with pytest.raises(kind, match=message):
        act()


def test_a_gradient_of_the_wrong_shape_is_refused():
    layer = L.Conv2d(4, 2, 3)
    layer(x4)
    with pytest.raises(ShapeError, match=r"dy \(1, 2, 2, 2\), but y \(1, 2, 3, 3\)"):
        layer.backward(np.ones((1, 2, 2, 2)))


def test_nothing_is_loaded_when_one_array_does_not_fit():
    model = L.Conv1d(1, 1, 1, seed=0)
    before = model.state_dict()
    with pytest.raises(ShapeError):
        model.load_state_dict({"weight": np.zeros((1, 1, 1)), "bias": np.zeros(2)})
    assert np.array_equal(model.weight, before["weight"])


ATTACKS = [
    (lambda: L.Conv2d(1, 1, 1, dtype=int), DTypeError, "no type for weights"),
    (lambda: L.Linear(1, 1, dtype="flat"), DTypeError, "no type for weights"),
    (lambda: L.BatchNorm1d(1, dtype="int8"), DTypeError, "no type for weights"),
    (lambda: L.Conv2d(1, 1, 1, seed="a"), ArgumentTypeError, "seed is 'a'"),
    (lambda: L.ConvTranspose1d(1, 1, 1, seed=-1), ArgumentError, "seed is -1"),
    (lambda: L.Dropout("a"), ArgumentTypeError, "p must be a number"),
    (lambda: L.BatchNorm2d(1, float("nan")), ArgumentError, "epsilon is nan"),
    (lambda: L.BatchNorm2d(1, momentum="a"), ArgumentTypeError, "momentum must be a number"),
    (lambda: L.BatchNorm2d(4)(x4 * 1j), DTypeError, "real numbers are needed"),
    (lambda: L.ReLU()(x4 * 1j), DTypeError, "real numbers are needed"),
    (lambda: L.Residual(np.tanh), ArgumentTypeError, "body is"),
    (lambda: L.Residual([L.ReLU()]), ArgumentTypeError, "Sequential makes one of several"),
    (lambda: L.Residual(L.ReLU(), np.tanh), ArgumentTypeError, "shortcut is"),
    (lambda: L.Branches(L.ReLU(), L.ReLU())(np.ones(3)), ShapeError, "without an axis of channels"),
    (lambda: L.Upsample(2)(np.ones((2, 3))), ShapeError, "no positions to repeat"),
    (lambda: L.ReLU().load_state_dict(None), ArgumentTypeError, "not NoneType"),
    (lambda: L.ReLU().load_state_dict({1: 1, "a": 2}), ArgumentError, "not in the model: 1, a"),
    (lambda: as_network(None, (1, 2)), ArgumentTypeError, "model is None"),
    (lambda: as_network(L.ReLU(), 3), ArgumentTypeError, "input_shape is 3"),
    (lambda: as_network(L.Conv2d(3, 2, 1), (4, 5, 5)), ShapeError, "another number of channels"),
    (lambda: as_network(L.Sequential(L.BatchNorm2d(7, affine=False)), (3, 5, 5)), ShapeError, "0.running_mean"),
    (lambda: as_network(L.Linear(7, 2), (3,)), ShapeError, "another number of channels"),
    (lambda: as_network(L.Conv2d(3, 2, 9), (3, 5, 5)), ShapeError, "does not fit"),
]


@pytest.mark.parametrize(("act", "kind", "message"), ATTACKS, ids=[str(number) for number in range(len(ATTACKS))])
def test_what_is_no_layer_seed_or_number_is_named(act, kind, message):
    with pytest.raises(kind, match=message):
        act()


def test_after_a_failed_forward_there_is_nothing_to_go_back_from():
    layer = L.Conv2d(4, 2, 3)
    layer(x4)
    with pytest.raises(ShapeError):
        layer(x4[:, :3])
    with pytest.raises(ArgumentError, match="before forward"):
        layer.backward(np.ones((1, 2, 3, 3)))


def test_added_branches_need_no_channels():
    model = L.Branches(L.ReLU(), L.ReLU(), join="add")
    assert (model(2.0), model.backward(1.0)) == (4.0, 2.0)


def test_a_real_parameter_gets_the_real_part_of_its_gradient():
    layer = L.Linear(2, 1)
    layer(np.array([[1 + 1j, 2j]]))
    layer.backward(np.array([[1.0]]))
    assert np.array_equal(layer.gradients()["weight"], [[1, 0]])


def test_halves_are_summed_in_single_precision():
    """A sum of 4096 ones kept in float16 stays at 2048."""
    layer = L.Linear(1, 1, dtype="float16")
    dy = np.ones((4096, 1), np.float16)
    layer(dy)
    layer.backward(dy)
    assert layer.gradients()["bias"] == 4096
    norm = L.BatchNorm1d(1, dtype="float16")
    y = norm((np.arange(4096)[:, None] % 3).astype(np.float16))
    dx = norm.backward(dy)
    assert (y.dtype, dx.dtype) == (np.float16, np.float16)
    assert norm.gradients()["bias"] == 4096
    assert abs(norm.gradients()["weight"]) < 2
    assert L.Sequential(L.GlobalAvgPool())(np.ones((1, 1, 4096), np.float16)).dtype == np.float16
