"""Names of files as strangers write them, kept inside the folder that they are said to be in."""

from __future__ import annotations

import os
import re
import stat
from pathlib import Path
from typing import BinaryIO

from refconv.oracle.vectors.errors import VectorError

__all__ = ["LONGEST", "NAME", "check_name", "inside", "open_regular"]

NAME = r"[A-Za-z0-9_][A-Za-z0-9_.=+-]*(/[A-Za-z0-9_][A-Za-z0-9_.=+-]*)*"
"""A path with forward slashes whose parts begin with a letter, a digit or an underscore: the schema has the same."""

LONGEST = 200
_NAME = re.compile(NAME)


def check_name(file: str, name: str) -> str:
    """Return a path that `file` names, if it is plain and relative.

    Refused are absolute paths, drives, parts that begin with a dot (``..`` among them), backslashes, control
    characters, and what else a file system might take for something other than a name.

    Raises
    ------
    VectorError
        If it is not.

    Examples
    --------
    >>> check_name("manifest.json", "case-1/x.npy")
    'case-1/x.npy'
    >>> check_name("manifest.json", "../x.npy")
    Traceback (most recent call last):
        ...
    refconv.oracle.vectors.errors.VectorError: manifest.json: the path '../x.npy' is not allowed.
      Allowed: letters, digits and _ . = + - in parts joined by /, no part beginning with a dot, 200 characters at most.
      Name files relative to this folder, and keep them in it.
    """
    if len(name) > LONGEST or not _NAME.fullmatch(name):
        raise VectorError(
            file,
            f"the path {name[:LONGEST]!r} is not allowed.",
            f"Allowed: letters, digits and _ . = + - in parts joined by /, no part beginning with a dot, "
            f"{LONGEST} characters at most.",
            fix="Name files relative to this folder, and keep them in it.",
        )
    return name


def inside(folder: Path, name: str, file: str = "manifest.json") -> Path:
    """Return the path of a file in a folder, links followed, if that is still in the folder.

    Raises
    ------
    VectorError
        If the name is not allowed, or a symbolic link leads out of the folder.

    Examples
    --------
    >>> inside(Path("vectors"), "case-1/x.npy").parts[-3:]
    ('vectors', 'case-1', 'x.npy')
    """
    path = folder / check_name(file, name)
    try:
        home, real = folder.resolve(), path.resolve()
    except (OSError, RuntimeError) as error:  # a loop of links
        raise VectorError(name, f"its path cannot be followed: {error}.", fix="Put the file itself there.") from error
    if not real.is_relative_to(home):
        raise VectorError(
            name, "a symbolic link leads out of the folder.", fix="Put the file itself there, not a link to it."
        )
    return real


def open_regular(path: Path, name: str) -> tuple[BinaryIO, int]:
    """Return an ordinary file, open for reading, and its size in bytes.

    Raises
    ------
    VectorError
        If there is no such file, it cannot be opened, or it is a folder, a pipe or a device.

    Examples
    --------
    >>> open_regular(Path("nowhere.npy"), "nowhere.npy")
    Traceback (most recent call last):
        ...
    refconv.oracle.vectors.errors.VectorError: nowhere.npy: there is no such file.
      Was the folder copied whole, and the writing of it finished?
    """
    try:
        # asked before it is opened: opening a pipe would wait for its other end
        if not stat.S_ISREG(path.stat().st_mode):
            raise VectorError(name, "it is not an ordinary file.", fix="Put a file there: no folder, pipe or device.")
        stream = path.open("rb")
        return stream, os.fstat(stream.fileno()).st_size
    except FileNotFoundError:
        raise VectorError(
            name, "there is no such file.", fix="Was the folder copied whole, and the writing of it finished?"
        ) from None
    except OSError as error:
        raise VectorError(name, f"it cannot be opened: {error.strerror}.", fix="Make it readable.") from error
