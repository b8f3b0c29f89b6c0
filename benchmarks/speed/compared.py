"""refconv beside the others, as tables."""

from __future__ import annotations

from benchmarks.speed.cases import CASES, GROWING, POOLING, TINY, TRANSPOSED
from benchmarks.speed.figures import Figures, geometric_mean
from benchmarks.speed.jobs import ALL_RUNNERS
from benchmarks.speed.table import NONE, Table, milliseconds, times

__all__ = ["NAMES", "beside", "known", "speeds"]

NAMES = {
    "cases": [case.name for case in CASES],
    "others": [case.name for case in (*TRANSPOSED, *POOLING)],
    "threads": [case.name for case in (*CASES, *POOLING)],
    "calls": [case.name for case in TINY],
    "size": sorted((case.name for case in GROWING), key=lambda name: name.startswith("depthwise")),
    "memory": [case.name for case in CASES],
}
"""The cases of a section, in the order of its tables."""


def known(figures: Figures, section: str) -> list[str]:
    """Return those cases of a section that were measured."""
    found = {row.case for row in figures.rows if row.section == section}
    return [name for name in NAMES[section] if name in found]


def _present(figures: Figures, section: str, kind: str, direction: str) -> list[str]:
    found = {row.runner for row in figures.rows if (row.section, row.kind, row.direction) == (section, kind, direction)}
    return [name for name in ALL_RUNNERS if name in found]


def beside(figures: Figures, section: str, kind: str, direction: str) -> Table | None:
    """Return every runner's time in ms, and refconv's speed beside each of the others (above 1: refconv is ahead)."""
    runners = _present(figures, section, kind, direction)
    cases = known(figures, section)
    if "refconv" not in runners or not cases:
        return None
    others = [name for name in runners if name != "refconv"]
    ahead: dict[str, list[float]] = {name: [] for name in others}
    rows = []
    for case in cases:
        found = [figures.seconds(section, case, kind, direction, name) for name in runners]
        if not any(found):
            continue
        cells = []
        for name in others:
            ratio = figures.ratio(section, case, kind, direction, name)
            cells.append(times(None if ratio is None else 1 / ratio))
            if ratio is not None:
                ahead[name].append(1 / ratio)
        rows.append((case, *map(milliseconds, found), *cells))
    means = (times(geometric_mean(each)) if each else NONE for each in ahead.values())
    rows.append(("geometric mean", *("",) * len(runners), *means))
    return Table(f"{kind}, {direction}", ("ms", *runners, *(f"vs {name}" for name in others)), rows)


def speeds(figures: Figures, beside_whom: str, kind: str, direction: str) -> dict[str, float]:
    """Return refconv's speed beside another's, case by case."""
    found = {}
    for case in known(figures, "cases"):
        ratio = figures.ratio("cases", case, kind, direction, beside_whom)
        if ratio is not None:
            found[case] = 1 / ratio
    return found
