"""Threads where processes begin and end: after a fork, at the very end, and where a system has neither."""

from __future__ import annotations

import os
import runpy
import subprocess
import sys
from pathlib import Path

import pytest

from refconv.ops import threads

LONG = 60  # seconds after which what hangs is taken to hang

PREPARED = """
import os, sys, threading, atexit
from refconv.ops.threads import in_parallel

def check(wanted):
    done, names = [], set()
    meeting = threading.Barrier(wanted)
    def work(item):
        if item < wanted:
            meeting.wait(30)
        names.add(threading.get_ident())
        done.append(item)
    in_parallel(work, range(20), 3)
    assert sorted(done) == list(range(20)) and len(names) >= wanted, (done, names)

check(3)
"""


def run(script):
    """Run a script in an interpreter of its own and return what it prints."""
    command = [sys.executable, "-W", "ignore", "-c", PREPARED + script]
    done = subprocess.run(
        command, capture_output=True, text=True, timeout=LONG, cwd=Path(__file__).parent.parent, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system cannot fork")
def test_a_child_has_threads_of_its_own():
    script = """
child = os.fork()
if child == 0:
    try:
        check(3)
        print("child", flush=True)
    except BaseException as error:
        print(repr(error), flush=True)
    os._exit(0)
os.waitpid(child, 0)
check(3)
print("parent")
"""
    assert run(script).split() == ["child", "parent"]


def test_work_is_done_when_the_interpreter_is_closing_down():
    assert run("atexit.register(lambda: print('done')); atexit.register(check, 1)") == "done"


def test_a_system_that_can_neither_fork_nor_say_which_cpus_it_may_use(monkeypatch):
    for name in ("register_at_fork", "sched_getaffinity"):
        monkeypatch.delattr(os, name, raising=False)
    for count in (5, None):
        monkeypatch.setattr(os, "cpu_count", lambda count=count: count)
        monkeypatch.setattr(os, "process_cpu_count", os.cpu_count, raising=False)  # as 3.13 has it there
        there = runpy.run_path(threads.__file__)
        assert there["CPUS"] == (count or 1)
        done = []
        there["in_parallel"](done.append, range(9), 3)
        assert sorted(done) == list(range(9))
        there["_pool"]().shutdown()
