"""U-Net (Ronneberger et al., arXiv:1505.04597): down by poolings, up by transposed convolutions, joined by crops."""

from __future__ import annotations

from typing import Any

from refconv.networks.build import Builder
from refconv.networks.records import Crop, Network

__all__ = ["unet"]


def unet(
    size: int = 572, channels: int = 1, classes: int = 2, depth: int = 4, width: int = 64, padding: Any = 0
) -> Network:
    """Return U-Net; the paper's has 572 pixels, one channel and no padding, which gives 388 pixels.

    Parameters
    ----------
    size, channels, classes : int
        Of the input, and of the output.
    depth : int
        Poolings.
    width : int
        Filters of the first level; each level below has twice as many.
    padding : int or word
        Of the 3x3 convolutions; 1 keeps the size.

    Examples
    --------
    >>> from refconv.networks.shapes import resolve
    >>> resolve(unet()).layers[-1].shape
    (2, 388, 388)
    """
    net = Builder("unet", (channels, size, size), ("arXiv:1505.04597",))

    def level(x: str, filters: int) -> str:
        for number in (1, 2):
            x = net.relu(net.conv(x, filters, 3, padding=padding, name=f"conv{number}"), name=f"relu{number}")
        return x

    x, skips = "input", []
    for number in range(depth):
        with net.scope(f"down{number + 1}"):
            skips.append(level(x, width * 2**number))
            x = net.max_pool(skips[-1], 2, name="pool")
    with net.scope("bottom"):
        x = level(x, width * 2**depth)
    for number in reversed(range(depth)):
        with net.scope(f"up{number + 1}"):
            x = net.conv_transpose(x, width * 2**number, 2, stride=2, name="upconv")
            skip = net.add(Crop(), skips[number], x, name="crop")
            x = level(net.join(skip, x, kind="concatenate"), width * 2**number)
    return net.done(net.conv(x, classes, 1, name="score"))
