"""The architectures by name. Each is built when it is asked for; naming them costs nothing."""

from __future__ import annotations

from difflib import get_close_matches
from importlib import import_module
from inspect import signature
from typing import Any

from refconv.errors import ArgumentError, ArgumentTypeError
from refconv.networks.records import Network

__all__ = ["ALIASES", "NETWORKS", "network"]

_PAPER: dict[str, Any] = {
    "depth": 101,
    "output_stride": 16,
    "rates": (6, 12, 18),
    "grid": (1, 2, 4),
    "head": None,
    "auxiliary": False,
    "size": 513,
}
"""DeepLab v3 as its paper has it at output stride 16."""

NETWORKS: dict[str, tuple[str, str, dict[str, Any]]] = {
    "alexnet": ("alexnet", "alexnet", {}),
    "alexnet_v2": ("alexnet", "alexnet_v2", {}),
    **{f"vgg{depth}": ("vgg", "vgg", {"depth": depth}) for depth in (11, 13, 16, 19)},
    **{f"resnet{depth}": ("resnet", "resnet", {"depth": depth}) for depth in (18, 34, 50, 101, 152)},
    **{f"resnet{depth}_v1": ("resnet", "resnet", {"depth": depth, "stride_on": "1x1"}) for depth in (50, 101, 152)},
    **{f"resnet{depth}_slim": ("resnet", "resnet_slim", {"depth": depth}) for depth in (50, 101, 152)},
    "resnext50_32x4d": ("resnet", "resnet", {"depth": 50, "groups": 32, "group_width": 4}),
    "mobilenet_v1": ("mobilenet_v1", "mobilenet_v1", {}),
    "mobilenet_v1_full": ("mobilenet_v1", "mobilenet_v1", {"full": True}),
    "mobilenet_v2": ("mobilenet_v2", "mobilenet_v2", {}),
    "efficientnet_b0": ("efficientnet", "efficientnet_b0", {}),
    **{f"convnext_{size}": ("convnext", "convnext", {"size": size}) for size in ("tiny", "small", "base", "large")},
    "xception": ("xception", "xception", {}),
    "legacy_xception": ("xception", "xception", {"padding": 1}),
    **{f"xception{depth}": ("xception", "xception_aligned", {"depth": depth}) for depth in (41, 65, 71)},
    "unet": ("unet", "unet", {}),
    **{f"fcn{stride}s": ("fcn", "fcn", {"stride": stride}) for stride in (32, 16, 8)},
    "yu_koltun_front_end": ("yu_koltun", "front_end", {}),
    **{f"yu_koltun_context{layers}": ("yu_koltun", "context_module", {"layers": layers}) for layers in (7, 8, 10)},
    "yu_koltun_context8_large": ("yu_koltun", "context_module", {"large": True}),
    **{f"dilation{layers}": ("yu_koltun", "dilation_net", {"layers": layers}) for layers in (7, 8, 10)},
    "deeplabv3_resnet50": ("deeplab", "deeplabv3", {}),
    "deeplabv3_resnet101": ("deeplab", "deeplabv3", {"depth": 101}),
    "deeplabv3_resnet101_os16": ("deeplab", "deeplabv3", _PAPER),
    "deeplabv3plus_xception65": ("deeplab", "deeplabv3plus", {}),
    "deeplab_mobilenet_v2": ("deeplab", "deeplab_mobilenet_v2", {}),
    "ssd300": ("ssd", "ssd300", {}),
    "wavenet": ("wavenet", "wavenet", {}),
    "tcn": ("tcn", "tcn", {}),
    "bytenet": ("bytenet", "bytenet", {}),
    "slicenet": ("slicenet", "slicenet", {}),
}
"""For each name the file in `refconv.networks.architectures`, the function there, and its options."""

ALIASES: dict[str, str] = {
    **{f"vgg_{letter}": f"vgg{depth}" for letter, depth in (("a", 11), ("16", 16), ("19", 19))},
    **{f"resnet_v1_{depth}": f"resnet{depth}_slim" for depth in (50, 101, 152)},
    **{f"resnet{depth}_v1": f"resnet{depth}" for depth in (18, 34)},  # units of two: the stride stands first in both
    "ssd300_vgg16": "ssd300",
}


def network(name: str, **options: Any) -> Network:
    """Return a published architecture.

    Parameters
    ----------
    name : str
        One of `NETWORKS`.
    **options
        What its function takes, such as ``classes``.

    Raises
    ------
    ArgumentError
        For a name that is not known; the message has the nearest.

    Examples
    --------
    >>> network("vgg16").nodes[0].name
    'conv1_1'
    """
    if not isinstance(name, str):
        raise ArgumentTypeError("network", f"the name is {name!r}, which is no text.", fix="Write a name in quotes.")
    known = ALIASES.get(name, name)
    if known not in NETWORKS:
        near = get_close_matches(name, [*NETWORKS, *ALIASES], n=1)
        fix = f"Did you mean {near[0]}?" if near else f"The networks are {', '.join(NETWORKS)}."
        raise ArgumentError("network", f"{name!r} is no architecture known here.", fix=fix)
    file, function, defaults = NETWORKS[known]
    build = getattr(import_module(f"refconv.networks.architectures.{file}"), function)
    takes = signature(build).parameters
    strange = sorted(options.keys() - takes.keys())
    if strange:
        problem = f"{name} takes no {', '.join(strange)}."
        raise ArgumentError("network", problem, fix=f"It takes {', '.join(takes) or 'no options'}.")
    built: Network = build(**{**defaults, **options})
    return built
