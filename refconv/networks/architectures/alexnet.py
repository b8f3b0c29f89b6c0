"""AlexNet in its second form (Krizhevsky, arXiv:1404.5997), as two libraries have it."""

from __future__ import annotations

from refconv.networks.build import Builder
from refconv.networks.records import Network

__all__ = ["alexnet", "alexnet_v2"]


def alexnet(classes: int = 1000) -> Network:
    """Return AlexNet as in torchvision, for inputs whose last pooling gives 6x6, such as 224x224.

    Examples
    --------
    >>> alexnet().nodes[0].operation.filters
    64
    """
    net = Builder("alexnet", (3, 224, 224), ("arXiv:1404.5997",), "as in torchvision")
    x = net.relu(net.conv("input", 64, 11, stride=4, padding=2, name="conv1"), name="relu1")
    x = net.max_pool(x, 3, 2, name="pool1")
    x = net.relu(net.conv(x, 192, 5, padding=2, name="conv2"), name="relu2")
    x = net.max_pool(x, 3, 2, name="pool2")
    for number, filters in enumerate((384, 256, 256), start=3):
        x = net.relu(net.conv(x, filters, 3, padding=1, name=f"conv{number}"), name=f"relu{number}")
    x = net.flatten(net.max_pool(x, 3, 2, name="pool5"))
    for number in (6, 7):
        x = net.activation(x, "dropout", name=f"dropout{number}")
        x = net.relu(net.linear(x, 4096, name=f"fc{number}"), name=f"relu{number}")
    return net.done(net.linear(x, classes, name="fc8"))


def alexnet_v2(classes: int = 1000) -> Network:
    """Return AlexNet as in TF-Slim: no padding in the first convolution, the fully connected layers as convolutions.

    Examples
    --------
    >>> alexnet_v2().nodes[0].operation.padding
    0
    """
    net = Builder("alexnet_v2", (3, 224, 224), ("arXiv:1404.5997",), "as in TF-Slim")
    x = net.relu(net.conv("input", 64, 11, stride=4, name="conv1"), name="relu1")
    x = net.max_pool(x, 3, 2, name="pool1")
    x = net.relu(net.conv(x, 192, 5, padding="same", name="conv2"), name="relu2")
    x = net.max_pool(x, 3, 2, name="pool2")
    for number, filters in enumerate((384, 384, 256), start=3):
        x = net.relu(net.conv(x, filters, 3, padding="same", name=f"conv{number}"), name=f"relu{number}")
    x = net.max_pool(x, 3, 2, name="pool5")
    for number, kernel in ((6, 5), (7, 1)):
        x = net.relu(net.conv(x, 4096, kernel, name=f"fc{number}"), name=f"relu{number}")
        x = net.activation(x, "dropout", name=f"dropout{number}")
    return net.done(net.conv(x, classes, 1, name="fc8"))
