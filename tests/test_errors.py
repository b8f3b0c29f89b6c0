"""Every error: its kind, its arithmetic, and that the fix it offers works."""

from __future__ import annotations

import copy
import pickle
from decimal import Decimal

import numpy as np
import pytest
import sympy

import refconv

X, W = np.ones((1, 4, 6, 6)), np.ones((2, 4, 3, 3))
X1, W1 = np.ones((1, 1, 5)), np.ones((1, 1, 3))
T = np.ones((4, 2, 3, 3))


def conv2d(**options):
    return lambda **fix: refconv.conv2d(options.get("x", X), options.get("w", W), **{**rest(options), **fix})


def conv1d(**options):
    return lambda **fix: refconv.conv1d(options.get("x", X1), options.get("w", W1), **{**rest(options), **fix})


def transposed(**options):
    return lambda **fix: refconv.conv_transpose2d(options.get("x", X), options.get("w", T), **{**rest(options), **fix})


def pool(**options):
    return lambda **fix: refconv.max_pool2d(X, **{**options, **fix})


def rest(options):
    return {key: value for key, value in options.items() if key not in ("x", "w")}


MENDED = {
    # what: (the call, the kind of error, what its message must say)
    "kernel too large": (
        conv1d(dilation=3),
        refconv.ShapeError,
        """conv1d: the kernel does not fit in the padded input along W.
  input W = 5, padding = 0 + 0  ->  padded size 5
  kernel W = 3, dilation = 3  ->  effective size 3*(3 - 1) + 1 = 7
  needed: effective size <= padded size, but 7 > 5.
  Pad by 1 more on each side, or lower dilation to 2.""",
    ),
    "kernel too large, cropped": (conv1d(padding=-2), refconv.ShapeError, "padding = -2 + -2  ->  padded size 1"),
    "kernel too large along both": (
        conv2d(w=np.ones((2, 4, 3, 9)), dilation=(4, 1)),
        refconv.ShapeError,
        "along H.",
    ),
    "kernel too large, one tap wide": (
        conv2d(w=np.ones((2, 4, 4, 1)), dilation=(2, 7), padding=((0, 0), (1, 2))),
        refconv.ShapeError,
        "Pad by 1 more on each side, or lower dilation to 1.",
    ),
    "kernel too large, other axis wide": (
        conv2d(w=np.ones((2, 4, 3, 3)), dilation=(3, 2)),
        refconv.ShapeError,
        "Pad by 1 more on each side, or lower dilation to 2.",
    ),
    "kernel too large, reflected": (
        conv1d(w=np.ones((1, 1, 6)), padding_mode="reflect"),
        refconv.ShapeError,
        "Pad by 1 more on each side.",
    ),
    "zero stride": (conv2d(stride=0), refconv.ArgumentError, "stride must be at least 1, but it is 0."),
    "negative stride": (conv2d(stride=-1), refconv.ArgumentError, "stride must be at least 1, but it is -1."),
    "zero stride along W": (
        conv2d(stride=(1, 0)),
        refconv.ArgumentError,
        """conv2d: stride must be at least 1 along every axis, but along W it is not.
  stride = (1, 0), along (H, W)
  The nearest that is allowed is stride=(1, 1).""",
    ),
    "zero dilation": (conv2d(dilation=0), refconv.ArgumentError, "dilation must be at least 1, but it is 0."),
    "zero groups": (conv2d(groups=0), refconv.ArgumentError, "groups must be at least 1, but it is 0."),
    "three strides": (
        conv2d(stride=(1, 2, 3)),
        refconv.ArgumentError,
        """conv2d: stride has 3 entries for 2 spatial axes.
  stride = (1, 2, 3), along (H, W)
  Give one int for all axes, or one per axis, such as stride=(1, 2).""",
    ),
    "flat padding": (
        conv2d(padding=(1, 2, 0, 1)),
        refconv.ArgumentError,
        "For a beginning and an end of each axis write pairs, padding=((1, 2), (0, 1)).",
    ),
    "flat padding in 3d": (
        lambda **fix: refconv.conv3d(
            np.ones((1, 1, 3, 3, 3)), np.ones((1, 1, 2, 2, 2)), **{"padding": (1, 0, 0, 1, 2, 2), **fix}
        ),
        refconv.ArgumentError,
        "write pairs, padding=((1, 0), (0, 1), (2, 2)).",
    ),
    "flat padding in 1d": (
        conv1d(padding=(1, 2)),
        refconv.ArgumentError,
        """conv1d: padding has 2 entries for 1 spatial axis.
  padding = (1, 2), along W
  For a beginning and an end of each axis write pairs, padding=((1, 2),).""",
    ),
    "three paddings": (
        conv2d(padding=((1, 1), (1, 1), (0, 0))),
        refconv.ArgumentError,
        "such as padding=((1, 1), (1, 1)).",
    ),
    "misspelt padding": (
        conv2d(padding="sam"),
        refconv.ArgumentError,
        """conv2d: padding is 'sam', which is not known.
  padding is one of 'valid', 'same', 'same_upper', 'same_lower', 'full', 'causal'.
  Did you mean 'same'?""",
    ),
    "misspelt mode": (conv2d(padding_mode="reflec"), refconv.ArgumentError, "Did you mean 'reflect'?"),
    "TensorFlow's capitals": (conv2d(padding="SAME"), refconv.ArgumentError, "Did you mean 'same'?"),
    "ONNX' capitals": (conv2d(padding="SAME_LOWER"), refconv.ArgumentError, "Did you mean 'same_lower'?"),
    "PyTorch's constant": (conv2d(padding_mode="constant"), refconv.ArgumentError, "Did you mean 'zeros'?"),
    "NumPy's edge": (conv2d(padding_mode="edge"), refconv.ArgumentError, "Did you mean 'replicate'?"),
    "NumPy's wrap": (conv2d(padding_mode="WRAP"), refconv.ArgumentError, "Did you mean 'circular'?"),
    "Theano's half": (conv2d(padding="half"), refconv.ArgumentError, "Did you mean 'same'?"),
    "reflection as wide as the input": (
        conv2d(padding=((0, 6), (0, 0)), padding_mode="reflect"),
        refconv.ShapeError,
        "needed: padding <= H - 1 = 5 on each side",
    ),
    "transposed crop beside a thin output": (
        transposed(x=np.ones((1, 4, 1, 1)), padding=((2, 1), (1, 1))),
        refconv.ShapeError,
        "Crop less, such as padding=((0, 0), (1, 1)).",
    ),
    "wide reflection": (
        conv2d(padding=((0, 0), (6, 7)), padding_mode="reflect"),
        refconv.ShapeError,
        """conv2d: reflect padding is wider than the input allows along W.
  input W = 6, padding = 6 + 7
  needed: padding <= W - 1 = 5 on each side, for the edge is not repeated.
  Pad by at most 5, or take padding_mode='replicate'.""",
    ),
    "unknown layout": (
        conv2d(layout="NCXY"),
        refconv.ArgumentError,
        """conv2d: layout='NCXY' is not an order of the 4 letters N, C, H, W.
  Write 'NCHW', or the same letters in your arrays' order, such as 'NHWC'.""",
    ),
    "unknown kernel layout": (conv2d(kernel_layout="OIH"), refconv.ArgumentError, "such as 'HWIO'."),
    "layout of the wrong type": (conv2d(layout=1), refconv.ArgumentError, "layout=1 is not an order"),
    "channels and groups": (
        conv2d(groups=3),
        refconv.ShapeError,
        """conv2d: the 4 channels of x cannot be split into 3 groups.
  4 = 1*3 + 1
  With these arrays groups=1 works.""",
    ),
    "filters and groups": (
        conv2d(w=np.ones((6, 2, 3, 3)), groups=4),
        refconv.ShapeError,
        "the 6 filters of w cannot be split into 4 groups.\n  6 = 1*4 + 2\n  With these arrays groups=2 works.",
    ),
    "kernel channels": (
        conv2d(w=np.ones((2, 2, 3, 3))),
        refconv.ShapeError,
        """conv2d: a filter of w must read the channels of one group of x.
  x has C = 4 channels, groups = 1  ->  C/G = 4
  w is (O, C/G) = (2, 2)  ->  C/G = 2
  needed: 4 == 2.
  With these arrays groups=2 works.""",
    ),
    "transposed groups": (
        transposed(groups=3),
        refconv.ShapeError,
        "the 4 channels of x cannot be split into 3 groups.\n  4 = 1*3 + 1\n  With groups=1 it works.",
    ),
    "output padding": (
        transposed(output_padding=(1, 3), stride=(2, 1), dilation=(1, 3)),
        refconv.ArgumentError,
        """conv_transpose2d: output_padding is too large along W.
  output_padding = 3, stride = 1, dilation = 3
  needed: output_padding < max(stride, dilation), but 3 >= 3.
  The largest that works is output_padding=(1, 2).""",
    ),
    "negative output padding": (
        transposed(output_padding=-1),
        refconv.ArgumentError,
        "output_padding must be at least 0, but it is -1.",
    ),
    "transposed crop": (
        transposed(padding=((4, 4), (1, 1))),
        refconv.ShapeError,
        """conv_transpose2d: padding crops the whole output along H.
  input H = 6, stride = 1, effective kernel size = 3  ->  (6 - 1)*1 + 3 = 8 before cropping
  padding = 4 + 4 (output padding taken off)  ->  0 left
  Crop less, such as padding=((0, 0), (1, 1)).""",
    ),
    "empty pooling window": (
        pool(kernel_size=2, padding=((2, 0), (0, 0))),
        refconv.ShapeError,
        (
            "max_pool2d: window 0 of 4 reads nothing but padding along H.\n"
            "  input H = 6, padding = 2 + 0, kernel = 2, stride = 2, dilation = 1\n  Pad less: by half the kernel"
        ),
    ),
    "empty window of a kernel as large as the input": (
        lambda **fix: refconv.max_pool1d(np.ones((1, 1, 2)), 2, **{"padding": ((2, 0),), **fix}),
        refconv.ShapeError,
        "window 0 of 2 reads nothing but padding along W.",
    ),
    "output padding of an even stride": (
        transposed(output_padding=2, stride=2),
        refconv.ArgumentError,
        "The largest that works is output_padding=(1, 1).",
    ),
    "negative pooling padding": (
        pool(kernel_size=2, padding=((0, 1), (0, -1))),
        refconv.ArgumentError,
        "padding along W is negative: 0 + -1.\n  Crop x itself, and take padding=((0, 1), (0, 0)).",
    ),
    "pool beyond the padding": (
        pool(kernel_size=(3, 2), dilation=(4, 1)),
        refconv.ShapeError,
        "Pad by 2 more on each side, or lower dilation to 2.",
    ),
    "misspelt padding along W": (
        conv2d(padding=(1, "sam")),
        refconv.ArgumentError,
        "padding along W is 'sam', which is not known.",
    ),
    "pointwise layout": (
        lambda **fix: refconv.separable_conv2d(
            X, np.ones((4, 1, 3, 3)), np.ones((2, 4, 1, 1)), **{"pointwise_layout": "OIH", **fix}
        ),
        refconv.ArgumentError,
        "pointwise_layout='OIH' is not an order of the 4 letters O, I, H, W.",
    ),
    "wide reflection of a small input": (
        conv1d(x=np.ones((1, 1, 1)), dilation=3, padding=((-2, 1),), padding_mode="reflect"),
        refconv.ShapeError,
        "7 > 0.",
    ),
    "output padding of a crop": (
        transposed(padding=((4, 4), (0, 0)), output_padding=(3, 0), dilation=(1, 1)),
        refconv.ArgumentError,
        "needed: output_padding < max(stride, dilation), but 3 >= 1.",
    ),
    "unused output padding": (
        lambda **fix: refconv.output_size(5, 3, **{"output_padding": 1, **fix}),
        refconv.ArgumentError,
        "output_padding means something for a transposed convolution only.\n  Leave it at output_padding=0",
    ),
    "unused ceil_mode": (
        lambda **fix: refconv.output_size(5, 3, **{"transposed": True, "ceil_mode": True, **fix}),
        refconv.ArgumentError,
        "ceil_mode means something for a pooling only.\n  Leave it at ceil_mode=False, or ask for that with",
    ),
    "pool size": (pool(kernel_size=0), refconv.ArgumentError, "kernel_size must be at least 1, but it is 0."),
    "pool too large": (pool(kernel_size=7, stride=1), refconv.ShapeError, "7 > 6."),
    "road": (
        lambda **fix: refconv.algorithms.conv2d(X, W, **{"algorithm": "imcol", **fix}),
        refconv.ArgumentError,
        "Did you mean 'im2col'?",
    ),
}


