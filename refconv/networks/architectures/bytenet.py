"""ByteNet (Kalchbrenner et al., arXiv:1610.10099): one stack of dilated convolutions set upon another."""

from __future__ import annotations

from collections.abc import Sequence

from refconv.networks.build import Builder
from refconv.networks.records import Network

__all__ = ["bytenet"]


def bytenet(
    encoder: int = 6,
    decoder: int = 6,
    dilations: Sequence[int] = (1, 2, 4, 8, 16),
    kernel_size: int = 3,
    hidden: int = 800,
    symbols: int = 256,
    length: int = 512,
) -> Network:
    """Return ByteNet: sets of residual blocks that look both ways, then sets that look back only.

    Source and target share one input here, as if the target were aligned with the source; of a model of one language
    (``encoder=0``) that is all there is.

    Parameters
    ----------
    encoder, decoder : int
        Sets in each half; a set has one block for each of the dilations.
    dilations : sequence of int
        Of one set's blocks.
    kernel_size : int
        Of the dilated convolutions.
    hidden : int
        Channels inside a block; twice as many go between blocks.
    symbols, length : int
        Channels and size of the input.

    Examples
    --------
    >>> [node.operation.dilation for node in bytenet(1, 0).nodes if node.name.endswith("conv2")][:5]
    [1, 2, 4, 8, 16]
    """
    note = f"{encoder} sets that look both ways, {decoder} that look back"
    net = Builder("bytenet", (symbols, length), ("arXiv:1610.10099",), note)
    x = net.conv("input", 2 * hidden, 1, bias=False, name="embedding")
    for half, sets, causal in (("encoder", encoder, False), ("decoder", decoder, True)):
        for number in range(sets):
            for d in dilations:
                with net.scope(half), net.scope(f"set{number}"), net.scope(f"dilation{d}"):
                    padding = "causal" if causal else "same"
                    y = _step(net, x, 1, hidden, 1)
                    y = _step(net, y, 2, hidden, kernel_size, dilation=d, padding=padding)
                    x = net.join(_step(net, y, 3, 2 * hidden, 1), x)
    x = net.relu(net.conv(x, 2 * hidden, 1, name="conv1"), name="relu1")
    return net.done(net.activation(net.conv(x, symbols, 1, name="conv2"), "softmax"))


def _step(net: Builder, x: str, number: int, filters: int, kernel_size: int, **options: int | str) -> str:
    """Add a normalisation, a ReLU and a convolution."""
    x = net.relu(net.norm(x, "channel", name=f"norm{number}"), name=f"relu{number}")
    return net.conv(x, filters, kernel_size, name=f"conv{number}", **options)
