"""Pictures held against those in tests/images: what a drawing looks like is part of what it says."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from matplotlib.testing.compare import compare_images

BASELINES = Path(__file__).parent / "images"
TOLERANCE = 5
DPI = 80
ACCEPT = "REFCONV_ACCEPT_IMAGES"


def check_image(drawing, name, folder):
    """Compare a drawing with its baseline; `folder` is pytest's tmp_path, where the new picture is left to be seen."""
    baseline = BASELINES / f"{name}.png"
    new = drawing.png(DPI)
    if os.environ.get(ACCEPT) == "1":
        baseline.parent.mkdir(exist_ok=True)
        baseline.write_bytes(new)
        return
    picture = Path(folder) / f"{name}.png"
    picture.write_bytes(new)
    advice = (
        f"Look at {picture}. If it is as it should be, accept it: {ACCEPT}=1 pytest {'/'.join(baseline.parts[-3:-2])}"
    )
    if not baseline.exists():
        pytest.fail(f"{name} has no baseline.\n{advice}")
    problem = compare_images(str(baseline), str(picture), TOLERANCE)
    if problem:
        pytest.fail(f"{name} does not look as it did.{problem}\n{advice}")
