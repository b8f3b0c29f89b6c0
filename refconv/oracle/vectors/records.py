"""What a folder of vectors holds, as plain records, and the same as JSON."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from refconv.arithmetic.integers import product
from refconv.ops.elements import Array
from refconv.oracle.calling_dialects import wording_of
from refconv.oracle.cases import Case
from refconv.oracle.operations import operation
from refconv.oracle.wordings.model import Wording

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
    dialect: str = "refconv"
    call: dict[str, Any] | None = None
    """What the dialect's function is told, as JSON has it; None for refconv's own words."""

    @property
    def wording(self) -> Wording | None:
        """How the dialect says it; None for refconv's own words."""
        return None if self.dialect == "refconv" else wording_of(self.dialect, self.case.operation)

    def entered(self, name: str, array: Array) -> Array:
        """Return an array of a file, "x" or "dw" or another, in refconv's order."""
        wording = self.wording
        return array if wording is None else wording.enter(name, array, self.case.w_shape)

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
            **({} if self.call is None else {"call": self.call}),
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
    dialect: str = "refconv"

    @property
    def spoken(self) -> dict[str, str] | None:
        """The dialect, its function and the orders of the arrays' axes, as JSON has them; None for refconv's own."""
        if self.dialect == "refconv":
            return None
        wording = wording_of(self.dialect, operation(self.op))
        x, w = wording.layouts
        return {"name": self.dialect, "function": wording.function, "x": x.letters, "w": w.letters}

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
            **({} if self.spoken is None else {"dialect": self.spoken}),
            "cases": [vector.as_json() for vector in self.cases],
        }
