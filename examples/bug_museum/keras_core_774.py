"""Transposed "same" through one padding for both sides and an output padding.

Keras' "same" crops an odd number of samples, the larger half at the end. PyTorch takes one crop for both sides, so
that the Keras backend rounded it up and gave the rest back as output padding, at the end: there the smaller half is
cropped. The shape is right, odd kernels with stride 2 are shifted by one (mended in keras-team/keras pull 22876).
"same_lower", which Keras does not have, would come out right.

https://github.com/keras-team/keras-core/issues/774
"""

from __future__ import annotations

try:
    from examples.bug_museum.right import Steps, conv_transpose
except ModuleNotFoundError:  # run as a script: this folder is on the path
    from right import Steps, conv_transpose  # type: ignore[import-not-found, no-redef]

LINK = "https://github.com/keras-team/keras-core/issues/774"
OP = "conv_transpose2d"
CAUSES = ("same_sides_swapped",)
PRECISION = "float32"
SHOWS = dict(x=(1, 2, 3, 3), w=(2, 1, 3, 3), stride=2, padding="same")
HIDES = dict(x=(1, 2, 3, 3), w=(2, 1, 4, 4), stride=2, padding="same")


def symmetric(said, index, call):
    axis = call.axis(index)
    total = axis.span - axis.s
    if said == "valid" or total < 0:
        return (0, 0) if said == "valid" else (0, total)
    both = (total + 1) // 2
    output_padding = 2 * both - total
    return both, both - output_padding


def kernel(x, w, b=None, *, stride=1, padding=0, dilation=1, groups=1, output_padding=0):
    return conv_transpose(x, w, b, stride, padding, dilation, groups, output_padding, steps=Steps(word=symmetric))