@pytest.mark.parametrize("what", MENDED)
def test_message_and_its_fix(what):
    call, kind, text = MENDED[what]
    with pytest.raises(kind) as caught:
        call()
    assert text in str(caught.value)
    assert caught.value.fixes, "an error that arguments can mend offers how"
    for fix in caught.value.fixes:
        call(**fix)


def test_the_smallest_advice_is_the_smallest():
    """One less padding, or one more dilation, than advised fails again."""
    with pytest.raises(refconv.ShapeError) as caught:
        refconv.conv1d(X1, W1, dilation=6)
    padding, dilation = caught.value.fixes
    assert padding == {"padding": ((4, 4),)}
    assert dilation == {"dilation": (2,), "padding": ((0, 0),)}
    for mode in ("zeros", "replicate", "circular"):  # another mode is advised where reflection cannot reach, only there
        with pytest.raises(refconv.ShapeError) as wide:
            refconv.conv1d(X1, W1, dilation=9, padding_mode=mode)
        assert [set(fix) for fix in wide.value.fixes] == [{"padding"}, {"dilation", "padding"}]
    for fix in ({"padding": ((3, 4),), "dilation": 6}, {"dilation": 3}):
        with pytest.raises(refconv.ShapeError):
            refconv.conv1d(X1, W1, **fix)


