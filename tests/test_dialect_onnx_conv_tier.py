"""ONNX Runtime's convolutions and those of onnx's own reference, on drawn nodes: equal within the derived bound.

Left out is what they refuse or get wrong (`docs/disagreements.md`); the default tier holds it to the definition.
"""

from __future__ import annotations

import numpy as np
import pytest

pytest.importorskip("onnx", reason="the optional tier: pip install refconv[onnx]")
pytest.importorskip("onnxruntime", reason="the optional tier: pip install refconv[onnxruntime]")

from refconv.dialects.onnx import run_node
from tests import bounds
from tests import onnx_cases as oc
from tests.draw import from_rng

pytestmark = pytest.mark.onnx

DRAWN = 700
RANKS = (1, 2, 3)


def terms_of(node):
    """Return how many terms, at most, one output sums: all taps of all channels of one group, and a bias."""
    banks = node.x_shape[1] // node.attributes.get("group", 1)
    return banks * int(np.prod(node.w_shape[2:])) + 1


def check_floats(node, theirs_of, rng):
    x, w, b = node.floats(rng)
    inputs = [x, w, b if rng.integers(2) else None]
    (ours,) = run_node(node.op, inputs, node.attributes)
    (theirs,) = theirs_of(node.op, inputs, node.attributes)
    (magnitude,) = run_node(node.op, [a if a is None else np.abs(a) for a in inputs], node.attributes)
    assert (ours.shape, ours.dtype) == (theirs.shape, theirs.dtype), node
    bound = 2 * bounds.gamma(terms_of(node), np.float32) * magnitude
    assert (np.abs(ours - theirs) <= bound).all(), node


@pytest.mark.parametrize("rank", RANKS)
def test_conv_is_the_runtimes(rank):
    rng = np.random.default_rng(rank)
    for _ in range(DRAWN):
        check_floats(oc.draw_conv(from_rng(rng), rank, as_run=True), oc.runtime, rng)


