"""The same layers, losses and optimisers in PyTorch: values, gradients, and state dicts there and back."""

from __future__ import annotations

import numpy as np
import pytest

torch = pytest.importorskip("torch", reason="the optional tier: pip install refconv[torch]")

from torch import nn  # noqa: E402

from refconv import layers as L  # noqa: E402, N812

pytestmark = pytest.mark.torch
ROOM = 1e-12
"""Of the largest number: both sum at most a few hundred terms of order 1 in double precision, layer after layer."""


class Residual(nn.Module):
    def __init__(self, body, shortcut=None):
        super().__init__()
        self.body = body
        if shortcut is not None:
            self.shortcut = shortcut

    def forward(self, x):
        return self.body(x) + (self.shortcut(x) if hasattr(self, "shortcut") else x)


class Branches(nn.Sequential):
    def forward(self, x):
        return torch.cat([branch(x) for branch in self], dim=1)


class Separable(nn.Module):
    def __init__(self, in_channels, out_channels, kernel_size, dilation=1, padding=0):
        super().__init__()
        self.depthwise = nn.Conv2d(
            in_channels, in_channels, kernel_size, padding=padding, dilation=dilation, groups=in_channels
        )
        self.pointwise = nn.Conv2d(in_channels, out_channels, kernel_size=1)

    def forward(self, x):
        return self.pointwise(self.depthwise(x))


PAIRS = {
    "Conv1d": (L.Conv1d(4, 6, 3, 2, 2, 2, 2), nn.Conv1d(4, 6, 3, 2, 2, 2, 2), (3, 4, 11)),
    "Conv2d": (
        L.Conv2d(4, 6, (3, 2), (2, 1), (1, 2), (1, 3), 2),
        nn.Conv2d(4, 6, (3, 2), (2, 1), (1, 2), (1, 3), 2),
        (2, 4, 7, 9),
    ),
    "Conv3d": (L.Conv3d(2, 3, 2, padding=1), nn.Conv3d(2, 3, 2, padding=1), (2, 2, 4, 5, 3)),
    "same": (
        L.Conv2d(2, 3, 4, padding="same", dilation=3),
        nn.Conv2d(2, 3, 4, padding="same", dilation=3),
        (1, 2, 8, 8),
    ),
    "reflect": (
        L.Conv2d(2, 3, 3, padding=2, padding_mode="reflect"),
        nn.Conv2d(2, 3, 3, padding=2, padding_mode="reflect"),
        (1, 2, 6, 6),
    ),
    "circular": (
        L.Conv2d(2, 3, 3, padding=2, padding_mode="circular", bias=False),
        nn.Conv2d(2, 3, 3, padding=2, padding_mode="circular", bias=False),
        (1, 2, 6, 6),
    ),
    "depthwise": (
        L.DepthwiseConv2d(3, 3, 2, 1, 2, multiplier=2),
        nn.Conv2d(3, 6, 3, 2, 1, 2, groups=3),
        (2, 3, 9, 8),
    ),
    "the source's layer": (L.DepthwiseSeparableDilatedConv2d(3, 8, 3, 2, 2), Separable(3, 8, 3, 2, 2), (2, 3, 9, 8)),
    "ConvTranspose1d": (
        L.ConvTranspose1d(4, 6, 3, 2, 1, output_padding=1, groups=2),
        nn.ConvTranspose1d(4, 6, 3, 2, 1, 1, 2),
        (2, 4, 7),
    ),
    "ConvTranspose2d": (
        L.ConvTranspose2d(4, 3, 3, (2, 3), 1, dilation=2, bias=False),
        nn.ConvTranspose2d(4, 3, 3, (2, 3), 1, dilation=2, bias=False),
        (2, 4, 5, 4),
    ),
    "ConvTranspose3d": (L.ConvTranspose3d(2, 3, 2, 2), nn.ConvTranspose3d(2, 3, 2, 2), (1, 2, 2, 3, 2)),
    "MaxPool": (
        L.MaxPool2d(3, 2, 1, dilation=2, ceil_mode=True),
        nn.MaxPool2d(3, 2, 1, dilation=2, ceil_mode=True),
        (2, 3, 11, 10),
    ),
    "AvgPool": (
        L.AvgPool2d(3, 2, 1, ceil_mode=True, count_include_pad=False),
        nn.AvgPool2d(3, 2, 1, ceil_mode=True, count_include_pad=False),
        (2, 3, 10, 9),
    ),
    "GlobalAvgPool": (L.GlobalAvgPool(), nn.Sequential(nn.AdaptiveAvgPool2d(1), nn.Flatten()), (2, 3, 4, 5)),
    "BatchNorm1d": (L.BatchNorm1d(3), nn.BatchNorm1d(3), (6, 3)),
    "BatchNorm1d, with positions": (L.BatchNorm1d(3, momentum=0.3), nn.BatchNorm1d(3, momentum=0.3), (4, 3, 5)),
    "BatchNorm2d": (L.BatchNorm2d(3, 1e-3, affine=False), nn.BatchNorm2d(3, 1e-3, affine=False), (4, 3, 5, 2)),
    "BatchNorm3d": (L.BatchNorm3d(2, momentum=None), nn.BatchNorm3d(2, momentum=None), (2, 2, 2, 3, 2)),
    "Linear": (L.Linear(5, 3), nn.Linear(5, 3), (4, 5)),
    "ReLU": (L.ReLU(), nn.ReLU(), (3, 4)),
    "Upsample": (L.Upsample(3), nn.Upsample(scale_factor=3), (2, 3, 4, 2)),
    "a network": (
        L.Sequential(
            *(L.Conv2d(3, 8, 3, padding=1, bias=False), L.BatchNorm2d(8), L.ReLU()),
            L.Residual(L.Sequential(L.Conv2d(8, 8, 3, padding=2, dilation=2, groups=8), L.ReLU(), L.Conv2d(8, 8, 1))),
            L.Residual(L.Conv2d(8, 4, 3, padding=1), L.Conv2d(8, 4, 1)),
            L.Branches(L.Conv2d(4, 3, 1), L.Conv2d(4, 2, 3, padding=4, dilation=4)),
            *(L.MaxPool2d(2), L.Flatten(), L.Linear(5 * 12, 4)),
        ),
        nn.Sequential(
            *(nn.Conv2d(3, 8, 3, padding=1, bias=False), nn.BatchNorm2d(8), nn.ReLU()),
            Residual(nn.Sequential(nn.Conv2d(8, 8, 3, padding=2, dilation=2, groups=8), nn.ReLU(), nn.Conv2d(8, 8, 1))),
            Residual(nn.Conv2d(8, 4, 3, padding=1), nn.Conv2d(8, 4, 1)),
            Branches(nn.Conv2d(4, 3, 1), nn.Conv2d(4, 2, 3, padding=4, dilation=4)),
            *(nn.MaxPool2d(2), nn.Flatten(), nn.Linear(5 * 12, 4)),
        ),
        (4, 3, 8, 6),
    ),
}


