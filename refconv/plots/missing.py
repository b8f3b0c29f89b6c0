"""What is said where a library that pictures need is not installed."""

from __future__ import annotations

from importlib import import_module
from types import ModuleType

from refconv.errors import RefconvError

__all__ = ["MissingLibraryError", "needed"]


class MissingLibraryError(RefconvError, ImportError):
    """A library that refconv itself does without is not installed."""


def needed(library: str, extra: str) -> ModuleType:
    """Return a library, or raise with the command that installs it.

    Examples
    --------
    >>> needed("no_such_library", "notebooks")
    Traceback (most recent call last):
    refconv.plots.missing.MissingLibraryError: refconv.plots: no_such_library is not installed.
      Run: pip install 'refconv[notebooks]'.
    """
    try:
        return import_module(library)
    except ImportError as error:
        problem, fix = f"{library} is not installed.", f"Run: pip install 'refconv[{extra}]'."
        raise MissingLibraryError("refconv.plots", problem, fix=fix) from error
