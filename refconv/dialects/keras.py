"""What `keras.ops` should return: Keras 3's names, its order of arguments, channels last by default.

Each function takes arrays and returns NumPy arrays of refconv's types, by Keras' documentation and whatever its
backend. Each has its gradient beside it, named ``..._backward``.

Where the formula for the output's size gives no window, because the kernel does not fit, these raise ShapeError;
Keras may return an empty array there, as its backend does.
"""

from __future__ import annotations

from refconv.dialects.keras_conv import conv, conv_backward
from refconv.dialects.keras_depthwise import (
    depthwise_conv,
    depthwise_conv_backward,
    separable_conv,
    separable_conv_backward,
)
from refconv.dialects.keras_pool import average_pool, average_pool_backward, max_pool, max_pool_backward
from refconv.dialects.keras_transpose import conv_transpose, conv_transpose_backward

__all__ = [
    "average_pool",
    "average_pool_backward",
    "conv",
    "conv_backward",
    "conv_transpose",
    "conv_transpose_backward",
    "depthwise_conv",
    "depthwise_conv_backward",
    "max_pool",
    "max_pool_backward",
    "separable_conv",
    "separable_conv_backward",
]
