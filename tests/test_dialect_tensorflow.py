"""Our tf.nn without TensorFlow: its words against refconv's own, exactly; gradients as adjoints; errors that mend."""

from __future__ import annotations

import doctest
import inspect

import numpy as np
import pytest

import refconv
from refconv.dialects import tensorflow as dialect
from refconv.errors import ArgumentError, ArgumentTypeError, RefconvError, ShapeError
from tests.draw import from_rng
from tests.drawn_tensorflow import ATROUS, CONVOLUTIONS, KINDS, POOLS, TRANSPOSED, draw

LINEAR = [kind for kind in KINDS if kind not in POOLS]


def integers_of(drawn):
    rng = np.random.default_rng(drawn.seed)
    return [rng.integers(-9, 10, shape) for shape in drawn.shapes]


def spatial(drawn, key, default=1):
    """Return what a drawn call says for the spatial axes, whichever form it says it in."""
    rank = len(drawn.shapes[0]) - 2
    value = drawn.words.get(key, default)
    if isinstance(value, int):
        return (value,) * rank
    if len(value) > rank:
        order = drawn.words["data_format"]
        value = [entry for letter, entry in zip(order, value, strict=True) if letter not in "NC"]
    return tuple(value)


def padding_of(drawn):
    said = drawn.words["padding"]
    if isinstance(said, str):
        return {"SAME": "same_upper", "VALID": "valid"}[said]
    return tuple(tuple(pair) for pair in spatial(drawn, "padding"))


def order_of(drawn):
    return drawn.words.get("data_format", "NHWC").replace("DHW", "*").replace("HW", "*").replace("W", "*")


@pytest.mark.parametrize("kind", [*CONVOLUTIONS, "atrous_conv2d"])
def test_convolutions_say_what_refconv_says(kind):
    rng = np.random.default_rng(1)
    for _ in range(60):
        drawn = draw(kind, from_rng(rng), compiled=True)
        x, w = integers_of(drawn)
        layout = order_of(drawn)
        channels = x.shape[layout.index("C") if layout == "NC*" else -1]
        expected = refconv.conv(
            x,
            w,
            stride=spatial(drawn, "stride" if kind == "conv1d" else "strides"),
            padding=padding_of(drawn),
            dilation=spatial(drawn, "rate" if kind in ATROUS else "dilations"),
            groups=channels // w.shape[-2],
            layout=layout,
            kernel_layout="*IO",
        )
        assert (getattr(dialect, kind)(x, w, **drawn.words) == expected).all()


def test_depthwise_and_separable_say_what_refconv_says():
    rng = np.random.default_rng(2)
    for number in range(80):
        drawn = draw(("depthwise_conv2d", "separable_conv2d")[number % 2], from_rng(rng), compiled=True)
        x, w, *mixing = integers_of(drawn)
        how = {
            "stride": spatial(drawn, "strides"),
            "padding": padding_of(drawn),
            "dilation": spatial(drawn, "dilations"),
            "layout": order_of(drawn),
        }
        y = refconv.depthwise_conv(x, w, **how, kernel_layout="*CM")
        if mixing:
            y = refconv.conv(y, mixing[0], layout=how["layout"], kernel_layout="*IO")
        assert (getattr(dialect, drawn.kind)(x, w, *mixing, **drawn.words) == y).all()


@pytest.mark.parametrize("kind", [*TRANSPOSED, "atrous_conv2d_transpose"])
def test_transposed_ones_are_adjoints(kind):
    """``<u, conv(v)> == <conv_transpose(u), v>``, with the convolution in the same words."""
    rng = np.random.default_rng(3)
    forward = kind.removesuffix("_transpose")
    for _ in range(60):
        drawn = draw(kind, from_rng(rng), compiled=True)
        u, w = integers_of(drawn)
        words = {key: value for key, value in drawn.words.items() if key != "output_shape"}
        if forward == "conv1d":
            words["stride"] = words.pop("strides")
        if forward == "conv3d":
            order = words["data_format"]
            words |= {key: [1 if a in "NC" else None for a in order] for key in ("strides", "dilations")}
            for key in ("strides", "dilations"):
                following = iter(spatial(drawn, key))
                words[key] = [entry or next(following) for entry in words[key]]
        v = rng.integers(-9, 10, drawn.words["output_shape"])
        y = getattr(dialect, kind)(u, w, **drawn.words)
        assert y.shape == v.shape
        assert (y * v).sum() == (u * getattr(dialect, forward)(v, w, **words)).sum()


