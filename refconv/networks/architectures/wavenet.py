"""WaveNet (van den Oord et al., arXiv:1609.03499): gated causal convolutions, their dilations doubling."""

from __future__ import annotations

from refconv.networks.build import Builder
from refconv.networks.records import Network

__all__ = ["wavenet"]


def wavenet(
    blocks: int = 3,
    layers: int = 10,
    kernel_size: int = 2,
    channels: int = 32,
    skips: int = 256,
    levels: int = 256,
    length: int = 16000,
) -> Network:
    """Return a WaveNet on one-hot samples, unconditioned.

    Parameters
    ----------
    blocks, layers : int
        In each block the dilations are 1, 2, 4, ..., one for each layer.
    kernel_size : int
        Of all dilated convolutions, and of the causal one before them.
    channels, skips, levels : int
        Of the residual path, of the skip path, and of input and output. The paper does not say the first two.
    length : int
        Samples.

    Examples
    --------
    >>> from refconv.networks.fields import receptive_fields
    >>> receptive_fields(wavenet(blocks=1))[-1].axes[0].size
    1025
    """
    net = Builder("wavenet", (levels, length), ("arXiv:1609.03499",), f"{blocks} blocks of {layers} layers")
    x = net.conv("input", channels, kernel_size, padding="causal", bias=False, name="causal")
    taken = []
    for block in range(blocks):
        for layer in range(layers):
            with net.scope(f"block{block}"), net.scope(f"layer{layer}"):
                y = _gated(net, x, 2**layer, kernel_size, channels)
                taken.append(net.conv(y, skips, 1, name="skip"))
                if (block, layer) != (blocks - 1, layers - 1):  # nothing reads on from the last layer
                    x = net.join(net.conv(y, channels, 1, name="residual"), x)
    x = net.relu(net.join(*taken, name="skips"), name="relu1")
    x = net.relu(net.conv(x, skips, 1, name="conv1"), name="relu2")
    return net.done(net.activation(net.conv(x, levels, 1, name="conv2"), "softmax"))


def _gated(net: Builder, x: str, d: int, kernel_size: int, channels: int) -> str:
    """Add two dilated convolutions, and the product of what a tanh and a sigmoid make of them."""
    parts = []
    for name, function in (("filter", "tanh"), ("gate", "sigmoid")):
        y = net.conv(x, channels, kernel_size, dilation=d, padding="causal", bias=False, name=name)
        parts.append(net.activation(y, function))
    return net.join(*parts, kind="multiply", name="gated")
