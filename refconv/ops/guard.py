"""Errors of the elements themselves, said in the operation's name.

Object arrays bring their own ``+``, ``*`` and ``>``, and those may refuse: Decimal with
float, symbols without an order.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np

from refconv.errors import DTypeError, RefconvError

__all__ = ["guarded"]


class guarded:  # noqa: N801 - used as a function; a generator would cost as much as all the checks of a call
    """Turn what the elements of object arrays among the arguments raise into a DTypeError of the operation."""

    __slots__ = ("arguments", "op")

    def __init__(self, op: str, arguments: Iterable[Any]) -> None:
        """Guard a block that computes `op` with these arguments."""
        self.op, self.arguments = op, arguments

    def __enter__(self) -> None:
        """Begin."""

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, where: object) -> None:
        """Let an error pass, or raise the operation's own from it."""
        if not isinstance(error, TypeError | OverflowError) or isinstance(error, RefconvError):
            return
        if any(map(_holds_objects, self.arguments)):
            raise DTypeError(
                self.op,
                f"the elements cannot be computed with: {error}.",
                fix="Make all of them one kind of number, with an order where a maximum is asked for.",
            ) from error


def _holds_objects(value: Any) -> bool:
    return value is not None and not isinstance(value, str) and np.asarray(value).dtype == object
