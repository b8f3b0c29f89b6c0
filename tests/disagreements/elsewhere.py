"""Programs run in a process of their own: for calls that take too much memory, or touch memory which is not theirs."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

__all__ = ["printed"]

ROOT = Path(__file__).parent.parent.parent


def printed(program: str) -> str:
    """Return what a program prints."""
    run = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True, cwd=ROOT)
    return run.stdout.strip()