UNMENDED = {
    "rank": (
        lambda: refconv.conv2d(X[0, 0], W),
        refconv.ShapeError,
        (
            "conv2d: x must have 4 axes (N, C, H, W), but its shape is (6, 6): 2 axes.\n"
            "  Add the 2 missing, such as x[np.newaxis, np.newaxis]."
        ),
    ),
    "rank too high": (
        lambda: refconv.conv1d(X, W1),
        refconv.ShapeError,
        (
            "conv1d: x must have 3 axes (N, C, W), but its shape is (1, 4, 6, 6): 4 axes.\n"
            "  Take 1 away, or use the operation for more spatial axes."
        ),
    ),
    "rank of NHWC": (lambda: refconv.conv2d(X[0], W, layout="NHWC"), refconv.ShapeError, "4 axes (N, H, W, C)"),
    "rank of w": (lambda: refconv.conv2d(X, W[0]), refconv.ShapeError, "w must have 4 axes (O, I, H, W)"),
    "rank of n-d": (
        lambda: refconv.conv(X[0, 0], W),
        refconv.ShapeError,
        "conv: x must have at least 3 axes (N, C, W)",
    ),
    "reads no divisor": (
        lambda: refconv.conv2d(X, np.ones((2, 3, 3, 3))),
        refconv.ShapeError,
        "needed: 4 == 3.\n  Make C = groups*3, and O a multiple of groups.",
    ),
    "reads too many": (lambda: refconv.conv2d(X, np.ones((2, 8, 3, 3))), refconv.ShapeError, "needed: 4 == 8."),
    "groups that no number mends": (
        lambda: refconv.conv2d(X, np.ones((3, 2, 3, 3)), groups=2),
        refconv.ShapeError,
        "the 3 filters of w cannot be split into 2 groups.\n  3 = 1*2 + 1\n  Make C = groups*2",
    ),
    "transposed channels": (
        lambda: refconv.conv_transpose2d(X, W),
        refconv.ShapeError,
        "x has C = 4 channels, w is (C, O/G) = (2, 4)\n  needed: 4 == 2.",
    ),
    "too few transposed channels": (
        lambda: refconv.conv_transpose2d(X, np.ones((6, 2, 3, 3))),
        refconv.ShapeError,
        "needed: 4 == 6.",
    ),
    "too few depthwise channels": (
        lambda: refconv.depthwise_conv2d(X, np.ones((6, 2, 3, 3))),
        refconv.ShapeError,
        "needed: 4 == 6.",
    ),
    "depthwise channels": (
        lambda: refconv.depthwise_conv2d(X, W),
        refconv.ShapeError,
        (
            "w must have filters for each channel of x.\n  x has C = 4 channels, w is (C, multiplier, ...) with C = 2\n"
            "  needed: 4 == 2.\n  Take w of shape (4, multiplier, ...)."
        ),
    ),
    "separable names its kernels": (
        lambda: refconv.separable_conv2d(X, W, W),
        refconv.ShapeError,
        "w_depthwise must have filters for each channel of x.",
    ),
    "pointwise kernel": (
        lambda: refconv.separable_conv2d(X, np.ones((4, 1, 3, 3)), W),
        refconv.ShapeError,
        "w_pointwise must have kernel size 1 along every axis.\n  kernel size = (3, 3)",
    ),
    "pointwise kernel of one axis": (
        lambda: refconv.pointwise_conv2d(X, np.ones((2, 4, 1, 2))),
        refconv.ShapeError,
        "w must have kernel size 1 along every axis.\n  kernel size = (1, 2)",
    ),
    "separable biases": (
        lambda: refconv.separable_conv2d(X, np.ones((4, 1, 3, 3)), np.ones((2, 4, 1, 1)), b_depthwise=np.ones(3)),
        refconv.ShapeError,
        "b_depthwise must have one entry per output channel.\n  b_depthwise.shape = (3,), output channels = 4",
    ),
    "separable second bias": (
        lambda: refconv.separable_conv2d(X, np.ones((4, 1, 3, 3)), np.ones((2, 4, 1, 1)), None, np.ones((2, 1))),
        refconv.ShapeError,
        "b_pointwise.shape = (2, 1), output channels = 2",
    ),
    "bias": (
        lambda: refconv.conv2d(X, W, np.ones(1)),
        refconv.ShapeError,
        (
            "b must have one entry per output channel.\n  b.shape = (1,), output channels = 2\n"
            "  Take shape (2,). Nothing is broadcast."
        ),
    ),
    "transposed bias": (
        lambda: refconv.conv_transpose2d(X, T, np.ones(4)),
        refconv.ShapeError,
        "b.shape = (4,), output channels = 2",
    ),
    "scalar bias": (lambda: refconv.conv2d(X, W, 1.0), refconv.ShapeError, "b.shape = ()"),
    "dy": (
        lambda: refconv.conv2d_backward(np.ones((1, 2, 3, 4)), X, W),
        refconv.ShapeError,
        (
            "conv2d_backward: dy has the wrong shape.\n  dy.shape = (1, 2, 3, 4)\n"
            "  needed: (1, 2, 4, 4), the shape of the result of conv2d with the same arguments."
        ),
    ),
    "dy that would broadcast": (
        lambda: refconv.conv2d_backward(np.ones((1, 1, 4, 4)), X, W),
        refconv.ShapeError,
        "Nothing is broadcast",
    ),
    "dy of NHWC": (
        lambda: refconv.conv2d_backward(np.ones((1, 2, 4, 4)), np.moveaxis(X, 1, -1), W, layout="NHWC"),
        refconv.ShapeError,
        "needed: (1, 4, 4, 2)",
    ),
    "dy of a transposed one": (
        lambda: refconv.conv_transpose2d_backward(np.ones((1, 2, 6, 6)), X, T),
        refconv.ShapeError,
        "needed: (1, 2, 8, 8), the shape of the result of conv_transpose2d",
    ),
    "dy of a pooling": (
        lambda: refconv.avg_pool2d_backward(np.ones((1, 4, 2, 2)), X, 2),
        refconv.ShapeError,
        "needed: (1, 4, 3, 3), the shape of the result of avg_pool2d",
    ),
    "empty axis": (
        lambda: refconv.conv2d(np.ones((1, 4, 0, 6)), W, padding=9),
        refconv.ShapeError,
        "x has size 0 along H.\n  x.shape = (1, 4, 0, 6), in the order NCHW\n  Only the batch N may be empty",
    ),
    "no channels": (lambda: refconv.conv2d(np.ones((1, 0, 6, 6)), W), refconv.ShapeError, "x has size 0 along C."),
    "no taps": (lambda: refconv.conv2d(X, np.ones((2, 4, 0, 3))), refconv.ShapeError, "w has size 0 along H."),
    "no filters": (
        lambda: refconv.conv2d(X, np.ones((3, 3, 4, 0)), kernel_layout="HWIO"),
        refconv.ShapeError,
        "w has size 0 along O.\n  w.shape = (3, 3, 4, 0), in the order HWIO",
    ),
    "pooling that nothing mends": (
        lambda: refconv.max_pool1d(np.ones((1, 1, 1)), 2, dilation=4),
        refconv.ShapeError,
        "5 > 1.\n  Take a smaller kernel.",
    ),
    "columns": (
        lambda: refconv.col2im(np.ones((1, 7, 3)), 5, 3),
        refconv.ShapeError,
        "columns.shape = (1, 7, 3)\n  needed: (1, 6, 3), the shape of im2col's result for 3 taps and 3 windows.",
    ),
    "too few columns": (
        lambda: refconv.col2im(np.ones((1, 2, 3)), 5, 3),
        refconv.ShapeError,
        "needed: (1, 3, 3)",
    ),
    "rank of columns": (
        lambda: refconv.col2im(np.ones((3, 3)), 5, 3),
        refconv.ShapeError,
        "columns must have 3 axes (N, C * taps, outputs), but its shape is (3, 3): 2 axes.",
    ),
    "no pooling window": (
        lambda: refconv.max_pool1d(np.ones((1, 1, 4)), 9, stride=2, ceil_mode=True),
        refconv.ShapeError,
        (
            "no window fits along W.\n  input W = 4, padding = 0 + 0, kernel = 9, stride = 2, dilation = 1\n"
            "  Take a smaller kernel, or a smaller stride."
        ),
    ),
    "no pooling window at all": (
        lambda: refconv.max_pool1d(np.ones((1, 1, 4)), 7, stride=2, ceil_mode=True),
        refconv.ShapeError,
        "no window fits along W.",
    ),
    "too many axes": (
        lambda: refconv.conv(np.ones((1,) * 25), np.ones((1,) * 25)),
        refconv.ShapeError,
        "conv: 23 spatial axes are not 1 to 21.",
    ),
    "no axes": (lambda: refconv.output_size((), 3), refconv.ShapeError, "output_size: 0 spatial axes are not 1 to"),
    "beyond any memory": (
        lambda: refconv.conv2d(X, W, padding=10**30),
        refconv.ShapeError,
        "conv2d: the padded input would be larger than any memory.",
    ),
    "columns beyond any memory": (
        lambda: refconv.im2col(X, 3, padding=10**30),
        refconv.ShapeError,
        "im2col: the padded input would be larger than any memory.",
    ),
    "output beyond any memory": (
        lambda: refconv.conv_transpose2d(X, T, stride=10**30),
        refconv.ShapeError,
        "Look for a padding, stride or dilation that is far too large.",
    ),
    "mode of the wrong type": (
        lambda: refconv.conv2d(X, W, padding_mode=1),
        refconv.ArgumentError,
        "is one of 'zeros', 'reflect', 'replicate', 'circular'.\n  Take one of these.",
    ),
    "pool that dilation does not mend": (
        lambda: refconv.max_pool(
            np.ones((1, 6, 3, 6, 1)), (4, 4, 2), (4, 3, 4), padding=((4, 4), (0, 2), (1, 1)), dilation=(1, 3, 2)
        ),
        refconv.ShapeError,
        "10 > 8.\n  Take a smaller kernel.",
    ),
    "depthwise result": (
        lambda: refconv.separable_conv2d(X, np.ones((4, 2, 3, 3)), np.ones((2, 4, 1, 1))),
        refconv.ShapeError,
        (
            "a filter of w_pointwise must read the channels of one group of the depthwise result.\n"
            "  the depthwise result has C = 8 channels"
        ),
    ),
    "padding of the wrong shape": (
        lambda: refconv.conv2d(X, W, padding=((1, 2, 3), 0)),
        refconv.ArgumentError,
        "padding along H must be one int or a pair (lo, hi), but it has 3 entries: [1, 2, 3].\n  Write (lo, hi)",
    ),
    "too few paddings": (
        lambda: refconv.conv2d(X, W, padding=((1, 1),)),
        refconv.ArgumentError,
        "padding has 1 entry for 2 spatial axes.\n  padding = ((1, 1),), along (H, W)",
    ),
    "too few strides": (
        lambda: refconv.conv2d(X, W, stride=(1,)),
        refconv.ArgumentError,
        (
            "stride has 1 entry for 2 spatial axes.\n  stride = (1,), along (H, W)\n"
            "  Give one int for all axes, or 2 of them."
        ),
    ),
}


