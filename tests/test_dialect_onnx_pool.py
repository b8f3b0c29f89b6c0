"""ONNX's poolings by their definitions, and what stands between: no ONNX is needed here."""

from __future__ import annotations

from itertools import product

import numpy as np
import pytest
from ml_dtypes import bfloat16

from refconv.algorithms import pooling as pooling_definition
from refconv.arithmetic import Axis, output_size, pooled_output_size, read_position, same_padding
from refconv.dialects.onnx import run_node
from refconv.dialects.onnx_attributes import as_type
from refconv.dialects.onnx_between import BETWEEN
from refconv.dialects.onnx_pool import (
    average_pool,
    global_average_pool,
    global_lp_pool,
    global_max_pool,
    lp_pool,
    max_pool,
)
from refconv.errors import ArgumentError, ArgumentTypeError, DTypeError, IntegerOverflowError, ShapeError
from refconv.ops.elements import check_numeric
from tests import bounds, definition
from tests.draw import draw_pooling, from_rng

CASES = 200


def attributes_of(options):
    """Return refconv's options as ONNX's attributes."""
    lo, hi = zip(*options["padding"], strict=True)
    return {
        "kernel_shape": list(options["kernel_size"]),
        "strides": list(options["stride"]),
        "pads": [*lo, *hi],
        "dilations": list(options["dilation"]),
        "ceil_mode": int(options["ceil_mode"]),
    }


def drawn(seed, count=CASES):
    rng = np.random.default_rng(seed)
    return [draw_pooling(from_rng(rng)) for _ in range(count)]


def test_max_pool_is_the_definition_and_names_the_first_largest():
    for case in drawn(0):
        x = case.integers(case.x_shape, low=-2, high=2)[0]  # few values: equals are frequent
        attributes = attributes_of(case.options)
        y, indices = max_pool([x], attributes)
        assert np.array_equal(y, definition.max_pool(x, **case.options))
        assert y.dtype == x.dtype
        call = definition._pooling(x, case.options)
        first = pooling_definition.largest(x, call.plan)
        assert indices.dtype == np.int64
        for out, at in first.items():
            assert indices[out] == np.ravel_multi_index(at, x.shape)
        columns = max_pool([x], {**attributes, "storage_order": 1})[1]
        for out, (n, c, *at) in first.items():
            plane = np.ravel_multi_index(tuple(at), x.shape[2:], order="F")
            assert columns[out] == (n * x.shape[1] + c) * np.prod(x.shape[2:]) + plane


@pytest.mark.parametrize("dtype", [np.int8, np.uint8, np.float16, np.float32, np.float64, bfloat16])
def test_max_pool_keeps_the_type_and_points_at_its_samples(dtype):
    for case in drawn(1, 20):
        x = (case.normals(case.x_shape)[0] * 50).astype(dtype)
        y, indices = max_pool([x], attributes_of(case.options))
        assert y.dtype == dtype
        assert (x.ravel()[indices] == y).all()


def test_the_smallest_number_of_a_type_is_found_too():
    x = np.full((1, 1, 4), -128, np.int8)
    y, indices = max_pool([x], {"kernel_shape": [3], "pads": [1, 1]})
    assert y.tolist() == [[[-128] * 4]]
    assert indices.tolist() == [[[0, 0, 1, 2]]]


def test_a_nan_is_the_largest():
    y, indices = max_pool([np.array([[[1, np.nan, 2, np.nan]]])], {"kernel_shape": [3]})
    assert np.isnan(y).all()
    assert indices.tolist() == [[[1, 1]]]


def test_an_average_is_the_definition():
    for case in drawn(2):
        x = case.integers(case.x_shape)[0]
        attributes = attributes_of(case.options)
        for include in (0, 1):
            want = definition.avg_pool(x, count_include_pad=bool(include), **case.options)
            assert (average_pool([x], {**attributes, "count_include_pad": include})[0] == want).all()
        assert (average_pool([x], attributes)[0] == definition.avg_pool(x, False, **case.options)).all()


