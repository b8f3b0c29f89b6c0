"""DeepLab v3 (Chen et al., arXiv:1706.05587) and v3+ (arXiv:1802.02611): dilated trunks, and a pyramid of rates.

The pyramid's image-level branch is one position that stands for all; frameworks resize it, which copies it.
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

from refconv.networks.architectures.mobilenet_v2 import mobilenet_v2_trunk
from refconv.networks.architectures.resnet import resnet_trunk
from refconv.networks.architectures.xception import aligned_trunk, separable
from refconv.networks.build import Builder
from refconv.networks.choices import check_choice
from refconv.networks.records import Network, Resize

__all__ = ["deeplab_mobilenet_v2", "deeplabv3", "deeplabv3plus"]


def _pyramid(net: Builder, x: str, rates: Sequence[int], separable_from: int | None = None) -> str:
    """Add the pyramid: a 1x1 convolution, one of 3x3 for each rate, the image-level branch; and what joins them.

    `separable_from` is the number of channels where the 3x3 ones are to be depthwise-separable.
    """
    with net.scope("aspp"):
        branches = [net.conv_norm(x, 256, 1, names=("conv1x1", "conv1x1.norm", "conv1x1.relu"))]
        for rate in rates:
            stem = f"rate{rate}"
            if separable_from is None:
                names = (stem, f"{stem}.norm", f"{stem}.relu")
                branch = net.conv_norm(x, 256, 3, padding=rate, dilation=rate, names=names)
            else:
                branch = separable(
                    net, x, 256, separable_from, stem, between="relu", after="relu", dilation=rate, padding=rate
                )
            branches.append(branch)
        image = net.global_pool(x, name="image_pool")
        branches.append(net.conv_norm(image, 256, 1, names=("image", "image.norm", "image.relu")))
        x = net.join(*branches, kind="concatenate")
        x = net.conv_norm(x, 256, 1, names=("project", "project.norm", "project.relu"))
        return net.activation(x, "dropout")


def _enlarged(net: Builder, x: str, like: str, name: str, coordinates: str = "align_corners") -> str:
    return net.add(Resize(method="linear", coordinates=coordinates), x, like, name=name)


def deeplabv3(
    depth: int = 50,
    output_stride: int = 8,
    rates: Sequence[int] = (12, 24, 36),
    grid: tuple[int, int, int] | None = None,
    head: int | None = 256,
    auxiliary: bool = True,
    size: int = 520,
    classes: int = 21,
) -> Network:
    """Return DeepLab v3 on a ResNet; the defaults are torchvision's, which differ from the paper's.

    Parameters
    ----------
    depth : int
        Of the ResNet: 50, 101 or 152.
    output_stride : int
        8 or 16: of the last stages' strides, dilation stands in for what would go beyond.
    rates : sequence of int
        The pyramid's; the paper has 6, 12 and 18 at output stride 16, and twice that at 8.
    grid : tuple of int, optional
        The dilations of the last stage's three units, as multiples; the paper has 1, 2, 4.
    head : int or None
        Filters of a 3x3 convolution after the pyramid, which the paper does not have.
    auxiliary : bool
        Whether there is a second, shallow head on the third stage, for training.
    size, classes : int
        Of the input, and of the output.

    Examples
    --------
    >>> deeplabv3().outputs
    ('out', 'aux')
    """
    check_choice("deeplabv3", "depth", depth, (50, 101, 152))
    check_choice("deeplabv3", "output_stride", output_stride, (8, 16))
    name, note = f"deeplabv3_resnet{depth}", f"output stride {output_stride}, rates {', '.join(map(str, rates))}"
    net = Builder(name if head else f"{name}_os{output_stride}", (3, size, size), ("arXiv:1706.05587",), note)
    dilated = (False, False, output_stride == 8, True)
    x, ends = resnet_trunk(net, depth, dilated=dilated, grid=grid)
    with net.scope("classifier"):
        x = _pyramid(net, x, rates)
        if head:
            x = net.conv_norm(x, head, 3, padding=1)
        x = net.conv(x, classes, 1, name="score")
    outputs = [_enlarged(net, x, "input", "out", "half_pixel")]
    if auxiliary:
        with net.scope("aux_classifier"):
            y = net.activation(net.conv_norm(ends[2], 256, 3, padding=1), "dropout")
            y = net.conv(y, classes, 1, name="score")
        outputs.append(_enlarged(net, y, "input", "aux", "half_pixel"))
    return net.done(*outputs)


def deeplabv3plus(
    depth: int = 65, output_stride: int = 16, height: int = 513, width: int = 513, classes: int = 21
) -> Network:
    """Return DeepLab v3+ on an aligned Xception, as in TensorFlow's model zoo: pyramid and decoder are separable too.

    The rates are 6, 12 and 18 at output stride 16, and twice that at 8; the decoder works at stride 4.

    Examples
    --------
    >>> deeplabv3plus().outputs
    ('out',)
    """
    check_choice("deeplabv3plus", "output_stride", output_stride, (8, 16))
    rates = tuple(rate * 16 // output_stride for rate in (6, 12, 18))
    note = f"output stride {output_stride}, rates {', '.join(map(str, rates))}"
    net = Builder(f"deeplabv3plus_xception{depth}", (3, height, width), ("arXiv:1802.02611",), note)
    x = _pyramid(net, aligned_trunk(net, depth, output_stride), rates, separable_from=2048)
    with net.scope("decoder"):
        block = 3 if depth == 71 else 2  # the last module at stride 4, before its stride
        names = ("low", "low.norm", "low.relu")
        low = net.conv_norm(f"block{block}.conv2_pointwise.norm", 48, 1, names=names)
        x = net.join(_enlarged(net, x, low, "resize"), low, kind="concatenate")
        for number, channels in enumerate((304, 256)):
            x = separable(net, x, 256, channels, f"conv{number}", between="relu", after="relu", padding=1)
    x = net.conv(x, classes, 1, name="score")
    return net.done(_enlarged(net, x, "input", "out"))


def deeplab_mobilenet_v2(output_stride: int = 16, height: int = 513, width: int = 513, classes: int = 21) -> Network:
    """Return DeepLab on MobileNet v2 as in TensorFlow's model zoo: image-level branch and 1x1 branch, no rates.

    Examples
    --------
    >>> deeplab_mobilenet_v2().outputs
    ('out',)
    """
    check_choice("deeplab_mobilenet_v2", "output_stride", output_stride, (8, 16))
    note = f"output stride {output_stride}, no rates, no decoder"
    net = Builder("deeplab_mobilenet_v2", (3, height, width), ("arXiv:1801.04381",), note)
    x = _pyramid(net, mobilenet_v2_trunk(net, Fraction(1), output_stride, padding="same"), ())
    return net.done(_enlarged(net, net.conv(x, classes, 1, name="score"), "input", "out"))
