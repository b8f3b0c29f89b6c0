"""Right kernels in many styles: none of them may be accused. They sum in x's own type, in any order."""

from __future__ import annotations

from typing import Any, NamedTuple

try:
    from examples.bug_museum import styles_conv as conv
    from examples.bug_museum import styles_gradients as gradients
    from examples.bug_museum import styles_other as other
except ModuleNotFoundError:  # run as a script: this folder is on the path
    import styles_conv as conv  # type: ignore[import-not-found, no-redef]
    import styles_gradients as gradients  # type: ignore[import-not-found, no-redef]
    import styles_other as other  # type: ignore[import-not-found, no-redef]


class Right(NamedTuple):
    """A right kernel, and its gradients where it has them."""

    kernel: Any
    op: str
    gradients: Any = None


RIGHT: dict[str, Right] = {
    "loops": Right(conv.loops, "conv2d", gradients.loop_gradients),
    "im2col": Right(conv.im2col, "conv2d", gradients.matrix_gradients),
    "shifted": Right(conv.shifted, "conv2d", gradients.shifted_gradients),
    "shifted_float64": Right(conv.shifted_float64, "conv2d"),
    "einsum": Right(conv.einsum, "conv2d"),
    "blocked": Right(conv.blocked, "conv2d"),
    "full_then_crop": Right(conv.full_then_crop, "conv2d"),
    "channels_last": Right(conv.channels_last, "conv2d"),
    "convolve_1d": Right(conv.convolve, "conv1d"),
    "loops_1d": Right(conv.loops, "conv1d", gradients.loop_gradients),
    "shifted_1d": Right(conv.shifted, "conv1d", gradients.shifted_gradients),
    "im2col_3d": Right(conv.im2col, "conv3d", gradients.matrix_gradients),
    "einsum_3d": Right(conv.einsum, "conv3d"),
    "scatter": Right(other.scatter, "conv_transpose2d"),
    "col2im": Right(other.col2im, "conv_transpose2d"),
    "scatter_1d": Right(other.scatter, "conv_transpose1d"),
    "scatter_3d": Right(other.scatter, "conv_transpose3d"),
    "depthwise_shifted": Right(other.depthwise_shifted, "depthwise_conv2d"),
    "depthwise_windows": Right(other.depthwise_windows, "depthwise_conv2d"),
    "depthwise_shifted_1d": Right(other.depthwise_shifted, "depthwise_conv1d"),
    "depthwise_windows_3d": Right(other.depthwise_windows, "depthwise_conv3d"),
}
