"""Our keras.ops without Keras: its words against refconv's own, exactly; gradients as adjoints; errors that mend."""

from __future__ import annotations

import inspect
from itertools import product

import numpy as np
import pytest

import refconv
from refconv.dialects import keras as dialect
from refconv.errors import ArgumentError, RefconvError, ShapeError
from tests.draw import from_rng
from tests.drawn_keras import KINDS, draw

LINEAR = [kind for kind in KINDS if "pool" not in kind]


def integers_of(drawn):
    rng = np.random.default_rng(drawn.seed)
    return [rng.integers(-9, 10, shape) for shape in drawn.shapes]


def how_of(drawn):
    """Return stride, padding, dilation and layout in refconv's words."""
    words = drawn.words
    return {
        "stride": words["strides"],
        "padding": {"same": "same_upper", "valid": "valid"}[words["padding"]],
        "dilation": words.get("dilation_rate", 1),
        "layout": "NC*" if words["data_format"] == "channels_first" else "N*C",
    }


def test_convolutions_say_what_refconv_says():
    rng = np.random.default_rng(1)
    for number in range(120):
        kind = ("conv", "depthwise_conv", "separable_conv")[number % 3]
        drawn = draw(kind, from_rng(rng))
        x, w, *mixing = integers_of(drawn)
        how = how_of(drawn)
        if kind == "conv":
            y = refconv.conv(x, w, groups=x.shape[-1] // w.shape[-2], **how, kernel_layout="*IO")
        else:
            y = refconv.depthwise_conv(x, w, **how, kernel_layout="*CM")
        if mixing:
            y = refconv.conv(y, mixing[0], layout=how["layout"], kernel_layout="*IO")
        assert (getattr(dialect, kind)(x, w, *mixing, **drawn.words) == y).all()


def test_transposed_sizes_are_those_documented():
    for n, k, s, d, padding in product((1, 3), (1, 2, 3), (1, 2, 3), (1, 2), ("valid", "same")):
        span = d * (k - 1) + 1
        x, w = np.ones((1, n, 1)), np.ones((k, 1, 1))
        out = n * s if padding == "same" else (n - 1) * s + max(span, s)
        assert dialect.conv_transpose(x, w, s, padding, dilation_rate=d).shape == (1, out, 1)
        for a in range(s):
            out = (n - 1) * s + (span % 2 if padding == "same" else span) + a
            if out:
                assert dialect.conv_transpose(x, w, s, padding, a, dilation_rate=d).shape == (1, out, 1)


def test_transposed_ones_crop_the_whole_result():
    """Uncropped it is refconv's; "same" takes from both ends, one more from the end, and adds zeros there."""
    rng = np.random.default_rng(2)
    for _ in range(80):
        drawn = draw("conv_transpose", from_rng(rng))
        x, w = integers_of(drawn)
        rank = x.ndim - 2
        try:
            y = dialect.conv_transpose(x, w, **drawn.words)
        except ShapeError:  # an even kernel, one sample and no output padding: nothing is left
            assert drawn.words["output_padding"] is not None
            continue
        whole = refconv.conv_transpose(x, w, stride=drawn.words["strides"], layout="N*C", kernel_layout="*OI")
        expected = whole
        for axis in range(1, rank + 1):
            lost = whole.shape[axis] - y.shape[axis]
            lo = max(lost, 0) // 2 if drawn.words["padding"] == "same" else 0
            more = [(0, 0)] * whole.ndim
            more[axis] = (0, max(-lost, 0))
            expected = np.pad(expected, more).take(range(lo, lo + y.shape[axis]), axis)
        assert (y == expected).all()


@pytest.mark.parametrize("kind", LINEAR)
def test_gradients_by_inner_product(kind):
    """``<dy, f(x, w)> == <dx, x> == <dw, w>``: f is linear in each operand."""
    rng = np.random.default_rng(3)
    done = 0
    while done < 40:
        drawn = draw(kind, from_rng(rng))
        if not drawn.plain:
            continue
        done += 1
        operands = integers_of(drawn)
        y = getattr(dialect, kind)(*operands, **drawn.words)
        dy = rng.integers(-9, 10, y.shape)
        gradients = getattr(dialect, kind + "_backward")(dy, *operands, **drawn.words)
        kept = [gradient for gradient in gradients if gradient is not None]
        assert len(kept) == len(operands)
        for gradient, operand in zip(kept, operands, strict=True):
            assert gradient.shape == operand.shape
            assert (gradient * operand).sum() == (dy * y).sum()


def test_pools_say_what_refconv_says():
    rng = np.random.default_rng(4)
    for number in range(80):
        kind, name, extra = (("max_pool", "max_pool", {}), ("average_pool", "avg_pool", {"count_include_pad": False}))[
            number % 2
        ]
        drawn = draw(kind, from_rng(rng))
        (x,) = integers_of(drawn)
        how = how_of(drawn)
        del how["dilation"]
        y = getattr(refconv, name)(x, drawn.words["pool_size"], **how, **extra)
        assert (getattr(dialect, kind)(x, **drawn.words) == y).all()
        dy = np.ones(y.shape)
        dx = getattr(refconv, name + "_backward")(dy, x, drawn.words["pool_size"], **how, **extra)
        assert (getattr(dialect, kind + "_backward")(dy, x, **drawn.words) == dx).all()


def test_causal_reads_nothing_ahead():
    x, w = np.zeros((1, 9, 1)), np.ones((3, 1, 1))
    x[0, 4] = 1
    assert dialect.conv(x, w, 1, "causal", dilation_rate=2).ravel().tolist() == [0, 0, 0, 0, 1, 0, 1, 0, 1]


X, W = np.ones((1, 6, 6, 4)), np.ones((3, 3, 4, 2))

MENDED = {
    "padding": (dialect.conv, (X, W), {"padding": "sam"}, "Did you mean 'same'?"),
    "data format": (dialect.conv, (X, W), {"data_format": "channel_last"}, "Did you mean 'channels_last'?"),
    "zero stride": (dialect.conv, (X, W), {"strides": (1, 0)}, "strides must be at least 1"),
    "zero dilation": (dialect.depthwise_conv, (X, W), {"dilation_rate": 0}, "dilation_rate must be at least 1"),
    "output padding": (
        dialect.conv_transpose,
        (np.ones((1, 3, 3, 2)), W),
        {"strides": (2, 3), "output_padding": 2},
        "The largest that works is output_padding=(1, 2).",
    ),
    "zero window": (dialect.max_pool, (X, 0), {}, "pool_size must be at least 1"),
}


@pytest.mark.parametrize("case", MENDED)
def test_errors_say_what_was_called_and_their_fixes_work(case):
    function, operands, words, said = MENDED[case]
    with pytest.raises(RefconvError) as caught:
        function(*operands, **words)
    assert str(caught.value).startswith(f"keras.ops.{function.__name__}: ")
    assert said in str(caught.value)
    assert caught.value.fixes
    for fix in caught.value.fixes:
        function(**{**inspect.signature(function).bind(*operands, **words).arguments, **fix})


REFUSED = {
    "causal in two": (lambda: dialect.conv(X, W, padding="causal"), ArgumentError, "padding is 'causal'"),
    "causal pooling": (lambda: dialect.max_pool(X, 2, padding="causal"), ArgumentError, "padding is 'causal'"),
    "channels": (lambda: dialect.conv(X, np.ones((3, 3, 3, 2))), ShapeError, "is what refconv calls"),
    "transposed channels": (lambda: dialect.conv_transpose(X, np.ones((3, 3, 2, 3))), ShapeError, "needed: 4 == 3."),
    "depthwise in three": (
        lambda: dialect.depthwise_conv(np.ones((1, 3, 3, 3, 1)), np.ones((1, 1, 1, 1, 1))),
        ShapeError,
        "inputs must have 3 to 4 axes",
    ),
    "rank": (lambda: dialect.conv(np.ones((5, 5)), W), ShapeError, "inputs must have 3 to 5 axes"),
    "kernel rank": (lambda: dialect.conv_transpose(X, np.ones((3, 2, 4))), ShapeError, "kernel must have 4 axes"),
    "kernel too large": (
        lambda: dialect.conv(np.ones((1, 2, 2, 4)), W),
        ShapeError,
        "the kernel does not fit in the padded input along H.",
    ),
}


@pytest.mark.parametrize("case", REFUSED)
def test_what_is_refused(case):
    call, kind, said = REFUSED[case]
    with pytest.raises(kind) as caught:
        call()
    assert str(caught.value).startswith("keras.ops.")
    assert said in str(caught.value)


@pytest.mark.parametrize("name", dialect.__all__)
def test_every_docstring_is_whole(name):
    function = getattr(dialect, name)
    text = inspect.getdoc(function)
    for section in ("Parameters", "Returns", "Raises", "Examples"):
        assert f"{section}\n{'-' * len(section)}" in text, section
    described = text.split("Parameters\n----------\n")[1].split("\n\nReturns\n")[0].splitlines()
    heads = [line.split(" : ")[0] for line in described if line and not line.startswith(" ")]
    assert {head.strip() for line in heads for head in line.split(",")} == set(inspect.signature(function).parameters)