@pytest.mark.parametrize("kind", LINEAR)
def test_gradients_by_inner_product(kind):
    """``<dy, f(x, w)> == <dx, x> == <dw, w>``: f is linear in each operand."""
    rng = np.random.default_rng(4)
    for _ in range(30):
        drawn = draw(kind, from_rng(rng), compiled=True)
        operands = integers_of(drawn)
        y = getattr(dialect, kind)(*operands, **drawn.words)
        dy = rng.integers(-9, 10, y.shape)
        gradients = getattr(dialect, kind + "_backward")(dy, *operands, **drawn.words)
        kept = [gradient for gradient in gradients if gradient is not None]
        assert len(kept) == len(operands)
        for gradient, operand in zip(kept, operands, strict=True):
            assert gradient.shape == operand.shape
            assert (gradient * operand).sum() == (dy * y).sum()


@pytest.mark.parametrize("kind", POOLS)
def test_pools_say_what_refconv_says(kind):
    rng = np.random.default_rng(5)
    name = kind[:8]
    extra = {"count_include_pad": False} if name == "avg_pool" else {}
    for _ in range(40):
        drawn = draw(kind, from_rng(rng))
        (x,) = integers_of(drawn)
        how = (spatial(drawn, "ksize"), spatial(drawn, "strides"), padding_of(drawn))
        y = getattr(refconv, name)(x, *how, layout=order_of(drawn), **extra)
        assert (getattr(dialect, kind)(x, **drawn.words) == y).all()
        assert (getattr(dialect, name)(x, **drawn.words) == y).all()
        dy = np.ones(y.shape)
        dx = getattr(refconv, name + "_backward")(dy, x, *how, layout=order_of(drawn), **extra)
        assert (getattr(dialect, kind + "_backward")(dy, x, **drawn.words) == dx).all()


def test_same_depends_on_the_size():
    """The odd sample goes to the end; at another size there is none (pytorch#3867)."""
    w = np.ones((3, 1, 1))
    for n, expected in ((4, [6, 7]), (5, [3, 9, 9])):
        x = np.arange(1.0, n + 1).reshape(1, n, 1)
        assert dialect.conv1d(x, w, 2, "SAME").ravel().tolist() == expected


def test_same_never_pads_less_than_nothing():
    x = np.arange(1.0, 4.0).reshape(1, 3, 1, 1, 1)
    assert dialect.conv3d(x, np.ones((1, 1, 1, 1, 1)), [1, 3, 1, 1, 1], "SAME").ravel().tolist() == [1]


def test_more_batch_axes():
    rng = np.random.default_rng(6)
    x, w = rng.integers(-9, 10, (2, 3, 5, 4, 2)), rng.integers(-9, 10, (3, 2, 2, 3))
    y = dialect.conv2d(x, w, 1, "VALID")
    assert (y[1, 2] == dialect.conv2d(x[1, 2:], w, 1, "VALID")[0]).all()
    dx, dw, db = dialect.conv2d_backward(y, x, w, 1, "VALID")
    assert dx.shape == x.shape
    assert (dw * w).sum() == (dx * x).sum() == (y * y).sum()
    assert db is None
    for dy in (y[:1], y.reshape(6, *y.shape[2:]), y.reshape(3, 2, *y.shape[2:])):
        with pytest.raises(ShapeError, match="dy has other batch axes than input"):
            dialect.conv2d_backward(dy, x, w, 1, "VALID")
    with pytest.raises(ShapeError, match="dy"):
        dialect.conv2d_backward(y[:, :, :-1], x, w, 1, "VALID")


@pytest.mark.parametrize("rank", [1, 3])
def test_a_merged_batch_is_not_dys(rank):
    x, w = np.ones((2, 3, *[3] * rank, 1)), np.ones((*[3] * rank, 1, 1))
    backward, stride = getattr(dialect, f"conv{rank}d_backward"), 1 if rank == 1 else [1] * 5
    dx, _, _ = backward(np.ones((2, 3, *[1] * rank, 1)), x, w, stride, "VALID")
    assert (dx == x).all()
    with pytest.raises(ShapeError, match="dy has other batch axes") as caught:
        backward(np.ones((6, *[1] * rank, 1)), x, w, stride, "VALID")
    assert caught.value.op == f"tensorflow.nn.conv{rank}d_backward"


def test_an_empty_batch():
    assert dialect.conv2d(np.ones((0, 5, 5, 2)), np.ones((3, 3, 2, 4)), 1, "SAME").shape == (0, 5, 5, 4)


