"""The ten defects once more, as kernels that take any call: what a whole suite is run over."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

import refconv
from refconv.oracle.formats import FORMATS, round_to

__all__ = ["DEFECTIVE"]

Kernel = Callable[..., np.ndarray]


def _kernel(change: Callable[..., np.ndarray]) -> Kernel:
    def conv2d(
        x: np.ndarray,
        w: np.ndarray,
        b: np.ndarray | None = None,
        *,
        stride: Any = 1,
        padding: Any = 0,
        dilation: Any = 1,
        groups: int = 1,
    ) -> np.ndarray:
        how = {"stride": stride, "padding": padding, "dilation": dilation, "groups": groups}
        return change(x, w, b, how)

    return conv2d


def _inputs(name: str) -> Kernel:
    def change(x: np.ndarray, w: np.ndarray, b: np.ndarray | None, how: dict[str, Any]) -> np.ndarray:
        return refconv.conv2d(*(round_to(a, FORMATS[name]).astype(a.dtype) for a in (x, w)), b, **how)

    return _kernel(change)


def _tap_lost(x: np.ndarray, w: np.ndarray, b: np.ndarray | None, how: dict[str, Any]) -> np.ndarray:
    y = refconv.conv2d(x, w, b, **how)
    kept = w.copy()
    kept[:, :, -1, -1] = 0
    if y.size:
        at = (0, *(size // 2 for size in y.shape[1:]))
        y[at] = refconv.conv2d(x, kept, b, **how)[at]
    return y


def _toward_zero(x: np.ndarray, w: np.ndarray, b: np.ndarray | None, how: dict[str, Any]) -> np.ndarray:
    shape = refconv.conv2d(x, w, b, **how).shape
    groups = how["groups"]
    places = {name: how[name] for name in ("stride", "padding", "dilation")}
    y = []
    for part, rows in zip(np.split(x, groups, axis=1), np.split(w, groups), strict=True):
        columns = refconv.im2col(part, w.shape[2:], **places)
        total = np.zeros((len(x), len(rows), columns.shape[2]), x.dtype)
        for k, weights in enumerate(rows.reshape(len(rows), -1).T):
            total = _cut(total.astype(np.float64) + weights[:, None].astype(np.float64) * columns[:, None, k], x.dtype)
        y.append(total)
    whole = np.concatenate(y, axis=1).reshape(shape)
    return whole if b is None else _cut(whole.astype(np.float64) + b.astype(np.float64)[:, None, None], x.dtype)


def _cut(exact: np.ndarray, dtype: Any) -> np.ndarray:
    """Return float64 numbers rounded toward zero."""
    near = exact.astype(dtype)
    return np.where(np.abs(near.astype(np.float64)) > np.abs(exact), np.nextafter(near, np.zeros_like(near)), near)


DEFECTIVE: dict[str, Kernel] = {
    "TF32 inputs": _inputs("tf32"),
    "bfloat16 inputs": _inputs("bfloat16"),
    "float16 inputs": _inputs("float16"),
    "output rounded to bfloat16": _kernel(
        lambda x, w, b, how: round_to(refconv.conv2d(x, w, b, **how), FORMATS["bfloat16"]).astype(x.dtype)
    ),
    "one tap lost at one pixel": _kernel(_tap_lost),
    "last channel lost": _kernel(
        lambda x, w, b, how: refconv.conv2d(x, np.concatenate([w[:, :-1], 0 * w[:, -1:]], 1), b, **how)
    ),
    "bias missing": _kernel(lambda x, w, b, how: refconv.conv2d(x, w, **how)),
    "bias shifted by one channel": _kernel(
        lambda x, w, b, how: refconv.conv2d(x, w, None if b is None else np.roll(b, 1), **how)
    ),
    "scaled by 1 + 2e-6": _kernel(
        lambda x, w, b, how: (refconv.conv2d(x, w, b, **how).astype(np.float64) * (1 + 2e-6)).astype(x.dtype)
    ),
    "rounding toward zero": _kernel(_toward_zero),
}
