"""A room: a fresh environment outside the repository, where nothing of the repository can be imported by chance."""

from __future__ import annotations

import os
import subprocess
from dataclasses import dataclass
from pathlib import Path

from tests.package.pythons import ROOT

LEAKS = ("PYTHON", "PYTEST", "VIRTUAL_ENV", "REFCONV", "COV_", "COVERAGE")
"""What these variables begin with would reach into the room."""


def clean_environment() -> dict[str, str]:
    """Return the variables of this process without those that lead back to the repository."""
    return {name: value for name, value in os.environ.items() if not name.startswith(LEAKS)}


@dataclass(frozen=True)
class Room:
    """An environment in a folder of its own."""

    home: Path

    @classmethod
    def furnished(cls, python: str, home: Path) -> Room:
        """Return a new room with a Python and pip."""
        subprocess.run([python, "-m", "venv", home], env=clean_environment(), check=True)
        return cls(home)

    def program(self, name: str) -> Path:
        """Return where a command would stand."""
        return self.home / "bin" / name

    def run(self, *command: str | Path, code: int = 0) -> str:
        """Run a command of the room, in the room; return what it prints, or fail with it."""
        words = [str(self.program(str(command[0]))), *map(str, command[1:])]
        run = subprocess.run(
            words,
            cwd=self.home,
            env=clean_environment(),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            encoding="utf-8",
            check=False,
        )
        assert run.returncode == code, f"{words} ended with {run.returncode}:\n{run.stdout}"
        return run.stdout

    def says(self, expression: str, after: str = "import refconv") -> str:
        """Return what an expression is in this room."""
        return self.run("python", "-c", f"{after}\nprint({expression})").strip()

    def install(self, *what: str | Path, pinned: bool = True) -> None:
        """Install, by default at the versions in constraints.txt."""
        pins = ["--constraint", ROOT / "constraints.txt"] if pinned else []
        self.run("python", "-m", "pip", "install", "--quiet", "--disable-pip-version-check", *pins, *what)

    def contents(self) -> set[str]:
        """Return all files but those that Python makes by itself."""
        files = (path.relative_to(self.home) for path in self.home.rglob("*") if not path.is_dir())
        return {str(path) for path in files if "__pycache__" not in path.parts}
