"""What a target is, and the verdict on it, computed from the figures."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from benchmarks.speed.figures import Figures, geometric_mean
from benchmarks.speed.table import NONE, Table, digits

__all__ = ["Target", "Values", "Verdict", "judge", "table"]

Values = dict[str, float]
"""What a target is about, by where it was measured."""


@dataclass(frozen=True, slots=True)
class Target:
    """Words, a limit on some values, which side of it is good, what we aim for; `mean` judges their geometric mean."""

    words: str
    values: Callable[[Figures], Values]
    limit: float
    at_least: bool = False
    mean: bool = False
    aim: float | None = None
    unit: str = "x"


@dataclass(frozen=True, slots=True)
class Verdict:
    """The value judged, where the worst was, how many of how many values miss; all None where nothing was measured."""

    target: Target
    value: float | None
    where: str
    missing: tuple[str, ...]
    count: int

    @property
    def reached(self) -> bool:
        """Whether the limit is kept."""
        return self.value is not None and _good(self.target, self.value, self.target.limit)

    def told(self) -> str:
        """Return 'reached', or by how much it is missed."""
        target, value = self.target, self.value
        if value is None:
            return "not measured"
        if self.reached:
            short = target.aim is not None and not _good(target, value, target.aim)
            return f"reached, short of the aim of {target.aim:g}" if short else "**reached**"
        by = target.limit / value if target.at_least else value / target.limit
        percent = 100 * (by - 1)
        much = f"by a factor of {by:.1f}" if by >= 2 else f"by {percent:.0f}%" if percent >= 1 else f"by {percent:.1g}%"
        share = "" if target.mean or self.count == 1 else f" ({len(self.missing)} of {self.count})"
        return f"missed {much}{share}"


def judge(target: Target, figures: Figures) -> Verdict:
    """Return the verdict: the worst of the values has to keep the limit, or their mean."""
    values = target.values(figures)
    if not values:
        return Verdict(target, None, "", (), 0)
    missing = tuple(name for name, value in values.items() if not _good(target, value, target.limit))
    if target.mean:
        return Verdict(target, geometric_mean(values.values()), "mean", missing, len(values))
    where = (min if target.at_least else max)(values, key=lambda name: values[name])
    return Verdict(target, values[where], where, missing, len(values))


def _good(target: Target, value: float, limit: float) -> bool:
    return value >= limit if target.at_least else value <= limit


def table(targets: Sequence[Target], figures: Figures) -> Table:
    """Return each target, its limit, what was measured, and the verdict."""
    rows = []
    for target in targets:
        verdict = judge(target, figures)
        limit = f"{'at least' if target.at_least else 'at most'} {target.limit:g}{target.unit}"
        where = f" ({verdict.where})" if verdict.where and verdict.count > 1 else ""
        value = NONE if verdict.value is None else f"{digits(verdict.value)}{where}"
        rows.append((target.words, limit, value, verdict.told()))
    return Table("Targets", ("what", "asked", "measured (worst)", "verdict"), rows, all_words=True)
