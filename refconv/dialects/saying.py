"""Errors in a dialect's words: what refconv finds wrong, under the name that was called."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from refconv.errors import RefconvError

__all__ = ["said_as"]


@contextmanager
def said_as(op: str, words: Mapping[str, str] | None = None) -> Iterator[None]:
    """Raise what refconv finds wrong in here as an error of `op`, with the dialect's words beside refconv's.

    Parameters
    ----------
    op : str
        What was called, such as ``"tensorflow.nn.conv2d"``.
    words : mapping, optional
        The dialect's word for each of refconv's that it calls otherwise, such as ``{"stride": "strides"}``.

    Raises
    ------
    RefconvError
        Of the same type as the one inside; its `fixes` in the dialect's words, as far as these are one for one.

    Examples
    --------
    >>> import numpy as np, refconv
    >>> with said_as("lax.conv", {"stride": "window_strides", "w": "rhs"}):
    ...     refconv.conv2d(np.ones((1, 1, 5, 5)), np.ones((1, 1, 3, 3)), stride=0)
    Traceback (most recent call last):
    refconv.errors.ArgumentError: lax.conv: stride must be at least 1, but it is 0.
      Here window_strides is what refconv calls stride.
      The smallest value allowed is stride=1.
    """
    try:
        yield
    except RefconvError as error:
        raise _renamed(error, op, words or {}) from None


def _renamed(error: RefconvError, op: str, words: Mapping[str, str]) -> RefconvError:
    (_, problem, *lines), fix = error.parts
    text = "\n".join([problem, *lines, fix])
    used = [(theirs, ours) for ours, theirs in words.items() if theirs != ours and re.search(rf"\b{ours}\b", text)]
    note = [
        f"Here {', '.join(theirs for theirs, _ in used)} is what refconv calls {', '.join(ours for _, ours in used)}."
    ]
    fixes: list[dict[str, Any]] = [
        {words.get(name, name): value for name, value in one.items()}
        for one in error.fixes
        if not one.keys() - words.keys()
    ]
    return type(error)(op, problem, *lines, *(note if used else ()), fix=fix, fixes=fixes)