def test_windows_of_counted_padding_alone_average_to_zero():
    x = np.array([[[6.0, 3]]])
    attributes = {"kernel_shape": [2], "pads": [3, 2], "count_include_pad": 1}
    assert average_pool([x], attributes)[0].tolist() == [[[0, 0, 3, 4.5, 1.5, 0]]]
    with pytest.raises(ShapeError, match="reads nothing but padding"):
        average_pool([x], {**attributes, "count_include_pad": 0})


def test_any_counted_padding_by_the_definition():
    """As wide as one likes: the padded input is averaged, but what hangs over its end does not count."""
    rng = np.random.default_rng(3)
    for _ in range(CASES):
        n, k, s, d, lo, hi = (int(rng.integers(*bound)) for bound in ((1, 6), (1, 4), (1, 4), (1, 3), (0, 5), (0, 5)))
        n = max(n, d * (k - 1) + 1 - lo - hi)
        x = rng.integers(-9, 9, (1, 1, n))
        for ceil_mode in (0, 1):
            out = pooled_output_size(n, k, s, d, lo, hi, bool(ceil_mode))
            padded = np.pad(x[0, 0], (lo, hi))
            want = []
            for i in range(out):
                reads = [read_position(i, m, s, d) for m in range(k)]
                seen = [int(padded[q]) for q in reads if q < len(padded)]
                want.append(sum(seen) / len(seen))
            attributes = {"kernel_shape": [k], "strides": [s], "dilations": [d], "pads": [lo, hi]}
            got = average_pool([x], {**attributes, "ceil_mode": ceil_mode, "count_include_pad": 1})[0]
            assert got[0, 0].tolist() == want


