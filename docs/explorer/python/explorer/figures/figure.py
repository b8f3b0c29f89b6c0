"""One figure: a value, its name, and the formula that gave it."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

from explorer.told import Told

__all__ = ["figure"]


def figure(
    id: str,  # noqa: A002 - the word of the page
    label: str,
    value: Any,
    unit: str = "",
    *,
    about: str = "layer",
    shown: str | None = None,
    formula: str = "",
    filled: str = "",
    source: str = "",
) -> dict[str, Any]:
    """Return a figure as the page takes it; a `Told` brings its own formula.

    Examples
    --------
    >>> from explorer.told import named
    >>> figure("padded_size", "padded size", named(33, "n") + named(2, "lo"))["filled"]
    '33 + 2 = 35'
    """
    if isinstance(value, Told):
        formula, filled, value = value.letters.text, f"{value.numbers.text} = {int(value)}", int(value)
    return {
        "id": id,
        "about": about,
        "label": label,
        "value": float(value) if isinstance(value, Fraction) else value,
        "shown": _shown(value) if shown is None else shown,
        "unit": unit,
        "formula": formula,
        "filled": filled,
        "source": source,
    }


def _shown(value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, Fraction | float):
        return f"{float(value):,.4g}" if value != int(value) else f"{int(value):,}"
    return f"{value:,}" if isinstance(value, int) else str(value)
