"""A document of JSON from a stranger, taken apart field by field: each error says where it stands."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from refconv.oracle.vectors.errors import VectorError
from refconv.oracle.vectors.paths import open_regular

__all__ = ["MANIFEST_LIMIT", "Node", "read_json"]

MANIFEST_LIMIT = 32 * 2**20
"""The most bytes of JSON that are read: Python's lists and numbers take some ten times more."""

SHOWN = 60


class Node:
    """One value of a document, and the way to it.

    Parameters
    ----------
    file : str
        The document, for messages.
    where : str
        The way to the value, such as ``cases[3].policy``.
    value : object
        As the json module returned it.

    Examples
    --------
    >>> node = Node("manifest.json", "", {"seed": -1})
    >>> node.fields(["seed"])["seed"].integer(0, 9)
    Traceback (most recent call last):
        ...
    refconv.oracle.vectors.errors.VectorError: manifest.json: seed must be an integer from 0 to 9, but it is -1.
      Write the vectors again, or mend that field: schema.json describes all of them.
    """

    def __init__(self, file: str, where: str, value: Any) -> None:
        """Keep them."""
        self.file, self.where, self.value = file, where, value

    def fail(self, must: str) -> VectorError:
        """Return the error that this value is not what it must be."""
        shown = repr(self.value)
        shown = shown if len(shown) <= SHOWN else shown[:SHOWN] + "..."
        return self.wrong(f"{self.where or 'the document'} must be {must}, but it is {shown}.")

    def wrong(self, problem: str, *lines: str) -> VectorError:
        """Return an error about this document."""
        return VectorError(
            self.file,
            problem,
            *lines,
            fix="Write the vectors again, or mend that field: schema.json describes all of them.",
        )

    def fields(self, required: Iterable[str], optional: Iterable[str] = ()) -> dict[str, Node]:
        """Return the fields of an object: all of the required ones, and no unknown one."""
        if not isinstance(self.value, dict):
            raise self.fail("an object")
        required, allowed = list(required), [*required, *optional]
        prefix = f"{self.where}." if self.where else ""
        for name in required:
            if name not in self.value:
                raise self.wrong(f"{prefix}{name} is missing.")
        for name in self.value:
            if name not in allowed:
                raise self.wrong(f"{prefix}{name[:SHOWN]!r} is no field known here.", f"Known: {', '.join(allowed)}.")
        return {name: Node(self.file, prefix + name, value) for name, value in self.value.items()}

    def items(self, least: int, most: int) -> list[Node]:
        """Return the entries of an array."""
        if not isinstance(self.value, list) or not least <= len(self.value) <= most:
            raise self.fail(f"an array of {least}{f' to {most}' if most > least else ''} entries")
        return [Node(self.file, f"{self.where}[{i}]", value) for i, value in enumerate(self.value)]

    def integer(self, low: int, high: int) -> int:
        """Return an integer in a range, ends included; true and 1.0 are none."""
        if type(self.value) is not int or not low <= self.value <= high:
            raise self.fail(f"an integer from {low} to {high}")
        return self.value

    def boolean(self) -> bool:
        """Return true or false."""
        if not isinstance(self.value, bool):
            raise self.fail("true or false")
        return self.value

    def text(self, pattern: str, longest: int = 200) -> str:
        """Return a string that a pattern matches as a whole."""
        value = self.value
        if not isinstance(value, str) or len(value) > longest or not re.fullmatch(pattern, value):
            raise self.fail(f"text of at most {longest} characters like {pattern}")
        return value

    def choice(self, among: Iterable[str]) -> str:
        """Return one of some strings."""
        known = list(among)
        if not isinstance(self.value, str) or self.value not in known:
            raise self.fail(f"one of {', '.join(known)}")
        return self.value


def read_json(path: Path, *, limit: int = MANIFEST_LIMIT) -> Node:
    """Return the document in a file: strict JSON, in UTF-8, no field named twice.

    Raises
    ------
    VectorError
        If it is not there, too large, or no such document.

    Examples
    --------
    >>> read_json(Path("nowhere.json"))
    Traceback (most recent call last):
        ...
    refconv.oracle.vectors.errors.VectorError: nowhere.json: there is no such file.
      Was the folder copied whole, and the writing of it finished?
    """
    name = path.name
    stream, size = open_regular(path, name)
    with stream:
        if size > limit:
            raise VectorError(
                name, f"it has {size} bytes, more than the limit of {limit}.", fix="Write a smaller suite of vectors."
            )
        data = stream.read(size)
    try:
        value = json.loads(data.decode("utf-8"), object_pairs_hook=_once, parse_constant=_refused)
    except (ValueError, RecursionError) as error:
        said = " ".join(str(error).split())[:120]
        raise VectorError(name, "this is not JSON in UTF-8.", said, fix="Write the vectors again.") from error
    return Node(name, "", value)


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        raise ValueError("an object has two fields of the same name")
    return found


def _refused(constant: str) -> Any:
    raise ValueError(f"{constant} is no number in JSON")
