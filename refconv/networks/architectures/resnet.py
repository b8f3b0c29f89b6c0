"""ResNet (He et al., arXiv:1512.03385) and ResNeXt (Xie et al., arXiv:1611.05431).

Three striding conventions are in use, and they have three different receptive fields:

- "3x3": the 3x3 convolution of a stage's first unit has the stride (torchvision);
- "1x1": the first 1x1 convolution of a stage's first unit has it (the paper);
- "last": the 3x3 convolution of a stage's *last* unit has it, and its shortcut is subsampled (TF-Slim).

In units without 1x1 convolutions (18 and 34 layers) the first two agree.
"""

from __future__ import annotations

from refconv.networks.build import Builder
from refconv.networks.choices import check_choice
from refconv.networks.records import Network

__all__ = ["resnet", "resnet_slim", "resnet_trunk"]

STAGES = {18: (2, 2, 2, 2), 34: (3, 4, 6, 3), 50: (3, 4, 6, 3), 101: (3, 4, 23, 3), 152: (3, 8, 36, 3)}
"""Units in each stage."""

EXPANSION = {18: 1, 34: 1, 50: 4, 101: 4, 152: 4}


def resnet(
    depth: int = 50, stride_on: str = "3x3", groups: int = 1, group_width: int = 64, classes: int = 1000
) -> Network:
    """Return a ResNet whose stages begin with their stride; layers are called as in torchvision.

    Parameters
    ----------
    depth : int
        18, 34, 50, 101 or 152.
    stride_on : str
        Which convolution of a unit has the stride, "3x3" or "1x1".
    groups, group_width : int
        Of the 3x3 convolutions: 32 and 4 make it a ResNeXt.
    classes : int
        Outputs.

    Examples
    --------
    >>> resnet(18).nodes[0].name
    'conv1'
    """
    check_choice("resnet", "depth", depth, STAGES)
    check_choice("resnet", "stride_on", stride_on, ("3x3", "1x1"))
    references = ("arXiv:1512.03385",) if groups == 1 else ("arXiv:1611.05431",)
    name = f"resnet{depth}" if groups == 1 else f"resnext{depth}_{groups}x{group_width}d"
    note = f"a unit's stride is on its {stride_on if EXPANSION[depth] == 4 else 'first'} convolution"
    net = Builder(name if stride_on == "3x3" else f"{name}_v1", (3, 224, 224), references, note)
    x, _ = resnet_trunk(net, depth, stride_on, groups, group_width)
    x = net.flatten(net.global_pool(x, name="avgpool"))
    return net.done(net.linear(x, classes, name="fc"))


def resnet_trunk(
    net: Builder,
    depth: int,
    stride_on: str = "3x3",
    groups: int = 1,
    group_width: int = 64,
    dilated: tuple[bool, bool, bool, bool] = (False,) * 4,
    grid: tuple[int, ...] | None = None,
) -> tuple[str, list[str]]:
    """Add everything before the classifier; return the last node, and the last node of each stage.

    A stage that is `dilated` has dilation in place of its stride, from its second unit on; `grid` gives the last
    stage's units their dilations, as multiples of its own.
    """
    x = net.conv_norm("input", 64, 7, stride=2, padding=3, names=("conv1", "bn1", "relu"))
    x = net.max_pool(x, 3, 2, padding=1, name="maxpool")
    ends, channels, dilation = [], 64, 1
    for stage, units in enumerate(STAGES[depth]):
        stride, before = (1 if stage == 0 else 2), dilation
        if dilated[stage]:
            dilation, stride = dilation * stride, 1
        filters, out = 64 * 2**stage, 64 * 2**stage * EXPANSION[depth]
        multiples = grid if grid is not None and stage == 3 else (1,) * units
        for unit, multiple in enumerate(multiples):
            step = stride if unit == 0 else 1
            d = multiple * (before if unit == 0 and grid is None else dilation)
            with net.scope(f"layer{stage + 1}"), net.scope(str(unit)):
                if EXPANSION[depth] == 1:
                    layers = _two(filters, step, d)
                else:
                    layers = _three(filters * group_width // 64 * groups, out, step, d, stride_on, groups)
                y, shortcut = _branch(net, x, layers), x
                if unit == 0 and (stride, channels) != (1, out):
                    shortcut = _projected(net, x, out, step)
                x = net.relu(net.join(y, shortcut), name="relu")
        channels = out
        ends.append(x)
    return x, ends


def _two(filters: int, stride: int, dilation: int) -> list[dict[str, int]]:
    """Return the convolutions of a unit of two."""
    return [
        dict(filters=filters, kernel_size=3, stride=stride, padding=dilation, dilation=dilation),
        dict(filters=filters, kernel_size=3, padding=dilation, dilation=dilation),
    ]


def _three(
    width: int, out: int, stride: int, dilation: int = 1, stride_on: str = "3x3", groups: int = 1
) -> list[dict[str, int]]:
    """Return the convolutions of a unit of three."""
    early, late = (stride, 1) if stride_on == "1x1" else (1, stride)
    return [
        dict(filters=width, kernel_size=1, stride=early),
        dict(filters=width, kernel_size=3, stride=late, padding=dilation, dilation=dilation, groups=groups),
        dict(filters=out, kernel_size=1),
    ]


def _branch(net: Builder, x: str, layers: list[dict[str, int]]) -> str:
    """Add a unit's convolutions; the last one's activation comes after the sum."""
    for number, options in enumerate(layers, start=1):
        names = (f"conv{number}", f"bn{number}", f"relu{number}")
        x = net.conv_norm(x, **options, names=names, activation=None if number == len(layers) else "relu")
    return x


def _projected(net: Builder, x: str, filters: int, stride: int) -> str:
    names = ("downsample.0", "downsample.1", "")
    return net.conv_norm(x, filters, 1, stride=stride, activation=None, names=names)


def resnet_slim(depth: int = 50, classes: int = 1000) -> Network:
    """Return ResNet v1 with 50, 101 or 152 layers as in TF-Slim: the stride is in a stage's last unit.

    Its 3x3 convolutions of stride 2 are padded by 1 on both sides, its max pooling only where "same" asks for it.

    Examples
    --------
    >>> resnet_slim(50).nodes[3].name
    'pool1'
    """
    check_choice("resnet_slim", "depth", depth, (50, 101, 152))
    note = "a stage's stride is in its last unit; layers as in TF-Slim"
    net = Builder(f"resnet{depth}_slim", (3, 224, 224), ("arXiv:1512.03385",), note)
    x = net.conv_norm("input", 64, 7, stride=2, padding=3, names=("conv1", "bn1", "relu1"))
    x = net.max_pool(x, 3, 2, padding="same", name="pool1")
    for stage, units in enumerate(STAGES[depth], start=1):
        width = 32 * 2**stage
        for unit in range(1, units + 1):
            stride = 2 if unit == units and stage < 4 else 1
            with net.scope(f"block{stage}"), net.scope(f"unit_{unit}"):
                y, shortcut = _branch(net, x, _three(width, 4 * width, stride)), x
                if unit == 1:
                    shortcut = _projected(net, x, 4 * width, stride)
                elif stride > 1:
                    shortcut = net.max_pool(x, 1, stride, name="shortcut")
                x = net.relu(net.join(y, shortcut), name="relu")
    x = net.flatten(net.global_pool(x, name="pool5"))
    return net.done(net.linear(x, classes, name="logits"))
