"""MobileNet v1 (Howard et al., arXiv:1704.04861): depthwise 3x3 convolutions, each with a 1x1 convolution after it."""

from __future__ import annotations

from fractions import Fraction

from refconv.networks.build import Builder
from refconv.networks.records import Network

__all__ = ["mobilenet_v1"]

BLOCKS = (
    *((64, 1), (128, 2), (128, 1), (256, 2), (256, 1), (512, 2)),
    *((512, 1),) * 5,
    *((1024, 2), (1024, 1)),
)
"""Filters and stride of each block."""


def mobilenet_v1(
    alpha: float | str | Fraction = 1, resolution: int = 224, full: bool = False, classes: int = 1000
) -> Network:
    """Return MobileNet v1; layers are called as in TF-Slim.

    Parameters
    ----------
    alpha : int, float, Fraction or str
        Width multiplier; a float is taken as the decimal that it prints as.
    resolution : int
        Input size.
    full : bool
        A full 3x3 convolution in place of each depthwise one and its 1x1 convolution: what the paper compares with.
    classes : int
        Outputs.

    Examples
    --------
    >>> mobilenet_v1(0.5).nodes[0].operation.filters
    16
    """
    alpha = Fraction(str(alpha))
    note = f"width multiplier {alpha}" + (", full convolutions" if full else "")
    net = Builder(
        "mobilenet_v1_full" if full else "mobilenet_v1", (3, resolution, resolution), ("arXiv:1704.04861",), note
    )

    def layer(x: str, filters: int, kernel_size: int, name: str, **options: int) -> str:
        names = (name, f"{name}.norm", f"{name}.relu6")
        return net.conv_norm(x, filters, kernel_size, activation="relu6", names=names, padding="same", **options)

    channels = max(int(32 * alpha), 8)
    x = layer("input", channels, 3, "Conv2d_0", stride=2)
    for number, (wide, stride) in enumerate(BLOCKS, start=1):
        filters = max(int(wide * alpha), 8)
        if full:
            x = layer(x, filters, 3, f"Conv2d_{number}", stride=stride)
        else:
            x = layer(x, channels, 3, f"Conv2d_{number}_depthwise", stride=stride, groups=channels)
            x = layer(x, filters, 1, f"Conv2d_{number}_pointwise")
        channels = filters
    x = net.activation(net.global_pool(x, name="AvgPool_1a"), "dropout", name="Dropout_1b")
    return net.done(net.conv(x, classes, 1, name="Conv2d_1c_1x1"))
