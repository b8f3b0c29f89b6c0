"""ONNX's convolutions, plain and quantized, are what their documentation says: exactly, on integers."""

from __future__ import annotations

from fractions import Fraction

import ml_dtypes
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import refconv
from refconv import ArgumentError, ArgumentTypeError, DTypeError, IntegerOverflowError, RefconvError, ShapeError
from refconv.dialects.onnx import OPERATORS, run_node
from refconv.dialects.onnx_requantize import requantized
from tests import onnx_cases as oc
from tests.draw import from_rng

DRAWN = 300
RANKS = (1, 2, 3)
ONES, KERNEL = np.ones((1, 2, 5)), np.ones((4, 2, 3))


def check_conv(node, rng):
    x, w, b = node.integers(rng)
    (y,) = run_node("Conv", [x, w, b], node.attributes)
    wanted = oc.conv_by_definition(node, x, w, b)
    assert y.shape == wanted.shape
    assert (y == wanted).all()


def check_transposed(node, rng):
    x, w, b = node.integers(rng)
    (y,) = run_node("ConvTranspose", [x, w, b], node.attributes)
    wanted = oc.transposed_by_definition(node, x, w, b)
    assert y.shape == wanted.shape
    assert (y == wanted).all()


@pytest.mark.parametrize("rank", RANKS)
def test_conv_is_its_definition(rank):
    rng = np.random.default_rng(rank)
    for _ in range(DRAWN):
        check_conv(oc.draw_conv(from_rng(rng), rank), rng)


@pytest.mark.parametrize("rank", RANKS)
def test_conv_transpose_is_its_definition(rank):
    rng = np.random.default_rng(10 + rank)
    for _ in range(DRAWN):
        check_transposed(oc.draw_transposed(from_rng(rng), rank), rng)


@given(st.data(), st.integers(1, 3), st.integers(0, 2**16))
def test_the_same_from_hypothesis(data, rank, seed):
    def integer(low, high):
        return data.draw(st.integers(low, high))

    check_conv(oc.draw_conv(integer, rank), np.random.default_rng(seed))
    check_transposed(oc.draw_transposed(integer, rank), np.random.default_rng(seed))


