"""refconv beside itself, as tables: threads, workspace, types, large planes."""

from __future__ import annotations

from collections.abc import Callable

from benchmarks.speed.cases import CASES
from benchmarks.speed.compared import known
from benchmarks.speed.figures import Figures
from benchmarks.speed.table import NONE, Table, milliseconds, times

__all__ = ["kinds", "memory", "per_output", "threads"]

SHORT = {"float64": "f64", "float32": "f32", "forward": "fwd", "backward": "bwd"}


def threads(figures: Figures) -> Table | None:
    """Return the times on the run's threads, and how many times faster that is than on one."""
    many = figures.settings.get("threads", 0)

    def cells(case: str, kind: str, direction: str) -> tuple[str, ...] | None:
        one, more = (figures.find("threads", case, kind, direction, "refconv", count) for count in (1, many))
        if one is None or more is None:
            return None
        return milliseconds(more.seconds), times(one.seconds / more.seconds)

    return _each(figures, "threads", ("", "gain"), cells)


def memory(figures: Figures) -> Table | None:
    """Return the workspace of each case in MiB."""

    def cells(case: str, kind: str, direction: str) -> tuple[str, ...] | None:
        row = figures.find("memory", case, kind, direction, "refconv")
        return None if row is None or row.bytes is None else (f"{row.bytes / 2**20:.1f}",)

    return _each(figures, "memory", ("",), cells)


def _each(
    figures: Figures, section: str, head: tuple[str, ...], cells: Callable[[str, str, str], tuple[str, ...] | None]
) -> Table | None:
    """Return a table of one row a case, with cells for each type and direction."""
    names = known(figures, section)
    if not names:
        return None
    combinations = [(kind, direction) for kind in ("float64", "float32") for direction in ("forward", "backward")]
    rows = []
    for case in names:
        found = (cells(case, *combination) or (NONE,) * len(head) for combination in combinations)
        rows.append((case, *(cell for some in found for cell in some)))
    kind_and_way = (f"{SHORT[kind]} {SHORT[way]}" for kind, way in combinations)
    words = (f"{which} {word}".strip() for which in kind_and_way for word in head)
    return Table(section, ("", *words), rows)


def kinds(figures: Figures) -> Table | None:
    """Return the times of one dense case in several types, and beside float64."""
    case, rows = CASES[0].name, []
    for kind in ("float64", "float16", "int8", "int64", "int64_wide", "complex128"):
        cells: list[str] = []
        for direction in ("forward", "backward"):
            own, wide = (figures.seconds("kinds", case, each, direction) for each in (kind, "float64"))
            cells += [milliseconds(own), NONE if own is None or wide is None else times(own / wide)]
        if any(cell != NONE for cell in cells):
            rows.append((kind, *cells))
    head = ("", "forward, ms", "beside float64", "backward, ms", "beside float64")
    return Table("kinds", head, rows) if rows else None


def per_output(figures: Figures) -> Table | None:
    """Return the time per output on a small and on a large plane, in nanoseconds."""
    rows = []
    for stem in ("dense", "depthwise"):
        for kind in ("float64", "float32"):
            took = [figures.seconds("planes", f"{stem}_plane_{n}", kind, "forward") for n in (512, 4096)]
            if took[0] is not None and took[1] is not None:
                each = [1e9 * time / (8 * n * n) for time, n in zip(took, (512, 4096), strict=True) if time is not None]
                rows.append((f"{stem}, {kind}", f"{each[0]:.3f}", f"{each[1]:.3f}", times(each[1] / each[0])))
    return Table("planes", ("ns per output", "512x512", "4096x4096", "ratio"), rows) if rows else None
