"""Judging what a foreign program made of the vectors: the same policies and the same diagnosis as for a callable."""

from __future__ import annotations

import platform
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from time import perf_counter

import numpy as np

import refconv
from refconv.oracle.cases import Arrays
from refconv.oracle.diagnosis import diagnose_outputs
from refconv.oracle.explain import Observation, worth_keeping
from refconv.oracle.report.model import Cause, Failure, Report
from refconv.oracle.vectors.errors import VectorError
from refconv.oracle.vectors.judgement import Judged, judge
from refconv.oracle.vectors.load import load_inputs
from refconv.oracle.vectors.manifest import read_manifest
from refconv.oracle.vectors.outputs import Outputs
from refconv.oracle.vectors.records import RESULTS, Folder, Vector
from refconv.oracle.vectors.untrusted import LIMIT

__all__ = ["check", "diagnosed"]


Progress = Callable[[int, int, str], object]


def check(
    directory: str | Path,
    outputs: str | Path,
    *,
    algorithm: str = "direct",
    limit: int = LIMIT,
    progress: Progress | None = None,
) -> Report:
    """Judge the outputs of a program for a folder of vectors.

    Parameters
    ----------
    directory : str or Path
        The vectors, as `write` left them.
    outputs : str or Path
        A folder with ``NAME/y.npy`` (and dx, dw, db) or ``NAME.npz`` for each case, or with one ``outputs.npz`` whose
        members are ``NAME/y``; or that file itself.
    algorithm : str
        What the program does: "direct" sums products; others, such as "winograd", round more and are granted more.
    limit : int
        The most bytes that the arrays of one case, or one output, may have.
    progress : callable, optional
        Told of each case: how many are done, of how many, and its name.

    Returns
    -------
    Report
        A kind of result, such as dx, that the program never wrote is left out, and the report says so. If it wrote
        some of a kind, the others are failures of kind "missing"; files that cannot be read, "unreadable".

    Raises
    ------
    VectorError
        For vectors that are damaged, and if there are no outputs at all.

    Examples
    --------
    >>> from tempfile import TemporaryDirectory
    >>> from refconv.oracle.cases import Case
    >>> from refconv.oracle.vectors.write import write
    >>> case = Case("conv1d", (1, 2, 5), (1, 2, 3), fill="integers")
    >>> with TemporaryDirectory() as folder:
    ...     _ = write(folder + "/vectors", "conv1d", cases=[case])
    ...     np.savez(folder + "/outputs.npz", **{case.name + "/y": case.truth().value})
    ...     report = check(folder + "/vectors", folder + "/outputs.npz")
    >>> report.passed, report.results
    (True, {'y': 1})
    """
    start = perf_counter()
    home = Path(directory)
    folder = read_manifest(home, limit=limit)
    with Outputs(Path(outputs), limit=limit, cases=len(folder.cases)) as found:
        return _report(home, folder, found, algorithm, limit, progress, start)


def _report(
    home: Path, folder: Folder, found: Outputs, algorithm: str, limit: int, progress: Progress | None, start: float
) -> Report:
    """Judge all outputs of the cases that are not skipped."""
    skipped = found.skipped(vector.name for vector in folder.cases)
    vectors = [vector for vector in folder.cases if vector.name not in skipped]
    kinds = _kinds(vectors, found)
    failures: list[Failure] = []
    seen: list[Observation] = []
    notes: dict[str, None] = {}
    results = dict.fromkeys(kinds, 0)
    for done, vector in enumerate(vectors):
        if progress is not None:
            progress(done, len(vectors), vector.name)
        arrays = load_inputs(home, vector, limit=limit)
        for of in (of for of in kinds if of in vector.truth):
            judged = judge(home, vector, of, arrays, found, algorithm=algorithm, limit=limit)
            results[of] += judged.y is not None
            notes |= dict.fromkeys(judged.notes)
            failures += [judged.failure] if judged.failure else []
            seen += _kept(vector, of, arrays, judged)
    if progress is not None:
        progress(len(vectors), len(vectors), "diagnosis")
    return Report(
        target=found.home.name or str(found.home),
        op=folder.op,
        suite=folder.suite,
        precision=folder.precision,
        seed=folder.seed,
        passed=not failures,
        cases=len(vectors),
        failures=tuple(failures),
        diagnosis=diagnosed(seen, algorithm) if failures else (),
        left_out=(*_not_written(folder, kinds), *_said(skipped)),
        notes=tuple(notes),
        seconds=perf_counter() - start,
        results=results,
        environment={
            "vectors": f"refconv {folder.refconv}",
            "refconv": refconv.__version__,
            "numpy": np.__version__,
            "python": platform.python_version(),
            "machine": platform.machine(),
            **({} if folder.dialect == "refconv" else {"dialect": folder.dialect}),
        },
    )


@np.errstate(all="ignore")
def diagnosed(observations: list[Observation], algorithm: str = "direct") -> tuple[Cause, ...]:
    """Return what explains the observations: the one place where a foreign program meets the diagnosis.

    Examples
    --------
    >>> diagnosed([])
    ()
    """
    return diagnose_outputs(observations, algorithm=algorithm)


def _kept(vector: Vector, of: str, arrays: Arrays, judged: Judged) -> list[Observation]:
    """Return what a diagnosis can use: results that can be simulated, right or wrong, and small wrong ones."""
    if judged.y is None:
        return []
    seen = Observation(vector.case, of, arrays, judged.y, right=judged.failure is None)
    return [seen] if worth_keeping(seen) else []


def _kinds(vectors: list[Vector], found: Outputs) -> list[str]:
    """Return the results that the program wrote for at least one case."""
    kinds = [of for of in RESULTS if any(of in vector.truth and found.has(vector.name, of) for vector in vectors)]
    if not kinds:
        example = vectors[0].name if vectors else "NAME"
        raise VectorError(
            str(found.home),
            "there is no output for any case here." if vectors else "the program skipped all cases.",
            f"Looked for {example}/y.npy (and dx, dw, db), {example}.npz and outputs.npz.",
            fix="Run the program first, and name its outputs as the README.txt of the vectors says.",
        )
    return kinds


def _not_written(folder: Folder, kinds: list[str]) -> list[str]:
    """Return a line for each kind of result that the vectors ask for and the program has none of."""
    asked = [of for of in RESULTS if any(of in vector.truth for vector in folder.cases)]
    return [f"{of}: no case has an output of this name" for of in asked if of not in kinds]


def _said(skipped: dict[str, str]) -> list[str]:
    """Return a line for each reason that the program gave for skipping cases."""
    reasons = Counter(why or "it gives no reason" for why in skipped.values())
    return [f"skipped by the program: {why} ({n} case{'s' if n > 1 else ''})" for why, n in reasons.items()]