@pytest.mark.parametrize("what", UNMENDED)
def test_message_of_what_arguments_cannot_mend(what):
    call, kind, text = UNMENDED[what]
    with pytest.raises(kind) as caught:
        call()
    assert text in str(caught.value)


TYPES = {
    "float stride": (
        lambda: refconv.conv2d(X, W, stride=1.5),
        refconv.ArgumentTypeError,
        "conv2d: stride must be an integer, but it is 1.5, of type float.\n  Write whole numbers as int",
    ),
    "float in a sequence": (
        lambda: refconv.conv2d(X, W, dilation=(1, 2.0)),
        refconv.ArgumentTypeError,
        "dilation along W must be an integer, but it is 2.0",
    ),
    "bool": (
        lambda: refconv.conv2d(X, W, dilation=True),
        refconv.ArgumentTypeError,
        "dilation must be an integer, but it is the bool True.",
    ),
    "word for a stride": (lambda: refconv.conv2d(X, W, stride="2"), refconv.ArgumentTypeError, "of type str"),
    "float padding": (
        lambda: refconv.conv2d(X, W, padding=((0, 0.5), 0)),
        refconv.ArgumentTypeError,
        "padding along H, after must be an integer",
    ),
    "float padding before": (
        lambda: refconv.conv2d(X, W, padding=((None, 1), 0)),
        refconv.ArgumentTypeError,
        "padding along H, before must be an integer, but it is None, of type NoneType.",
    ),
    "float groups": (lambda: refconv.conv2d(X, W, groups=1.0), refconv.ArgumentTypeError, "groups must be an integer"),
    "words": (
        lambda: refconv.conv2d("abc", W),
        refconv.DTypeError,
        "conv2d: x must be an array of numbers, but it is an array of dtype <U3.\n  Supported: float16, bfloat16",
    ),
    "none": (lambda: refconv.conv2d(None, W), refconv.DTypeError, "x must be an array of numbers, but it is None."),
    "none for w": (lambda: refconv.conv2d(X, None), refconv.DTypeError, "w must be an array of numbers"),
    "dates": (
        lambda: refconv.conv1d(np.zeros((1, 1, 5), "M8[s]"), W1),
        refconv.DTypeError,
        "an array of dtype datetime64[s]",
    ),
    "records": (
        lambda: refconv.conv1d(np.zeros((1, 1, 5), [("re", float)]), W1),
        refconv.DTypeError,
        "x must be an array of numbers",
    ),
    "strings in objects": (
        lambda: refconv.conv1d(np.array([[["a", "b", 1]]], object), W1),
        refconv.DTypeError,
        "x must be an array of numbers, but an element is 'a', of type str.",
    ),
    "ragged": (lambda: refconv.conv1d([[[1, 2], [3]]], W1), refconv.DTypeError, "x cannot be read as an array"),
    "masked": (
        lambda: refconv.conv1d(np.ma.masked_array(X1, X1 > 0), W1),
        refconv.DTypeError,
        "x is a masked array, and its mask would be lost.\n  Pass x.filled(0).",
    ),
    "no common type": (
        lambda: refconv.conv1d(X1.astype(np.float16), W1.astype("bfloat16")),
        refconv.DTypeError,
        "no common number type for float16 and bfloat16.\n  Cast one of them to a type that holds both, such as float",
    ),
    "float bias of integers": (
        lambda: refconv.conv1d(X1.astype(int), W1.astype(int), [0.5]),
        refconv.DTypeError,
        (
            "b is float64, but the result is of type int64, which cannot hold it.\n"
            "  Cast an operand to float64, or b to int64."
        ),
    ),
    "complex bias": (
        lambda: refconv.conv1d(X1, W1, [1j]),
        refconv.DTypeError,
        "b is complex128, but the result is of type float64",
    ),
    "complex maximum": (
        lambda: refconv.max_pool1d(X1 + 1j, 2),
        refconv.DTypeError,
        "max_pool1d: complex numbers have no largest.\n  Pool np.abs(x)",
    ),
    "complex maximum, backward": (
        lambda: refconv.max_pool1d_backward(X1, X1 + 1j, 1),
        refconv.DTypeError,
        "max_pool1d_backward: complex",
    ),
    "words for dy": (
        lambda: refconv.conv1d_backward("abc", X1, W1),
        refconv.DTypeError,
        "conv1d_backward: dy must be an array of numbers",
    ),
    "lists in objects": (
        lambda: refconv.conv1d(np.array([[[float, 1, 2]]], object), W1),
        refconv.DTypeError,
        "an element is <class 'float'>",
    ),
    "objects that do not multiply": (
        lambda: refconv.conv1d(np.array([[[Decimal(1), Decimal(2)]]], object), np.array([[[0.5]]])),
        refconv.DTypeError,
        "conv1d: the elements cannot be computed with: unsupported operand",
    ),
    "symbols without order": (
        lambda: refconv.max_pool1d(np.array([[sympy.symbols("a b")]], object), 2),
        refconv.DTypeError,
        "max_pool1d: the elements cannot be computed with: cannot determine truth value",
    ),
    "a set": (lambda: refconv.conv2d(X, W, stride={1, 2}), refconv.ArgumentTypeError, "of type set"),
    "bytes": (lambda: refconv.conv2d(X, W, padding=b"ab"), refconv.ArgumentTypeError, "of type bytes"),
    "flag": (
        lambda: refconv.conv2d_backward(np.ones((1, 2, 4, 4)), X, W, bias="no"),
        refconv.ArgumentTypeError,
        "bias must be True or False, but it is 'no', of type str.\n  Write bias=True or bias=False.",
    ),
    "ceil_mode": (pool(kernel_size=2, ceil_mode=1), refconv.ArgumentTypeError, "ceil_mode must be True or False"),
    "count_include_pad": (
        lambda: refconv.avg_pool2d(X, 2, count_include_pad=np.ones(2)),
        refconv.ArgumentTypeError,
        "count_include_pad must be True or False",
    ),
    "decimal and a bias": (
        lambda: refconv.conv1d(np.array([[[Decimal(1)]]], object), np.array([[[Decimal(1)]]], object), [0.5]),
        refconv.DTypeError,
        "conv1d: the elements cannot be computed with",
    ),
    "decimal average": (
        lambda: refconv.avg_pool1d(np.array([[[Decimal(1), 0.5]]], object), 2),
        refconv.DTypeError,
        "avg_pool1d: the elements cannot be computed with",
    ),
    "decimal on another road": (
        lambda: refconv.algorithms.conv1d(np.array([[[Decimal(1)]]], object), np.array([[[0.5]]], object)),
        refconv.DTypeError,
        "conv1d: the elements cannot be computed with",
    ),
    "decimal columns": (
        lambda: refconv.col2im(np.array([[[Decimal(1), Decimal(1)], [0.5, 0.5]]], object), 3, 2),
        refconv.DTypeError,
        "col2im: the elements cannot be computed with",
    ),
    "complex second bias": (
        lambda: refconv.separable_conv2d(X, np.ones((4, 1, 3, 3)), np.ones((2, 4, 1, 1)), b_pointwise=[1j, 1j]),
        refconv.DTypeError,
        (
            "b_pointwise is complex128, but the result is of type float64, which cannot hold it.\n"
            "  Cast an operand to complex128, or b_pointwise to float64."
        ),
    ),
    "words for b": (lambda: refconv.conv1d(X1, W1, "b"), refconv.DTypeError, "b must be an array of numbers"),
}


