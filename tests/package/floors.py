"""The oldest versions that refconv says it works with, read from the metadata of what was built."""

from __future__ import annotations

import zipfile
from pathlib import Path

from packaging.metadata import Metadata
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version


def metadata_of(wheel: Path) -> Metadata:
    """Return the metadata of a wheel, or fail if they are not valid."""
    with zipfile.ZipFile(wheel) as archive:
        (name,) = (name for name in archive.namelist() if name.endswith(".dist-info/METADATA"))
        return Metadata.from_email(archive.read(name), validate=True)


def floors(wheel: Path, minor: str, *extras: str) -> dict[str, str]:
    """Return the lower bound of each requirement, under this Python and for these extras.

    Where several lines speak of one library, the highest bound holds.
    """
    found: dict[str, Version] = {}
    for requirement in metadata_of(wheel).requires_dist or []:
        if not any(_holds(requirement, minor, extra) for extra in ("", *extras)):
            continue
        name = canonicalize_name(requirement.name)
        for bound in requirement.specifier:
            if bound.operator == ">=":
                found[name] = max(Version(bound.version), found.get(name, Version("0")))
    return {name: str(version) for name, version in found.items()}


def _holds(requirement: Requirement, minor: str, extra: str) -> bool:
    about = {"python_version": minor, "python_full_version": f"{minor}.0", "extra": extra}
    return requirement.marker is None or requirement.marker.evaluate(about)
