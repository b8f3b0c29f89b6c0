"""JAX: its NumPy reference, jax._src.lax_reference, against jax.lax's documentation."""

from __future__ import annotations

import numpy as np

from tests.disagreements.model import Disagreement

__all__ = ["CASES"]


def same_dilated():
    from jax._src import lax_reference

    x, w = np.array([[[1.0, 2.0, 3.0]]]), np.ones((1, 1, 2))
    layouts = ("NCH", "OIH", "NCH")
    return lax_reference.conv_general_dilated(x, w, (1,), "SAME", (1,), (2,), layouts)


def same_dilated_right():
    import refconv

    return refconv.conv1d(np.array([[[1.0, 2.0, 3.0]]]), np.ones((1, 1, 2)), padding="same", dilation=2)


def mixed_padding():
    from jax._src import lax_reference

    x, w = np.array([[[1.0, 2.0, 3.0]]]), np.ones((1, 1, 1))
    return lax_reference.conv_with_general_padding(x, w, (1,), [(1, -1)], (1,), (1,))


def mixed_padding_right():
    import refconv

    return refconv.conv1d(np.array([[[1.0, 2.0, 3.0]]]), np.ones((1, 1, 1)), padding=[(1, -1)])


def groups():
    from jax._src import lax_reference

    x, w = np.array([[[1.0], [2.0]]]), np.ones((2, 1, 1))
    layouts = ("NCH", "OIH", "NCH")
    return lax_reference.conv_general_dilated(x, w, (1,), "VALID", (1,), (1,), layouts, feature_group_count=2)


def groups_right():
    import refconv

    return refconv.conv1d(np.array([[[1.0], [2.0]]]), np.ones((2, 1, 1)), groups=2)


CASES = (
    Disagreement(
        "jax_reference_same_dilated",
        "jax",
        "lax_reference: SAME with dilation",
        same_dilated,
        same_dilated_right,
        "SAME gives ceil(n / s) outputs, as jax.lax does. The reference turns SAME into numbers before it dilates the "
        "kernel, and so pads too little.",
        "https://github.com/jax-ml/jax/blob/055a88344ffe252fd8d57d5470c3201493aeb5b8/jax/_src/lax_reference.py",
    ),
    Disagreement(
        "jax_reference_mixed_padding",
        "jax",
        "lax_reference: padding added before and cropped behind",
        mixed_padding,
        mixed_padding_right,
        "Each side's padding may be negative, whatever the other side is. The reference counts what it crops from the "
        "end of the size without padding, so a sample more goes for each that was added in front.",
    ),
    Disagreement(
        "jax_reference_groups",
        "jax",
        "lax_reference: no groups",
        groups,
        groups_right,
        "jax.lax.conv_general_dilated has feature_group_count and batch_group_count; its reference has neither.",
    ),
)
