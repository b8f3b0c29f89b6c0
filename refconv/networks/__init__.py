"""Networks as graphs of plain records, published architectures among them, and what follows: sizes, fields, costs."""

from importlib import import_module
from typing import Any

_HOMES: dict[str, tuple[str, ...]] = {
    "refconv.networks.records": (
        "Activation",
        "Conv",
        "ConvTranspose",
        "Crop",
        "DepthToSpace",
        "Flatten",
        "GlobalPool",
        "Join",
        "Linear",
        "Network",
        "Node",
        "Norm",
        "Pad",
        "Pool",
        "Resize",
        "SpaceToDepth",
        "Unsupported",
    ),
    "refconv.networks.build": ("Builder",),
    "refconv.networks.catalogue": ("NETWORKS", "network"),
    "refconv.networks.serial": ("from_json", "to_json"),
    "refconv.networks.shaped": ("Resolved", "Shaped"),
    "refconv.networks.shapes": ("resolve",),
}
_HOME_OF = {name: home for home, names in _HOMES.items() for name in names}

__all__ = [*sorted(_HOME_OF)]  # noqa: PLE0604 - all of them are strings


def __getattr__(name: str) -> Any:
    """Load a public name from its home, once."""
    if name not in _HOME_OF:
        raise AttributeError(f"module 'refconv.networks' has no attribute {name!r}")
    value = getattr(import_module(_HOME_OF[name]), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted([*globals(), *__all__])
