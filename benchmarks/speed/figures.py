"""What was measured: rows, the machine, how; to JSON and back, and the ratios that tables and targets are made of."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from math import exp, fsum, log
from statistics import median
from typing import Any

__all__ = ["Figures", "Row", "best_of_medians", "geometric_mean"]


@dataclass(frozen=True, slots=True)
class Row:
    """One runner on one case: the median of each turn in seconds; bytes of workspace where that was measured."""

    section: str
    case: str
    kind: str
    direction: str
    runner: str
    threads: int
    medians: tuple[float, ...]
    bytes: int | None = None

    @property
    def seconds(self) -> float:
        """The figure."""
        return best_of_medians(self.medians)

    @property
    def spread(self) -> float:
        """The middle of the turns, as a multiple of the best: how quiet the machine was."""
        return median(self.medians) / self.seconds


@dataclass(slots=True)
class Figures:
    """A run: on which machine, how, with which versions, and its rows."""

    machine: dict[str, Any] = field(default_factory=dict)
    settings: dict[str, Any] = field(default_factory=dict)
    versions: dict[str, str] = field(default_factory=dict)
    missing: dict[str, str] = field(default_factory=dict)
    rows: list[Row] = field(default_factory=list)

    def find(self, section: str, case: str, kind: str, direction: str, runner: str, threads: int = 0) -> Row | None:
        """Return the row, or None; by default of the threads that the run gave everybody."""
        threads = threads or self.settings.get("threads", 0)
        wanted = (section, case, kind, direction, runner, threads)
        for row in self.rows:
            if (row.section, row.case, row.kind, row.direction, row.runner, row.threads) == wanted:
                return row
        return None

    def seconds(self, section: str, case: str, kind: str, direction: str, runner: str = "refconv") -> float | None:
        """Return the figure, or None."""
        row = self.find(section, case, kind, direction, runner)
        return None if row is None else row.seconds

    def ratio(self, section: str, case: str, kind: str, direction: str, beside: str) -> float | None:
        """Return refconv's time as a multiple of another's."""
        ours, theirs = (self.seconds(section, case, kind, direction, who) for who in ("refconv", beside))
        return None if ours is None or theirs is None else ours / theirs

    def to_json(self) -> str:
        """Return the figures as text, a row a line."""
        head = {name: value for name, value in asdict(self).items() if name != "rows"}
        rows = [asdict(row) for row in self.rows]
        lines = ",\n  ".join(json.dumps({k: v for k, v in row.items() if v is not None}) for row in rows)
        return f'{json.dumps(head, indent=1)[:-2]},\n "rows": [\n  {lines}\n ]\n}}\n'

    @classmethod
    def from_json(cls, text: str) -> Figures:
        """Return the figures that `to_json` wrote."""
        held = json.loads(text)
        rows = [Row(**row | {"medians": tuple(row["medians"])}) for row in held.pop("rows")]
        return cls(**held, rows=rows)

    def merge(self, other: Figures) -> Figures:
        """Return these figures with another run's in their places, and its own machine and settings."""
        taken = {_key(row) for row in other.rows}
        rows = [*(row for row in self.rows if _key(row) not in taken), *other.rows]
        missing = {who: why for who, why in self.missing.items() if who not in other.versions} | other.missing
        return Figures(other.machine, other.settings, self.versions | other.versions, missing, rows)


def _key(row: Row) -> tuple[Any, ...]:
    return row.section, row.case, row.kind, row.direction, row.runner, row.threads, row.bytes is None


def best_of_medians(medians: Iterable[float]) -> float:
    """Return the least: whatever disturbs a turn makes it longer, never shorter."""
    return min(medians)


def geometric_mean(ratios: Iterable[float]) -> float:
    """Return the mean that is the same whichever of the two is divided by the other.

    Examples
    --------
    >>> geometric_mean([4.0, 0.25])
    1.0
    """
    logs = [log(ratio) for ratio in ratios]
    return exp(fsum(logs) / len(logs))
