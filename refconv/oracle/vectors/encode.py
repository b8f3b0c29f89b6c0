"""An array as the bytes of a .npy file: little-endian, C-contiguous, version 1.0; bfloat16 as its bits."""

from __future__ import annotations

import io

import numpy as np
from numpy.lib import format as npy

from refconv.ops.elements import Array
from refconv.oracle.precision import precision

__all__ = ["decoded", "encode"]


def encode(array: Array) -> bytes:
    """Return the .npy file of an array; bfloat16 as uint16, bit for bit.

    Examples
    --------
    >>> encode(np.ones((2, 3), ">f4").T)[10:68]
    b"{'descr': '<f4', 'fortran_order': False, 'shape': (3, 2), "
    """
    contiguous = np.array(array, order="C")
    bits = contiguous.view(np.uint16) if array.dtype.name == "bfloat16" else contiguous
    stream = io.BytesIO()
    npy.write_array(stream, bits.astype(bits.dtype.newbyteorder("<")), version=(1, 0), allow_pickle=False)
    return stream.getvalue()


def decoded(array: Array, dtype: str) -> Array:
    """Return an array read from a file as what it is said to be: bits become bfloat16.

    Examples
    --------
    >>> decoded(np.array([0x3F80], np.uint16), "bfloat16")
    array([1], dtype=bfloat16)
    """
    if dtype == "bfloat16" and array.dtype == np.uint16:
        return array.view(precision("bfloat16").numpy_dtype)
    return array