@pytest.mark.parametrize("what", TYPES)
def test_wrong_types(what):
    import ml_dtypes  # noqa: F401 - gives NumPy the name bfloat16

    call, kind, text = TYPES[what]
    with pytest.raises(kind) as caught:
        call()
    assert text in str(caught.value)
    assert isinstance(caught.value, TypeError)


def test_what_the_messages_tell_to_do_to_arrays_works():
    """The fixes that no argument can express: done by hand, as the messages of the tables above say."""
    assert refconv.conv2d(X[0, 0][np.newaxis, np.newaxis], W[:, :1]).shape == (1, 2, 4, 4)
    assert refconv.conv2d(X, W, np.ones(2)).shape == (1, 2, 4, 4)
    assert refconv.depthwise_conv2d(X, np.ones((4, 3, 3, 3))).shape == (1, 12, 4, 4)
    masked = np.ma.masked_array(X1, X1 > 0)
    assert refconv.conv1d(masked.filled(0), W1).sum() == 0
    ints = X1.astype(int)
    assert refconv.conv1d(ints.astype(np.float64), W1.astype(int), [0.5]).dtype == np.float64
    assert refconv.conv1d(ints, W1.astype(int), np.array([0.5]).astype(np.int64)).dtype == np.int64
    assert refconv.conv1d(X1.astype(np.float16).astype(float), W1.astype("bfloat16")).dtype == np.float64
    assert refconv.max_pool1d(np.abs(X1 + 1j), 2).shape == (1, 1, 2)
    assert refconv.conv2d(X, W, padding=((1, 2), 0)).shape == (1, 2, 7, 4)


