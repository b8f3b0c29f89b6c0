"""SAME with dilation: jax.lax_reference pads for the undilated kernel.

conv_general_dilated of JAX's NumPy reference turns SAME into numbers before it dilates the kernel. The result is
smaller than ceil(n / s). Found by running jax 0.10.2; no report is known. The link is the file as it was read.

https://github.com/jax-ml/jax/blob/055a88344ffe252fd8d57d5470c3201493aeb5b8/jax/_src/lax_reference.py
"""

from __future__ import annotations

try:
    from examples.bug_museum.right import Steps, conv, same
except ModuleNotFoundError:  # run as a script: this folder is on the path
    from right import Steps, conv, same  # type: ignore[import-not-found, no-redef]

LINK = "https://github.com/jax-ml/jax/blob/055a88344ffe252fd8d57d5470c3201493aeb5b8/jax/_src/lax_reference.py"
OP = "conv2d"
CAUSES = ("same_ignores_dilation",)
PRECISION = "float32"
SHOWS = dict(x=(1, 1, 7, 7), w=(1, 1, 3, 3), dilation=2, padding="same")
HIDES = dict(x=(1, 1, 7, 7), w=(1, 1, 3, 3), padding="same")


def before_dilating(said, index, call):
    if said == "valid":
        return 0, 0
    return same(call, index, call.axis(index)._replace(d=1), lower=said == "same_lower")


def kernel(x, w, b=None, *, stride=1, padding=0, dilation=1, groups=1):
    return conv(x, w, b, stride, padding, dilation, groups, steps=Steps(word=before_dilating))
