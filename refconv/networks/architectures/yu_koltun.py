"""Yu and Koltun's dilated front end and context modules (arXiv:1511.07122), alone and together.

The front end is VGG-16 without padding and without its last two poolings, dilation in their place. It takes an image
that is padded already, by 186 pixels of its own reflection on each side.
"""

from __future__ import annotations

from refconv.networks.architectures.vgg import vgg_features
from refconv.networks.build import Builder
from refconv.networks.choices import check_choice
from refconv.networks.records import Network

__all__ = ["context_module", "dilation_net", "front_end"]

DILATIONS = {7: (1, 1, 2, 4, 8, 1), 8: (1, 1, 2, 4, 8, 16, 1), 10: (1, 1, 2, 4, 8, 16, 32, 64, 1)}
"""Of a context module's 3x3 layers; the key counts the 1x1 layer at the end too."""

LARGE = (2, 2, 4, 8, 16, 32, 32)
"""Filters of the large module's 3x3 layers, as multiples of the classes."""


def front_end(size: int = 900, classes: int = 21) -> Network:
    """Return the front end.

    Examples
    --------
    >>> from refconv.networks.shapes import resolve
    >>> resolve(front_end()).layers[-1].shape
    (21, 66, 66)
    """
    net = Builder("yu_koltun_front_end", (3, size, size), ("arXiv:1511.07122",), "the input comes padded")
    return net.done(_front_end(net, classes))


def _front_end(net: Builder, classes: int) -> str:
    x = vgg_features(net, "input", 16, blocks=3, padding=0)
    for block, dilation in ((4, 1), (5, 2)):
        for number in (1, 2, 3):
            x = net.conv(x, 512, 3, dilation=dilation, name=f"conv{block}_{number}")
            x = net.relu(x, name=f"relu{block}_{number}")
    for number, kernel, dilation in ((6, 7, 4), (7, 1, 1)):
        x = net.relu(net.conv(x, 4096, kernel, dilation=dilation, name=f"fc{number}"), name=f"relu{number}")
        x = net.activation(x, "dropout", name=f"drop{number}")
    return net.conv(x, classes, 1, name="final")


def context_module(layers: int = 8, large: bool = False, classes: int = 21, size: int = 66) -> Network:
    """Return a context module: 3x3 convolutions whose dilations grow, then one of 1x1; each keeps the size.

    Parameters
    ----------
    layers : int
        8 as in the paper, 7 (KITTI) or 10 (Cityscapes).
    large : bool
        Whether the filters grow as well; of 8 layers only.
    classes, size : int
        Channels, and size, of the input.

    Examples
    --------
    >>> [node.operation.dilation for node in context_module().nodes if "conv" in node.name]
    [1, 1, 2, 4, 8, 16, 1]
    """
    name = f"yu_koltun_context{layers}" + ("_large" if large else "")
    net = Builder(name, (classes, size, size), ("arXiv:1511.07122",))
    return net.done(_context(net, "input", layers, large, classes, at_once=False))


def _context(net: Builder, x: str, layers: int, large: bool, classes: int, *, at_once: bool) -> str:
    """Add a context module; `at_once` has its first layer pad for all of them."""
    check_choice("context_module", "layers", layers, (8,) if large else DILATIONS)
    dilations = DILATIONS[layers]
    multiples = LARGE if large else (1,) * len(dilations)
    for number, (d, multiple) in enumerate(zip(dilations, multiples, strict=True), start=1):
        padding = d if not at_once else sum(dilations) if number == 1 else 0
        x = net.conv(x, classes * multiple, 3, dilation=d, padding=padding, name=f"conv{number}")
        x = net.relu(x, name=f"relu{number}")
    return net.conv(x, classes, 1, name="final")


def dilation_net(layers: int = 8) -> Network:
    """Return front end and context module together, as the authors published them.

    Parameters
    ----------
    layers : int
        7 for KITTI; 8 for Pascal VOC, with the large module, whose first layer pads for all; 10 for Cityscapes, with
        the scores enlarged to the size of the image.

    Examples
    --------
    >>> from refconv.networks.shapes import resolve
    >>> resolve(dilation_net(10)).layers[-1].shape
    (19, 1024, 1024)
    """
    sizes = {7: (900, 11), 8: (900, 21), 10: (1396, 19)}
    check_choice("dilation_net", "layers", layers, sizes)
    size, classes = sizes[layers]
    net = Builder(f"dilation{layers}", (3, size, size), ("arXiv:1511.07122",), "the input comes padded")
    x = _front_end(net, classes)
    with net.scope("context"):
        x = _context(net, x, layers, layers == 8, classes, at_once=layers == 8)
    if layers == 10:
        options = dict(stride=8, padding=4, groups=classes, bias=False)
        x = net.conv_transpose(x, classes, 16, **options, name="upsample")
    return net.done(net.activation(x, "softmax", name="prob"))