@pytest.mark.parametrize("operator", [max_pool, average_pool, lp_pool])
@pytest.mark.parametrize("ceil_mode", [0, 1])
def test_auto_pad_gives_the_sizes_of_the_specification(operator, ceil_mode):
    x = np.arange(7.0).reshape(1, 1, 7)
    for n, k, s, d in product(range(1, 8), range(1, 4), range(1, 4), range(1, 3)):
        attributes = {"kernel_shape": [k], "strides": [s], "dilations": [d]}
        for word, lower in (("SAME_UPPER", False), ("SAME_LOWER", True)):
            lo, hi = same_padding(n, k, s, d, lower)
            axis = Axis(n, k, s, d, lo, hi)
            if not all(axis.taps_inside(i, lo, lo + n) for i in range(axis.out)):
                continue  # a window would have nothing to read
            got = operator([x[..., :n]], {**attributes, "auto_pad": word, "ceil_mode": ceil_mode})
            want = operator([x[..., :n]], {**attributes, "pads": [lo, hi]})
            assert got[0].shape[-1] == -(-n // s)
            assert all(np.array_equal(a, b) for a, b in zip(got, want, strict=True))
        if d * (k - 1) + 1 <= n:
            got = operator([x[..., :n]], {**attributes, "auto_pad": b"VALID", "ceil_mode": ceil_mode})[0]
            assert got.shape[-1] == output_size(n, k, s, d) == -(-(n - d * (k - 1)) // s)


def test_lp_pool_is_the_definition():
    for case in drawn(4):
        x = case.integers(case.x_shape)[0]
        attributes = attributes_of(case.options)
        windows = pooling_definition.average(*definition_plan(x, case.options), count_include_pad=False)
        sums = {p: [sum(abs(int(x[at])) ** p for at in seen) for seen, _ in windows.values()] for p in (1, 2, 3)}
        assert lp_pool([x], {**attributes, "p": 1})[0].ravel().tolist() == sums[1]
        assert np.array_equal(lp_pool([x], attributes)[0].ravel(), np.sqrt(sums[2]))
        assert np.array_equal(lp_pool([x], {**attributes, "p": 3})[0].ravel(), np.array(sums[3], float) ** (1 / 3))


def definition_plan(x, options):
    call = definition._pooling(x, options)
    return call.plan, call.asked


def test_a_norm_of_large_halves_does_not_overflow_on_its_way():
    x = np.array([[[300, 400]]], np.float16)
    assert lp_pool([x], {"kernel_shape": [2]})[0].tolist() == [[[500]]]
    assert global_lp_pool([x], {})[0].dtype == np.float16
    assert global_lp_pool([np.full((1, 1, 2), -128, np.int8)], {"p": 1})[0].tolist() == [[[256]]]


@pytest.mark.parametrize("rank", [1, 2, 3, 4])
def test_global_poolings(rank):
    rng = np.random.default_rng(rank)
    x = rng.integers(-99, 99, (2, 3, *rng.integers(1, 5, rank)))
    over = tuple(range(2, 2 + rank))
    assert np.array_equal(global_max_pool([x], {})[0], x.max(axis=over, keepdims=True))
    count = np.prod(x.shape[2:])
    assert np.array_equal(global_average_pool([x], {})[0], x.sum(axis=over, keepdims=True) / count)
    assert np.array_equal(global_lp_pool([x], {"p": 1})[0], np.abs(x).sum(axis=over, keepdims=True))


def test_an_empty_batch():
    x = np.zeros((0, 2, 5, 5), np.float32)
    y, indices = max_pool([x], {"kernel_shape": [2, 2]})
    assert y.shape == indices.shape == (0, 2, 4, 4)
    for operator in (average_pool, lp_pool):
        assert operator([x], {"kernel_shape": [2, 2], "ceil_mode": 1})[0].shape == (0, 2, 4, 4)
    assert global_average_pool([x], {})[0].shape == (0, 2, 1, 1)


@pytest.mark.parametrize(
    ("change", "error", "said"),
    [
        ({"kernel_shape": None}, ArgumentError, "kernel_shape is missing"),
        ({"kernel_shape": [2]}, ArgumentError, "kernel_shape has 1 entries"),
        ({"kernel_shape": [0, 1]}, ArgumentError, "kernel_shape must be at least 1"),
        ({"kernel_shape": [6, 1]}, ShapeError, "the kernel does not fit"),
        ({"strides": [0, 1]}, ArgumentError, "strides must be at least 1"),
        ({"strides": 2}, ArgumentTypeError, "strides must be a list"),
        ({"pads": [1, 1]}, ArgumentError, "pads must have 4 entries"),
        ({"pads": [0, 0, 0, -1]}, ArgumentError, "at least 0"),
        ({"ceil_mode": 2}, ArgumentError, "ceil_mode must be 0 or 1"),
        ({"auto_pad": "SAME"}, ArgumentError, "auto_pad is 'SAME'"),
        ({"auto_pad": "SAME_UPPER", "pads": [1, 1, 1, 1]}, ArgumentError, "both given"),
        ({"stride": [1, 1]}, ArgumentError, "no attribute 'stride'"),
    ],
)
def test_poolings_refuse_what_the_specification_rules_out(change, error, said):
    x = np.ones((1, 1, 5, 5))
    for name, operator in (("MaxPool", max_pool), ("AveragePool", average_pool), ("LpPool", lp_pool)):
        with pytest.raises(error, match=rf"^onnx.{name}: (.|\n)*{said}"):
            operator([x], {"kernel_shape": [2, 2], **change})


def test_other_refusals():
    x = np.ones((1, 1, 5))
    with pytest.raises(ArgumentError, match="storage_order must be 0 or 1"):
        max_pool([x], {"kernel_shape": [2], "storage_order": 3})
    with pytest.raises(ArgumentError, match="p must be at least 1"):
        lp_pool([x], {"kernel_shape": [2], "p": 0})
    with pytest.raises(ShapeError, match=r"onnx\.GlobalMaxPool: X must have at least 3 axes"):
        global_max_pool([np.ones((2, 2))], {})
    with pytest.raises(ArgumentError, match="no attribute 'p'"):
        global_average_pool([x], {"p": 2})
    with pytest.raises(DTypeError, match=r"onnx\.MaxPool: complex"):
        max_pool([x * 1j], {"kernel_shape": [2]})
    with pytest.raises(ArgumentError, match=r"onnx\.MaxPool: its input X is missing"):
        max_pool([], {"kernel_shape": [2]})
    with pytest.raises(ArgumentError, match="there are 2 inputs"):
        max_pool([x, x], {"kernel_shape": [2]})


def test_run_node_knows_them():
    x = np.arange(6.0).reshape(1, 1, 6)
    assert len(run_node("MaxPool", [x], {"kernel_shape": [2]})) == 2
    for name in ("AveragePool", "LpPool"):
        assert run_node(name, [x], {"kernel_shape": [2]})[0].shape == (1, 1, 5)
    for name in ("GlobalAveragePool", "GlobalMaxPool"):
        assert run_node(name, [x], {})[0].shape == (1, 1, 1)
    assert run_node("DeformConv", [x, np.ones((1, 1, 6)), np.zeros((1, 6, 1))], {})[0].tolist() == [[[15]]]


def test_what_stands_between():
    x = np.arange(24).reshape(2, 3, 4)
    one = lambda name, inputs, **attributes: BETWEEN[name](inputs, attributes)[0]  # noqa: E731
    assert one("Flatten", [x]).shape == (2, 12)
    assert one("Flatten", [x], axis=0).shape == (1, 24)
    assert one("Flatten", [x], axis=3).shape == (24, 1)
    with pytest.raises(ArgumentError, match="axis = 4"):
        one("Flatten", [x], axis=4)
    assert one("Reshape", [x, np.array([0, 2, -1])]).shape == (2, 2, 6)
    assert one("Reshape", [x[:0], np.array([3, 0])], allowzero=1).shape == (3, 0)
    with pytest.raises(ShapeError, match=r"cannot have shape \(5, 5\)"):
        one("Reshape", [x, [5, 5]])
    a, b = np.arange(6).reshape(2, 3), np.arange(12).reshape(3, 4)
    assert (one("Gemm", [a, b]) == a @ b).all()
    assert (one("Gemm", [a.T, b.T, [1, 2, 3, 4]], transA=1, transB=1, beta=2.0) == a @ b + [2, 4, 6, 8]).all()
    assert (one("Gemm", [a, b, None], alpha=0.5) == (a @ b) / 2).all()
    assert one("Gemm", [a.astype(np.float32), b.astype(np.float32)], alpha=0.5).dtype == np.float32
    with pytest.raises(ShapeError, match="A has 3 columns, but B has 4 rows"):
        one("Gemm", [a, b.T])
    with pytest.raises(ShapeError, match="must be matrices"):
        one("Gemm", [x, b])
    assert one("Constant", [], value_float=0.5).dtype == np.float32
    assert one("Constant", [], value=x) is x
    with pytest.raises(ArgumentError, match="value_string is not read"):
        one("Constant", [], value_string="no")
    assert one("Relu", [np.array([-1.5, 2], np.float16)]).dtype == np.float16
    assert (one("Add", [x, x[0]]) == x + x[0]).all()
    assert one("Identity", [x]) is x


@pytest.mark.parametrize("dtype", [np.float16, bfloat16])
def test_gemm_rounds_halves_once(dtype):
    rng = np.random.default_rng(3)
    a, b, c = (rng.standard_normal(shape).astype(dtype) for shape in ((40, 3), (3, 40), (40,)))
    (y,) = BETWEEN["Gemm"]([a, b, c], {"alpha": 0.3, "beta": 0.7})
    wide = a.astype(np.float64) @ b.astype(np.float64) * 0.3 + c.astype(np.float64) * 0.7
    assert y.dtype == dtype
    kept = abs(a.astype(np.float64)) @ abs(b.astype(np.float64)) * 0.3 + abs(c.astype(np.float64)) * 0.7
    slack = bounds.gamma(8, np.float32) * kept  # sums, alpha, beta and C in float32
    assert ((y >= (wide - slack).astype(dtype)) & (y <= (wide + slack).astype(dtype))).all()


def test_gemm_is_exact_where_all_is_whole():
    a = np.array([[2**40]])
    assert BETWEEN["Gemm"]([a, [[2]], [[-1]]], {"alpha": 4.0, "beta": 3.0})[0].tolist() == [[2**43 - 3]]
    for attributes, c in (({"alpha": 1e30}, None), ({}, [[2**63 - 1]]), ({"beta": 2.0}, [[2**62]])):
        with pytest.raises(IntegerOverflowError, match=r"^onnx\.Gemm"):
            BETWEEN["Gemm"]([a, [[2]], c], attributes)
    ones = np.ones((1, 1))
    assert BETWEEN["Gemm"]([ones, ones], {"alpha": np.inf})[0] == np.inf
    assert np.isnan(BETWEEN["Gemm"]([ones, ones, ones], {"beta": np.nan})[0])


@pytest.mark.parametrize(
    ("name", "inputs", "attributes", "error", "said"),
    [
        ("Gemm", [np.ones((1, 2)), np.ones((2, 4)), np.ones(3)], {}, ShapeError, r"C of shape \(3,\)"),
        ("Gemm", [np.ones((1, 2)), np.ones((2, 4)), np.ones((5, 4))], {}, ShapeError, r"C of shape \(5, 4\)"),
        ("Gemm", [np.ones((1, 2)), np.ones((2, 4)), np.ones((1, 1, 4))], {}, ShapeError, "C of shape"),
        ("Gemm", [np.ones((1, 2)), np.ones((2, 4))], {"alpha": "2"}, ArgumentTypeError, "alpha must be a number"),
        ("Gemm", [np.ones((1, 2)), np.ones((2, 4))], {"alpha": 10**400}, ArgumentError, "larger than any float"),
        ("Gemm", [np.ones((1, 2)), np.ones((2, 4))], {"transA": 2}, ArgumentError, "transA must be 0 or 1"),
        ("Gemm", [np.ones((1, 2))], {}, ArgumentError, "input B is missing"),
        ("Flatten", [np.ones((1, 2))], {"bogus": 3}, ArgumentError, "no attribute 'bogus'"),
        ("Flatten", [np.ones((1, 2))], {"axis": 1.5}, ArgumentTypeError, "axis must be an integer"),
        ("Add", [np.ones(2), np.ones(2)], {"axis": 1, "broadcast": 1}, ArgumentError, "no attribute 'axis'"),
        ("Add", [np.ones(2), np.ones(3)], {}, ShapeError, "cannot be broadcast"),
        ("Add", [np.ones(2)], {}, ArgumentError, "input B is missing"),
        ("Identity", [], {}, ArgumentError, "input input is missing"),
        ("Relu", [], {}, ArgumentError, "input X is missing"),
        ("Relu", [np.ones(2) * 1j], {}, DTypeError, "no order"),
        ("Reshape", [np.ones(2)], {}, ArgumentError, "input shape is missing"),
        ("Reshape", [np.ones(2), [-2]], {}, ArgumentError, "at least -1"),
        ("Reshape", [np.ones(2), [10**30]], {}, ShapeError, "cannot have shape"),
        ("Reshape", [np.ones(2), [2, 0]], {}, ShapeError, "no such axis"),
        ("Reshape", [np.ones((0, 2)), [0, -1]], {"allowzero": 1}, ShapeError, "do not go together"),
        ("Constant", [], {}, ArgumentError, "0 attributes"),
        ("Constant", [], {"value_int": 1, "value_float": 1.0}, ArgumentError, "2 attributes"),
        ("Constant", [], {"value_int": 1.5}, DTypeError, "cannot hold"),
    ],
)
def test_what_stands_between_refuses(name, inputs, attributes, error, said):
    with pytest.raises(error, match=rf"^onnx\.{name}: (.|\n)*{said}"):
        BETWEEN[name](inputs, attributes)


def test_norms_beyond_the_range_of_their_powers():
    large, small = [1e200, 1e200], [3e-200, 4e-200]
    x = np.array([[[*large, *small, 0, 0, np.inf, 1, np.nan, 1, 3, 4]]])
    (y,) = lp_pool([x], {"kernel_shape": [2], "strides": [2]})
    # a division, a square, a sum, a root and a product of one rounding each
    wanted = np.array([np.sqrt(2) * 1e200, 5e-200, 0, np.inf, np.nan, 5])
    np.testing.assert_allclose(y[0, 0], wanted, rtol=bounds.gamma(6, np.float64), atol=0)
    root = global_lp_pool([np.full((1, 1, 4), 2.0)], {"p": 2000})[0].item()
    assert root == pytest.approx(2 * 4 ** (1 / 2000), rel=bounds.gamma(6, np.float64), abs=0)
    (y,) = lp_pool([np.array([[large]])], {"kernel_shape": [2], "strides": [2], "pads": [2, 1], "ceil_mode": 1})
    assert y[0, 0, 0] == 0
    assert lp_pool([np.array([[[3 + 4j]]])], {"kernel_shape": [1]})[0].dtype == np.float64


def test_sizes_beyond_any_memory():
    x = np.ones((1, 1, 2, 2))
    for operator, more in ((lp_pool, {}), (average_pool, {"count_include_pad": 1})):
        with pytest.raises(ShapeError, match="does not fit"):
            operator([x], {"kernel_shape": [10**12] * 2})
        with pytest.raises(ShapeError, match="larger than any memory"):
            operator([x], {"kernel_shape": [1, 1], "pads": [10**30] * 4, **more})


def test_advice_and_words():
    x = np.ones((1, 1, 5))
    with pytest.raises(ArgumentTypeError, match="strides must be a list") as caught:
        max_pool([x], {"kernel_shape": [2], "strides": True})
    assert "[True]" not in str(caught.value)
    with pytest.raises(ArgumentTypeError, match=r"Write strides=\[2\]"):
        max_pool([x], {"kernel_shape": [2], "strides": 2})
    with pytest.raises(ArgumentError, match=r"auto_pad is b'\\xff', which is not UTF-8"):
        max_pool([x], {"kernel_shape": [2], "auto_pad": b"\xff"})
    with pytest.raises(ArgumentTypeError, match="attributes must be a dict"):
        run_node("MaxPool", [x], np.array([1, 2, 3]))


@pytest.mark.parametrize(
    ("value", "dtype", "kept"),
    [
        ([1.0, -2], np.int8, [1, -2]),
        ([0.1], np.float32, [np.float32(0.1)]),
        ([np.inf], np.float16, [np.inf]),
        ([2**64], np.float32, [2.0**64]),
        ([1], np.complex64, [1]),
        ([1, 0], bool, [True, False]),
        ([300], np.int8, None),
        ([1.7], np.int8, None),
        ([np.nan], np.int32, None),
        ([2.0**63], np.int64, None),
        ([-1], np.uint8, None),
        ([2**64], np.int64, None),
        ([2], bool, None),
        ([1j], np.float32, None),
        ([1j], np.int8, None),
        ([7e4], np.float16, None),
        ([10**400], np.float32, None),
        ([1e39], bfloat16, None),
    ],
)
def test_a_type_is_given_without_wrapping(value, dtype, kept):
    array = check_numeric("op", "x", value)
    if kept is None:
        with pytest.raises(DTypeError, match="cannot hold"):
            as_type("op", "x", array, np.dtype(dtype))
    else:
        found = as_type("op", "x", array, np.dtype(dtype))
        assert found.dtype == dtype
        assert found.tolist() == kept
