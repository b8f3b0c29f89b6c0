"""The networks that torchvision has too: as many parameters, weights of the same shapes, results of the same shapes."""

from __future__ import annotations

from collections import Counter
from importlib import import_module

import pytest

from refconv.networks.catalogue import network
from refconv.networks.costs import network_cost
from refconv.networks.shapes import resolve

pytestmark = pytest.mark.torch

MODELS = {
    "alexnet": "alexnet",
    **{name: name for name in ("vgg11", "vgg13", "vgg16", "vgg19")},
    **{name: name for name in ("resnet18", "resnet34", "resnet50", "resnet101", "resnet152", "resnext50_32x4d")},
    **{name: name for name in ("mobilenet_v2", "efficientnet_b0")},
    **{name: name for name in ("convnext_tiny", "convnext_small", "convnext_base", "convnext_large")},
    "deeplabv3_resnet50": "segmentation.deeplabv3_resnet50",
    "deeplabv3_resnet101": "segmentation.deeplabv3_resnet101",
    "ssd300": "detection.ssd300_vgg16",
}
"""For each network its function in torchvision.models."""


@pytest.fixture(scope="module")
def models():
    """Return torchvision.models, or skip: it is not among the packages that the tests need."""
    try:
        return import_module("torchvision.models")
    except (ImportError, RuntimeError) as error:
        pytest.skip(f"torchvision cannot be imported: {error}")


def built(models, name):
    """Return torchvision's model, its arrays without values."""
    import torch

    *room, function = MODELS[name].split(".")
    options = {"weights": None, "weights_backbone": None} if room else {"weights": None}
    if "deeplab" in name:
        options["aux_loss"] = True
    with torch.device("meta"):
        home = import_module(".".join([models.__name__, *room]))
        return getattr(home, function)(**options).eval()


def results(model, shape):
    """Return how often each shape is the result of a layer with weights, channels first."""
    import torch

    found = Counter()

    def note(module, _inputs, result):
        got = tuple(result.shape[1:])
        last = isinstance(module, torch.nn.Linear) and len(got) == 3
        found[(got[2], *got[:2]) if last else got] += 1

    for module in model.modules():
        if isinstance(module, torch.nn.Conv2d | torch.nn.Linear):
            module.register_forward_hook(note)
    with torch.no_grad(), torch.device("meta"):
        model(torch.empty(1, *shape))
    return found


def flat(shape):
    """Return the shape of a 1x1 convolution's weight as that of a linear layer: one is written as the other."""
    return shape[:2] if tuple(shape[2:]) == (1, 1) else tuple(shape)


@pytest.mark.parametrize("name", MODELS)
def test_parameters_weights_and_results_are_torchvisions(models, name):
    theirs, ours = built(models, name), resolve(network(name))
    assert network_cost(ours).total.parameters == sum(each.numel() for each in theirs.parameters())
    weighted = [layer for layer in ours.layers if layer.geometry is not None]
    shapes = Counter(flat(layer.geometry.w_shape) for layer in weighted)
    assert shapes == Counter(flat(each.shape) for each in theirs.parameters() if each.dim() in (2, 4))
    if name == "ssd300":
        return  # its boxes are made on the CPU, which stands in the way of a run without values
    assert Counter(layer.shape for layer in weighted) == results(theirs, ours.network.input)
