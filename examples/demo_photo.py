"""The photograph of the demo: any picture that Pillow opens, as integer pixels in three channels."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from matplotlib.cbook import get_sample_data
from numpy.typing import NDArray
from PIL import Image, ImageOps

LONGEST = 768  # pixels along the longer side; of a larger photograph one in two, three ... is taken


class PhotoError(Exception):
    """A photograph that cannot be read; the message is for the person who named it."""


@dataclass(frozen=True)
class Photo:
    """Pixels of shape (H, W, 3), 0 to 255, and what was done to get them."""

    name: str
    pixels: NDArray[np.uint8]
    note: str
    credit: str

    @property
    def x(self) -> NDArray[np.int64]:
        """The pixels as a batch of one, in the order N, C, H, W."""
        return np.ascontiguousarray(self.pixels.transpose(2, 0, 1)[np.newaxis], np.int64)


def read_photo(path: Path | None) -> Photo:
    """Return the photograph at `path`; without one the portrait of Grace Hopper that matplotlib ships."""
    credit = ""
    if path is None:
        path = Path(str(get_sample_data("grace_hopper.jpg", asfileobj=False)))
        credit = "Grace Hopper, photographed for the U.S. Navy; public domain"
    if not path.is_file():
        raise PhotoError(f"There is no picture at {path}.\n  Name a file that exists: --image PATH")
    try:
        with Image.open(path) as opened:
            picture, notes = _three_channels(ImageOps.exif_transpose(opened))
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError) as error:
        raise PhotoError(
            f"{path} cannot be read as a picture: {error}.\n  Name a JPEG, a PNG or the like: --image PATH"
        ) from None
    pixels = np.asarray(picture)
    step = -(-max(pixels.shape[:2]) // LONGEST)
    if step > 1:
        notes.append(
            f"along each side one pixel in {step}, of {pixels.shape[1]} x {pixels.shape[0]}: the checks stay short"
        )
    return Photo(path.name, pixels[::step, ::step], "; ".join(notes), credit or path.name)


def around(centre: int, size: int, n: int) -> slice:
    """Return a stretch of at most `size` of `n` pixels, with `centre` in its middle where that is possible."""
    first = min(max(centre - size // 2, 0), max(n - size, 0))
    return slice(first, min(first + size, n))


def _three_channels(picture: Image.Image) -> tuple[Image.Image, list[str]]:
    """Return the picture as RGB with 8 bits per channel, and how it got there."""
    if picture.mode.startswith(("I", "F")):
        return _eight_bits(picture).convert("RGB"), ["one deep channel, scaled to 0..255, taken three times"]
    if picture.mode.endswith(("A", "a")) or "transparency" in picture.info:
        solid = Image.new("RGBA", picture.size, "white")
        return Image.alpha_composite(solid, picture.convert("RGBA")).convert("RGB"), [
            "what was transparent is laid over white"
        ]
    notes = {"RGB": [], "L": ["greyscale, taken three times"]}.get(picture.mode, [f"converted from {picture.mode}"])
    return picture.convert("RGB"), notes


def _eight_bits(picture: Image.Image) -> Image.Image:
    """Return a picture with one channel of 16 or 32 bits, or of floats, scaled so that its range is 0..255."""
    values = np.nan_to_num(np.asarray(picture, np.float64))
    spread = float(np.ptp(values)) or 1.0
    return Image.fromarray(np.rint((values - values.min()) * (255 / spread)).astype(np.uint8))
