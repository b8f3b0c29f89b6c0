"""Reading .npy files from strangers: nothing is unpickled, and no memory is taken before the sizes are known to agree.

NumPy's own readers parse the header, from its first bytes alone. What they return is checked against a list of number
types, a limit, and the size that the file really has; only then is there an array.
"""

from __future__ import annotations

import hashlib
import io
import struct
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import IO, NamedTuple

import numpy as np
from numpy.lib import format as npy

from refconv.arithmetic.integers import product
from refconv.ops.elements import Array
from refconv.oracle.vectors.errors import VectorError
from refconv.oracle.vectors.paths import open_regular

__all__ = ["LIMIT", "MOST_AXES", "Header", "load", "read_array", "read_header"]

LIMIT = 4 * 2**30
"""The most bytes that one array may take, unless the caller says otherwise."""

MOST_AXES = 16
LONGEST_HEADER = 1024  # NumPy writes 118 bytes for most arrays
PREFIX = 12  # magic, version, and the longer of the two length fields
CHUNK = 2**20
REWRITE = "Write it with numpy.save(file, array, allow_pickle=False), or as the README.txt of the vectors says."

_LENGTH = {(1, 0): "<H", (2, 0): "<I"}
_READERS = {(1, 0): npy.read_array_header_1_0, (2, 0): npy.read_array_header_2_0}


class Header(NamedTuple):
    """What a .npy file says of itself; `start` is where its data begin.

    Attributes
    ----------
    dtype : dtype
        The type of the elements.
    shape : tuple of int
        The array's shape.
    fortran_order : bool
        Whether the first axis is the fastest.
    start : int
        Where the data begin, in bytes.
    """

    dtype: np.dtype[np.generic]
    shape: tuple[int, ...]
    fortran_order: bool
    start: int

    @property
    def nbytes(self) -> int:
        """The bytes of its data, as a Python int: it may be too large for any other."""
        return int(product(self.shape)) * self.dtype.itemsize


def read_header(head: bytes, name: str) -> Header:
    """Return what the first bytes of a .npy file say.

    Raises
    ------
    VectorError
        For another kind of file, another version, a damaged header, objects or other types that are no numbers, and
        shapes that no array has.

    Examples
    --------
    >>> stream = io.BytesIO()
    >>> np.save(stream, np.zeros((2, 3), "<f4"))
    >>> read_header(stream.getvalue(), "x.npy")
    Header(dtype=dtype('float32'), shape=(2, 3), fortran_order=False, start=128)
    """
    if not head.startswith(npy.MAGIC_PREFIX):
        what = "the file is empty." if not head else f"this is no .npy file: it begins with {head[:6]!r}."
        raise VectorError(name, what, fix=REWRITE)
    if len(head) < npy.MAGIC_LEN + 4:
        raise VectorError(name, "the file ends within its header.", fix=REWRITE)
    version = (head[6], head[7])
    if version not in _READERS:
        raise VectorError(
            name, f".npy version {version[0]}.{version[1]} is not read here.", "Read are 1.0 and 2.0.", fix=REWRITE
        )
    (length,) = struct.unpack_from(_LENGTH[version], head, npy.MAGIC_LEN)
    if length > LONGEST_HEADER:
        raise VectorError(name, f"its header has {length} bytes, more than {LONGEST_HEADER}.", fix=REWRITE)
    stream = io.BytesIO(head)
    stream.seek(npy.MAGIC_LEN)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            shape, fortran_order, dtype = _READERS[version](stream, max_header_size=LONGEST_HEADER)
    # a stranger's header is Python source, and its parser fails in many ways
    except (Exception, MemoryError) as error:
        said = " ".join(str(error).split())[:120] or type(error).__name__
        raise VectorError(name, "its header is damaged.", said, fix=REWRITE) from error
    return Header(_number_type(dtype, name), _sane(shape, name), fortran_order, stream.tell())


def _number_type(dtype: np.dtype[np.generic], name: str) -> np.dtype[np.generic]:
    if dtype.hasobject:
        raise VectorError(name, "it holds Python objects, which would have to be unpickled.", fix=REWRITE)
    if dtype.kind not in "fiub" or dtype.itemsize > 8:
        raise VectorError(
            name,
            f"its elements are of type {dtype.str if dtype.names is None else 'structured'!r}.",
            "Read are bool, integers of 1 to 8 bytes and floats of 2, 4 or 8, of either byte order.",
            fix="Write bfloat16 as uint16, bit for bit; cast everything else.",
        )
    return dtype


