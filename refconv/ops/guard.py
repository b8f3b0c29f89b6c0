"""Errors of the elements themselves, said in the operation's name.

Object arrays bring their own ``+``, ``*`` and ``>``, and those may refuse: Decimal with
float, symbols without an order.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np

from refconv.errors import DTypeError, RefconvError

__all__ = ["guarded"]


@contextmanager
def guarded(op: str, arguments: Iterable[Any]) -> Iterator[None]:
    """Turn what the elements of object arrays among the arguments raise into a DTypeError of the operation."""
    try:
        yield
    except (TypeError, OverflowError) as error:
        if isinstance(error, RefconvError) or not any(map(_holds_objects, arguments)):
            raise
        raise DTypeError(
            op,
            f"the elements cannot be computed with: {error}.",
            fix="Make all of them one kind of number, with an order where a maximum is asked for.",
        ) from error


def _holds_objects(value: Any) -> bool:
    return not isinstance(value, str) and np.asarray(value).dtype == object
