"""The tuner takes a 1x1 convolution for a matrix product with an unchecked stage.

burn hands 1x1 kernels to a matrix product that walks the channels in stages of 8, two at a time. With an odd number
of whole stages (104 and 440 channels in the thread) it adds one more, read past the end of the matrices.
What lies there differs from run to run; rebuilt here: the last stage once more.

https://github.com/tracel-ai/burn/issues/5626
"""

from __future__ import annotations

try:
    from examples.bug_museum.right import Steps, conv
except ModuleNotFoundError:  # run as a script: this folder is on the path
    from right import Steps, conv  # type: ignore[import-not-found, no-redef]

LINK = "https://github.com/tracel-ai/burn/issues/5626"
OP = "conv2d"
CAUSES = ("channels_added_twice",)
PRECISION = "float32"
STAGE = 8  # channels
SHOWS = dict(x=(1, 8, 4, 4), w=(2, 8, 1, 1))
HIDES = dict(x=(1, 16, 4, 4), w=(2, 16, 1, 1))


def one_stage_too_many(x, w):
    stages, rest = divmod(w.shape[1], STAGE)
    if set(w.shape[2:]) == {1} and stages % 2 == 1 and rest == 0:
        w = w.copy()
        w[:, -STAGE:] *= 2
    return x, w


def kernel(x, w, b=None, *, stride=1, padding=0, dilation=1, groups=1):
    return conv(x, w, b, stride, padding, dilation, groups, steps=Steps(operands=one_stage_too_many))