@pytest.mark.parametrize("rank", RANKS)
def test_quantized_convolutions_are_their_definition(rank):
    rng = np.random.default_rng(20 + rank)
    for _ in range(DRAWN // 3):
        node, named = oc.draw_quantized(from_rng(rng), rng, rank)
        (y,) = run_node("QLinearConv", list(named.values()), node.attributes)
        assert y.dtype == named["y_zero_point"].dtype
        assert (y == oc.quantized_by_definition(node, named)).all()
        inputs = [named[name] for name in ("x", "w", "x_zero_point", "w_zero_point")]
        (y,) = run_node("ConvInteger", inputs, node.attributes)
        assert y.dtype == np.int32
        assert (y == oc.sums_by_definition(node, {**named, "B": None})).all()


def test_more_axes_and_no_zero_points():
    rng = np.random.default_rng(0)
    x, w = (rng.integers(-128, 128, shape).astype(np.int8) for shape in ((1, 2, 3, 4, 3, 3), (4, 1, 2, 1, 2, 3)))
    attributes = {"group": 2, "pads": [1, 0, 0, 0, 0, 0, 1, 0]}
    (y,) = run_node("ConvInteger", [x, w], attributes)
    (plain,) = run_node("Conv", [x.astype(int), w.astype(int)], attributes)
    assert (y == plain).all()
    (back,) = run_node("ConvTranspose", [plain, w.astype(int)], {"group": 2, "pads": attributes["pads"]})
    assert back.shape == x.shape


def test_a_batch_of_none():
    assert run_node("Conv", [ONES[:0], KERNEL], {})[0].shape == (0, 4, 3)
    assert run_node("ConvTranspose", [ONES[:0], KERNEL[:2]], {})[0].shape == (0, 2, 7)


def test_ties_go_to_the_even_number_before_the_zero_point_is_added():
    x, one, half = np.arange(6, dtype=np.uint8).reshape(1, 1, 6), np.float32(1), np.float32(0.5)
    inputs = [x, half, np.uint8(0), np.ones((1, 1, 1), np.int8), one, np.int8(0), one]
    assert run_node("QLinearConv", [*inputs, np.uint8(0)], {})[0].ravel().tolist() == [0, 0, 1, 2, 2, 2]
    assert run_node("QLinearConv", [*inputs, np.uint8(1)], {})[0].ravel().tolist() == [1, 1, 2, 3, 3, 3]
    minus = [x, -half, *inputs[2:], np.int8(0)]
    assert run_node("QLinearConv", minus, {})[0].ravel().tolist() == [0, 0, -1, -2, -2, -2]


@given(st.integers(1, 2**31), st.integers(-300, 300), st.sampled_from([-1, 0, 1]), st.integers(20, 200))
def test_numbers_beside_a_tie_that_float64_cannot_tell_from_it(total, whole, side, bits):
    step = (Fraction(2 * whole + 1, 2) + side * Fraction(1, 2**bits)) / total
    (y,) = requantized(np.array([[[total]]]), [step], 5, np.dtype(np.int8)).ravel()
    assert y == min(max(round(total * step) + 5, -128), 127)


def test_ties_are_decided_by_each_channels_own_step():
    total = np.array([[[3, 5], [3, 5], [3, 5]]])
    y = requantized(total, [Fraction(1, 2), Fraction(1, 4), Fraction(1, 10)], 0, np.dtype(np.uint8))
    assert y.tolist() == [[[2, 2], [1, 1], [0, 0]]]


@pytest.mark.parametrize("dtype", [np.int8, np.uint8])
def test_saturation_at_both_ends(dtype):
    x, one = np.array([[[0, 255]]], np.uint8), np.float32(1)
    w = np.array([[[100]], [[-100]]], np.int8)
    for scale in (one, np.float32(1e30)):
        inputs = [x, scale, np.uint8(0), w, one, np.int8(0), one, dtype(7)]
        (y,) = run_node("QLinearConv", inputs, {})
        limits = np.iinfo(dtype)
        assert y.tolist() == [[[7, limits.max], [7, limits.min]]]


def test_padding_is_the_real_number_0():
    x, w = np.full((1, 1, 3), 200, np.uint8), np.ones((1, 1, 3), np.uint8)
    (y,) = run_node("ConvInteger", [x, w, np.uint8(200)], {"auto_pad": "SAME_UPPER"})
    assert (y == 0).all()


def test_results_that_int32_cannot_hold_are_refused():
    x, w = np.full((1, 40000, 1), 255, np.uint8), np.full((1, 40000, 1), 255, np.uint8)
    with pytest.raises(IntegerOverflowError, match=r"result = 2601000000, but int32"):
        run_node("ConvInteger", [x, w], {})


def test_output_shape_wins_over_pads_and_its_odd_half_is_taken_from_the_beginning():
    x, w = np.arange(1, 4).reshape(1, 1, 3), np.array([[[1, 10, 100]]])
    whole = [1, 10, 102, 20, 203, 30, 300]
    shape = {"strides": [2], "output_shape": [4]}
    assert run_node("ConvTranspose", [x, w], shape)[0].ravel().tolist() == whole[2:6]
    assert run_node("ConvTranspose", [x, w], {**shape, "pads": [1, 0]})[0].ravel().tolist() == whole[2:6]
    assert run_node("ConvTranspose", [x, w], {**shape, "auto_pad": "SAME_UPPER"})[0].ravel().tolist() == whole[1:5]
    larger = {"strides": [2], "output_shape": [8]}  # the specification's own test has its new zero at the end
    assert run_node("ConvTranspose", [x, w], larger)[0].ravel().tolist() == [*whole, 0]


@pytest.mark.parametrize("dtype", [np.float16, ml_dtypes.bfloat16, np.float32, np.float64])
def test_types_are_kept(dtype):
    for op, w in (("Conv", KERNEL), ("ConvTranspose", KERNEL[:2])):
        (y,) = run_node(op, [ONES.astype(dtype), w.astype(dtype), np.ones(len(KERNEL) if op == "Conv" else 2)], {})
        assert y.dtype == dtype


def test_what_a_node_may_leave_out():
    (y,) = run_node("Conv", [ONES, KERNEL])
    attributes = {"auto_pad": b"NOTSET", "strides": None, "pads": (0, np.int64(0)), "kernel_shape": np.array([3])}
    assert (run_node("Conv", [ONES.tolist(), KERNEL.tolist(), None], attributes)[0] == y).all()
    assert (y == refconv.conv1d(ONES, KERNEL)).all()


def test_every_operator_is_there_and_names_itself():
    for name in OPERATORS:
        with pytest.raises(RefconvError, match=f"^onnx.{name}: "):
            run_node(name, [], {})


W2 = np.ones((2, 2, 3))
REFUSED = [
    ("Conv", {"strides": [0]}, ArgumentError, "strides must be at least 1"),
    ("Conv", {"strides": 2}, ArgumentTypeError, "strides must be a list"),
    ("Conv", {"strides": [1, 1]}, ArgumentError, "strides has 2 entries"),
    ("Conv", {"stride": [1]}, ArgumentError, "Did you mean 'strides'?"),
    ("Conv", {"output_padding": [1]}, ArgumentError, "no attribute 'output_padding'"),
    ("Conv", {"dilations": [0]}, ArgumentError, "dilations must be at least 1"),
    ("Conv", {"dilations": [4]}, ShapeError, "does not fit"),
    ("Conv", {"pads": [1]}, ArgumentError, "pads must have 2 entries"),
    ("Conv", {"pads": 1}, ArgumentTypeError, "pads must have 2 entries"),
    ("Conv", {"pads": [0, -1]}, ArgumentError, "pads must be at least 0"),
    ("Conv", {"pads": [0, 0], "auto_pad": "SAME_UPPER"}, ArgumentError, "both given"),
    ("Conv", {"auto_pad": "SAME"}, ArgumentError, "auto_pad is 'SAME'"),
    ("Conv", {"group": 0}, ArgumentError, "group must be at least 1"),
    ("Conv", {"group": 2}, ShapeError, "one group"),
    ("Conv", {"kernel_shape": [2]}, ShapeError, "kernel_shape"),
    ("ConvTranspose", {"output_padding": [1]}, ArgumentError, "output_padding is too large"),
    ("ConvTranspose", {"output_padding": [-1]}, ArgumentError, "output_padding must be at least 0"),
    ("ConvTranspose", {"output_shape": [1, 2, 8]}, ArgumentError, "output_shape has 3 entries"),
    ("ConvTranspose", {"output_shape": [0]}, ArgumentError, "output_shape must be at least 1"),
    ("ConvTranspose", {"pads": [4, 4]}, ShapeError, "crops the whole output"),
]


@pytest.mark.parametrize(("op", "attributes", "error", "words"), REFUSED, ids=[f"{r[0]}-{r[1]}" for r in REFUSED])
def test_what_is_refused(op, attributes, error, words):
    with pytest.raises(error, match=rf"^onnx\.{op}: [\s\S]*{words}") as caught:
        run_node(op, [ONES, W2], attributes)
    for fix in caught.value.fixes:
        run_node(op, [ONES, W2], {**attributes, **fix})


SOUND = {
    "x": np.ones((1, 2, 5), np.uint8),
    "x_scale": np.float32(1),
    "x_zero_point": np.uint8(0),
    "w": np.ones((2, 2, 3), np.int8),
    "w_scale": np.ones(2, np.float32),
    "w_zero_point": np.zeros(2, np.int8),
    "y_scale": np.float32(1),
    "y_zero_point": np.uint8(0),
    "B": np.zeros(2, np.int32),
}
UNSOUND = [
    ("x", np.ones((1, 2, 5)), DTypeError, "x must be int8 or uint8"),
    ("x", np.ones((2, 5), np.uint8), ShapeError, "x must have at least 3 axes"),
    ("w", np.ones((2, 2, 3), np.int16), DTypeError, "w must be int8 or uint8"),
    ("w", np.ones((2, 3), np.int8), ShapeError, "w must have 3 axes"),
    ("x_zero_point", np.int8(0), DTypeError, "x_zero_point is int8"),
    ("x_zero_point", np.zeros(2, np.uint8), ShapeError, "x_zero_point must be a scalar"),
    ("w_zero_point", np.uint8([0, 0]), DTypeError, "w_zero_point is uint8"),
    ("w_zero_point", np.int8(0), ShapeError, "the same shape"),
    ("w_scale", np.float32(1), ShapeError, "the same shape"),
    ("w_scale", np.ones((2, 1), np.float32), ShapeError, "the same shape"),
    ("x_scale", 0.1, DTypeError, "x_scale must be float32"),
    ("x_scale", np.float32(np.nan), ArgumentError, "x_scale must be finite"),
    ("x_scale", 1e300, ArgumentError, "x_scale must be finite"),
    ("x_scale", 1j, DTypeError, "x_scale must be float32"),
    ("x_scale", np.ones(2, np.float32), ShapeError, "x_scale must be a scalar"),
    ("y_scale", np.float32(0), ArgumentError, "y_scale is 0"),
    ("y_zero_point", np.int32(0), DTypeError, "y_zero_point must be int8 or uint8"),
    ("y_zero_point", np.zeros(2, np.uint8), ShapeError, "y_zero_point must be a scalar"),
    ("y_scale", None, ArgumentError, "y_scale is missing"),
    ("B", np.zeros(2), DTypeError, "B must be int32"),
    ("B", np.zeros(3, np.int32), ShapeError, "b must have one entry"),
]


@pytest.mark.parametrize(("name", "value", "error", "words"), UNSOUND, ids=map(str, range(len(UNSOUND))))
def test_what_quantized_convolutions_refuse(name, value, error, words):
    assert run_node("QLinearConv", list(SOUND.values()), {})[0].dtype == np.uint8
    with pytest.raises(error, match=rf"^onnx\.QLinearConv: [\s\S]*{words}"):
        run_node("QLinearConv", list({**SOUND, name: value}.values()), {})


def test_w_scale_of_the_wrong_length_is_refused():
    three = {"w_scale": np.ones(3, np.float32), "w_zero_point": np.zeros(3, np.int8)}
    with pytest.raises(ShapeError, match="one entry for each of the 2 filters"):
        run_node("QLinearConv", list({**SOUND, **three}.values()), {})


@pytest.mark.parametrize(
    ("op_type", "inputs", "attributes", "error", "words"),
    [
        ("conv", [ONES, KERNEL], {}, ArgumentError, "Did you mean 'Conv'?"),
        ("Conv", [ONES], {}, ArgumentError, "its input W is missing"),
        ("Conv", [ONES, None, ONES], {}, ArgumentError, "its input W is missing"),
        ("Conv", [ONES] * 4, {}, ArgumentError, "there are 4 inputs"),
        ("Conv", ONES, {}, ArgumentTypeError, "a list of arrays"),
        ("Conv", [ONES, KERNEL], [("group", 1)], ArgumentTypeError, "attributes must be a dict"),
        ("Conv", [ONES[0], KERNEL], {}, ShapeError, "X must have at least 3 axes"),
        ("Conv", [ONES, KERNEL[0]], {}, ShapeError, "W must have 3 axes"),
        ("Conv", [ONES, "words"], {}, DTypeError, "W must be an array of numbers"),
    ],
)
def test_what_is_no_node(op_type, inputs, attributes, error, words):
    with pytest.raises(error, match=f"^onnx[\\s\\S]*{words}"):
        run_node(op_type, inputs, attributes)
