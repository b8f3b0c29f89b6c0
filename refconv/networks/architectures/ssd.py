"""SSD300 (Liu et al., arXiv:1512.02325): VGG-16 with a dilated fc6, and detections from six of its layers."""

from __future__ import annotations

from refconv.networks.architectures.vgg import vgg_features
from refconv.networks.build import Builder
from refconv.networks.records import Network

__all__ = ["ssd300"]

EXTRAS = ((8, 256, 512, 2, 1), (9, 128, 256, 2, 1), (10, 128, 256, 1, 0), (11, 128, 256, 1, 0))
"""Number, filters of the 1x1 and of the 3x3 convolution, stride and padding of the latter."""

BOXES = (4, 6, 6, 6, 4, 4)
"""Boxes at each position of each of the six layers."""


def ssd300(classes: int = 91, heads: bool = True) -> Network:
    """Return SSD300 on VGG-16, without the arithmetic on boxes; its parameters are those of torchvision's.

    Parameters
    ----------
    classes : int
        Classes, the background among them.
    heads : bool
        Whether to predict classes and boxes; otherwise the outputs are the six layers.

    Examples
    --------
    >>> ssd300(heads=False).outputs
    ('conv4_3.norm', 'relu7', 'relu8_2', 'relu9_2', 'relu10_2', 'relu11_2')
    """
    net = Builder("ssd300", (3, 300, 300), ("arXiv:1512.02325",), "pool3 alone hangs over the end, as in torchvision")
    x = vgg_features(net, "input", 16, blocks=4, ceil_pools=(3,))
    layers = [net.norm("relu4_3", "scale", shift=False, name="conv4_3.norm")]
    for number in (1, 2, 3):
        x = net.relu(net.conv(x, 512, 3, padding=1, name=f"conv5_{number}"), name=f"relu5_{number}")
    x = net.max_pool(x, 3, 1, padding=1, name="pool5")
    x = net.relu(net.conv(x, 1024, 3, padding=6, dilation=6, name="fc6"), name="relu6")
    x = net.relu(net.conv(x, 1024, 1, name="fc7"), name="relu7")
    layers.append(x)
    for number, narrow, wide, stride, padding in EXTRAS:
        x = net.relu(net.conv(x, narrow, 1, name=f"conv{number}_1"), name=f"relu{number}_1")
        x = net.conv(x, wide, 3, stride=stride, padding=padding, name=f"conv{number}_2")
        layers.append(net.relu(x, name=f"relu{number}_2"))
        x = layers[-1]
    if not heads:
        return net.done(*layers)
    outputs = []
    for number, (layer, boxes) in enumerate(zip(layers, BOXES, strict=True)):
        outputs.append(net.conv(layer, boxes * classes, 3, padding=1, name=f"classification.{number}"))
        outputs.append(net.conv(layer, boxes * 4, 3, padding=1, name=f"regression.{number}"))
    return net.done(*outputs)
