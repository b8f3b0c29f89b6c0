"""TCN (Bai, Kolter and Koltun, arXiv:1803.01271): blocks of two causal convolutions, dilated alike."""

from __future__ import annotations

from collections.abc import Sequence

from refconv.networks.build import Builder
from refconv.networks.records import Network

__all__ = ["tcn"]


def tcn(
    kernel_size: int = 3,
    dilations: Sequence[int] = (1, 2, 4, 8, 16, 32),
    stacks: int = 1,
    filters: int = 64,
    channels: int = 1,
    length: int = 400,
) -> Network:
    """Return a TCN without a head: blocks with these dilations, `stacks` times over.

    The normalisation of weights that the paper trains with is no layer, and is left out.

    Examples
    --------
    >>> from refconv.networks.fields import receptive_fields
    >>> receptive_fields(tcn(3, (1, 2, 4)))[-1].axes[0].size
    29
    """
    net = Builder("tcn", (channels, length), ("arXiv:1803.01271",), f"dilations {', '.join(map(str, dilations))}")
    x, width = "input", channels
    for stack in range(stacks):
        for d in dilations:
            with net.scope(f"stack{stack}"), net.scope(f"dilation{d}"):
                y = x
                for number in (1, 2):
                    y = net.conv(y, filters, kernel_size, dilation=d, padding="causal", name=f"conv{number}")
                    y = net.activation(net.relu(y, name=f"relu{number}"), "dropout", name=f"dropout{number}")
                shortcut = x if width == filters else net.conv(x, filters, 1, name="downsample")
                x = net.relu(net.join(y, shortcut), name="relu")
            width = filters
    return net.done(x)