def test_flags_are_checked_before_any_work():
    x, w = np.full((1, 1, 2), 2**62), np.full((1, 1, 2), 4)  # any work would overflow
    for backward in (refconv.conv1d_backward, refconv.conv_transpose1d_backward, refconv.algorithms.conv1d_backward):
        y = np.ones((1, 1, 3 if backward is refconv.conv_transpose1d_backward else 1), int)
        with pytest.raises(refconv.ArgumentTypeError, match="bias must be True or False"):
            backward(y, x, w, bias=3)
    with pytest.raises(refconv.ArgumentTypeError, match="bias must be True or False"):
        refconv.separable_conv1d_backward([[[1]]], x, w, [[[1]]], bias=3)


def test_masked_arrays_without_a_mask_are_arrays():
    with pytest.raises(refconv.DTypeError):
        refconv.conv1d(X1, np.ma.masked_array(W1))


def test_a_tensor_that_refuses_is_a_clear_error():
    class Refusing:
        def __array__(self, dtype=None, copy=None):
            raise RuntimeError("call detach() first")

    with pytest.raises(refconv.DTypeError, match="x cannot be read as an array: call detach"):
        refconv.conv1d(Refusing(), W1)


def test_every_error_is_one_family_and_a_builtin():
    pairs = [
        (refconv.ShapeError, ValueError),
        (refconv.ArgumentError, ValueError),
        (refconv.ArgumentTypeError, TypeError),
        (refconv.DTypeError, TypeError),
        (refconv.IntegerOverflowError, OverflowError),
    ]
    for kind, builtin in pairs:
        assert issubclass(kind, refconv.RefconvError)
        assert issubclass(kind, builtin)
    plain = refconv.RefconvError("op", "went wrong.")
    assert str(plain) == "op: went wrong."
    assert plain.op == "op"
    assert plain.fixes == ()


