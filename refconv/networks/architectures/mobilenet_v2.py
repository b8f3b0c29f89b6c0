"""MobileNet v2 (Sandler et al., arXiv:1801.04381): narrow layers joined, with a wide depthwise one between."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

from refconv.networks.build import Builder
from refconv.networks.records import Network

__all__ = ["mobilenet_v2", "mobilenet_v2_trunk", "rounded_filters"]

BLOCKS = ((1, 16, 1, 1), (6, 24, 2, 2), (6, 32, 3, 2), (6, 64, 4, 2), (6, 96, 3, 1), (6, 160, 3, 2), (6, 320, 1, 1))
"""Expansion, filters, units, and stride of the first unit."""


def rounded_filters(filters: Fraction, divisor: int = 8) -> int:
    """Return the multiple of `divisor` that is nearest, but never less than 9/10 of what was asked for.

    Examples
    --------
    >>> rounded_filters(Fraction(24 * 3, 4)), rounded_filters(Fraction(11))
    (24, 16)
    """
    nearest = max(divisor, int(filters + divisor // 2) // divisor * divisor)
    return nearest + divisor if 10 * nearest < 9 * filters else nearest


def mobilenet_v2(alpha: float | str | Fraction = 1, resolution: int = 224, classes: int = 1000) -> Network:
    """Return MobileNet v2 as in torchvision.

    Parameters
    ----------
    alpha : int, float, Fraction or str
        Width multiplier; a float is taken as the decimal that it prints as.
    resolution : int
        Input size.
    classes : int
        Outputs.

    Examples
    --------
    >>> mobilenet_v2(0.5).nodes[0].operation.filters
    16
    """
    alpha = Fraction(str(alpha))
    note = f"width multiplier {alpha}; as in torchvision"
    net = Builder("mobilenet_v2", (3, resolution, resolution), ("arXiv:1801.04381",), note)
    x = mobilenet_v2_trunk(net, alpha)
    wide = rounded_filters(1280 * max(Fraction(1), alpha))
    x = net.conv_norm(x, wide, 1, activation="relu6", names=_names("features.18"))
    x = net.activation(net.flatten(net.global_pool(x, name="avgpool")), "dropout", name="classifier.0")
    return net.done(net.linear(x, classes, name="classifier.1"))


def mobilenet_v2_trunk(
    net: Builder, alpha: Fraction = Fraction(1), output_stride: int = 32, padding: str | None = None
) -> str:
    """Add everything before the last 1x1 convolution, and return the last node.

    From where the strides have multiplied to `output_stride` on, dilation takes the place of stride; `padding` is a
    word for all layers, or None for as much as a kernel of that dilation needs on either side.
    """

    def padded(d: int) -> dict[str, Any]:
        return dict(dilation=d, padding=d if padding is None else padding)

    channels = rounded_filters(32 * alpha)
    x = net.conv_norm("input", channels, 3, stride=2, **padded(1), activation="relu6", names=_names("features.0"))
    number, total, dilation = 1, 2, 1
    for expansion, filters, units, first in BLOCKS:
        for unit in range(units):
            stride, d = (first if unit == 0 else 1), dilation
            if total >= output_stride:
                dilation, stride = dilation * stride, 1
            total *= stride
            out = rounded_filters(filters * alpha)
            with net.scope(f"features.{number}.conv"):
                y, wide = x, channels * expansion
                if expansion != 1:
                    y = net.conv_norm(y, wide, 1, activation="relu6", names=_names("0"))
                names = _names("0" if expansion == 1 else "1")
                y = net.conv_norm(y, wide, 3, stride=stride, groups=wide, **padded(d), activation="relu6", names=names)
                at = 1 if expansion == 1 else 2
                y = net.conv_norm(y, out, 1, activation=None, names=(str(at), str(at + 1), ""))
                same = first == 1 if unit == 0 else True
                x = net.join(x, y) if same and channels == out else y
            channels = out
            number += 1
    return x


def _names(stem: str) -> tuple[str, str, str]:
    return f"{stem}.0", f"{stem}.1", f"{stem}.2"
