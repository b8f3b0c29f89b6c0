"""What is built once, and rooms for those who need one."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

import pytest

from tests.package.pythons import ROOT, python_of
from tests.package.rooms import Room, clean_environment

collect_ignore = ["consumer"]  # for mypy, not for Python: some of it is wrong on purpose


class Built(NamedTuple):
    """What would be uploaded."""

    sdist: Path
    wheel: Path


def build(source: Path, out: Path, *options: str) -> None:
    """Build by the pinned hatchling; the wheel is built from the sdist unless it is asked for on its own."""
    command = [sys.executable, "-m", "build", "--no-isolation", *options, "--outdir", out, source]
    done = subprocess.run(command, capture_output=True, text=True, env=clean_environment(), check=False)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.fixture(scope="session")
def built(tmp_path_factory):
    out = tmp_path_factory.mktemp("dist")
    build(ROOT, out)
    (sdist,), (wheel,) = out.glob("*.tar.gz"), out.glob("*.whl")
    return Built(sdist, wheel)


@pytest.fixture(scope="session")
def room_of(tmp_path_factory):
    """A function: the room of a minor version of Python, empty when it is first asked for."""
    rooms = {}

    def find(minor):
        if minor not in rooms:
            python = python_of(minor)
            if python is None:
                pytest.skip(f"no Python {minor} on this machine")
            rooms[minor] = Room.furnished(python, tmp_path_factory.mktemp("room") / minor)
        return rooms[minor]

    return find


@pytest.fixture
def empty_room(tmp_path):
    """A room with nothing in it, at a path that shell scripts get wrong."""
    return Room.furnished(sys.executable, tmp_path / "a röom, 卷积")


@pytest.fixture(scope="session")
def bare_room(tmp_path_factory, built):
    """A room with refconv and what it cannot do without."""
    room = Room.furnished(sys.executable, tmp_path_factory.mktemp("bare") / "room")
    room.install(built.wheel)
    return room
