"""The sections of a run: which runner does which case in which type, and what is measured of it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from benchmarks.speed.cases import BIG, CASES, GROWING, PLANES, POOLING, TINY, TRANSPOSED, Case

__all__ = ["QUICK_RUNNERS", "SECTIONS", "Job", "jobs"]

FLOATS = ("float64", "float32")
DIRECTIONS = ("forward", "backward")
QUICK_RUNNERS = ("refconv", "torch", "floor")
ALL_RUNNERS = ("floor", "refconv", "torch", "jax", "onnx.reference", "onnxruntime")

SECTIONS = {
    "cases": "the nine cases",
    "others": "transposed convolution and pooling",
    "threads": "one thread against more",
    "calls": "calls on tiny inputs",
    "kinds": "integers, halves, complex numbers",
    "size": "time against size",
    "planes": "time per output on large planes",
    "memory": "workspace, MiB",
    "big": "a convolution whose im2col takes 26 GB",
}
"""By name, what each section is about, in the order of a run."""


@dataclass(frozen=True, slots=True)
class Job:
    """One comparison: some runners, on some numbers of threads (none: as many as the run has), on one case."""

    section: str
    case: Case
    kind: str
    direction: str
    runners: tuple[str, ...]
    threads: tuple[int, ...] = ()
    measure: str = "time"
    checked: bool = True


def _everything() -> Iterator[Job]:
    for kind in FLOATS:
        for direction in DIRECTIONS:
            beside = ALL_RUNNERS if direction == "forward" else ALL_RUNNERS[:4]
            for case in CASES:
                yield Job("cases", case, kind, direction, beside)
            for case in (*TRANSPOSED, *POOLING):
                yield Job("others", case, kind, direction, ("floor", "refconv", "torch"))
            for case in (*CASES[5:8], *POOLING):
                yield Job("threads", case, kind, direction, ("refconv",), (1, 0))
            for case in TINY:
                yield Job("calls", case, kind, direction, ("refconv", "torch"))
            for case in CASES:
                yield Job("memory", case, kind, direction, ("refconv",), measure="peak", checked=False)
        for case in GROWING:
            yield Job("size", case, kind, "forward", ("floor", "refconv", "torch"))
        for case in PLANES:
            yield Job("planes", case, kind, "forward", ("refconv",), checked=False)
    for kind in ("float64", "float16", "int8", "int64", "int64_wide", "complex128"):
        for direction in DIRECTIONS:
            yield Job("kinds", CASES[0], kind, direction, ("refconv",), checked=False)
    yield Job("big", BIG, "float64", "forward", ("floor",), checked=False)
    yield Job("big", BIG, "float64", "forward", ("refconv",), measure="once", checked=False)


def jobs(
    sections: tuple[str, ...] = (), only: tuple[str, ...] = (), runners: tuple[str, ...] = (), quick: bool = False
) -> list[Job]:
    """Return the jobs asked for, section by section; an empty tuple asks for all.

    Examples
    --------
    >>> [(job.kind, job.direction) for job in jobs(("cases",), ("pointwise",), ("torch",))]
    [('float64', 'forward'), ('float64', 'backward'), ('float32', 'forward'), ('float32', 'backward')]
    """
    wanted = runners or (QUICK_RUNNERS if quick else ALL_RUNNERS)
    found = []
    for section in SECTIONS:
        for job in _everything():
            if job.section != section or (sections and section not in sections):
                continue
            if only and job.case.name not in only:
                continue
            if quick and not sections and section != "cases" and (not only or job.case in CASES):
                continue
            kept = tuple(runner for runner in job.runners if runner in wanted or runner == "refconv")
            if set(kept) & set(wanted):
                found.append(replace(job, runners=kept))
    return found
