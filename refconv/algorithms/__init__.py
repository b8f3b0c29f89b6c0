"""The same answer by other roads, one file each, all held equal to `direct`, the definition.

direct (loops), inflated (the kernel filled with zeros), im2col (one matrix product). They take the arguments of
`refconv.conv` and check them in the same place; only the road differs.
"""

from refconv.algorithms.dispatch import (
    ALGORITHMS,
    conv,
    conv1d,
    conv1d_backward,
    conv2d,
    conv2d_backward,
    conv3d,
    conv3d_backward,
    conv_backward,
)

__all__ = [
    "ALGORITHMS",
    "conv",
    "conv1d",
    "conv1d_backward",
    "conv2d",
    "conv2d_backward",
    "conv3d",
    "conv3d_backward",
    "conv_backward",
]
