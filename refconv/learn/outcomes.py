"""What a call gave: a value or an exception, and when two of them are the same."""

from __future__ import annotations

import copy
from collections.abc import Callable, Mapping
from fractions import Fraction
from numbers import Number
from typing import Any, NamedTuple

import numpy as np

__all__ = ["Call", "Outcome", "outcome_of", "same", "shown"]

EXACT = {*"biuO"}
"""Kinds of types whose values are compared with ==."""

CLOSE = 1e-9  # of the largest value: far above the rounding of any exercise, far below any misconception
LONGEST = 1000  # characters of a value that are shown


class Call(NamedTuple):
    """Arguments that an answer is tried with."""

    args: tuple[Any, ...] = ()
    kwargs: Mapping[str, Any] = {}

    def __str__(self) -> str:
        return ", ".join([*map(_short, self.args), *(f"{name}={_short(value)}" for name, value in self.kwargs.items())])


class Outcome(NamedTuple):
    """What one call gave: `value`, or the exception that it raised; `wrote` is whether it changed its arguments."""

    value: Any = None
    error: Exception | SystemExit | None = None
    wrote: bool = False

    def __str__(self) -> str:
        if self.error is not None:
            return f"{type(self.error).__name__}: {shown(self.error, str)}"
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
    except (Exception, SystemExit) as error:  # noqa: BLE001 - whatever a learner's function raises is what it gave
        return Outcome(error=error)
    wrote = not same((*args, *kwargs.values()), (*given.args, *given.kwargs.values()))
    return Outcome(value=_kept(value), wrote=wrote)


def _kept(value: Any) -> Any:
    """Return a value as it is now: the next call may write to the same array or list."""
    try:
        return copy.deepcopy(value)
    except Exception:  # noqa: BLE001 - a generator, say; nothing is right that cannot be copied
        return value


def same(a: Any, b: Any) -> bool:
    """Return whether two values, or two outcomes, are the same to a learner: types of numbers and arrays may differ.

    Values that cannot be compared are not the same.

    Examples
    --------
    >>> same([1, 2], np.array([1.0, 2.0])), same(3, 4), same((1, None), (1, None))
    (True, False, True)
    """
    try:
        return _same(a, b)
    except Exception:  # noqa: BLE001 - a learner's value may do anything when it is compared
        return False


def _same(a: Any, b: Any) -> bool:
    if isinstance(a, Outcome) and isinstance(b, Outcome):
        if a.error is not None or b.error is not None:
            return type(a.error) is type(b.error)
        return _same(a.value, b.value)
    if isinstance(a, dict) and isinstance(b, dict):
        return a.keys() == b.keys() and all(_same(a[name], b[name]) for name in a)
    if _numeric(a) and _numeric(b):
        return _equal(np.asarray(a), np.asarray(b))
    if isinstance(a, list | tuple) and isinstance(b, list | tuple):
        return len(a) == len(b) and all(map(_same, a, b))
    return type(a) is type(b) and bool(np.all(a == b))


def _numeric(value: Any) -> bool:
    """Return whether a value is numbers all through, in one block."""
    if isinstance(value, np.ndarray | np.generic):
        return value.dtype.kind in "biufcO"
    if isinstance(value, Number):
        return True
    return isinstance(value, list | tuple) and all(map(_numeric, value)) and len({np.shape(v) for v in value}) <= 1


def _equal(a: np.ndarray[Any, Any], b: np.ndarray[Any, Any]) -> bool:
    if a.shape != b.shape:
        return False
    if {a.dtype.kind, b.dtype.kind} <= EXACT:
        return bool(np.all(a == b))
    try:
        a, b = (each.astype(float) if each.dtype.kind == "O" else each for each in (a, b))
    except (TypeError, ValueError, OverflowError):  # no numbers, or larger than any float
        return bool(np.all(a == b))
    size = np.abs(b)
    scale = max(float(np.max(size, initial=0, where=np.isfinite(size))), 1e-300)  # nothing is near to infinity
    with np.errstate(all="ignore"):
        near = np.abs(a - b) <= CLOSE * scale
    return bool(np.all(near | (a == b) | ((a != a) & (b != b))))


def shown(value: Any, write: Callable[[Any], str] = repr) -> str:
    """Return a value as text, cut off where it is very long.

    Examples
    --------
    >>> shown([1, 2]), len(shown("ab" * 600))
    ('[1, 2]', 1021)
    """
    try:
        text = write(value)
    except Exception:  # noqa: BLE001 - a whole number of 5000 digits, or what a class of the learner's own does
        return f"{type(value).__name__} that cannot be shown"
    return text if len(text) <= LONGEST else f"{text[:LONGEST]}... ({len(text)} characters)"


def _short(value: Any) -> str:
    return shown(value, _written)


def _written(value: Any) -> str:
    if isinstance(value, Fraction):
        return str(value)
    if type(value) in (list, tuple):  # NumPy's numbers in it are numbers to a learner
        inside = ", ".join(map(_written, value))
        return f"[{inside}]" if isinstance(value, list) else f"({inside}{',' * (len(value) == 1)})"
    if not isinstance(value, np.ndarray | np.generic):
        return getattr(value, "__name__", repr(value)) if callable(value) else repr(value)
    if value.ndim == 0:
        return repr(value.item())
    if value.size <= 36:
        return np.array2string(np.asarray(value), separator=", ", precision=6, max_line_width=100)
    return f"array of shape {value.shape}"