X, W = np.ones((1, 6, 6, 4)), np.ones((3, 3, 4, 2))
STILL = {"strides": [1, 1, 1, 1], "padding": "SAME"}

MENDED = {
    "lower case": (dialect.conv2d, (X, W), {"strides": 1, "padding": "same"}, "Did you mean 'SAME'?"),
    "zero stride": (dialect.conv2d, (X, W), {"strides": 0, "padding": "SAME"}, "strides must be at least 1"),
    "zero among four": (dialect.conv2d, (X, W), {"strides": [1, 0, 2, 1], "padding": "SAME"}, "strides=[1, 1, 2, 1]"),
    "along the batch": (dialect.conv2d, (X, W), {"strides": [2, 1, 1, 2], "padding": "SAME"}, "strides=[1, 1, 1, 1]"),
    "zero dilation": (
        dialect.conv2d,
        (X, W),
        {"strides": 1, "padding": "SAME", "dilations": [0, 1]},
        "dilations=[1, 1]",
    ),
    "padded channels": (
        dialect.conv2d,
        (X, W),
        {"strides": 1, "padding": [[0, 0], [1, 1], [1, 1], [0, 1]]},
        "padding must be 0 along the batch and the channels",
    ),
    "output shape": (
        dialect.conv2d_transpose,
        (np.ones((1, 3, 3, 2)), W),
        {"output_shape": [1, 7, 4, 4], "strides": 2, "padding": "SAME"},
        "The nearest that does is output_shape=[1, 6, 5, 4].",
    ),
    "valid output shape": (
        dialect.conv2d_transpose,
        (np.ones((1, 3, 3, 2)), W),
        {"output_shape": [1, 9, 4, 4], "strides": 2, "padding": "VALID"},
        "output_shape=[1, 8, 7, 4]",
    ),
    "output channels": (
        dialect.conv2d_transpose,
        (np.ones((1, 3, 3, 2)), W),
        {"output_shape": [1, 6, 6, 3], "strides": 2},
        "needed: N = 1, C = 4.",
    ),
    **{
        f"depthwise {name} = {value}": (dialect.depthwise_conv2d, (X, W), {**STILL, name: value}, f"{name}={mended}.")
        for name, value, mended in (
            ("strides", 2, [1, 2, 2, 1]),
            ("strides", [2], [1, 2, 2, 1]),
            ("strides", [2, 1], [1, 2, 1, 1]),
            ("dilations", 2, [2, 2]),
            ("dilations", [2], [2, 2]),
            ("dilations", [1, 2, 3, 1], [2, 3]),
        )
    },
    "separable strides": (
        dialect.separable_conv2d,
        (X, W, np.ones((1, 1, 8, 3))),
        {**STILL, "strides": 1},
        "strides must be a list of 4 integers, one for each axis of NHWC, but it is 1.",
    ),
    "separable dilations": (
        dialect.separable_conv2d,
        (X, W, np.ones((1, 1, 8, 3))),
        {**STILL, "dilations": [1, 2, 2, 1]},
        "dilations must be a list of 2 integers, one for each axis of HW, but it is [1, 2, 2, 1].",
    ),
    **{
        f"conv3d {name} = {value}": (
            dialect.conv3d,
            (np.ones((1, 5, 5, 5, 1)), np.ones((2, 2, 2, 1, 1))),
            {"strides": [1] * 5, "padding": "VALID", name: value},
            f"Write {name}={[1, 2, 2, 2, 1]}.",
        )
        for name in ("strides", "dilations")
        for value in (2, [2], [2, 2, 2])
    },
    "zero rate": (dialect.atrous_conv2d, (X, W), {"rate": 0, "padding": "SAME"}, "rate must be at least 1"),
    "zero window": (
        dialect.max_pool2d,
        (X,),
        {"ksize": [1, 0, 2, 1], "strides": 1, "padding": "SAME"},
        "ksize=[1, 1, 2, 1]",
    ),
}


@pytest.mark.parametrize("case", MENDED)
def test_errors_say_what_was_called_and_their_fixes_work(case):
    function, operands, words, said = MENDED[case]
    with pytest.raises(RefconvError) as caught:
        function(*operands, **words)
    assert str(caught.value).startswith(f"tensorflow.nn.{function.__name__}: ")
    assert said in str(caught.value)
    assert caught.value.fixes
    for fix in caught.value.fixes:
        function(*operands, **{**words, **fix})


