"""Reading .npz files from strangers: a zip of .npy files, of which no more is unpacked than the shape asked for."""

from __future__ import annotations

import struct
import zipfile
import zlib
from collections.abc import Callable
from pathlib import Path
from types import TracebackType

from refconv.ops.elements import Array
from refconv.oracle.vectors.errors import VectorError
from refconv.oracle.vectors.paths import check_name, open_regular
from refconv.oracle.vectors.untrusted import LIMIT, Header, read_array

__all__ = ["MOST_MEMBERS", "Archive"]

END = struct.Struct("<4s4H2LH")  # the record that ends a zip file
MOST_MEMBERS = 100
LONGEST_ENTRY = 512  # of the directory: 46 bytes, a name of at most 204, and what writers add
BROKEN = (zipfile.BadZipFile, zlib.error, struct.error, EOFError, OSError, ValueError, RuntimeError, OverflowError)


class Archive:
    """An open .npz file; `members` maps the names of its arrays, without ``.npy``, to their entries.

    Parameters
    ----------
    path : Path
        The file.
    name : str, optional
        What messages call it.
    most : int, optional
        The most members that it may have.

    Raises
    ------
    VectorError
        If it is no zip file, a damaged one, or one whose members could not be told from an attack: see the tests.

    Examples
    --------
    >>> from tempfile import TemporaryDirectory
    >>> import numpy as np
    >>> with TemporaryDirectory() as folder:
    ...     path = Path(folder, "a.npz")
    ...     np.savez(path, y=np.ones(2))
    ...     with Archive(path) as archive:
    ...         archive.read("y")
    array([1., 1.])
    """

    def __init__(self, path: Path, name: str | None = None, *, most: int = MOST_MEMBERS) -> None:
        """Open the file and check the list of its members."""
        self.most = most
        self.name = path.name if name is None else name
        self._stream, size = open_regular(path, self.name)
        try:
            self._check_end(size)
            self._zip = zipfile.ZipFile(self._stream)
            self.members = self._checked(self._zip.infolist())
        except VectorError:
            self._stream.close()
            raise
        except BROKEN as error:
            self._stream.close()
            raise self._damaged(error) from error

    def __enter__(self) -> Archive:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._zip.close()
        self._stream.close()

    def _damaged(self, error: Exception) -> VectorError:
        said = " ".join(str(error).split())[:120] or type(error).__name__
        return VectorError(self.name, "the .npz file is damaged.", said, fix="Write it again, with numpy.savez.")

    def _check_end(self, size: int) -> None:
        """Refuse a long list of members, which zipfile would load whole, and the comments and 64 bits that hide one."""
        tail = END.size + 20
        self._stream.seek(max(size - tail, 0))
        end = self._stream.read(tail)
        self._stream.seek(0)
        if size < END.size or not end[-END.size :].startswith(b"PK\5\6"):
            raise VectorError(
                self.name,
                "this is no .npz file: it does not end as a zip file does.",
                fix="Write it with numpy.savez, without a comment.",
            )
        length, comment = (END.unpack(end[-END.size :])[index] for index in (5, 7))
        if comment or length > self.most * LONGEST_ENTRY or end[: -END.size].startswith(b"PK\6\7"):
            raise VectorError(
                self.name,
                f"the list of its members is longer than that of {self.most}, "
                "or of the kind for files of 2 GiB and more.",
                fix="Write .npy files in folders, or several .npz files.",
            )

    def _checked(self, entries: list[zipfile.ZipInfo]) -> dict[str, zipfile.ZipInfo]:
        if len(entries) > self.most:
            raise VectorError(
                self.name,
                f"it has {len(entries)} members, more than {self.most}.",
                fix="Write what the README.txt of the vectors asks for, and nothing else.",
            )
        members: dict[str, zipfile.ZipInfo] = {}
        for entry in entries:
            if entry.filename.endswith("/"):  # not is_dir(), which fails for an empty name
                continue
            name = check_name(self.name, entry.orig_filename).removesuffix(".npy")
            if name in members:
                raise VectorError(self.name, f"it has two members {name!r}.", fix="Write each array once.")
            # bit 0 of the flags: encrypted
            if entry.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED) or entry.flag_bits & 1:
                raise VectorError(
                    self.name,
                    f"member {name!r} is encrypted, or compressed in a way that numpy.savez does not use.",
                    fix="Write it with numpy.savez or numpy.savez_compressed.",
                )
            members[name] = entry
        return members

    def read(
        self,
        member: str,
        *,
        limit: int = LIMIT,
        check: Callable[[Header], None] | None = None,
        sha256: str | None = None,
    ) -> Array:
        """Return one array; the parameters are those of `refconv.oracle.vectors.untrusted.read_array`."""
        shown = f"{self.name}[{member}]"
        if member not in self.members:
            raise VectorError(shown, "there is no such member.", fix="Was the file copied whole?")
        entry = self.members[member]
        try:
            with self._zip.open(entry) as stream:
                array = read_array(stream, shown, entry.file_size, limit=limit, check=check, sha256=sha256)
                stream.read(1)  # the end, where zipfile compares the checksum
        except VectorError:
            raise
        except BROKEN as error:
            raise self._damaged(error) from error
        return array
