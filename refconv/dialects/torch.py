"""PyTorch's words: what ``torch.nn.functional`` should return, by its documentation, for NumPy's arrays.

Names, order of arguments, defaults and what is refused are PyTorch's (2.13); so are inputs without a batch, and one
number, or (but for `fold` and `unfold`) a sequence of one, for all axes. Each operation but `fold` and `unfold`, which
are each other's gradients, has a partner that ends in ``_backward``: the gradient comes first, then the arguments of
the operation. Number types are refconv's: integers are exact.

======================  ======================================================================================
conv1d, 2d, 3d          with `padding_mode` as the modules ``Conv1d`` to ``Conv3d`` have it
conv_transpose1d, ...   output_padding and groups before dilation
max_pool1d, ...         return_indices; padding is minus infinity
avg_pool1d, ...         count_include_pad, divisor_override; no dilation
pad                     the last axis first
unfold, fold            two spatial axes; dilation and padding before stride
======================  ======================================================================================
"""

from __future__ import annotations

from refconv.dialects.torch_avg_pool import (
    avg_pool1d,
    avg_pool1d_backward,
    avg_pool2d,
    avg_pool2d_backward,
    avg_pool3d,
    avg_pool3d_backward,
)
from refconv.dialects.torch_conv import (
    conv1d,
    conv1d_backward,
    conv2d,
    conv2d_backward,
    conv3d,
    conv3d_backward,
)
from refconv.dialects.torch_fold import fold, unfold
from refconv.dialects.torch_max_pool import (
    max_pool1d,
    max_pool1d_backward,
    max_pool2d,
    max_pool2d_backward,
    max_pool3d,
    max_pool3d_backward,
)
from refconv.dialects.torch_pad import pad, pad_backward
from refconv.dialects.torch_transposed import (
    conv_transpose1d,
    conv_transpose1d_backward,
    conv_transpose2d,
    conv_transpose2d_backward,
    conv_transpose3d,
    conv_transpose3d_backward,
)

__all__ = [
    "avg_pool1d",
    "avg_pool1d_backward",
    "avg_pool2d",
    "avg_pool2d_backward",
    "avg_pool3d",
    "avg_pool3d_backward",
    "conv1d",
    "conv1d_backward",
    "conv2d",
    "conv2d_backward",
    "conv3d",
    "conv3d_backward",
    "conv_transpose1d",
    "conv_transpose1d_backward",
    "conv_transpose2d",
    "conv_transpose2d_backward",
    "conv_transpose3d",
    "conv_transpose3d_backward",
    "fold",
    "max_pool1d",
    "max_pool1d_backward",
    "max_pool2d",
    "max_pool2d_backward",
    "max_pool3d",
    "max_pool3d_backward",
    "pad",
    "pad_backward",
    "unfold",
]
