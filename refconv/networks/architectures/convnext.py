"""ConvNeXt (Liu et al., arXiv:2201.03545): depthwise 7x7 convolutions between 1x1 ones, normalised over channels."""

from __future__ import annotations

from refconv.networks.build import Builder
from refconv.networks.choices import check_choice
from refconv.networks.records import Activation, Network

__all__ = ["convnext"]

SIZES = {
    "tiny": ((3, 3, 9, 3), (96, 192, 384, 768)),
    "small": ((3, 3, 27, 3), (96, 192, 384, 768)),
    "base": ((3, 3, 27, 3), (128, 256, 512, 1024)),
    "large": ((3, 3, 27, 3), (192, 384, 768, 1536)),
}
"""Blocks and channels of each stage."""


def convnext(size: str = "tiny", resolution: int = 224, classes: int = 1000) -> Network:
    """Return ConvNeXt tiny, small, base or large; layers are numbered as in torchvision.

    Examples
    --------
    >>> convnext().nodes[0].operation.kernel_size
    4
    """
    check_choice("convnext", "size", size, SIZES)
    net = Builder(f"convnext_{size}", (3, resolution, resolution), ("arXiv:2201.03545",), "as in torchvision")
    blocks, widths = SIZES[size]
    x = net.norm(net.conv("input", widths[0], 4, stride=4, name="features.0.0"), "channel", name="features.0.1")
    for stage, (count, channels) in enumerate(zip(blocks, widths, strict=True)):
        if stage > 0:
            x = net.norm(x, "channel", name=f"features.{2 * stage}.0")
            x = net.conv(x, channels, 2, stride=2, name=f"features.{2 * stage}.1")
        for number in range(count):
            with net.scope(f"features.{2 * stage + 1}.{number}"):
                x = _block(net, x, channels)
    x = net.norm(net.global_pool(x, name="avgpool"), "channel", name="classifier.0")
    return net.done(net.linear(net.flatten(x, name="classifier.1"), classes, name="classifier.2"))


def _block(net: Builder, x: str, channels: int) -> str:
    """Add a block; its last factors, one learnt for each channel, are an activation with parameters."""
    y = net.conv(x, channels, 7, padding=3, groups=channels, name="block.0")
    y = net.norm(y, "channel", name="block.2")
    y = net.activation(net.conv(y, 4 * channels, 1, name="block.3"), "gelu", name="block.4")
    y = net.conv(y, channels, 1, name="block.5")
    return net.join(net.add(Activation("scale", channels), y, name="layer_scale"), x)
