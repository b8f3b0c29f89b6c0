"""What a call gave: a value or an exception, and when two of them are the same."""

from __future__ import annotations

import copy
from collections.abc import Callable, Mapping
from fractions import Fraction
from numbers import Number
from typing import Any, NamedTuple

import numpy as np

__all__ = ["Call", "Outcome", "outcome_of", "same"]

EXACT = {*"biuO"}
"""Kinds of types whose values are compared with ==."""

CLOSE = 1e-9  # of the largest value: far above the rounding of any exercise, far below any misconception


class Call(NamedTuple):
    """Arguments that an answer is tried with."""

    args: tuple[Any, ...] = ()
    kwargs: Mapping[str, Any] = {}

    def __str__(self) -> str:
        return ", ".join([*map(_short, self.args), *(f"{name}={_short(value)}" for name, value in self.kwargs.items())])


class Outcome(NamedTuple):
    """What one call gave: `value`, or the exception that it raised; `wrote` is whether it changed its arguments."""

    value: Any = None
    error: Exception | None = None
    wrote: bool = False

    def __str__(self) -> str:
        if self.error is not None:
            return f"{type(self.error).__name__}: {self.error}"
        return _short(self.value)


def outcome_of(fn: Callable[..., Any], given: Call) -> Outcome:
    """Call a function with copies of the arguments.

    Examples
    --------
    >>> print(outcome_of(lambda n: n // 2, Call((7,))), outcome_of(lambda n: n // 0, Call((7,))), sep="; ")
    3; ZeroDivisionError: integer division or modulo by zero
    """
    args, kwargs = copy.deepcopy((given.args, dict(given.kwargs)))
    try:
        value = fn(*args, **kwargs)
    except Exception as error:  # noqa: BLE001 - whatever a learner's function raises is what it gave
        return Outcome(error=error)
    wrote = not same((*args, *kwargs.values()), (*given.args, *given.kwargs.values()))
    return Outcome(value=value, wrote=wrote)


def same(a: Any, b: Any) -> bool:
    """Return whether two values, or two outcomes, are the same to a learner: types of numbers and arrays may differ.

    Examples
    --------
    >>> same([1, 2], np.array([1.0, 2.0])), same(3, 4), same((1, None), (1, None))
    (True, False, True)
    """
    if isinstance(a, Outcome) and isinstance(b, Outcome):
        if a.error is not None or b.error is not None:
            return type(a.error) is type(b.error)
        return same(a.value, b.value)
    if isinstance(a, dict) and isinstance(b, dict):
        return a.keys() == b.keys() and all(same(a[name], b[name]) for name in a)
    if _numeric(a) and _numeric(b):
        return _equal(np.asarray(a), np.asarray(b))
    if isinstance(a, list | tuple) and isinstance(b, list | tuple):
        return len(a) == len(b) and all(map(same, a, b))
    return type(a) is type(b) and bool(a == b)


def _numeric(value: Any) -> bool:
    """Return whether a value is numbers all through, in one block."""
    if isinstance(value, Number | np.ndarray | np.generic):
        return not isinstance(value, np.ndarray) or value.dtype.kind in "biufcO"
    return isinstance(value, list | tuple) and all(map(_numeric, value)) and len({np.shape(v) for v in value}) <= 1


def _equal(a: np.ndarray[Any, Any], b: np.ndarray[Any, Any]) -> bool:
    if a.shape != b.shape:
        return False
    if {a.dtype.kind, b.dtype.kind} <= EXACT:
        return bool(np.all(a == b))
    scale = max(float(np.max(np.abs(b), initial=0)), 1e-300)
    with np.errstate(all="ignore"):
        near = np.abs(a - b) <= CLOSE * scale
    return bool(np.all(near | (a == b) | ((a != a) & (b != b))))


def _short(value: Any) -> str:
    if isinstance(value, Fraction):
        return str(value)
    if type(value) in (list, tuple):  # NumPy's numbers in it are numbers to a learner
        inside = ", ".join(map(_short, value))
        return f"[{inside}]" if isinstance(value, list) else f"({inside}{',' * (len(value) == 1)})"
    if not isinstance(value, np.ndarray | np.generic):
        return value.__name__ if callable(value) else repr(value)
    if value.ndim == 0:
        return repr(value.item())
    if value.size <= 36:
        return np.array2string(np.asarray(value), separator=", ", precision=6, max_line_width=100)
    return f"array of shape {value.shape}"
