"""Tables in plain text. `rich` would take longer to load than these commands take to answer."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from fractions import Fraction
from typing import Any

__all__ = ["grouped", "plain", "shape_text", "table"]


def table(header: Sequence[str], rows: Iterable[Sequence[Any]], left: int = 1) -> str:
    """Return a table: the first `left` columns flush left, the others flush right.

    Examples
    --------
    >>> print(table(("layer", "size"), [("conv1", 7), ("layer1.0.conv1", 11)]), end="")
    layer           size
    conv1              7
    layer1.0.conv1    11
    """
    lines = [tuple(map(str, header)), *(tuple(map(_text, row)) for row in rows)]
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    return "".join(
        "  ".join(
            cell.ljust(width) if number < left else cell.rjust(width)
            for number, (cell, width) in enumerate(zip(line, widths, strict=True))
        ).rstrip()
        + "\n"
        for line in lines
    )


def _text(value: Any) -> str:
    if isinstance(value, list | tuple):
        return ", ".join(map(_text, value))
    if isinstance(value, Fraction) and value.denominator == 2:
        return f"{'-' if value < 0 else ''}{abs(value.numerator) // 2}.5"  # exact, however large
    return "" if value is None else plain(value)


def plain(value: Any) -> str:
    """Return a value as text, an expression in its shortest form."""
    if not hasattr(value, "free_symbols"):
        return str(value)
    from refconv.symbolic import simplified

    return str(simplified(value))


def shape_text(shape: Iterable[Any] | None) -> str:
    """Return a shape as it stands in tables, a sum of symbols in parentheses; "?" where it is not known.

    Examples
    --------
    >>> shape_text((3, 224, 224)), shape_text(None)
    ('3x224x224', '?')
    """
    if shape is None:
        return "?"
    parts = map(plain, shape)
    return "x".join(f"({part})" if re.search(r"[^\w]", part) else part for part in parts)


def grouped(value: Any) -> str:
    """Return a count with its thousands set apart; an expression as it is.

    Examples
    --------
    >>> grouped(4089184256)
    '4,089,184,256'
    """
    return f"{value:,}" if isinstance(value, int) else plain(value)
