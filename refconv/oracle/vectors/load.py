"""The arrays that a manifest describes, read and held against what it says of them."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from refconv.ops.elements import Array
from refconv.oracle.cases import Arrays
from refconv.oracle.precision import precision
from refconv.oracle.requests import request
from refconv.oracle.truth import Truth
from refconv.oracle.vectors.archive import Archive
from refconv.oracle.vectors.encode import decoded
from refconv.oracle.vectors.errors import VectorError
from refconv.oracle.vectors.paths import inside
from refconv.oracle.vectors.records import ArrayFile, Vector
from refconv.oracle.vectors.untrusted import LIMIT, Header, load

__all__ = ["load_array", "load_inputs", "load_truth"]


def load_array(home: Path, said: ArrayFile, *, limit: int = LIMIT) -> Array:
    """Return an array of a folder of vectors.

    Raises
    ------
    VectorError
        If its file is not there, is damaged, or is not the one that was written.

    Examples
    --------
    >>> load_array(Path("nowhere"), ArrayFile("a/x.npy", "float32", (2,), "0" * 64))
    Traceback (most recent call last):
        ...
    refconv.oracle.vectors.errors.VectorError: a/x.npy: there is no such file.
      Was the folder copied whole, and the writing of it finished?
    """

    def check(header: Header) -> None:
        stored = "uint16" if said.dtype == "bfloat16" else said.dtype
        if (header.dtype.name, header.shape) != (stored, said.shape):
            raise VectorError(
                said.file,
                f"it holds {header.dtype} of shape {header.shape}, but the manifest says {stored} of {said.shape}.",
                fix="Copy the vectors again, or write them again.",
            )

    path = inside(home, said.file)
    if said.member is None:
        return decoded(load(path, said.file, limit=limit, check=check, sha256=said.sha256), said.dtype)
    with Archive(path, said.file) as archive:
        return decoded(archive.read(said.member, limit=limit, check=check, sha256=said.sha256), said.dtype)


def load_inputs(home: Path, vector: Vector, *, limit: int = LIMIT) -> Arrays:
    """Return the inputs of a case, in refconv's order; dy is zeros where the vectors have none, and no gradients."""
    found = {name: _entered(home, vector, name, said, limit) for name, said in vector.arrays.items()}
    dy = found.get("dy")
    if dy is None:
        dy = np.zeros(vector.case.y_shape, precision(vector.case.precision).numpy_dtype)
    return Arrays(found["x"], found["w"], found.get("b"), dy)


def load_truth(home: Path, vector: Vector, of: str, inputs: Arrays, *, limit: int = LIMIT) -> Truth:
    """Return the truth about a result of a case, from its files alone, in refconv's order."""
    said = vector.truth[of]
    parts = {name: _entered(home, vector, of, file, limit) for name, file in said.arrays.items()}
    for name in ("error_bound", "magnitude", "spread"):
        if not (parts[name] >= 0).all():
            raise VectorError(
                said.arrays[name].file, f"{name} has entries below 0, or none at all.", fix="Write the vectors again."
            )
    x, w, b, dy = inputs
    asked = request(vector.case.op, x, w, b, dy=dy, of=of, **vector.case.options)
    return Truth(**parts, terms=said.terms, request=asked)


def _entered(home: Path, vector: Vector, name: str, said: ArrayFile, limit: int) -> Array:
    """Return an array in refconv's order, contiguous: whoever works on it need not know of another."""
    return np.ascontiguousarray(vector.entered(name, load_array(home, said, limit=limit)))
