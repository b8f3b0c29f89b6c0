"""Which Pythons refconv says it runs on, and where they are on this machine: on PATH, or among those of pyenv."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[2]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
MINORS = re.findall(r"Python :: (3\.\d+)$", "\n".join(PROJECT["classifiers"]), re.MULTILINE)
"""Such as 3.11: those of the classifiers."""


def python_of(minor: str) -> str | None:
    """Return a Python of this minor version, if there is one."""
    return next((found for found in _candidates(minor) if _says(found) == minor), None)


def _candidates(minor: str) -> Iterator[str]:
    yield sys.executable
    for name in (f"python{minor}", "python3"):
        found = shutil.which(name)
        if found:
            yield found
    pyenv = Path(os.environ.get("PYENV_ROOT", "~/.pyenv")).expanduser()
    yield from (str(path) for path in sorted((pyenv / "versions").glob(f"{minor}*/bin/python")))


def _says(python: str) -> str | None:
    """Return its minor version, if it runs and can make a room: pyenv's on PATH need not, nor a system's own."""
    script = "import ensurepip, sys, venv; print(*sys.version_info[:2], sep='.')"
    done = subprocess.run([python, "-c", script], capture_output=True, text=True, check=False)
    return done.stdout.strip() if done.returncode == 0 else None
