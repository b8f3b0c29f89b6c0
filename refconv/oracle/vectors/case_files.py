"""The files of one case: its inputs, its parameters, the truth about its results."""

from __future__ import annotations

import hashlib
import io
import zipfile
from collections.abc import Iterator

from refconv.ops.elements import Array
from refconv.oracle.calling_dialects import wording_of
from refconv.oracle.cases import Arrays, Case
from refconv.oracle.truth import Truth
from refconv.oracle.vectors.claim import PARAMETERS, Claim
from refconv.oracle.vectors.encode import encode
from refconv.oracle.vectors.plain import parameter_lines, plain
from refconv.oracle.vectors.records import TRUTH_ARRAYS, ArrayFile, Result, Vector
from refconv.oracle.vectors.spoken import call_of, spoken_lines

__all__ = ["put_case"]

ARCHIVE = "vectors.npz"


def put_case(claim: Claim, name: str, case: Case, *, gradients: bool, npz: bool, dialect: str = "refconv") -> Vector:
    """Write one case into the folder `name`, and return what the manifest says of it.

    In a dialect the arrays have its order of axes, and the parameters its words.

    Examples
    --------
    >>> from pathlib import Path
    >>> from tempfile import TemporaryDirectory
    >>> case = Case("conv1d", (1, 2, 5), (1, 2, 3))
    >>> with TemporaryDirectory() as folder:
    ...     vector = put_case(Claim(Path(folder)), "a", case, gradients=False, npz=False)
    >>> vector.arrays["x"].file, vector.truth["y"].arrays["value"].file
    ('a/x.npy', 'a/y.truth.npy')
    """
    inputs = case.arrays()
    wording = None if dialect == "refconv" else wording_of(dialect, case.operation)
    lines = parameter_lines(case) if wording is None else spoken_lines(wording, dialect, case)
    claim.put(f"{name}/{PARAMETERS}", "".join(f"{line}\n" for line in lines).encode())
    arrays = {key: array for key, array in inputs._asdict().items() if array is not None and (gradients or key != "dy")}
    truths = {of: _truth(case, of, inputs) for of in _results(inputs, gradients=gradients)}
    files = {(key, ""): array for key, array in arrays.items()}
    files |= {(of, part): array for of, truth in truths.items() for part, array in _parts(truth)}
    if wording is not None:
        files = {key: wording.leave("y" if key[0] == "dy" else key[0], array) for key, array in files.items()}
    if npz:
        said = _archive(claim, f"{name}/{ARCHIVE}", files)
    else:
        said = {key: _npy(claim, f"{name}/{_stem(key)}.npy", array) for key, array in files.items()}
    return Vector(
        name=name,
        case=plain(case),
        policy=case.policy,
        signs=case.signs,
        arrays={key: said[key, ""] for key in arrays},
        truth={
            of: Result(truth.terms, {part: said[of, part] for part, _ in _parts(truth)}) for of, truth in truths.items()
        },
        dialect=dialect,
        call=None if wording is None else call_of(wording, case),
    )


def _results(inputs: Arrays, *, gradients: bool) -> list[str]:
    if not gradients:
        return ["y"]
    return ["y", "dx", "dw"] if inputs.b is None else ["y", "dx", "dw", "db"]


def _truth(case: Case, of: str, inputs: Arrays) -> Truth:
    """Return the truth, exact where the policy is: what is correctly rounded must be known."""
    found = case.truth(of, inputs)
    if case.policy == "exact" and found.residual is None:
        return case.truth(of, inputs, method="exact")
    return found


def _parts(truth: Truth) -> Iterator[tuple[str, Array]]:
    """Return the arrays of a truth, by name."""
    for part in TRUTH_ARRAYS:
        array = getattr(truth, part)
        if array is not None:
            yield part, array


def _stem(key: tuple[str, str]) -> str:
    """Return the name of an array's file: x, or y.truth for the value that y should have, or y.spread."""
    of, part = key
    return of if not part else f"{of}.truth" if part == "value" else f"{of}.{part}"


def _described(file: str, array: Array, data: bytes, member: str | None = None) -> ArrayFile:
    return ArrayFile(file, array.dtype.name, array.shape, hashlib.sha256(data).hexdigest(), member)


def _npy(claim: Claim, file: str, array: Array) -> ArrayFile:
    data = encode(array)
    claim.put(file, data)
    return _described(file, array, data)


def _archive(claim: Claim, file: str, files: dict[tuple[str, str], Array]) -> dict[tuple[str, str], ArrayFile]:
    """Write one .npz file; its members are stamped with the same time always, so that its bytes are the same."""
    said = {}
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        for key, array in files.items():
            data = encode(array)
            archive.writestr(zipfile.ZipInfo(f"{_stem(key)}.npy"), data)
            said[key] = _described(file, array, data, _stem(key))
    claim.put(file, stream.getvalue())
    return said
