"""How the engine runs, when it is not to decide by itself: `refconv.engine`, or the environment.

A road is a way through the arithmetic (`refconv.ops.roads` names them and chooses); all lead to the same numbers, up
to rounding, and for integers exactly.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass

from refconv.arithmetic.per_axis import choice, integer

__all__ = ["ROADS", "Settings", "engine", "settings"]

ROADS = ("columns", "bands", "shifted", "scattered")
"""The engine's roads: see `refconv.ops.roads`."""


@dataclass(frozen=True, slots=True)
class Settings:
    """What was asked for; None leaves the choice to the engine."""

    road: str | None = None
    threads: int | None = None


def _from_environment() -> Settings:
    road, threads = os.environ.get("REFCONV_ROAD"), None
    for name in ("OMP_NUM_THREADS", "REFCONV_NUM_THREADS"):
        value = os.environ.get(name, "").split(",")[0].strip()  # OpenMP's may be a list, one for each level
        threads = int(value) if value.isdecimal() and int(value) > 0 else threads
    return Settings(choice("refconv", "REFCONV_ROAD", road, ROADS) if road else None, threads)


_ENVIRONMENT = _from_environment()

_settings: ContextVar[Settings] = ContextVar("refconv engine", default=_ENVIRONMENT)


def settings() -> Settings:
    """Return the settings in force: the innermost `engine`'s, else the environment's."""
    return _settings.get()


@contextmanager
def engine(road: str | None = None, threads: int | None = None) -> Iterator[None]:
    """Within the block, convolutions go by this road wherever it leads, on so many threads.

    Parameters
    ----------
    road : {"columns", "bands", "shifted", "scattered"}, optional
        Where a road does not lead (`refconv.explain` says where), the engine goes on choosing.
    threads : int, optional
        Of refconv's own. NumPy's BLAS has its own besides, and takes their number from the environment when it is
        loaded (``OPENBLAS_NUM_THREADS``, ``OMP_NUM_THREADS``).

    Returns
    -------
    context manager
        For ``with``; it can also decorate a function.

    Raises
    ------
    ArgumentError, ArgumentTypeError
        For an unknown road, and fewer than one thread.

    See Also
    --------
    explain : which road a convolution takes, and why.

    Notes
    -----
    The setting belongs to the context (`contextvars`): other threads and asyncio tasks keep theirs. What a block leaves
    out an outer one gives, and in the end the environment, as it was when refconv was loaded: ``REFCONV_ROAD``, and
    ``REFCONV_NUM_THREADS`` or else ``OMP_NUM_THREADS``. Without these, there is a thread for each CPU that the process
    may use.

    Examples
    --------
    >>> import numpy as np, refconv
    >>> x, w = np.arange(16).reshape(1, 1, 4, 4), np.ones((1, 1, 3, 3), int)
    >>> with refconv.engine(road="shifted", threads=1):
    ...     refconv.conv2d(x, w)
    array([[[[45, 54],
             [81, 90]]]])
    """
    outer = settings()
    token = _settings.set(
        Settings(
            outer.road if road is None else choice("engine", "road", road, ROADS),
            outer.threads if threads is None else integer("engine", "threads", threads, 1),
        )
    )
    try:
        yield
    finally:
        _settings.reset(token)
