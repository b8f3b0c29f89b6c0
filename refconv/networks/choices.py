"""A word or number that an architecture takes must be one of a few."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from refconv.errors import ArgumentError

__all__ = ["check_choice"]


def check_choice(op: str, name: str, value: Any, choices: Iterable[Any]) -> None:
    """Raise ArgumentError unless `value` is one of the choices.

    Examples
    --------
    >>> check_choice("fcn", "stride", 4, (32, 16, 8))
    Traceback (most recent call last):
        ...
    refconv.errors.ArgumentError: fcn: there is no stride 4.
      Give one of 32, 16, 8.
    """
    listed = list(choices)
    if value not in listed:
        fixes = [{name: choice} for choice in listed]
        problem = f"there is no {name} {value!r}."
        raise ArgumentError(op, problem, fix=f"Give one of {', '.join(map(str, listed))}.", fixes=fixes)
