"""On what it was measured: enough to understand the figures, nothing that says whose machine it is."""

from __future__ import annotations

import os
import platform
import re
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np

__all__ = ["machine"]


def machine() -> dict[str, Any]:
    """Return the processor, its caches and cores, memory, system, Python, NumPy's BLAS, and the day."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    return {
        "processor": _processor(),
        "cores": cores,
        "caches": _caches(),
        "memory_gib": _memory(),
        "system": f"{platform.system()} {platform.machine()}",
        "python": platform.python_version(),
        "blas": _blas(),
        "day": datetime.now(UTC).date().isoformat(),
    }


def _processor() -> str:
    try:
        text = Path("/proc/cpuinfo").read_text(encoding="utf-8")
    except OSError:
        return platform.processor() or "unknown"
    found = re.search(r"^model name\s*:\s*(.+)$", text, re.MULTILINE)
    name = found[1].strip() if found else platform.processor() or "unknown"
    return f"{name}, {'with' if re.search(r'^flags.*avx512f', text, re.MULTILINE) else 'without'} AVX-512"


def _caches() -> str:
    """Return the sizes of one core's caches, as Linux tells them."""
    found = {}
    for index in sorted(Path("/sys/devices/system/cpu/cpu0/cache").glob("index*")):
        try:
            kind = (index / "type").read_text(encoding="utf-8").strip()
            if kind != "Instruction":
                found[(index / "level").read_text(encoding="utf-8").strip()] = (
                    (index / "size").read_text("utf-8").strip()
                )
        except OSError:
            continue
    return ", ".join(f"L{level} {size}" for level, size in sorted(found.items())) or "unknown"


def _memory() -> float | None:
    try:
        return round(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30, 1)
    except (AttributeError, ValueError, OSError):
        return None


def _blas() -> str:
    built: Any = np.show_config(mode="dicts")
    blas = built.get("Build Dependencies", {}).get("blas", {}) if built else {}
    return f"{blas.get('name', 'unknown')} {blas.get('version', '')}".strip()
