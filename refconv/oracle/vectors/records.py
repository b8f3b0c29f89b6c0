"""What a folder of vectors holds, as plain records, and the same as JSON."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from refconv.arithmetic.integers import product
from refconv.oracle.cases import Case

__all__ = [
    "FORMAT",
    "INPUTS",
    "ITEMSIZE",
    "RESULTS",
    "TRUTH_ARRAYS",
    "VERSION",
    "ArrayFile",
    "Folder",
    "Result",
    "Vector",
]

FORMAT = "refconv-vectors"
VERSION = 1
INPUTS = ("x", "w", "b", "dy")
RESULTS = ("y", "dx", "dw", "db")
TRUTH_ARRAYS = ("value", "error_bound", "magnitude", "spread", "residual")
ITEMSIZE = {
    "float64": 8,
    "float32": 4,
    "float16": 2,
    "bfloat16": 2,
    "int8": 1,
    "int16": 2,
    "int32": 4,
    "int64": 8,
}
"""The number types that travel, and the bytes of each; bfloat16 does so as uint16, bit for bit."""


@dataclass(frozen=True)
class ArrayFile:
    """One array: the .npy file it stands in, or the member of that .npz file, and what that must be.

    Examples
    --------
    >>> ArrayFile("a/x.npy", "float32", (2, 3), "0" * 64).nbytes
    24
    """

    file: str
    dtype: str
    shape: tuple[int, ...]
    sha256: str
    member: str | None = None

    @property
    def nbytes(self) -> int:
        """The bytes of its data."""
        return int(product(self.shape)) * ITEMSIZE[self.dtype]

    def as_json(self) -> dict[str, Any]:
        """Return the record as JSON has it."""
        where = {"file": self.file} if self.member is None else {"file": self.file, "member": self.member}
        return {**where, "dtype": self.dtype, "shape": list(self.shape), "sha256": self.sha256}


@dataclass(frozen=True)
class Result:
    """The truth about one result: a file for each array of `refconv.oracle.truth.Truth`, and its terms."""

    terms: int
    arrays: dict[str, ArrayFile]

    def as_json(self) -> dict[str, Any]:
        """Return the record as JSON has it."""
        return {"terms": self.terms, **{name: array.as_json() for name, array in self.arrays.items()}}


@dataclass(frozen=True)
class Vector:
    """One case, with its inputs and the truth about its results."""

    name: str
    case: Case
    policy: str
    signs: str
    arrays: dict[str, ArrayFile]
    truth: dict[str, Result]

    @property
    def files(self) -> list[ArrayFile]:
        """All its arrays."""
        return [*self.arrays.values(), *(array for result in self.truth.values() for array in result.arrays.values())]

    def as_json(self) -> dict[str, Any]:
        """Return the record as JSON has it."""
        return {
            "name": self.name,
            "policy": self.policy,
            "signs": self.signs,
            "parameters": self.case.parameters(),
            "arrays": {name: array.as_json() for name, array in self.arrays.items()},
            "truth": {of: result.as_json() for of, result in self.truth.items()},
        }


@dataclass(frozen=True)
class Folder:
    """All vectors of a folder: what its manifest.json says."""

    refconv: str
    op: str
    suite: str
    precision: str
    seed: int
    cases: tuple[Vector, ...]

    def as_json(self) -> dict[str, Any]:
        """Return the record as JSON has it."""
        return {
            "format": FORMAT,
            "version": VERSION,
            "refconv": self.refconv,
            "op": self.op,
            "suite": self.suite,
            "precision": self.precision,
            "seed": self.seed,
            "cases": [vector.as_json() for vector in self.cases],
        }
