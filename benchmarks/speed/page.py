"""docs/performance.md, from the figures alone."""

from __future__ import annotations

from statistics import median

from benchmarks.speed.alone import kinds, memory, per_output, threads
from benchmarks.speed.cases import BIG, CASES
from benchmarks.speed.compared import beside
from benchmarks.speed.figures import Figures
from benchmarks.speed.prose import EXAMPLE, HEAD, HOW, SECTIONS
from benchmarks.speed.table import Table, milliseconds
from benchmarks.speed.targets import TARGETS
from benchmarks.speed.verdicts import table as target_table

__all__ = ["page"]

COMBINATIONS = [(kind, direction) for kind in ("float64", "float32") for direction in ("forward", "backward")]


def page(figures: Figures) -> str:
    """Return the page's text."""
    parts = [HEAD.format(machine=_machine(figures)), f"## Targets\n\n{target_table(TARGETS, figures).markdown()}"]
    parts.append("## The nine cases\n")
    parts.append(_cases())
    parts += _compared(figures, "cases", "###")
    for section, one in (("threads", threads), ("kinds", kinds), ("planes", per_output), ("memory", memory)):
        table = one(figures)
        if table is not None:
            parts.append(f"{SECTIONS[section]}\n\n{table.markdown()}")
    parts.append(_big(figures))
    for section in ("size", "others", "calls"):
        tables = _compared(figures, section, "###")
        if tables:
            parts += [f"{SECTIONS[section]}\n", *tables]
    parts += [_how(figures), EXAMPLE]
    return "\n".join(part for part in parts if part)


def _compared(figures: Figures, section: str, level: str) -> list[str]:
    tables = (beside(figures, section, *combination) for combination in COMBINATIONS)
    return [f"{level} {_title(table, section)}\n\n{table.markdown()}" for table in tables if table is not None]


def _title(table: Table, section: str) -> str:
    return {"cases": "", "others": "transposed and pooling: ", "calls": "tiny: ", "size": "size: "}[
        section
    ] + table.title


def _cases() -> str:
    head = ("case", "x", "w", "s", "p", "d", "G", "million MACs")
    rows = [
        (
            case.name,
            str(case.x),
            str(case.w),
            *map(str, (case.s, case.p, case.d, case.groups)),
            f"{case.macs / 1e6:.1f}",
        )
        for case in CASES
    ]
    return Table("cases", head, rows).markdown()


def _machine(figures: Figures) -> str:
    """Return a list of the machine's properties and the versions."""
    machine = figures.machine
    versions = ", ".join(f"{name} {version}" for name, version in sorted(figures.versions.items()) if name != "floor")
    threads, numpy = figures.settings.get("threads"), figures.versions.get("floor", "unknown")
    lines = [
        "- {processor}; {cores} cores, of which {threads} were used; caches of a core {caches}; {memory_gib} GiB",
        "- {system}, Python {python}, NumPy {numpy} with {blas}, on {day}",
    ]
    lines = [line.format(**machine, threads=threads, numpy=numpy) for line in lines] + [f"- {versions}"]
    lines += [f"- **not measured: {name}** ({why})" for name, why in sorted(figures.missing.items())]
    return "\n".join(lines)


def _big(figures: Figures) -> str:
    rows = {who: figures.find("big", BIG.name, "float64", "forward", who) for who in ("refconv", "floor")}
    ours, floor = rows["refconv"], rows["floor"]
    if ours is None or ours.bytes is None:
        return ""
    beside = "" if floor is None else f"; its matmuls alone take {milliseconds(floor.seconds)} ms"
    return (
        f"A convolution of {BIG.x} with k = {BIG.k} into {BIG.out} channels, float64, whose im2col would take 26 GB, "
        f"took {milliseconds(ours.seconds)} ms in one run{beside}. Its workspace was {ours.bytes / 2**20:.1f} MiB.\n"
    )


def _how(figures: Figures) -> str:
    pace = figures.settings
    spreads = [row.spread for row in figures.rows if len(row.medians) > 2]
    return HOW.format(
        cycles=pace.get("cycles"),
        least=pace.get("least"),
        milliseconds=1000 * pace.get("seconds", 0),
        pause=1000 * pace.get("pause", 0),
        threads=pace.get("threads"),
        spread=median(spreads) if spreads else 1.0,
    )
