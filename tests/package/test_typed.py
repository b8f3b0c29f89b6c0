"""py.typed: what type checkers of other projects see of the installed package is what runs."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import refconv
from tests.package.rooms import clean_environment

pytestmark = pytest.mark.package

CONSUMER = Path(__file__).parent / "consumer"


@pytest.fixture
def mypy(bare_room, tmp_path):
    """A function: what `mypy --strict` finds in a file that is nowhere near the repository, as (line, code)."""

    def run(source):
        file = Path(shutil.copy(source, tmp_path)) if isinstance(source, Path) else tmp_path / "consumer.py"
        if isinstance(source, str):
            file.write_text(source, encoding="utf-8")
        options = ["--strict", "--config-file=", "--cache-dir", tmp_path / "cache", "--no-error-summary"]
        python = ["--python-executable", bare_room.program("python")]
        command = [sys.executable, "-m", "mypy", *options, *python, file.name]
        done = subprocess.run(
            command, cwd=tmp_path, env=clean_environment(), capture_output=True, text=True, check=False
        )
        assert done.returncode in (0, 1), done.stdout + done.stderr
        found = re.findall(rf"^{file.name}:(\d+): error: .*\[([\w-]+)\]$", done.stdout, re.MULTILINE)
        assert len(found) == done.stdout.count(" error: "), done.stdout
        return [(int(line), code) for line, code in found]

    return run


def test_what_is_right_has_its_types(mypy):
    assert mypy(CONSUMER / "right.py") == []


def test_what_is_right_runs(bare_room):
    bare_room.run("python", CONSUMER / "right.py")


def test_each_mistake_is_found(mypy):
    lines = (CONSUMER / "wrong.py").read_text(encoding="utf-8").splitlines()
    marked = [(number, line.partition("# error: ")[2]) for number, line in enumerate(lines, 1) if "# error: " in line]
    assert len(marked) > 5
    assert mypy(CONSUMER / "wrong.py") == marked


def test_every_public_name_is_seen_and_has_a_type(mypy):
    names = [name for name in refconv.__all__ if not hasattr(getattr(refconv, name), "__path__")]
    assert len(names) > 50
    script = "import refconv\n\n" + "".join(f"value_{name} = refconv.{name}\n" for name in names)
    assert mypy(script) == []
    loud = mypy(script + "reveal_nothing = refconv.no_such_name\n")
    assert loud == [(len(names) + 3, "attr-defined")]
