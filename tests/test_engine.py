"""What the engine is told: `refconv.engine`, and the environment."""

from __future__ import annotations

import os
import platform
import subprocess
import sys
import threading
from pathlib import Path

import pytest

import refconv
from refconv.ops import engine as settings_module
from refconv.ops.engine import ROADS, Settings, settings

NOTHING = Settings()


@pytest.fixture(autouse=True)
def _nothing_asked():
    """Whatever the environment of the tests asks for."""
    token = settings_module._settings.set(NOTHING)
    yield
    settings_module._settings.reset(token)


def test_blocks_nest_and_what_one_leaves_out_an_outer_one_gives():
    with refconv.engine(road="columns"):
        assert settings() == Settings("columns", None)
        with refconv.engine(threads=3):
            assert settings() == Settings("columns", 3)
            with refconv.engine("bands", 1):
                assert settings() == Settings("bands", 1)
            assert settings() == Settings("columns", 3)
        assert settings() == Settings("columns", None)
    assert settings() == NOTHING


def test_an_error_ends_a_block():
    with pytest.raises(ZeroDivisionError), refconv.engine("bands", 2):
        raise ZeroDivisionError
    assert settings() == NOTHING


def test_it_decorates():
    @refconv.engine(road="bands", threads=2)
    def asked():
        return settings()

    assert [asked(), asked(), settings()] == [Settings("bands", 2)] * 2 + [NOTHING]


def test_other_threads_keep_their_settings():
    seen = []
    with refconv.engine(road="bands"):
        other = threading.Thread(target=lambda: seen.append(settings()))
        other.start()
        other.join()
    assert seen == [settings_module._ENVIRONMENT]


def test_errors_of_engine():
    with pytest.raises(refconv.ArgumentError, match="engine: road") as error, refconv.engine(road="colums"):
        pass
    assert all(road in str(error.value) for road in ROADS)
    assert error.value.fixes == ({"road": "columns"},)
    for wrong in (0, -1):
        with pytest.raises(refconv.ArgumentError, match=f"threads.*{wrong}"), refconv.engine(threads=wrong):
            pass
    for wrong in (1.5, "2", True):
        with pytest.raises(refconv.ArgumentTypeError, match="threads"), refconv.engine(threads=wrong):
            pass
    with pytest.raises(refconv.ArgumentError, match="road is 3"), refconv.engine(road=3):
        pass
    assert settings() == NOTHING
    with refconv.engine(threads=1):  # as many as the message says are enough
        assert settings().threads == 1


ENVIRONMENTS = [
    ({}, NOTHING),
    ({"REFCONV_ROAD": "bands"}, Settings("bands")),
    ({"REFCONV_ROAD": ""}, NOTHING),
    ({"OMP_NUM_THREADS": "3"}, Settings(threads=3)),
    ({"OMP_NUM_THREADS": "3", "REFCONV_NUM_THREADS": "5"}, Settings(threads=5)),
    ({"OMP_NUM_THREADS": "3", "REFCONV_NUM_THREADS": "0"}, Settings(threads=3)),
    ({"REFCONV_NUM_THREADS": "many"}, NOTHING),
    ({"REFCONV_NUM_THREADS": "-1"}, NOTHING),
    ({"OPENBLAS_NUM_THREADS": "2"}, NOTHING),
]
NAMES = ("REFCONV_ROAD", "REFCONV_NUM_THREADS", "OMP_NUM_THREADS")


@pytest.mark.parametrize(("variables", "want"), ENVIRONMENTS)
def test_the_environment(variables, want, monkeypatch):
    for name in NAMES:
        monkeypatch.delenv(name, raising=False)
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    assert settings_module._from_environment() == want


def started(script, **variables):
    """Return what an interpreter of its own prints, and what it complains of."""
    inherited = {name: value for name, value in os.environ.items() if name not in NAMES}
    command = [sys.executable, "-c", script]
    root = Path(__file__).parent.parent
    done = subprocess.run(
        command, env=inherited | variables, capture_output=True, text=True, timeout=60, cwd=root, check=False
    )
    return done.stdout.split(), done.stderr


def test_the_environment_is_asked_when_refconv_is_loaded():
    script = (
        "import refconv, os; from refconv.ops.engine import settings; from refconv.ops.threads import thread_count\n"
        "print(settings().road, thread_count())\n"
        "os.environ['REFCONV_ROAD'] = 'columns'; print(settings().road)\n"
        "print(refconv.explain('conv2d', (1, 8, 9, 9), (8, 8, 3, 3))['y'].road)\n"
        "with refconv.engine(threads=7): print(settings().road, thread_count())"
    )
    printed, _ = started(script, REFCONV_ROAD="bands", REFCONV_NUM_THREADS="3", OMP_NUM_THREADS="5")
    assert printed == ["bands", "3", "bands", "bands", "bands", "7"]
    printed, complaint = started("import refconv; refconv.conv1d", REFCONV_ROAD="band")
    assert not printed
    assert "REFCONV_ROAD" in complaint
    assert "bands" in complaint


FAULTS = """
import resource
import numpy as np
import refconv

x, w, options = np.ones((1, 256, 33, 33)), np.ones((256, 256, 3, 3)), dict(padding=12, dilation=12)
for _ in range(3):
    refconv.conv2d(x, w, **options)
before = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
for _ in range(10):
    refconv.conv2d(x, w, **options)
print((resource.getrusage(resource.RUSAGE_SELF).ru_minflt - before) // 10)
"""


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="how memory is kept is glibc's affair")
def test_the_next_call_finds_the_memory_of_the_last_one():
    """Each page that came back from the system would be a fault: a call takes thousands of them."""
    run = subprocess.run([sys.executable, "-c", FAULTS], capture_output=True, text=True, check=True)
    assert int(run.stdout) < 100
