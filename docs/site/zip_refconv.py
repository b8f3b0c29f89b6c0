"""The part of refconv that the explorer runs in the browser, as one zip: pure Python, standard library only.

The archive is the same bytes for the same sources, so a browser that has it need not fetch it again.
"""

from __future__ import annotations

import zipfile
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
SINGLE = ("__init__.py", "errors.py", "lazy.py", "missing.py")
FOLDERS = ("arithmetic", "networks")
LEFT_OUT = "readers"
"""Of models in other formats: imported when called, and they need other libraries."""

EXPLORER = ROOT / "docs" / "explorer" / "python"
EPOCH = (1980, 1, 1, 0, 0, 0)
"""The earliest date that a zip can hold."""


def sources() -> Iterator[tuple[str, Path]]:
    """Yield the name in the archive and the file of every module, in order."""
    home = ROOT / "refconv"
    files = [home / name for name in SINGLE]
    files += [
        path for folder in FOLDERS for path in sorted((home / folder).rglob("*.py")) if LEFT_OUT not in path.parts
    ]
    yield from ((path.relative_to(ROOT).as_posix(), path) for path in files)
    yield from ((path.relative_to(EXPLORER).as_posix(), path) for path in sorted(EXPLORER.rglob("*.py")))


def write(target: Path) -> Path:
    """Write the archive and return its path."""
    target.parent.mkdir(parents=True, exist_ok=True)
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        for name, path in sources():
            entry = zipfile.ZipInfo(name, EPOCH)
            entry.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(entry, path.read_bytes())
    return target
