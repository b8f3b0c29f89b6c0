"""What `tf.nn` should return: its names, its order of arguments, NHWC and HWIO, SAME as it means it.

Each function takes arrays and returns NumPy arrays of refconv's types, by TensorFlow's documentation; what one device
or build of it cannot compute is computed here all the same. Each has its gradient beside it, named ``..._backward``.

Where the formula for the output's size gives no window, because the kernel does not fit, these raise ShapeError;
TensorFlow may return an empty array there.
"""

from __future__ import annotations

from refconv.dialects.tensorflow_atrous import (
    atrous_conv2d,
    atrous_conv2d_backward,
    atrous_conv2d_transpose,
    atrous_conv2d_transpose_backward,
)
from refconv.dialects.tensorflow_conv import (
    conv1d,
    conv1d_backward,
    conv2d,
    conv2d_backward,
    conv3d,
    conv3d_backward,
)
from refconv.dialects.tensorflow_depthwise import (
    depthwise_conv2d,
    depthwise_conv2d_backward,
    separable_conv2d,
    separable_conv2d_backward,
)
from refconv.dialects.tensorflow_pool import (
    avg_pool,
    avg_pool1d,
    avg_pool1d_backward,
    avg_pool2d,
    avg_pool2d_backward,
    avg_pool3d,
    avg_pool3d_backward,
    avg_pool_backward,
    max_pool,
    max_pool1d,
    max_pool1d_backward,
    max_pool2d,
    max_pool2d_backward,
    max_pool3d,
    max_pool3d_backward,
    max_pool_backward,
)
from refconv.dialects.tensorflow_transpose import (
    conv1d_transpose,
    conv1d_transpose_backward,
    conv2d_transpose,
    conv2d_transpose_backward,
    conv3d_transpose,
    conv3d_transpose_backward,
    conv_transpose,
    conv_transpose_backward,
)

__all__ = [
    "atrous_conv2d",
    "atrous_conv2d_backward",
    "atrous_conv2d_transpose",
    "atrous_conv2d_transpose_backward",
    "avg_pool",
    "avg_pool1d",
    "avg_pool1d_backward",
    "avg_pool2d",
    "avg_pool2d_backward",
    "avg_pool3d",
    "avg_pool3d_backward",
    "avg_pool_backward",
    "conv1d",
    "conv1d_backward",
    "conv1d_transpose",
    "conv1d_transpose_backward",
    "conv2d",
    "conv2d_backward",
    "conv2d_transpose",
    "conv2d_transpose_backward",
    "conv3d",
    "conv3d_backward",
    "conv3d_transpose",
    "conv3d_transpose_backward",
    "conv_transpose",
    "conv_transpose_backward",
    "depthwise_conv2d",
    "depthwise_conv2d_backward",
    "max_pool",
    "max_pool1d",
    "max_pool1d_backward",
    "max_pool2d",
    "max_pool2d_backward",
    "max_pool3d",
    "max_pool3d_backward",
    "max_pool_backward",
    "separable_conv2d",
    "separable_conv2d_backward",
]
