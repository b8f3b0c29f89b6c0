"""What a foreign program left: its results, in one of three forms, and the list of cases that it does not support."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable
from pathlib import Path
from types import TracebackType

from refconv.ops.elements import Array
from refconv.oracle.vectors.archive import MOST_MEMBERS, Archive
from refconv.oracle.vectors.errors import VectorError
from refconv.oracle.vectors.paths import inside, open_regular
from refconv.oracle.vectors.records import RESULTS
from refconv.oracle.vectors.untrusted import LIMIT, Header, load

__all__ = ["ALL", "SKIPPED", "Outputs"]

ALL, SKIPPED = "outputs.npz", "skipped.txt"
LONGEST_LIST = 2**20
SLACK = 1000
"""Members of outputs.npz that no case asks for."""


class Outputs:
    """The outputs for some cases: ``NAME/y.npy``, a member of ``NAME.npz``, or ``NAME/y`` in one ``outputs.npz``.

    Parameters
    ----------
    home : Path
        The folder, or that one .npz file itself.
    limit : int
        The most bytes of one array.
    cases : int
        How many there are, which limits the members of ``outputs.npz``.

    Raises
    ------
    VectorError
        If there is no such folder or file.

    Examples
    --------
    >>> from tempfile import TemporaryDirectory
    >>> import numpy as np
    >>> with TemporaryDirectory() as folder:
    ...     np.savez(Path(folder, "case.npz"), y=np.zeros(3))
    ...     outputs = Outputs(Path(folder))
    ...     outputs.has("case", "y"), outputs.has("case", "dx"), outputs.read("case", "y", print)
    Header(dtype=dtype('float64'), shape=(3,), fortran_order=False, start=128)
    (True, False, array([0., 0., 0.]))
    """

    def __init__(self, home: Path, *, limit: int = LIMIT, cases: int = 0) -> None:
        """Look what there is."""
        self.home, self.limit = home, limit
        self._most = len(RESULTS) * cases + SLACK
        if not _exists(home):
            raise VectorError(str(home), "there is no such folder of outputs.", fix="Run the program first.")
        self._all = home if home.is_file() else home / ALL
        self._members: dict[Path, frozenset[str] | VectorError] = {}
        self._kept: Archive | None = None

    def __enter__(self) -> Outputs:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        if self._kept is not None:
            self._kept.__exit__(kind, error, traceback)
            self._kept = None

    def has(self, case: str, of: str) -> bool:
        """Return whether there is such a result, readable or not."""
        return self._place(case, of) is not None

    def read(self, case: str, of: str, check: Callable[[Header], None]) -> Array:
        """Return a result; `check` sees its header before any memory is taken.

        Raises
        ------
        VectorError
            For damaged files, and links that lead out of the folder.
        """
        place = self._place(case, of)
        if place is None:
            raise VectorError(f"{case}/{of}.npy", "there is no such output.", fix="Write it, or skip the case.")
        path, member = place
        if member is None:
            name = f"{case}/{of}.npy"
            return load(inside(self.home, name, SKIPPED), name, limit=self.limit, check=check)
        if path == self._all:
            return self._open_all().read(member, limit=self.limit, check=check)
        with self._archive(path) as archive:
            return archive.read(member, limit=self.limit, check=check)

    def _place(self, case: str, of: str) -> tuple[Path, str | None] | None:
        """Return the file, and the member of it, that holds a result."""
        if self.home.is_dir():
            single = self.home / case / f"{of}.npy"
            if os.path.lexists(single):
                return single, None
            if self._lists(self.home / f"{case}.npz", of):
                return self.home / f"{case}.npz", of
        return (self._all, f"{case}/{of}") if self._lists(self._all, f"{case}/{of}") else None

    def _lists(self, path: Path, member: str) -> bool:
        """Return whether an .npz file has a member; a damaged file is thought to have it, and fails when it is read."""
        if path not in self._members:
            self._members[path] = frozenset()
            if os.path.lexists(path):
                try:
                    self._members[path] = self._names(path)
                except VectorError as error:
                    self._members[path] = error
        known = self._members[path]
        return isinstance(known, VectorError) or member in known

    def _names(self, path: Path) -> frozenset[str]:
        """Return the names of an .npz file's members."""
        if path == self._all:
            return frozenset(self._open_all().members)
        with self._archive(path) as archive:
            return frozenset(archive.members)

    def _open_all(self) -> Archive:
        """Return outputs.npz, opened once: it may have thousands of members."""
        if self._kept is None:
            self._kept = self._archive(self._all)
        return self._kept

    def _archive(self, path: Path) -> Archive:
        most = self._most if path == self._all else MOST_MEMBERS
        if path == self.home:
            return Archive(path, most=most)
        return Archive(inside(self.home, path.name, SKIPPED), path.name, most=most)

    def skipped(self, cases: Iterable[str]) -> dict[str, str]:
        """Return the cases that the program does not support, each with its reason, from skipped.txt.

        Raises
        ------
        VectorError
            If the list is too long, not text, or names a case that is none.
        """
        path = self.home / SKIPPED
        if not self.home.is_dir() or not os.path.lexists(path):
            return {}
        stream, size = open_regular(inside(self.home, SKIPPED), SKIPPED)
        with stream:
            if size > LONGEST_LIST:
                raise VectorError(SKIPPED, f"it has {size} bytes, more than {LONGEST_LIST}.", fix="Give short reasons.")
            data = stream.read(size)
        try:
            lines = [line.split(maxsplit=1) for line in data.decode("utf-8-sig").splitlines() if line.strip()]
        except UnicodeDecodeError as error:
            raise VectorError(SKIPPED, "this is not text in UTF-8.", fix="Write it as UTF-8.") from error
        found = {name: " ".join(why).strip()[:200] for name, *why in lines}
        unknown = sorted(set(found) - set(cases))
        if unknown:
            raise VectorError(
                SKIPPED,
                f"there is no case {unknown[0][:100]!r}.",
                fix="Take the names that cases.txt has, letter by letter.",
            )
        return found


def _exists(path: Path) -> bool:
    try:
        return path.exists()
    except OSError as error:
        raise VectorError(str(path), f"it cannot be opened: {error.strerror}.", fix="Name another folder.") from error
