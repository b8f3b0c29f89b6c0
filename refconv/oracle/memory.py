"""How an array lies in memory: equal values, other strides. What lies around and between them is junk that shows.

A kernel that goes by an array's pointer and shape alone reads something else than its values.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from refconv.errors import ArgumentError
from refconv.ops.elements import Array

__all__ = ["MEMORY", "memory"]


def _contiguous(array: Array) -> Array:
    return np.array(array, order="C")


def _fortran(array: Array) -> Array:
    return np.array(array, order="F")


def _transposed(array: Array) -> Array:
    return np.array(array.swapaxes(-1, -2), order="C").swapaxes(-1, -2)


def _channels_last(array: Array) -> Array:
    return np.moveaxis(np.array(np.moveaxis(array, 1, -1), order="C"), -1, 1)


def _channel_slice(array: Array) -> Array:
    """Return the middle channels of an array with twice as many."""
    channels = array.shape[1]
    first = (channels + 1) // 2
    wide = np.full((array.shape[0], 2 * channels, *array.shape[2:]), _junk(array.dtype))
    wide[:, first : first + channels] = array
    return wide[:, first : first + channels]


def _channels_last_slice(array: Array) -> Array:
    channels = array.shape[1]
    first = (channels + 1) // 2
    wide = np.full((array.shape[0], *array.shape[2:], 2 * channels), _junk(array.dtype))
    part = np.moveaxis(wide[..., first : first + channels], -1, 1)
    part[...] = array
    return part


def _misaligned(array: Array) -> Array:
    """Return an array that begins one byte after an address that its type would have."""
    size = array.dtype.itemsize
    buffer = np.full(array.nbytes + 2 * size, 0xA5, dtype=np.uint8)
    offset = (1 - buffer.ctypes.data) % size
    moved: Array = np.ndarray(array.shape, array.dtype, buffer, offset)
    moved[...] = array
    return moved


def _reversed(array: Array) -> Array:
    backwards = (slice(None, None, -1),) * array.ndim
    return np.array(array[backwards], order="C")[backwards]


def _broadcast(array: Array) -> Array:
    """Return one sample, seen as often as the batch has samples; where they differ, an ordinary array."""
    copied = _contiguous(array)
    if array.shape[0] < 2 or not np.array_equal(array, np.broadcast_to(array[:1], array.shape), equal_nan=True):
        return copied
    strides = (0, *copied.strides[1:])
    return np.lib.stride_tricks.as_strided(copied[:1], array.shape, strides, writeable=True)


def _junk(dtype: np.dtype[Any]) -> Any:
    """Return what must not be read: NaN, or an integer's largest."""
    return np.array(np.iinfo(dtype).max if dtype.kind in "iu" else np.nan).astype(dtype)


MEMORY: dict[str, Callable[[Array], Array]] = {
    "contiguous": _contiguous,
    "fortran": _fortran,
    "transposed": _transposed,
    "channels_last": _channels_last,
    "channel_slice": _channel_slice,
    "channels_last_slice": _channels_last_slice,
    "misaligned": _misaligned,
    "reversed": _reversed,
    "broadcast": _broadcast,
}
"""From an array to one with equal values in new memory, by name.

"transposed" has the last two axes swapped in memory, "channels_last" the channels innermost. A slice has the channels
of an array twice as wide. "misaligned" begins at an odd address (not for types of one byte), "reversed" runs backwards
along every axis, "broadcast" has stride 0 over the batch where all samples are equal (in a `Case` they are made so).
"""


def memory(name: str) -> Callable[[Array], Array]:
    """Return the function of this name in `MEMORY`.

    Raises
    ------
    ArgumentError
        If there is none.

    Examples
    --------
    >>> memory("channels_last")(np.zeros((1, 3, 2, 2), dtype=np.int8)).strides
    (12, 1, 6, 3)
    """
    if name not in MEMORY:
        raise ArgumentError("oracle", f"there is no memory {name!r}.", fix=f"Known: {', '.join(MEMORY)}.")
    return MEMORY[name]
