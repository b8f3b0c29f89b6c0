"""A table of words, for the page and the screen alike, and how numbers are written in it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

__all__ = ["NONE", "Table", "digits", "milliseconds", "times"]

NONE = "-"


@dataclass(frozen=True, slots=True)
class Table:
    """A title, a head and rows; the first column is of words, the others of numbers, unless `all_words`."""

    title: str
    head: tuple[str, ...]
    rows: Sequence[tuple[str, ...]]
    all_words: bool = False

    def markdown(self) -> str:
        """Return the table in Markdown."""
        rule = ("---", *("---" if self.all_words else "---:",) * (len(self.head) - 1))
        return "".join(f"| {' | '.join(line)} |\n" for line in (self.head, rule, *self.rows))


def milliseconds(seconds: float | None) -> str:
    """Return a time in three digits.

    Examples
    --------
    >>> milliseconds(0.0123456), milliseconds(0.000061), milliseconds(2.5), milliseconds(None)
    ('12.3', '0.061', '2500', '-')
    """
    return NONE if seconds is None else digits(1000 * seconds)


def digits(value: float) -> str:
    """Return a number in three digits, or as a whole one."""
    return f"{value:.{0 if value >= 100 else 1 if value >= 10 else 2 if value >= 1 else 3}f}"


def times(value: float | None) -> str:
    """Return a ratio: 12.3x, 1.23x, 0.12x."""
    return NONE if value is None else f"{digits(value)}x" if value >= 1 else f"{value:.2f}x"
