"""VGG (Simonyan and Zisserman, arXiv:1409.1556): 3x3 convolutions in five blocks, each closed by a 2x2 pooling."""

from __future__ import annotations

from collections.abc import Sequence

from refconv.networks.build import Builder
from refconv.networks.choices import check_choice
from refconv.networks.records import Network

__all__ = ["vgg", "vgg_features"]

DEPTHS = {11: (1, 1, 2, 2, 2), 13: (2, 2, 2, 2, 2), 16: (2, 2, 3, 3, 3), 19: (2, 2, 4, 4, 4)}
"""Convolutions in each block."""

FILTERS = (64, 128, 256, 512, 512)


def vgg_features(
    net: Builder,
    x: str,
    depth: int,
    blocks: int = 5,
    padding: int = 1,
    first_padding: int | None = None,
    ceil_pools: Sequence[int] = (),
) -> str:
    """Add the first convolutional blocks; layers are called conv3_1, relu3_1, pool3.

    `first_padding` is that of conv1_1 where it differs; the poolings of `ceil_pools` may hang over the end.
    """
    for block, (count, filters) in enumerate(zip(DEPTHS[depth][:blocks], FILTERS, strict=False), start=1):
        for number in range(1, count + 1):
            pad = first_padding if x == "input" and first_padding is not None else padding
            x = net.conv(x, filters, 3, padding=pad, name=f"conv{block}_{number}")
            x = net.relu(x, name=f"relu{block}_{number}")
        x = net.max_pool(x, 2, ceil_mode=block in ceil_pools, name=f"pool{block}")
    return x


def vgg(depth: int = 16, classes: int = 1000) -> Network:
    """Return VGG with 11, 13, 16 or 19 layers with weights (the paper's A, B, D and E).

    Examples
    --------
    >>> vgg(11).nodes[0].name
    'conv1_1'
    """
    check_choice("vgg", "depth", depth, DEPTHS)
    net = Builder(f"vgg{depth}", (3, 224, 224), ("arXiv:1409.1556",))
    x = net.flatten(vgg_features(net, "input", depth))
    for number in (6, 7):
        x = net.relu(net.linear(x, 4096, name=f"fc{number}"), name=f"relu{number}")
    return net.done(net.linear(x, classes, name="fc8"))
