"""A call like one made before is not checked again: it takes that one's plan.

Checking takes as long as a small convolution itself, and networks and loops make the same calls over and over. What
comes of it depends on nothing but the arrays' shapes and number types and on the other arguments; so these are the
key, as far as they can be one. Whatever else there is is checked anew, each time: arguments of other types (1, 1.0,
True and ``np.int64(1)`` are equal, but not equally welcome), arrays of objects, which may hold what is no number, and
what is no array yet. Only calls that were found right are remembered, so errors come as ever.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable
from functools import wraps
from typing import Any, ParamSpec, Protocol, Self, TypeVar

import numpy as np

__all__ = ["KNOWN", "MOST_KNOWN", "Checked", "remembered"]

P = ParamSpec("P")
C = TypeVar("C", bound="Checked")

KNOWN: dict[Hashable, Any] = {}
"""The calls found right, without their arrays."""

MOST_KNOWN = 512  # some 2 KB each; a memory that is full is emptied

PLAIN = frozenset({int, str, type(None)})
"""Types of which equal values are the same."""


class Checked(Protocol):
    """A checked call: `Call` or `Windows`."""

    def bare(self) -> Self:
        """Return the call without its arrays."""

    def on(self, *arrays: Any) -> Self:
        """Return the same call of these arrays."""


def remembered(arrays: slice) -> Callable[[Callable[P, C]], Callable[P, C]]:
    """Return a decorator for a function that checks a call; `arrays` says which of its arguments are the arrays."""

    def remember(check: Callable[P, C]) -> Callable[P, C]:
        @wraps(check)
        def checked(*said: P.args, **named: P.kwargs) -> C:
            given = said[arrays]
            key = _key(check, given, (*said[: arrays.start], *said[arrays.stop :], *named.items()))
            known = KNOWN.get(key)
            if known is not None:
                return known.on(*given)  # type: ignore[no-any-return]
            call = check(*said, **named)
            if key is not None:
                if len(KNOWN) >= MOST_KNOWN:
                    KNOWN.clear()
                KNOWN[key] = call.bare()
            return call

        return checked

    return remember


def _key(check: Callable[..., Any], arrays: tuple[Any, ...], settings: tuple[Any, ...]) -> Hashable:
    """Return what the call may be known by, or None."""
    try:
        return check, tuple(map(_kind, arrays)), _plain(settings)
    except _NoKeyError:
        return None


class _NoKeyError(Exception):
    pass


def _kind(array: Any) -> Hashable:
    """Return all that a plan may depend on in an array."""
    if type(array) is np.ndarray and array.dtype.kind != "O" and array.dtype.isnative:
        return array.shape, array.dtype
    if array is None:
        return None
    raise _NoKeyError


def _plain(value: Any) -> Hashable:
    """Return `value` such that equal ones are the same; lists as tuples, which mean the same."""
    kind = type(value)
    if kind in PLAIN:
        return value  # type: ignore[no-any-return]
    if kind is bool:
        return bool, value
    if isinstance(value, tuple | list):
        return tuple(value) if PLAIN.issuperset(map(type, value)) else tuple(map(_plain, value))
    raise _NoKeyError