REFUSED = {
    "stride and dilation": (
        lambda: dialect.depthwise_conv2d(X, W, [1, 2, 2, 1], "SAME", dilations=[2, 1]),
        ArgumentError,
        "strides and dilations cannot both exceed 1.",
    ),
    "data format": (
        lambda: dialect.conv2d(X, W, 1, "SAME", data_format="NHCW"),
        ArgumentError,
        "data_format is 'NHCW'",
    ),
    "three strides": (lambda: dialect.conv2d(X, W, [1, 1, 1], "SAME"), ArgumentError, "strides has 3 entries"),
    "a float": (lambda: dialect.conv2d(X, W, 1.5, "SAME"), ArgumentTypeError, "strides must be an integer"),
    "pairs where words are wanted": (
        lambda: dialect.conv3d(np.ones((1, 3, 3, 3, 1)), np.ones((1, 1, 1, 1, 1)), [1] * 5, [[0, 0]] * 5),
        ArgumentError,
        "padding is 'SAME' or 'VALID'.",
    ),
    "too few pairs": (lambda: dialect.conv2d(X, W, 1, [[1, 1], [1, 1]]), ArgumentError, "a pair for each axis of NHWC"),
    "negative padding": (
        lambda: dialect.conv2d(X, W, 1, [[0, 0], [-1, 0], [0, 0], [0, 0]]),
        ArgumentError,
        "an entry of padding must be at least 0",
    ),
    "channels": (lambda: dialect.conv2d(X, np.ones((3, 3, 3, 2)), 1, "SAME"), ShapeError, "Here input, filters"),
    "kernel too large": (
        lambda: dialect.conv2d(np.ones((1, 2, 2, 4)), W, 1, "VALID"),
        ShapeError,
        "the kernel does not fit in the padded input along H.",
    ),
    "depthwise channels": (
        lambda: dialect.depthwise_conv2d(np.ones((1, 5, 5, 3)), W, [1, 1, 1, 1], "SAME"),
        ShapeError,
        "x has C = 3 channels",
    ),
    "rank": (lambda: dialect.conv2d(np.ones((5, 5, 4)), W, 1, "SAME"), ShapeError, "must have 4 axes"),
    "pooled rank": (lambda: dialect.max_pool(np.ones((5, 5)), 1, 1, "SAME"), ShapeError, "input must have 3 to 5 axes"),
    "three depthwise dilations": (
        lambda: dialect.depthwise_conv2d(X, W, [1, 1, 1, 1], "SAME", dilations=[1, 1, 1]),
        ArgumentError,
        "Give one for each.",
    ),
    "an int for four": (lambda: dialect.depthwise_conv2d(X, W, 1, "SAME"), ArgumentTypeError, "a list of 4 integers"),
    "an empty kernel, transposed": (
        lambda: dialect.conv2d_transpose(np.ones((1, 3, 3, 2)), np.ones((0, 3, 4, 2)), [1, 6, 6, 4], 2),
        ShapeError,
        "filters has size 0 along a spatial axis.",
    ),
    "no output shape": (
        lambda: dialect.conv2d_transpose(X, np.ones((3, 3, 2, 4)), 12, 1),
        ArgumentError,
        "output_shape is 12.",
    ),
}


@pytest.mark.parametrize("case", REFUSED)
def test_what_is_refused(case):
    call, kind, said = REFUSED[case]
    with pytest.raises(kind) as caught:
        call()
    assert str(caught.value).startswith("tensorflow.nn.")
    assert said in str(caught.value)


@pytest.mark.parametrize("name", dialect.__all__)
def test_every_docstring_is_whole_and_its_example_runs(name):
    function = getattr(dialect, name)
    text = inspect.getdoc(function)
    for section in ("Parameters", "Returns", "Raises", "Examples"):
        assert f"{section}\n{'-' * len(section)}" in text, section
    described = text.split("Parameters\n----------\n")[1].split("\n\nReturns\n")[0].splitlines()
    heads = [line.split(" : ")[0] for line in described if line and not line.startswith(" ")]
    assert {head.strip() for line in heads for head in line.split(",")} == set(inspect.signature(function).parameters)
    runner = doctest.DocTestRunner(optionflags=doctest.NORMALIZE_WHITESPACE)
    globs = {"__builtins__": __builtins__, name: function}
    for example in doctest.DocTestFinder().find(function, name, module=False, globs=globs):
        runner.run(example)
    assert runner.summarize(verbose=False).attempted > 0
    assert runner.failures == 0
