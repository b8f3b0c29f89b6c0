"""A folder for new vectors: nothing of anybody else's is ever removed or written over.

While vectors are written, unfinished.txt lists their files, each before it is begun; the manifest comes last, and then
that list goes. So a folder without a manifest is unfinished, and what may be removed from it is known all the same.
"""

from __future__ import annotations

import os
from pathlib import Path

from refconv.oracle.vectors.errors import VectorError
from refconv.oracle.vectors.manifest import MANIFEST, read_manifest
from refconv.oracle.vectors.paths import open_regular

__all__ = ["CASES", "PARAMETERS", "README", "UNFINISHED", "Claim"]

CASES, README, UNFINISHED = "cases.txt", "README.txt", "unfinished.txt"
PARAMETERS = "parameters.txt"
PART = MANIFEST + ".part"
FIRST_LINE = "# refconv is writing vectors here, or was interrupted; these files are its own:"
ALWAYS = {MANIFEST, PART, CASES, README, UNFINISHED}
LONGEST_LIST = 256 * 2**20
NEVER_FOLLOWED = getattr(os, "O_NOFOLLOW", 0)


class Claim:
    """A folder that is being written; empty at first, but for the list of what comes.

    Parameters
    ----------
    directory : Path
        Made if it is not there. Older vectors in it are removed.

    Raises
    ------
    VectorError
        If there is anything else in it.

    Examples
    --------
    >>> from tempfile import TemporaryDirectory
    >>> with TemporaryDirectory() as folder:
    ...     claim = Claim(Path(folder))
    ...     claim.put("a/x.npy", b"data")
    ...     claim.finish("{}")
    ...     sorted(path.name for path in Path(folder).rglob("*"))
    ['a', 'manifest.json', 'x.npy']
    """

    def __init__(self, directory: Path) -> None:
        """Empty the folder, if that is allowed, and begin the list."""
        self.directory = directory
        self.files = self.bytes = 0
        if directory.exists() and not directory.is_dir():
            raise VectorError(str(directory), "this is a file, not a folder.", fix="Name a new folder.")
        directory.mkdir(parents=True, exist_ok=True)
        there = _files(directory)
        own = self._own(there)
        others = sorted(there - own)
        if others:
            raise VectorError(
                str(directory),
                "there is something in this folder that refconv did not write: " + ", ".join(others[:3]) + ".",
                fix="Name a new folder, or move that away.",
            )
        self._begin(own & there)

    def _own(self, there: set[str]) -> set[str]:
        """Return what an older manifest, or an interrupted list, says is refconv's."""
        own: set[str] = set()
        if MANIFEST in there:
            try:
                found = read_manifest(self.directory)
            except VectorError as error:
                raise VectorError(
                    str(self.directory),
                    "there is a manifest.json in this folder, but not one of vectors as they are written here.",
                    *str(error).splitlines(),
                    fix="Name a new folder, or move that away.",
                ) from error
            own |= {array.file for vector in found.cases for array in vector.files}
            own |= {f"{vector.name}/{PARAMETERS}" for vector in found.cases}
            own |= ALWAYS
        if UNFINISHED in there:
            lines = _listed(self.directory / UNFINISHED)
            if lines[:1] == [FIRST_LINE]:
                own |= {*lines[1:], *ALWAYS}
        return own

    def _begin(self, old: set[str]) -> None:
        """Begin the list with the old files, and remove them: the manifest first."""
        (self.directory / UNFINISHED).unlink(missing_ok=True)
        self._note([FIRST_LINE, *sorted(old)], os.O_CREAT | os.O_EXCL)
        for name in sorted(old - {UNFINISHED}, key=lambda name: name != MANIFEST):
            path = self.directory / name
            path.unlink()
            if path.parent != self.directory and not any(path.parent.iterdir()):
                path.parent.rmdir()

    def _note(self, lines: list[str], how: int = 0) -> None:
        """Add lines to the list; a link in its place is not followed."""
        there = os.open(self.directory / UNFINISHED, os.O_WRONLY | os.O_APPEND | NEVER_FOLLOWED | how, 0o666)
        with os.fdopen(there, "a", encoding="utf-8") as stream:
            stream.write("".join(f"{line}\n" for line in lines))

    def put(self, name: str, data: bytes) -> None:
        """Write a file, once the list has it."""
        self._note([name])
        path = self.directory / name
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(data)
        self.files += 1
        self.bytes += len(data)

    def finish(self, manifest: str) -> None:
        """Write the manifest in one step, and take the list away."""
        data = manifest.encode()
        part = self.directory / PART
        part.write_bytes(data)
        part.replace(self.directory / MANIFEST)
        (self.directory / UNFINISHED).unlink()
        self.files += 1
        self.bytes += len(data)


def _listed(path: Path) -> list[str]:
    """Return the lines of an interrupted list."""
    if path.is_symlink():
        raise VectorError(str(path), "it is a link, which refconv never writes.", fix="Name a new folder.")
    stream, size = open_regular(path, str(path))
    with stream:
        if size > LONGEST_LIST:
            raise VectorError(str(path), f"it has {size} bytes, more than any list of files.", fix="Name a new folder.")
        return stream.read(size).decode("utf-8", errors="replace").splitlines()


def _files(directory: Path) -> set[str]:
    """Return everything in a folder that is no folder itself, links not followed, as paths relative to it."""
    found = set()
    for here, folders, files in os.walk(directory):
        inner = [name for name in folders if Path(here, name).is_symlink()]
        found |= {Path(here, name).relative_to(directory).as_posix() for name in [*files, *inner]}
    return found