def test_errors_travel_between_processes():
    with pytest.raises(refconv.ShapeError) as caught:
        refconv.conv1d(X1, W1, dilation=3)
    for twin in (pickle.loads(pickle.dumps(caught.value)), copy.copy(caught.value)):  # noqa: S301 - our own bytes
        assert type(twin) is refconv.ShapeError
        assert str(twin) == str(caught.value)
        assert twin.fixes == caught.value.fixes
        assert twin.op == "conv1d"


def test_pythons_own_complaints_name_the_public_function():
    with pytest.raises(TypeError, match=r"max_pool2d\(\) missing 1 required positional argument: 'kernel_size'"):
        refconv.max_pool2d(X)
    with pytest.raises(TypeError, match=r"^conv_transpose2d\(\) got an unexpected keyword argument 'padding_mode'"):
        refconv.conv_transpose2d(X, T, padding_mode="zeros")


def test_separable_checks_all_before_it_computes():
    x, w = np.full((1, 2, 5, 5), 2**62), np.full((2, 1, 3, 3), 4)
    with pytest.raises(refconv.ShapeError, match="w_pointwise"):
        refconv.separable_conv2d(x, w, np.ones((4, 3, 1, 1), int))
    with pytest.raises(refconv.ShapeError, match="dy has the wrong shape"):
        refconv.separable_conv2d_backward(np.ones(3), x, w, np.ones((4, 2, 1, 1), int))