def assert_near(ours, theirs, what=""):
    theirs = theirs.detach().numpy()
    assert ours.shape == theirs.shape, what
    assert np.abs(ours - theirs).max(initial=0) <= ROOM * max(np.abs(theirs).max(initial=0), 1), what


def theirs_loaded(theirs, ours):
    theirs.double().load_state_dict({name: torch.from_numpy(array) for name, array in ours.state_dict().items()})
    return theirs


def random_state(model, rng):
    for array in model.parameters().values():
        array[...] = rng.standard_normal(array.shape)


@pytest.mark.filterwarnings("ignore:Using padding='same' with even kernel lengths")
@pytest.mark.parametrize("name", PAIRS)
def test_both_compute_the_same(name):
    """Two batches in training, the gradients added up; then one in use; the arrays go both ways."""
    ours, theirs, shape = PAIRS[name]
    rng = np.random.default_rng(0)
    random_state(ours, rng)
    theirs_loaded(theirs, ours)
    for mode in ("train", "train", "eval"):
        getattr(ours, mode)(), getattr(theirs, mode)()
        x = rng.standard_normal(shape)
        tensor = torch.tensor(x, requires_grad=True)
        y, result = ours(x), theirs(tensor)
        assert_near(y, result, mode)
        dy = rng.standard_normal(y.shape)
        result.backward(torch.from_numpy(dy))
        assert_near(ours.backward(dy), tensor.grad, mode)
        for key, parameter in theirs.named_parameters():
            assert_near(ours.gradients()[key], parameter.grad, key)
    state = theirs.state_dict()
    assert list(state) == list(ours.state_dict())
    for key, array in ours.state_dict().items():
        assert_near(array, state[key], key)
    random_state(ours, rng)
    ours.load_state_dict(state)  # their tensors, as they are
    assert_near(ours(x), theirs(tensor))


