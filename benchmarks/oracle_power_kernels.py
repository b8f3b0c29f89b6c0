"""Honest float32 kernels that sum in different orders, and ten kernels with a defect each, on the columns of im2col."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np

import refconv
from refconv.oracle.formats import FORMATS, round_to
from refconv.oracle.truth import Truth, truth

F32 = np.float32

DATA: dict[str, tuple[str, Callable[[np.random.Generator, tuple[int, ...]], np.ndarray]]] = {
    # name: are the products' signs random or not known to be, and how to draw
    "normal": ("random", lambda rng, shape: rng.standard_normal(shape, dtype=F32)),
    "half-normal": ("any", lambda rng, shape: np.abs(rng.standard_normal(shape, dtype=F32))),
    "uniform(-1,1)": ("random", lambda rng, shape: rng.uniform(-1, 1, shape).astype(F32)),
    "uniform(0,1)": ("any", lambda rng, shape: rng.random(shape, dtype=F32)),
}


class Layer(NamedTuple):
    """One 3x3 convolution, padding 1: x (1, C, H, W), w (O, C, 3, 3), b (O,), and the columns (K, H*W) of x."""

    x: np.ndarray
    w: np.ndarray
    b: np.ndarray
    columns: np.ndarray
    signs: str

    @property
    def rows(self) -> np.ndarray:
        """The weights as (O, K)."""
        return self.w.reshape(len(self.w), -1)

    def truth(self) -> Truth:
        """What the layer should give."""
        return truth("conv2d", self.x, self.w, self.b, padding=1, method="fast")


def layer(rng: np.random.Generator, data: str, channels: int, filters: int, side: int) -> Layer:
    """Draw a layer."""
    signs, draw = DATA[data]
    x, w, b = (draw(rng, shape) for shape in ((1, channels, side, side), (filters, channels, 3, 3), (filters,)))
    return Layer(x, w, b, refconv.im2col(x, 3, padding=1)[0], signs)


def sequential(a: Layer) -> np.ndarray:
    """Add one product after the other to the bias."""
    total = np.repeat(a.b[:, None], a.columns.shape[1], axis=1)
    for w, column in zip(a.rows.T, a.columns, strict=True):
        total += w[:, None] * column
    return total


def fused(a: Layer) -> np.ndarray:
    """Add by fused multiply-adds: the product is exact in float64, the sum is rounded to float32."""
    total = np.repeat(a.b[:, None], a.columns.shape[1], axis=1)
    for w, column in zip(a.rows.T.astype(np.float64), a.columns.astype(np.float64), strict=True):
        total = (total + w[:, None] * column).astype(F32)
    return total


def pairwise(a: Layer) -> np.ndarray:
    """Add halves to halves, some places at a time."""
    return np.concatenate([_halves(a, slice(at, at + 16)) for at in range(0, a.columns.shape[1], 16)], axis=1)


def _halves(a: Layer, places: slice) -> np.ndarray:
    products = a.rows.T[:, :, None] * a.columns[:, None, places]
    while len(products) > 1:
        half = len(products) // 2
        products = np.concatenate([products[:half] + products[half : 2 * half], products[2 * half :]])
    return products[0] + a.b[:, None]


def blocked(a: Layer, block: int = 64) -> np.ndarray:
    """Add the sums of blocks of products, each of them summed one after the other, all blocks side by side."""
    size = -(-a.columns.shape[0] // block) * block
    missing = size - a.columns.shape[0]
    rows = np.pad(a.rows, ((0, 0), (0, missing))).reshape(len(a.rows), -1, block)
    columns = np.pad(a.columns, ((0, missing), (0, 0))).reshape(-1, block, a.columns.shape[1])
    partial = np.zeros((rows.shape[1], len(rows), a.columns.shape[1]), F32)
    for k in range(block):
        partial += rows[:, :, k].T[:, :, None] * columns[:, None, k]
    total = np.repeat(a.b[:, None], a.columns.shape[1], axis=1)
    for each in partial:
        total += each
    return total


def library(a: Layer) -> np.ndarray:
    """Add as the BLAS behind NumPy does."""
    return np.matmul(a.rows, a.columns) + a.b[:, None]


def doubles(a: Layer) -> np.ndarray:
    """Add in float64, and round once."""
    return (np.matmul(a.rows.astype(np.float64), a.columns.astype(np.float64)) + a.b[:, None]).astype(F32)


def onednn(a: Layer) -> np.ndarray:
    """Ask PyTorch, which asks oneDNN."""
    import torch

    with torch.no_grad():
        y = torch.nn.functional.conv2d(*map(torch.from_numpy, (a.x, a.w, a.b)), padding=1)
    return y.numpy().reshape(len(a.w), -1)


HONEST: dict[str, Callable[[Layer], np.ndarray]] = {
    "sequential": sequential,
    "pairwise": pairwise,
    "blocked": blocked,
    "fused": fused,
    "matmul": library,
    "correctly rounded": doubles,
}


def has_torch() -> bool:
    """Return whether PyTorch can be imported."""
    try:
        import torch  # noqa: F401
    except ImportError:
        return False
    return True


def _rounded(a: Layer, name: str) -> np.ndarray:
    columns, rows = (round_to(part, FORMATS[name]).astype(F32) for part in (a.columns, a.rows))
    return np.matmul(rows, columns) + a.b[:, None]


def _tap_lost(a: Layer) -> np.ndarray:
    """Lose the last position of the kernel, with all its channels, at one pixel of one output channel."""
    # a pixel in the middle: on the rim a tap may read the padding, and nothing is lost with it
    place, o = (a.x.shape[-1] // 2) * (a.x.shape[-1] + 1), len(a.rows) // 2
    return without(a, o, place, slice(8, None, 9))


def without(a: Layer, o: int, place: int, lost: slice | int) -> np.ndarray:
    """Return y, one element of which lacks some products."""
    y = library(a)
    column = a.columns[:, place].copy()
    column[lost] = 0
    y[o, place] = a.rows[o] @ column + a.b[o]
    return y


def _last_channel_lost(a: Layer) -> np.ndarray:
    return np.matmul(a.rows[:, :-9], a.columns[:-9]) + a.b[:, None]


def _toward_zero(a: Layer) -> np.ndarray:
    total = np.repeat(a.b[:, None], a.columns.shape[1], axis=1)
    for w, column in zip(a.rows.T, a.columns, strict=True):
        exact = total.astype(np.float64) + (w[:, None] * column)
        near = exact.astype(F32)
        total = np.where(np.abs(near) > np.abs(exact), np.nextafter(near, F32(0)), near)
    return total


DEFECTS: dict[str, Callable[[Layer], np.ndarray]] = {
    "TF32 inputs": lambda a: _rounded(a, "tf32"),
    "bfloat16 inputs": lambda a: _rounded(a, "bfloat16"),
    "float16 inputs": lambda a: _rounded(a, "float16"),
    "output rounded to bfloat16": lambda a: round_to(library(a), FORMATS["bfloat16"]).astype(F32),
    "one tap lost at one pixel": _tap_lost,
    "last channel lost": _last_channel_lost,
    "bias missing": lambda a: np.matmul(a.rows, a.columns),
    "bias shifted by one channel": lambda a: np.matmul(a.rows, a.columns) + np.roll(a.b, 1)[:, None],
    "scaled by 1 + 2e-6": lambda a: (library(a).astype(np.float64) * (1 + 2e-6)).astype(F32),
    "rounding toward zero": _toward_zero,
}
