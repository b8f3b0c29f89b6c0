"""What refconv raises: one family, so that a caller can catch all of it or one kind.

Every message says which operation failed, shows the arithmetic with the caller's own names and numbers,
and ends with a fix. Where the fix is another value of an argument it is also there for a program to read:
`error.fixes` is a tuple of keyword arguments, each of which mends what this error names. The tests apply them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

__all__ = [
    "ArgumentError",
    "ArgumentTypeError",
    "DTypeError",
    "IntegerOverflowError",
    "RefconvError",
    "ShapeError",
]


class RefconvError(Exception):
    """The base of the family.

    Parameters
    ----------
    op : str
        The operation the caller called, such as ``"conv2d"``.
    problem : str
        What is wrong, in one sentence.
    *lines : str
        The arithmetic that shows it, one line each.
    fix : str
        What to do instead.
    fixes : sequence of mappings
        The same, as keyword arguments for the call; empty where the fix lies in an array, or is the caller's to choose.

    Examples
    --------
    >>> error = ShapeError("conv2d", "the sizes differ.", "3 != 4", fix="Use 4.", fixes=[{"stride": 4}])
    >>> print(error)
    conv2d: the sizes differ.
      3 != 4
      Use 4.
    >>> error.fixes
    ({'stride': 4},)
    """

    def __init__(
        self, op: str, problem: str, *lines: str, fix: str = "", fixes: Sequence[Mapping[str, Any]] | None = None
    ) -> None:
        """Lay the parts out as one message."""
        body = [*lines, fix] if fix else list(lines)
        super().__init__("\n  ".join([f"{op}: {problem}", *body]))
        self.op = op
        self.fixes = tuple(fixes or ())
        self.parts = (op, problem, *lines), fix
        """The operation, the problem and its lines; and the fix: for whoever says it in other words."""

    def __reduce__(self) -> tuple[Any, ...]:
        """Travel between processes whole, as test runners and pools ask of an exception."""
        parts, fix = self.parts
        return partial(type(self), fix=fix, fixes=self.fixes), parts


class ShapeError(RefconvError, ValueError):
    """Sizes that do not go together: ranks, channels and groups, kernels that do not fit."""


class ArgumentError(RefconvError, ValueError):
    """An argument with an impossible value, such as ``stride=0`` or an unknown layout."""


class ArgumentTypeError(RefconvError, TypeError):
    """An argument of the wrong type, such as ``stride=1.5``."""


class DTypeError(RefconvError, TypeError):
    """An array whose elements refconv cannot compute with, or must not mix."""


class IntegerOverflowError(RefconvError, OverflowError):
    """An exact integer result that does not fit in int64."""
