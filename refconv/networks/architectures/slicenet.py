"""SliceNet's separable stack (Kaiser, Gomez and Chollet, arXiv:1706.03059), without its attention."""

from __future__ import annotations

from collections.abc import Sequence

from refconv.networks.build import Builder
from refconv.networks.records import Network

__all__ = ["slicenet"]


def slicenet(
    modules: int = 6,
    kernels: Sequence[int] = (3, 7, 15, 31),
    dilations: Sequence[int] = (1, 1, 1, 1),
    groups: Sequence[int] = (3, 2, 3, 2),
    hidden: int = 768,
    causal: bool = False,
    length: int = 512,
) -> Network:
    """Return a stack of SliceNet's modules: the encoder, or with `causal` what the decoder has of it.

    Parameters
    ----------
    modules : int
        6 in the encoder, 4 in the decoder.
    kernels, dilations : sequence of int
        Of a module's four depthwise convolutions.
    groups : sequence of int
        Of its four 1x1 convolutions: more than 1 makes them "super-separable".
    hidden : int
        Channels.
    causal : bool
        Whether to look back only.
    length : int
        Size of the input.

    Examples
    --------
    >>> [node.operation.groups for node in slicenet(1).nodes if "pointwise" in node.name]
    [3, 2, 3, 2]
    """
    net = Builder("slicenet", (hidden, length), ("arXiv:1706.03059",), "the stack alone, as in tensor2tensor")
    steps = tuple(zip(kernels, dilations, groups, strict=True))
    x = "input"
    for module in range(modules):
        with net.scope(f"module{module}"):
            for half in (0, 2):
                y = x
                for number, (k, d, g) in enumerate(steps[half : half + 2], start=half + 1):
                    y = _step(net, y, number, hidden, k, d, g, "causal" if causal else "same")
                x = net.join(x, y)
    return net.done(net.activation(x, "dropout"))


def _step(net: Builder, x: str, number: int, hidden: int, k: int, d: int, g: int, padding: str) -> str:
    """Add a ReLU, a depthwise and a 1x1 convolution, and a normalisation."""
    x = net.relu(x, name=f"relu{number}")
    x = net.conv(x, hidden, k, dilation=d, groups=hidden, padding=padding, bias=False, name=f"depthwise{number}")
    x = net.conv(x, hidden, 1, groups=g, name=f"pointwise{number}")
    return net.norm(x, "channel", name=f"norm{number}")
