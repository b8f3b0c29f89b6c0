"""Photographs that come with a library: nothing is downloaded."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from matplotlib.cbook import get_sample_data
from numpy.typing import NDArray
from PIL import Image

from refconv.arithmetic.per_axis import integers
from refconv.errors import ArgumentError
from refconv.missing import needed

__all__ = ["PHOTOS", "photo"]

PHOTOS = {
    "hopper": "Grace Hopper, photographed for the U.S. Navy; public domain",
    "china": "photograph by danielbuechele, CC BY 2.0",
    "flower": "photograph by vultilion, CC BY 2.0",
}
"""For each photograph its credit. The first comes with matplotlib, the others with scikit-learn."""

MOST = 10_000_000
"""Pixels at most: more than ten times as many as any of them has."""


def photo(size: int | Sequence[int] | None = None, name: str = "hopper") -> NDArray[np.uint8]:
    """Return a photograph as an array of shape (H, W, 3), 0 to 255.

    Parameters
    ----------
    size : int or (H, W), optional
        The size wanted: as much of the middle as has that shape, resampled; one number gives a square. By default all
        of it as it is.
    name : str
        A key of `PHOTOS`.

    Examples
    --------
    >>> photo(64).shape, photo((32, 96)).shape, photo().dtype
    ((64, 64, 3), (32, 96, 3), dtype('uint8'))
    """
    if name not in PHOTOS:
        raise ArgumentError("photo", f"there is no photograph {name!r}.", fix=f"Take one of {', '.join(PHOTOS)}.")
    with Image.open(_path(name)) as opened:
        picture = opened.convert("RGB")
    if size is not None:
        height, width = integers("photo", "size", size, "HW", 1)
        if height * width > MOST:
            problem = f"{height} x {width} are more pixels than the photograph is worth."
            raise ArgumentError("photo", problem, f"at most {MOST:,}", fix="Take a smaller size.")
        picture = picture.resize((width, height), Image.Resampling.LANCZOS, _middle(picture.size, width / height))
    return np.asarray(picture)


def _path(name: str) -> Path:
    if name == "hopper":
        return Path(str(get_sample_data("grace_hopper.jpg", asfileobj=False)))
    library = needed("sklearn", "photo", f"the photograph {name!r}")
    return Path(str(library.__file__)).parent / "datasets" / "images" / f"{name}.jpg"


def _middle(size: tuple[int, int], shape: float) -> tuple[float, float, float, float]:
    """Return the largest part in the middle that is `shape` times as wide as high."""
    width, height = min(size[0], size[1] * shape), min(size[1], size[0] / shape)
    left, upper = (size[0] - width) / 2, (size[1] - height) / 2
    return left, upper, left + width, upper + height