@pytest.mark.parametrize("rank", RANKS)
def test_conv_is_the_optimized_runtimes(rank):
    rng = np.random.default_rng(10 + rank)
    for _ in range(DRAWN // 2):
        node = oc.draw_conv(from_rng(rng), rank, as_run=True)
        check_floats(node, lambda *call: oc.runtime(*call, optimized=True), rng)


@pytest.mark.parametrize("depthwise", [False, True])
@pytest.mark.parametrize("optimized", [False, True])
def test_channels_enough_for_the_runtimes_blocks(optimized, depthwise):
    """It has other kernels for multiples of 8 and 16 channels, and for one channel a group."""
    rng = np.random.default_rng(90)
    for draw in (oc.draw_conv, oc.draw_transposed):
        for _ in range(DRAWN // 7):
            node = oc.widened(draw(from_rng(rng), 2, as_run=True), 8 * int(rng.integers(1, 5)), depthwise=depthwise)
            check_floats(node, lambda *call: oc.runtime(*call, optimized=optimized), rng)


@pytest.mark.parametrize("rank", RANKS)
def test_conv_is_the_references(rank):
    rng = np.random.default_rng(20 + rank)
    for _ in range(DRAWN):
        check_floats(oc.draw_conv(from_rng(rng), rank), oc.reference, rng)


@pytest.mark.parametrize("rank", RANKS)
def test_conv_transpose_is_the_runtimes(rank):
    rng = np.random.default_rng(30 + rank)
    for _ in range(DRAWN):
        check_floats(oc.draw_transposed(from_rng(rng), rank, as_run=True), oc.runtime, rng)


@pytest.mark.parametrize("rank", RANKS)
def test_conv_transpose_is_the_references_where_that_is_right(rank):
    """It is not for groups, nor for output_shape without auto_pad, nor for an output padding of a stride or more."""
    rng = np.random.default_rng(40 + rank)
    compared = 0
    while compared < DRAWN // 2:
        node = oc.draw_transposed(from_rng(rng), rank, as_run=True)
        word = node.attributes.get("auto_pad", "NOTSET")
        if node.attributes.get("group", 1) > 1 or ("output_shape" in node.attributes and not word.startswith("SAME")):
            continue
        check_floats(node, oc.reference, rng)
        compared += 1


@pytest.mark.parametrize("rank", RANKS)
def test_conv_integer_is_the_runtimes(rank):
    """It has one zero point for all filters."""
    rng = np.random.default_rng(50 + rank)
    for _ in range(DRAWN):
        node, named = oc.draw_quantized(from_rng(rng), rng, rank, as_run=True)
        named["w_zero_point"] = oc.whole_range(rng, named["w"].dtype, ())
        inputs = [named["x"], named["w"], *([named["x_zero_point"], named["w_zero_point"]] if rng.integers(3) else [])]
        (ours,), (theirs,) = (run("ConvInteger", inputs, node.attributes) for run in (run_node, oc.runtime))
        assert (ours.shape, ours.dtype) == (theirs.shape, theirs.dtype), node
        assert (ours == theirs).all(), node


def test_conv_integer_is_the_references_with_a_zero_point_per_filter():
    """In two dimensions, where its zero points are right."""
    rng = np.random.default_rng(60)
    for _ in range(DRAWN):
        node, named = oc.draw_quantized(from_rng(rng), rng, 2)
        inputs = [named[name] for name in ("x", "w", "x_zero_point", "w_zero_point")]
        (ours,), (theirs,) = (run("ConvInteger", inputs, node.attributes) for run in (run_node, oc.reference))
        assert ours.shape == theirs.shape, node
        assert (ours == theirs).all(), node


@pytest.mark.parametrize("op", ["Conv", "ConvTranspose", "QLinearConv"])
@pytest.mark.parametrize("rank", RANKS)
def test_sizes_are_those_that_onnx_infers(op, rank):
    """Where it infers them right: not for SAME with output padding, nor for an output_shape below the input's."""
    rng = np.random.default_rng(100 + rank)
    for _ in range(DRAWN // 2):
        if op == "QLinearConv":
            node, named = oc.draw_quantized(from_rng(rng), rng, rank)
            inputs = list(named.values())
        else:
            draw = oc.draw_conv if op == "Conv" else oc.draw_transposed
            node = draw(from_rng(rng), rank, as_run=op == "ConvTranspose")
            inputs = node.floats(rng)
        said = node.attributes
        if "output_padding" in said and said.get("auto_pad", "").startswith("SAME") and "output_shape" not in said:
            said["output_padding"] = [0] * rank
        if "output_shape" in said:
            said["output_shape"] = [max(pair) for pair in zip(said["output_shape"], node.x_shape[2:], strict=True)]
        (ours,) = run_node(op, inputs, said)
        assert ours.shape == oc.inferred_shape(op, inputs, said), node


def check_quantized(node, named, theirs, roundings):
    """Assert that they rounded a number within so many float32 roundings of the exact one."""
    (ours,) = run_node("QLinearConv", list(named.values()), node.attributes)
    assert (ours.shape, ours.dtype) == (theirs.shape, theirs.dtype), node
    steps = np.array([float(step) for step in oc.exact_steps(named, node.filters)]).reshape(-1, *(1,) * node.rank)
    real = oc.sums_by_definition(node, named) * steps
    off = (bounds.gamma(roundings, np.float32) + bounds.gamma(2, np.float64)) * np.abs(real)
    limits, zero = np.iinfo(ours.dtype), int(named["y_zero_point"])
    low, high = (np.clip(np.rint(edge) + zero, limits.min, limits.max) for edge in (real - off, real + off))
    assert ((low <= theirs) & (theirs <= high)).all(), node
    assert ((low <= ours) & (ours <= high)).all(), node
    return int((low != high).sum()), ours.size


@pytest.mark.parametrize("rank", RANKS)
def test_qlinear_conv_is_the_runtimes(rank):
    """It multiplies by float32's ``x_scale * w_scale / y_scale``: four roundings, with that of the sum itself."""
    rng = np.random.default_rng(70 + rank)
    doubtful = outputs = 0
    for _ in range(DRAWN):
        node, named = oc.draw_quantized(from_rng(rng), rng, rank, as_run=True)
        (theirs,) = oc.runtime("QLinearConv", list(named.values()), node.attributes)
        undecided, size = check_quantized(node, named, theirs, roundings=4)
        doubtful, outputs = doubtful + undecided, outputs + size
    assert doubtful < outputs / 1000  # else this would compare nothing


@pytest.mark.parametrize("rank", RANKS)
def test_qlinear_conv_is_the_references_where_that_is_right(rank):
    """It rounds after the zero point is added, which an even one leaves as it is; a scale per filter is for 2-D."""
    rng = np.random.default_rng(80 + rank)
    compared = 0
    while compared < DRAWN // 2:
        node, named = oc.draw_quantized(from_rng(rng), rng, rank)
        if named["w_scale"].ndim and rank != 2:
            continue
        named["y_zero_point"] &= ~np.ones((), named["y_zero_point"].dtype)
        (theirs,) = oc.reference("QLinearConv", list(named.values()), node.attributes)
        check_quantized(node, named, theirs, roundings=2)
        compared += 1
