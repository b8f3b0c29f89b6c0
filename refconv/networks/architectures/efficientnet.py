"""EfficientNet-B0 (Tan and Le, arXiv:1905.11946): MobileNet v2's blocks, each with squeeze and excitation."""

from __future__ import annotations

from refconv.networks.build import Builder
from refconv.networks.records import Network

__all__ = ["efficientnet_b0"]

BLOCKS = (
    *((1, 3, 16, 1, 1), (6, 3, 24, 2, 2), (6, 5, 40, 2, 2), (6, 3, 80, 3, 2)),
    *((6, 5, 112, 3, 1), (6, 5, 192, 4, 2), (6, 3, 320, 1, 1)),
)
"""Expansion, kernel size, filters, units, and stride of the first unit."""


def efficientnet_b0(resolution: int = 224, classes: int = 1000) -> Network:
    """Return EfficientNet-B0; layers are called as in torchvision.

    Examples
    --------
    >>> efficientnet_b0().nodes[0].operation.filters
    32
    """
    net = Builder("efficientnet_b0", (3, resolution, resolution), ("arXiv:1905.11946",), "as in torchvision")
    x = net.conv_norm("input", 32, 3, stride=2, padding=1, activation="swish", names=_names("features.0"))
    channels = 32
    for stage, (expansion, kernel, filters, units, first) in enumerate(BLOCKS, start=1):
        for unit in range(units):
            with net.scope(f"features.{stage}.{unit}.block"):
                x = _unit(net, x, channels, expansion, kernel, filters, first if unit == 0 else 1)
            channels = filters
    x = net.conv_norm(x, 1280, 1, activation="swish", names=_names("features.8"))
    x = net.activation(net.flatten(net.global_pool(x, name="avgpool")), "dropout", name="classifier.0")
    return net.done(net.linear(x, classes, name="classifier.1"))


def _unit(net: Builder, x: str, channels: int, expansion: int, kernel: int, filters: int, stride: int) -> str:
    """Add a unit: wide, depthwise, gated, narrow; and the shortcut where nothing changes its shape."""
    y, wide, number = x, channels * expansion, 0
    if expansion != 1:
        y = net.conv_norm(y, wide, 1, activation="swish", names=_names("0"))
        number = 1
    options = dict(stride=stride, padding=kernel // 2, groups=wide)
    y = net.conv_norm(y, wide, kernel, **options, activation="swish", names=_names(str(number)))
    y = _gated(net, y, wide, max(1, channels // 4), str(number + 1))
    y = net.conv_norm(y, filters, 1, activation=None, names=_names(str(number + 2)))
    return net.join(y, x) if stride == 1 and channels == filters else y


def _gated(net: Builder, x: str, channels: int, narrow: int, scope: str) -> str:
    """Add squeeze and excitation: one factor for each channel, from the average over all positions."""
    with net.scope(scope):
        gate = net.activation(net.conv(net.global_pool(x, name="avgpool"), narrow, 1, name="fc1"), "swish")
        gate = net.activation(net.conv(gate, channels, 1, name="fc2"), "sigmoid")
        return net.join(gate, x, kind="multiply")


def _names(stem: str) -> tuple[str, str, str]:
    return f"{stem}.0", f"{stem}.1", f"{stem}.2"
