"""FCN-32s, 16s and 8s (Long, Shelhamer and Darrell, arXiv:1411.4038): VGG-16, and its scores brought up again.

The first convolution pads by 100, so that there is always enough to crop; where to crop follows from where the outputs
stand on the input.
"""

from __future__ import annotations

from refconv.networks.architectures.vgg import vgg_features
from refconv.networks.build import Builder
from refconv.networks.centres import derived_crop
from refconv.networks.choices import check_choice
from refconv.networks.records import Crop, Network

__all__ = ["fcn"]

FUSED = {32: (), 16: (4,), 8: (4, 3)}
"""The blocks whose poolings are scored as well, in the order in which they join."""


def fcn(stride: int = 8, size: int = 500, classes: int = 21) -> Network:
    """Return FCN-32s, 16s or 8s for that stride; layers are called as in the authors' prototxt files.

    Examples
    --------
    >>> next(node.operation for node in fcn(32).nodes if node.name == "score")
    Crop(offset=(19, 19))
    """
    check_choice("fcn", "stride", stride, FUSED)
    net = Builder(f"fcn{stride}s", (3, size, size), ("arXiv:1411.4038",), "crops derived, not given")
    x = vgg_features(net, "input", 16, first_padding=100, ceil_pools=(1, 2, 3, 4, 5))
    for number, kernel in ((6, 7), (7, 1)):
        x = net.relu(net.conv(x, 4096, kernel, name=f"fc{number}"), name=f"relu{number}")
        x = net.activation(x, "dropout", name=f"drop{number}")
    x = net.conv(x, classes, 1, name="score_fr")
    for block in FUSED[stride]:
        name = "upscore2" if block == 4 else f"upscore_pool{block + 1}"
        x = net.conv_transpose(x, classes, 4, stride=2, bias=False, name=name)
        pool = net.conv(f"pool{block}", classes, 1, name=f"score_pool{block}")
        x = net.join(x, _cropped(net, pool, x, f"score_pool{block}c"), name=f"fuse_pool{block}")
    name = "upscore" if stride == 32 else f"upscore{stride}"
    x = net.conv_transpose(x, classes, 2 * stride, stride=stride, bias=False, name=name)
    return net.done(_cropped(net, x, "input", "score"))


def _cropped(net: Builder, x: str, reference: str, name: str) -> str:
    offset = derived_crop(net.done(x), x, reference)
    return net.add(Crop(offset), x, reference, name=name)
