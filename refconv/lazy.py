"""Names that are loaded when first used (PEP 562), so that importing a package costs next to nothing."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from importlib import import_module
from typing import Any

__all__ = ["attach"]


def attach(
    package: str, homes: Mapping[str, tuple[str, ...]], modules: tuple[str, ...] = ()
) -> tuple[list[str], Callable[[str], Any], Callable[[], list[str]]]:
    """Return a package's ``__all__``, ``__getattr__`` and ``__dir__``.

    Parameters
    ----------
    package : str
        Its ``__name__``.
    homes : mapping
        For each module, relative to the package unless it begins with ``refconv.``, the names that it lends.
    modules : tuple of str
        Its modules that are public themselves.

    Notes
    -----
    No name may be that of a module of the package: importing the module would put it in the name's place.

    Examples
    --------
    >>> public, load, _ = attach("refconv.arithmetic", {"sizes": ("output_size",)})
    >>> public, load("output_size")(7, 3)
    (['output_size'], 5)
    """
    home_of = {name: _absolute(package, home) for home, names in homes.items() for name in names}
    public = sorted([*home_of, *modules])

    def load(name: str) -> Any:
        if name in modules:
            return import_module(f"{package}.{name}")
        if name not in home_of:
            raise AttributeError(f"module {package!r} has no attribute {name!r}")
        try:
            value = getattr(import_module(home_of[name]), name)
        except ModuleNotFoundError as error:
            from refconv.missing import EXTRAS, missing

            if error.name not in EXTRAS:
                raise
            raise missing(error.name, package, name) from error
        setattr(sys.modules[package], name, value)
        return value

    return public, load, lambda: [*vars(sys.modules[package])["__all__"]]


def _absolute(package: str, home: str) -> str:
    return home if home.startswith("refconv.") else f"{package}.{home}"