def test_arrays_and_scalars_are_welcome_as_numbers():
    y = refconv.conv2d(X, W, stride=np.array([1, 2]), padding=np.array([[0, 1], [1, 0]]), dilation=np.array(1))
    assert y.shape == (1, 2, 5, 3)
    assert refconv.output_size(np.array([5, 6]), np.int8(3)) == (3, 4)
    assert refconv.col2im(np.ones((1, 1, 12)), np.array([3, 4]), 1).shape == (1, 1, 3, 4)
    assert refconv.conv1d(X1, np.ones((1, 1, 1)), stride=10**30, dilation=10**30).shape == (1, 1, 1)
    assert refconv.conv2d_backward(np.ones((1, 2, 4, 4)), X, W, bias=np.False_).db is None


def test_output_size_says_what_is_wrong():
    with pytest.raises(refconv.ShapeError, match="output_size: the kernel does not fit") as caught:
        refconv.output_size(5, 3, dilation=3)
    for fix in caught.value.fixes:
        assert refconv.output_size(5, 3, **{"dilation": 3, **fix}) >= 1
    with pytest.raises(refconv.ArgumentError, match="input_size must be at least 1"):
        refconv.output_size(0, 3)
    with pytest.raises(refconv.ArgumentError, match="kernel_size must be at least 1 along every axis"):
        refconv.output_size((5, 5), (3, 0))
    with pytest.raises(refconv.ArgumentTypeError, match="input_size along W must be an integer"):
        refconv.output_size(sympy.Symbol("n"), 3)


def test_unknown_names_are_attribute_errors():
    with pytest.raises(AttributeError, match="module 'refconv' has no attribute 'conv4d'"):
        _ = refconv.conv4d