def _sane(shape: tuple[int, ...], name: str) -> tuple[int, ...]:
    if len(shape) > MOST_AXES:
        raise VectorError(name, f"its shape has {len(shape)} axes, more than {MOST_AXES}.", fix=REWRITE)
    if not all(type(n) is int and n >= 0 for n in shape):
        raise VectorError(name, f"its shape {shape} has an entry that is no size.", fix=REWRITE)
    return shape


def read_array(
    stream: IO[bytes],
    name: str,
    size: int,
    *,
    limit: int = LIMIT,
    check: Callable[[Header], None] | None = None,
    sha256: str | None = None,
) -> Array:
    """Return the array of a .npy file of `size` bytes, in native byte order.

    Parameters
    ----------
    stream : binary file
        At its beginning.
    name : str
        For messages.
    size : int
        The bytes that the stream really has.
    limit : int
        The most bytes of data.
    check : function of a Header, optional
        Called before any memory is taken; may raise.
    sha256 : str, optional
        What the digest of the whole file must be, in hexadecimal.

    Raises
    ------
    VectorError
        For every kind of damage.

    Examples
    --------
    >>> stream = io.BytesIO()
    >>> np.save(stream, np.arange(3, dtype=">i4"))
    >>> size = stream.tell()
    >>> _ = stream.seek(0)
    >>> read_array(stream, "x.npy", size)
    array([0, 1, 2], dtype=int32)
    """
    head = stream.read(PREFIX + LONGEST_HEADER)
    header = read_header(head, name)
    _check_size(header, name, size, limit)
    if check is not None:
        check(header)
    raw = np.empty(header.nbytes, np.uint8)
    digest = hashlib.sha256(head)
    begun = head[header.start :]
    raw[: len(begun)] = np.frombuffer(begun, np.uint8)
    filled = len(begun)
    while filled < raw.size:
        chunk = stream.read(min(CHUNK, raw.size - filled))
        if not chunk:
            raise VectorError(name, "the file became shorter while it was read.", fix="Read it once it is finished.")
        raw[filled : filled + len(chunk)] = np.frombuffer(chunk, np.uint8)
        digest.update(chunk)
        filled += len(chunk)
    if sha256 is not None and digest.hexdigest() != sha256:
        raise VectorError(
            name,
            "its contents are not those that were written.",
            f"SHA-256 {digest.hexdigest()}, but the manifest has {sha256}",
            fix="Copy the vectors again, or write them again.",
        )
    return _interpreted(raw, header, name)


def _check_size(header: Header, name: str, size: int, limit: int) -> None:
    """Raise unless the data fit in the limit and are exactly as long as what follows the header."""
    shown = f"shape {header.shape} of {header.dtype}: {header.nbytes} bytes of data"
    # empty arrays too: NumPy counts the other axes of (0, 2**62) all the same
    if product(max(n, 1) for n in header.shape) * header.dtype.itemsize > limit:
        raise VectorError(
            name,
            f"the array is larger than the limit of {limit} bytes.",
            shown,
            fix="Raise the limit if this is meant to be.",
        )
    there = size - header.start
    if there != header.nbytes:
        problem = "the file is cut short." if there < header.nbytes else "something follows the array."
        raise VectorError(name, problem, shown, f"after the header: {there} bytes", fix=REWRITE)


def _interpreted(raw: Array, header: Header, name: str) -> Array:
    if header.dtype.kind == "b" and raw.size and raw.max() > 1:
        raise VectorError(name, "it is of type bool, but holds bytes other than 0 and 1.", fix=REWRITE)
    array = raw.view(header.dtype)
    if not header.dtype.isnative:
        array = array.byteswap(inplace=True).view(header.dtype.newbyteorder("="))
    return array.reshape(header.shape, order="F" if header.fortran_order else "C")


def load(
    path: Path,
    name: str | None = None,
    *,
    limit: int = LIMIT,
    check: Callable[[Header], None] | None = None,
    sha256: str | None = None,
) -> Array:
    """Return the array of a .npy file; the parameters are those of `read_array`.

    Raises
    ------
    VectorError
        For every kind of damage, and if there is no such file.

    Examples
    --------
    >>> load(Path("nowhere.npy"))
    Traceback (most recent call last):
        ...
    refconv.oracle.vectors.errors.VectorError: nowhere.npy: there is no such file.
      Was the folder copied whole, and the writing of it finished?
    """
    name = path.name if name is None else name
    stream, size = open_regular(path, name)
    with stream:
        return read_array(stream, name, size, limit=limit, check=check, sha256=sha256)
