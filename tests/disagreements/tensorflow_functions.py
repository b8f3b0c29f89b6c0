"""TensorFlow on the CPU, and Keras on top of it."""

from __future__ import annotations

import os

import numpy as np

from tests.disagreements.elsewhere import printed
from tests.disagreements.model import Disagreement

__all__ = ["CASES"]

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")  # read when TensorFlow is imported


def left_over():
    import tensorflow as tf

    x, w = np.array([1.0, 2.0, 3.0]).reshape(1, 3, 1, 1, 1), np.ones((1, 1, 1, 1, 1))
    return tf.nn.conv3d(x, w, [1, 3, 1, 1, 1], "SAME")


def left_over_right():
    from refconv.dialects.tensorflow import conv3d

    x, w = np.array([1.0, 2.0, 3.0]).reshape(1, 3, 1, 1, 1), np.ones((1, 1, 1, 1, 1))
    return conv3d(x, w, [1, 3, 1, 1, 1], "SAME")


STRIDE_BEYOND = """
import numpy as np
import tensorflow as tf
x = np.float32([1, 1, 1, 4, 4, 6]).reshape(1, 1, 3, 2, 1)
w = np.float32([2, 8]).reshape(1, 1, 2, 1, 1)
y = tf.nn.conv3d(x, w, [1, 1, 1, 3, 1], "VALID")
"""

STRIDE_BEYOND_SHOWN = """
print([int(a) if a == b else "memory" for a, b in zip(y.numpy().ravel(), [10, 34, 56])])
"""


def stride_beyond():
    return printed("import os\nos.environ['TF_ENABLE_ONEDNN_OPTS'] = '1'\n" + STRIDE_BEYOND + STRIDE_BEYOND_SHOWN)


def stride_beyond_right():
    from refconv.dialects.tensorflow import conv3d

    x, w = np.array([1, 1, 1, 4, 4, 6]).reshape(1, 1, 3, 2, 1), np.array([2, 8]).reshape(1, 1, 2, 1, 1)
    return str(conv3d(x, w, [1, 1, 1, 3, 1], "VALID").ravel().tolist())


def stride_taken():
    import tensorflow as tf

    x, w = np.ones((1, 3, 3, 1)), np.ones((3, 3, 1, 1))
    return tuple(tf.nn.depthwise_conv2d(x, w, [1, 2, 2, 1], "SAME", dilations=[3, 3]).shape)


def stride_taken_right():
    from refconv.dialects.tensorflow import depthwise_conv2d
    from refconv.errors import ArgumentError

    x, w = np.ones((1, 3, 3, 1)), np.ones((3, 3, 1, 1))
    try:
        return depthwise_conv2d(x, w, [1, 2, 2, 1], "SAME", dilations=[3, 3]).shape
    except ArgumentError:
        return "refused"


def swapped():
    import tensorflow as tf

    x, w = tf.ones((1, 1, 3, 1, 1)), tf.ones((1, 2, 1, 1, 1))
    conv = tf.function(lambda x: tf.nn.conv3d(x, w, [1] * 5, "VALID", dilations=[1, 1, 2, 1, 1]))
    return tuple(conv.get_concrete_function(x).output_shapes)  # conv(x).shape is (1, 1, 1, 1, 1)


def swapped_right():
    from refconv.dialects.tensorflow import conv3d

    return conv3d(np.ones((1, 1, 3, 1, 1)), np.ones((1, 2, 1, 1, 1)), [1] * 5, "VALID", dilations=[1, 1, 2, 1, 1]).shape


def empty():
    import keras

    try:
        return keras.ops.conv(np.ones((1, 2, 1)), np.ones((3, 1, 1)))
    except Exception as error:  # noqa: BLE001 - whichever it is
        return f"{type(error).__name__}: {error}"


def empty_right():
    from refconv.dialects.keras import conv
    from refconv.errors import ShapeError

    try:
        return conv(np.ones((1, 2, 1)), np.ones((3, 1, 1)))
    except ShapeError:
        return "ValueError"


CASES = (
    Disagreement(
        "tensorflow_conv3d_same_left_over",
        "tensorflow",
        "conv3d: SAME with samples left over begins late, in float64",
        left_over,
        left_over_right,
        "SAME pads by max((ceil(n / s) - 1) s + k - n, 0), so a stride beyond the kernel leaves the last samples over. "
        "Here that is 0, and the one window is at the first sample; conv3d begins at the second, as if it padded by -2 "
        "in all. Its float32, conv2d and XLA begin at the first. The report linked is of conv2d.",
        "https://github.com/tensorflow/tensorflow/issues/14601",
        local=True,
    ),
    Disagreement(
        "tensorflow_conv3d_stride_beyond",
        "tensorflow",
        "conv3d: a stride beyond the kernel leaves samples unwritten, in float32 with oneDNN",
        stride_beyond,
        stride_beyond_right,
        "A sum for every output. The second is whatever memory holds. In float64, and with TF_ENABLE_ONEDNN_OPTS=0, "
        "all are right. It may depend on the processor.",
        shown=(STRIDE_BEYOND + "y").strip(),
        local=True,
    ),
    Disagreement(
        "tensorflow_depthwise_stride_and_dilation",
        "tensorflow",
        "depthwise_conv2d: takes a stride beside a dilation, and gives a result of another size",
        stride_taken,
        stride_taken_right,
        "Where a dilation is greater than 1, all strides are documented to have to be 1. Others get no "
        "more than a warning, and here a result of 3 by 3, where SAME with a stride of 2 is 2 by 2.",
    ),
    Disagreement(
        "tensorflow_conv3d_static_shape",
        "tensorflow",
        "conv3d: static shapes swap the dilations of height and width",
        swapped,
        swapped_right,
        "Dilations are in the order of data_format: D, H, W. The shape that tf.function infers takes H's dilation "
        "for W, and W's for H; the result of running it is right.",
    ),
    Disagreement(
        "keras_conv_empty",
        "keras",
        "ops.conv: a kernel that does not fit an input of NumPy's crashes",
        empty,
        empty_right,
        "For an empty result ops.conv has a ValueError that says so. Testing for it asks the input for a method that "
        "only TensorFlow's tensors have (with the backend of TensorFlow).",
        also=("tensorflow",),
        shown="keras.ops.conv(np.ones((1, 2, 1)), np.ones((3, 1, 1)))",
    ),
)
