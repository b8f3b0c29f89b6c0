"""From a name to the function that is to be judged: ``package.module:function`` or ``path/to/file.py:function``.

What the module does when it is imported is its author's business; that it raised, or left, is reported as an
`ArgumentError` with the last lines of the traceback.
"""

from __future__ import annotations

import difflib
import importlib
import importlib.machinery
import importlib.util
import sys
import traceback
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from types import ModuleType
from typing import Any
from zlib import crc32

from refconv.errors import ArgumentError

__all__ = ["Fresh", "load", "suggestion"]

_LOADED: dict[tuple[str, int, int], ModuleType] = {}
"""Modules made from files, by path, time of change and size: a kernel and its gradients share one."""

_TRACEBACK = 6
"""Lines of a traceback that are shown."""


def load(target: str) -> Callable[..., Any]:
    """Return the function that a text names.

    Parameters
    ----------
    target : str
        ``package.module:function``, imported with the current folder on the path, or ``path/to/file.py:function``,
        imported with the file's own folder on it. The function may be an attribute of an attribute: ``module:a.b.c``.

    Returns
    -------
    callable
        The function.

    Raises
    ------
    ArgumentError
        If there is no such file, module or function, if it cannot be called, or if importing it raises.

    Examples
    --------
    >>> load("refconv:conv2d").__name__
    'conv2d'
    """
    home, colon, name = target.rpartition(":")
    if not (colon and home and name):
        raise ArgumentError("target", f"{target!r} names no function.", *_functions_of(target), fix=_HOW)
    module = _module(home)
    value: Any = module
    for step, part in enumerate(name.split(".")):
        if not hasattr(value, part):
            there = ".".join([f"{home}:", *name.split(".")[:step]]).replace(":.", ":").rstrip(":")
            raise ArgumentError("target", f"{there} has no {part!r}.", fix=_instead(home, part, value))
        value = getattr(value, part)
    if not callable(value):
        what = f"{target} is of type {type(value).__name__}, which cannot be called."
        raise ArgumentError("target", what, fix=_instead(home, name, module))
    function: Callable[..., Any] = value
    return function


def suggestion(word: str, known: Iterable[str]) -> str:
    """Return the known word that is meant, as a question, or nothing.

    Examples
    --------
    >>> suggestion("conf2d", ["conv1d", "conv2d"])
    'Did you mean conv2d?'
    >>> suggestion("zebra", ["conv1d", "conv2d"])
    ''
    """
    close = difflib.get_close_matches(word, list(known), n=1)
    return f"Did you mean {close[0]}?" if close else ""


_HOW = "Write package.module:function, or path/to/file.py:function."


def _is_file(home: str) -> bool:
    """Return whether a text is a path and not a dotted name."""
    return home.endswith(".py") or "/" in home or "\\" in home


def _module(home: str) -> ModuleType:
    """Return the module of a target."""
    try:
        return _from_file(home) if _is_file(home) else _from_name(home)
    except OSError as error:  # too long a name, or a current folder that was removed
        raise ArgumentError("target", f"{home} cannot be read: {error.strerror}.", fix="Check the path.") from error


def _from_name(home: str) -> ModuleType:
    """Import a module by its dotted name; the current folder is on the path, as it is for ``python -m``."""
    _put_on_path(Path.cwd())
    try:
        return importlib.import_module(home)
    except ModuleNotFoundError as error:
        if error.name and (home == error.name or home.startswith(f"{error.name}.")):
            fix = "Is it installed? A file is named by its path: path/to/file.py:function."
            raise ArgumentError("target", f"there is no module {error.name}.", fix=fix) from error
        raise _raised(home, error) from error
    except KeyboardInterrupt:
        raise
    except BaseException as error:  # some leave, or skip a test
        raise _raised(home, error) from error


def _from_file(home: str) -> ModuleType:
    """Execute a file as a module; files next to it can be imported from it."""
    path = Path(home)
    if not path.is_file():
        folder = path.parent
        nearby = [str(file) for file in folder.glob("*.py")] if folder.is_dir() else []
        raise ArgumentError("target", f"there is no file {home}.", fix=suggestion(home, nearby) or "Check the path.")
    path = path.resolve()
    stat = path.stat()
    key = (str(path), stat.st_mtime_ns, stat.st_size)
    if key not in _LOADED:
        _LOADED[key] = _execute(home, path)
    return _LOADED[key]


def _execute(home: str, path: Path) -> ModuleType:
    """Return a new module made from a file."""
    _put_on_path(path.parent)
    name = path.stem if _free(path.stem, path) else f"{path.stem}_{crc32(str(path).encode())}"
    loader = Fresh(name, str(path))
    spec = importlib.machinery.ModuleSpec(name, loader, origin=str(path))
    spec.has_location = True  # the module gets its __file__
    module = importlib.util.module_from_spec(spec)
    before = sys.modules.get(name)
    sys.modules[name] = module  # dataclasses and pickle look their module up there
    try:
        loader.exec_module(module)
    except KeyboardInterrupt:
        raise
    except BaseException as error:
        if before is None:
            sys.modules.pop(name, None)
        else:
            sys.modules[name] = before
        raise _raised(home, error) from error
    return module


class Fresh(importlib.machinery.SourceFileLoader):
    """Loads a file from its source, and neither reads nor leaves compiled files beside it.

    Compiled files are told to be out of date by the second, and a kernel that is being mended changes faster.

    Examples
    --------
    >>> Fresh("kernel", "kernel.py").path
    'kernel.py'
    """

    def path_stats(self, path: Any) -> Mapping[str, Any]:
        """Return nothing: there is no compiled file to compare with."""
        raise OSError


def _free(name: str, path: Path) -> bool:
    """Return whether a name is nobody else's: not imported from elsewhere, and none of the standard library's."""
    if name in sys.modules:
        return getattr(sys.modules[name], "__file__", None) == str(path)
    return name not in sys.stdlib_module_names


def _put_on_path(folder: Path) -> None:
    """Let modules in a folder be imported."""
    if str(folder) not in sys.path:
        sys.path.insert(0, str(folder))


def _raised(home: str, error: BaseException) -> ArgumentError:
    """Return what to tell about a module that cannot be imported."""
    what = f"{type(error).__name__}: {error}".splitlines()[0]
    lines = "".join(traceback.format_exception(error)).splitlines()[-_TRACEBACK - 1 :]
    return ArgumentError("target", f"importing {home} raised {what}", *lines)


def _functions_of(home: str) -> tuple[str, ...]:
    """Return, as lines of an error, what could stand after the colon of a target that has none."""
    try:
        names = _callables(_module(home.rstrip(":")))
    except ArgumentError:
        return ()
    return (f"{home.rstrip(':')} has {', '.join(names)}.",) if names else ()


def _instead(home: str, name: str, value: Any) -> str:
    """Return what to write instead of a name that is not there."""
    names = _callables(value)
    if not names:
        return "It has no functions."
    close = difflib.get_close_matches(name, names, n=len(names))
    ordered = close + [other for other in names if other not in close]
    more = f" and {len(ordered) - 12} more" if len(ordered) > 12 else ""
    return f"{suggestion(name, names)} It has {', '.join(ordered[:12])}{more}.".strip()


def _callables(value: Any) -> list[str]:
    """Return the names of the public callables in a module or object, those defined there before borrowed ones."""
    public = [name for name in dir(value) if not name.startswith("_") and callable(getattr(value, name, None))]
    own = getattr(value, "__name__", None)
    return sorted(public, key=lambda name: getattr(getattr(value, name), "__module__", None) != own)
