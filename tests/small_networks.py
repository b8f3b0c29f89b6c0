"""Networks small enough to run in an instant, which together have every operation, along one, two and three axes."""

from __future__ import annotations

from fractions import Fraction

from refconv.networks.build import Builder
from refconv.networks.records import Crop, DepthToSpace, Pad, Resize, Select, Shuffle, SpaceToDepth, Unflatten


def chain(net):
    x = net.conv("input", 4, (3, 2), stride=(2, 1), padding=((1, 0), (0, 2)), dilation=(1, 2))
    x = net.relu(x)
    x = net.conv(x, 6, 3, groups=2, padding=2, padding_mode="reflect", dilation=2, bias=False)
    return net.max_pool(net.relu(x), 3, 2, padding=1, ceil_mode=True)


def around(net):
    x = net.conv("input", 3, 3, padding=(1, (2, 0)), padding_mode="replicate")
    return net.conv(x, 3, (2, 3), padding=((1, 0), 1), padding_mode="circular")


def residual(net):
    x = net.conv_norm("input", 4, 3, padding=1)
    y = net.conv_norm(net.conv_norm(x, 4, 3, stride=2, padding=1), 4, 3, padding=1, activation=None)
    x = net.conv_norm(x, 4, 1, stride=2, activation=None)
    return net.relu(net.join(y, x))


def inception(net):
    branches = [net.conv("input", 2, 1), net.conv("input", 3, 3, padding="same"), net.conv("input", 1, 5, padding=2)]
    pooled = net.conv(net.max_pool("input", 3, 1, padding=1), 2, 1)
    x = net.join(*branches, pooled, kind="concatenate")
    return net.avg_pool(x, 3, 2, padding=1, count_include_pad=False, ceil_mode=True)


def separable(net):
    x = net.conv("input", 6, 3, padding=2, dilation=2, groups=3, bias=False)
    x = net.activation(net.norm(x), "relu6")
    return net.conv(x, 4, 1)


def pyramid(net):
    """Atrous spatial pyramid pooling, with the image's average beside the dilated branches."""
    rates = [net.conv("input", 2, 3, padding=rate, dilation=rate) for rate in (2, 3)]
    image = net.conv(net.global_pool("input"), 2, 1)
    image = net.add(Resize(method="linear", coordinates="align_corners"), image, rates[0])
    return net.conv(net.join(*rates, image, kind="concatenate"), 2, 1)


def valid_unet(net):
    left = net.conv(net.conv("input", 2, 3), 2, 3)
    x = net.conv(net.max_pool(left, 2), 4, 3)
    x = net.conv_transpose(x, 2, 2, stride=2)
    x = net.join(net.add(Crop(), left, x), x, kind="concatenate")
    return net.conv(x, 2, 3)


def transposed(net):
    x = net.conv("input", 4, 3, stride=2, padding=1)
    x = net.conv_transpose(x, 6, (3, 4), stride=(2, 3), padding=((1, 0), 1), dilation=(2, 1), groups=2)
    return net.conv_transpose(x, 2, 3, stride=2, padding=1, output_padding=1, bias=False)


def resized(net):
    x = net.conv("input", 2, 3, stride=2, padding=1)
    near = net.add(Resize(scale=2), x)
    line = net.add(Resize(scale=Fraction(3, 2), method="linear"), near)
    fixed = net.add(Resize(size=(7, 9), method="linear", coordinates="align_corners"), line)
    return net.add(Resize(size=(9, 5), method="nearest", coordinates="asymmetric", rounding="floor"), fixed)


def gate(net):
    """Squeeze and excitation: one factor for each channel."""
    x = net.conv("input", 4, 3, padding=1)
    factor = net.conv(net.relu(net.conv(net.global_pool(x), 2, 1)), 4, 1)
    return net.join(x, net.activation(factor, "sigmoid"), kind="multiply")


def shuffled(net):
    x = net.add(SpaceToDepth(2), "input")
    x = net.conv(x, 8, 3, padding=1)
    return net.conv(net.add(DepthToSpace(2), x), 2, 3)


