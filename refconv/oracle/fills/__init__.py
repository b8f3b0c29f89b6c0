"""What stands in a case's arrays, by name; each fill says what it promises and how its results are judged."""

from refconv.oracle.fills.table import FILLS, Fill, fill

__all__ = ["FILLS", "Fill", "fill"]
