"""Small real data for notebook 12: scenes made of the handwritten digits that scikit-learn ships."""

from __future__ import annotations

import numpy as np

from refconv.arithmetic.per_axis import integer
from refconv.errors import ArgumentError
from refconv.missing import needed
from refconv.ops.elements import Array

__all__ = ["BLANK", "digits_scenes"]

BLANK = -100
"""The label of paper without ink, which `CrossEntropy` leaves out."""

_TEST = 0.2
"""Which part of the digits is kept for testing: the last ones."""


def digits_scenes(
    count: int,
    seed: int = 0,
    *,
    size: int = 24,
    digits: int = 3,
    pieces: int = 4,
    classes: int = 10,
    split: str = "train",
) -> tuple[Array, Array]:
    """Return scenes: whole handwritten digits among halves of others, on paper.

    Parameters
    ----------
    count : int
        How many scenes.
    seed : int
        For which digits they have, and where.
    size : int
        Height and width of a scene; a digit has 8 by 8 pixels.
    digits, pieces : int
        Whole digits, and halves of others, in a scene. One that finds no room is left out.
    classes : int
        Which digits there are: 0 to ``classes - 1``.
    split : str
        "train" or "test": no handwritten digit is in both.

    Returns
    -------
    x : ndarray, shape (count, 1, size, size)
        Ink from 0 to 1, in float32.
    labels : ndarray, shape (count, size, size)
        For each pixel with ink the digit that it belongs to, or `classes` for a half; elsewhere `BLANK`.

    Examples
    --------
    >>> x, labels = digits_scenes(2, seed=1)
    >>> x.shape, labels.shape, bool(((x[:, 0] > 0) == (labels != BLANK)).all())
    ((2, 1, 24, 24), (2, 24, 24), True)
    """
    images, shown = _handwritten(split, classes)
    rng = np.random.default_rng(seed)
    x = np.zeros((count, 1, size, size), np.float32)
    labels = np.full((count, size, size), BLANK)
    for scene, marks in zip(x[:, 0], labels, strict=True):
        free = np.ones((size, size), bool)
        for number in rng.integers(len(images), size=digits):
            _put(rng, images[number], int(shown[number]), scene, marks, free)
        for number in rng.integers(len(images), size=pieces):
            _put(rng, _half(rng, images[number]), classes, scene, marks, free)
    return x, labels


def _half(rng: np.random.Generator, ink: Array) -> Array:
    """Return the upper, lower, left or right half."""
    middle = len(ink) // 2
    return (ink[:middle], ink[middle:], ink[:, :middle], ink[:, middle:])[rng.integers(4)]


def _put(rng: np.random.Generator, ink: Array, label: int, scene: Array, marks: Array, free: Array) -> None:
    """Put ink where there is room for it, if there is any: whole windows of free paper."""
    windows = np.lib.stride_tricks.sliding_window_view(free, ink.shape)
    places = np.argwhere(windows.all(axis=(2, 3)))
    if not len(places):
        return
    top, left = places[rng.integers(len(places))]
    here = slice(top, top + len(ink)), slice(left, left + ink.shape[1])
    scene[here] = ink
    marks[here] = np.where(ink > 0, label, BLANK)
    free[here] = False


def _handwritten(split: str, classes: int) -> tuple[Array, Array]:
    """Return the images of one part of the digits, from 0 to 1, and what they show."""
    if split not in ("train", "test"):
        raise ArgumentError("digits_scenes", f"split is {split!r}.", fix='Take "train" or "test".')
    needed("sklearn", "digits_scenes", "a scene of handwritten digits")
    from sklearn.datasets import load_digits  # type: ignore[import-untyped, unused-ignore]

    found = load_digits(n_class=integer("digits_scenes", "classes", classes, 1))
    learnt = round(len(found.target) * (1 - _TEST))
    part = slice(None, learnt) if split == "train" else slice(learnt, None)
    return (found.images[part] / 16).astype(np.float32), found.target[part]
