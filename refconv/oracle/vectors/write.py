"""Writing test vectors: for each case a folder with its inputs, its parameters and the truth."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

import refconv
from refconv.errors import ArgumentError
from refconv.oracle.calling_dialects import check_dialect, wording_of
from refconv.oracle.cases import Case
from refconv.oracle.operations import operation
from refconv.oracle.precision import precision as precision_of
from refconv.oracle.vectors.case_files import put_case
from refconv.oracle.vectors.claim import CASES, README, Claim
from refconv.oracle.vectors.errors import VectorError
from refconv.oracle.vectors.fields import MANIFEST_LIMIT
from refconv.oracle.vectors.plain import plain
from refconv.oracle.vectors.readme import readme
from refconv.oracle.vectors.records import Folder, Vector
from refconv.oracle.vectors.spoken import sayable

__all__ = ["Summary", "write"]


class Summary(NamedTuple):
    """What was written, and where; and what was left out, since the dialect cannot say it.

    Attributes
    ----------
    directory : Path
        The folder.
    cases, files, bytes : int
        How many of each were written.
    left_out : tuple of str
        What the dialect cannot say, and why.
    """

    directory: Path
    cases: int
    files: int
    bytes: int
    left_out: tuple[str, ...] = ()


def write(
    directory: str | Path,
    op: str = "conv2d",
    *,
    suite: str = "quick",
    precision: str = "float32",
    seed: int = 0,
    dialect: str = "refconv",
    gradients: bool = True,
    npz: bool = False,
    progress: Callable[[int, int, str], object] | None = None,
    cases: Iterable[Case] | None = None,
) -> Summary:
    """Write test vectors into a folder, for programs in any language; `check` judges what those make of them.

    Parameters
    ----------
    directory : str or Path
        A new folder, an empty one, or one with older vectors, which are replaced.
    op : str
        The operation, such as ``"conv2d"``.
    suite : str
        The cases, by the name of their suite.
    precision : str
        The number types.
    seed : int
        Of the suite: the same one gives the same bytes.
    dialect : {"refconv", "torch", "tensorflow", "keras", "xla", "onnx", "webnn"}
        In whose words the parameters are, and in whose order the arrays' axes. Cases that it cannot say are left out.
    gradients : bool
        Whether to write dy, and the truth about dx, dw and db.
    npz : bool
        Write one .npz file a case instead of .npy files.
    progress : callable, optional
        Told of each case: how many are done, of how many, and its name.
    cases : iterable of Case, optional
        These, instead of the suite's; `suite` is then only a name.

    Returns
    -------
    Summary
        The folder, the numbers of cases, files and bytes, and what was left out.

    Raises
    ------
    VectorError
        If something else is in the folder, or it cannot be written.
    ArgumentError
        For an unknown operation, suite, precision or dialect, for cases of others, and for a seed that is none.

    Examples
    --------
    >>> from tempfile import TemporaryDirectory
    >>> case = Case("conv1d", (1, 2, 5), (1, 2, 3), {"stride": (2,)}, fill="integers")
    >>> with TemporaryDirectory() as folder:
    ...     summary = write(folder, "conv1d", suite="mine", gradients=False, cases=[case])
    ...     print(Path(folder, "cases.txt").read_text(), end="")
    ...     summary.cases, summary.files
    n1c2w5-o1k3-s2-integers
    (1, 12)
    """
    operation(op), precision_of(precision).numpy_dtype
    _check_seed(seed)
    chosen = _cases(op, suite, precision, seed) if cases is None else list(cases)
    for case in chosen:
        if (case.op, case.precision) != (op, precision):
            raise ArgumentError(
                "vectors",
                f"a case is of {case.op} in {case.precision}, but these vectors are of {op} in {precision}.",
                fix="Write a folder for each operation and precision.",
            )
    left_out: tuple[str, ...] = ()
    if check_dialect("vectors", dialect) != "refconv":
        chosen, left_out = sayable(wording_of(dialect, operation(op)), chosen)
    chosen = _distinct(chosen)
    if not chosen:
        fix = "Name a suite, or give some cases."
        raise ArgumentError("vectors", "there are no cases to write.", *left_out, fix=fix)
    home = Path(directory)
    try:
        folder = Folder(refconv.__version__, op, suite, precision, seed, (), dialect)
        written = _write(home, folder, chosen, gradients, npz, progress)
        return written._replace(left_out=left_out)
    except OSError as error:
        raise VectorError(str(home), f"it cannot be written: {error.strerror}.", fix="Name another folder.") from error


def _check_seed(seed: int) -> None:
    """Raise for a seed that the manifest cannot hold."""
    if not 0 <= seed < 2**63:
        raise ArgumentError("vectors", f"the seed is {seed}.", fix="Take one from 0 to 2**63 - 1.")


def _cases(op: str, suite: str, precision: str, seed: int) -> list[Case]:
    from refconv.oracle.suites import suite as suite_of

    return list(suite_of(suite, op, precision=precision, seed=seed))


def _distinct(cases: list[Case]) -> list[Case]:
    """Return the cases without those that differ from an earlier one only in how arrays lie in memory."""
    seen, kept = set(), []
    for case in cases:
        key = repr(replace(case, memory="contiguous", purpose=""))
        if key not in seen:
            kept.append(case)
            seen.add(key)
    return kept


def _write(
    home: Path,
    folder: Folder,
    cases: list[Case],
    gradients: bool,
    npz: bool,
    progress: Callable[[int, int, str], object] | None,
) -> Summary:
    claim = Claim(home)
    names: list[str] = []
    vectors: list[Vector] = []
    for done, case in enumerate(cases):
        names.append(_name(plain(case), names))
        if progress is not None:
            progress(done, len(cases), names[-1])
        vectors.append(put_case(claim, names[-1], case, gradients=gradients, npz=npz, dialect=folder.dialect))
    written = replace(folder, cases=tuple(vectors))
    claim.put(CASES, "".join(f"{name}\n" for name in names).encode())
    claim.put(README, readme(written, gradients=gradients, npz=npz).encode())
    claim.finish(_text(written))
    if progress is not None:
        progress(len(cases), len(cases), "manifest")
    return Summary(home, len(cases), claim.files, claim.bytes)


def _text(folder: Folder) -> str:
    """Return the manifest, one case a line."""
    said = folder.as_json()
    cases = ",\n".join(json.dumps(case, allow_nan=False) for case in said.pop("cases"))
    text = f'{json.dumps(said)[:-1]}, "cases": [\n{cases}\n]}}\n'
    if len(text) > MANIFEST_LIMIT:
        raise ArgumentError(
            "vectors",
            f"the manifest would have {len(text)} bytes, more than is read: {MANIFEST_LIMIT}.",
            fix="Write fewer cases to a folder, or leave the gradients out.",
        )
    return text


def _name(case: Case, taken: list[str]) -> str:
    """Return a folder's name for a case, like none before in any mixture of small and large letters."""
    stem = re.sub(r"[^A-Za-z0-9_.=+-]", "_", case.name)[:90]
    lower = {name.casefold() for name in taken}
    names = (stem if again == 1 else f"{stem}-{again}" for again in range(1, len(taken) + 2))
    return next(name for name in names if name.casefold() not in lower)
