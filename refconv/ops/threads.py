"""Work shared out to threads: NumPy lets go of the GIL inside its loops, so that plain threads are enough.

Nothing here decides what is worth sharing; each road hands over independent pieces, a few for each thread and each of
a few large NumPy calls, because a thread that returns to Python often waits for the others to let it.
"""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Callable, Iterable
from concurrent.futures import Future, ThreadPoolExecutor
from contextvars import copy_context
from functools import lru_cache
from typing import TypeVar

from refconv.ops.engine import settings

__all__ = ["in_parallel", "pieces", "thread_count"]

T = TypeVar("T")

CPUS = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1

PIECES_PER_THREAD = 2
"""So many that a thread which is done early finds more; each NumPy call of a piece may wait for the GIL."""

PIECE_AT_LEAST = 2**18
"""Elements below which a piece is over before another thread has been woken for it."""


def thread_count() -> int:
    """Return how many threads an operation may use: those of `refconv.engine`, or else one for each CPU."""
    return settings().threads or CPUS


def pieces(elements: int, most: int, threads: int) -> tuple[int, int]:
    """Return how many of the threads so much work is worth, and how many of its elements a piece should take.

    Examples
    --------
    >>> pieces(1000, 10**6, threads=2), pieces(2**22, 10**6, threads=2), pieces(2**30, 10**6, threads=2)
    ((1, 1000000), (2, 1000000), (2, 1000000))
    """
    if threads == 1 or elements < 2 * PIECE_AT_LEAST:
        return 1, most
    return threads, min(most, max(elements // (PIECES_PER_THREAD * threads), PIECE_AT_LEAST))


def in_parallel(work: Callable[[T], object], items: Iterable[T], threads: int | None = None) -> None:
    """Do `work` for every item, on so many threads (default: `thread_count`), of which the caller's is one.

    The first error stops what has not begun and is raised. NumPy's error state, a context variable, goes along.
    """
    if threads == 1:
        for item in items:
            work(item)
        return
    queue = deque(items)
    helpers = [_start(work, queue) for _ in range(min(threads or thread_count(), len(queue)) - 1)]
    try:
        _drain(work, queue)
    finally:  # also after Ctrl-C: nobody may still be writing when the caller goes on
        queue.clear()
        waited_for = [future for future in helpers if future is not None and not future.cancel()]
        errors = [future.exception() for future in waited_for]
    for error in errors:
        if error is not None:
            raise error


@lru_cache(maxsize=1)
def _pool() -> ThreadPoolExecutor:
    return ThreadPoolExecutor(thread_name_prefix="refconv")


if hasattr(os, "register_at_fork"):  # a child inherits the pool, but none of its threads
    os.register_at_fork(after_in_child=_pool.cache_clear)


def _start(work: Callable[[T], object], queue: deque[T]) -> Future[None] | None:
    try:
        return _pool().submit(copy_context().run, _drain, work, queue)
    except RuntimeError:  # the interpreter is closing down: the caller does it all
        return None


def _drain(work: Callable[[T], object], queue: deque[T]) -> None:
    try:
        while True:
            try:
                item = queue.popleft()
            except IndexError:
                return
            work(item)
    except BaseException:
        queue.clear()
        raise
