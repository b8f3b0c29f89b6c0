"""What a foreign program left: its results, in one of three forms, and the list of cases that it does not support."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable
from pathlib import Path

from refconv.ops.elements import Array
from refconv.oracle.vectors.archive import Archive
from refconv.oracle.vectors.errors import VectorError
from refconv.oracle.vectors.paths import inside, open_regular
from refconv.oracle.vectors.untrusted import LIMIT, Header, load

__all__ = ["ALL", "SKIPPED", "Outputs"]

ALL, SKIPPED = "outputs.npz", "skipped.txt"
LONGEST_LIST = 2**20


class Outputs:
    """The outputs for some cases: ``NAME/y.npy``, a member of ``NAME.npz``, or ``NAME/y`` in one ``outputs.npz``.

    Parameters
    ----------
    home : Path
        The folder, or that one .npz file itself.
    limit : int
        The most bytes of one array.

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

    def __init__(self, home: Path, *, limit: int = LIMIT) -> None:
        """Look what there is."""
        self.home, self.limit = home, limit
        if not home.exists():
            raise VectorError(str(home), "there is no such folder of outputs.", fix="Run the program first.")
        self._all = home if home.is_file() else home / ALL
        self._members: dict[Path, frozenset[str] | VectorError] = {}

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
                    with self._archive(path) as archive:
                        self._members[path] = frozenset(archive.members)
                except VectorError as error:
                    self._members[path] = error
        known = self._members[path]
        return isinstance(known, VectorError) or member in known

    def _archive(self, path: Path) -> Archive:
        if path == self.home:
            return Archive(path)
        return Archive(inside(self.home, path.name, SKIPPED), path.name)

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
            lines = [line.split(maxsplit=1) for line in data.decode("utf-8").splitlines() if line.strip()]
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
