"""Xception (Chollet, arXiv:1610.02357), and the deeper, aligned form of it that DeepLab v3+ uses (arXiv:1802.02611)."""

from __future__ import annotations

from typing import Any

from refconv.networks.build import Builder
from refconv.networks.choices import check_choice
from refconv.networks.records import Network

__all__ = ["aligned_trunk", "separable", "xception", "xception_aligned"]


def separable(
    net: Builder, x: str, filters: int, channels: int, name: str, between: str = "", after: str = "", **options: Any
) -> str:
    """Add a depthwise 3x3 convolution and a 1x1 one, each with a normalisation; activations only where named."""
    x = net.conv(x, channels, 3, groups=channels, bias=False, name=f"{name}_depthwise", **options)
    x = net.norm(x, name=f"{name}_depthwise.norm")
    x = net.activation(x, between, name=f"{name}_depthwise.{between}") if between else x
    x = net.conv(x, filters, 1, bias=False, name=f"{name}_pointwise")
    x = net.norm(x, name=f"{name}_pointwise.norm")
    return net.activation(x, after, name=f"{name}_pointwise.{after}") if after else x


def _direct(net: Builder, x: str, filters: int, channels: int, name: str, padding: Any) -> str:
    """Add a depthwise and a 1x1 convolution with nothing between, and a normalisation."""
    x = net.conv(x, channels, 3, groups=channels, bias=False, padding=padding, name=f"{name}_depthwise")
    return net.norm(net.conv(x, filters, 1, bias=False, name=f"{name}_pointwise"), name=f"{name}_bn")


def xception(padding: Any = "same", resolution: int = 299, classes: int = 1000) -> Network:
    """Return Xception; layers are called as in Keras.

    Parameters
    ----------
    padding : word or int
        "same" as in Keras; 1 as in the PyTorch port (timm's legacy_xception), whose poolings stand half a pixel
        elsewhere where a size is even.
    resolution : int
        Input size.
    classes : int
        Outputs.

    Examples
    --------
    >>> [node.name for node in xception().nodes[:2]]
    ['block1_conv1', 'block1_conv1_bn']
    """
    name = "xception" if padding == "same" else "legacy_xception"
    note = "as in Keras" if padding == "same" else "as in timm, poolings padded by 1"
    net = Builder(name, (3, resolution, resolution), ("arXiv:1610.02357",), note)
    x = "input"
    for number, (filters, stride) in enumerate(((32, 2), (64, 1)), start=1):
        stem = f"block1_conv{number}"
        x = net.conv_norm(x, filters, 3, stride=stride, names=(stem, f"{stem}_bn", f"{stem}_act"))
    channels = 64
    for block, filters in enumerate((128, 256, 728, *(728,) * 8, 1024), start=2):
        down = filters != channels or block == 4
        inner = channels if block == 13 else filters
        widths = (inner, filters) if down else (filters,) * 3
        y = x
        for number, wide in enumerate(widths, start=1):
            if (block, number) != (2, 1):
                y = net.relu(y, name=f"block{block}_sepconv{number}_act")
            y = _direct(
                net, y, wide, channels if number == 1 else widths[number - 2], f"block{block}_sepconv{number}", padding
            )
        if down:
            y = net.max_pool(y, 3, 2, padding=padding, name=f"block{block}_pool")
            stem = f"block{block}_shortcut"
            x = net.conv_norm(x, filters, 1, stride=2, activation=None, names=(stem, f"{stem}_bn", ""))
        x = net.join(y, x, name=f"block{block}_add")
        channels = filters
    for number, wide in ((1, 1536), (2, 2048)):
        x = _direct(net, x, wide, channels, f"block14_sepconv{number}", padding)
        x = net.relu(x, name=f"block14_sepconv{number}_act")
        channels = wide
    return net.done(net.linear(net.flatten(net.global_pool(x, name="avg_pool")), classes, name="predictions"))


ENTRY = {
    41: ((128, 2), (256, 2), (728, 2)),
    65: ((128, 2), (256, 2), (728, 2)),
    71: ((128, 2), (256, 1), (256, 2), (728, 1), (728, 2)),
}
"""Filters and stride of the first blocks."""

MIDDLE = {41: 8, 65: 16, 71: 16}
"""Blocks that keep channels and size."""


def xception_aligned(depth: int = 65, resolution: int = 299, classes: int = 1000) -> Network:
    """Return aligned Xception-41, 65 or 71 with a classifier, as timm has them.

    Examples
    --------
    >>> xception_aligned(41).nodes[-1].operation.features
    1000
    """
    net = Builder(f"xception{depth}", (3, resolution, resolution), ("arXiv:1802.02611",), "aligned, as in timm")
    x = net.flatten(net.global_pool(aligned_trunk(net, depth), name="avg_pool"))
    return net.done(net.linear(x, classes, name="fc"))


def aligned_trunk(net: Builder, depth: int, output_stride: int = 32) -> str:
    """Add everything before the classifier, and return the last node.

    From where the strides have multiplied to `output_stride` on, dilation takes the place of stride. Layers are called
    block3.conv2_depthwise and block3.conv2_pointwise, after DeepLab's xception modules.
    """
    check_choice("xception_aligned", "depth", depth, ENTRY)
    x = net.conv_norm("input", 32, 3, stride=2, padding=1, names=("conv1_1", "conv1_1.norm", "conv1_1.relu"))
    x = net.conv_norm(x, 64, 3, padding=1, names=("conv1_2", "conv1_2.norm", "conv1_2.relu"))
    blocks = [((filters,) * 3, stride) for filters, stride in (*ENTRY[depth], *((728, 1),) * MIDDLE[depth])]
    channels, total, dilation = 64, 2, 1
    for number, (widths, asked) in enumerate((*blocks, ((728, 1024, 1024), 2)), start=1):
        stride, d = asked, dilation
        if total >= output_stride:
            dilation, stride = dilation * asked, 1
        total *= stride
        with net.scope(f"block{number}"):
            x = _module(net, x, channels, widths, stride, d, project=asked != 1 or channels != widths[-1])
        channels = widths[-1]
    with net.scope(f"block{len(blocks) + 2}"):
        for number, wide in enumerate((1536, 1536, 2048), start=1):
            x = separable(net, x, wide, channels, f"conv{number}", "relu", "relu", dilation=dilation, padding=dilation)
            channels = wide
    return x


def _module(
    net: Builder, x: str, channels: int, widths: tuple[int, ...], stride: int, dilation: int, *, project: bool
) -> str:
    """Add three separable convolutions, the last of them with the stride, and the shortcut around them."""
    y, before = x, channels
    for number, wide in enumerate(widths, start=1):
        y = net.relu(y, name=f"relu{number}")
        step = stride if number == len(widths) else 1
        y = separable(net, y, wide, before, f"conv{number}", stride=step, dilation=dilation, padding=dilation)
        before = wide
    if project:
        names = ("shortcut", "shortcut.norm", "")
        x = net.conv_norm(x, widths[-1], 1, stride=stride, activation=None, names=names)
    return net.join(y, x)