@pytest.mark.parametrize("shape", [(6, 4), (3, 4, 5), (2, 3, 4, 5)])
@pytest.mark.parametrize("ignore_index", [-100, 1])
def test_cross_entropy(shape, ignore_index):
    rng = np.random.default_rng(1)
    scores, labels = 5 * rng.standard_normal(shape), rng.integers(0, shape[1], (shape[0], *shape[2:]))
    if ignore_index == -100:
        labels.flat[::3] = -100
    ours, theirs = L.CrossEntropy(ignore_index), nn.CrossEntropyLoss(ignore_index=ignore_index)
    tensor = torch.tensor(scores, requires_grad=True)
    value = theirs(tensor, torch.from_numpy(labels))
    value.backward()
    assert ours(scores, labels) == pytest.approx(value.item(), rel=ROOM)
    assert_near(ours.backward(), tensor.grad)


def test_the_squared_error():
    rng = np.random.default_rng(2)
    z, t = rng.standard_normal((2, 3, 4))
    ours, tensor = L.MeanSquaredError(), torch.tensor(z, requires_grad=True)
    value = nn.MSELoss()(tensor, torch.from_numpy(t))
    value.backward()
    assert ours(z, t) == pytest.approx(value.item(), rel=ROOM)
    assert_near(ours.backward(), tensor.grad)


OPTIMISERS = {
    "SGD": (L.SGD, torch.optim.SGD, {"lr": 0.1}),
    "SGD with momentum": (L.SGD, torch.optim.SGD, {"lr": 0.1, "momentum": 0.9, "weight_decay": 0.01}),
    "SGD after Nesterov": (L.SGD, torch.optim.SGD, {"lr": 0.1, "momentum": 0.9, "nesterov": True}),
    "Adam": (L.Adam, torch.optim.Adam, {"lr": 0.01}),
    "Adam otherwise": (
        L.Adam,
        torch.optim.Adam,
        {"lr": 0.1, "betas": (0.8, 0.9), "eps": 1e-3, "weight_decay": 0.1},
    ),
}


@pytest.mark.parametrize("name", OPTIMISERS)
def test_both_learn_the_same(name):
    """Eight steps of a network with batch normalisation: losses, parameters and statistics stay together."""
    our_kind, their_kind, options = OPTIMISERS[name]
    rng = np.random.default_rng(3)
    ours = L.Sequential(
        L.Conv1d(2, 6, 3, padding=2, dilation=2, seed=rng),
        *(L.BatchNorm1d(6), L.ReLU(), L.Flatten(), L.Linear(6 * 8, 3, seed=rng)),
    )
    theirs = nn.Sequential(
        nn.Conv1d(2, 6, 3, padding=2, dilation=2), nn.BatchNorm1d(6), nn.ReLU(), nn.Flatten(), nn.Linear(6 * 8, 3)
    )
    theirs_loaded(theirs, ours)
    loss, their_loss = L.CrossEntropy(), nn.CrossEntropyLoss()
    optimiser, their_optimiser = our_kind(ours, **options), their_kind(theirs.parameters(), **options)
    for _ in range(8):
        x, labels = rng.standard_normal((5, 2, 8)), rng.integers(0, 3, 5)
        ours.zero_gradients()
        value = loss(ours(x), labels)
        ours.backward(loss.backward())
        optimiser.step()
        their_optimiser.zero_grad()
        found = their_loss(theirs(torch.from_numpy(x)), torch.from_numpy(labels))
        found.backward()
        their_optimiser.step()
        # Each step may double what rounding has set apart so far.
        assert value == pytest.approx(found.item(), rel=1e-9)
    for key, tensor in theirs.state_dict().items():
        assert np.allclose(ours.state_dict()[key], tensor.numpy(), rtol=1e-9, atol=1e-9), key


@pytest.mark.parametrize("kind", ["Conv2d", "ConvTranspose2d", "Linear"])
def test_first_weights_come_from_the_same_distribution(kind):
    """The largest of many is near the bound, and the same bound: compared by standard deviation, of 1/sqrt(3) of it."""
    arguments = (40, 60) if kind == "Linear" else (40, 60, 3)
    ours, theirs = getattr(L, kind)(*arguments, seed=0), getattr(nn, kind)(*arguments)
    for key, tensor in theirs.state_dict().items():
        array = ours.state_dict()[key]
        assert array.shape == tuple(tensor.shape)
        # Of n numbers drawn evenly the largest is within 20 / n of the bound but once in e^20.
        largest = float(tensor.abs().max())
        assert np.abs(array).max() == pytest.approx(largest, rel=20 / array.size)
