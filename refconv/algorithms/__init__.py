"""The same answer by other roads, one file each, all held equal to `direct`, the definition.

- direct (loops), inflated (the kernel filled with zeros), im2col (one matrix product)
- shifted (a sum over taps), space_to_batch (dilation as phases)
- fft (products of transforms), winograd (fewer multiplications, tile by tile)

They take the arguments of `refconv.conv` and check them in the same place; only the road differs. What each costs is
counted by `refconv.algorithms.costs` and measured in docs/algorithms.md; cook_toom, certified and together are what
they are made of, and pooling is the definition of that.
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
