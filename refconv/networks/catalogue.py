"""The architectures by name. Each is built when it is asked for; naming them costs nothing."""

from __future__ import annotations

from difflib import get_close_matches
from importlib import import_module
from typing import Any

from refconv.errors import ArgumentError
from refconv.networks.records import Network

__all__ = ["NETWORKS", "network"]

NETWORKS: dict[str, tuple[str, str, dict[str, Any]]] = {
    "vgg11": ("vgg", "vgg", {"depth": 11}),
    "vgg13": ("vgg", "vgg", {"depth": 13}),
    "vgg16": ("vgg", "vgg", {"depth": 16}),
    "vgg19": ("vgg", "vgg", {"depth": 19}),
}
"""For each name the file in `refconv.networks.architectures`, the function there, and its options."""

ALIASES: dict[str, str] = {"vgg_16": "vgg16"}


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
    known = ALIASES.get(name, name)
    if known not in NETWORKS:
        near = get_close_matches(name, [*NETWORKS, *ALIASES], n=1)
        fix = f"Did you mean {near[0]}?" if near else f"The networks are {', '.join(NETWORKS)}."
        raise ArgumentError("network", f"{name!r} is no architecture known here.", fix=fix)
    file, function, defaults = NETWORKS[known]
    built: Network = getattr(import_module(f"refconv.networks.architectures.{file}"), function)(
        **{**defaults, **options}
    )
    return built
