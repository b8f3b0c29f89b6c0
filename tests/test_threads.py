"""Work shared out to threads: all of it is done, once, whatever goes wrong, wherever it is called from."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from contextvars import ContextVar
from itertools import product

import numpy as np
import pytest

import refconv
from refconv.ops import threads as ours
from refconv.ops.engine import engine
from refconv.ops.threads import PIECE_AT_LEAST, PIECES_PER_THREAD, in_parallel, pieces, thread_count
from tests.test_tiles import forget

VARIABLE: ContextVar[str] = ContextVar("variable", default="nothing")
LONG = 60  # seconds after which what hangs is taken to hang


@pytest.fixture
def _small_pieces(monkeypatch):
    """Share out what is not worth it."""
    monkeypatch.setattr(ours, "PIECE_AT_LEAST", 1)
    forget()
    yield
    forget()


def in_time(call):
    """Return what the call returns, unless it hangs."""
    result = []
    thread = threading.Thread(target=lambda: result.append(call()), daemon=True)
    thread.start()
    thread.join(LONG)
    assert result, "it hangs, or raised"
    return result[0]


@pytest.mark.parametrize("threads", [None, 1, 2, 3, 50])
def test_every_item_is_done_once(threads):
    for count in (0, 1, 2, 3, 100):
        done = []
        in_parallel(done.append, (item for item in range(count)), threads)
        assert sorted(done) == list(range(count))


def test_one_thread_is_the_callers_and_keeps_the_order():
    seen = []
    in_parallel(lambda item: seen.append((item, threading.get_ident())), range(5), 1)
    assert seen == [(item, threading.get_ident()) for item in range(5)]


def test_several_threads_are_at_work_at_once_and_the_caller_is_one():
    meeting = threading.Barrier(3, timeout=LONG)
    seen = []

    def work(_):
        seen.append(threading.get_ident())
        meeting.wait()

    in_parallel(work, range(3), 3)
    assert threading.get_ident() in seen
    assert len(set(seen)) == 3


def test_the_number_of_threads_is_the_engines():
    with engine(threads=3):
        assert thread_count() == 3
        meeting = threading.Barrier(3, timeout=LONG)
        in_parallel(lambda _: meeting.wait(), range(3))
    with engine():
        assert thread_count() >= 1


def test_the_first_error_stops_the_rest_one_thread():
    done = []

    def work(item):
        if item == 3:
            raise ValueError(item)
        done.append(item)

    with pytest.raises(ValueError, match="3"):
        in_parallel(work, range(10), 1)
    assert done == [0, 1, 2]


@pytest.mark.parametrize("where", ["caller", "helper"])
def test_the_first_error_is_raised_and_stops_the_rest(where):
    """Whichever thread meets it, the others finish what they are at and begin nothing."""
    caller, meeting, stopped = threading.get_ident(), threading.Barrier(2, timeout=LONG), threading.Event()
    begun, ended = [], []

    def work(item):
        begun.append(item)
        if len(begun) <= 2:
            meeting.wait()  # so that both threads have an item
            if (threading.get_ident() == caller) == (where == "caller"):
                raise KeyError("here")
        stopped.wait(0.02)
        ended.append(item)

    with pytest.raises(KeyError, match="here"):
        in_parallel(work, range(1000), 2)
    assert len(ended) == len(begun) - 1  # nobody is still at work
    assert len(begun) < 100


def test_interrupting_the_caller_waits_for_the_helpers():
    caller, meeting, ended = threading.get_ident(), threading.Barrier(2, timeout=LONG), []

    def work(_):
        meeting.wait()
        if threading.get_ident() == caller:
            raise KeyboardInterrupt
        threading.Event().wait(0.05)
        ended.append(True)

    with pytest.raises(KeyboardInterrupt):
        in_parallel(work, range(2), 2)
    assert ended == [True]


def test_after_an_error_all_is_well():
    with pytest.raises(ZeroDivisionError):
        in_parallel(lambda item: 1 // item, range(5), 3)
    test_every_item_is_done_once(3)


def test_error_state_and_context_variables_go_along():
    meeting, seen = threading.Barrier(2, timeout=LONG), []

    def work(_):
        meeting.wait()
        seen.append((threading.get_ident(), np.geterr(), VARIABLE.get()))
        VARIABLE.set("changed by a helper")

    token = VARIABLE.set("something")
    try:
        with np.errstate(divide="raise", over="ignore", under="warn", invalid="raise"):
            want = np.geterr()
            in_parallel(work, range(2), 2)
        assert [row[1:] for row in seen] == [(want, "something")] * 2
        assert len({row[0] for row in seen}) == 2
    finally:
        VARIABLE.reset(token)


def test_nested_use_does_not_deadlock():
    def nested(depth):
        done = []
        in_parallel(lambda _: done.append(nested(depth - 1) if depth else 1), range(4), 4)
        return sum(done)

    assert in_time(lambda: nested(3)) == 4**4


@pytest.mark.usefixtures("_small_pieces")
def test_calls_from_many_threads_at_once():
    rng = np.random.default_rng(0)
    x, w = rng.integers(-9, 10, (3, 6, 12, 12)), rng.integers(-9, 10, (6, 1, 3, 3))
    dense = rng.integers(-9, 10, (4, 6, 3, 3))

    def call(road):
        with engine(road=road, threads=3):
            y, z = refconv.depthwise_conv2d(x, w, stride=2), refconv.conv2d(x, dense, padding=1)
            return [y, z, *refconv.conv2d_backward(z, x, dense, padding=1)]

    want = call("columns")
    roads = ["columns", "bands", "shifted", "scattered", None] * 6
    with ThreadPoolExecutor(8) as pool:
        for got in pool.map(call, roads, timeout=LONG):
            assert all((a == b).all() for a, b in zip(got, want, strict=True))


def test_without_helpers_the_caller_does_it_all(monkeypatch):
    class Closed:
        def submit(self, *_):
            raise RuntimeError("cannot schedule new futures after interpreter shutdown")

    monkeypatch.setattr(ours, "_pool", Closed)
    seen = []
    in_parallel(lambda item: seen.append((item, threading.get_ident())), range(9), 4)
    assert seen == [(item, threading.get_ident()) for item in range(9)]


def test_pieces_are_a_few_for_each_thread_and_neither_too_small_nor_too_large():
    least = PIECE_AT_LEAST
    for elements, most, threads in product(range(0, 40 * least, least // 2), (1, least, 3 * least, 2**40), range(1, 6)):
        used, share = pieces(elements, most, threads)
        if threads == 1 or elements < 2 * least:
            assert (used, share) == (1, most)
            continue
        assert used == threads
        assert min(least, most) <= share <= most
        if least < share < most:
            assert elements // share in range(PIECES_PER_THREAD * threads, PIECES_PER_THREAD * threads + 2)
