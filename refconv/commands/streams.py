"""Standard output for the command alone: whatever else writes there, in Python or in C, is sent to standard error.

`refconv check --json` promises one JSON document and nothing else, while it imports and runs strangers' code.
"""

from __future__ import annotations

import contextlib
import io
import os
import sys
from collections.abc import Iterator
from typing import TextIO

__all__ = ["drop_stdout", "only_ours"]

_STDOUT, _STDERR = 1, 2


@contextlib.contextmanager
def only_ours(*, for_good: bool = False) -> Iterator[TextIO]:
    """Yield a stream to standard output, while everybody else's standard output is standard error.

    With `for_good` that stays so, for what others print when the process ends.

    Examples
    --------
    >>> import sys
    >>> with only_ours() as out:
    ...     print("debugging, to standard error")
    ...     print("the answer", file=out)
    the answer
    """
    true = sys.stdout
    with contextlib.redirect_stdout(sys.stderr):
        if true is None or _descriptor(true) != _STDOUT:  # a notebook or a test has put its own stream there
            yield true or io.StringIO()
            return
        true.flush()
        ours = os.dup(_STDOUT)
        out = open(ours, "w", encoding=true.encoding, errors="backslashreplace", closefd=False)  # noqa: SIM115
        try:
            _point_to_stderr(_STDOUT)
            yield out
            out.flush()
        finally:
            _flush_c()
            if not for_good:
                os.dup2(ours, _STDOUT)
            with contextlib.suppress(OSError):  # raised by the flush above, or after something worse
                out.close()
            os.close(ours)


def drop_stdout() -> None:
    """Forget what standard output still holds, after nobody reads it any more; Python would complain at its exit."""
    if sys.stdout is not None and _descriptor(sys.stdout) == _STDOUT:
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, _STDOUT)
        os.close(nowhere)


def _descriptor(stream: TextIO) -> int | None:
    """Return the number that the system knows a stream by."""
    try:
        return stream.fileno()
    except (OSError, ValueError, AttributeError):
        return None


def _point_to_stderr(descriptor: int) -> None:
    """Let a descriptor lead where standard error leads, or nowhere if that is closed."""
    if sys.stderr is None:
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, descriptor)
        os.close(nowhere)
    else:
        os.dup2(_STDERR, descriptor)


def _flush_c() -> None:
    """Write out what C code has printed and not yet sent, while it still goes to standard error."""
    import ctypes

    with contextlib.suppress(OSError, TypeError, AttributeError):  # no such library or function on this system
        ctypes.CDLL(None).fflush(None)