def split(net):
    """Two halves of the channels, one of them convolved, dealt out anew."""
    x = net.conv("input", 6, 1)
    halves = [net.add(Select(0, 3), x), net.conv(net.add(Select(3, 6), x), 3, 3, padding=1, groups=3)]
    x = net.add(Shuffle(2), net.join(*halves, kind="concatenate"))
    return net.conv(x, 2, 1, groups=2)


def generator(net):
    """A row of numbers put back as an image."""
    x = net.linear(net.flatten(net.conv("input", 2, 3)), 24)
    return net.conv_transpose(net.add(Unflatten((2, 3)), x), 2, 4, stride=2, padding=1)


def padded(net):
    x = net.add(Pad((1, (2, -1)), "reflect"), "input")
    x = net.add(Pad(((0, 2), 1)), net.conv(x, 2, 3))
    return net.add(Crop((1, 2)), x, net.conv(x, 1, 4))


def classifier(net):
    x = net.max_pool(net.relu(net.conv("input", 3, 3, padding=1)), 2)
    x = net.relu(net.linear(net.flatten(x), 5))
    return net.activation(net.linear(net.activation(x, "dropout"), 4, bias=False), "softmax")


def maxout(net):
    x = net.join(net.conv("input", 3, 3), net.conv("input", 3, 3), net.conv("input", 3, 3), kind="maximum")
    return net.flatten(net.global_pool(x, "max"))


def wave(net):
    """A gated causal layer with a residual and a skip connection."""
    x = net.conv("input", 3, 2, padding="causal")
    skips = []
    for rate in (1, 2, 4):
        y = net.activation(net.conv(x, 3, 2, padding="causal", dilation=rate), "tanh")
        g = net.activation(net.conv(x, 3, 2, padding="causal", dilation=rate), "sigmoid")
        y = net.join(y, g, kind="multiply")
        skips.append(net.conv(y, 2, 1))
        x = net.join(x, net.conv(y, 3, 1))
    return net.join(*skips)


def volume(net):
    x = net.conv("input", 4, (1, 3, 2), stride=(1, 2, 1), padding=((0, 0), (1, 1), (1, 0)))
    x = net.avg_pool(net.relu(x), (2, 1, 2), padding=(1, 0, 0))
    return net.conv_transpose(x, 2, (2, 2, 1), stride=(2, 1, 1))


def normalised(net):
    x = "input"
    for kind in ("batch", "layer", "instance", "local_response", "scale"):
        x = net.norm(net.conv(x, 4, 3, padding=1), kind, shift=kind != "scale")
    return net.norm(net.conv(x, 4, 1), "group", groups=2)


def activated(net):
    x = "input"
    for function in ("leaky_relu", "elu", "softplus", "swish", "hardswish", "gelu", "tanh"):
        x = net.activation(net.conv(x, 3, 1), function)
    return x


SMALL = {
    function.__name__: (function, shape)
    for function, shape in (
        (chain, (2, 9, 8)),
        (around, (2, 5, 6)),
        (residual, (3, 9, 10)),
        (inception, (2, 7, 8)),
        (separable, (3, 8, 9)),
        (pyramid, (2, 7, 9)),
        (valid_unet, (1, 12, 14)),
        (transposed, (2, 7, 6)),
        (resized, (1, 7, 8)),
        (gate, (2, 6, 7)),
        (shuffled, (1, 8, 6)),
        (split, (2, 5, 6)),
        (generator, (1, 5, 6)),
        (padded, (1, 6, 7)),
        (classifier, (2, 6, 8)),
        (maxout, (2, 6, 5)),
        (wave, (2, 14)),
        (volume, (2, 3, 5, 4)),
        (normalised, (3, 5, 6)),
        (activated, (2, 4, 4)),
    )
}

IRRATIONAL = ("gate", "wave", "classifier", "normalised", "activated", "residual", "separable")
POLYNOMIAL = [name for name in SMALL if name not in IRRATIONAL]
"""Those that are piecewise linear in their input, with rational numbers alone."""


def small(name):
    function, shape = SMALL[name]
    net = Builder(name, shape)
    return net.done(function(net))
